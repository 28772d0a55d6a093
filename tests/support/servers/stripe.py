"""Events and subscriptions as Stripe sends them, signed by its own library."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import stripe

from resolvers.foundation.server import Server
from resolvers.stripe.queue import Reading
from server.delivery.queue import DeliveryQueue
from server.delivery.stripe import StripeChannel
from server.delivery.webhook_client import Answer
from tests.support.api import JSON, Api

SECRET = "whsec_dGhlIGZpcnN0IG9mIHR3bw"
OLD_SECRET = "whsec_dGhlIHNlY29uZCBvZiB0d28"
KEY = "rk_test_51Mq7yLkdIwHu7ixQ"
CREATED = 1_790_000_000


def a_subscription(
    organization_id: str | None,
    *,
    id: str = "sub_1",
    status: str = "active",
    price: str = "price_pro",
    quantity: int | None = 5,
    customer: Any = "cus_1",
    **values: Any,
) -> JSON:
    """A subscription in the shape that the documentation of Stripe describes."""
    metadata = {"tenantry_organization_id": organization_id} if organization_id else {}
    return {
        "id": id,
        "object": "subscription",
        "customer": customer,
        "livemode": False,
        "created": CREATED,
        "status": status,
        "cancel_at_period_end": False,
        "metadata": metadata,
        "items": {
            "object": "list",
            "data": [
                {
                    "id": "si_1",
                    "object": "subscription_item",
                    "price": {"id": price, "object": "price"},
                    "quantity": quantity,
                    "current_period_end": CREATED + 30 * 86_400,
                }
            ],
        },
        **values,
    }


def an_event(
    object: Any, *, id: str = "evt_1", created: int = CREATED, livemode: bool = False
) -> JSON:
    return {
        "id": id,
        "object": "event",
        "created": created,
        "livemode": livemode,
        "type": "customer.subscription.updated",
        "data": {"object": object},
    }


def sign(body: str, at: datetime, secret: str = SECRET) -> str:
    """Returns the header that Stripe sends with this body."""
    signer: Any = stripe.WebhookSignature
    return signer.generate_signature_header(body, secret, int(at.timestamp()))


async def deliver(api: Api, event: Any, header: str | None = None) -> httpx.Response:
    """Sends an event as Stripe does."""
    body = event if isinstance(event, str) else json.dumps(event)
    headers = {
        b"content-type": b"application/json; charset=utf-8",
        b"stripe-signature": (sign(body, api.clock()) if header is None else header).encode(),
    }
    return await api.client.post("/billing/stripe", content=body, headers=headers)


@dataclass
class FakeStripe:
    """The subscriptions that Stripe has, and how often each was read."""

    subscriptions: dict[str, JSON] = field(default_factory=dict[str, JSON])
    failure: Answer | None = None
    reads: list[str] = field(default_factory=list[str])

    async def get(self, url: str, headers: Mapping[str, str]) -> tuple[Answer, bytes]:
        id = url.rpartition("/")[2]
        self.reads.append(id)
        assert headers["authorization"] == f"Bearer {KEY}"
        if self.failure:
            return self.failure, b""
        if id not in self.subscriptions:
            return Answer(404, "no such subscription"), b""
        return Answer(200), json.dumps(self.subscriptions[id]).encode()


def a_queue(server: Server, client: Any = None) -> DeliveryQueue[Reading]:
    """The worker's queue; with a client, it reads from Stripe."""
    channel = StripeChannel(
        server, client, "https://api.stripe.com", KEY if client else None, is_live=False
    )
    return DeliveryQueue(server, channel)
