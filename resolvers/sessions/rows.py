"""Loads sessions, locked, and closes them."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import prepared_statement
from models.errors.input import ResourceNotFound, SessionClosed
from models.events import EventType
from models.sessions import Session, SessionStatus, is_open
from resolvers.events.payloads import record_session
from resolvers.foundation.transaction import Transaction


def is_open_at(now: datetime) -> ColumnElement[bool]:
    return and_(col(Session.closed_as).is_(None), col(Session.expires_at) > now)


def session_not_found() -> ResourceNotFound:
    return ResourceNotFound("The session doesn't exist.", at="session_id")


def session_closed() -> SessionClosed:
    return SessionClosed("The session has ended. Open a new one.", at="session_id")


async def lock_session(tx: Transaction, session_id: str, user_id: str | None = None) -> Session:
    """Returns the session, locked until the end; raises ResourceNotFound."""
    statement = _select_locked_session(session_id, user_id)
    session = (await tx.session.execute(statement)).scalar_one_or_none()
    if session is None:
        raise session_not_found()
    return session


@prepared_statement
def _select_locked_session(session_id: str, user_id: str | None) -> SelectOfScalar[Session]:
    """Selects the session, for a user only if it is theirs."""
    statement = select(Session).where(col(Session.id) == session_id)
    if user_id is not None:
        statement = statement.where(col(Session.user_id) == user_id)
    return statement.with_for_update()


async def lock_own_session(tx: Transaction, session_id: str) -> Session:
    return await lock_session(tx, session_id, tx.actor.user_id or "")


async def close_session(
    tx: Transaction, session: Session, status: SessionStatus, event: EventType
) -> None:
    """Closes the session; one that is closed or has expired stays as it is."""
    if is_open(session.closed_as, session.expires_at, tx.now):
        session.closed_as = status.value
        session.updated_at = tx.now
        await record_session(tx, event, session)
