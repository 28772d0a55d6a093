"""Authenticates the session token of a request."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import String, type_coerce
from sqlmodel import col, select

from models.database.statements import AnySelect, prepared_statement
from models.instance import Instance
from models.sessions import Session
from resolvers.authority.access import Actor, ActorType, SignIn, SigningSession
from resolvers.events.event_log import select_cursor_of_snapshot
from resolvers.foundation.server import Server
from resolvers.sessions.rows import is_open_at


@dataclass(frozen=True, slots=True)
class SessionClaims:
    """The claims of a verified session token that are used."""

    session_id: str
    user_id: str
    organization_id: str | None


@prepared_statement
def _select_caller(session_id: str, user_id: str, now: datetime) -> AnySelect:
    """Selects the instance's settings, and the session if it is open and the user's.

    The cursor is of the same moment as the settings.
    """
    own = (col(Session.id) == session_id) & (col(Session.user_id) == user_id)
    columns = select(
        Instance,
        type_coerce(col(Session.id), String).label("session_id"),
        col(Session.expires_at),
        select_cursor_of_snapshot().label("newest_cursor"),
    )
    return columns.outerjoin(Session, own & is_open_at(now))


async def sign_in_session(server: Server, token: SessionClaims) -> SignIn | None:
    """Loads the caller of a verified session token, in one statement.

    Returns None if the session is closed, has expired, or was deleted with its user.
    """
    statement = _select_caller(token.session_id, token.user_id, server.clock())
    async with server.store.read() as connection:
        (row,) = await connection.fetch(statement)
    if row.session_id is None:
        return None
    session = SigningSession(token.session_id, row.expires_at, token.organization_id)
    actor = Actor(ActorType.USER, token.user_id, session)
    return SignIn(actor, cast(Instance, row), row.newest_cursor)
