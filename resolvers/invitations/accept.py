"""Accepts and declines invitations (rules 14 to 18)."""

from dataclasses import dataclass

from sqlalchemy import Select
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import AnySelect, prepared_statement
from models.errors.input import (
    AlreadyAMember,
    InputError,
    InvitationAlreadyAccepted,
    InvitationDeclined,
    InvitationNotGrantable,
    InvitationRevoked,
    ResourceNotFound,
    TicketExpired,
    TicketInvalid,
)
from models.errors.request import Unauthenticated
from models.events import EventType
from models.instance import Instance
from models.invitations import Invitation, InvitationStatus, settle
from models.memberships import Membership
from models.organizations import Organization
from models.roles import MEMBERSHIPS_MANAGE
from models.users import User, update_derived_fields
from resolvers.authority.access import Grant, address_unverified, load_grant, wrong_address
from resolvers.authority.key_grants import load_key_grant
from resolvers.events.payloads import record_invitation, record_user
from resolvers.foundation.changes import apply_changes
from resolvers.foundation.metadata import Metadata
from resolvers.foundation.transaction import Transaction
from resolvers.invitations.tickets import TicketKind, load_ticket_kind, parse_invitation_id
from resolvers.members.add import add_member
from resolvers.members.invitation_expiry import expire_overdue
from resolvers.members.requests import is_waiting_for, settle_waiting
from resolvers.members.seats import ensure_own_seat
from resolvers.roles import RoleWithPermissions, load_roles_of_set


@dataclass(frozen=True, slots=True)
class Verified:
    """A pending invitation, with its organization and the invited person, all of them locked."""

    invitation: Invitation
    organization: Organization
    user: User
    # What the person holds if they are a member already.
    grant: Grant | None
    # Whether they have a membership request or a suggestion, which the membership settles.
    is_waiting: bool


@dataclass(frozen=True, slots=True)
class InvitationRef:
    """How the invited person refers to the invitation: by a ticket or by its ID."""

    ticket: str | None = None
    invitation_id: str | None = None

    def find_id(self) -> str:
        """Returns the ID, which is empty if the ticket has none."""
        if self.ticket is not None:
            return parse_invitation_id(self.ticket) or ""
        return self.invitation_id or ""

    def not_found(self) -> InputError:
        """Makes the same error for an invitation that doesn't exist and for someone else's."""
        if self.ticket is not None:
            return TicketInvalid("This link is no longer valid.", at="ticket")
        return ResourceNotFound("The invitation doesn't exist.", at="invitation_id")


SETTLED: dict[InvitationStatus, type[InputError]] = {
    InvitationStatus.EXPIRED: TicketExpired,
    InvitationStatus.REVOKED: InvitationRevoked,
    InvitationStatus.ACCEPTED: InvitationAlreadyAccepted,
    InvitationStatus.DECLINED: InvitationDeclined,
}
SENTENCES = {
    InvitationStatus.EXPIRED: "The invitation has expired. Ask for a new one.",
    InvitationStatus.REVOKED: "The invitation was revoked.",
    InvitationStatus.ACCEPTED: "The invitation was already accepted.",
    InvitationStatus.DECLINED: "The invitation was declined.",
}


async def _find_organization_id(tx: Transaction, ref: InvitationRef) -> str:
    """Finds where the invitation leads, and loads the settings: it isn't locked yet."""
    row = (await tx.session.execute(_select_organization_id(ref.find_id()))).one()
    tx.loaded_instance = row[0]
    await tx.ensure_organizations_enabled()
    if row[1] is None:
        raise ref.not_found()
    return row[1]


@prepared_statement
def _select_organization_id(invitation_id: str) -> AnySelect:
    columns: AnySelect = Select(Instance, col(Invitation.organization_id))
    is_named = col(Invitation.id) == invitation_id
    return columns.select_from(Instance).outerjoin(Invitation, is_named)


async def _load_invitation(tx: Transaction, ref: InvitationRef) -> Invitation:
    statement = _select_invitation(ref.find_id())
    invitation = (await tx.session.execute(statement)).scalar_one_or_none()
    if invitation is None:
        raise ref.not_found()
    return invitation


@prepared_statement
def _select_invitation(invitation_id: str) -> SelectOfScalar[Invitation]:
    return select(Invitation).where(col(Invitation.id) == invitation_id)


async def _lock_and_verify(tx: Transaction, ref: InvitationRef) -> Verified:
    """Returns the pending invitation.

    Raises an error if it isn't the caller who is invited, or if the invitation is settled.
    """
    # First, because the database gets it together with what begins the transaction.
    await tx.lock_roles_shared()
    locked = await tx.lock_organization_for_invitee(await _find_organization_id(tx, ref))
    if locked is None:
        raise ref.not_found()
    organization, grant = locked
    await expire_overdue(tx, organization)
    invitation, kind = await _load_invitation(tx, ref), None
    if ref.ticket is not None:
        keys = tx.server.ticket_keys
        kind = await load_ticket_kind(tx.session, keys, ref.ticket, invitation.nonce)
        if kind is None:
            raise ref.not_found()
    user, is_waiting = await _load_caller(tx, organization)
    if user.address_key != invitation.address_key and (user.address_key or kind is None):
        raise wrong_address() if kind else ref.not_found()
    # Without an address, nothing but the ticket of the email connects the user to the mailbox.
    is_verified = user.email_verified and user.address_key is not None
    if kind is not TicketKind.MAIL and not is_verified:
        raise address_unverified()
    status = InvitationStatus(invitation.status)
    if status is not InvitationStatus.PENDING:
        at = "ticket" if ref.ticket is not None else "invitation_id"
        raise SETTLED[status](SENTENCES[status], at=at)
    return Verified(invitation, organization, user, grant, is_waiting)


async def _load_caller(tx: Transaction, organization: Organization) -> tuple[User, bool]:
    """Loads the caller, and whether they have a membership request or a suggestion."""
    statement = _select_locked_user(tx.actor.user_id or "", organization.id)
    row = (await tx.session.execute(statement)).one_or_none()
    if row is None:
        raise Unauthenticated
    return row[0], bool(row[1])


@prepared_statement
def _select_locked_user(user_id: str, organization_id: str) -> Select[User, bool]:
    # FOR NO KEY UPDATE: the user can't be deleted until the membership exists, so that the deletion
    # finds it, and of two invitations to different addresses only one can give its address.
    statement = select(User, is_waiting_for(organization_id)).where(col(User.id) == user_id)
    return statement.with_for_update(key_share=True, of=User)


async def _load_grantable_role(
    tx: Transaction, organization: Organization, invitation: Invitation
) -> RoleWithPermissions:
    """Loads the invitation's role, which must still be grantable (rule 17).

    It must be in the role set and, unless it is the default role, its inviter must hold it. For a
    domain's invitation, it is the default role of now (rule 38).
    """
    not_grantable = InvitationNotGrantable(
        "The person who invited you can no longer grant this role. Ask for a new invitation."
    )
    offered = await load_roles_of_set(tx, organization.role_set_id)
    if invitation.domain is not None:
        invitation.role_id = offered.default.role.id
        return offered.default
    role = offered.by_id.get(invitation.role_id)
    if role is None:
        raise not_grantable
    if invitation.by_service or role is offered.default:
        return role
    grant = await _load_inviters_grant(tx, invitation)
    if grant is None or not {*role.permissions, MEMBERSHIPS_MANAGE} <= grant.role_permissions:
        raise not_grantable
    return role


async def _load_inviters_grant(tx: Transaction, invitation: Invitation) -> Grant | None:
    """Loads what the user or API key that invited holds now."""
    organization_id = invitation.organization_id
    if invitation.api_key_id:
        return await load_key_grant(tx.session, organization_id, invitation.api_key_id, tx.now)
    if invitation.inviter_id:
        return await load_grant(tx.session, organization_id, invitation.inviter_id, tx.now)
    return None


async def accept_invitation(
    tx: Transaction, *, ref: InvitationRef
) -> tuple[Invitation, Membership]:
    """Makes the invited person a member with the invitation's role and metadata.

    If they have no address, the invited one becomes theirs, verified by the ticket of the email.
    """
    verified = await _lock_and_verify(tx, ref)
    invitation, organization, user = verified.invitation, verified.organization, verified.user
    if verified.grant is not None:
        raise AlreadyAMember("You are already a member of this organization.")
    role = await _load_grantable_role(tx, organization, invitation)
    await ensure_own_seat(tx, organization, invitation)
    if user.address_key is None:
        address = {"email_address": invitation.email_address, "email_verified": True}
        changes = apply_changes(user, address)
        user.address_key, user.updated_at = invitation.address_key, tx.now
        user.verified_by_ticket = True
        update_derived_fields(user)
        record_user(tx, EventType.USER_UPDATED, user, changes)
    settle(invitation, InvitationStatus.ACCEPTED, tx.now)
    invitation.accepted_by_id = user.id
    await record_invitation(
        tx, EventType.INVITATION_ACCEPTED, invitation, organization, user_id=user.id
    )
    if verified.is_waiting:
        await settle_waiting(tx, organization, [user])
    metadata = Metadata(invitation.public_metadata, invitation.private_metadata)
    return invitation, await add_member(tx, organization, user, role, metadata)


async def decline_invitation(tx: Transaction, *, ref: InvitationRef) -> Invitation:
    """Declines the invitation; the address can be invited again."""
    verified = await _lock_and_verify(tx, ref)
    invitation, organization, user = verified.invitation, verified.organization, verified.user
    settle(invitation, InvitationStatus.DECLINED, tx.now)
    await record_invitation(
        tx, EventType.INVITATION_DECLINED, invitation, organization, user_id=user.id
    )
    return invitation
