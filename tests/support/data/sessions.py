"""Opens and uses sessions and their tokens through the API."""

from typing import Any

import jwt

from tests.support.api import JSON, SERVICE, Answer, Api, Caller

FIELDS = """id status tasks { key } currentTask { key } user { id } lastActiveOrganization { id }
    createdAt lastActiveAt expiresAt"""
SESSION = f"session {{ {FIELDS} }} token {{ jwt expiresAt }}"
WHO = """{ viewer { user { id } session { id status } activeOrganization { id }
    activeMembership { role { key } permissions } } }"""


def claims_in(answer: Answer) -> JSON:
    """Decodes the claims of the new token."""
    return jwt.decode(answer.payload["token"]["jwt"], options={"verify_signature": False})


def bearer_of(answer: Answer) -> Caller:
    """Returns the caller who has the new token."""
    return Caller(f"Bearer {answer.payload['token']['jwt']}")


async def open_session(api: Api, *, by: Caller, **input: Any) -> Answer:
    return await api.mutate("createSession", input, SESSION, by=by)


async def a_session(api: Api, *, by: Caller, **input: Any) -> str:
    return (await open_session(api, by=by, **input)).payload["session"]["id"]


async def choose(api: Api, session_id: str, *, by: Caller, **input: Any) -> Answer:
    return await api.mutate(
        "setActiveOrganization", {"sessionId": session_id, **input}, SESSION, by=by
    )


async def mint(api: Api, session_id: str, *, by: Caller, **input: Any) -> Answer:
    return await api.mutate(
        "createSessionToken", {"sessionId": session_id, **input}, SESSION, by=by
    )


async def end(api: Api, session_id: str, *, by: Caller) -> Answer:
    return await api.mutate("endSession", {"sessionId": session_id}, SESSION, by=by)


async def revoke(api: Api, session_id: str, *, by: Caller = SERVICE) -> Answer:
    return await api.mutate("revokeSession", {"sessionId": session_id}, SESSION, by=by)


async def session(api: Api, session_id: str, *, by: Caller = SERVICE) -> Any:
    """Returns the session as it is now; None if the caller can't see it."""
    document = f"query($id: ID!) {{ node(id: $id) {{ ... on Session {{ {FIELDS} }} }} }}"
    return (await api.run(document, {"id": session_id}, by=by)).data["node"]


async def who(api: Api, *, by: Caller) -> Any:
    """Returns what a session token says about its bearer."""
    return (await api.run(WHO, by=by)).data["viewer"]


async def membership_mode(api: Api, mode: str) -> None:
    assert (await api.mutate("updateInstance", {"membershipMode": mode}, by=SERVICE)).payload
