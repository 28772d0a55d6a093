"""The organization that a session is active in (rule 28)."""

from datetime import datetime

from sqlalchemy import Update, update
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import prepared_statement
from models.errors.request import NotFound
from models.instance import requires_organization
from models.memberships import Membership
from models.organizations import Organization
from models.sessions import TOUCH_INTERVAL, Session, is_open
from resolvers.authority.access import ensure_identity_token
from resolvers.foundation.transaction import Transaction
from resolvers.sessions.rows import is_open_at, lock_own_session, session_closed


async def set_active_organization(
    tx: Transaction, *, session_id: str, organization_id: str | None, slug: str | None
) -> Session:
    """Chooses the session's organization by ID or slug; with neither, the personal account.

    In membership mode REQUIRED, choosing the personal account changes nothing. The membership is
    locked before the session, in the same order as by its removal.
    """
    ensure_identity_token(tx.actor)
    await tx.ensure_organizations_enabled()
    membership = None
    if organization_id is not None:
        membership = await lock_own_membership(tx, organization_id)
    elif slug is not None:
        membership = await lock_own_membership(tx, None, slug)
    session = await lock_own_session(tx, session_id)
    if not is_open(session.closed_as, session.expires_at, tx.now):
        raise session_closed()
    membership_id = membership.id if membership else None
    can_choose = membership is not None or not requires_organization(await tx.load_instance())
    if can_choose and session.membership_id != membership_id:
        session.membership_id = membership_id
        session.updated_at = tx.now
    if tx.now - session.last_active_at >= TOUCH_INTERVAL:
        session.last_active_at = tx.now
    await tx.session.flush()
    return session


async def activate_pending_session(tx: Transaction, membership: Membership) -> None:
    """Makes the membership the choice of a pending session whose token created it (rule 28)."""
    signed = tx.actor.session
    if signed is None or not requires_organization(await tx.load_instance()):
        return
    await tx.session.execute(_choose_membership(signed.id, membership.id, tx.now))


@prepared_statement
def _choose_membership(session_id: str, membership_id: str, now: datetime) -> Update:
    pending = (col(Session.id) == session_id) & col(Session.membership_id).is_(None)
    chosen = update(Session).where(pending, is_open_at(now))
    return chosen.values(membership_id=membership_id, updated_at=now)


async def lock_own_membership(
    tx: Transaction, organization_id: str | None, slug: str | None = None
) -> Membership:
    """Returns a membership of the caller, locked so that it exists until the session holds it.

    The organization is given by its ID or its slug. Raises NotFound.
    """
    await tx.ensure_organizations_enabled()
    if slug is not None and not (await tx.load_instance()).slugs_enabled:
        raise NotFound
    return await lock_membership(tx, tx.actor.user_id or "", organization_id, slug)


async def lock_membership(
    tx: Transaction, user_id: str, organization_id: str | None, slug: str | None = None
) -> Membership:
    """Returns the user's membership, locked so that it exists until a session holds it."""
    statement = _select_locked_membership(user_id, organization_id, slug)
    membership = (await tx.session.execute(statement)).scalar_one_or_none()
    if membership is None:
        raise NotFound
    return membership


@prepared_statement
def _select_locked_membership(
    user_id: str, organization_id: str | None, slug: str | None
) -> SelectOfScalar[Membership]:
    own = select(Membership).where(col(Membership.user_id) == user_id)
    if organization_id is not None:
        own = own.where(col(Membership.organization_id) == organization_id)
    if slug is not None:
        with_slug = select(Organization.id).where(col(Organization.slug) == slug)
        own = own.where(col(Membership.organization_id).in_(with_slug))
    return own.with_for_update(read=True, key_share=True)
