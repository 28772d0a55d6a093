"""Keyset pages and counts of lists: a page costs the same anywhere in its list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar, cast, overload

from sqlalchemy import ColumnElement, Row, SQLColumnExpression, any_, func, inspect
from sqlmodel.sql.expression import SelectOfScalar

from models.base import BaseTable
from models.database.statements import AnySelect, StatementValues, prepared_statement
from models.database.store import Readable
from resolvers.lists.cursors import Order, encode_cursor, wrong_list_cursor
from resolvers.lists.page_requests import PageRequest
from resolvers.lists.specs import Joins, RecordT, Selection

# How many classes are kept that show what rows were joined with.
KEPT_VIEWS = 256

AnyRow = Row[Any]
TableT = TypeVar("TableT", bound=BaseTable)


@dataclass(frozen=True, slots=True)
class ListRequest(StatementValues, Generic[RecordT]):
    """A page of a list, the same for all its parents."""

    selection: Selection[RecordT]
    order: Order
    page: PageRequest
    # What is read with the rows.
    joins: Joins = ()


@dataclass(frozen=True, slots=True)
class Page(Generic[TableT]):
    """Rows in list order, each with its cursor."""

    rows: Sequence[TableT]
    cursors: Sequence[str]
    has_next: bool
    has_previous: bool
    # The cursor to continue after, where it isn't that of the last row.
    end: str | None = None


@dataclass(frozen=True, slots=True)
class Cursors(Sequence[str]):
    """The cursors of rows, which are encoded when they are read: few queries select them."""

    order: Order
    rows: Sequence[AnyRow]
    parent: str

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return Cursors(self.order, self.rows[index], self.parent)
        return encode_cursor(self.order, self.rows[index], self.parent)

    def __len__(self) -> int:
        return len(self.rows)


async def load_rows(store: Readable, statement: SelectOfScalar[TableT]) -> Sequence[TableT]:
    """Loads the rows that a select of a table finds, typed as that table.

    That is faster than making entities, and they have the columns of the table as attributes.
    """
    async with store.read() as connection:
        return await connection.fetch(statement)


async def load_list_pages(
    store: Readable, request: ListRequest[Any], parents: Sequence[str]
) -> Sequence[Page[Any] | BaseException]:
    """Loads the same page for each parent, with BadUserInput for a cursor of another list."""
    groups: dict[str, list[AnyRow]] = {key: [] for key in parents if request.page.is_of(key)}
    if groups:
        async with store.read() as connection:
            is_postgresql = connection.dialect.name == "postgresql"
            several = list(groups) if len(groups) > 1 else None
            is_search = request.selection.query is not None
            select_rows = _select_found_rows if is_search else _select_rows
            statement = select_rows(request, next(iter(groups)), several, is_postgresql)
            rows = await connection.fetch(statement)
        if several is None:
            groups = {next(iter(groups)): list(rows)}
        else:
            parent: Any = request.selection.spec.parent
            for row in rows:
                groups[getattr(row, parent.key)].append(row)
    return [
        _make_page(request, key, groups[key]) if key in groups else wrong_list_cursor()
        for key in parents
    ]


def get_joined(rows: Sequence[Any], relation: str, table: type[TableT]) -> Sequence[TableT]:
    """Returns the rows of a relation that all of these were joined with."""
    return (
        list(map(_make_view(rows[0].__class__, relation, cast(Any, table)), rows)) if rows else []
    )


@lru_cache(KEPT_VIEWS)
def _make_view(row: Any, relation: str, table: Any) -> Any:
    """Makes a class that shows the columns of a relation by the names that they have there."""
    names = [column.key for column in inspect(table).columns]
    columns = {name: f"{relation}_{name}" for name in names}
    stored: Mapping[str, int] = getattr(row, "stored", {})
    attributes = {name: getattr(row, joined) for name, joined in columns.items()}
    indexes = {name: stored[joined] for name, joined in columns.items() if joined in stored}
    return type("Row", (tuple,), {"__slots__": (), "stored": indexes, **attributes})


async def load_list_counts(
    store: Readable, selection: Selection[Any], parents: Sequence[str]
) -> Sequence[int]:
    """Counts the rows of each parent."""
    count_rows = _count_rows if selection.query is None else _count_found_rows
    statement = count_rows(selection, parents)
    async with store.read() as connection:
        rows = (await connection.execute(statement)).all()
    counts = {"" if selection.spec.parent is None else row[1]: row[0] for row in rows}
    return [counts.get(key, 0) for key in parents]


def in_ids(
    column: SQLColumnExpression[Any], ids: AnySelect, *, is_postgresql: bool
) -> ColumnElement[bool]:
    """Compiles to `column IN (ids)`, or to a comparison with an array on PostgreSQL.

    PostgreSQL would read the whole table for the subquery; it uses the index for an array.
    """
    if is_postgresql:
        return column == any_(func.array(ids.scalar_subquery()))
    return column.in_(ids)


def _count_found_rows(selection: Selection[Any], parents: Sequence[str]) -> AnySelect:
    parent = selection.spec.parent
    counted: AnySelect = selection.select().with_only_columns(
        func.count(), maintain_column_froms=True
    )
    if parent is None:
        return counted
    return counted.add_columns(parent).where(parent.in_(parents)).group_by(parent)


# Each search is another statement, because it has as many conditions as words.
_count_rows = prepared_statement(_count_found_rows)


def _select_found_rows(
    request: ListRequest[Any], parent_id: str, several: Sequence[str] | None, is_postgresql: bool
) -> AnySelect:
    """Selects the rows of a page, from the list's end if it is backward, and one more row.

    For `several` parents, it finds the IDs of each parent's rows by index, then those rows. A
    window function would read all rows of all parents: fifty times slower beside a list of 10,000.
    """
    order, page = request.order, request.page
    parent: Any = request.selection.spec.parent
    sort_columns = order.sort_columns(backward=page.backward)
    spec = request.selection.spec
    statement = spec.narrow(request.selection.select(order), request.joins)
    if page.after is not None:
        statement = statement.where(order.is_after(page.after))
    if page.before is not None:
        statement = statement.where(order.is_before(page.before))
    if several is not None:
        (reference,) = parent.foreign_keys
        owner = reference.column.table.alias("owner")
        ids = statement.with_only_columns(order.id).where(parent == owner.c.id).correlate(owner)
        ids = _skip(ids.order_by(*sort_columns).limit(page.size + 1), page.offset)
        is_on_page = in_ids(order.id, ids, is_postgresql=is_postgresql)
        statement = statement.join(owner, is_on_page).where(owner.c.id.in_(several))
    else:
        statement = statement if parent is None else statement.where(parent == parent_id)
        statement = _skip(statement.limit(page.size + 1), page.offset)
    if order.key is not None:
        statement = statement.add_columns(order.key.label("sort_key"))
    statement = request.selection.spec.join(statement, request.joins)
    return statement.order_by(*sort_columns)


def _skip(statement: AnySelect, offset: int | None) -> AnySelect:
    return statement if offset is None else statement.offset(offset)


_select_rows = prepared_statement(_select_found_rows)


def _make_page(request: ListRequest[Any], parent: str, rows: Sequence[AnyRow]) -> Page[Any]:
    """Makes a page of rows in list order; one row too many shows that the list continues."""
    page = request.page
    shown = list(rows[: page.size])
    has_more = len(rows) > page.size
    if page.backward:
        shown.reverse()
    return Page(
        rows=cast(list[Any], shown),
        cursors=Cursors(request.order, shown, parent),
        has_next=page.before is not None
        or (page.offset is not None and page.backward)
        or (has_more and not page.backward),
        has_previous=page.after is not None
        or (page.offset is not None and not page.backward)
        or (has_more and page.backward),
    )
