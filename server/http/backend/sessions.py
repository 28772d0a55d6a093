"""Sessions of the Backend API, and their tokens."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field

from models.base import JSONObject
from models.errors.input import ParameterMissing
from models.instance import requires_organization
from models.keys.scopes import KeyScope
from models.sessions import Session, SessionStatus, get_status
from resolvers.authority.access import ensure_reach
from resolvers.lists.specs import Selection
from resolvers.sessions import lifecycle
from resolvers.sessions.claims import TOKEN_SECONDS, TokenFormat
from resolvers.sessions.lists import SESSIONS, SessionFilter
from resolvers.sessions.rows import session_not_found
from resolvers.sessions.tokens import TokenOptions, create_token_of_session
from server.http.backend.foundation.endpoints import Call, Endpoint
from server.http.backend.foundation.ids import find_organization_id, find_user_id
from server.http.backend.foundation.lists import Page, answer_list
from server.http.backend.foundation.parameters import Body, NoBody, NoQuery
from server.http.backend.foundation.shapes import to_time

# No scope is only for reading sessions.
SCOPE = KeyScope.SESSIONS_WRITE
LONGEST_SECONDS = 3600
STATUSES = {status.value: status for status in SessionStatus}


# The last three don't exist here.
Status = Literal[
    "active", "pending", "ended", "expired", "revoked", "abandoned", "removed", "replaced"
]


class SessionsQuery(Page):
    user_id: str | None = None
    client_id: str | None = None
    status: Status | None = None
    paginated: bool = False


class NewSession(Body):
    user_id: str
    active_organization_id: str | None = None


class NewToken(Body):
    expires_in_seconds: Annotated[int, Field(ge=30, le=LONGEST_SECONDS)] = TOKEN_SECONDS


async def _show_sessions(call: Call, rows: Sequence[Session]) -> list[JSONObject]:
    ids = {row.membership_id for row in rows if row.membership_id}
    memberships = await call.context.loaders.memberships_by_id.load_many(list(ids))
    organizations = {one.id: one.organization_id for one in memberships if one}
    return [_show_session(call, row, organizations.get(row.membership_id or "")) for row in rows]


def _show_session(call: Call, row: Session, organization_id: str | None) -> JSONObject:
    context = call.context
    is_pending = organization_id is None and requires_organization(context.instance)
    status = get_status(
        row.closed_as, row.expires_at, context.server.clock(), is_pending=is_pending
    )
    return {
        "object": "session",
        "id": row.id,
        "client_id": f"client_{row.id.partition('_')[2]}",
        "user_id": row.user_id,
        "status": status.value,
        "last_active_organization_id": organization_id,
        "last_active_at": to_time(row.last_active_at),
        "expire_at": to_time(row.expires_at),
        "abandon_at": to_time(row.expires_at),
        "actor": None,
        "latest_activity": None,
        "created_at": to_time(row.created_at),
        "updated_at": to_time(row.updated_at),
    }


async def _show(call: Call, row: Session) -> JSONObject:
    (shown,) = await _show_sessions(call, [row])
    return shown


async def list_sessions(call: Call, query: SessionsQuery) -> Any:
    if query.user_id is None and query.client_id is None:
        raise ParameterMissing("Give a user_id or a client_id.", at="user_id")
    ensure_reach(call.context.caller, None)
    user_id, client_id, context = query.user_id, query.client_id, call.context
    known = [STATUSES[query.status]] if query.status in STATUSES else []
    filter = SessionFilter(
        requires_organization(context.instance),
        context.server.clock(),
        tuple(known) if query.status else None,
        user_id=None if user_id is None else await find_user_id(call, user_id),
        session_id=None if client_id is None else f"sess_{client_id.partition('_')[2]}",
    )
    answer = await answer_list(call, Selection(SESSIONS, filter), query, _show_sessions)
    return answer if query.paginated else answer["data"]


async def get_session(call: Call, query: NoQuery) -> JSONObject:
    ensure_reach(call.context.caller, None)
    row = await call.context.loaders.sessions.load(call.path["session_id"])
    if row is None:
        raise session_not_found()
    return await _show(call, row)


async def create_session(call: Call, body: NewSession) -> JSONObject:
    active = body.active_organization_id
    create = partial(
        lifecycle.create_session_of_user,
        user_id=await find_user_id(call, body.user_id),
        organization_id=None if active is None else await find_organization_id(call, active),
    )
    return await _show(call, await call.change(create))


async def revoke_session(call: Call, body: NoBody) -> JSONObject:
    revoke = partial(lifecycle.revoke_session, session_id=call.path["session_id"])
    return await _show(call, await call.change(revoke))


async def create_token(call: Call, body: NewToken) -> JSONObject:
    server = call.context.server
    options = TokenOptions(TokenFormat.V2, server.public_url, None, body.expires_in_seconds)
    token = await create_token_of_session(
        server, session_id=call.path["session_id"], options=options
    )
    return {"object": "token", "jwt": await call.context.signer.sign(token.claims)}


LIST = "/v1/sessions"
ONE = f"{LIST}/{{session_id}}"
ENDPOINTS = [
    Endpoint("GET", LIST, SCOPE, list_sessions, SessionsQuery),
    Endpoint("POST", LIST, SCOPE, create_session, NewSession),
    Endpoint("GET", ONE, SCOPE, get_session, NoQuery),
    Endpoint("POST", f"{ONE}/revoke", SCOPE, revoke_session, NoBody),
    Endpoint("POST", f"{ONE}/tokens", SCOPE, create_token, NewToken),
]
