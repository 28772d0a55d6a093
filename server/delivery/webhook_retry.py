"""What becomes of a delivery and its endpoint after a try (docs/rules.md, Delivery)."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import structlog
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.webhooks import (
    DISABLED_AFTER,
    PENDING,
    DeliveryStatus,
    WebhookDelivery,
    WebhookEndpoint,
    get_retry_delay,
)
from server.delivery.webhook_client import Answer

# What a receiver may ask us to wait with Retry-After.
LONGEST_WAIT = timedelta(hours=24)
# After a longer time without a try, a failure starts a new period: the endpoint had nothing to
# receive, or no sender was running. No pause of the schedule and no Retry-After is as long.
LONGEST_GAP = LONGEST_WAIT + timedelta(hours=1)
JITTER = 0.1
ERROR_LENGTH = 300
SAID_GONE = "The endpoint answered 410 Gone."
FAILED_TOO_LONG = f"It failed for {DISABLED_AFTER.days} days, without one success."

log = structlog.stdlib.get_logger("tenantry.webhooks")


def decide_outcome(attempts: int, answer: Answer, now: datetime, chance: float) -> dict[str, Any]:
    """What to write down of a delivery after so many
    tries; `chance`, from 0 to 1, spreads the next one.
    """
    if answer.is_success:
        return {
            "status": DeliveryStatus.SUCCEEDED.value,
            "next_attempt_at": None,
            "last_error": None,
        }
    error = (answer.error or "")[:ERROR_LENGTH]
    pause = get_retry_delay(attempts)
    if pause is None or answer.is_gone:
        return {"status": DeliveryStatus.FAILED.value, "next_attempt_at": None, "last_error": error}
    pause = max(pause * (1 + JITTER * chance), parse_retry_after(answer.retry_after, now))
    return {"status": PENDING, "next_attempt_at": now + pause, "last_error": error}


def parse_retry_after(retry_after: str | None, now: datetime) -> timedelta:
    """How long a receiver asks us to wait, in seconds or
    until a date; a day at most, nothing for what is neither.
    """
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), LONGEST_WAIT.total_seconds()))
    with suppress(ValueError, OverflowError):
        until = parsedate_to_datetime(text)
        until = until.replace(tzinfo=UTC) if until.tzinfo is None else until
        return max(timedelta(), min(until - now, LONGEST_WAIT))
    return timedelta()


async def update_endpoint_health(
    session: AsyncSession, endpoint_id: str, now: datetime, *, is_success: bool, is_gone: bool
) -> None:
    """Writes down what a try says of its endpoint, which may
    disable it; rows that stay as they are are not locked.

    Must run before the try itself is written down: it looks for the one before.
    """
    endpoint = update(WebhookEndpoint).where(col(WebhookEndpoint.id) == endpoint_id)
    failing = col(WebhookEndpoint.failing_since)
    if is_success:
        await session.execute(endpoint.where(failing.is_not(None)).values(failing_since=None))
        return
    await session.execute(endpoint.where(failing.is_(None)).values(failing_since=now))
    if is_gone:
        await _disable(session, endpoint_id, now, SAID_GONE)
        return
    for_days = select(failing).where(
        col(WebhookEndpoint.id) == endpoint_id, failing <= now - DISABLED_AFTER
    )
    if (await session.execute(for_days)).first() is None:
        return
    tried = select(WebhookDelivery.id).where(
        col(WebhookDelivery.endpoint_id) == endpoint_id,
        col(WebhookDelivery.last_attempt_at) > now - LONGEST_GAP,
    )
    if (await session.execute(tried.limit(1))).first():
        await _disable(session, endpoint_id, now, FAILED_TOO_LONG)
    else:
        await session.execute(endpoint.values(failing_since=now))


async def _disable(session: AsyncSession, endpoint_id: str, now: datetime, reason: str) -> None:
    enabled = (col(WebhookEndpoint.id) == endpoint_id) & col(WebhookEndpoint.enabled)
    values = {"enabled": False, "disabled_reason": reason, "updated_at": now}
    disabled: Any = await session.execute(update(WebhookEndpoint).where(enabled).values(**values))
    if disabled.rowcount:
        log.warning("webhook_endpoint_disabled", endpoint=endpoint_id, reason=reason)
