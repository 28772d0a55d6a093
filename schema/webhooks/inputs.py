"""What the mutations of webhooks are given."""

from typing import Any

import strawberry

from resolvers.webhooks.endpoints import NewEndpoint
from schema.events.enums import EventType
from schema.events.types import get_names
from schema.foundation.inputs import get_given
from schema.foundation.scalars import DateTime


@strawberry.input(description="A webhook endpoint to make.")
class CreateWebhookEndpointInput:
    url: str = strawberry.field(description="Where events are sent to.")
    description: str | None = strawberry.field(description="What it is for.", default=None)
    types: list[EventType] | None = strawberry.field(
        description="Which events it is sent, all of them when absent.", default=None
    )


@strawberry.input(description="What to change of a webhook endpoint; what is absent stays.")
class UpdateWebhookEndpointInput:
    webhook_endpoint_id: strawberry.ID = strawberry.field(description="The endpoint.")
    url: strawberry.Maybe[str | None] = strawberry.field(description="Where events are sent to.")
    description: strawberry.Maybe[str | None] = strawberry.field(description="What it is for.")
    types: strawberry.Maybe[list[EventType] | None] = strawberry.field(
        description="Which events it is sent from now on; null for all."
    )
    enabled: strawberry.Maybe[bool | None] = strawberry.field(
        description="False to send nothing; true to go on where it stopped, as far as the log"
        " still reaches back."
    )


@strawberry.input(description="The webhook endpoint that is meant.")
class WebhookEndpointRefInput:
    webhook_endpoint_id: strawberry.ID = strawberry.field(description="The endpoint.")


@strawberry.input(description="What to send again: one of deliveryId and failedSince.")
class ReplayWebhookDeliveriesInput:
    webhook_endpoint_id: strawberry.ID = strawberry.field(description="The endpoint.")
    delivery_id: strawberry.ID | None = strawberry.field(
        description="One delivery, whatever became of it.", default=None
    )
    failed_since: DateTime | None = strawberry.field(
        description="All deliveries that failed, of those made since then.", default=None
    )


def to_new_endpoint(input: CreateWebhookEndpointInput) -> NewEndpoint:
    return NewEndpoint(input.url, input.description, get_names(input.types))


def to_changes(input: UpdateWebhookEndpointInput) -> dict[str, Any]:
    """Converts the given fields, with the types by their names."""
    values = get_given(input)
    return values | {"types": get_names(values["types"])} if "types" in values else values
