"""Relay connections: their types, their arguments, and how a list becomes one."""

from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from functools import partial
from typing import Annotated, Any, Generic, TypeVar

import strawberry

from resolvers.lists.cursors import Order
from resolvers.lists.page_requests import PageArguments, make_page_request
from resolvers.lists.pages import ListRequest, Page
from resolvers.lists.specs import Joins, RecordT, Selection
from resolvers.queries.batching import get_value
from resolvers.queries.loaders import Loaders
from schema.foundation.context import Info

T = TypeVar("T")

First = Annotated[
    int | None,
    strawberry.argument(
        description="The number of {nodes} to return from the start of the list, at most 100."
        " Defaults to 20."
    ),
]
After = Annotated[
    str | None, strawberry.argument(description="Return only {nodes} after this cursor.")
]
Last = Annotated[
    int | None,
    strawberry.argument(
        description="The number of {nodes} to return from the end of the list, at most 100. Can't"
        " be combined with `first`."
    ),
]
Before = Annotated[
    str | None, strawberry.argument(description="Return only {nodes} before this cursor.")
]


Offset = Annotated[
    int | None,
    strawberry.argument(
        description="The number of {nodes} to skip from the start of the list, or from its end with"
        " `last`, at most 10,000. Can't be combined with a cursor. Cursors are faster in long"
        " lists."
    ),
]


@strawberry.enum(description="The direction in which a list is sorted.")
class OrderDirection(Enum):
    ASC = strawberry.enum_value("ASC", description="Ascending: smallest or oldest first.")
    DESC = strawberry.enum_value("DESC", description="Descending: largest or newest first.")


@strawberry.interface(description="An object with a globally unique ID.")
class Node:
    id: strawberry.ID = strawberry.field(
        description="The ID of the object, which never changes: a prefix for the type, an"
        " underscore, and a ULID."
    )


@strawberry.type(description="The position of a page in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(
        description="Whether there are more entries after this page."
    )
    has_previous_page: bool = strawberry.field(
        description="Whether there are entries before this page."
    )
    start_cursor: str | None = strawberry.field(
        description="The cursor of the first entry on the page. Null if the page is empty."
    )
    end_cursor: str | None = strawberry.field(
        description="The cursor to pass as `after` to get the next page. Null if the page is empty."
        " It is the cursor of the last entry or, on a filtered page of events, of the last event"
        " that the server read."
    )


@strawberry.type(description="One of the {nodes} on a page, with its cursor.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(
        description="The position of the {node} in the list. Pass it as `after` or `before`."
    )
    node: T = strawberry.field(description="The {node} at this position.")


def make_page_info(page: Page[Any]) -> PageInfo:
    return PageInfo(
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
        start_cursor=page.cursors[0] if page.cursors else None,
        end_cursor=page.end or (page.cursors[-1] if page.cursors else None),
    )


@strawberry.type(description="A page of a list of {nodes}.")
class Connection(Generic[T]):
    page: strawberry.Private[Page[Any]]
    to_nodes: strawberry.Private[Callable[[Sequence[Any]], list[Any]]]
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(description="The {nodes} on this page, each with its cursor.")
    def edges(self) -> list[Edge[T]]:
        return [
            Edge(cursor=cursor, node=node)
            for cursor, node in zip(self.page.cursors, self.to_nodes(self.page.rows), strict=True)
        ]

    @strawberry.field(description="The {nodes} on this page.")
    def nodes(self) -> list[T]:
        return self.to_nodes(self.page.rows)

    @strawberry.field(
        description="Whether there are more {nodes} before and after this page, and the cursors to"
        " read them."
    )
    def page_info(self) -> PageInfo:
        return make_page_info(self.page)

    @strawberry.field(
        description="The number of {nodes} in the whole list, on all pages. The server counts only"
        " if you select this field."
    )
    async def total_count(self) -> int:
        return await self.count()


async def load_connection(
    info: Info,
    selection: Selection[RecordT],
    arguments: PageArguments,
    *,
    to_node: Callable[[RecordT], T],
    parent: str = "",
    order: Order | None = None,
) -> Connection[T]:
    """Loads the page that the arguments request, newest first unless another order is given.

    The list is the parent's, or a top-level one.
    """
    (loaded,) = await load_connections(
        info,
        selection,
        arguments,
        to_nodes=lambda rows: list(map(to_node, rows)),
        parents=[parent],
        order=order,
    )
    return get_value(loaded)


async def load_connections(
    info: Info,
    selection: Selection[RecordT],
    arguments: PageArguments,
    *,
    to_nodes: Callable[[Sequence[RecordT]], list[T]],
    parents: Sequence[str],
    order: Order | None = None,
    joins: Joins = (),
) -> list[Connection[T] | BaseException]:
    """Loads the same page of the lists of several parents; each that fails has its own error."""
    loaders = info.context.loaders
    order = order or selection.spec.newest_first()
    request = ListRequest(selection, order, make_page_request(order, arguments), joins)
    return [
        page
        if isinstance(page, BaseException)
        else Connection(
            page=page,
            to_nodes=to_nodes,
            count=partial(_count, loaders, selection, parent),
        )
        for parent, page in zip(parents, await loaders.load_pages(parents, request), strict=True)
    ]


async def _count(loaders: Loaders, selection: Selection[Any], parent: str) -> int:
    return await loaders.counts[selection].load(parent)
