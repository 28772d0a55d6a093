"""Prepared statements: expressions of SQLAlchemy, created once and run with other values.

Creating an expression takes ten times as long as running it on SQLite, so the statements of each
hot path are prepared.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import cache, cached_property, wraps
from typing import Any, ParamSpec, TypeVar, cast

from sqlalchemy import Alias, BindParameter, Select, String, Table, bindparam
from sqlalchemy.sql import visitors
from sqlmodel import AutoString

from models.base import BaseTable

# How many shapes of statements are kept.
KEPT_STATEMENTS = 1_000

# The types of values that become parameters. Without a type, a parameter has that of the column.
VALUE_TYPES: Mapping[type, Any] = {str: String(), int: None, datetime: None}
LIST_TYPES = frozenset({list, tuple, set, frozenset})
TEXTS = {str}
TEXT_TYPES = (String, AutoString)

AnySelect = Select[*tuple[Any, ...]]
Values = Mapping[str, Any]
# The table of each selected object, or None for a single column.
RowShape = tuple[type[BaseTable] | None, ...]
Arguments = ParamSpec("Arguments")
StatementT = TypeVar("StatementT")


class StatementValues:
    """The base of a frozen dataclass whose values become parameters of a prepared statement."""

    __slots__ = ()


@dataclass(eq=False)
class Template:
    """An expression with parameters in place of the values."""

    expression: Any
    # The parameters that are lists, such as that of an IN.
    lists: Sequence[str] = ()
    # By dialect, and for a statement that is run for many sets of values, by their names.
    compiled: dict[Hashable, Any] = field(default_factory=dict[Hashable, Any])

    @cached_property
    def row_shape(self) -> RowShape:
        return get_row_shape(self.expression)


@dataclass(eq=False, slots=True)
class Prepared:
    """A template with values."""

    template: Template
    values: dict[str, Any]


def get_row_shape(statement: Any) -> RowShape:
    """Returns what the rows of a statement consist of."""
    if isinstance(statement, Prepared):
        statement = statement.template
    if isinstance(statement, Template):
        return statement.row_shape
    # An UPDATE or a DELETE can return rows, too. These attributes have no public names.
    selected: Sequence[Any] = getattr(statement, "_raw_columns", ()) or getattr(
        statement, "_returning", ()
    )
    entities: list[Any] = [
        vars(one).get("_annotations", {}).get("parententity")
        if isinstance(one, (Table, Alias))
        else None
        for one in selected
    ]
    return tuple([entity and entity.class_ for entity in entities])


def prepared_statement(write: Callable[Arguments, StatementT]) -> Callable[Arguments, StatementT]:
    """Makes a function that writes a statement do so only once for each shape of its arguments.

    Texts, numbers, times, and collections of texts become parameters, also those in an argument
    that is a `StatementValues`. So the function can only compare columns with them, or set columns.
    Everything else belongs to the shape: None, booleans, enums, and empty collections.
    """
    templates: dict[Hashable, Template] = {}

    @wraps(write)
    def prepare(*arguments: Any) -> Any:
        values: dict[str, Any] = {}
        shape = tuple([_extract(f"p{n}", one, values) for n, one in enumerate(arguments)])
        template = templates.get(shape)
        if template is None:
            lists: list[str] = []
            given = [_insert(f"p{n}", one, lists) for n, one in enumerate(arguments)]
            if len(templates) >= KEPT_STATEMENTS:
                del templates[next(iter(templates))]
            expression = cast(Any, write)(*given)
            _write_constants(expression, values)
            template = templates[shape] = Template(expression, lists)
        return Prepared(template, values)

    return cast(Callable[Arguments, StatementT], prepare)


def _write_constants(expression: Any, values: Values) -> None:
    """Lets the texts that a statement contains itself be literals in it.

    As a parameter that the condition of a partial index is compared with, SQLite would prepare the
    statement again whenever it runs, which takes longer than most statements.
    """
    for element in visitors.iterate(expression):
        parameter: Any = element
        if not isinstance(element, BindParameter) or parameter.key in values:
            continue
        if type(parameter.value) is str and isinstance(parameter.type, TEXT_TYPES):
            parameter.literal_execute = True


def _is_list(value: Any) -> bool:
    """Whether a value becomes a parameter that is a list."""
    return type(value) in LIST_TYPES and {*map(type, value)} == TEXTS


def _extract(name: str, value: Any, values: dict[str, Any]) -> Hashable:
    """Adds the values in an argument, and returns its shape."""
    kind: type[Any] = type(value)  # pyright: ignore[reportUnknownVariableType]
    if kind in VALUE_TYPES:
        values[name] = value
        return kind
    if kind in LIST_TYPES:
        if not _is_list(value):
            return tuple(value)
        values[name] = value
        return list
    if isinstance(value, StatementValues):
        # Most of them are None, such as the filters of a list.
        return kind, *[
            None
            if (field := getattr(value, one)) is None
            else _extract(f"{name}_{one}", field, values)
            for one in _get_names(kind)
        ]
    return value


def _insert(name: str, value: Any, lists: list[str]) -> Any:
    """Returns the argument with parameters in place of its values."""
    if isinstance(value, StatementValues):
        fields = {
            one: _insert(f"{name}_{one}", getattr(value, one), lists)
            for one in _get_names(type(value))
        }
        return replace(cast(Any, value), **fields)
    if type(value) in VALUE_TYPES:
        return cast(Any, bindparam(name, type_=VALUE_TYPES[type(value)]))
    if _is_list(value):
        lists.append(name)
        return cast(Any, bindparam(name, expanding=True))
    return value


@cache
def _get_names(type_: type[StatementValues]) -> Sequence[str]:
    return [one.name for one in fields(cast(Any, type_))]
