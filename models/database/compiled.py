"""Statements as text: what SQLAlchemy writes for an expression, kept to be run again.

The text of a statement, the order of its parameters and the types of its columns are found once
for each shape. After that, running it again costs a look-up and the values.
"""

from collections import namedtuple
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from sqlalchemy import Dialect, Executable
from sqlalchemy.util import LRUCache

from models.database.statements import KEPT_STATEMENTS, Prepared, Template, Values

Processor = Any


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """The text of a template for lists of certain lengths, and its parameters."""

    text: str
    # All parameters in order, those that the expression itself contains with their values.
    parameters: Sequence[Any]
    # The others: where they are, and the name, the index in its list or -1, and the processor.
    given: Sequence[tuple[int, str, int, Processor]]


@dataclass(eq=False)
class Compiled:
    """What SQLAlchemy wrote for an expression."""

    # Untyped, because most of what is used here has no public name.
    compiled: Any
    dialect: Dialect
    # The parameters of a template that are lists.
    lists: Sequence[str] = ()
    # The texts of a template for lists of each length.
    texts: dict[Sequence[int], Text] = field(default_factory=dict[Sequence[int], Text])

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
    def columns(self) -> Sequence[tuple[str, Processor]]:
        """The name of each column, with the processor of its values."""
        return [
            (column.keyname, column.type._cached_result_processor(self.dialect, None))
            for column in self.compiled._result_columns
        ]

    @cached_property
    def lazy_row(self) -> type[tuple[Any, ...]]:
        """A class for rows that are read by the names of their columns, not by index.

        A value is processed when it is read.
        """
        columns: dict[str, Any] = {"__slots__": (), "stored": self.stored}
        # Those of a named tuple are three times as fast as a property.
        getters = [getattr(self.row, name) for name in self.row._fields]
        for index, (name, process) in enumerate(self.columns):
            columns[name] = _make_property(index, process) if process else getters[index]
        return type("Row", (tuple,), columns)

    @cached_property
    def stored(self) -> Mapping[str, int]:
        """The columns whose values are processed when they are read, each with its index."""
        return {name: index for index, (name, process) in enumerate(self.columns) if process}

    @cached_property
    def row(self) -> Any:
        """A class for rows that are read by name or by index."""
        names = [name for name, _ in self.columns]
        return namedtuple("Row", names, rename=True)  # pyright: ignore[reportUntypedNamedTuple]

    @cached_property
    def processed(self) -> Sequence[tuple[int, Processor]]:
        """The columns whose values are processed, by index."""
        return [(index, process) for index, (_, process) in enumerate(self.columns) if process]

    def make_rows(self, rows: Sequence[Any]) -> list[Any]:
        """Makes rows of those of the driver."""
        made: list[Any] = []
        for row in rows:
            values = list(row)
            for index, process in self.processed:
                values[index] = process(values[index])
            made.append(self.row._make(values))
        return made

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

    def bind_prepared(self, values: Values) -> tuple[str, list[Any]]:
        """Returns the text of a template and its parameters in order.

        Lists are filled up with their last value to a power of two, so that there are few texts.
        What the expression itself contains, such as a separator, is written into them once.
        """
        lists = {name: fill_up(values[name]) for name in self.lists} if self.lists else {}
        lengths = tuple(map(len, lists.values()))
        known = self.texts.get(lengths)
        if known is None:
            known = self.texts[lengths] = self._write(values, lists)
        parameters = [*known.parameters]
        for place, name, index, process in known.given:
            value = values[name] if index < 0 else lists[name][index]
            parameters[place] = value if process is None else process(value)
        return known.text, parameters

    def _write(self, values: Values, lists: Values) -> Text:
        """Writes the text for lists of these lengths, and finds where its parameters come from."""
        assert not self.defaults, "a prepared INSERT must give each column that has a default"
        text, order = self._expand({**self.constants, **values, **lists})
        parameters: list[Any] = []
        given: list[tuple[int, str, int, Processor]] = []
        for name, index, process in order:
            if name in values:
                given.append((len(parameters), name, index, process))
                parameters.append(None)
                continue
            value = self.constants[name] if index < 0 else self.constants[name][index]
            parameters.append(value if process is None else process(value))
        return Text(text, parameters, given)

    def _expand(self, values: Values) -> tuple[str, Sequence[tuple[str, int, Processor]]]:
        """Returns the text for these lists, and each parameter's name, index, and processor."""
        if not self.expands:
            return self.compiled.string, [(name, -1, process) for name, process in self.order]
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


def _make_property(index: int, process: Processor) -> property:
    def read(row: tuple[Any, ...]) -> Any:
        return process(row[index])

    return property(read)


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
        self, statement: Executable | Prepared | Template, values: Values | None
    ) -> tuple[Compiled, str, list[Any]]:
        """Returns what to run for one set of values, which may be empty."""
        if isinstance(statement, Prepared):
            compiled = self._compile_template(statement.template)
            return compiled, *compiled.bind_prepared(statement.values)
        if isinstance(statement, Template):
            values = values or {}
            compiled = self._compile_with_names(statement, tuple(values))
            return compiled, *compiled.bind({**values})
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
            template = self._compile_with_names(statement, tuple(values[0]))
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

    def _compile_with_names(self, template: Template, names: tuple[str, ...]) -> Compiled:
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
