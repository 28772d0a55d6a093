"""Invitations of the Backend API."""

from functools import partial
from typing import Annotated, Literal

from pydantic import Field, RootModel

from models.base import JSONObject
from models.errors import ResourceNotFound
from models.invitations import Invitation, InvitationStatus
from models.validation.addresses import normalize_valid
from resolvers.invitations import create, manage
from resolvers.invitations.lists import INVITATIONS_OF_ORGANIZATION, InvitationFilter
from resolvers.invitations.validation import InvitationOptions, Recipient
from resolvers.lists import Selection
from resolvers.metadata import Metadata as MetadataChange
from server.http.backend.endpoints import Call, Endpoint
from server.http.backend.ids import find_organization, find_organization_id, find_user_id
from server.http.backend.lists import SortedPage, answer_list
from server.http.backend.organizations import ONE as ORGANIZATION
from server.http.backend.parameters import Body, Metadata, NoQuery, Texts
from server.http.backend.shapes import show_invitations

READ, WRITE = "invitations:read", "invitations:write"
# What the original knows; declined invitations are among the revoked ones.
STATUSES = {
    "pending": [InvitationStatus.PENDING],
    "accepted": [InvitationStatus.ACCEPTED],
    "revoked": [InvitationStatus.REVOKED, InvitationStatus.DECLINED],
    "expired": [InvitationStatus.EXPIRED],
}


class InvitationsQuery(SortedPage):
    status: tuple[Literal["pending", "accepted", "revoked", "expired"], ...] = ()
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
    # Checked and recorded nowhere: the secret key revokes.
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


async def _to_recipient(call: Call, body: NewInvitation) -> Recipient:
    metadata = MetadataChange(body.public_metadata, body.private_metadata)
    return Recipient(body.email_address, body.role, metadata)


async def create_invitation(call: Call, body: NewInvitation) -> JSONObject:
    inviter = body.inviter_user_id
    options = InvitationOptions(
        inviter_user_id=None if inviter is None else await find_user_id(call, inviter),
        redirect_url=body.redirect_url,
        expires_in_days=body.expires_in_days,
        notify=body.notify,
    )
    change = partial(
        create.create_invitation,
        organization_id=await find_organization_id(call),
        recipient=await _to_recipient(call, body),
        options=options,
    )
    return await _show(call, await call.change(change))


async def create_invitations(call: Call, body: NewInvitations) -> JSONObject:
    change = partial(
        create.create_invitations,
        organization_id=await find_organization_id(call),
        recipients=[await _to_recipient(call, each) for each in body.root],
        options=InvitationOptions(),
        skip_failed=False,
    )
    rows, _ = await call.change(change)
    return {"data": await show_invitations(call, rows), "total_count": len(rows)}


async def revoke_invitation(call: Call, body: Revocation) -> JSONObject:
    change = partial(
        manage.revoke_invitation,
        organization_id=await find_organization_id(call),
        invitation_id=call.path["invitation_id"],
    )
    return await _show(call, await call.change(change))


LIST = f"{ORGANIZATION}/invitations"
ONE = f"{LIST}/{{invitation_id}}"
ENDPOINTS = [
    Endpoint("GET", LIST, READ, list_invitations, InvitationsQuery),
    Endpoint("POST", LIST, WRITE, create_invitation, NewInvitation),
    Endpoint("POST", f"{LIST}/bulk", WRITE, create_invitations, NewInvitations),
    Endpoint("GET", ONE, READ, get_invitation, NoQuery),
    Endpoint("POST", f"{ONE}/revoke", WRITE, revoke_invitation, Revocation),
]
