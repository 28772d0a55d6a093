"""Invitations lapse: what shows at the instant is written down, with its event, once (DESIGN 7, rule 13)."""

from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from models.errors import NotFound
from models.events import EventType
from models.invitations import PENDING, Invitation, InvitationStatus
from models.organizations import Organization
from resolvers.access import SYSTEM
from resolvers.events.payloads import record_invitation
from resolvers.roles import roles_by_id
from resolvers.transaction import PIECE, Work


async def expire_lapsed(work: Work, organization: Organization) -> None:
    """Stores EXPIRED for what has lapsed, with its event; this is kept even if the operation is refused (rule 13)."""
    lapsed = (
        select(Invitation.id)
        .where(
            col(Invitation.organization_id) == organization.id,
            col(Invitation.status) == PENDING,
            col(Invitation.expires_at) <= work.now,
        )
        .order_by(col(Invitation.id))
        .limit(PIECE)
    )
    expired = (
        update(Invitation)
        .where(col(Invitation.id).in_(lapsed))
        .values(status=InvitationStatus.EXPIRED.value, updated_at=work.now)
        .returning(Invitation)
        .execution_options(synchronize_session="fetch", populate_existing=True)
    )
    while True:
        found = sorted((await work.session.execute(expired)).scalars(), key=lambda one: one.id)
        # Held until the events are written: the session finds them again, and asks the database once.
        _roles = await roles_by_id(work.session, list({invitation.role_id for invitation in found})) if found else {}
        for invitation in found:
            await record_invitation(work, EventType.INVITATION_EXPIRED, invitation, organization, actor=SYSTEM)
            work.lapsed_in = organization.id
        await work.save_events()
        if len(found) < PIECE:
            return


async def expire_lapsed_among(work: Work, organizations: Any) -> None:
    """The same for all of these organizations, selected by their ids, before a role of theirs is weighed."""
    lapsed = select(Invitation.organization_id).where(
        col(Invitation.organization_id).in_(organizations),
        col(Invitation.status) == PENDING,
        col(Invitation.expires_at) <= work.now,
    )
    statement = select(Organization).where(col(Organization.id).in_(lapsed)).order_by(col(Organization.id))
    for organization in (await work.session.execute(statement)).scalars().all():
        await expire_lapsed(work, organization)


async def sweep(work: Work, organization_id: str) -> None:
    """Writes down what lapsed in one organization; one that is gone meanwhile has nothing to write down."""
    try:
        organization = await work.organization(organization_id)
    except NotFound:
        return
    await expire_lapsed(work, organization)
