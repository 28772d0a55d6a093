"""The log is kept for a while: what is older goes, and with it the deliveries of its webhooks."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.base import first_id
from models.database.store import Store
from models.events import Event

# As many in one transaction: others have to write too.
BATCH = 2_000
# How late an event may be forgotten, for example because no worker was running. An event that is
# older than that and older than the oldest one was written while the clock was behind.
LATEST = timedelta(days=1)


def _nothing() -> None: ...


async def delete_old_events(
    store: Store, before: datetime, after_batch: Callable[[], None] = _nothing
) -> int:
    """Removes the events up to the last one that is older,
    but for the newest, which tells where the log is.

    The order is that of cursors: an event that was written while the clock was ahead goes with its
    neighbors. Returns how many events there were.
    """
    forgotten = 0
    while True:
        async with store.write() as session:
            cursors = await _forgettable(session, before)
            if cursors:
                await session.execute(delete(Event).where(col(Event.cursor) <= cursors[-1]))
        after_batch()
        forgotten += len(cursors)
        if len(cursors) < BATCH:
            return forgotten


async def newest_time(store: Store) -> datetime | None:
    """When the newest event occurred; None for an empty log."""
    newest = select(Event.occurred_at).order_by(col(Event.cursor).desc()).limit(1)
    async with store.read() as connection:
        return (await connection.execute(newest)).scalar_one_or_none()


async def _forgettable(session: AsyncSession, before: datetime) -> list[int]:
    """The cursors of the oldest events. An id holds the time too, and has an index."""
    oldest = (
        await session.execute(select(Event.occurred_at).order_by(col(Event.cursor)).limit(1))
    ).scalar_one_or_none()
    if oldest is None:
        return []
    earliest = min(oldest, before - LATEST)
    newest = select(func.max(col(Event.cursor))).scalar_subquery()
    last_old = select(func.max(col(Event.cursor))).where(
        col(Event.id) >= first_id(Event.prefix, earliest),
        col(Event.id) < first_id(Event.prefix, before),
        col(Event.cursor) < newest,
    )
    statement = select(Event.cursor).where(col(Event.cursor) <= last_old.scalar_subquery())
    return list(
        (await session.execute(statement.order_by(col(Event.cursor)).limit(BATCH))).scalars()
    )
