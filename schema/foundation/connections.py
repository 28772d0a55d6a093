"""Relay connections: their types, their arguments, and how a list becomes one."""

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Annotated, Any, Generic, TypeVar

import strawberry

from resolvers.cursors import Order
from resolvers.lists import RecordT, Selection
from resolvers.page_requests import PageArguments, make_page_request
from resolvers.pages import ListRequest, Page
from schema.foundation.context import Info

T = TypeVar("T")

First = Annotated[
    int | None,
    strawberry.argument(
        description="How many from the start, 20 when neither first nor last is given, 100 at most."
    ),
]
After = Annotated[str | None, strawberry.argument(description="Only what comes after this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="How many from the end, 100 at most.")]
Before = Annotated[
    str | None, strawberry.argument(description="Only what comes before this cursor.")
]


@strawberry.enum(description="Which way a list is sorted.")
class OrderDirection(Enum):
    ASC = strawberry.enum_value("ASC", description="Smallest, or oldest, first.")
    DESC = strawberry.enum_value("DESC", description="Largest, or newest, first.")


@strawberry.interface(description="An object with an id of its own.")
class Node:
    id: strawberry.ID = strawberry.field(
        description="The id, which never changes: a prefix that tells the type, and a ULID."
    )


@strawberry.type(description="Where a page is in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether the list goes on after this page.")
    has_previous_page: bool = strawberry.field(
        description="Whether the list has something before this page."
    )
    start_cursor: str | None = strawberry.field(
        description="The cursor of the first entry, null on an empty page."
    )
    end_cursor: str | None = strawberry.field(
        description="Where the next page continues: the cursor of the last entry, null on an empty"
        " page. A page of events that has read much and found little ends after what it has read."
    )


@strawberry.type(description="An entry of a page.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="The place of this entry in its list.")
    node: T = strawberry.field(description="The entry itself.")


def make_page_info(page: Page[Any]) -> PageInfo:
    return PageInfo(
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
        start_cursor=page.cursors[0] if page.cursors else None,
        end_cursor=page.end or (page.cursors[-1] if page.cursors else None),
    )


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    page: strawberry.Private[Page[Any]]
    to_node: strawberry.Private[Callable[[Any], Any]]
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(description="The entries with their cursors.")
    def edges(self) -> list[Edge[T]]:
        return [
            Edge(cursor=cursor, node=self.to_node(row))
            for cursor, row in zip(self.page.cursors, self.page.rows, strict=True)
        ]

    @strawberry.field(description="The entries.")
    def nodes(self) -> list[T]:
        return list(map(self.to_node, self.page.rows))

    @strawberry.field(description="Where this page is in the list.")
    def page_info(self) -> PageInfo:
        return make_page_info(self.page)

    @strawberry.field(
        description="How many entries the whole list has; counted only when it is selected."
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
    loaders = info.context.loaders
    order = order or selection.spec.newest_first()
    request = ListRequest(selection, order, make_page_request(order, arguments))
    page = await loaders.load_page(parent, request)
    return Connection(
        page=page,
        to_node=to_node,
        count=lambda: loaders.counts.load((parent, selection)),
    )
