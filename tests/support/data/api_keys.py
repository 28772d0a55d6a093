"""API keys, created through the API."""

from collections.abc import Sequence
from typing import Any

from models.roles import MEMBERSHIPS_READ
from tests.support.api import JSON, Answer, Api, Caller
from tests.support.data.factories import Acme

# Tested for each caller, and for its events, in tests/api_keys.
OF_API_KEYS = frozenset({"createApiKey", "updateApiKey", "revokeApiKey", "verifyApiKey"})


async def create_key(
    api: Api,
    organization_id: str,
    permissions: Sequence[str] = (MEMBERSHIPS_READ,),
    *,
    by: Caller,
    **input: Any,
) -> Answer:
    values = {"organizationId": organization_id, "name": "CI", "permissions": list(permissions)}
    return await api.send("create-api-key", by=by, input=values | input)


async def a_key(
    api: Api, acme: Acme, *permissions: str, by: Caller | None = None, **input: Any
) -> Caller:
    """Creates an API key, which is a caller."""
    answer = await create_key(api, acme.id, permissions, by=by or acme.admin, **input)
    payload = answer.payload
    return Caller(f"Bearer {payload['secret']}", payload["apiKey"]["id"])


async def update_key(api: Api, acme: Acme, key: Caller, *, by: Caller, **input: Any) -> Answer:
    values = {"organizationId": acme.id, "apiKeyId": key.id, **input}
    return await api.send("update-api-key", by=by, input=values)


async def revoke_key(
    api: Api, acme: Acme, key: Caller, *, by: Caller | None = None, reason: str | None = None
) -> Answer:
    return await api.send(
        "revoke-api-key",
        by=by or acme.admin,
        organizationId=acme.id,
        apiKeyId=key.id,
        reason=reason,
    )


def secret_of(key: Caller) -> str:
    return (key.authorization or "").removeprefix("Bearer ")


async def verify_key(api: Api, secret: str, *, by: Caller) -> JSON:
    return (await api.send("verify-api-key", by=by, secret=secret)).payload["verification"]
