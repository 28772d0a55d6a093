"""Reads subscriptions from Stripe, one after another (rules 49 and 50)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, cast

import orjson

from models.base import JSONObject
from models.database.session import DatabaseSession
from resolvers.authority.access import SYSTEM
from resolvers.delivery.queue import Claim, QueueTable
from resolvers.foundation.server import Server
from resolvers.foundation.transaction import begin
from resolvers.stripe.queue import (
    STRIPE_QUEUE,
    Reading,
    find_due,
    retry_after_changes,
    settle_reading,
)
from server.delivery.queue import Attempt, DeliveryQueue
from server.delivery.retries import MAIL_PAUSES
from server.delivery.webhook_client import Answer, WebhookClient
from server.observability.observer import Observer
from server.settings.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class StripeChannel:
    """The channel of the queue; an attempt stores its own result, with the events of it."""

    server: Server
    client: WebhookClient
    api_url: str
    # None if the states that events report are applied.
    api_key: str | None
    is_live: bool
    name: ClassVar[str] = "stripe"
    table: ClassVar[QueueTable] = STRIPE_QUEUE
    # Each reading can lock an organization, and Stripe limits how fast it can be asked.
    at_once: ClassVar[int] = 1

    async def fan_out(self) -> bool:
        await retry_after_changes(self.server.store, self.server.clock())
        return False

    async def find_due(self, now: datetime, sending: Collection[Claim]) -> Sequence[str]:
        return await find_due(self.server.store, now, sending, self.at_once - len(sending))

    async def attempt(self, claim: Claim, started_at: datetime) -> Reading:
        reading = await self._read(claim) if self.api_key else Reading()
        async with begin(self.server, SYSTEM) as tx:
            await settle_reading(
                tx, claim, reading, is_live=self.is_live, can_read=self.api_key is not None
            )
        return reading

    async def _read(self, claim: Claim) -> Reading:
        url = f"{self.api_url}/v1/subscriptions/{claim.id}"
        headers = {"authorization": f"Bearer {self.api_key}", "accept": "application/json"}
        answer, body = await self.client.get(url, headers)
        if answer.is_success:
            try:
                return Reading(cast(JSONObject, orjson.loads(body)))
            except orjson.JSONDecodeError:
                answer = Answer(answer.status, "The response was not complete JSON.")
        if answer.status == 404:
            return Reading(error="Stripe has no subscription with this ID.")
        reason = answer.error or "no reason"
        return Reading(error=f"Stripe can't be read: {reason}", pause=_get_pause(claim.attempts))

    def get_outcome(self, attempt: Attempt[Reading]) -> str:
        if attempt.result.error is None:
            return "succeeded"
        return "retried" if attempt.result.pause else "failed"

    def get_trace_attributes(self, claim: Claim) -> Mapping[str, str]:
        return {"tenantry.stripe.subscription": claim.id}

    async def settle(
        self, session: DatabaseSession, attempts: Sequence[Attempt[Reading]], now: datetime
    ) -> None:
        """Does nothing: each attempt has stored its result."""


def _get_pause(attempts: int) -> timedelta:
    """The pause grows to six hours; a subscription is read until that succeeds."""
    return MAIL_PAUSES[min(attempts, len(MAIL_PAUSES) - 1) - 1]


def make_stripe_queue(
    settings: Settings, server: Server, observer: Observer | None = None
) -> DeliveryQueue[Reading] | None:
    """Makes the queue; None if Stripe isn't set up."""
    if not settings.uses_stripe:
        return None
    client = WebhookClient(server.webhook_targets)
    channel = StripeChannel(
        server,
        client,
        settings.stripe_api_url,
        settings.stripe_api_key,
        settings.is_stripe_live,
    )
    return DeliveryQueue(server, channel, observer)
