"""API keys, as the API shows them to those who can read them."""

from asyncio import gather
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import strawberry

from models.keys.api_keys import ApiKey as ApiKeyRow
from models.keys.scopes import KeyScope
from models.roles import API_KEYS_READ
from resolvers.api_keys.lists import API_KEYS_OF_ORGANIZATION, ApiKeyFilter
from resolvers.authority.plan_gate import filter_by_features
from resolvers.lists.page_requests import PageArguments
from resolvers.lists.specs import Selection
from resolvers.queries.batching import load_existing
from schema.execution.breadth_first.resolvers import batch_field
from schema.foundation.connections import Connection, Node, load_connection
from schema.foundation.context import Info
from schema.foundation.rows import reads, show
from schema.foundation.scalars import DateTime, JSONObject
from schema.memberships.types import has_permission
from schema.users.types import User

if TYPE_CHECKING:
    from schema.organizations.types import Organization


@reads(
    row=[
        *("id", "name", "description", "visible", "expires_at", "last_used_at"),
        *("revoked_at", "revocation_reason", "created_at", "updated_at"),
        *("organization_id", "created_by_id"),
    ]
)
@strawberry.type(
    description="A key with which a program acts in one organization, with permissions of its own."
)
class ApiKey(Node):
    name: str = strawberry.field(description="The name of the key, which says what it is for.")
    description: str | None = strawberry.field(
        description="What the key is for. Null if it has no description."
    )
    visible: str = strawberry.field(
        description="The first characters of the key, which identify it and aren't secret."
    )
    claims: JSONObject | None = strawberry.field(
        description="Custom data about the key for services that verify it. Null if it has none."
    )
    expires_at: DateTime | None = strawberry.field(
        description="When the key expires. Null if it doesn't."
    )
    last_used_at: DateTime | None = strawberry.field(
        description="When the key was last used, to within about a minute. Null if it hasn't been"
        " used."
    )
    revoked_at: DateTime | None = strawberry.field(
        description="When the key was revoked. Null if it wasn't."
    )
    revocation_reason: str | None = strawberry.field(
        description="Why the key was revoked. Null if it wasn't, or if nobody said why."
    )
    created_at: DateTime = strawberry.field(description="When the key was created.")
    updated_at: DateTime = strawberry.field(description="When the key was last updated.")
    organization_id: strawberry.Private[str]
    created_by_id: strawberry.Private[str | None]

    @strawberry.field(description="The organization that the key belongs to.")
    async def organization(
        self, info: Info
    ) -> Annotated["Organization", strawberry.lazy("schema.organizations.types")]:
        from schema.organizations.types import Organization

        row = await load_existing(info.context.loaders.organizations, self.organization_id)
        return Organization.from_row(row, info.context)

    @batch_field(
        description="The keys of the permissions that the key has and that count with the plan of"
        " the organization, sorted."
    )
    @staticmethod
    async def permissions(keys: Sequence["ApiKey"], info: Info) -> list[list[str]]:
        loaders = info.context.loaders
        granted = await loaders.granted_permissions.load_many([key.id for key in keys])
        features = await gather(*(loaders.load_features(key.organization_id) for key in keys))
        return [
            sorted(filter_by_features(permissions, in_plan))
            for permissions, in_plan in zip(granted, features, strict=True)
        ]

    @strawberry.field(
        description="The user who created the key, even if they have left the organization. Null"
        " if a secret key created it, or if the user was deleted."
    )
    async def created_by(self, info: Info) -> User | None:
        creator_id = self.created_by_id
        row = await info.context.loaders.users.load(creator_id) if creator_id else None
        return User.from_row(row, info.context) if row else None

    @classmethod
    def from_row(cls, row: ApiKeyRow) -> "ApiKey":
        return show(cls, row=row, claims=row.claims or None)


async def load_api_keys(
    info: Info, organization_id: str, arguments: PageArguments, *, include_invalid: bool
) -> Connection[ApiKey]:
    live_at = None if include_invalid else info.context.server.clock()
    return await load_connection(
        info,
        Selection(API_KEYS_OF_ORGANIZATION, ApiKeyFilter(live_at)),
        arguments,
        to_node=ApiKey.from_row,
        parent=organization_id,
    )


async def load_visible_api_key(info: Info, id: str) -> ApiKey | None:
    """Loads the key, for those who can read API keys, and for secret keys."""
    if not info.context.try_scope(KeyScope.KEYS_MANAGE):
        return None
    row = await info.context.loaders.api_keys.load(id)
    if row is None or not await has_permission(info, row.organization_id, API_KEYS_READ):
        return None
    return ApiKey.from_row(row)
