"""The health of webhook endpoints: one that fails for too long is disabled."""

from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import update
from sqlmodel import col, select

from models.database.session import DatabaseSession
from models.webhooks import DISABLED_AFTER, WebhookDelivery, WebhookEndpoint

# After a longer time without an attempt, a failure starts a new period: the endpoint had nothing to
# receive, or no worker was running. No pause between two attempts is as long.
LONGEST_GAP = timedelta(hours=25)
SAID_GONE = "The endpoint responded with 410 Gone."
FAILED_TOO_LONG = f"All deliveries failed for {DISABLED_AFTER.days} days."

log = structlog.stdlib.get_logger("tenantry.webhooks")


async def update_endpoint_health(
    session: DatabaseSession, endpoint_id: str, now: datetime, *, is_success: bool, is_gone: bool
) -> None:
    """Records what an attempt says about its endpoint, and disables the endpoint if necessary.

    Must run before the attempt is settled, because it looks for the attempt before. It doesn't lock
    rows that stay as they are.
    """
    endpoint = update(WebhookEndpoint).where(col(WebhookEndpoint.id) == endpoint_id)
    failing_since = col(WebhookEndpoint.failing_since)
    if is_success:
        recovered = endpoint.where(failing_since.is_not(None))
        await session.execute(recovered.values(failing_since=None))
        return
    await session.execute(endpoint.where(failing_since.is_(None)).values(failing_since=now))
    if is_gone:
        await disable_endpoint(session, endpoint_id, now, SAID_GONE)
        return
    failed_for_days = select(WebhookEndpoint.id).where(
        col(WebhookEndpoint.id) == endpoint_id, failing_since <= now - DISABLED_AFTER
    )
    if (await session.execute(failed_for_days)).first() is None:
        return
    recent_attempt = select(WebhookDelivery.id).where(
        col(WebhookDelivery.endpoint_id) == endpoint_id,
        col(WebhookDelivery.last_attempt_at) > now - LONGEST_GAP,
    )
    if (await session.execute(recent_attempt.limit(1))).first():
        await disable_endpoint(session, endpoint_id, now, FAILED_TOO_LONG)
    else:
        await session.execute(endpoint.values(failing_since=now))


async def disable_endpoint(
    session: DatabaseSession, endpoint_id: str, now: datetime, reason: str
) -> None:
    """Disables an endpoint, unless it is disabled already."""
    enabled = update(WebhookEndpoint).where(
        col(WebhookEndpoint.id) == endpoint_id, col(WebhookEndpoint.enabled)
    )
    values = {"enabled": False, "disabled_reason": reason, "updated_at": now}
    result: Any = await session.execute(enabled.values(values))
    if result.rowcount:
        log.warning("webhook endpoint disabled", endpoint=endpoint_id, reason=reason)
