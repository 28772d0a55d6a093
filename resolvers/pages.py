"""Keyset pages: reading one costs the same anywhere in a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import ColumnElement, Row, Select, SQLColumnExpression, any_, func, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.sql.expression import SelectOfScalar

from models.base import BaseTable
from models.database.store import Readable
from models.errors import BadUserInput, LimitExceeded
from resolvers.cursors import Order, Position, decode_cursor, encode_cursor

DEFAULT_SIZE = 20
MAXIMUM_SIZE = 100

AnyRow = Row[Any]
AnySelect = Select[*tuple[Any, ...]]
TableT = TypeVar("TableT", bound=BaseTable)


@dataclass(frozen=True, slots=True)
class PageArguments:
    """The paging arguments of a list field, as the client gave them."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The part of a list to read: `size` rows from its start, or from its end if `backward`."""

    size: int = DEFAULT_SIZE
    backward: bool = False
    after: Position | None = None
    before: Position | None = None

    def is_of(self, parent: str) -> bool:
        """Whether the cursors, if there are any, belong to that parent's list."""
        return all(place is None or place.parent == parent for place in (self.after, self.before))


@dataclass(frozen=True, slots=True)
class Page(Generic[TableT]):
    """Rows in list order, each with its cursor."""

    rows: Sequence[TableT]
    cursors: Sequence[str]
    has_next: bool
    has_previous: bool


def check_page_size(size: int | None) -> int:
    """The number of entries of a page; raises BadUserInput and LimitExceeded."""
    if size is None:
        return DEFAULT_SIZE
    if size < 0:
        raise BadUserInput("first and last can't be negative.")
    if size > MAXIMUM_SIZE:
        raise LimitExceeded(
            f"A page has {MAXIMUM_SIZE} entries at most.",
            limit="page",
            allowed=MAXIMUM_SIZE,
            asked=size,
        )
    return size


def make_page_request(order: Order, arguments: PageArguments) -> PageRequest:
    """The checked arguments of a list field; raises BadUserInput and LimitExceeded."""
    if arguments.first is not None and arguments.last is not None:
        raise BadUserInput("Give first or last, not both.")
    is_backward = arguments.last is not None
    return PageRequest(
        check_page_size(arguments.last if is_backward else arguments.first),
        is_backward,
        decode_cursor(order, arguments.after),
        decode_cursor(order, arguments.before),
    )


# --------------------------------------------------------------------------------------------- rows


async def load_rows(store: Readable, statement: SelectOfScalar[TableT]) -> Sequence[TableT]:
    """The rows that a select of a table finds, typed as that table.

    They are rows of SQLAlchemy Core, which is faster than making entities. The cast holds because
    they have the columns of the table as attributes.
    """
    async with store.read() as connection:
        return cast(Sequence[TableT], (await connection.execute(statement)).all())


# -------------------------------------------------------------------------------------------- pages


async def load_page(
    connection: AsyncConnection,
    statement: SelectOfScalar[TableT],
    order: Order,
    request: PageRequest,
    *,
    parent: str,
) -> Page[TableT]:
    """One page of one list, in one statement."""
    sorted_ = _sort(_cut(statement, order, request), order, request)
    rows = (await connection.execute(sorted_.limit(request.size + 1))).all()
    return _make_page(order, request, parent, rows)


async def load_first_pages(
    connection: AsyncConnection,
    statement: SelectOfScalar[TableT],
    order: Order,
    request: PageRequest,
    *,
    parent: Any,
    parents: Sequence[str],
) -> list[Page[TableT]]:
    """The first rows, or the last, of many lists, in one statement.

    It finds the ids of each parent's rows by index, then those rows. A window function would read
    all rows of all parents: fifty times slower beside a list of 10,000.
    """
    (reference,) = parent.foreign_keys
    owner = reference.column.table.alias("owner")
    ids = statement.with_only_columns(order.id).where(parent == owner.c.id).correlate(owner)
    ids = ids.order_by(*_sort_columns(order, request)).limit(request.size + 1)
    selected = statement.join(owner, in_ids(connection, order.id, ids))
    sorted_ = _sort(selected.where(owner.c.id.in_(parents)), order, request)
    groups: dict[str, list[AnyRow]] = {key: [] for key in parents}
    for row in (await connection.execute(sorted_)).all():
        groups[getattr(row, parent.key)].append(row)
    return [_make_page(order, request, key, groups[key]) for key in parents]


def in_ids(
    connection: AsyncConnection, column: SQLColumnExpression[Any], ids: AnySelect
) -> ColumnElement[bool]:
    """`column IN (ids)`, as an array on PostgreSQL.

    PostgreSQL would read the whole table for the subquery; it uses the index for an array.
    """
    if connection.dialect.name == "postgresql":
        return column == any_(func.array(ids.scalar_subquery()))
    return column.in_(ids)


def _cut(
    statement: SelectOfScalar[TableT], order: Order, request: PageRequest
) -> SelectOfScalar[TableT]:
    """The rows between the two cursors."""
    for place, is_greater in (
        (request.after, not order.descending),
        (request.before, order.descending),
    ):
        if place is None:
            continue
        if order.key is None:
            here, there = order.id, place.id
        else:
            here, there = tuple_(order.key, order.id), tuple_(place.key, place.id)
        statement = statement.where(here > there if is_greater else here < there)  # pyright: ignore
    return statement


def _sort(statement: SelectOfScalar[Any], order: Order, request: PageRequest) -> AnySelect:
    keyed: AnySelect = statement
    if order.key is not None:
        keyed = statement.add_columns(order.key.label("sort_key"))
    return keyed.order_by(*_sort_columns(order, request))


def _sort_columns(order: Order, request: PageRequest) -> list[ColumnElement[Any]]:
    """As the rows are read, which is from the end for a backward page."""
    columns = [order.id] if order.key is None else [order.key, order.id]
    is_descending = order.descending != request.backward
    return [column.desc() if is_descending else column.asc() for column in columns]


def _make_page(
    order: Order, request: PageRequest, parent: str, rows: Sequence[AnyRow]
) -> Page[Any]:
    """The rows in list order; one more than requested was read to know whether there are more."""
    shown = list(rows[: request.size])
    has_more = len(rows) > request.size
    if request.backward:
        shown.reverse()
    return Page(
        rows=cast(list[Any], shown),
        cursors=[encode_cursor(order, row, parent) for row in shown],
        has_next=request.before is not None or (has_more and not request.backward),
        has_previous=request.after is not None or (has_more and request.backward),
    )
