"""The query of webhook endpoints."""

import strawberry

from models.keys.scopes import KeyScope
from resolvers.webhooks.lists import load_endpoints
from schema.foundation.context import Info
from schema.foundation.guards import ActorKind, query_guard
from schema.webhooks.types import WebhookEndpoint


@strawberry.type
class WebhookQueries:
    @strawberry.field(
        description="All webhook endpoints of the instance, oldest first.",
        extensions=query_guard(actor=ActorKind.SERVICE, scope=KeyScope.WEBHOOKS_MANAGE),
    )
    async def webhook_endpoints(self, info: Info) -> list[WebhookEndpoint] | None:
        return list(map(WebhookEndpoint.from_row, await info.context.read(load_endpoints)))
