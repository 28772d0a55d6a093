"""Authenticates the session token of a request."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import String, type_coerce
from sqlmodel import col, select

from models.database.statements import AnySelect, prepared_statement
from models.instance import Instance
from models.sessions import Session
from resolvers.access import Actor, ActorType, SigningSession
from resolvers.server import Server
from resolvers.sessions.rows import is_open_at


@dataclass(frozen=True, slots=True)
class SessionClaims:
    """The claims of a verified session token that are used."""

    session_id: str
    user_id: str
    organization_id: str | None


@prepared_statement
def _select_caller(session_id: str, user_id: str, now: datetime) -> AnySelect:
    """Selects the instance's settings, and the session if it is open and the user's."""
    own = (col(Session.id) == session_id) & (col(Session.user_id) == user_id)
    columns = select(
        Instance, type_coerce(col(Session.id), String).label("session_id"), col(Session.expires_at)
    )
    return columns.outerjoin(Session, own & is_open_at(now))


async def sign_in_session(server: Server, token: SessionClaims) -> tuple[Actor, Instance] | None:
    """Loads the caller of a verified session token, in one statement.

    Returns None if the session is closed, has expired, or was deleted with its user.
    """
    statement = _select_caller(token.session_id, token.user_id, server.clock())
    async with server.store.read() as connection:
        (row,) = await connection.fetch(statement)
    if row.session_id is None:
        return None
    session = SigningSession(token.session_id, row.expires_at, token.organization_id)
    return Actor(ActorType.USER, token.user_id, session), cast(Instance, row)
