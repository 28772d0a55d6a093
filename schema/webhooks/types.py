"""Webhook endpoints and their deliveries, as the API shows them to secret keys."""

from typing import Annotated

import strawberry
from cryptography.fernet import InvalidToken

from models.errors import SecretUnreadable
from models.keys.encryption import decrypt
from models.webhooks import DeliveryStatus
from models.webhooks import WebhookDelivery as DeliveryRow
from models.webhooks import WebhookEndpoint as EndpointRow
from resolvers.lists import Selection
from resolvers.page_requests import PageArguments
from resolvers.queries.batching import load_existing
from resolvers.webhooks.lists import DELIVERIES_OF_ENDPOINT, DeliveryFilter
from schema.events.enums import EventType
from schema.events.types import Event, to_event
from schema.foundation.connections import After, Connection, First, Node, load_connection
from schema.foundation.context import Info
from schema.foundation.enums import describe_enum
from schema.foundation.scalars import DateTime

describe_enum(
    DeliveryStatus,
    "What became of a delivery.",
    {
        DeliveryStatus.PENDING: "It is tried, for the first time or again.",
        DeliveryStatus.SUCCEEDED: "The receiver took it: it answered with 2xx.",
        DeliveryStatus.FAILED: "It was given up, until somebody replays it.",
    },
)


@strawberry.type(description="An event on its way to a webhook endpoint.")
class WebhookDelivery(Node):
    status: DeliveryStatus = strawberry.field(description="What became of it.")
    attempts: int = strawberry.field(
        description="How often it was tried since it was made, or replayed."
    )
    last_status_code: int | None = strawberry.field(
        description="What the receiver answered last, if it answered."
    )
    last_error: str | None = strawberry.field(
        description="Why the last try failed; null when it did not."
    )
    last_attempt_at: DateTime | None = strawberry.field(
        description="When it was tried last; null before the first."
    )
    next_attempt_at: DateTime | None = strawberry.field(
        description="When it is tried next; null once it is settled."
    )
    created_at: DateTime = strawberry.field(description="When it was made.")
    event_cursor: strawberry.Private[int]

    @strawberry.field(description="What is sent; a delivery leaves the store with its event.")
    async def event(self, info: Info) -> Event:
        row = await load_existing(info.context.loaders.events_by_cursor, self.event_cursor)
        return to_event(row, info.context)

    @classmethod
    def from_row(cls, row: DeliveryRow) -> "WebhookDelivery":
        return cls(
            id=strawberry.ID(row.id),
            status=DeliveryStatus(row.status),
            attempts=row.attempts,
            last_status_code=row.last_status_code,
            last_error=row.last_error,
            last_attempt_at=DateTime(row.last_attempt_at) if row.last_attempt_at else None,
            next_attempt_at=DateTime(row.next_attempt_at) if row.next_attempt_at else None,
            created_at=DateTime(row.created_at),
            event_cursor=row.event_cursor,
        )


Statuses = Annotated[
    list[DeliveryStatus] | None,
    strawberry.argument(description="Only deliveries with one of these statuses."),
]


@strawberry.type(description="Where events are sent to.")
class WebhookEndpoint(Node):
    url: str = strawberry.field(description="Where they are sent to.")
    description: str | None = strawberry.field(description="What it is for.")
    types: list[EventType] | None = strawberry.field(
        description="Which events it is sent; null for all."
    )
    enabled: bool = strawberry.field(
        description="Whether it is sent anything; what it misses while it is not, it gets when it"
        " is enabled again."
    )
    disabled_reason: str | None = strawberry.field(
        description="Why it is disabled; null while it is enabled."
    )
    created_at: DateTime = strawberry.field(description="When it was made.")
    updated_at: DateTime = strawberry.field(description="When it was last changed.")
    sealed_secret: strawberry.Private[str]

    @strawberry.field(
        description="What deliveries are signed with, for the receiver to verify them."
    )
    async def secret(self, info: Info) -> str:
        try:
            return decrypt(info.context.server.webhook_cipher, self.sealed_secret)
        except InvalidToken as error:
            raise SecretUnreadable from error

    @strawberry.field(
        description="What it was sent, and what waits to be, newest first, as long as the log is"
        " kept."
    )
    async def deliveries(
        self, info: Info, first: First = None, after: After = None, statuses: Statuses = None
    ) -> Connection[WebhookDelivery]:
        delivery_filter = DeliveryFilter(None if statuses is None else tuple(statuses))
        return await load_connection(
            info,
            Selection(DELIVERIES_OF_ENDPOINT, delivery_filter),
            PageArguments(first, after),
            to_node=WebhookDelivery.from_row,
            parent=self.id,
        )

    @classmethod
    def from_row(cls, row: EndpointRow) -> "WebhookEndpoint":
        return cls(
            id=strawberry.ID(row.id),
            url=row.url,
            description=row.description,
            types=None if row.types is None else list(map(EventType, row.types)),
            enabled=row.enabled,
            disabled_reason=row.disabled_reason,
            created_at=DateTime(row.created_at),
            updated_at=DateTime(row.updated_at),
            sealed_secret=row.secret,
        )


async def load_visible_endpoint(info: Info, endpoint_id: str) -> WebhookEndpoint | None:
    """Loads the endpoint, for secret keys."""
    if not info.context.is_service:
        return None
    row = await info.context.loaders.webhook_endpoints.load(endpoint_id)
    return WebhookEndpoint.from_row(row) if row else None


async def load_visible_delivery(info: Info, delivery_id: str) -> WebhookDelivery | None:
    """Loads the delivery, for secret keys."""
    if not info.context.is_service:
        return None
    row = await info.context.loaders.webhook_deliveries.load(delivery_id)
    return WebhookDelivery.from_row(row) if row else None
