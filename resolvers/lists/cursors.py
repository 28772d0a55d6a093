"""Cursors: the place of a row in a sorted list, written as an opaque text."""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Row, SQLColumnExpression, String, func, tuple_, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.visitors import InternalTraversal

from models.base import BaseTable
from models.database.statements import StatementValues
from models.errors.request import BadUserInput

MAXIMUM_INTEGER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Position(StatementValues):
    """A place in the list of `parent`, which is empty for a top-level list."""

    parent: str
    key: Any
    id: str


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is sorted: by `key`, then by `id`.

    Orders are equal if their names are. A cursor contains the name, because it belongs to one
    order. `key_table` is the joined table that the key is read from, if there is one.
    """

    name: str
    id: SQLColumnExpression[str] = field(compare=False)
    key: ColumnElement[Any] | None = field(default=None, compare=False)
    descending: bool = field(default=False, compare=False)
    key_table: type[BaseTable] | None = field(default=None, compare=False)

    def sort_columns(self, *, backward: bool) -> list[ColumnElement[Any]]:
        """Lists what to order a statement by, from the end of the list if `backward`."""
        columns = [self.id] if self.key is None else [self.key, self.id]
        is_descending = self.descending != backward
        return [column.desc() if is_descending else column.asc() for column in columns]

    def is_after(self, position: Position) -> ColumnElement[bool]:
        """Matches the rows that come after the position in the list."""
        row, place = self._compared(position)
        return row < place if self.descending else row > place

    def is_before(self, position: Position) -> ColumnElement[bool]:
        """Matches the rows that come before the position in the list."""
        row, place = self._compared(position)
        return row > place if self.descending else row < place

    def _compared(self, position: Position) -> tuple[Any, Any]:
        if self.key is None:
            return self.id, position.id
        # Without a type, a time would be compared as one without a time zone.
        key = type_coerce(position.key, self.key.type)
        return tuple_(self.key, self.id), tuple_(key, position.id)


# --------------------------------------------------------------------------------------------- text


class _ByCodePoint(ColumnElement[str]):
    """A text that is compared by code point, which only PostgreSQL does not do by default."""

    type = String()
    inherit_cache = True
    _traverse_internals = [("text", InternalTraversal.dp_clauseelement)]

    def __init__(self, text: SQLColumnExpression[Any]) -> None:
        self.text = text


@compiles(_ByCodePoint)
def _compile_text(element: _ByCodePoint, compiler: Any, **options: Any) -> str:  # pyright: ignore[reportUnusedFunction]
    return compiler.process(element.text, **options)


@compiles(_ByCodePoint, "postgresql")
def _compile_collated_text(element: _ByCodePoint, compiler: Any, **options: Any) -> str:  # pyright: ignore[reportUnusedFunction]
    return f'({compiler.process(element.text, **options)} COLLATE "C")'


def text_sort_key(column: SQLColumnExpression[Any]) -> ColumnElement[str]:
    """Makes a sort key that orders texts in the same way in every database.

    Null sorts first, and the case of ASCII letters is ignored.
    """
    return func.lower(func.coalesce(_ByCodePoint(column), ""), type_=String)


# ------------------------------------------------------------------------------------------ cursors


def encode_cursor(order: Order, row: Row[Any], parent: str = "") -> str:
    """Encodes the position of a row as a cursor.

    It carries no authority: a list is read as if there were no cursor, and then cut.
    """
    return _encode([order.name, parent, None if order.key is None else row.sort_key, row.id])


def _encode(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def decode_cursor(order: Order, cursor: str | None) -> Position | None:
    """Decodes the position that a cursor refers to.

    Raises BadUserInput for a cursor of another order, or one that was edited.
    """
    if cursor is None:
        return None
    try:
        name, parent, key, row_id = _decode(cursor)
    except (ValueError, TypeError, binascii.Error) as error:
        raise wrong_list_cursor() from error
    if name != order.name or not isinstance(parent, str):
        raise wrong_list_cursor()
    if not isinstance(row_id, str) or "\x00" in row_id:
        raise wrong_list_cursor()
    return Position(parent, _decode_key(order, key), row_id)


def _decode(cursor: str) -> list[Any]:
    """Decodes the values in a cursor, which has exactly one valid spelling.

    Raises ValueError, or TypeError for a value that is nested too deeply.
    """
    padded = cursor + "=" * (-len(cursor) % 4)
    values = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    if not isinstance(values, list) or _encode(values) != cursor:  # pyright: ignore[reportUnknownArgumentType]
        raise ValueError(cursor)
    return values  # pyright: ignore[reportUnknownVariableType]


def _decode_key(order: Order, key: Any) -> Any:
    """Returns the sort key of a position; raises BadUserInput for one that the order can't have."""
    kind = None if order.key is None else order.key.type.python_type
    if kind is None and key is None:
        return None
    if kind is int and type(key) is int and 0 <= key <= MAXIMUM_INTEGER:
        return key
    if kind is datetime and isinstance(key, str):
        return _decode_time(key)
    if kind is str and isinstance(key, str) and "\x00" not in key:
        return key
    raise wrong_list_cursor()


def _decode_time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise wrong_list_cursor() from error
    # Only the spelling that `encode_cursor` writes, which is in UTC.
    if time.utcoffset() != timedelta() or time.isoformat() != text:
        raise wrong_list_cursor()
    return time


def wrong_list_cursor() -> BadUserInput:
    """Makes the error for a cursor that no entry of the list has."""
    return BadUserInput("The cursor must be one that this list returned.")
