"""How much waits to be sent, and for how long."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func
from sqlmodel import col

from models.database.store import Store
from models.webhooks import WebhookEndpoint
from resolvers.delivery.mail import MAIL_QUEUE
from resolvers.delivery.webhooks import DELIVERIES, WEBHOOK_QUEUE


@dataclass(frozen=True, slots=True)
class Backlog:
    """The rows of a queue that are due."""

    count: int
    oldest_due_at: datetime | None


async def load_backlogs(store: Store, now: datetime) -> dict[str, Backlog]:
    """Counts what is due in each queue, in one statement."""
    endpoint_id = col(WebhookEndpoint.id) == DELIVERIES.c.endpoint_id
    is_enabled = exists().where(endpoint_id, col(WebhookEndpoint.enabled)).correlate(DELIVERIES)
    conditions = {
        "mail": (MAIL_QUEUE, MAIL_QUEUE.is_due(now, ())),
        "webhook": (WEBHOOK_QUEUE, WEBHOOK_QUEUE.is_due(now, ()) & is_enabled),
    }
    columns = [
        Select[Any](value).where(is_due).scalar_subquery()
        for queue, is_due in conditions.values()
        for value in (func.count(queue.rows.c.id), func.min(queue.rows.c.next_attempt_at))
    ]
    async with store.read() as connection:
        row = (await connection.execute(Select[Any](*columns))).one()
    return {name: Backlog(*row[2 * n : 2 * n + 2]) for n, name in enumerate(conditions)}
