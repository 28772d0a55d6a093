"""Statements: what SQLAlchemy writes for an expression, kept to be run again.

The text of a statement, the order of its parameters and the types of its columns are found once
for each shape. After that, running it again costs a look-up and the values. A statement of a hot
path is prepared: then the expression itself is created only once, too.
"""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import Enum
from functools import cache, cached_property, wraps
from operator import itemgetter
from typing import Any, ParamSpec, TypeVar, cast

from sqlalchemy import Dialect, Executable, String, Table, bindparam
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.util import LRUCache

from models.base import BaseTable

# How many shapes of statements are kept.
KEPT_STATEMENTS = 1_000

# The types of values that become parameters. Without a type, a parameter has that of the column.
VALUE_TYPES: Mapping[type, Any] = {str: String(), int: None, datetime: None}
LIST_TYPES = frozenset({list, tuple, set, frozenset})

Values = Mapping[str, Any]
Processor = Any
# The table of each selected object, or None for a single column.
RowShape = Sequence[type[BaseTable] | None]
Arguments = ParamSpec("Arguments")
StatementT = TypeVar("StatementT")


class StatementValues:
    """The base of a frozen dataclass whose values become parameters of a prepared statement."""

    __slots__ = ()


class Leaf(Enum):
    """What stands for a value in the shape of a statement."""

    VALUE = "value"
    LIST = "list"


@dataclass(eq=False)
class Template:
    """An expression with parameters in place of the values."""

    expression: Any
    # The parameters that are lists, such as that of an IN.
    lists: Sequence[str] = ()
    # By dialect, and for a statement that is run for many sets of values, by their names.
    compiled: dict[Hashable, "Compiled"] = field(default_factory=dict[Hashable, "Compiled"])

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
        return statement.template.row_shape
    # An UPDATE or a DELETE can return rows, too. These attributes have no public names.
    selected: Sequence[Any] = getattr(statement, "_raw_columns", ()) or getattr(
        statement, "_returning", ()
    )
    entities: list[Any] = [
        vars(one).get("_annotations", {}).get("parententity") if isinstance(one, Table) else None
        for one in selected
    ]
    return [entity and entity.class_ for entity in entities]


def prepared_statement(write: Callable[Arguments, StatementT]) -> Callable[Arguments, StatementT]:
    """Makes a function that writes a statement do so only once for each shape of its arguments.

    Texts, numbers, times, and collections of texts become parameters, also those in an argument
    that is a `StatementValues`. So the function can only compare columns with them, or set columns.
    Everything else belongs to the shape: None, booleans, enums, and empty collections.
    """
    templates = LRUCache[Any, Template](KEPT_STATEMENTS)

    @wraps(write)
    def prepare(*arguments: Any) -> Any:
        values: dict[str, Any] = {}
        shape = tuple([_extract(f"p{n}", one, values) for n, one in enumerate(arguments)])
        template = templates.get(shape)
        if template is None:
            lists: list[str] = []
            given = [_insert(f"p{n}", one, lists) for n, one in enumerate(arguments)]
            template = templates[shape] = Template(cast(Any, write)(*given), lists)
        return Prepared(template, values)

    return cast(Callable[Arguments, StatementT], prepare)


def _classify(value: Any) -> Leaf | None:
    """Returns None for what belongs to the shape itself."""
    if type(value) in VALUE_TYPES:
        return Leaf.VALUE
    if type(value) in LIST_TYPES and value and all(type(one) is str for one in value):
        return Leaf.LIST
    return None


def _extract(name: str, value: Any, values: dict[str, Any]) -> Hashable:
    """Adds the values in an argument, and returns its shape."""
    if isinstance(value, StatementValues):
        return type(value), *(
            _extract(f"{name}_{one}", getattr(value, one), values)
            for one in _get_names(type(value))
        )
    leaf = _classify(value)
    if leaf is None:
        return tuple(value) if type(value) in LIST_TYPES else value
    values[name] = value
    return leaf


def _insert(name: str, value: Any, lists: list[str]) -> Any:
    """Returns the argument with parameters in place of its values."""
    if isinstance(value, StatementValues):
        fields = {
            one: _insert(f"{name}_{one}", getattr(value, one), lists)
            for one in _get_names(type(value))
        }
        return replace(cast(Any, value), **fields)
    match _classify(value):
        case Leaf.VALUE:
            return cast(Any, bindparam(name, type_=VALUE_TYPES[type(value)]))
        case Leaf.LIST:
            lists.append(name)
            return cast(Any, bindparam(name, expanding=True))
        case None:
            return value


@cache
def _get_names(type_: type[StatementValues]) -> Sequence[str]:
    return [one.name for one in fields(cast(Any, type_))]


@dataclass(eq=False)
class Compiled:
    """What SQLAlchemy wrote for an expression."""

    # Untyped, because most of what is used here has no public name.
    compiled: Any
    dialect: Dialect
    # The parameters of a template that are lists.
    lists: Sequence[str] = ()
    # The texts for lists of each length, with the order of their parameters.
    texts: dict[Sequence[int], tuple[str, Sequence[tuple[str, int, Processor]]]] = field(
        default_factory=dict[Sequence[int], tuple[str, Sequence[tuple[str, int, Processor]]]]
    )

    @cached_property
    def returns_rows(self) -> bool:
        """Whether there are rows to fetch; of a plain text that isn't known."""
        changes = self.compiled.isinsert or self.compiled.isupdate or self.compiled.isdelete
        return bool(self.compiled._result_columns) or not changes

    @cached_property
    def is_plain(self) -> bool:
        """Whether the columns have no names, because the statement is a plain text."""
        return not self.compiled._result_columns

    @cached_property
    def metadata(self) -> SimpleResultMetaData:
        """The names and the types of the columns, for SQLAlchemy's rows."""
        columns = self.compiled._result_columns
        processors: list[Processor] = [
            column.type._cached_result_processor(self.dialect, None) for column in columns
        ]
        return SimpleResultMetaData(
            [column.keyname for column in columns],
            _processors=processors if any(processors) else None,
        )

    @cached_property
    def row_class(self) -> type[tuple[Any, ...]]:
        """A class for rows that are read by the names of their columns, not by index.

        It reads them faster than those of SQLAlchemy, and a value is processed when it is read.
        """
        columns: dict[str, Any] = {"__slots__": ()}
        for index, column in enumerate(self.compiled._result_columns):
            process = column.type._cached_result_processor(self.dialect, None)
            columns[column.keyname] = property(_make_getter(index, process))
        return type("Row", (tuple,), columns)

    @cached_property
    def order(self) -> Sequence[tuple[str, Processor]]:
        """The names of the parameters in the order of the driver, each with its processor."""
        processors = self.compiled._bind_processors
        return [(name, processors.get(name)) for name in self.compiled.positiontup or ()]

    @cached_property
    def expands(self) -> bool:
        """Whether the text depends on values, like on the length of the list of an IN."""
        return bool(self.compiled.literal_execute_params or self.compiled.post_compile_params)

    @cached_property
    def defaults(self) -> Mapping[str, Any]:
        """The values of columns that an INSERT doesn't give."""
        return {column.key: column.default.arg for column in self.compiled.insert_prefetch}

    @cached_property
    def constants(self) -> Mapping[str, Any]:
        """The values that the expression of a template contains itself."""
        return self.compiled.construct_params(_check=False)

    def bind(self, values: dict[str, Any]) -> tuple[str, list[Any]]:
        """Returns the text and its parameters in order."""
        for name, default in self.defaults.items():
            values[name] = default(None) if callable(default) else default
        if not self.expands:
            return self.compiled.string, [
                values[name] if process is None else process(values[name])
                for name, process in self.order
            ]
        state = self.compiled._process_parameters_for_postcompile(values)
        processors = {**self.compiled._bind_processors, **state.processors}
        expanded = {**values, **state.additional_parameters}
        return state.statement, [
            processors[name](expanded[name]) if name in processors else expanded[name]
            for name in state.positiontup or ()
        ]

    def bind_prepared(self, values: dict[str, Any]) -> tuple[str, list[Any]]:
        """Returns the text of a template and its parameters in order.

        Lists are filled up with their last value to a power of two, so that there are few texts.
        """
        values = {**self.constants, **values}
        if not self.lists:
            return self.bind(values)
        for name in self.lists:
            values[name] = fill_up(values[name])
        lengths = tuple(len(values[name]) for name in self.lists)
        known = self.texts.get(lengths)
        if known is None:
            known = self.texts[lengths] = self._expand(values)
        text, order = known
        parameters: list[Any] = []
        for name, index, process in order:
            value = values[name] if index < 0 else values[name][index]
            parameters.append(value if process is None else process(value))
        return text, parameters

    def _expand(self, values: dict[str, Any]) -> tuple[str, Sequence[tuple[str, int, Processor]]]:
        """Returns the text for lists of this length, and where its parameters come from."""
        state = self.compiled._process_parameters_for_postcompile(dict(values))
        processors = {**self.compiled._bind_processors, **state.processors}
        elements = {
            element: (name, index)
            for name, expanded in state.parameter_expansion.items()
            for index, element in enumerate(expanded)
        }
        order = [
            (*elements.get(name, (name, -1)), processors.get(name))
            for name in state.positiontup or ()
        ]
        return state.statement, order


def _make_getter(index: int, process: Processor) -> Callable[[tuple[Any, ...]], Any]:
    if process is None:
        return itemgetter(index)
    return lambda row: process(row[index])


def fill_up(values: Collection[Any]) -> list[Any]:
    """Repeats the last value until the number of values is a power of two."""
    filled = list(values)
    if filled:
        filled += filled[-1:] * ((1 << (len(filled) - 1).bit_length()) - len(filled))
    return filled


@dataclass(eq=False)
class Statements:
    """The statements of one dialect."""

    dialect: Dialect
    cache: LRUCache[Any, Any] = field(default_factory=lambda: LRUCache[Any, Any](KEPT_STATEMENTS))

    def prepare(
        self, statement: Executable | Prepared, values: Values | None
    ) -> tuple[Compiled, str, list[Any]]:
        """Returns what to run for one set of values, which may be empty."""
        if isinstance(statement, Prepared):
            compiled = self._compile_template(statement.template)
            return compiled, *compiled.bind_prepared(statement.values)
        compiled, extracted, collected = self._compile(statement, values or {}, many=False)
        bound = compiled.compiled.construct_params(
            values or {},
            extracted_parameters=extracted,
            escape_names=False,
            _collected_params=collected,
        )
        return compiled, *compiled.bind(bound)

    def prepare_many(
        self, statement: Executable | Template, values: Sequence[Values]
    ) -> tuple[str, list[list[Any]]]:
        """Returns what to run for several sets of values with the same names."""
        if isinstance(statement, Template):
            template = self._compile_for_many(statement, tuple(values[0]))
            return template.compiled.string, [template.bind({**one})[1] for one in values]
        compiled, extracted, collected = self._compile(statement, values[0], many=True)
        parameters: list[list[Any]] = []
        for number, one in enumerate(values):
            bound = compiled.compiled.construct_params(
                one,
                _group_number=number,
                extracted_parameters=extracted,
                escape_names=False,
                _collected_params=collected,
            )
            parameters.append(compiled.bind(bound)[1])
        return compiled.compiled.string, parameters

    def _compile_template(self, template: Template) -> Compiled:
        compiled = template.compiled.get(self.dialect)
        if compiled is None:
            made = template.expression.compile(dialect=self.dialect)
            compiled = template.compiled[self.dialect] = Compiled(
                made, self.dialect, template.lists
            )
        return compiled

    def _compile_for_many(self, template: Template, names: tuple[str, ...]) -> Compiled:
        compiled = template.compiled.get((self.dialect, names))
        if compiled is None:
            made = template.expression.compile(
                dialect=self.dialect, column_keys=names, for_executemany=True
            )
            compiled = template.compiled[self.dialect, names] = Compiled(made, self.dialect)
        return compiled

    def _compile(self, statement: Any, values: Values, *, many: bool) -> tuple[Compiled, Any, Any]:
        compiled, extracted, collected, _ = statement._compile_w_cache(
            self.dialect,
            compiled_cache=self.cache,
            column_keys=sorted(values),
            for_executemany=many,
        )
        # Kept with what SQLAlchemy keeps.
        known: Compiled | None = compiled.__dict__.get("tenantry")
        if known is None:
            known = compiled.__dict__["tenantry"] = Compiled(compiled, self.dialect)
        return known, extracted, collected


@cache
def get_statements(dialect: Dialect) -> Statements:
    """Returns the statements of a dialect, which all stores with it share."""
    return Statements(dialect)
