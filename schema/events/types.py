"""Events, as the API shows them."""

from collections.abc import Mapping
from typing import Any, cast

import strawberry
import structlog

from models.base import UNREADABLE
from models.events import (
    API_KEY,
    DOMAIN,
    INVITATION,
    MEMBERSHIP,
    MEMBERSHIP_REQUEST,
    ORGANIZATION,
    SUGGESTION,
    get_subject,
)
from models.events import Event as EventRow
from models.keys.scopes import KeyScope
from schema.events.enums import ActorType, EventType
from schema.foundation.context import Context, Info
from schema.foundation.scalars import DateTime, JSONObject
from schema.invitations.types import Invitation, load_visible_invitation
from schema.memberships.types import Membership, load_visible_membership
from schema.organizations.types import Organization, load_organization
from schema.users.types import User, load_visible_user

log = structlog.stdlib.get_logger("tenantry.graphql")


@strawberry.type(description="The user, key, or system that caused an event.")
class EventActor:
    type: ActorType = strawberry.field(description="The kind of actor.")
    id: strawberry.ID | None = strawberry.field(
        description="ID of the user or of the key. Null for the system."
    )


@strawberry.interface(
    description="Something that happened, with a copy of the object as it was then."
)
class Event:
    id: strawberry.ID = strawberry.field(
        description="The unique ID of the event. A webhook for this event has the same ID."
    )
    cursor: str = strawberry.field(
        description="The position of the event in the log of the instance. A later event has a"
        " larger cursor."
    )
    type: EventType = strawberry.field(description="The type of the event.")
    name: str = strawberry.field(
        description="The type of the event as webhooks spell it, such as"
        " `organizationMembership.created`."
    )
    occurred_at: DateTime = strawberry.field(description="When the event happened.")
    organization_id: strawberry.ID | None = strawberry.field(
        description="ID of the organization that the event belongs to. Null for events of the"
        " instance, such as those of users and roles."
    )
    actor: EventActor = strawberry.field(description="Who or what caused the event.")
    data: JSONObject = strawberry.field(
        description="The object as it was after the event. It contains private metadata only for"
        " secret keys."
    )


def _hide_slugs(data: dict[str, Any]) -> dict[str, Any]:
    """Replaces the slug with null, including that of the organization inside the data."""
    hidden = {"slug": None} if "slug" in data else {}
    nested = {
        name: _hide_slugs(data[name])
        for name in ("organization", "public_organization_data")
        if isinstance(data.get(name), dict)
    }
    return data | hidden | nested


def _get_common_fields(row: EventRow, context: Context) -> dict[str, Any]:
    """Makes the fields that all events have."""
    # What is stored may be anything.
    data = row.data if isinstance(row.data, dict) else UNREADABLE  # pyright: ignore[reportUnnecessaryIsInstance]
    if not context.instance.slugs_enabled:
        data = _hide_slugs(data)
    if not context.is_service and "affiliation_email_address" in data:
        data = data | {"affiliation_email_address": None}
    is_private = (
        row.private_metadata is not None
        and context.is_service
        and context.try_scope(KeyScope.PRIVATE_METADATA_READ)
    )
    return {
        "id": strawberry.ID(row.id),
        "cursor": str(row.cursor),
        "type": EventType(row.type),
        "name": row.type,
        "occurred_at": DateTime(row.occurred_at),
        "organization_id": cast(strawberry.ID | None, row.organization_id),
        "actor": EventActor(
            type=ActorType(row.actor_type), id=cast(strawberry.ID | None, row.actor_id)
        ),
        "data": data | {"private_metadata": row.private_metadata} if is_private else data,
    }


@strawberry.type(
    description="An organization was created, updated, or deleted, or one of its domains,"
    " suggestions, membership requests, or API keys changed."
)
class OrganizationEvent(Event):
    @strawberry.field(
        description="The organization in its current state. Null if it was deleted, or if the"
        " caller can't read it."
    )
    async def organization(self, info: Info) -> Organization | None:
        return await _load_organization_of(self, info)

    @classmethod
    def from_row(cls, row: EventRow, context: Context) -> "OrganizationEvent":
        return cls(**_get_common_fields(row, context))


@strawberry.type(description="A membership was created, updated, or deleted.")
class MembershipEvent(Event):
    membership_id: strawberry.ID = strawberry.field(description="ID of the membership.")
    user_id: strawberry.ID = strawberry.field(description="ID of the member.")
    role: str = strawberry.field(
        description="Key of the member's role after the event. For a deleted membership, the last"
        " role."
    )
    previous_role: str | None = strawberry.field(
        description="Key of the member's role before the event. Null if the event didn't change the"
        " role."
    )

    @strawberry.field(
        description="The membership in its current state. Null if it was deleted, or if the caller"
        " can't read it."
    )
    async def membership(self, info: Info) -> Membership | None:
        return await load_visible_membership(info, self.membership_id)

    @strawberry.field(
        description="The member in their current state. Null if the user was deleted, or if the"
        " caller can't read the user."
    )
    async def user(self, info: Info) -> User | None:
        return await load_visible_user(info, self.user_id)

    @strawberry.field(
        description="The organization of the membership in its current state. Null if it was"
        " deleted, or if the caller can't read it."
    )
    async def organization(self, info: Info) -> Organization | None:
        return await _load_organization_of(self, info)

    @classmethod
    def from_row(cls, row: EventRow, context: Context) -> "MembershipEvent":
        common = _get_common_fields(row, context)
        changes: dict[str, Any] = row.changes or {}
        return cls(
            **common,
            membership_id=strawberry.ID(row.object_id),
            # Events of memberships have a user.
            user_id=cast(strawberry.ID, row.user_id),
            role=common["data"].get("role", ""),
            previous_role=changes.get("role"),
        )


@strawberry.type(
    description="An invitation was created, resent, accepted, declined, or revoked, or it expired."
)
class InvitationEvent(Event):
    invitation_id: strawberry.ID = strawberry.field(description="ID of the invitation.")

    @strawberry.field(
        description="The invitation in its current state. Null if it was deleted, or if the caller"
        " can't read it."
    )
    async def invitation(self, info: Info) -> Invitation | None:
        return await load_visible_invitation(info, self.invitation_id)

    @strawberry.field(
        description="The organization of the invitation in its current state. Null if it was"
        " deleted, or if the caller can't read it."
    )
    async def organization(self, info: Info) -> Organization | None:
        return await _load_organization_of(self, info)

    @classmethod
    def from_row(cls, row: EventRow, context: Context) -> "InvitationEvent":
        return cls(**_get_common_fields(row, context), invitation_id=strawberry.ID(row.object_id))


@strawberry.type(
    description="An event of the instance as a whole: its settings changed, or a role, permission,"
    " role set, user, session, feature, plan, subscription, or secret key."
)
class InstanceEvent(Event):
    @classmethod
    def from_row(cls, row: EventRow, context: Context) -> "InstanceEvent":
        return cls(**_get_common_fields(row, context))


Kind = type[OrganizationEvent] | type[MembershipEvent] | type[InvitationEvent] | type[InstanceEvent]
# By subject; all others are events of the instance.
KINDS: Mapping[str, Kind] = {
    ORGANIZATION: OrganizationEvent,
    MEMBERSHIP: MembershipEvent,
    INVITATION: InvitationEvent,
    DOMAIN: OrganizationEvent,
    SUGGESTION: OrganizationEvent,
    MEMBERSHIP_REQUEST: OrganizationEvent,
    API_KEY: OrganizationEvent,
}


async def _load_organization_of(event: Event, info: Info) -> Organization | None:
    return await load_organization(info, event.organization_id) if event.organization_id else None


def to_event(row: EventRow, context: Context) -> Event:
    return KINDS.get(get_subject(row.type), InstanceEvent).from_row(row, context)


def to_event_or_none(row: EventRow, context: Context) -> Event | None:
    """Converts an event; returns None if it can't be shown.

    A row of a newer version can't be, for example, and must not hide the rows after it.
    """
    try:
        return to_event(row, context)
    except Exception:
        log.exception("event not shown", cursor=row.cursor)
        return None


def get_names(types: list[EventType] | None) -> frozenset[str] | None:
    return None if types is None else frozenset(type.value for type in types)
