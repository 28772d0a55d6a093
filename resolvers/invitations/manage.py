"""Resends and revokes invitations (rules 16 and 22)."""

import secrets

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import prepared_statement
from models.errors.input import (
    AlreadyAMember,
    InvitationNotGrantable,
    InvitationNotPending,
    ResourceNotFound,
)
from models.events import EventType
from models.invitations import PENDING, Invitation, InvitationStatus, settle
from models.organizations import Organization
from resolvers.authority.access import ensure_grantable
from resolvers.events.payloads import record_invitation
from resolvers.foundation.transaction import Transaction
from resolvers.invitations.create import queue_mail
from resolvers.invitations.rate_limits import ensure_mail_rate
from resolvers.invitations.validation import compute_expiry, ensure_can_mail, load_existing
from resolvers.members.invitation_expiry import expire_overdue
from resolvers.members.seats import ensure_free_seat, has_seat
from resolvers.roles import load_roles_of_set


def not_pending() -> InvitationNotPending:
    return InvitationNotPending("The invitation is no longer pending.", at="invitation_id")


async def revoke_invitation(
    tx: Transaction, *, organization_id: str, invitation_id: str
) -> Invitation:
    """Revokes a pending invitation; its links are invalid at once."""
    organization = await tx.lock_organization(organization_id)
    await expire_overdue(tx, organization)
    invitation = await _load_invitation(tx, organization_id, invitation_id)
    if invitation.status != PENDING:
        raise not_pending()
    settle(invitation, InvitationStatus.REVOKED, tx.now)
    await record_invitation(tx, EventType.INVITATION_REVOKED, invitation, organization)
    return invitation


async def resend_invitation(
    tx: Transaction, *, organization_id: str, invitation_id: str
) -> Invitation:
    """Sends a pending or expired invitation again, with a new link and a new expiry.

    The caller becomes the inviter.
    """
    organization = await tx.lock_organization(organization_id)
    await expire_overdue(tx, organization)
    invitation = await _load_invitation(tx, organization_id, invitation_id)
    if invitation.status not in {PENDING, InvitationStatus.EXPIRED.value}:
        raise not_pending()
    offered = await load_roles_of_set(tx, organization.role_set_id)
    role = offered.by_id.get(invitation.role_id)
    if role is None:
        raise InvitationNotGrantable(
            "The organization no longer has the role of the invitation. Create a new invitation.",
            at="invitation_id",
        )
    ensure_grantable(tx.grant, role.permissions)
    ensure_can_mail(tx)
    if invitation.status != PENDING:
        await _ensure_can_revive(tx, organization, invitation)
    await ensure_mail_rate(tx, organization, [invitation.address_key])
    invitation.status, invitation.updated_at = PENDING, tx.now
    invitation.nonce = secrets.token_urlsafe(32)
    invitation.inviter_id = tx.actor.user_id
    invitation.by_service = tx.actor.is_service
    invitation.api_key_id = tx.actor.api_key_id
    invitation.expires_at = await compute_expiry(tx, None)
    queue_mail(tx, invitation, inviter_id=tx.actor.holder_id)
    await record_invitation(tx, EventType.INVITATION_RESENT, invitation, organization)
    return invitation


async def _load_invitation(tx: Transaction, organization_id: str, invitation_id: str) -> Invitation:
    """Loads by both IDs, so that an invitation of another organization is not found."""
    statement = _select_invitation(organization_id, invitation_id)
    invitation = (await tx.session.execute(statement)).scalar_one_or_none()
    if invitation is None:
        raise ResourceNotFound(
            "The invitation doesn't exist in this organization.", at="invitation_id"
        )
    return invitation


@prepared_statement
def _select_invitation(organization_id: str, invitation_id: str) -> SelectOfScalar[Invitation]:
    return select(Invitation).where(
        col(Invitation.id) == invitation_id, col(Invitation.organization_id) == organization_id
    )


async def _ensure_can_revive(
    tx: Transaction, organization: Organization, invitation: Invitation
) -> None:
    """Ensures that there is a seat, no member, and no newer invitation for an expired one."""
    members, invited = await load_existing(tx, organization, [invitation.address_key])
    if members:
        raise AlreadyAMember("The email address already belongs to a member.", at="invitation_id")
    if invited:
        raise not_pending()
    if has_seat(invitation):
        await ensure_free_seat(tx, organization)
