"""Authenticates with an API key, and verifies one (rules 90, 92, and 93).

Whatever is wrong with a key, finding out takes one statement and one comparison of digests.
"""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, String, type_coerce
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import AnySelect, prepared_statement
from models.database.store import Readable
from models.instance import Instance
from models.keys.api_keys import ApiKey, ApiKeyFault, find_fault
from models.keys.scopes import Narrowing
from models.keys.secret_keys import get_visible_part, matches_digest
from resolvers.authority.access import Actor, ActorType, SignIn
from resolvers.foundation.server import Server
from resolvers.lists.pages import load_rows

# Stands for the digest of a key that doesn't exist; no secret has it.
NO_DIGEST = "-" * 64


async def sign_in_api_key(server: Server, secret: str) -> SignIn | None:
    """Loads the caller of an API key; None if the key is unknown, revoked, or expired."""
    async with server.store.read() as connection:
        (row,) = await connection.fetch(_select_caller(get_visible_part(secret)))
    if _find_fault(row, secret, server.clock()) is not None:
        return None
    server.key_uses.note(row.key_id, None)
    narrowing = Narrowing(organization_ids=frozenset([row.organization_id]))
    return SignIn(Actor(ActorType.API_KEY, row.key_id, narrowing=narrowing), cast(Instance, row))


@prepared_statement
def _select_caller(visible: str) -> AnySelect:
    """Selects the instance's settings, and the key with this visible part."""
    columns: AnySelect = Select(
        Instance,
        type_coerce(col(ApiKey.id), String).label("key_id"),
        col(ApiKey.organization_id),
        col(ApiKey.digest),
        col(ApiKey.revoked_at),
        col(ApiKey.expires_at),
    )
    is_key = col(ApiKey.visible) == visible
    return columns.select_from(Instance).outerjoin(ApiKey, is_key)


async def verify_api_key(
    server: Server, store: Readable, secret: str
) -> tuple[ApiKey | None, ApiKeyFault | None]:
    """Finds the key with this secret, or what is wrong with it."""
    rows = await load_rows(store, _select_key(get_visible_part(secret)))
    key = rows[0] if rows else None
    fault = _find_fault(key, secret, server.clock())
    if key is None or fault is not None:
        return None, fault
    server.key_uses.note(key.id, None)
    return key, None


@prepared_statement
def _select_key(visible: str) -> SelectOfScalar[ApiKey]:
    return select(ApiKey).where(col(ApiKey.visible) == visible)


def _find_fault(row: Any, secret: str, now: datetime) -> ApiKeyFault | None:
    """Finds what is wrong with the key; without its secret, it is like one that doesn't exist."""
    digest: str | None = row and row.digest
    if not matches_digest(secret, digest or NO_DIGEST):
        return ApiKeyFault.NOT_FOUND
    return find_fault(row.revoked_at, row.expires_at, now)
