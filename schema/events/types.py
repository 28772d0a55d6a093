"""The event log, as the API shows it: what happened, to whom the caller may see it happen."""

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any, cast

import strawberry
import structlog

from models.base import UNREADABLE
from models.events import INVITATION, MEMBERSHIP, ORGANIZATION, get_readable_types, get_subject
from resolvers.events import event_log
from resolvers.events.event_log import make_event_page_request
from resolvers.pages import AnyRow, Page
from schema.foundation.connections import After, Edge, First, PageInfo, make_page_info
from schema.foundation.context import Context, Info
from schema.foundation.guards import ActorKind, query_guard
from schema.foundation.scalars import DateTime, JSONObject
from schema.invitations.types import Invitation, load_visible_invitation
from schema.memberships.types import Membership, load_visible_membership
from schema.organizations.types import Organization, load_organization
from schema.users.types import User, load_visible_user

log = structlog.stdlib.get_logger("tenantry.graphql")


def _type(name: str, description: str) -> Any:
    return strawberry.enum_value(name, description=description)


@strawberry.enum(description="What an event tells.")
class EventType(Enum):
    ORGANIZATION_CREATED = _type("organization.created", "An organization was made.")
    ORGANIZATION_UPDATED = _type("organization.updated", "An organization was changed.")
    ORGANIZATION_DELETED = _type(
        "organization.deleted", "An organization was deleted, after its memberships."
    )
    MEMBERSHIP_CREATED = _type("organizationMembership.created", "A user joined an organization.")
    MEMBERSHIP_UPDATED = _type(
        "organizationMembership.updated", "A membership got another role or other metadata."
    )
    MEMBERSHIP_DELETED = _type(
        "organizationMembership.deleted", "A user left an organization, or was removed."
    )
    INVITATION_CREATED = _type("organizationInvitation.created", "Somebody was invited.")
    INVITATION_RESENT = _type(
        "organizationInvitation.resent", "An invitation was sent again, with a new link."
    )
    INVITATION_ACCEPTED = _type("organizationInvitation.accepted", "The invited person joined.")
    INVITATION_REVOKED = _type("organizationInvitation.revoked", "An invitation was taken back.")
    INVITATION_DECLINED = _type("organizationInvitation.declined", "The invited person said no.")
    INVITATION_EXPIRED = _type(
        "organizationInvitation.expired", "The time of an invitation was found to be over."
    )
    ROLE_CREATED = _type("role.created", "A role was made.")
    ROLE_UPDATED = _type("role.updated", "A role was changed, or what it holds.")
    ROLE_DELETED = _type("role.deleted", "A role was deleted.")
    PERMISSION_CREATED = _type("permission.created", "A permission was made.")
    PERMISSION_UPDATED = _type("permission.updated", "A permission was changed.")
    PERMISSION_DELETED = _type("permission.deleted", "A permission was deleted.")
    ROLE_SET_CREATED = _type("roleSet.created", "A role set was made.")
    ROLE_SET_UPDATED = _type("roleSet.updated", "A role set was changed, or its roles.")
    ROLE_SET_DELETED = _type("roleSet.deleted", "A role set was replaced and is gone.")
    USER_CREATED = _type("user.created", "A user was made, or was seen for the first time.")
    USER_UPDATED = _type("user.updated", "A user was changed, here or at the identity provider.")
    USER_DELETED = _type("user.deleted", "A user was deleted, after their memberships.")
    SESSION_CREATED = _type("session.created", "A session was opened.")
    SESSION_ENDED = _type("session.ended", "The user ended a session.")
    SESSION_REVOKED = _type("session.revoked", "A secret key ended a session.")


@strawberry.enum(description="What kind of actor caused an event.")
class ActorType(Enum):
    USER = strawberry.enum_value("user", description="A signed-in user.")
    SERVICE = strawberry.enum_value("service", description="A secret key.")
    SYSTEM = strawberry.enum_value("system", description="Tenantry itself.")


@strawberry.type(description="Who caused an event.")
class EventActor:
    type: ActorType = strawberry.field(description="What kind of actor it was.")
    id: strawberry.ID | None = strawberry.field(
        description="The id of the user or of the key; null for the system."
    )


@strawberry.interface(description="Something that happened, as it was then.")
class Event:
    id: strawberry.ID = strawberry.field(description="The id, which webhooks send too.")
    cursor: str = strawberry.field(
        description="The place in the instance's log; later events have larger ones."
    )
    type: EventType = strawberry.field(description="What it tells.")
    name: str = strawberry.field(
        description="The type as webhooks write it, such as organizationMembership.created."
    )
    occurred_at: DateTime = strawberry.field(description="When it happened.")
    organization_id: strawberry.ID | None = strawberry.field(
        description="Where it happened; null for the instance."
    )
    actor: EventActor = strawberry.field(description="Who caused it.")
    data: JSONObject = strawberry.field(
        description="The object as it was then, with its private metadata for secret keys only."
    )


def _without_slugs(data: dict[str, Any]) -> dict[str, Any]:
    """The data with null in place of the slug, also of the organization inside of it."""
    hidden = {"slug": None} if "slug" in data else {}
    nested = {
        name: _without_slugs(data[name])
        for name in ("organization", "public_organization_data")
        if isinstance(data.get(name), dict)
    }
    return data | hidden | nested


def _common(row: AnyRow, context: Context) -> dict[str, Any]:
    """What all events show."""
    is_private = context.is_service and row.private_metadata is not None
    data = cast(dict[str, Any], row.data) if isinstance(row.data, dict) else UNREADABLE  # pyright: ignore[reportUnknownMemberType]
    if not context.instance.slugs_enabled:
        data = _without_slugs(data)
    return {
        "id": strawberry.ID(row.id),
        "cursor": str(row.cursor),
        "type": EventType(row.type),
        "name": row.type,
        "occurred_at": DateTime(row.occurred_at),
        "organization_id": row.organization_id,
        "actor": EventActor(type=ActorType(row.actor_type), id=row.actor_id),
        "data": data | {"private_metadata": row.private_metadata} if is_private else data,
    }


@strawberry.type(description="An organization was made, changed or deleted.")
class OrganizationEvent(Event):
    @strawberry.field(
        description="The organization as it is now; null when it is gone or not visible to the"
        " caller."
    )
    async def organization(self, info: Info) -> Organization | None:
        return await _organization_of(self, info)

    @classmethod
    def from_row(cls, row: AnyRow, context: Context) -> "OrganizationEvent":
        return cls(**_common(row, context))


@strawberry.type(description="A membership was made, changed or ended.")
class MembershipEvent(Event):
    membership_id: strawberry.ID = strawberry.field(description="The membership's id.")
    user_id: strawberry.ID = strawberry.field(description="The member's id.")
    role: str = strawberry.field(
        description="The key of the role after the event; on removal, of the last one."
    )
    previous_role: str | None = strawberry.field(
        description="The key of the role before, when the event changed it."
    )

    @strawberry.field(
        description="The membership as it is now; null when it is gone or not visible to the"
        " caller."
    )
    async def membership(self, info: Info) -> Membership | None:
        return await load_visible_membership(info, self.membership_id)

    @strawberry.field(
        description="The user as they are now; null when they are gone or not visible to the"
        " caller."
    )
    async def user(self, info: Info) -> User | None:
        return await load_visible_user(info, self.user_id)

    @strawberry.field(
        description="The organization as it is now; null when it is gone or not visible to the"
        " caller."
    )
    async def organization(self, info: Info) -> Organization | None:
        return await _organization_of(self, info)

    @classmethod
    def from_row(cls, row: AnyRow, context: Context) -> "MembershipEvent":
        common = _common(row, context)
        changes: dict[str, Any] = row.changes or {}
        return cls(
            **common,
            membership_id=row.object_id,
            user_id=row.user_id,
            role=common["data"].get("role", ""),
            previous_role=changes.get("role"),
        )


@strawberry.type(description="An invitation was made, sent again, or settled.")
class InvitationEvent(Event):
    invitation_id: strawberry.ID = strawberry.field(description="The invitation's id.")

    @strawberry.field(
        description="The invitation as it is now; null when it is gone or not visible to the"
        " caller."
    )
    async def invitation(self, info: Info) -> Invitation | None:
        return await load_visible_invitation(info, self.invitation_id)

    @strawberry.field(
        description="The organization as it is now; null when it is gone or not visible to the"
        " caller."
    )
    async def organization(self, info: Info) -> Organization | None:
        return await _organization_of(self, info)

    @classmethod
    def from_row(cls, row: AnyRow, context: Context) -> "InvitationEvent":
        return cls(**_common(row, context), invitation_id=row.object_id)


@strawberry.type(
    description="Something of the whole instance happened: to a role, a user or a session."
)
class InstanceEvent(Event):
    @classmethod
    def from_row(cls, row: AnyRow, context: Context) -> "InstanceEvent":
        return cls(**_common(row, context))


Kind = type[OrganizationEvent] | type[MembershipEvent] | type[InvitationEvent] | type[InstanceEvent]
# By what they are about; all others are events of the instance.
KINDS: Mapping[str, Kind] = {
    ORGANIZATION: OrganizationEvent,
    MEMBERSHIP: MembershipEvent,
    INVITATION: InvitationEvent,
}


async def _organization_of(event: Event, info: Info) -> Organization | None:
    return await load_organization(info, event.organization_id) if event.organization_id else None


def to_event(row: AnyRow, context: Context) -> Event:
    return KINDS.get(get_subject(row.type), InstanceEvent).from_row(row, context)


def event_or_none(row: AnyRow, context: Context) -> Event | None:
    """None for a row that cannot be shown, such as
    one of a newer version; the rows after it can.
    """
    try:
        return to_event(row, context)
    except Exception:
        log.exception("event_not_shown", cursor=row.cursor)
        return None


# -------------------------------------------------------------------------------------------- lists


@strawberry.type(description="A page of the log, oldest first.")
class EventConnection:
    edges: list[Edge[Event]] = strawberry.field(description="The events with their cursors.")
    nodes: list[Event] = strawberry.field(description="The events.")
    page_info: PageInfo = strawberry.field(description="Where this page is in the log.")


def _shown(info: Info, page: Page) -> EventConnection:
    found = [
        (cursor, event_or_none(row, info.context))
        for cursor, row in zip(page.cursors, page.rows, strict=True)
    ]
    edges = [Edge(cursor=cursor, node=node) for cursor, node in found if node]
    return EventConnection(
        edges=edges, nodes=[edge.node for edge in edges], page_info=make_page_info(page)
    )


def get_names(types: list[EventType] | None) -> frozenset[str] | None:
    return None if types is None else frozenset(one.value for one in types)


async def load_events(
    info: Info,
    organization_id: str,
    first: int | None,
    after: str | None,
    types: list[EventType] | None,
) -> EventConnection:
    """What the caller may read of what happened in an organization."""
    viewer, loaders, wanted = info.context.user_id, info.context.loaders, get_names(types)
    if viewer:
        held = get_readable_types(
            await loaders.permission_keys(organization_id, viewer) or frozenset[str]()
        )
        wanted = held if wanted is None else held & wanted
    return _shown(
        info,
        await loaders.event_pages.load(
            (organization_id, make_event_page_request(first, after, wanted))
        ),
    )


@strawberry.type
class EventQueries:
    @strawberry.field(
        description="The cursor of the newest event: read it before a snapshot, then go on with"
        " what comes after it.",
        extensions=query_guard(),
    )
    async def cursor(self, info: Info) -> str | None:
        return str(await event_log.load_newest_cursor(info.context.store))

    @strawberry.field(
        description="The log of the instance, oldest first: everything that happened and is still"
        " kept.",
        extensions=query_guard(actor=ActorKind.SERVICE),
    )
    async def events(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        organization_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only events of this organization, which may be gone."),
        ] = None,
        types: Annotated[
            list[EventType] | None,
            strawberry.argument(description="Only events of one of these types."),
        ] = None,
    ) -> EventConnection | None:
        asked = make_event_page_request(first, after, get_names(types))
        return _shown(
            info,
            await info.context.read(
                event_log.load_event_page, asked, organization_id=organization_id
            ),
        )
