"""Subscriptions to the event log, from a cursor on (docs/rules.md, Subscriptions)."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any

import strawberry

from models.events import MEMBERSHIP_TYPES
from models.keys.scopes import KeyScope
from models.roles import MEMBERSHIPS_READ
from resolvers.authority.access import secret_key_required
from resolvers.events.event_log import parse_cursor
from resolvers.events.scopes import Scope, narrow
from resolvers.subscriptions.streams import Delivered, Stream
from schema.events.enums import EventType
from schema.events.types import Event, MembershipEvent, get_names, to_event_or_none
from schema.events.viewer_events import hide_from_viewer
from schema.foundation.context import Context, Info
from schema.foundation.guards import ActorKind, subscription_guard

After = Annotated[
    str | None,
    strawberry.argument(
        description="The cursor of the last event that you processed. The subscription first"
        " delivers the events after it. Without a cursor, it delivers only new events."
    ),
]
OrganizationId = Annotated[
    strawberry.ID, strawberry.argument(description="ID of the organization to follow.")
]
OptionalOrganizationId = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="ID of the organization to follow. Required for users. With a secret key, leave"
        " it out to follow all organizations."
    ),
]
Types = Annotated[
    list[EventType] | None, strawberry.argument(description="Deliver only events of these types.")
]


def _follow(
    info: Info, scope: Scope, after: str | None, types: frozenset[str] | None = None
) -> AsyncGenerator[Any, None]:
    """Follows the events that the caller can read, until the caller loses the right to."""
    context = info.context
    stream = Stream(context.caller, scope, types, context.may_continue, context.disconnect)
    return _to_events(context, context.log.follow(stream, parse_cursor(after)))


async def _to_events(
    context: Context, events: AsyncGenerator[Delivered]
) -> AsyncGenerator[Event, None]:
    async with aclosing(events):
        async for delivered in events:
            context.set_event(delivered)
            if event := _share_event(delivered, context):
                yield event


def _share_event(delivered: Delivered, context: Context) -> Event | None:
    """Converts an event once for all users and API keys, who see the same of it."""
    if context.is_service:
        return to_event_or_none(delivered.row, context)
    key = (Event, context.instance.slugs_enabled)
    if key not in delivered.answers:
        delivered.answers[key] = to_event_or_none(delivered.row, context)
    return delivered.answers[key]


async def _hide_from_viewer(events: AsyncGenerator[Any, None]) -> AsyncGenerator[Any, None]:
    async with aclosing(events):
        async for event in events:
            yield hide_from_viewer(event)


@strawberry.type(
    description="The subscriptions: events as they happen. Within a subscription, no event is"
    " skipped or repeated."
)
class Subscription:
    @strawberry.subscription(
        description="Delivers the events of an organization. Events of invitations are delivered"
        " only to callers with the permission `org:sys_memberships:manage`.",
        extensions=subscription_guard(MEMBERSHIPS_READ, scope=KeyScope.EVENTS_READ),
    )
    async def organization_events(
        self, info: Info, organization_id: OrganizationId, after: After = None, types: Types = None
    ) -> AsyncGenerator[Event, None]:
        return _follow(info, narrow(info.context.caller, organization_id), after, get_names(types))

    @strawberry.subscription(
        description="Delivers the membership events of one organization or, with a secret key and"
        " no `organizationId`, of all organizations.",
        extensions=subscription_guard(scope=KeyScope.EVENTS_READ),
    )
    async def membership_changed(
        self, info: Info, organization_id: OptionalOrganizationId = None, after: After = None
    ) -> AsyncGenerator[MembershipEvent, None]:
        if organization_id is None and not info.context.is_service:
            raise secret_key_required("membershipChanged without an organizationId")
        return _follow(info, narrow(info.context.caller, organization_id), after, MEMBERSHIP_TYPES)

    @strawberry.subscription(
        description="Delivers the events of the caller's own memberships in all organizations,"
        " including the removal from one.",
        extensions=subscription_guard(actor=ActorKind.USER),
    )
    async def viewer_membership_changed(
        self, info: Info, after: After = None
    ) -> AsyncGenerator[MembershipEvent, None]:
        scope = Scope(viewer_id=info.context.user_id)
        return _hide_from_viewer(_follow(info, scope, after, MEMBERSHIP_TYPES))

    @strawberry.subscription(
        description="Delivers the events that concern the caller: those of their memberships,"
        " including the removal from an organization, membership requests, profile, and sessions,"
        " of invitations to their verified address and of suggestions, updates and the deletion of"
        " their organizations, updates of the roles and role sets that they have, and updates of"
        " the settings of the instance.",
        extensions=subscription_guard(actor=ActorKind.USER),
    )
    async def viewer_events(
        self, info: Info, after: After = None, types: Types = None
    ) -> AsyncGenerator[Event, None]:
        events = _follow(info, Scope(viewer_id=info.context.user_id), after, get_names(types))
        return _hide_from_viewer(events)

    @strawberry.subscription(
        description="Delivers all events of the instance.",
        extensions=subscription_guard(actor=ActorKind.SERVICE, scope=KeyScope.EVENTS_READ),
    )
    async def events(
        self, info: Info, after: After = None, types: Types = None
    ) -> AsyncGenerator[Event, None]:
        return _follow(info, narrow(info.context.caller, None), after, get_names(types))
