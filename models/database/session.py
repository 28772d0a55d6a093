"""A transaction that writes: a connection that also keeps track of rows as objects."""

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar, TypeVarTuple, cast, overload

from sqlalchemy import Executable, Table, bindparam, insert, inspect, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.selectable import TypedReturnsRows
from sqlmodel import select
from sqlmodel.sql.expression import SelectOfScalar

from models.base import CHANGED, BaseTable
from models.database.connection import Connection
from models.database.rows import AnyRows, Rows, make_rows
from models.database.statements import Template, Values, get_row_shape, prepared_statement

Columns = TypeVarTuple("Columns")
TableT = TypeVar("TableT", bound=BaseTable)
Identity = tuple[type[BaseTable], tuple[Any, ...]]
# What a part of a row is: a table with its columns, or None for a single column; and where it
# begins and ends.
Part = tuple[type[BaseTable] | None, Sequence[str], int, int]


@dataclass(eq=False)
class DatabaseSession:
    """One transaction: the rows that it has read or added, and what was changed on them.

    Selecting a table returns its rows as objects. What an operation changes on them, and what it
    adds, is written before the next statement. A row that is read again is the same object, with
    the values that were read last.
    """

    transaction: Connection
    added: list[BaseTable] = field(default_factory=list[BaseTable])
    known: dict[Identity, BaseTable] = field(default_factory=dict[Identity, BaseTable])

    async def connection(self) -> Connection:
        """Returns the connection for reads, after it has written all changes."""
        await self.flush()
        return self.transaction

    @overload
    async def execute(
        self,
        statement: TypedReturnsRows[*Columns],
        values: Values | Sequence[Values] | None = None,
    ) -> Rows[*Columns]: ...
    @overload
    async def execute(
        self, statement: Executable | Template, values: Values | Sequence[Values] | None = None
    ) -> AnyRows: ...
    async def execute(self, statement: Any, values: Values | Sequence[Values] | None = None) -> Any:
        """Writes all changes, then runs the statement."""
        await self.flush()
        result: Any = await self.transaction.execute(statement, values)
        parts = _get_parts(get_row_shape(statement))
        if parts is None:
            return result
        return make_rows([self._to_objects(parts, row) for row in result])

    def _to_objects(self, parts: Sequence[Part], row: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(
            [
                row[start]
                if table is None
                else self._keep(table, dict(zip(names, row[start:end], strict=True)))
                for table, names, start, end in parts
            ]
        )

    def _keep(self, table: Any, values: dict[str, Any]) -> BaseTable | None:
        key = _read_key(table)(values)
        if None in key:
            # An outer join found no row.
            return None
        known = self.known.get((table, key))
        if known is None:
            known = self.known[table, key] = _new(table, values)
        else:
            vars(known).update(values)
            _settle(known)
        return known

    async def get_one(self, table: type[TableT], id: str) -> TableT:
        """Returns the row with this ID; raises NoResultFound if there is none."""
        known = self.known.get((table, (id,)))
        if known is not None:
            return cast(TableT, known)
        return (await self.execute(_select_one(table, id))).scalar_one()

    def list_known(self, table: type[TableT]) -> list[TableT]:
        """Lists the rows of a table that the transaction has read or added."""
        return [cast(TableT, row) for (of, _), row in self.known.items() if of is table]

    def add(self, row: BaseTable) -> None:
        """Inserts the row, at the latest before the next statement."""
        self.added.append(row)

    def add_all(self, rows: Iterable[BaseTable]) -> None:
        self.added.extend(rows)

    async def flush(self) -> None:
        """Writes what was added and changed, in the order in which it was added or first read."""
        if self.added:
            added, self.added = self.added, []
            for table, rows in groupby(added, type):
                await self._insert(table, list(rows))
        changed = [
            (type(row), names, row)
            for row in self.known.values()
            if CHANGED in vars(row) and (names := _get_changes(row))
        ]
        for (table, names), group in groupby(changed, itemgetter(0, 1)):
            await self._update(table, names, [row for _, _, row in group])

    async def _insert(self, table: Any, rows: list[BaseTable]) -> None:
        values = [_get_values(row) for row in rows]
        await self.transaction.execute(_insert_all(table), values)
        for row, one in zip(rows, values, strict=True):
            self._note_inserted(row, one)

    async def insert_unless_taken(self, row: BaseTable, name: str) -> bool:
        """Inserts the row unless its value of a unique column is taken; returns whether it did.

        On PostgreSQL, what violates a constraint ends the transaction, or needs a savepoint.
        """
        await self.flush()
        table: Any = type(row)
        values = _get_values(row)
        result = await self.transaction.execute(_insert_unless_taken(table, name), values)
        if not result.rowcount:
            return False
        self._note_inserted(row, values)
        return True

    def _note_inserted(self, row: BaseTable, values: dict[str, Any]) -> None:
        table: Any = type(row)
        self.known[table, _read_key(table)(values)] = row
        _settle(row)

    async def _update(self, table: Any, names: tuple[str, ...], rows: list[BaseTable]) -> None:
        values: list[dict[str, Any]] = []
        for row in rows:
            key = {f"old_{name}": row.__dict__[name] for name in _get_key(table)}
            values.append(key | {name: row.__dict__[name] for name in names})
        await self.transaction.execute(_update_columns(table, names), values)
        for row in rows:
            _settle(row)

    @asynccontextmanager
    async def begin_nested(self) -> AsyncGenerator[None]:
        """Undoes everything that the block has written if it raises."""
        await self.flush()
        await self.transaction.run_text("SAVEPOINT nested")
        known = {identity: (row, dict(row.__dict__)) for identity, row in self.known.items()}
        try:
            yield
            await self.flush()
        except Exception:
            self.added.clear()
            await self.transaction.run_text("ROLLBACK TO SAVEPOINT nested")
            self.known = {identity: row for identity, (row, _) in known.items()}
            for row, values in known.values():
                vars(row).update(values)
                _settle(row)
            raise
        await self.transaction.run_text("RELEASE SAVEPOINT nested")


# --------------------------------------------------------------------------------- objects and rows


def _new(table: Any, values: dict[str, Any]) -> BaseTable:
    """Makes an object of a row, without the state that SQLAlchemy and Pydantic keep of theirs."""
    row: BaseTable = object.__new__(table)
    object.__setattr__(row, "__dict__", values)
    return row


def _get_changes(row: BaseTable) -> tuple[str, ...]:
    """Returns the columns whose values differ from those in the database."""
    table: Any = type(row)
    types = _get_types(table)
    values = vars(row)
    return tuple(
        name
        for name, stored in values[CHANGED].items()
        if name in types and not types[name].compare_values(stored, values[name])
    )


def _get_values(row: BaseTable) -> dict[str, Any]:
    table: Any = type(row)
    return {name: row.__dict__.get(name) for name in _get_columns(table)}


def _settle(row: BaseTable) -> None:
    """Marks the values of the row as those in the database."""
    vars(row).pop(CHANGED, None)


@cache
def _get_parts(shape: Any) -> Sequence[Part] | None:
    """Returns the parts of rows of this shape; None if there are only single columns."""
    parts: list[Part] = []
    start = 0
    for table in shape:
        names = _get_columns(table) if table else ()
        end = start + (len(names) or 1)
        parts.append((table, names, start, end))
        start = end
    return parts if any(shape) else None


@cache
def _get_table(table: Any) -> Table:
    return cast(Table, inspect(table).local_table)


@cache
def _get_types(table: Any) -> Mapping[str, Any]:
    return {column.key: column.type for column in _get_table(table).columns}


@cache
def _get_columns(table: Any) -> tuple[str, ...]:
    return tuple(column.key for column in _get_table(table).columns)


@cache
def _read_key(table: Any) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """Returns what reads the key of a row from its values."""
    names = _get_key(table)
    if len(names) == 1:
        (name,) = names
        return lambda values: (values[name],)
    return cast(Any, itemgetter(*names))


@cache
def _get_key(table: Any) -> tuple[str, ...]:
    return tuple(column.key for column in _get_table(table).primary_key)


@prepared_statement
def _select_one(table: Any, id: str) -> SelectOfScalar[Any]:
    (key,) = _get_table(table).primary_key
    return select(table).where(key == id)


@cache
def _insert_all(table: Any) -> Template:
    return Template(insert(_get_table(table)))


@cache
def _insert_unless_taken(table: Any, name: str) -> Template:
    return Template(
        postgresql.insert(_get_table(table)).on_conflict_do_nothing(index_elements=[name])
    )


@cache
def _update_columns(table: Any, names: tuple[str, ...]) -> Template:
    columns = _get_table(table).columns
    statement = update(_get_table(table))
    for name in _get_key(table):
        statement = statement.where(columns[name] == bindparam(f"old_{name}"))
    return Template(statement.values({name: bindparam(name) for name in names}))
