"""Writes the events of a transaction to the log."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Integer, MetaData, Select, String, Table, cast, func, insert, null
from sqlalchemy.schema import CreateTable

from models.database.session import DatabaseSession
from models.database.statements import Template, prepared_statement
from models.database.wakeup import CHANNEL
from models.events import Event
from resolvers.foundation.locks import EVENTS_LOCK, is_on_postgresql, take_advisory_lock

EVENTS: Table = Event.metadata.tables["event"]
EVENT_COLUMNS = [column for column in EVENTS.columns if not column.primary_key]
INSERT_EVENTS = Template(insert(EVENTS))
INSERT_EVENT = Template(insert(EVENTS).returning(EVENTS.c.cursor))
STAGED_EVENTS = Table(
    "staged_event",
    MetaData(),
    Column("position", Integer, primary_key=True),
    *(Column(column.name, column.type) for column in EVENT_COLUMNS),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
# How many rows are read or written at a time, so that other requests get their turn on the event
# loop.
PIECE = 500
# How many staged events one statement moves to the log; the time of a statement is limited.
STAGED_PIECE = 5_000


@prepared_statement
def _select_newest(must_notify: bool) -> Select[Any]:
    """Selects the newest cursor, and notifies other processes of it when this one commits."""
    newest = func.max(Event.cursor)
    return Select(newest, func.pg_notify(CHANNEL, cast(newest, String)) if must_notify else null())


@dataclass(slots=True, eq=False)
class EventWriter:
    """The events of a transaction until they are in the log."""

    session: DatabaseSession
    # The rows that are still in memory. They are plain dictionaries because replacing a role can
    # change 100,000 memberships.
    rows: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    # How many rows are no longer in memory.
    saved: int = 0
    # The cursor of the newest event, once the events are in the log.
    cursor: int | None = None

    async def save(self) -> None:
        """Moves the events out of memory once there are many of them.

        SQLite has one writer, so the events go to the log at once. On PostgreSQL, a transaction
        that writes to the log keeps every other one from committing, so the events are staged in a
        temporary table until everything else is done.
        """
        if len(self.rows) < PIECE:
            return
        must_stage = is_on_postgresql(self.session)
        if must_stage and not self.saved:
            await self.session.execute(CreateTable(STAGED_EVENTS))
        await self.session.execute(insert(STAGED_EVENTS if must_stage else EVENTS), self.rows)
        self.saved += len(self.rows)
        self.rows.clear()

    async def write(self) -> None:
        """Writes the events in commit order; writing again adds only newer ones.

        Every writer takes the lock of the log last. What follows is a new statement, so that it
        sees what the transaction before committed.
        """
        await self.session.flush()
        if not (self.rows or self.saved):
            return
        await take_advisory_lock(self.session, EVENTS_LOCK)
        must_notify = is_on_postgresql(self.session)
        if must_notify and self.saved:
            await self._write_staged()
        if len(self.rows) == 1 and not must_notify:
            inserted = await self.session.execute(INSERT_EVENT, self.rows[0])
        else:
            # Inserts into the table, not the entity, so that the rows go out together and in order.
            if self.rows:
                await self.session.execute(INSERT_EVENTS, self.rows)
            inserted = await self.session.execute(_select_newest(must_notify))
        self.rows.clear()
        self.saved = 0
        self.cursor = inserted.scalar_one()

    async def _write_staged(self) -> None:
        position = STAGED_EVENTS.c.position
        names = [column.name for column in EVENT_COLUMNS]
        staged = Select[Any](*(STAGED_EVENTS.c[name] for name in names)).order_by(position)
        for start in range(0, self.saved, STAGED_PIECE):
            piece = staged.where(position > start, position <= start + STAGED_PIECE)
            await self.session.execute(insert(EVENTS).from_select(names, piece))
