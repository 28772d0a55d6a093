"""The API keys of an organization."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from models.keys.scopes import KeyScope
from models.roles import API_KEYS_READ
from resolvers.lists.page_requests import PageArguments
from schema.foundation.connections import (
    After,
    Before,
    Connection,
    First,
    Last,
    Node,
    Offset,
)
from schema.foundation.context import Info
from schema.foundation.guards import query_guard

if TYPE_CHECKING:
    from schema.api_keys.types import ApiKey


@strawberry.type
class KeyFields(Node):
    @strawberry.field(
        description="The API keys of the organization, newest first.",
        extensions=query_guard(API_KEYS_READ, scope=KeyScope.KEYS_MANAGE),
    )
    async def api_keys(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        offset: Offset = None,
        include_invalid: Annotated[
            bool,
            strawberry.argument(
                description="Whether to also return keys that were revoked or have expired."
            ),
        ] = False,
    ) -> Connection[Annotated["ApiKey", strawberry.lazy("schema.api_keys.types")]] | None:
        from schema.api_keys.types import load_api_keys

        arguments = PageArguments(first, after, last, before, offset)
        return await load_api_keys(info, self.id, arguments, include_invalid=include_invalid)
