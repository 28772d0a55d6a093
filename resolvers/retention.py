"""The log is kept for a while: what is older goes, and with it the deliveries of its webhooks (DESIGN 9)."""

from collections.abc import Callable
from datetime import datetime
from itertools import takewhile

from sqlalchemy import delete, func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.events import Event
from models.store import Store

BATCH = 2_000
"""As many in one transaction: others have to write too."""


def _nothing() -> None: ...


async def forget_events(store: Store, before: datetime, after_batch: Callable[[], None] = _nothing) -> int:
    """Removes the events that are older, but for the newest, which tells where the log is; how many there were."""
    forgotten = 0
    while True:
        async with store.write() as session:
            cursors = await _oldest(session, before)
            if cursors:
                await session.execute(delete(Event).where(col(Event.cursor) <= cursors[-1]))
        after_batch()
        forgotten += len(cursors)
        if len(cursors) < BATCH:
            return forgotten


async def _oldest(session: AsyncSession, before: datetime) -> list[int]:
    newest = select(func.max(col(Event.cursor))).scalar_subquery()
    statement = select(Event.cursor, Event.occurred_at).where(col(Event.cursor) < newest)
    rows = (await session.execute(statement.order_by(col(Event.cursor)).limit(BATCH))).all()
    return [row.cursor for row in takewhile(lambda row: row.occurred_at < before, rows)]
