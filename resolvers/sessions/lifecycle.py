"""Opens, ends, and revokes sessions (rule 28)."""

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import prepared_statement
from models.errors.input import ResourceNotFound
from models.errors.request import Unauthenticated
from models.events import EventType
from models.memberships import Membership
from models.sessions import LIFETIME, LIVE_SESSIONS, Session, SessionStatus
from models.users import User
from resolvers.authority.access import ensure_identity_token
from resolvers.events.payloads import record_session
from resolvers.foundation.transaction import Transaction
from resolvers.sessions.active_organization import lock_membership, lock_own_membership
from resolvers.sessions.rows import close_session, is_open_at, lock_own_session, lock_session


async def create_session(
    tx: Transaction, *, organization_id: str | None, slug: str | None = None
) -> Session:
    """Opens a session of the caller, in an organization, given by ID or slug, or in none yet."""
    ensure_identity_token(tx.actor)
    user_id = tx.actor.user_id or ""
    if not await _lock_user(tx, user_id):
        raise Unauthenticated
    membership = None
    if organization_id is not None or slug is not None:
        membership = await lock_own_membership(tx, organization_id, slug)
    return await _open_session(tx, user_id, membership)


async def create_session_of_user(
    tx: Transaction, *, user_id: str, organization_id: str | None
) -> Session:
    """Opens a session of any user, in one of their organizations or in none yet."""
    if not await _lock_user(tx, user_id):
        raise ResourceNotFound("The user doesn't exist.", at="user_id")
    membership = None
    if organization_id is not None:
        membership = await lock_membership(tx, user_id, organization_id)
    return await _open_session(tx, user_id, membership)


async def _lock_user(tx: Transaction, user_id: str) -> bool:
    """Whether the user exists; locked, so that concurrent calls count the open sessions in turn."""
    locked = (await tx.session.execute(_select_locked_user(user_id))).scalar_one_or_none()
    return locked is not None


async def _open_session(tx: Transaction, user_id: str, membership: Membership | None) -> Session:
    # At the limit, the sessions that were idle longest end.
    surplus = _select_locked_surplus(user_id, tx.now)
    for old in (await tx.session.execute(surplus)).scalars():
        await close_session(tx, old, SessionStatus.ENDED, EventType.SESSION_ENDED)
    session = Session(
        id=tx.new_id(Session.prefix),
        created_at=tx.now,
        updated_at=tx.now,
        user_id=user_id,
        membership_id=membership.id if membership else None,
        last_active_at=tx.now,
        expires_at=tx.now + LIFETIME,
    )
    tx.session.add(session)
    await tx.session.flush()
    await record_session(tx, EventType.SESSION_CREATED, session)
    return session


@prepared_statement
def _select_locked_user(user_id: str) -> SelectOfScalar[str]:
    return select(User.id).where(col(User.id) == user_id).with_for_update(key_share=True)


@prepared_statement
def _select_locked_surplus(user_id: str, now: datetime) -> SelectOfScalar[Session]:
    """Selects the open sessions that exceed the limit together with a new one."""
    own = select(Session).where(col(Session.user_id) == user_id, is_open_at(now))
    newest_first = own.order_by(col(Session.last_active_at).desc(), col(Session.id).desc())
    return newest_first.offset(LIVE_SESSIONS - 1).limit(LIVE_SESSIONS).with_for_update()


async def end_session(tx: Transaction, *, session_id: str) -> Session:
    """Ends one of the caller's sessions, with a token of the session or an identity token."""
    if tx.actor.session and tx.actor.session.id != session_id:
        ensure_identity_token(tx.actor)
    session = await lock_own_session(tx, session_id)
    await close_session(tx, session, SessionStatus.ENDED, EventType.SESSION_ENDED)
    return session


async def revoke_session(tx: Transaction, *, session_id: str) -> Session:
    """Ends a session of any user."""
    session = await lock_session(tx, session_id)
    await close_session(tx, session, SessionStatus.REVOKED, EventType.SESSION_REVOKED)
    return session
