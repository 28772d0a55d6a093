"""Lists: what they hold, what they can be filtered and sorted by, and their pages and counts."""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, SQLColumnExpression, func, or_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.base import BaseTable, Record
from models.database.store import Readable
from models.errors import LimitExceeded
from models.validation.text import to_search_text
from resolvers.cursors import Order, wrong_list_cursor
from resolvers.pages import AnySelect, Page, PageRequest, load_first_pages, load_page

MAXIMUM_VALUES = 100
MAXIMUM_QUERY = 256

RecordT = TypeVar("RecordT", bound=Record)
Request = TypeVar("Request", bound=Hashable)
Answer = TypeVar("Answer")


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
        """Whether the text contains the query, taken literally, or the id equals it."""
        return or_(self.text.contains(to_search_text(query), autoescape=True), self.id == query)


@dataclass(frozen=True, slots=True)
class SortKey:
    """What a list can be sorted by, and the joined table that holds it, if any."""

    expression: ColumnElement[Any]
    table: type[BaseTable] | None = None


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

    def newest_first(self) -> Order:
        """The order of a list that has only one."""
        return Order(self.name, col(self.table.id), descending=True)

    def make_order(self, sort_field: str, *, descending: bool) -> Order:
        name = f"{self.name}:{sort_field}:{'desc' if descending else 'asc'}"
        key = self.sort_keys[sort_field]
        if key is None:
            return Order(name, col(self.table.id), descending=descending)
        return Order(name, col(self.table.id), key.expression, descending, key.table)


@dataclass(frozen=True, slots=True)
class Selection(Generic[RecordT]):
    """The rows of a list that are wanted, whatever their order."""

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


@dataclass(frozen=True, slots=True)
class ListRequest(Generic[RecordT]):
    """A page of a list, the same for all its parents."""

    selection: Selection[RecordT]
    order: Order
    page: PageRequest


# ---------------------------------------------------------------------------------------- arguments


def check_values(values: Sequence[str] | None) -> tuple[str, ...] | None:
    """The values of a filter; raises LimitExceeded for more than a hundred."""
    if values is not None and len(values) > MAXIMUM_VALUES:
        raise LimitExceeded(
            f"A filter takes {MAXIMUM_VALUES} values at most.",
            limit="filter",
            allowed=MAXIMUM_VALUES,
            asked=len(values),
        )
    return None if values is None else tuple(values)


def check_query(query: str | None) -> str | None:
    """A search; raises LimitExceeded for one that is longer than any text it could find."""
    if query is not None and len(query) > MAXIMUM_QUERY:
        raise LimitExceeded(
            f"A search takes {MAXIMUM_QUERY} characters at most.",
            limit="query",
            allowed=MAXIMUM_QUERY,
            asked=len(query),
        )
    return query


# -------------------------------------------------------------------------------------------- reads


async def load_list_pages(
    store: Readable, keys: Sequence[tuple[str, ListRequest[Any]]]
) -> Sequence[Page[Any] | BaseException]:
    """By (parent, request): BadUserInput for each list that the cursors don't belong to."""

    async def read(
        request: ListRequest[Any], parents: list[str]
    ) -> Sequence[Page[Any] | BaseException]:
        statement, parent = request.selection.select(request.order), request.selection.spec.parent
        own = [key for key in parents if request.page.is_of(key)]
        pages: dict[str, Page[Any]] = {}
        async with store.read() as connection:
            if parent is not None and len(own) > 1:
                loaded = await load_first_pages(
                    connection,
                    statement,
                    request.order,
                    request.page,
                    parent=parent,
                    parents=own,
                )
                pages = dict(zip(own, loaded, strict=True))
            elif own:
                (key,) = own
                only = statement if parent is None else statement.where(parent == key)
                pages[key] = await load_page(
                    connection, only, request.order, request.page, parent=key
                )
        return [pages.get(key) or wrong_list_cursor() for key in parents]

    return await load_grouped(keys, read)


async def load_list_counts(
    store: Readable, keys: Sequence[tuple[str, Selection[Any]]]
) -> Sequence[int]:
    """By (parent, selection): the number of rows."""

    async def read(selection: Selection[Any], parents: list[str]) -> Sequence[int]:
        parent = selection.spec.parent
        counted: AnySelect = selection.select().with_only_columns(
            func.count(), maintain_column_froms=True
        )
        if parent is not None:
            counted = counted.add_columns(parent).where(parent.in_(parents)).group_by(parent)
        async with store.read() as connection:
            rows = (await connection.execute(counted)).all()
        counts = {"" if parent is None else row[1]: row[0] for row in rows}
        return [counts.get(key, 0) for key in parents]

    return await load_grouped(keys, read)


async def load_grouped(
    keys: Sequence[tuple[str, Request]],
    read: Callable[[Request, list[str]], Awaitable[Sequence[Answer]]],
) -> list[Answer]:
    """The answers for (parent, request), by one read per distinct request."""
    answers: dict[tuple[str, Request], Answer] = {}
    for request in dict.fromkeys(request for _, request in keys):
        parents = [parent for parent, other in keys if other == request]
        for parent, answer in zip(parents, await read(request, parents), strict=True):
            answers[parent, request] = answer
    return [answers[key] for key in keys]
