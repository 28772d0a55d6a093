"""Compiles the plain attributes of a selection to one function that makes the objects."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from inspect import iscoroutine
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLID,
    GraphQLInt,
    GraphQLString,
    Undefined,
)
from graphql.execution.executor import Executor

from schema.execution.breadth_first.output_types import OutputType, get_nullable, is_required
from schema.execution.breadth_first.resolvers import ROW
from schema.execution.breadth_first.values import is_ordinary

# How many functions are kept: one for each list of keys, attributes and types.
KEPT_BUILDERS = 1_024
# What is written as it is: the value is of exactly this type, and within its limits.
AS_IT_IS: dict[Any, str] = {
    GraphQLString: "type({v}) is str",
    GraphQLID: "type({v}) is str",
    GraphQLBoolean: "type({v}) is bool",
    GraphQLInt: "type({v}) is int and -2147483648 <= v <= 2147483647",
}

# The extension of a scalar with a function that formats a value as it is stored, or returns None.
FORMAT_STORED = "format_stored"
# The attribute of rows with the indexes of the columns that are converted when they are read.
STORED = "stored"
NOTHING: Mapping[str, int] = {}
# Begins the names of the functions that complete a column.
COLUMN = "column_"

Builder = Callable[[Sequence[Any]], list[dict[str, Any]]]


class Unusual(Exception):
    """A value that the compiled function doesn't handle; the field is completed by itself."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A response key, with its value if that needs no resolver."""

    key: str
    constant: str | None = None
    attribute: str | None = None
    type: OutputType = None
    # Those of the object that is the value.
    entries: tuple["Entry", ...] | None = None

    @property
    def is_built(self) -> bool:
        return (self.constant or self.attribute or self.entries) is not None


@lru_cache(KEPT_BUILDERS)
def compile_builder(entries: tuple[Entry, ...]) -> Builder:
    """Compiles a function such as this one, where `complete_1` is for all that is not a text.

        def build(sources):
            return [
                {"id": v if type(v := s.id) is str else complete_0(v), "role": None}
                for s in sources
            ]

    Columns that are formatted as they are stored are read for all sources first. It raises an
    exception if a value can't be shown, is awaitable, or may not be null.
    """
    names: dict[str, Any] = {}
    made = _write_object(entries, names)
    columns = [name for name in names if name.startswith(COLUMN)]
    loop = "s in sources"
    if columns:
        read = ", ".join(f"{name}(sources)" for name in columns)
        loop = f"s, {', '.join(f'v_{name}' for name in columns)} in zip(sources, {read})"
    exec(f"def build(sources):\n    return [{made} for {loop}]", names)
    return names["build"]


def _write_object(entries: Sequence[Entry], names: dict[str, Any]) -> str:
    return f"{{{', '.join(f'{entry.key!r}: {_write(entry, names)}' for entry in entries)}}}"


def _write(entry: Entry, names: dict[str, Any]) -> str:
    if entry.entries is not None:
        return _write_object(entry.entries, names)
    if entry.type is None or entry.attribute is None:
        return repr(entry.constant)
    type_ = get_nullable(entry.type)
    complete = f"complete_{len(names)}"
    names[complete] = _make_completion(type_)
    holder, _, column = entry.attribute.rpartition(".")
    if holder == ROW and FORMAT_STORED in type_.extensions:
        read_column = f"{COLUMN}{len(names)}"
        names[read_column] = _make_column_completion(entry.type, column, names.pop(complete))
        return f"v_{read_column}"
    read = f"(v := s.{entry.attribute})"
    check = AS_IT_IS.get(type_)
    if check is None and is_required(entry.type):
        return f"{complete}(s.{entry.attribute})"
    if check is None:
        return f"(None if {read} is None else {complete}(v))"
    if is_required(entry.type):
        return f"(v if {check.format(v=f'v := s.{entry.attribute}')} else {complete}(v))"
    return f"(v if {read} is None or {check.format(v='v')} else {complete}(v))"


def _make_column_completion(
    type_: OutputType, column: str, complete: Callable[[Any], Any]
) -> Callable[[Sequence[Any]], list[Any]]:
    """Completes a column of the rows of many parents, which may still have it as it is stored."""
    format_stored: Callable[[Any], Any] = get_nullable(type_).extensions[FORMAT_STORED]
    required = is_required(type_)

    def complete_one(row: Any) -> Any:
        value = getattr(row, column)
        return None if value is None and not required else complete(value)

    def complete_column(sources: Sequence[Any]) -> list[Any]:
        rows = [source.row for source in sources]
        kinds = {*map(type, rows)}
        index = getattr(kinds.pop(), STORED, NOTHING).get(column) if len(kinds) == 1 else None
        if index is None:
            return [complete_one(row) for row in rows]
        return [format_stored(row[index]) or complete_one(row) for row in rows]

    return complete_column


def _make_completion(type_: OutputType) -> Callable[[Any], Any]:
    coerce: Callable[[Any], Any] = type_.coerce_output_value
    complete_leaf: Callable[[OutputType, Any], Any] = Executor.complete_leaf_value

    def complete(value: Any) -> Any:
        if not is_ordinary(type(value)):  # pyright: ignore[reportUnknownArgumentType]
            if iscoroutine(value):
                value.close()
            raise Unusual
        coerced = coerce(value)
        if coerced is None or coerced is Undefined:
            return complete_leaf(type_, value)
        return coerced

    return complete
