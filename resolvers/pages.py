"""Keyset pages: a place in a list is the sort key and
id of a row, so a page costs the same wherever it is.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from sqlalchemy import ColumnElement, Row, Select, SQLColumnExpression, String, any_, func, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.visitors import InternalTraversal
from sqlmodel import select

from models.base import Record
from models.errors import BadUserInput, LimitExceeded

DEFAULT_SIZE = 20
MAXIMUM_SIZE = 100
MAXIMUM_INTEGER = 2**31 - 1

AnyRow = Row[Any]
AnySelect = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the list of `parent`, which is empty for a list that hangs on nothing."""

    parent: str
    key: Any
    id: str


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of a list: `size` rows from the start,
    or from the end when `backward`, between two places.
    """

    size: int = DEFAULT_SIZE
    backward: bool = False
    after: Position | None = None
    before: Position | None = None

    def is_of(self, parent: str) -> bool:
        """Whether the places are ones of that parent's list."""
        return all(place is None or place.parent == parent for place in (self.after, self.before))


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """How a list is sorted: by `key`, then by `id`; `name`
    is written into cursors, for one belongs to one order.
    """

    name: str
    id: SQLColumnExpression[str]
    key: ColumnElement[Any] | None = None
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in list order, each with its cursor."""

    rows: Sequence[AnyRow]
    cursors: Sequence[str]
    has_next: bool
    has_previous: bool


def select_columns(table: type[Record]) -> AnySelect:
    """A select of the table's columns: rows, not entities."""
    return select(table)


class _ByCodePoint(ColumnElement[str]):
    """A text that is compared by code point; SQLite does so by itself, PostgreSQL is told to."""

    type = String()
    inherit_cache = True
    _traverse_internals = [("text", InternalTraversal.dp_clauseelement)]

    def __init__(self, text: SQLColumnExpression[Any]) -> None:
        self.text = text


@compiles(_ByCodePoint)
def _plain(element: _ByCodePoint, compiler: Any, **options: Any) -> str:  # pyright: ignore[reportUnusedFunction]
    return compiler.process(element.text, **options)


@compiles(_ByCodePoint, "postgresql")
def _collated(element: _ByCodePoint, compiler: Any, **options: Any) -> str:  # pyright: ignore[reportUnusedFunction]
    return f'({compiler.process(element.text, **options)} COLLATE "C")'


def text_sort_key(column: SQLColumnExpression[Any]) -> ColumnElement[str]:
    """A text as a sort key that every database sorts alike:
    absent ones first, small ASCII letters like capitals.
    """
    return func.lower(func.coalesce(_ByCodePoint(column), ""), type_=String)


# ------------------------------------------------------------------------------------------ cursors


def _text(place: list[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(place)).decode().rstrip("=")


def encode_cursor(order: Order, row: AnyRow, parent: str = "") -> str:
    """The cursor of a row.

    It carries no authority: a list is read as if there were none, and then cut.
    """
    return _text([order.name, parent, None if order.key is None else row.sort_key, row.id])


def _read(cursor: str) -> list[Any]:
    """What is written in a cursor, which has one spelling.

    Raises ValueError, or TypeError for a bottomless one.
    """
    place = orjson.loads(
        base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    )
    if not isinstance(place, list) or _text(place) != cursor:  # pyright: ignore[reportUnknownArgumentType]
        raise ValueError(cursor)
    return place  # pyright: ignore[reportUnknownVariableType]


def _is_key_of(order: Order, key: Any) -> bool:
    if order.key is None:
        return key is None
    if order.key.type.python_type is int:
        return type(key) is int and 0 <= key <= MAXIMUM_INTEGER
    return isinstance(key, str) and "\x00" not in key


def decode_cursor(order: Order, cursor: str | None) -> Position | None:
    """The place behind a cursor.

    Raises BadUserInput for one of another order, or one that was edited.
    """
    if cursor is None:
        return None
    try:
        name, parent, key, row_id = _read(cursor)
    except (ValueError, TypeError, binascii.Error) as error:
        raise wrong_list_cursor() from error
    if (
        name != order.name
        or not isinstance(parent, str)
        or not isinstance(row_id, str)
        or "\x00" in row_id
    ):
        raise wrong_list_cursor()
    if not _is_key_of(order, key):
        raise wrong_list_cursor()
    return Position(parent, key, row_id)


def wrong_list_cursor() -> BadUserInput:
    """For a cursor that no entry of the list has."""
    return BadUserInput("The cursor is not one of this list.")


def check_page_size(asked: int | None) -> int:
    """How many entries a page has; raises BadUserInput and LimitExceeded."""
    size = DEFAULT_SIZE if asked is None else asked
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


def make_page_request(
    order: Order,
    first: int | None,
    after: str | None,
    last: int | None = None,
    before: str | None = None,
) -> PageRequest:
    """The arguments of a connection, checked; raises BadUserInput and LimitExceeded."""
    if first is not None and last is not None:
        raise BadUserInput("Give first or last, not both.")
    size = check_page_size(first if last is None else last)
    return PageRequest(
        size, last is not None, decode_cursor(order, after), decode_cursor(order, before)
    )


# -------------------------------------------------------------------------------------------- pages


def _beyond(order: Order, place: Position, *, greater: bool) -> ColumnElement[bool]:
    if order.key is None:
        return order.id > place.id if greater else order.id < place.id
    here, there = tuple_(order.key, order.id), tuple_(place.key, place.id)
    return here > there if greater else here < there


def _between(statement: AnySelect, order: Order, part: PageRequest) -> AnySelect:
    if part.after:
        statement = statement.where(_beyond(order, part.after, greater=not order.descending))
    if part.before:
        statement = statement.where(_beyond(order, part.before, greater=order.descending))
    return statement


def _ordering(order: Order, part: PageRequest) -> list[ColumnElement[Any]]:
    """As the rows are read: from the end when the slice is backward."""
    parts = [order.id] if order.key is None else [order.key, order.id]
    return [one.desc() if order.descending != part.backward else one.asc() for one in parts]


def _keyed(statement: AnySelect, order: Order) -> AnySelect:
    return statement if order.key is None else statement.add_columns(order.key.label("sort_key"))


def _page(order: Order, part: PageRequest, parent: str, found: Sequence[AnyRow]) -> Page:
    """What was read, put into list order: a row more than asked for tells that there are more."""
    rows = list(found[: part.size])
    more = len(found) > part.size
    if part.backward:
        rows.reverse()
    has_next = part.before is not None or (more and not part.backward)
    has_previous = part.after is not None or (more and part.backward)
    return Page(rows, [encode_cursor(order, row, parent) for row in rows], has_next, has_previous)


async def load_page(
    connection: AsyncConnection,
    statement: AnySelect,
    order: Order,
    part: PageRequest,
    *,
    parent: str = "",
) -> Page:
    """One page of one list, in one statement.

    Raises BadUserInput for a cursor of another parent's list.
    """
    if not part.is_of(parent):
        raise wrong_list_cursor()
    sorted_ = _keyed(_between(statement, order, part), order).order_by(*_ordering(order, part))
    return _page(
        order, part, parent, (await connection.execute(sorted_.limit(part.size + 1))).all()
    )


async def load_pages(
    connection: AsyncConnection,
    statement: AnySelect,
    order: Order,
    part: PageRequest,
    *,
    parent: SQLColumnExpression[str],
    parents: Sequence[str],
) -> list[Page | BadUserInput]:
    """The same page of many lists, in one statement;
    BadUserInput for each list that the cursors are not of.
    """
    own = [key for key in parents if part.is_of(key)]
    if len(own) > 1:
        return [*await _starts(connection, statement, order, part, parent, own)]
    found = {
        key: await load_page(connection, statement.where(parent == key), order, part, parent=key)
        for key in own
    }
    return [found.get(key) or wrong_list_cursor() for key in parents]


async def _starts(
    connection: AsyncConnection,
    statement: AnySelect,
    order: Order,
    part: PageRequest,
    parent: Any,
    parents: Sequence[str],
) -> list[Page]:
    """The first rows, or the last, of many lists: for
    each parent its rows' ids by index, then those rows.

    A window over all rows of all parents would read every one of them: fifty times slower next to a
    list of 10,000.
    """
    (reference,) = parent.foreign_keys
    owner = reference.column.table.alias("owner")
    ids = statement.with_only_columns(order.id).where(parent == owner.c.id).correlate(owner)
    first = in_ids(connection, order.id, ids.order_by(*_ordering(order, part)).limit(part.size + 1))
    selected = _keyed(statement, order).join(owner, first).where(owner.c.id.in_(parents))
    rows = (await connection.execute(selected.order_by(*_ordering(order, part)))).all()
    groups: dict[str, list[AnyRow]] = {key: [] for key in parents}
    for row in rows:
        groups[getattr(row, parent.key)].append(row)
    return [_page(order, part, key, groups[key]) for key in parents]


def in_ids(
    connection: AsyncConnection, column: SQLColumnExpression[Any], ids: AnySelect
) -> ColumnElement[bool]:
    """`column IN (ids)`; PostgreSQL would read the whole
    table for that, and goes by index when it is an array.
    """
    if connection.dialect.name == "postgresql":
        return column == any_(func.array(ids.scalar_subquery()))
    return column.in_(ids)


# ------------------------------------------------------------------------------------------ batches

Asked = TypeVar("Asked", bound=Hashable)
Answer = TypeVar("Answer")


async def load_grouped(
    keys: Sequence[tuple[str, Asked]],
    read: Callable[[Asked, list[str]], Awaitable[Sequence[Answer]]],
) -> list[Answer]:
    """Answers (parent, what is asked) by one read for
    each way of asking, whatever the number of parents.
    """
    found: dict[tuple[str, Asked], Answer] = {}
    for asked in dict.fromkeys(asked for _, asked in keys):
        parents = [parent for parent, other in keys if other == asked]
        found |= {
            (parent, asked): one
            for parent, one in zip(parents, await read(asked, parents), strict=True)
        }
    return [found[key] for key in keys]


async def load_counts(
    connection: AsyncConnection, statement: AnySelect, parent: Any, parents: Sequence[str]
) -> list[int]:
    """How many of the statement's rows hang on each parent, in one statement."""
    counted = statement.with_only_columns(parent.label("parent"), func.count().label("number"))
    rows = (await connection.execute(counted.where(parent.in_(parents)).group_by(parent))).all()
    found = {row.parent: row.number for row in rows}
    return [found.get(one, 0) for one in parents]
