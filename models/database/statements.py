"""Statements: what SQLAlchemy writes for an expression, kept to be run again.

The text of a statement, the order of its parameters and the types of its columns are found once
for each shape. After that, running it again costs a look-up and the values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import Dialect, Executable
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.util import LRUCache

# How many shapes of statements are kept.
KEPT_STATEMENTS = 1_000

Values = Mapping[str, Any]
Processor = Any


@dataclass(eq=False)
class Compiled:
    """What SQLAlchemy wrote for an expression."""

    # Untyped, because most of what is used here has no public name.
    compiled: Any
    dialect: Dialect

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


@dataclass(eq=False)
class Statements:
    """The statements of one dialect."""

    dialect: Dialect
    cache: LRUCache[Any, Any] = field(default_factory=lambda: LRUCache[Any, Any](KEPT_STATEMENTS))

    def prepare(
        self, statement: Executable, values: Values | None
    ) -> tuple[Compiled, str, list[Any]]:
        """Returns what to run for one set of values, which may be empty."""
        compiled, extracted, collected = self._compile(statement, values or {}, many=False)
        bound = compiled.compiled.construct_params(
            values or {},
            extracted_parameters=extracted,
            escape_names=False,
            _collected_params=collected,
        )
        return compiled, *compiled.bind(bound)

    def prepare_many(
        self, statement: Executable, values: Sequence[Values]
    ) -> tuple[str, list[list[Any]]]:
        """Returns what to run for several sets of values with the same names."""
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
