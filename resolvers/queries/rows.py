"""Rows of any table by their keys, one batch in one statement."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, cast

from sqlalchemy import SQLColumnExpression, func
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.store import Readable
from models.events import Event
from resolvers.lists import RecordT
from resolvers.pages import TableT, load_rows


def by_id(
    table: type[RecordT],
) -> Callable[[Readable, list[str]], Coroutine[Any, Any, Sequence[RecordT | None]]]:
    """Fetches rows of the table by their IDs."""

    async def fetch(store: Readable, ids: list[str]) -> Sequence[RecordT | None]:
        rows = await load_rows(store, select(table).where(col(table.id).in_(ids)))
        rows_by_id = {row.id: row for row in rows}
        return [rows_by_id.get(key) for key in ids]

    return fetch


def count_by(
    column: SQLColumnExpression[Any],
) -> Callable[[Readable, list[str]], Coroutine[Any, Any, Sequence[int]]]:
    """Counts the rows that have each value in the column."""

    async def fetch(store: Readable, values: list[str]) -> Sequence[int]:
        statement = select(column, func.count()).where(column.in_(values)).group_by(column)
        async with store.read() as connection:
            counts = {row[0]: row[1] for row in (await connection.execute(statement)).all()}
        return [counts.get(value, 0) for value in values]

    return fetch


async def load_events_by_cursor(store: Readable, cursors: Sequence[int]) -> Sequence[Event | None]:
    rows = await load_rows(store, select(Event).where(col(Event.cursor).in_(cursors)))
    by_cursor = {row.cursor: row for row in rows}
    return [by_cursor.get(cursor) for cursor in cursors]


async def load_children(
    store: Readable,
    statement: SelectOfScalar[TableT],
    parent: SQLColumnExpression[str],
    parents: Sequence[str],
) -> Sequence[Sequence[TableT]]:
    """Loads the statement's rows for each parent, in the order of the statement."""
    selected = statement.add_columns(parent.label("parent")).where(parent.in_(parents))
    children: dict[str, list[TableT]] = {key: [] for key in parents}
    async with store.read() as connection:
        for row in (await connection.execute(selected)).all():
            children[row.parent].append(cast(TableT, row))
    return [children[key] for key in parents]
