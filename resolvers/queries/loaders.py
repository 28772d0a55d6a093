"""Batched reads: a level of a query is one statement, however wide it is.

A set of loaders lives for one operation.
"""

from asyncio import Future, ensure_future, gather, shield, wait
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, TypeVar

from sqlalchemy import exists, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar
from strawberry.dataloader import DataLoader

from models.base import Record as Table
from models.database.store import Readable
from models.errors import BadUserInput, DeletedMeanwhile
from models.events import Event
from models.invitations import Invitation
from models.memberships import Membership
from models.organizations import Organization
from models.roles import (
    MEMBERSHIPS_READ,
    DeletedRole,
    Permission,
    Role,
    RolePermission,
    RoleSet,
    RoleSetRole,
)
from models.sessions import Session
from models.users import User
from models.webhooks import WebhookDelivery, WebhookEndpoint
from resolvers.events.event_log import EventPageRequest, load_event_pages
from resolvers.invitations.lists import (
    InvitationFilter,
    InvitationList,
    load_invitation_counts,
    load_invitation_pages,
    load_last_mails,
)
from resolvers.pages import AnyRow, AnySelect, Page, select_columns
from resolvers.queries.lists import (
    MembershipFilter,
    MembershipList,
    membership_counts,
    membership_pages,
)
from resolvers.roles import select_manager_role_ids
from resolvers.sessions.lists import (
    SessionFilter,
    SessionList,
    load_session_counts,
    load_session_pages,
)
from resolvers.webhooks.lists import (
    DeliveryList,
    Statuses,
    load_delivery_counts,
    load_delivery_pages,
)

# As many keys in one statement at most: what is larger would hold up everybody else.
BATCH = 500
K = TypeVar("K")
Fetch = Callable[[Readable, list[Any]], Coroutine[Any, Any, Sequence[Any]]]


async def _rows(store: Readable, statement: AnySelect) -> Sequence[AnyRow]:
    async with store.read() as connection:
        return (await connection.execute(statement)).all()


# --------------------------------------------------------------------------------------- one by key


async def _by_id(table: type[Table], store: Readable, ids: list[str]) -> Sequence[AnyRow | None]:
    found = {
        row.id: row
        for row in await _rows(store, select_columns(table).where(col(table.id).in_(ids)))
    }
    return [found.get(key) for key in ids]


async def _membership(store: Readable, keys: list[tuple[str, str]]) -> Sequence[AnyRow | None]:
    """By (organization id, user id): each column by itself,
    for SQLite reads the whole table to compare pairs.
    """
    organization_id, user_id = col(Membership.organization_id), col(Membership.user_id)
    both = organization_id.in_({one for one, _ in keys}) & user_id.in_({one for _, one in keys})
    found = {
        (row.organization_id, row.user_id): row
        for row in await _rows(store, select_columns(Membership).where(both))
    }
    return [found.get(key) for key in keys]


async def _events(store: Readable, cursors: list[int]) -> Sequence[AnyRow | None]:
    found = {
        row.cursor: row
        for row in await _rows(store, select(Event).where(col(Event.cursor).in_(cursors)))
    }
    return [found.get(one) for one in cursors]


async def _grouped(store: Readable, statement: AnySelect, keys: list[str]) -> list[list[AnyRow]]:
    groups: dict[str, list[AnyRow]] = {key: [] for key in keys}
    for row in await _rows(store, statement):
        groups[row.parent].append(row)
    return [groups[key] for key in keys]


async def _permission_keys(store: Readable, keys: list[None]) -> Sequence[frozenset[str]]:
    """Of all permissions of the instance: there is one key to load them by."""
    known = frozenset(row.key for row in await _rows(store, select(col(Permission.key))))
    return [known for _ in keys]


async def _permissions(store: Readable, role_ids: list[str]) -> Sequence[list[AnyRow]]:
    """The permissions of each role, sorted by key."""
    parent = col(RolePermission.role_id)
    statement = select_columns(Permission).join(
        RolePermission, col(RolePermission.permission_id) == col(Permission.id)
    )
    statement = (
        statement.add_columns(parent.label("parent"))
        .where(parent.in_(role_ids))
        .order_by(col(Permission.key))
    )
    return await _grouped(store, statement, role_ids)


async def _roles_of_set(store: Readable, role_set_ids: list[str]) -> Sequence[list[AnyRow]]:
    parent = col(RoleSetRole.role_set_id)
    statement = select_columns(Role).join(RoleSetRole, col(RoleSetRole.role_id) == col(Role.id))
    statement = (
        statement.add_columns(parent.label("parent"))
        .where(parent.in_(role_set_ids))
        .order_by(col(Role.id))
    )
    return await _grouped(store, statement, role_set_ids)


async def _count(parent: Any, store: Readable, keys: list[str]) -> Sequence[int]:
    """How many rows hang on each parent."""
    statement = (
        select(parent.label("parent"), func.count().label("number"))
        .where(parent.in_(keys))
        .group_by(parent)
    )
    found = {row.parent: row.number for row in await _rows(store, statement)}
    return [found.get(key, 0) for key in keys]


async def _is_managed(store: Readable, organization_ids: list[str]) -> Sequence[bool]:
    """Whether anybody can manage the organization (rule 8)."""
    manager = exists().where(
        col(Membership.organization_id) == col(Organization.id),
        col(Membership.role_id).in_(select_manager_role_ids()),
    )
    found = {
        row.id
        for row in await _rows(
            store,
            select(col(Organization.id)).where(col(Organization.id).in_(organization_ids), manager),
        )
    }
    return [key in found for key in organization_ids]


def _reading_role_ids() -> SelectOfScalar[str]:
    """The roles that let a member see the others."""
    reading = select(RolePermission.role_id).join(
        Permission, col(Permission.id) == col(RolePermission.permission_id)
    )
    return reading.where(col(Permission.key) == MEMBERSHIPS_READ)


async def _are_fellows(store: Readable, keys: list[tuple[str, str]]) -> Sequence[bool]:
    """By (viewer's id, other user's id): whether the viewer
    may read the members of an organization both belong to.
    """
    mine: Any = aliased(Membership)
    theirs: Any = aliased(Membership)
    statement = (
        select(mine.user_id.label("viewer"), theirs.user_id.label("other"))
        .join(theirs, theirs.organization_id == mine.organization_id)
        .where(
            mine.user_id.in_({viewer for viewer, _ in keys}),
            theirs.user_id.in_({other for _, other in keys}),
        )
        .where(mine.role_id.in_(_reading_role_ids()))
        .distinct()
    )
    found = {(row.viewer, row.other) for row in await _rows(store, statement)}
    return [key in found for key in keys]


async def _visible_memberships(
    store: Readable, keys: list[tuple[str, str]]
) -> Sequence[AnyRow | None]:
    """By (viewer's id, membership's id): one's own, and
    those of organizations whose members one may read.
    """
    mine: Any = aliased(Membership)
    statement = (
        select_columns(Membership)
        .add_columns(mine.user_id.label("viewer"))
        .join(mine, mine.organization_id == col(Membership.organization_id))
        .where(
            col(Membership.id).in_({id for _, id in keys}),
            mine.user_id.in_({viewer for viewer, _ in keys}),
        )
        .where(or_(mine.id == col(Membership.id), mine.role_id.in_(_reading_role_ids())))
    )
    found = {(row.viewer, row.id): row for row in await _rows(store, statement)}
    return [found.get(key) for key in keys]


# ------------------------------------------------------------------------------------------ loaders


async def load_existing(loader: DataLoader[K, AnyRow | None], key: K) -> AnyRow:
    """The row that a foreign key names.

    Raises DeletedMeanwhile: an event, and the payload of a mutation, are older than what is read
    about them.
    """
    row = await loader.load(key)
    if row is None:
        raise DeletedMeanwhile
    return row


class BatchLoader(DataLoader[Any, Any]):
    """A loader that moves a level of the query on as a whole.

    A key that is known already is answered with the unknown ones of its batch, not sooner: else the
    level below would be two batches, and two statements.
    """

    def __init__(self, fetch: Callable[[list[Any]], Coroutine[Any, Any, Sequence[Any]]]) -> None:
        super().__init__(self._answer, cache=False)
        self._fetch = fetch
        self._known: dict[Hashable, tuple[Future[Sequence[Any]], int]] = {}
        self._asked: dict[Hashable, Awaitable[Any]] = {}

    def load(self, key: Any) -> Awaitable[Any]:
        """One answer for all who ask before the batch
        is read; who gives up takes it from nobody.
        """
        if key not in self._asked:
            self._asked[key] = super().load(key)
        return shield(self._asked[key])

    def remember(self, found: Mapping[Any, Any]) -> None:
        """Takes what was read elsewhere, so that it is not read again."""
        answer: Future[Sequence[Any]] = self.loop.create_future()
        answer.set_result(list(found.values()))
        self._keep(answer, found)

    def _keep(self, answer: Future[Sequence[Any]], keys: Iterable[Any]) -> None:
        for place, key in enumerate(keys):
            self._known.setdefault(key, (answer, place))

    async def _answer(self, keys: list[Any]) -> list[Any]:
        self._asked.clear()
        unknown = [key for key in keys if key not in self._known]
        for start in range(0, len(unknown), BATCH):
            chunk = unknown[start : start + BATCH]
            self._keep(ensure_future(self._fetch(chunk)), chunk)
        await wait({self._known[key][0] for key in keys})
        answers = [self._known[key] for key in keys]
        return [answer.exception() or answer.result()[place] for answer, place in answers]


class Loaders:
    """The batched reads of one operation; each is made when it is first used."""

    def __init__(self, store: Readable) -> None:
        self.store = store

    def _loader(self, fetch: Fetch) -> BatchLoader:
        return BatchLoader(partial(fetch, self.store))

    @cached_property
    def users(self) -> DataLoader[str, AnyRow | None]:
        return self._loader(partial(_by_id, User))

    @cached_property
    def organizations(self) -> DataLoader[str, AnyRow | None]:
        return self._loader(partial(_by_id, Organization))

    @cached_property
    def memberships_by_id(self) -> DataLoader[str, AnyRow | None]:
        return self._loader(partial(_by_id, Membership))

    @cached_property
    def visible_memberships(self) -> DataLoader[tuple[str, str], AnyRow | None]:
        return self._loader(_visible_memberships)

    @cached_property
    def roles(self) -> DataLoader[str, AnyRow | None]:
        return self._loader(partial(_by_id, Role))

    @cached_property
    def roles_ever(self) -> DataLoader[str, AnyRow | None]:
        """Those that were deleted too."""
        return BatchLoader(self._roles_ever)

    async def _roles_ever(self, keys: list[str]) -> Sequence[AnyRow | None]:
        found = await gather(*(self.roles.load(key) for key in keys))
        missing = [key for key, row in zip(keys, found, strict=True) if row is None]
        gone = (
            dict(zip(missing, await _by_id(DeletedRole, self.store, missing), strict=True))
            if missing
            else {}
        )
        return [row or gone[key] for key, row in zip(keys, found, strict=True)]

    @cached_property
    def role_sets(self) -> DataLoader[str, AnyRow | None]:
        return self._loader(partial(_by_id, RoleSet))

    @cached_property
    def permissions_by_id(self) -> DataLoader[str, AnyRow | None]:
        return self._loader(partial(_by_id, Permission))

    @cached_property
    def memberships(self) -> BatchLoader:
        """By organization and user."""
        return self._loader(_membership)

    @cached_property
    def permissions(self) -> DataLoader[str, list[AnyRow]]:
        return self._loader(_permissions)

    @cached_property
    def known_permission_keys(self) -> DataLoader[None, frozenset[str]]:
        return self._loader(_permission_keys)

    @cached_property
    def roles_of_set(self) -> DataLoader[str, list[AnyRow]]:
        return self._loader(_roles_of_set)

    @cached_property
    def members_count(self) -> DataLoader[str, int]:
        return self._loader(partial(_count, col(Membership.organization_id)))

    @cached_property
    def created_count(self) -> DataLoader[str, int]:
        return self._loader(partial(_count, col(Organization.created_by_id)))

    @cached_property
    def role_members_count(self) -> DataLoader[str, int]:
        return self._loader(partial(_count, col(Membership.role_id)))

    @cached_property
    def is_managed(self) -> DataLoader[str, bool]:
        return self._loader(_is_managed)

    @cached_property
    def are_fellows(self) -> DataLoader[tuple[str, str], bool]:
        return self._loader(_are_fellows)

    @cached_property
    def membership_pages(self) -> DataLoader[tuple[str, MembershipList], Page]:
        return BatchLoader(self._membership_pages)

    @cached_property
    def membership_counts(self) -> DataLoader[tuple[str, MembershipFilter], int]:
        return self._loader(membership_counts)

    async def _membership_pages(
        self, keys: list[tuple[str, MembershipList]]
    ) -> Sequence[Page | BadUserInput]:
        """A user's memberships are what the guards of their organizations' fields ask for next."""
        listed = await membership_pages(self.store, keys)
        own = [page for (_, asked), page in zip(keys, listed, strict=True) if asked.filter.of_user]
        rows = [row for page in own if isinstance(page, Page) for row in page.rows]
        self.memberships.remember({(row.organization_id, row.user_id): row for row in rows})
        return listed

    @cached_property
    def invitation_pages(self) -> DataLoader[tuple[str, InvitationList], Page]:
        return self._loader(load_invitation_pages)

    @cached_property
    def invitation_counts(self) -> DataLoader[tuple[str, InvitationFilter], int]:
        return self._loader(load_invitation_counts)

    @cached_property
    def invitations_by_id(self) -> DataLoader[str, AnyRow | None]:
        return self._loader(partial(_by_id, Invitation))

    @cached_property
    def last_mails(self) -> DataLoader[str, AnyRow | None]:
        return self._loader(load_last_mails)

    @cached_property
    def sessions(self) -> DataLoader[str, AnyRow | None]:
        return self._loader(partial(_by_id, Session))

    @cached_property
    def session_pages(self) -> DataLoader[tuple[str, SessionList], Page]:
        return self._loader(load_session_pages)

    @cached_property
    def session_counts(self) -> DataLoader[tuple[str, SessionFilter], int]:
        return self._loader(load_session_counts)

    @cached_property
    def event_pages(self) -> DataLoader[tuple[str, EventPageRequest], Page]:
        return self._loader(load_event_pages)

    @cached_property
    def events_by_cursor(self) -> DataLoader[int, AnyRow | None]:
        return self._loader(_events)

    @cached_property
    def webhook_endpoints(self) -> DataLoader[str, AnyRow | None]:
        return self._loader(partial(_by_id, WebhookEndpoint))

    @cached_property
    def webhook_deliveries(self) -> DataLoader[str, AnyRow | None]:
        return self._loader(partial(_by_id, WebhookDelivery))

    @cached_property
    def delivery_pages(self) -> DataLoader[tuple[str, DeliveryList], Page]:
        return self._loader(load_delivery_pages)

    @cached_property
    def delivery_counts(self) -> DataLoader[tuple[str, Statuses], int]:
        return self._loader(load_delivery_counts)

    async def permission_keys(self, organization_id: str, user_id: str) -> frozenset[str] | None:
        """What the user's membership lets them do; None for who is no member."""
        membership = await self.memberships.load((organization_id, user_id))
        if membership is None:
            return None
        return frozenset(row.key for row in await self.permissions.load(membership.role_id))

    async def all_permission_keys(self) -> frozenset[str]:
        """What a secret key may do."""
        return await self.known_permission_keys.load(None)
