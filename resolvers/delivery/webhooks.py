"""The deliveries that wait to be sent, by endpoint."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, Table, exists, update
from sqlmodel import col

from models.database.connection import Connection
from models.database.session import DatabaseSession
from models.database.statements import AnySelect, prepared_statement
from models.events import Event
from models.webhooks import PENDING, WebhookDelivery, WebhookEndpoint
from resolvers.delivery.queue import Claim, QueueTable, get_ids
from resolvers.lists.pages import AnyRow

DELIVERIES: Table = WebhookDelivery.metadata.tables["webhook_delivery"]
# With the event and the endpoint, so that an attempt needs no other read.
CLAIM_COLUMNS: Any = (
    DELIVERIES.c.id,
    DELIVERIES.c.endpoint_id,
    DELIVERIES.c.attempts,
    WebhookEndpoint.url,
    WebhookEndpoint.secret,
    WebhookEndpoint.previous_secret,
    WebhookEndpoint.previous_signs_until,
    col(Event.id).label("event_id"),
    col(Event.cursor).label("event_cursor"),
    Event.type,
    Event.occurred_at,
    Event.data,
    Event.private_metadata,
)
WEBHOOK_QUEUE = QueueTable(
    rows=DELIVERIES,
    waiting_status=PENDING,
    lease=timedelta(minutes=2),
    claim_query=Select[Any](*CLAIM_COLUMNS)
    .select_from(DELIVERIES)
    .join(WebhookEndpoint, col(WebhookEndpoint.id) == DELIVERIES.c.endpoint_id)
    .join(Event, col(Event.cursor) == DELIVERIES.c.event_cursor),
    claim_values={"is_replay_due": False},
)


async def start_due_replays(session: DatabaseSession, ids: Collection[str], now: datetime) -> None:
    """Restarts those of the deliveries that a replay was requested for during their attempt."""
    restarted = update(DELIVERIES).where(
        DELIVERIES.c.id.in_(ids), DELIVERIES.c.is_replay_due, DELIVERIES.c.claimed_until.is_(None)
    )
    await session.execute(
        restarted.values(status=PENDING, attempts=0, next_attempt_at=now, is_replay_due=False)
    )


async def load_due_endpoints(
    connection: Connection, now: datetime, sending: Collection[Claim]
) -> Sequence[AnyRow]:
    """Loads the ID and `failing_since` of each endpoint that has a delivery that can be claimed."""
    return (await connection.execute(_select_due_endpoints(now, get_ids(sending)))).all()


@prepared_statement
def _select_due_endpoints(now: datetime, sending_ids: Collection[str]) -> AnySelect:
    has_due = exists().where(
        DELIVERIES.c.endpoint_id == col(WebhookEndpoint.id), WEBHOOK_QUEUE.is_due(now, sending_ids)
    )
    columns: Any = (WebhookEndpoint.id, WebhookEndpoint.failing_since)
    return Select[Any](*columns).where(col(WebhookEndpoint.enabled), has_due)


async def load_due_delivery_ids(
    connection: Connection,
    endpoint_id: str,
    now: datetime,
    sending: Collection[Claim],
    limit: int,
) -> Sequence[str]:
    """Loads the IDs of an endpoint's deliveries that can be claimed, the longest waiting first."""
    statement = _select_due_delivery_ids(endpoint_id, now, get_ids(sending), limit)
    return (await connection.execute(statement)).scalars()


@prepared_statement
def _select_due_delivery_ids(
    endpoint_id: str, now: datetime, sending_ids: Collection[str], limit: int
) -> Select[str]:
    return (
        Select[str](DELIVERIES.c.id)
        .where(DELIVERIES.c.endpoint_id == endpoint_id, WEBHOOK_QUEUE.is_due(now, sending_ids))
        .order_by(DELIVERIES.c.next_attempt_at, DELIVERIES.c.id)
        .limit(limit)
    )
