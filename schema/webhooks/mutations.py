"""Mutations of webhook endpoints."""

import strawberry

from resolvers.webhooks import endpoints
from schema.foundation.context import Info
from schema.foundation.guards import ActorKind, WakesWorkers, mutation_guard
from schema.foundation.payloads import DeletedPayload, Payload
from schema.webhooks.inputs import (
    CreateWebhookEndpointInput,
    ReplayWebhookDeliveriesInput,
    UpdateWebhookEndpointInput,
    WebhookEndpointRefInput,
    to_changes,
    to_new_endpoint,
)
from schema.webhooks.types import WebhookEndpoint


@strawberry.type(description="The webhook endpoint of a mutation.")
class WebhookEndpointPayload(Payload):
    webhook_endpoint: WebhookEndpoint | None = strawberry.field(
        description="The webhook endpoint as it is now.", default=None
    )


@strawberry.type
class WebhookMutations:
    @strawberry.mutation(
        description="Creates a webhook endpoint, which is sent what happens from now on; there can"
        " be 50. Several can have the same URL, so a repeated call creates a second endpoint.",
        extensions=mutation_guard(actor=ActorKind.SERVICE),
    )
    async def create_webhook_endpoint(
        self, info: Info, input: CreateWebhookEndpointInput
    ) -> WebhookEndpointPayload | None:
        row = await endpoints.create_endpoint(info.context.transaction, to_new_endpoint(input))
        return WebhookEndpointPayload(webhook_endpoint=WebhookEndpoint.from_row(row))

    @strawberry.mutation(
        description="Changes a webhook endpoint, disables it, or enables it and sends at once what"
        " waited.",
        extensions=[*mutation_guard(actor=ActorKind.SERVICE), WakesWorkers()],
    )
    async def update_webhook_endpoint(
        self, info: Info, input: UpdateWebhookEndpointInput
    ) -> WebhookEndpointPayload | None:
        row = await endpoints.update_endpoint(
            info.context.transaction,
            endpoint_id=input.webhook_endpoint_id,
            given=to_changes(input),
        )
        return WebhookEndpointPayload(webhook_endpoint=WebhookEndpoint.from_row(row))

    @strawberry.mutation(
        description="Deletes a webhook endpoint with its deliveries, those that wait to be sent"
        " too.",
        extensions=mutation_guard(actor=ActorKind.SERVICE),
    )
    async def delete_webhook_endpoint(
        self, info: Info, input: WebhookEndpointRefInput
    ) -> DeletedPayload | None:
        deleted = await endpoints.delete_endpoint(
            info.context.transaction, endpoint_id=input.webhook_endpoint_id
        )
        return DeletedPayload(deleted_id=strawberry.ID(deleted))

    @strawberry.mutation(
        description="Gives a webhook endpoint a new secret; the one before it signs too for 24"
        " hours. A repeated call replaces the secret again, and only the last two sign.",
        extensions=mutation_guard(actor=ActorKind.SERVICE),
    )
    async def rotate_webhook_secret(
        self, info: Info, input: WebhookEndpointRefInput
    ) -> WebhookEndpointPayload | None:
        row = await endpoints.rotate_secret(
            info.context.transaction, endpoint_id=input.webhook_endpoint_id
        )
        return WebhookEndpointPayload(webhook_endpoint=WebhookEndpoint.from_row(row))

    @strawberry.mutation(
        description="Sends one delivery again, or all that failed since a time, with the same ids"
        " as before. A delivery that is being sent is sent again when that attempt has ended.",
        extensions=[*mutation_guard(actor=ActorKind.SERVICE), WakesWorkers()],
    )
    async def replay_webhook_deliveries(
        self, info: Info, input: ReplayWebhookDeliveriesInput
    ) -> WebhookEndpointPayload | None:
        row = await endpoints.replay_deliveries(
            info.context.transaction,
            endpoint_id=input.webhook_endpoint_id,
            delivery_id=input.delivery_id,
            failed_since=input.failed_since,
        )
        return WebhookEndpointPayload(webhook_endpoint=WebhookEndpoint.from_row(row))
