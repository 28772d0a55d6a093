"""Mutations of webhook endpoints."""

import strawberry

from models.keys.scopes import KeyScope
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


@strawberry.type(description="The result of a mutation that creates or changes a webhook endpoint.")
class WebhookEndpointPayload(Payload):
    webhook_endpoint: WebhookEndpoint | None = strawberry.field(
        description="The webhook endpoint in its new state. Null if there are `userErrors`.",
        default=None,
    )


@strawberry.type
class WebhookMutations:
    @strawberry.mutation(
        description="Creates a webhook endpoint, which receives the events from now on. An instance"
        " can have 50 endpoints. Endpoints can have the same URL: if you repeat the call, it"
        " creates a second endpoint.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.WEBHOOKS_MANAGE),
    )
    async def create_webhook_endpoint(
        self, info: Info, input: CreateWebhookEndpointInput
    ) -> WebhookEndpointPayload | None:
        row = await endpoints.create_endpoint(info.context.transaction, to_new_endpoint(input))
        return WebhookEndpointPayload(webhook_endpoint=WebhookEndpoint.from_row(row))

    @strawberry.mutation(
        description="Changes a webhook endpoint, disables it, or enables it and sends the waiting"
        " deliveries immediately.",
        extensions=[
            *mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.WEBHOOKS_MANAGE),
            WakesWorkers(),
        ],
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
        description="Deletes a webhook endpoint with its deliveries, including those that wait to"
        " be sent.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.WEBHOOKS_MANAGE),
    )
    async def delete_webhook_endpoint(
        self, info: Info, input: WebhookEndpointRefInput
    ) -> DeletedPayload | None:
        deleted = await endpoints.delete_endpoint(
            info.context.transaction, endpoint_id=input.webhook_endpoint_id
        )
        return DeletedPayload(deleted_id=strawberry.ID(deleted))

    @strawberry.mutation(
        description="Creates a new signing secret for a webhook endpoint. For 24 hours, deliveries"
        " are also signed with the previous secret. If you repeat the call, only the last two"
        " secrets sign.",
        extensions=mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.WEBHOOKS_MANAGE),
    )
    async def rotate_webhook_secret(
        self, info: Info, input: WebhookEndpointRefInput
    ) -> WebhookEndpointPayload | None:
        row = await endpoints.rotate_secret(
            info.context.transaction, endpoint_id=input.webhook_endpoint_id
        )
        return WebhookEndpointPayload(webhook_endpoint=WebhookEndpoint.from_row(row))

    @strawberry.mutation(
        description="Sends one delivery again, or all that failed since a time, with the same IDs."
        " If a delivery is being sent right now, it is sent again after that attempt ends.",
        extensions=[
            *mutation_guard(actor=ActorKind.SERVICE, scope=KeyScope.WEBHOOKS_MANAGE),
            WakesWorkers(),
        ],
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
