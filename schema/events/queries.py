"""The queries of the event log, whose pages leave out events that can't be shown."""

from typing import Annotated

import strawberry

from models.events import Event as EventRow
from models.events import get_readable_types
from models.keys.scopes import KeyScope
from resolvers.events.event_log import (
    load_event_page,
    load_newest_cursor,
    make_event_page_request,
)
from resolvers.events.scopes import narrow
from resolvers.lists.page_requests import PageArguments
from resolvers.lists.pages import Page
from schema.events.enums import EventType
from schema.events.types import Event, get_names, to_event_or_none
from schema.foundation.connections import After, Edge, First, PageInfo, make_page_info
from schema.foundation.context import Info
from schema.foundation.guards import ActorKind, query_guard


@strawberry.type(
    description="A page of the event log, oldest event first. With a filter, the server reads at"
    " most 10,000 events for a page. If few of them match, the page is short, `hasNextPage` is"
    " true, and `endCursor` is the position to continue from."
)
class EventConnection:
    edges: list[Edge[Event]] = strawberry.field(
        description="The events on this page, each with its cursor."
    )
    nodes: list[Event] = strawberry.field(description="The events on this page.")
    page_info: PageInfo = strawberry.field(
        description="Whether there are more events before and after this page, and the cursors to"
        " read them."
    )


def make_event_connection(info: Info, page: Page[EventRow]) -> EventConnection:
    events = [
        (cursor, to_event_or_none(row, info.context))
        for cursor, row in zip(page.cursors, page.rows, strict=True)
    ]
    edges = [Edge(cursor=cursor, node=event) for cursor, event in events if event]
    return EventConnection(
        edges=edges, nodes=[edge.node for edge in edges], page_info=make_page_info(page)
    )


async def load_events(
    info: Info, organization_id: str, arguments: PageArguments, types: list[EventType] | None
) -> EventConnection:
    """Loads the organization's events that the caller can read."""
    viewer, loaders, names = info.context.holder_id, info.context.loaders, get_names(types)
    if viewer:
        permissions = await loaders.load_permission_keys(organization_id, viewer)
        readable = get_readable_types(permissions or frozenset[str]())
        names = readable if names is None else readable & names
    request = make_event_page_request(arguments, names)
    return make_event_connection(info, await loaders.event_pages[request].load(organization_id))


@strawberry.type
class EventQueries:
    @strawberry.field(
        description="The cursor of the newest event. To keep a copy of the data, read this cursor"
        " first, then the data, and then the events after the cursor. Never null without an error.",
        extensions=query_guard(scope=KeyScope.EVENTS_READ),
    )
    async def cursor(self, info: Info) -> str | None:
        return str(await load_newest_cursor(info.context.store))

    @strawberry.field(
        description="The event log of the instance, oldest event first. It contains every event"
        " that hasn't been deleted because of its age.",
        extensions=query_guard(actor=ActorKind.SERVICE, scope=KeyScope.EVENTS_READ),
    )
    async def events(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        organization_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="Return only events of the organization with this ID, which may have"
                " been deleted."
            ),
        ] = None,
        types: Annotated[
            list[EventType] | None,
            strawberry.argument(description="Return only events of these types."),
        ] = None,
    ) -> EventConnection | None:
        request = make_event_page_request(PageArguments(first, after), get_names(types))
        scope = narrow(info.context.caller, organization_id)
        page = await info.context.read(load_event_page, request, scope)
        return make_event_connection(info, page)
