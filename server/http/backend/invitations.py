"""Invitations of the Backend API."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Literal

from pydantic import Field, RootModel

from models.base import JSONObject
from models.errors.input import InputError, ResourceNotFound, ValueInvalid
from models.invitations import Invitation, InvitationStatus
from models.keys.scopes import KeyScope
from models.validation.addresses import normalize_valid
from resolvers.foundation.metadata import Metadata as MetadataChange
from resolvers.foundation.transaction import Transaction
from resolvers.invitations import create, manage
from resolvers.invitations.inviters import load_inviters
from resolvers.invitations.lists import INVITATIONS_OF_ORGANIZATION, InvitationFilter
from resolvers.invitations.validation import InvitationOptions, Recipient
from resolvers.lists.specs import Selection
from server.http.backend.foundation.endpoints import Call, Endpoint
from server.http.backend.foundation.ids import (
    find_organization,
    find_organization_id,
    find_user_id,
    find_users,
)
from server.http.backend.foundation.lists import SortedPage, answer_list
from server.http.backend.foundation.parameters import Body, Metadata, NoQuery, Texts
from server.http.backend.foundation.shapes import show_invitations
from server.http.backend.organizations import ONE as ORGANIZATION

READ, WRITE = KeyScope.INVITATIONS_READ, KeyScope.INVITATIONS_WRITE
Status = Literal["pending", "accepted", "revoked", "expired"]
# What the original knows; declined invitations are among the revoked ones.
STATUSES: Mapping[Status, Sequence[InvitationStatus]] = {
    "pending": [InvitationStatus.PENDING],
    "accepted": [InvitationStatus.ACCEPTED],
    "revoked": [InvitationStatus.REVOKED, InvitationStatus.DECLINED],
    "expired": [InvitationStatus.EXPIRED],
}


class InvitationsQuery(SortedPage):
    status: Annotated[tuple[Status, ...], Field(max_length=len(STATUSES))] = ()
    email_address: Texts = ()


class NewInvitation(Body):
    email_address: str
    role: str
    inviter_user_id: str | None = None
    redirect_url: str | None = None
    expires_in_days: int | None = None
    notify: bool = True
    public_metadata: Metadata = None
    private_metadata: Metadata = None


class NewInvitations(RootModel[Annotated[list[NewInvitation], Field(min_length=1)]]):
    """The body of a bulk invitation, which is a list."""


class Revocation(Body):
    requesting_user_id: str | None = None


async def _show(call: Call, row: Invitation) -> JSONObject:
    (shown,) = await show_invitations(call, [row])
    return shown


async def list_invitations(call: Call, query: InvitationsQuery) -> JSONObject:
    organization = await find_organization(call)
    statuses = [status for name in query.status for status in STATUSES[name]]
    filter = InvitationFilter(
        call.context.server.clock(),
        tuple(statuses) or None,
        by_domain=False,
        address_keys=normalize_valid(query.email_address) if query.email_address else None,
    )
    selection = Selection(INVITATIONS_OF_ORGANIZATION, filter)
    return await answer_list(call, selection, query, show_invitations, parent=organization.id)


async def get_invitation(call: Call, query: NoQuery) -> JSONObject:
    organization = await find_organization(call)
    row = await call.context.loaders.invitations.load(call.path["invitation_id"])
    if row is None or row.organization_id != organization.id:
        raise ResourceNotFound("The invitation doesn't exist in this organization.")
    return await _show(call, row)


async def _to_recipients(call: Call, given: Sequence[NewInvitation]) -> list[Recipient]:
    named = list({each.inviter_user_id for each in given if each.inviter_user_id is not None})
    found = zip(named, await find_users(call, named), strict=True)
    inviters: dict[str | None, str | None] = {None: None, **dict(found)}
    return [
        Recipient(
            each.email_address,
            each.role,
            MetadataChange(each.public_metadata, each.private_metadata),
            inviter_user_id=inviters[each.inviter_user_id],
            redirect_url=each.redirect_url,
            expires_in_days=each.expires_in_days,
        )
        for each in given
    ]


async def create_invitation(call: Call, body: NewInvitation) -> JSONObject:
    (recipient,) = await _to_recipients(call, [body])
    change = partial(
        create.create_invitation,
        organization_id=await find_organization_id(call),
        recipient=recipient,
        options=InvitationOptions(notify=body.notify),
    )
    return await _show(call, await call.change(change))


async def create_invitations(call: Call, body: NewInvitations) -> JSONObject:
    is_notified = body.root[0].notify
    if any(each.notify is not is_notified for each in body.root):
        raise ValueInvalid("notify must be the same for all invitations of a call.", at="notify")
    change = partial(
        create.create_invitations,
        organization_id=await find_organization_id(call),
        recipients=await _to_recipients(call, body.root),
        options=InvitationOptions(notify=is_notified),
        skip_failed=False,
    )
    rows, _ = await call.change(change)
    return {"data": await show_invitations(call, rows), "total_count": len(rows)}


async def revoke_invitation(call: Call, body: Revocation) -> JSONObject:
    organization_id, requester = await find_organization_id(call), body.requesting_user_id
    user_id = None if requester is None else await find_user_id(call, requester)

    async def revoke(tx: Transaction) -> Invitation:
        organization = await tx.lock_organization(organization_id)
        found = (await load_inviters(tx, organization, {user_id}))[user_id]
        if isinstance(found, InputError):
            raise found
        return await manage.revoke_invitation(
            tx, organization_id=organization_id, invitation_id=call.path["invitation_id"]
        )

    return await _show(call, await call.change(revoke))


LIST = f"{ORGANIZATION}/invitations"
ONE = f"{LIST}/{{invitation_id}}"
ENDPOINTS = [
    Endpoint("GET", LIST, READ, list_invitations, InvitationsQuery),
    Endpoint("POST", LIST, WRITE, create_invitation, NewInvitation),
    Endpoint("POST", f"{LIST}/bulk", WRITE, create_invitations, NewInvitations),
    Endpoint("GET", ONE, READ, get_invitation, NoQuery),
    Endpoint("POST", f"{ONE}/revoke", WRITE, revoke_invitation, Revocation),
]
