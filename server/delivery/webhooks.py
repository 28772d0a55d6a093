"""Webhooks: sends events to endpoints, as a channel of the delivery queue."""

import random
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import structlog
from cryptography.fernet import InvalidToken

from models.database.session import DatabaseSession
from models.keys.encryption import decrypt
from models.webhooks import DeliveryStatus
from resolvers.delivery.endpoint_health import update_endpoint_health
from resolvers.delivery.fan_out import fan_out
from resolvers.delivery.queue import Claim
from resolvers.delivery.webhooks import (
    WEBHOOK_QUEUE,
    load_due_delivery_ids,
    load_due_endpoints,
    start_due_replays,
)
from resolvers.foundation.server import Server
from server.delivery.queue import Attempt, DeliveryQueue
from server.delivery.retries import WEBHOOK_PAUSES, get_pause, parse_retry_after
from server.delivery.webhook_client import Answer, WebhookClient
from server.delivery.webhook_payload import make_body
from server.delivery.webhook_signature import make_signed_headers
from server.observability.observer import Observer

AT_ONCE = 64
PER_ENDPOINT = 8
# Slots for endpoints that nothing is being sent to: endpoints that hang never fill all slots.
RESERVED = 16
# Pauses are longer by up to this share, so that what failed together isn't repeated together.
JITTER = 0.1
ERROR_LENGTH = 300
UNREADABLE = (
    "TENANTRY_SECRET can't decrypt the secret of the endpoint. Rotate that secret, or add the"
    " previous TENANTRY_SECRET."
)
NOT_BUILT = "The request couldn't be created from the event. The server's log contains the reason."

log = structlog.stdlib.get_logger("tenantry.webhooks")


@dataclass(frozen=True, slots=True, eq=False)
class WebhookChannel:
    """Sends webhooks over HTTP."""

    name: ClassVar = "webhook"
    table: ClassVar = WEBHOOK_QUEUE
    at_once: ClassVar = AT_ONCE

    server: Server
    client: WebhookClient
    # A number from 0 to 1.
    get_random: Callable[[], float] = random.random

    async def fan_out(self) -> bool:
        """Creates a delivery for each new event and each endpoint that subscribes to its type."""
        return await fan_out(self.server.store, self.server.clock)

    async def find_due(self, now: datetime, sending: Collection[Claim]) -> Sequence[str]:
        """Shares the free slots among the endpoints (docs/rules.md, Delivery)."""
        sending_to = Counter(claim.row.endpoint_id for claim in sending)
        due_ids: list[str] = []
        async with self.server.store.read() as connection:
            endpoints = await load_due_endpoints(connection, now, sending)
            for endpoint in sorted(endpoints, key=lambda endpoint: sending_to[endpoint.id]):
                free = self.at_once - len(sending) - len(due_ids)
                limit = 1 if endpoint.failing_since else PER_ENDPOINT
                room = min(
                    limit - sending_to[endpoint.id],
                    max(1, (free - RESERVED) // len(endpoints)),
                    free - RESERVED if sending_to[endpoint.id] else free,
                )
                if room > 0:
                    due_ids += await load_due_delivery_ids(
                        connection, endpoint.id, now, sending, room
                    )
        return due_ids

    async def attempt(self, claim: Claim, started_at: datetime) -> Answer:
        """Posts the event, signed; during a rotation, the former secret signs too."""
        row = claim.row
        encrypted = [row.secret]
        if row.previous_secret and started_at < (row.previous_signs_until or started_at):
            encrypted.append(row.previous_secret)
        try:
            secrets = [decrypt(self.server.webhook_cipher, secret) for secret in encrypted]
            # Receivers know the instance by its public URL.
            body = make_body(row, self.server.public_url)
            headers = make_signed_headers(row.event_id, row.event_cursor, body, started_at, secrets)
        except InvalidToken:
            return Answer(error=UNREADABLE)
        except Exception:
            log.exception("webhook not built", id=claim.id)
            return Answer(error=NOT_BUILT)
        return await self.client.post(row.url, headers, body)

    def get_outcome(self, attempt: Attempt[Answer]) -> str:
        status: str = make_result(attempt, self.server.clock(), 0)["status"]
        return "retried" if status == DeliveryStatus.PENDING.value else status

    def get_trace_attributes(self, claim: Claim) -> dict[str, str]:
        return {
            "tenantry.webhook_delivery.id": claim.id,
            "tenantry.event.id": claim.row.event_id,
            "tenantry.webhook_endpoint.id": claim.row.endpoint_id,
        }

    async def settle(
        self, session: DatabaseSession, attempts: Sequence[Attempt[Answer]], now: datetime
    ) -> None:
        """Writes the results to the endpoints, always in the same order, then to the deliveries."""
        verdicts = {
            (attempt.claim.row.endpoint_id, attempt.result.is_success, attempt.result.is_gone)
            for attempt in attempts
        }
        for endpoint_id, is_success, is_gone in sorted(verdicts):
            await update_endpoint_health(
                session, endpoint_id, now, is_success=is_success, is_gone=is_gone
            )
        results = [
            (attempt.claim, make_result(attempt, now, self.get_random())) for attempt in attempts
        ]
        await self.table.settle(session, results, now)
        await start_due_replays(session, [attempt.claim.id for attempt in attempts], now)


def make_result(attempt: Attempt[Answer], now: datetime, jitter: float) -> dict[str, Any]:
    """Makes the columns of a delivery after an attempt; `jitter` (0 to 1) lengthens the pause."""
    answer, attempts = attempt.result, attempt.claim.attempts
    result = {
        "status": DeliveryStatus.SUCCEEDED.value,
        "attempts": attempts,
        "next_attempt_at": None,
        "last_attempt_at": attempt.started_at,
        "last_status_code": answer.status,
        "last_error": None,
    }
    if answer.is_success:
        return result
    result["last_error"] = (answer.error or "")[:ERROR_LENGTH]
    pause = get_pause(WEBHOOK_PAUSES, attempts)
    if pause is None or answer.is_gone:
        return result | {"status": DeliveryStatus.FAILED.value}
    pause = max(pause * (1 + JITTER * jitter), parse_retry_after(answer.retry_after, now))
    return result | {"status": DeliveryStatus.PENDING.value, "next_attempt_at": now + pause}


def make_webhook_queue(server: Server, observer: Observer | None = None) -> DeliveryQueue[Answer]:
    """The queue of webhooks."""
    client = WebhookClient(server.webhook_targets)
    return DeliveryQueue(server, WebhookChannel(server, client), observer)
