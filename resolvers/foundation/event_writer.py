"""Writes the events of a transaction to the log."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    bindparam,
    cast,
    func,
    insert,
    null,
    union_all,
)
from sqlalchemy.schema import CreateTable

from models.database.session import DatabaseSession
from models.database.statements import Prepared, Template, prepared_statement
from models.database.wakeup import CHANNEL
from models.events import Event
from resolvers.foundation.locks import EVENTS_LOCK, is_on_postgresql, take_advisory_lock

EVENTS: Table = Event.metadata.tables["event"]
COLUMNS = [column for column in EVENTS.columns if not column.primary_key]
INSERT_EVENTS = Template(insert(EVENTS))
STAGED_EVENTS = Table(
    "staged_event",
    MetaData(),
    Column("position", Integer, primary_key=True),
    *(Column(column.name, column.type) for column in COLUMNS),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
# How many rows are read or written at a time, so that other requests get their turn on the event
# loop.
PIECE = 500
# How many staged events one statement moves to the log; the time of a statement is limited.
STAGED_PIECE = 5_000
# How many events are written by one statement, which has a text for each number.
FEW = 5


def notify(cursor: ColumnElement[int]) -> ColumnElement[Any]:
    """Notifies other processes of an event when this transaction commits."""
    return func.pg_notify(CHANNEL, cast(cursor, String))


@prepared_statement
def _select_newest(must_notify: bool) -> Select[Any]:
    newest = func.max(EVENTS.c.cursor)
    return Select(newest, notify(newest) if must_notify else null())


@cache
def _insert_few(number: int, in_turn: bool) -> Template:
    """Inserts events and returns their cursors.

    In turn, it first takes the lock of the log of PostgreSQL: a row is selected from the lock, so
    its cursor is assigned after it. It also notifies other processes.
    """
    rows = [
        {column.name: bindparam(f"{column.name}_{row}", type_=column.type) for column in COLUMNS}
        for row in range(number)
    ]
    if not in_turn:
        return Template(insert(EVENTS).values(rows).returning(EVENTS.c.cursor))
    turn = Select(func.pg_advisory_xact_lock(EVENTS_LOCK).label("turn")).subquery("turn")
    selected = [Select[Any](*row.values()).select_from(turn) for row in rows]
    inserted = insert(EVENTS).from_select(
        [*rows[0]], union_all(*selected) if number > 1 else selected[0]
    )
    return Template(inserted.returning(EVENTS.c.cursor, notify(EVENTS.c.cursor)))


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

        On PostgreSQL, every writer takes the lock of the log last.
        """
        await self.session.flush()
        if not (self.rows or self.saved):
            return
        few = not self.saved and len(self.rows) <= FEW
        self.cursor = await (self._write_few() if few else self._write_many())
        self.rows.clear()
        self.saved = 0

    async def _write_few(self) -> int:
        values = {
            f"{name}_{row}": value
            for row, event in enumerate(self.rows)
            for name, value in event.items()
        }
        template = _insert_few(len(self.rows), is_on_postgresql(self.session))
        statement: Any = Prepared(template, values)
        return max((await self.session.transaction.execute(statement)).scalars())

    async def _write_many(self) -> int:
        in_turn = is_on_postgresql(self.session)
        await take_advisory_lock(self.session, EVENTS_LOCK)
        if in_turn and self.saved:
            await self._write_staged()
        # Inserts into the table, not the entity, so that the rows go out together and in order.
        if self.rows:
            await self.session.execute(INSERT_EVENTS, self.rows)
        return (await self.session.execute(_select_newest(in_turn))).scalar_one()

    async def _write_staged(self) -> None:
        position = STAGED_EVENTS.c.position
        names = [column.name for column in COLUMNS]
        staged = Select[Any](*(STAGED_EVENTS.c[name] for name in names)).order_by(position)
        for start in range(0, self.saved, STAGED_PIECE):
            piece = staged.where(position > start, position <= start + STAGED_PIECE)
            await self.session.execute(insert(EVENTS).from_select(names, piece))
