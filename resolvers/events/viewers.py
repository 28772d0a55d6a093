"""Which users an event concerns, by what the store says now (rules, Subscriptions)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import Enum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Table,
    exists,
    select,
    true,
    union,
)

from models.database.statements import AnySelect, prepared_statement
from models.database.store import Store
from models.events import (
    INVITATION,
    OWN_TYPES,
    SUGGESTION,
    Event,
    EventType,
    list_types,
)
from models.invitations import Invitation
from models.membership_requests import OrganizationSuggestion
from models.memberships import Membership
from models.organizations import Organization
from models.users import User

EVENTS: Table = Event.metadata.tables["event"]
INVITATIONS: Table = Invitation.metadata.tables["invitation"]
MEMBERSHIPS: Table = Membership.metadata.tables["membership"]
ORGANIZATIONS: Table = Organization.metadata.tables["organization"]
SUGGESTIONS: Table = OrganizationSuggestion.metadata.tables["organization_suggestion"]
USERS: Table = User.metadata.tables["user"]

# The most users in one statement, because databases limit the number of parameters.
BATCH = 5_000


class Concern(Enum):
    """Why an event concerns a user."""

    OWN = "own"
    MEMBER = "member"
    FORMER_MEMBER = "former_member"
    ROLE = "role"
    ROLE_SET = "role_set"
    INVITED = "invited"
    SUGGESTED = "suggested"
    EVERYONE = "everyone"


TYPES: Mapping[Concern, frozenset[str]] = {
    Concern.OWN: OWN_TYPES,
    Concern.MEMBER: frozenset({EventType.ORGANIZATION_UPDATED.value}),
    Concern.FORMER_MEMBER: frozenset({EventType.ORGANIZATION_DELETED.value}),
    Concern.ROLE: frozenset({EventType.ROLE_UPDATED.value}),
    Concern.ROLE_SET: frozenset({EventType.ROLE_SET_UPDATED.value}),
    Concern.INVITED: list_types(INVITATION),
    Concern.SUGGESTED: list_types(SUGGESTION),
    Concern.EVERYONE: frozenset({EventType.INSTANCE_UPDATED.value}),
}
# The event itself says whom the others concern.
TYPES_TO_LOOK_UP = frozenset[str]().union(*TYPES.values()) - OWN_TYPES

# ----------------------------------------------------------------------------------------- concerns


def _select_own(event: FromClause, viewer: FromClause) -> AnySelect:
    return _pairs(event, viewer).join_from(viewer, event, event.c.user_id == viewer.c.id)


def _select_of_members(event: FromClause, viewer: FromClause) -> AnySelect:
    membership = MEMBERSHIPS.alias("own")
    return (
        _pairs(event, viewer)
        .join_from(viewer, membership, membership.c.user_id == viewer.c.id)
        .join(event, event.c.organization_id == membership.c.organization_id)
        .where(_has_joined_before(event, membership))
    )


def _select_of_former_members(event: FromClause, viewer: FromClause) -> AnySelect:
    """Finds the members that the deletion of an organization removed, by their own events."""
    removal = EVENTS.alias("removal")
    return (
        _pairs(event, viewer)
        .join_from(viewer, removal, removal.c.user_id == viewer.c.id)
        .join(event, event.c.organization_id == removal.c.organization_id)
        .where(
            removal.c.type == EventType.MEMBERSHIP_DELETED.value,
            removal.c.occurred_at == event.c.occurred_at,
        )
    )


def _select_of_role_holders(event: FromClause, viewer: FromClause) -> AnySelect:
    membership = MEMBERSHIPS.alias("own")
    # The expression keeps SQLite from the index by role, which can lead to all members of all
    # organizations.
    role_id = membership.c.role_id.concat("")
    return (
        _pairs(event, viewer)
        .join_from(viewer, membership, membership.c.user_id == viewer.c.id)
        .join(event, event.c.object_id == role_id)
        .where(event.c.organization_id.is_(None), _has_joined_before(event, membership))
    )


def _select_of_role_set_members(event: FromClause, viewer: FromClause) -> AnySelect:
    membership, organization = MEMBERSHIPS.alias("own"), ORGANIZATIONS.alias("of_own")
    role_set_id = organization.c.role_set_id.concat("")
    return (
        _pairs(event, viewer)
        .join_from(viewer, membership, membership.c.user_id == viewer.c.id)
        .join(organization, organization.c.id == membership.c.organization_id)
        .join(event, event.c.object_id == role_set_id)
        .where(event.c.organization_id.is_(None), _has_joined_before(event, membership))
    )


def _select_of_invited(event: FromClause, viewer: FromClause) -> AnySelect:
    """Finds those who have the invited address verified, as for `Viewer.invitations`."""
    return (
        _pairs(event, viewer)
        .join_from(viewer, event, event.c.address_key == viewer.c.address_key)
        .join(INVITATIONS, INVITATIONS.c.id == event.c.object_id)
        .where(viewer.c.email_verified)
    )


def _select_of_suggested(event: FromClause, viewer: FromClause) -> AnySelect:
    """Finds those who still have an address at the domain, as for `Viewer.suggestions`."""
    return (
        _pairs(event, viewer)
        .join_from(viewer, event, event.c.user_id == viewer.c.id)
        .join(SUGGESTIONS, SUGGESTIONS.c.id == event.c.object_id)
        .where(
            SUGGESTIONS.c.domain == viewer.c.address_domain,
            viewer.c.email_verified,
            ~viewer.c.verified_by_ticket,
        )
    )


def _select_of_everyone(event: FromClause, viewer: FromClause) -> AnySelect:
    everyone = _pairs(event, viewer).join_from(viewer, event, true())
    return everyone.where(event.c.organization_id.is_(None))


def _pairs(event: FromClause, viewer: FromClause) -> AnySelect:
    return Select(event.c.cursor, viewer.c.id.label("user_id"))


def _has_joined_before(event: FromClause, membership: FromClause) -> ColumnElement[bool]:
    """Whether the member was one at the event: who joins later receives nothing from before."""
    joining = EVENTS.alias("joining")
    return ~exists().where(
        joining.c.user_id == membership.c.user_id,
        joining.c.organization_id == membership.c.organization_id,
        joining.c.type == EventType.MEMBERSHIP_CREATED.value,
        joining.c.cursor > event.c.cursor,
    )


SELECTIONS: Mapping[Concern, Callable[[FromClause, FromClause], AnySelect]] = {
    Concern.OWN: _select_own,
    Concern.MEMBER: _select_of_members,
    Concern.FORMER_MEMBER: _select_of_former_members,
    Concern.ROLE: _select_of_role_holders,
    Concern.ROLE_SET: _select_of_role_set_members,
    Concern.INVITED: _select_of_invited,
    Concern.SUGGESTED: _select_of_suggested,
    Concern.EVERYONE: _select_of_everyone,
}


def _select_of(concern: Concern, event: FromClause, viewer: FromClause) -> AnySelect:
    return SELECTIONS[concern](event, viewer).where(event.c.type.in_(sorted(TYPES[concern])))


def _list_concerns(types: Collection[str]) -> Sequence[Concern]:
    return tuple(concern for concern in Concern if not TYPES[concern].isdisjoint(types))


# ----------------------------------------------------------------------------------- one, and many


def select_cursors_for_viewer(
    viewer_id: str,
    types: frozenset[str] | None,
    apply_page: Callable[[Any], Any],
) -> Subquery:
    """Selects the first cursors of each concern; one statement reads them and the authority."""
    viewer = select(USERS).where(USERS.c.id == viewer_id).subquery("viewer")
    concerns = tuple(Concern) if types is None else _list_concerns(types)
    # If no type concerns users, the page has none of their own events.
    parts = [
        apply_page(_select_of(concern, EVENTS, viewer)) for concern in concerns or (Concern.OWN,)
    ]
    # SQLite allows no LIMIT in a part of a union, except in a subquery.
    return union(*(select(part.subquery().c.cursor) for part in parts)).subquery("concerning")


async def load_concerned(
    store: Store, events: Sequence[Event], user_ids: Sequence[str]
) -> Mapping[int, set[str]]:
    """Loads which of the users each event concerns, by its cursor, in one statement.

    The events are of `TYPES_TO_LOOK_UP`, in the order of the log.
    """
    concerns = _list_concerns({event.type for event in events})
    first, last = events[0].cursor, events[-1].cursor
    concerned: dict[int, set[str]] = {}
    async with store.read() as connection:
        for start in range(0, len(user_ids), BATCH):
            ids = user_ids[start : start + BATCH]
            for row in await connection.fetch(_select_concerned(concerns, first, last, ids)):
                concerned.setdefault(row.cursor, set()).add(row.user_id)
    return concerned


@prepared_statement
def _select_concerned(
    concerns: Sequence[Concern], first: int, last: int, user_ids: Collection[str]
) -> AnySelect:
    event = select(EVENTS).where(EVENTS.c.cursor >= first, EVENTS.c.cursor <= last).cte("concerned")
    viewer = select(USERS).where(USERS.c.id.in_(user_ids)).cte("viewer")
    pairs = union(*(_select_of(concern, event, viewer) for concern in concerns)).subquery("pairs")
    return Select(pairs.c.cursor, pairs.c.user_id)
