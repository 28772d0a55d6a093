"""The rows of a table as lines of JSON, the same for every database."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, cast

import orjson
from sqlalchemy import Column, ColumnElement, Select, Table, Text, collate, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import JSON, Boolean, Integer, LargeBinary, String, TypeDecorator

from models.base import EMPTY, UTCDateTime

# No row comes close to it: the largest ones have an image or the metadata of an object.
LINE_BYTES = 4 * 1024 * 1024
# JSON writes NUL like this. PostgreSQL can't store it.
NUL = b"\\u0000"
LARGEST = {"INTEGER": 2**31 - 1, "BIGINT": 2**63 - 1}

Values = dict[str, Any]


class WrongRow(Exception):
    """A row can't be written to an export, or read from one; the message says why."""


@dataclass(frozen=True, eq=False)
class RowFormat:
    """How some columns of a table are written as a JSON object."""

    table: Table
    columns: Sequence[Column[Any]]

    @cached_property
    def names(self) -> Sequence[str]:
        return [column.name for column in self.columns]

    @cached_property
    def key(self) -> Sequence[str]:
        return [column.name for column in self.table.primary_key]

    @cached_property
    def _writers(self) -> Sequence[tuple[str, Callable[[Any], Any]]]:
        """The columns whose values aren't written as they are."""
        return [
            (column.name, writer)
            for column in self.columns
            if (writer := _make_writer(column)) is not None
        ]

    @cached_property
    def _readers(self) -> Mapping[str, Callable[[Any], Any]]:
        return {column.name: _make_reader(column) for column in self.columns}

    def select(
        self, replaced: Mapping[str, ColumnElement[Any]], *, is_postgresql: bool
    ) -> Select[*tuple[Any, ...]]:
        """Selects the rows by their key, in the same order in every database.

        Some columns can be replaced by an expression. JSON is selected as the text that is stored.
        """
        columns = [
            sql_cast(column, Text).label(column.name)
            if _is_json(column)
            else replaced.get(column.name, column).label(column.name)
            for column in self.columns
        ]
        keys = [
            collate(key, "C") if is_postgresql and isinstance(_get_type(key), String) else key
            for key in self.table.primary_key
        ]
        return cast(Select[*tuple[Any, ...]], select(*columns).order_by(*keys))

    def write(self, row: Sequence[Any]) -> bytes:
        """Writes a line; raises WrongRow for what no import could read."""
        values = dict(zip(self.names, row, strict=True))
        for name, write in self._writers:
            if values[name] is not None:
                try:
                    values[name] = write(values[name])
                except orjson.JSONDecodeError as error:
                    raise self._refuse(values, f"{name} doesn't contain valid JSON") from error
        try:
            line = orjson.dumps(values, option=orjson.OPT_UTC_Z)
        except orjson.JSONEncodeError as error:
            raise self._refuse(values, "the JSON in it is nested too deeply") from error
        if len(line) >= LINE_BYTES:
            raise self._refuse(values, f"it has more than {LINE_BYTES:,} bytes")
        if NUL in line and contains_nul(values):
            raise self._refuse(values, "it contains a NUL character")
        return line

    def _refuse(self, values: Values, why: str) -> WrongRow:
        key = ", ".join(str(values[name]) for name in self.key)
        return WrongRow(f"The row {key} of the table {self.table.name} can't be exported: {why}.")

    def read(self, values: object) -> Values:
        """Returns the values to store; raises WrongRow."""
        if not isinstance(values, dict):
            raise WrongRow("it isn't a JSON object")
        given = cast(Values, values)
        if given.keys() != self._readers.keys():
            different = sorted(given.keys() ^ self._readers.keys())
            raise WrongRow(f"its columns aren't those of {self.table.name}: {different[0][:80]!r}")
        return {name: read(given[name]) for name, read in self._readers.items()}


def make_format(table: Table, *, without: Sequence[str] = ()) -> RowFormat:
    return RowFormat(table, [column for column in table.columns if column.name not in without])


def parse_line(line: bytes) -> object:
    """Parses a line; raises WrongRow for what can't be stored."""
    try:
        values: object = orjson.loads(line)
        # Stops at the same depth as an export.
        orjson.dumps(values)
    except orjson.JSONDecodeError as error:
        raise WrongRow(f"it isn't valid JSON ({error.msg})") from error
    except orjson.JSONEncodeError as error:
        raise WrongRow("the JSON in it is nested too deeply") from error
    if NUL in line and contains_nul(values):
        raise WrongRow("it contains a NUL character")
    return values


def contains_nul(value: object) -> bool:
    """Whether there is a NUL character in a text of a JSON value, the names included."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        children = cast(dict[object, object], value)
        return any(contains_nul(one) for item in children.items() for one in item)
    if isinstance(value, list):
        return any(contains_nul(one) for one in cast(list[object], value))
    return False


# --------------------------------------------------------------------------------- types of columns


def _get_type(column: Column[Any]) -> Any:
    """Returns the type in the database: that of a decorated type."""
    return column.type.impl if isinstance(column.type, TypeDecorator) else column.type


def _is_json(column: Column[Any]) -> bool:
    return isinstance(_get_type(column), JSON)


def _make_writer(column: Column[Any]) -> Callable[[Any], Any] | None:
    if _is_json(column):
        return _load_json
    if isinstance(column.type, LargeBinary):
        return lambda data: base64.b64encode(data).decode()
    return None


def _load_json(text: str) -> object:
    return {} if text == EMPTY else orjson.loads(text)


def _make_reader(column: Column[Any]) -> Callable[[Any], Any]:
    read = _make_value_reader(column)

    def read_nullable(value: Any) -> Any:
        if value is None:
            if not column.nullable:
                raise WrongRow(f"{column.name} must not be null")
            return None
        try:
            return read(value)
        except (TypeError, ValueError, OverflowError, binascii.Error) as error:
            raise WrongRow(f"{column.name} has a wrong value") from error

    return read_nullable


def _make_value_reader(column: Column[Any]) -> Callable[[Any], Any]:
    """Makes a function that returns the value to store; it raises one of Python's own errors."""
    type_ = _get_type(column)
    if isinstance(column.type, UTCDateTime):
        return _read_time
    if isinstance(type_, JSON):
        return _read_json
    if isinstance(type_, LargeBinary):
        return lambda text: base64.b64decode(text, validate=True)
    if isinstance(type_, Boolean):
        return lambda value: _ensure_type(value, bool)
    if isinstance(type_, Integer):
        largest = LARGEST[type_.compile(postgresql.dialect())]
        return lambda value: _read_integer(value, largest)
    return lambda value: _ensure_type(value, str)


def _ensure_type(value: Any, type_: type) -> Any:
    if type(value) is not type_:
        raise TypeError
    return value


def _read_integer(value: Any, largest: int) -> int:
    if abs(_ensure_type(value, int)) > largest:
        raise ValueError
    return value


def _read_json(value: Any) -> Any:
    if not isinstance(value, (dict, list)):
        raise TypeError
    return cast(object, value)


def _read_time(text: Any) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC)
