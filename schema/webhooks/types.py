"""Webhook endpoints and their deliveries, as the API shows them to secret keys."""

from typing import Annotated

import strawberry
from cryptography.fernet import InvalidToken

from models.errors.request import SecretUnreadable
from models.keys.encryption import decrypt
from models.keys.scopes import KeyScope
from models.webhooks import DeliveryStatus
from models.webhooks import WebhookDelivery as DeliveryRow
from models.webhooks import WebhookEndpoint as EndpointRow
from resolvers.lists.page_requests import PageArguments
from resolvers.lists.specs import Selection
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
    "The status of a webhook delivery.",
    {
        DeliveryStatus.PENDING: "The delivery waits for its first or next attempt.",
        DeliveryStatus.SUCCEEDED: "The endpoint accepted the delivery with a 2xx status code.",
        DeliveryStatus.FAILED: "The server has stopped trying. You can replay the delivery.",
    },
)


@strawberry.type(description="The delivery of one event to one webhook endpoint.")
class WebhookDelivery(Node):
    status: DeliveryStatus = strawberry.field(description="The current status of the delivery.")
    attempts: int = strawberry.field(
        description="The number of attempts since the delivery was created or last replayed."
    )
    last_status_code: int | None = strawberry.field(
        description="The HTTP status code of the endpoint's last response. Null if it hasn't"
        " responded."
    )
    last_error: str | None = strawberry.field(
        description="The error of the last attempt. Null before the first attempt, or if the last"
        " one succeeded."
    )
    last_attempt_at: DateTime | None = strawberry.field(
        description="When the last attempt took place. Null before the first one."
    )
    next_attempt_at: DateTime | None = strawberry.field(
        description="When the next attempt is due. Null if the delivery succeeded or failed."
    )
    created_at: DateTime = strawberry.field(description="When the delivery was created.")
    event_cursor: strawberry.Private[int]

    @strawberry.field(
        description="The event that is delivered. When the event log deletes the event, it deletes"
        " the delivery too."
    )
    async def event(self, info: Info) -> Event:
        info.context.use_scope(KeyScope.EVENTS_READ)
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
    strawberry.argument(
        description="Return only deliveries with one of these statuses. Defaults to all statuses."
    ),
]


@strawberry.type(description="A URL of your service that Tenantry sends events to.")
class WebhookEndpoint(Node):
    url: str = strawberry.field(description="The URL that receives the events.")
    description: str | None = strawberry.field(
        description="What the endpoint is for. Null if it has no description."
    )
    types: list[EventType] | None = strawberry.field(
        description="The types of events to send. Null for all types."
    )
    enabled: bool = strawberry.field(
        description="Whether events are sent to the endpoint. Events that happen while it is"
        " disabled are sent when it is enabled again."
    )
    disabled_reason: str | None = strawberry.field(
        description="Why the endpoint is disabled. Null while it is enabled."
    )
    created_at: DateTime = strawberry.field(description="When the webhook endpoint was created.")
    updated_at: DateTime = strawberry.field(
        description="When the webhook endpoint was last updated."
    )
    sealed_secret: strawberry.Private[str]

    @strawberry.field(
        description="The secret that deliveries are signed with, which the receiver needs to verify"
        " them."
    )
    async def secret(self, info: Info) -> str:
        try:
            return decrypt(info.context.server.webhook_cipher, self.sealed_secret)
        except InvalidToken as error:
            raise SecretUnreadable from error

    @strawberry.field(
        description="The deliveries to this endpoint, newest first, as long as the event log"
        " contains their events."
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
    if not (info.context.is_service and info.context.try_scope(KeyScope.WEBHOOKS_MANAGE)):
        return None
    row = await info.context.loaders.webhook_endpoints.load(endpoint_id)
    return WebhookEndpoint.from_row(row) if row else None


async def load_visible_delivery(info: Info, delivery_id: str) -> WebhookDelivery | None:
    """Loads the delivery, for secret keys."""
    if not (info.context.is_service and info.context.try_scope(KeyScope.WEBHOOKS_MANAGE)):
        return None
    row = await info.context.loaders.webhook_deliveries.load(delivery_id)
    return WebhookDelivery.from_row(row) if row else None
