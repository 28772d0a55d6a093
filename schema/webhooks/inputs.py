"""What the mutations of webhooks are given."""

from typing import Any

import strawberry

from resolvers.webhooks.endpoints import NewEndpoint
from schema.events.enums import EventType
from schema.events.types import get_names
from schema.foundation.inputs import get_given
from schema.foundation.scalars import DateTime


@strawberry.input(description="A webhook endpoint to create.")
class CreateWebhookEndpointInput:
    url: str = strawberry.field(description="The absolute https URL that receives the events.")
    description: str | None = strawberry.field(
        description="What the endpoint is for.", default=None
    )
    types: list[EventType] | None = strawberry.field(
        description="The types of events to send. Defaults to all types.", default=None
    )


@strawberry.input(
    description="The fields of a webhook endpoint to change. Fields that you leave out keep their"
    " values."
)
class UpdateWebhookEndpointInput:
    webhook_endpoint_id: strawberry.ID = strawberry.field(
        description="ID of the webhook endpoint to update."
    )
    url: strawberry.Maybe[str | None] = strawberry.field(
        description="The new absolute https URL that receives the events."
    )
    description: strawberry.Maybe[str | None] = strawberry.field(
        description="The new description of what the endpoint is for. Null removes it."
    )
    types: strawberry.Maybe[list[EventType] | None] = strawberry.field(
        description="The types of events to send from now on. Null for all types."
    )
    enabled: strawberry.Maybe[bool | None] = strawberry.field(
        description="False to stop sending. True to start again with the events since the endpoint"
        " was disabled, as far as the event log still contains them."
    )


@strawberry.input(description="The webhook endpoint to delete or to rotate the secret of.")
class WebhookEndpointRefInput:
    webhook_endpoint_id: strawberry.ID = strawberry.field(
        description="ID of the webhook endpoint to delete or to rotate the secret of."
    )


@strawberry.input(
    description="The deliveries to send again. Set exactly one of `deliveryId` and `failedSince`."
)
class ReplayWebhookDeliveriesInput:
    webhook_endpoint_id: strawberry.ID = strawberry.field(
        description="ID of the webhook endpoint that the deliveries belong to."
    )
    delivery_id: strawberry.ID | None = strawberry.field(
        description="ID of one delivery to send again, whatever its status.", default=None
    )
    failed_since: DateTime | None = strawberry.field(
        description="Send all failed deliveries again that were created at or after this time.",
        default=None,
    )


def to_new_endpoint(input: CreateWebhookEndpointInput) -> NewEndpoint:
    return NewEndpoint(input.url, input.description, get_names(input.types))


def to_changes(input: UpdateWebhookEndpointInput) -> dict[str, Any]:
    """Converts the given fields, with the types by their names."""
    values = get_given(input)
    return values | {"types": get_names(values["types"])} if "types" in values else values
