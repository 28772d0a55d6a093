"""Keyset pages: a place in a list is the sort key and id of a row, so a page costs the same wherever it is."""

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Row, Select, String, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.visitors import InternalTraversal

from models.errors import BadUserInput, LimitExceeded

DEFAULT_SIZE = 20
MAXIMUM_SIZE = 100

AnyRow = Row[Any]
Position = tuple[Any, str]


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of a list: `size` rows from the start, or from the end when `backward`, between two places."""

    size: int = DEFAULT_SIZE
    backward: bool = False
    after: Position | None = None
    before: Position | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """How a list is sorted: by `key`, then by `id`; `name` is written into cursors, for one belongs to one order."""

    name: str
    id: ColumnElement[str]
    key: ColumnElement[Any] | None = None
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in list order, each with its cursor."""

    rows: Sequence[AnyRow]
    cursors: Sequence[str]
    has_next: bool
    has_previous: bool


class _ByCodePoint(ColumnElement[str]):
    """A text that is compared by code point; SQLite does so by itself, PostgreSQL is told to."""

    type = String()
    inherit_cache = True
    _traverse_internals = (("text", InternalTraversal.dp_clauseelement),)

    def __init__(self, text: ColumnElement[Any]) -> None:
        self.text = text


@compiles(_ByCodePoint)
def _plain(element: _ByCodePoint, compiler: Any, **options: Any) -> str:  # pyright: ignore[reportUnusedFunction]
    return compiler.process(element.text, **options)


@compiles(_ByCodePoint, "postgresql")
def _collated(element: _ByCodePoint, compiler: Any, **options: Any) -> str:  # pyright: ignore[reportUnusedFunction]
    return f'({compiler.process(element.text, **options)} COLLATE "C")'


def by_text(column: ColumnElement[Any]) -> ColumnElement[str]:
    """A text as a sort key that every database sorts alike: absent ones first, small ASCII letters like capitals."""
    return func.lower(func.coalesce(_ByCodePoint(column), ""), type_=String)


def encode(order: Order, row: AnyRow) -> str:
    place = [order.name, row.sort_key, row.id] if order.key is not None else [order.name, row.id]
    return base64.urlsafe_b64encode(orjson.dumps(place)).decode().rstrip("=")


def decode(order: Order, cursor: str | None) -> Position | None:
    """The place behind a cursor; raises BadUserInput for one of another list, or one that was edited."""
    if cursor is None:
        return None
    try:
        place = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        name, *values = place
        key, row_id = values if order.key is not None else (None, *values)
        expected = int if order.key is not None and order.key.type.python_type is int else str
        fits = name == order.name and isinstance(row_id, str) and (order.key is None or type(key) is expected)
    except (ValueError, TypeError, binascii.Error) as error:
        raise BadUserInput("The cursor is not one of this list.") from error
    if not fits or "\x00" in row_id or (isinstance(key, str) and "\x00" in key):
        raise BadUserInput("The cursor is not one of this list.")
    return key, row_id


def slice_of(
    order: Order, first: int | None, after: str | None, last: int | None = None, before: str | None = None
) -> Slice:
    """The arguments of a connection, checked; raises BadUserInput and LimitExceeded."""
    if first is not None and last is not None:
        raise BadUserInput("Give first or last, not both.")
    size = DEFAULT_SIZE if first is None and last is None else (first if first is not None else last)
    assert size is not None
    if size < 0:
        raise BadUserInput("first and last can't be negative.")
    if size > MAXIMUM_SIZE:
        raise LimitExceeded(
            f"A page has {MAXIMUM_SIZE} entries at most.", limit="page", allowed=MAXIMUM_SIZE, asked=size
        )
    return Slice(size, last is not None, decode(order, after), decode(order, before))


def _beyond(order: Order, place: Position, *, greater: bool) -> ColumnElement[bool]:
    key, row_id = place
    if order.key is None:
        return order.id > row_id if greater else order.id < row_id
    here, there = tuple_(order.key, order.id), tuple_(key, row_id)
    return here > there if greater else here < there


def _ordering(order: Order, *, descending: bool) -> list[ColumnElement[Any]]:
    parts = [order.id] if order.key is None else [order.key, order.id]
    return [part.desc() if descending else part.asc() for part in parts]


def _bounded(statement: Select[Any], order: Order, part: Slice) -> Select[Any]:
    if part.after:
        statement = statement.where(_beyond(order, part.after, greater=not order.descending))
    if part.before:
        statement = statement.where(_beyond(order, part.before, greater=order.descending))
    return statement if order.key is None else statement.add_columns(order.key.label("sort_key"))


def _page(order: Order, part: Slice, found: Sequence[AnyRow]) -> Page:
    rows = list(found[: part.size])
    more = len(found) > part.size
    if part.backward:
        rows.reverse()
    has_next, has_previous = (part.before is not None, more) if part.backward else (more, part.after is not None)
    return Page(rows, [encode(order, row) for row in rows], has_next, has_previous)


async def page(connection: AsyncConnection, statement: Select[Any], order: Order, part: Slice) -> Page:
    """One page of one list, in one statement: a row more than asked for tells whether there are more."""
    bounded = _bounded(statement, order, part)
    sorted_ = bounded.order_by(*_ordering(order, descending=order.descending != part.backward))
    return _page(order, part, (await connection.execute(sorted_.limit(part.size + 1))).all())


async def pages(
    connection: AsyncConnection,
    statement: Select[Any],
    order: Order,
    part: Slice,
    *,
    parent: ColumnElement[str],
    parents: Sequence[str],
) -> list[Page]:
    """The same page of many lists, in one statement."""
    if len(parents) == 1:
        return [await page(connection, statement.where(parent == parents[0]), order, part)]
    ordering = _ordering(order, descending=order.descending != part.backward)
    place = func.row_number().over(partition_by=parent, order_by=ordering).label("place")
    numbered = (
        _bounded(statement, order, part)
        .where(parent.in_(parents))
        .add_columns(place, parent.label("parent"))
        .subquery()
    )
    windowed = select(numbered).where(numbered.c.place <= part.size + 1).order_by(numbered.c.parent, numbered.c.place)
    found = _grouped((await connection.execute(windowed)).all())
    return [_page(order, part, found.get(key, [])) for key in parents]


def _grouped(rows: Iterable[AnyRow]) -> dict[str, list[AnyRow]]:
    groups: dict[str, list[AnyRow]] = {}
    for row in rows:
        groups.setdefault(row.parent, []).append(row)
    return groups
