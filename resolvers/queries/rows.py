"""Rows of any table by their keys, one batch in one statement."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, cast

from sqlalchemy import Select, SQLColumnExpression, func
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import prepared_statement
from models.database.store import Readable
from models.events import Event
from resolvers.lists.pages import TableT, load_rows
from resolvers.lists.specs import RecordT


def by_id(
    table: type[RecordT],
) -> Callable[[Readable, list[str]], Coroutine[Any, Any, Sequence[RecordT | None]]]:
    """Fetches rows of the table by their IDs."""

    @prepared_statement
    def select_rows(ids: Sequence[str]) -> SelectOfScalar[RecordT]:
        return select(table).where(col(table.id).in_(ids))

    async def fetch(store: Readable, ids: list[str]) -> Sequence[RecordT | None]:
        rows = await load_rows(store, select_rows(ids))
        rows_by_id = {row.id: row for row in rows}
        return [rows_by_id.get(key) for key in ids]

    return fetch


def count_by(
    column: SQLColumnExpression[Any],
) -> Callable[[Readable, list[str]], Coroutine[Any, Any, Sequence[int]]]:
    """Counts the rows that have each value in the column."""

    @prepared_statement
    def count_rows(values: Sequence[str]) -> Select[Any, int]:
        return select(column, func.count()).where(column.in_(values)).group_by(column)

    async def fetch(store: Readable, values: list[str]) -> Sequence[int]:
        async with store.read() as connection:
            counts = {row[0]: row[1] for row in (await connection.execute(count_rows(values)))}
        return [counts.get(value, 0) for value in values]

    return fetch


async def load_events_by_cursor(store: Readable, cursors: Sequence[int]) -> Sequence[Event | None]:
    rows = await load_rows(store, select(Event).where(col(Event.cursor).in_(cursors)))
    by_cursor = {row.cursor: row for row in rows}
    return [by_cursor.get(cursor) for cursor in cursors]


async def load_children(
    store: Readable, statement: Select[TableT, str], parents: Sequence[str]
) -> Sequence[Sequence[TableT]]:
    """Loads the rows of each parent, which the statement selects as `parent`, in its order."""
    children: dict[str, list[TableT]] = {key: [] for key in parents}
    async with store.read() as connection:
        for row in await connection.fetch(statement):
            children[row.parent].append(cast(TableT, row))
    return [children[key] for key in parents]
