"""Invitations lapse: what shows at the instant is written down, with its event, once (rule 13)."""

from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from models.errors import NotFound
from models.events import EventType
from models.invitations import PENDING, Invitation, InvitationStatus
from models.organizations import Organization
from resolvers.access import SYSTEM
from resolvers.event_writer import PIECE
from resolvers.events.payloads import record_invitation
from resolvers.roles import load_roles_by_id
from resolvers.transaction import Transaction


async def expire_overdue(tx: Transaction, organization: Organization) -> None:
    """Stores EXPIRED for what has lapsed, with its event;
    this is kept even if the operation is refused (rule 13).
    """
    lapsed = (
        select(Invitation.id)
        .where(
            col(Invitation.organization_id) == organization.id,
            col(Invitation.status) == PENDING,
            col(Invitation.expires_at) <= tx.now,
        )
        .order_by(col(Invitation.id))
        .limit(PIECE)
    )
    expired = (
        update(Invitation)
        .where(col(Invitation.id).in_(lapsed))
        .values(status=InvitationStatus.EXPIRED.value, updated_at=tx.now)
        .returning(Invitation)
        .execution_options(synchronize_session="fetch", populate_existing=True)
    )
    while True:
        found = sorted((await tx.session.execute(expired)).scalars(), key=lambda one: one.id)
        # Held until the events are written: the session finds them again, and asks the database
        # once.
        _roles = (
            await load_roles_by_id(tx.session, list({invitation.role_id for invitation in found}))
            if found
            else {}
        )
        for invitation in found:
            await record_invitation(
                tx, EventType.INVITATION_EXPIRED, invitation, organization, actor=SYSTEM
            )
            tx.expired_in = organization.id
        await tx.events.save()
        if len(found) < PIECE:
            return


async def expire_overdue_in(tx: Transaction, organizations: Any) -> None:
    """The same for all of these organizations, selected
    by their ids, before a role of theirs is weighed.
    """
    lapsed = select(Invitation.organization_id).where(
        col(Invitation.organization_id).in_(organizations),
        col(Invitation.status) == PENDING,
        col(Invitation.expires_at) <= tx.now,
    )
    statement = (
        select(Organization).where(col(Organization.id).in_(lapsed)).order_by(col(Organization.id))
    )
    for organization in (await tx.session.execute(statement)).scalars().all():
        await expire_overdue(tx, organization)


async def expire_overdue_of(tx: Transaction, organization_id: str) -> None:
    """Writes down what lapsed in one organization; one
    that is gone meanwhile has nothing to write down.
    """
    try:
        organization = await tx.lock_organization(organization_id)
    except NotFound:
        return
    await expire_overdue(tx, organization)
