"""Lists: what they hold, and what they can be filtered, searched, and sorted by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, inspect, or_, true
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.base import BaseTable, Record
from models.database.statements import AnySelect, StatementValues
from models.validation.text import to_search_text
from resolvers.lists.cursors import Order

RecordT = TypeVar("RecordT", bound=Record)


class Filter(Protocol):
    """The conditions on the rows of a list; lists with equal filters are read together."""

    def conditions(self) -> Iterable[ColumnElement[bool]]: ...


@dataclass(frozen=True, slots=True)
class Search:
    """What a search looks at: a text, an id, and the joined table that holds them, if any."""

    text: SQLColumnExpression[str]
    id: SQLColumnExpression[str]
    table: type[BaseTable] | None = None

    def matches(self, query: str) -> ColumnElement[bool]:
        """Whether the text contains each word, taken literally, or the id equals the query."""
        words = to_search_text(query).split()
        has_words = (self.text.contains(word, autoescape=True) for word in words)
        return or_(and_(true(), *has_words), self.id == query)


@dataclass(frozen=True, slots=True)
class SortKey:
    """What a list can be sorted by, and the joined table that holds it, if any."""

    expression: ColumnElement[Any]
    table: type[BaseTable] | None = None


# The names of relations, each with the columns to read of it; with none, it's all. OWN is the table
# itself, of which only these columns are read.
OWN = ""
Joins = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True, eq=False)
class ListSpec(Generic[RecordT]):
    """A kind of list: the rows of a table, all of them or those of each parent.

    A sort key of None stands for the ID, which sorts by time of creation. Tables are joined only if
    the search or the order looks at them.
    """

    name: str
    table: type[RecordT]
    parent: SQLColumnExpression[str] | None = None
    sort_keys: Mapping[str, SortKey | None] = field(default_factory=dict[str, SortKey | None])
    search: Search | None = None
    joins: Mapping[type[BaseTable], ColumnElement[bool]] = field(
        default_factory=dict[type[BaseTable], ColumnElement[bool]]
    )
    # The foreign keys of the rows that can be read with those of the list, by names of relations.
    relations: Mapping[str, SQLColumnExpression[str]] = field(
        default_factory=dict[str, SQLColumnExpression[str]]
    )

    def newest_first(self) -> Order:
        """Makes the order of a list that can't be sorted in another way."""
        return Order(self.name, col(self.table.id), descending=True)

    # Specs are constants, so this keeps nothing that would be freed.
    @cache  # noqa: B019
    def make_order(self, sort_field: str, *, descending: bool) -> Order:
        name = f"{self.name}:{sort_field}:{'desc' if descending else 'asc'}"
        key = self.sort_keys[sort_field]
        if key is None:
            return Order(name, col(self.table.id), descending=descending)
        return Order(name, col(self.table.id), key.expression, descending, key.table)

    def narrow(self, statement: AnySelect, joins: Joins) -> AnySelect:
        """Selects only the columns of the table that are read, its key, and its foreign keys."""
        columns = dict(joins).get(OWN)
        if columns is None:
            return statement
        known: Any = inspect(self.table).columns
        kept = [one for one in known if one.name in columns or one.primary_key or one.foreign_keys]
        return statement.with_only_columns(*kept, maintain_column_froms=True)

    def join(self, statement: AnySelect, joins: Joins) -> AnySelect:
        """Adds columns of relations: `key` of a role becomes `role_key`.

        The foreign key itself is there already.
        """
        known: Any = inspect(self.table).columns
        for name, columns in joins:
            if name == OWN:
                continue
            reference: Any = self.relations[name]
            (key,) = reference.foreign_keys
            joined = key.column.table.alias(f"joined_{name}")
            added = [joined.c[one].label(f"{name}_{one}") for one in columns or joined.c.keys()]
            added = [one for one in added if one.name not in known]
            if added:
                statement = statement.outerjoin(joined, joined.c.id == reference)
                statement = statement.add_columns(*added)
        return statement


@dataclass(frozen=True, slots=True)
class Selection(StatementValues, Generic[RecordT]):
    """The rows of a list that match a filter and a search, whatever their order."""

    spec: ListSpec[RecordT]
    filter: Filter
    query: str | None = None

    def select(self, order: Order | None = None) -> SelectOfScalar[RecordT]:
        search = self.spec.search if self.query is not None else None
        tables = {search.table if search else None, order.key_table if order else None}
        statement = select(self.spec.table)
        for table, condition in self.spec.joins.items():
            if table in tables:
                statement = statement.join(table, condition)
        if search and self.query is not None:
            statement = statement.where(search.matches(self.query))
        return statement.where(*self.filter.conditions())
