"""The queries of secret keys, and of the scopes that they can have."""

import strawberry

from models.keys.scopes import KeyScope
from models.keys.secret_keys import SecretKey as KeyRow
from resolvers.queries.roles import load_all
from schema.foundation.context import Info
from schema.foundation.guards import ActorKind, query_guard
from schema.keys.types import SecretKey


@strawberry.type
class KeyQueries:
    @strawberry.field(
        description="All secret keys of the instance, oldest first, including those that were"
        " revoked or have expired.",
        extensions=query_guard(actor=ActorKind.SERVICE, scope=KeyScope.KEYS_MANAGE),
    )
    async def secret_keys(self, info: Info) -> list[SecretKey] | None:
        rows = await info.context.read(load_all, KeyRow)
        return [SecretKey.from_row(row, info.context) for row in rows]

    @strawberry.field(
        description="The scopes that a secret key can be narrowed to, sorted. A scope that ends"
        " with `:write` includes the one that ends with `:read`.",
        extensions=query_guard(actor=ActorKind.SERVICE, scope=KeyScope.KEYS_MANAGE),
    )
    async def scopes(self) -> list[str] | None:
        return sorted(KeyScope)
