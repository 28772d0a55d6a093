"""The invited person's side: what a ticket shows, accept and decline (rules 14 to 18)."""

from dataclasses import dataclass

from sqlmodel import col, select

from models.errors import (
    AlreadyAMember,
    InputError,
    InvitationAlreadyAccepted,
    InvitationDeclined,
    InvitationNotGrantable,
    InvitationRevoked,
    ResourceNotFound,
    TicketExpired,
    TicketInvalid,
    Unauthenticated,
)
from models.events import EventType
from models.invitations import Invitation, InvitationStatus
from models.memberships import Membership
from models.organizations import Organization
from models.roles import MEMBERSHIPS_MANAGE, RoleSet, RoleSetRole
from models.users import User
from resolvers.access import address_unverified, load_grant, wrong_address
from resolvers.events.payloads import record_invitation
from resolvers.invitations.manage import transition
from resolvers.invitations.tickets import TicketKeys, TicketKind, kind_of, parse_invitation_id
from resolvers.members.expiry import expire_overdue
from resolvers.members.memberships import Metadata, add_member, is_member
from resolvers.members.seats import ensure_own_seat
from resolvers.roles import RoleWithPermissions, load_role_by_id
from resolvers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class InvitationRef:
    """How the invited person names the invitation: by a ticket, or by its id."""

    ticket: str | None = None
    invitation_id: str | None = None

    def not_found(self) -> InputError:
        """The same for an invitation that never was and for one that is not theirs."""
        if self.ticket is not None:
            return TicketInvalid("This link is not valid any more.", at="ticket")
        return ResourceNotFound("There is no such invitation.", at="invitation_id")


SETTLED: dict[InvitationStatus, type[InputError]] = {
    InvitationStatus.EXPIRED: TicketExpired,
    InvitationStatus.REVOKED: InvitationRevoked,
    InvitationStatus.ACCEPTED: InvitationAlreadyAccepted,
    InvitationStatus.DECLINED: InvitationDeclined,
}
SENTENCES = {
    InvitationStatus.EXPIRED: "The invitation has expired: ask for a new one.",
    InvitationStatus.REVOKED: "The invitation was taken back.",
    InvitationStatus.ACCEPTED: "The invitation was accepted already.",
    InvitationStatus.DECLINED: "The invitation was declined.",
}


async def _load_invitation(tx: Transaction, proof: InvitationRef) -> Invitation:
    invitation_id = (
        parse_invitation_id(proof.ticket) if proof.ticket is not None else proof.invitation_id
    )
    statement = select(Invitation).where(col(Invitation.id) == (invitation_id or ""))
    found = (
        await tx.session.execute(statement.execution_options(populate_existing=True))
    ).scalar_one_or_none()
    if found is None:
        raise proof.not_found()
    return found


async def _lock_and_verify(
    tx: Transaction, proof: InvitationRef, keys: TicketKeys
) -> tuple[Invitation, Organization, User]:
    """The invitation and its organization, locked, and the person it is for.

    Raises who and what it is not.
    """
    await tx.ensure_organizations_enabled()
    seen = await _load_invitation(tx, proof)
    organization = await tx.lock_organization_for_invitee(seen.organization_id)
    if organization is None:
        raise proof.not_found()
    await expire_overdue(tx, organization)
    invitation = await _load_invitation(tx, proof)
    kind = (
        await kind_of(tx.session, keys, proof.ticket, invitation.nonce)
        if proof.ticket is not None
        else None
    )
    if proof.ticket is not None and kind is None:
        raise proof.not_found()
    user = await _load_caller(tx)
    if user.address_key != invitation.address_key:
        raise wrong_address() if kind else proof.not_found()
    if kind is not TicketKind.MAIL and not user.email_verified:
        raise address_unverified()
    return invitation, organization, user


async def _load_caller(tx: Transaction) -> User:
    # FOR KEY SHARE: the user can't be deleted before the membership is there for the deletion to
    # find.
    statement = (
        select(User)
        .where(col(User.id) == tx.actor.user_id)
        .with_for_update(read=True, key_share=True)
    )
    user = (await tx.session.execute(statement)).scalar_one_or_none()
    if user is None:
        raise Unauthenticated
    return user


def _ensure_pending(invitation: Invitation, proof: InvitationRef) -> None:
    status = InvitationStatus(invitation.status)
    if status is not InvitationStatus.PENDING:
        raise SETTLED[status](
            SENTENCES[status], at="ticket" if proof.ticket is not None else "invitation_id"
        )


async def _ensure_still_grantable(
    tx: Transaction, organization: Organization, invitation: Invitation
) -> RoleWithPermissions:
    """The role is decided now: it must be in the set, and,
    the default role apart, its inviter must still hold it.
    """
    held = await load_role_by_id(tx.session, invitation.role_id)
    offered = select(RoleSetRole.role_id).where(
        col(RoleSetRole.role_set_id) == organization.role_set_id,
        col(RoleSetRole.role_id) == held.role.id,
    )
    if (await tx.session.execute(offered)).first() is None:
        raise _not_grantable()
    default = select(RoleSet.default_role_id).where(col(RoleSet.id) == organization.role_set_id)
    is_default = (await tx.session.execute(default)).scalar_one() == held.role.id
    if not (
        is_default
        or invitation.by_service
        or await _inviter_holds(tx, organization, invitation, held)
    ):
        raise _not_grantable()
    return held


def _not_grantable() -> InvitationNotGrantable:
    return InvitationNotGrantable(
        "Who invited you can't give this role any more: ask for a new invitation."
    )


async def _inviter_holds(
    tx: Transaction, organization: Organization, invitation: Invitation, held: RoleWithPermissions
) -> bool:
    grant = (
        await load_grant(tx.session, organization.id, invitation.inviter_id)
        if invitation.inviter_id
        else None
    )
    return grant is not None and {*held.permissions, MEMBERSHIPS_MANAGE} <= grant.permissions


async def accept_invitation(
    tx: Transaction, *, proof: InvitationRef, keys: TicketKeys
) -> tuple[Invitation, Membership]:
    """Makes the invited person a member with the invitation's role and metadata."""
    invitation, organization, user = await _lock_and_verify(tx, proof, keys)
    _ensure_pending(invitation, proof)
    if await is_member(tx, organization, user):
        raise AlreadyAMember("You are a member of this organization already.")
    held = await _ensure_still_grantable(tx, organization, invitation)
    await ensure_own_seat(tx, organization, at=None)
    await transition(tx, invitation, InvitationStatus.ACCEPTED, accepted_by_id=user.id)
    await record_invitation(
        tx, EventType.INVITATION_ACCEPTED, invitation, organization, user_id=user.id
    )
    metadata = Metadata(invitation.public_metadata, invitation.private_metadata)
    return invitation, await add_member(tx, organization, user, held, metadata)


async def decline_invitation(
    tx: Transaction, *, proof: InvitationRef, keys: TicketKeys
) -> Invitation:
    """Says no; the address can be invited again."""
    invitation, organization, user = await _lock_and_verify(tx, proof, keys)
    _ensure_pending(invitation, proof)
    await transition(tx, invitation, InvitationStatus.DECLINED)
    await record_invitation(
        tx, EventType.INVITATION_DECLINED, invitation, organization, user_id=user.id
    )
    return invitation
