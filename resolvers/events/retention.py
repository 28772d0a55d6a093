"""Retention: deletes the events of the log that are old, and with them their deliveries."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, update
from sqlmodel import col, select

from models.base import first_id
from models.database.store import Store
from models.events import Event
from models.instance import Instance

# How many events one transaction deletes: others have to write too.
BATCH = 2_000
# How late an event can be deleted, for example because no worker was running. An event that is
# older than that, and older than the oldest one, was written while the clock was slow.
LATEST = timedelta(days=1)


def do_nothing() -> None: ...


async def delete_old_events(
    store: Store, before: datetime, after_batch: Callable[[], None] = do_nothing
) -> int:
    """Deletes the events up to the last old one, except the newest event; returns their number.

    The newest event shows how far the log has come. The order is that of the cursors: an event that
    was written while the clock was ahead is deleted with its neighbors.
    """
    oldest_time = select(Event.occurred_at).order_by(col(Event.cursor)).limit(1)
    newest = select(func.max(col(Event.cursor))).scalar_subquery()
    deleted = 0
    while True:
        async with store.write() as session:
            oldest = (await session.execute(oldest_time)).scalar_one_or_none()
            if oldest is None:
                return deleted
            earliest = min(oldest, before - LATEST)
            # An ID contains the time too, and has an index.
            last_old = select(func.max(col(Event.cursor))).where(
                col(Event.id) >= first_id(Event.prefix, earliest),
                col(Event.id) < first_id(Event.prefix, before),
                col(Event.cursor) < newest,
            )
            old = select(Event.cursor).where(col(Event.cursor) <= last_old.scalar_subquery())
            batch = old.order_by(col(Event.cursor)).limit(BATCH)
            cursors = (await session.execute(batch)).scalars()
            if cursors:
                await session.execute(delete(Event).where(col(Event.cursor) <= cursors[-1]))
                is_further = col(Instance.forgotten_cursor) < cursors[-1]
                forgotten = update(Instance).where(is_further)
                await session.execute(forgotten.values(forgotten_cursor=cursors[-1]))
        after_batch()
        deleted += len(cursors)
        if len(cursors) < BATCH:
            return deleted


async def load_newest_time(store: Store) -> datetime | None:
    """Loads when the newest event occurred; None if the log is empty."""
    newest = select(Event.occurred_at).order_by(col(Event.cursor).desc()).limit(1)
    async with store.read() as connection:
        return (await connection.execute(newest)).scalar_one_or_none()
