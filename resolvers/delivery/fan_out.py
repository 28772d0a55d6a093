"""Fan-out: a delivery for each event of the log and each endpoint that subscribes to its type."""

from typing import Any

import structlog
from sqlalchemy import Select, func, insert, update
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.base import new_id
from models.database.statements import prepared_statement
from models.database.store import Store
from models.events import Event
from models.instance import Instance
from models.webhooks import PENDING, WebhookDelivery, WebhookEndpoint
from resolvers.delivery.webhooks import DELIVERIES
from resolvers.foundation.server import Clock

# How many events of the log one transaction reads.
BATCH = 500
# Whether an import has left the event, and not for webhooks (rule 80).
IS_SILENT = col(Event.changes)[("import", "silent")].as_boolean().label("is_silent")

log = structlog.stdlib.get_logger("tenantry.webhooks")


async def fan_out(store: Store, clock: Clock) -> bool:
    """Creates the next deliveries of every endpoint; returns whether there may be more."""
    async with store.read() as connection:
        endpoint_ids = (await connection.execute(_select_endpoints_to_fill())).scalars()
    return any([await create_deliveries(store, clock, endpoint_id) for endpoint_id in endpoint_ids])


@prepared_statement
def _select_endpoints_to_fill() -> SelectOfScalar[str]:
    newest = select(func.max(col(Event.cursor))).scalar_subquery()
    return select(WebhookEndpoint.id).where(
        col(WebhookEndpoint.enabled), col(WebhookEndpoint.cursor) < newest
    )


async def create_deliveries(store: Store, clock: Clock, endpoint_id: str) -> bool:
    """Creates the next deliveries of an endpoint; returns whether there may be more.

    An endpoint that another worker has locked is left to that worker. The lock keeps an event from
    being delivered twice.
    """
    locked = Select[Any](col(WebhookEndpoint.cursor), col(WebhookEndpoint.types)).where(
        col(WebhookEndpoint.id) == endpoint_id, col(WebhookEndpoint.enabled)
    )
    locked = locked.with_for_update(skip_locked=True, key_share=True)
    async with store.write() as session:
        endpoint = (await session.execute(locked)).one_or_none()
        if endpoint is None:
            return False
        next_events = (
            Select[Any](col(Event.cursor), col(Event.type), IS_SILENT)
            .where(col(Event.cursor) > endpoint.cursor)
            .order_by(col(Event.cursor))
            .limit(BATCH)
        )
        events = (await session.execute(next_events)).all()
        if not events:
            return False
        forgotten = (await session.execute(select(Instance.forgotten_cursor))).scalar_one()
        if forgotten > endpoint.cursor:
            # The log has deleted events before the endpoint got them.
            log.warning(
                "webhook events deleted before they were sent",
                endpoint=endpoint_id,
                cursor=endpoint.cursor,
                forgotten=forgotten,
            )
        now = clock()
        deliveries = [
            {
                "id": new_id(WebhookDelivery.prefix, now),
                "event_cursor": event.cursor,
                "endpoint_id": endpoint_id,
                "status": PENDING,
                "attempts": 0,
                "next_attempt_at": now,
                "created_at": now,
                "updated_at": now,
            }
            for event in events
            if not event.is_silent and (endpoint.types is None or event.type in endpoint.types)
        ]
        if deliveries:
            await session.execute(insert(DELIVERIES), deliveries)
        moved = update(WebhookEndpoint).where(col(WebhookEndpoint.id) == endpoint_id)
        await session.execute(moved.values(cursor=events[-1].cursor))
    return len(events) == BATCH
