"""Expiry of invitations: one reads as expired at once, and is stored as expired once (rule 13)."""

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import prepared_statement
from models.errors.request import NotFound
from models.events import EventType
from models.invitations import Invitation, InvitationStatus, is_overdue, settle
from models.organizations import Organization
from resolvers.authority.access import SYSTEM
from resolvers.events.payloads import record_invitation
from resolvers.foundation.event_writer import PIECE
from resolvers.foundation.transaction import Transaction
from resolvers.roles import load_roles_by_id


async def expire_overdue(tx: Transaction, organization: Organization) -> None:
    """Stores which of an organization's invitations have expired, and records the events.

    This is kept even if the operation is rejected (rule 13).
    """
    if organization.id in tx.without_overdue:
        return
    while True:
        overdue = _select_overdue(organization.id, tx.now)
        invitations = (await tx.session.execute(overdue)).scalars()
        role_ids = {invitation.role_id for invitation in invitations}
        # Kept until the events are recorded, so that the session finds the roles without asking the
        # database again.
        _roles = await load_roles_by_id(tx.session, list(role_ids)) if role_ids else {}
        for invitation in invitations:
            settle(invitation, InvitationStatus.EXPIRED, tx.now)
            await record_invitation(
                tx, EventType.INVITATION_EXPIRED, invitation, organization, actor=SYSTEM
            )
            tx.expired_in = organization.id
        await tx.events.save()
        if len(invitations) < PIECE:
            return


@prepared_statement
def _select_overdue(organization_id: str, now: datetime) -> SelectOfScalar[Invitation]:
    overdue = select(Invitation).where(
        col(Invitation.organization_id) == organization_id, is_overdue(now)
    )
    return overdue.order_by(col(Invitation.id)).limit(PIECE)


async def expire_overdue_in(tx: Transaction, organization_ids: SelectOfScalar[str]) -> None:
    """Stores which invitations of the selected organizations have expired."""
    expired_in = select(Invitation.organization_id).where(
        col(Invitation.organization_id).in_(organization_ids), is_overdue(tx.now)
    )
    organizations = select(Organization).where(col(Organization.id).in_(expired_in))
    organizations = organizations.order_by(col(Organization.id))
    for organization in (await tx.session.execute(organizations)).scalars():
        await expire_overdue(tx, organization)


async def expire_overdue_of(tx: Transaction, organization_id: str) -> None:
    """Stores which invitations of an organization have expired, unless it was deleted."""
    try:
        organization = await tx.lock_organization(organization_id)
    except NotFound:
        return
    await expire_overdue(tx, organization)
