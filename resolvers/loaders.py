"""Batched reads: a level of a query is one statement, however wide it is. A set of loaders lives for one operation."""

from collections.abc import Callable, Coroutine, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, exists, func, or_, tuple_
from sqlmodel import col, select
from strawberry.dataloader import DataLoader

from models.base import Row as Table
from models.invitations import Invitation
from models.memberships import Membership
from models.organizations import Organization
from models.roles import Permission, Role, RolePermission, RoleSet, RoleSetRole
from models.store import Store
from models.text import searchable
from models.users import User
from resolvers.invitation_lists import (
    InvitationFilter,
    InvitationList,
    invitation_counts,
    invitation_pages,
    last_mails,
)
from resolvers.pages import AnyRow, Order, Page, Slice, by_text, pages
from resolvers.roles import managing_role_ids

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

BATCH = 500
Fetch = Callable[[Store, list[Any]], Coroutine[Any, Any, Sequence[Any]]]


def columns(table: type[Table]) -> Select[Any]:
    """A select of the table's columns: rows, not entities."""
    return select(table)


def contains(column: Any, query: str) -> ColumnElement[bool]:
    """Whether the folded text holds the query, in which `%` and `_` are letters like any other."""
    return col(column).contains(searchable(query), autoescape=True)


async def _rows(store: Store, statement: Select[Any]) -> Sequence[AnyRow]:
    async with store.read() as connection:
        return (await connection.execute(statement)).all()


# ------------------------------------------------------------------------------------------------------ one by key


async def _by_id(table: type[Table], store: Store, ids: list[str]) -> Sequence[AnyRow | None]:
    found = {row.id: row for row in await _rows(store, columns(table).where(col(table.id).in_(ids)))}
    return [found.get(key) for key in ids]


async def _membership(store: Store, keys: list[tuple[str, str]]) -> Sequence[AnyRow | None]:
    """By (organization id, user id)."""
    both = tuple_(col(Membership.organization_id), col(Membership.user_id))
    rows = await _rows(store, columns(Membership).where(both.in_(keys)))
    found = {(row.organization_id, row.user_id): row for row in rows}
    return [found.get(key) for key in keys]


async def _grouped(store: Store, statement: Select[Any], keys: list[str]) -> list[list[AnyRow]]:
    groups: dict[str, list[AnyRow]] = {key: [] for key in keys}
    for row in await _rows(store, statement):
        groups[row.parent].append(row)
    return [groups[key] for key in keys]


async def _permissions(store: Store, role_ids: list[str]) -> Sequence[list[AnyRow]]:
    """The permissions of each role, sorted by key."""
    parent = col(RolePermission.role_id)
    statement = columns(Permission).join(RolePermission, col(RolePermission.permission_id) == col(Permission.id))
    statement = statement.add_columns(parent.label("parent")).where(parent.in_(role_ids)).order_by(col(Permission.key))
    return await _grouped(store, statement, role_ids)


async def _roles_of_set(store: Store, role_set_ids: list[str]) -> Sequence[list[AnyRow]]:
    parent = col(RoleSetRole.role_set_id)
    statement = columns(Role).join(RoleSetRole, col(RoleSetRole.role_id) == col(Role.id))
    statement = statement.add_columns(parent.label("parent")).where(parent.in_(role_set_ids)).order_by(col(Role.id))
    return await _grouped(store, statement, role_set_ids)


async def _count(parent: Any, store: Store, keys: list[str]) -> Sequence[int]:
    """How many rows hang on each parent."""
    statement = select(parent.label("parent"), func.count().label("number")).where(parent.in_(keys)).group_by(parent)
    found = {row.parent: row.number for row in await _rows(store, statement)}
    return [found.get(key, 0) for key in keys]


async def _is_managed(store: Store, organization_ids: list[str]) -> Sequence[bool]:
    """Whether anybody can manage the organization (DESIGN 7, rule 8)."""
    manager = exists().where(
        col(Membership.organization_id) == col(Organization.id), col(Membership.role_id).in_(managing_role_ids())
    )
    found = {
        row.id
        for row in await _rows(
            store, select(col(Organization.id)).where(col(Organization.id).in_(organization_ids), manager)
        )
    }
    return [key in found for key in organization_ids]


async def _are_fellows(store: Store, keys: list[tuple[str, str]]) -> Sequence[bool]:
    """By (viewer's id, other user's id): whether the viewer may read the members of an organization both belong to."""
    mine, theirs = Membership.__table__.alias("mine"), Membership.__table__.alias("theirs")  # pyright: ignore[reportAttributeAccessIssue]
    reading = select(RolePermission.role_id).join(Permission, col(Permission.id) == col(RolePermission.permission_id))
    statement = (
        select(mine.c.user_id, theirs.c.user_id.label("other"))
        .join(theirs, mine.c.organization_id == theirs.c.organization_id)
        .where(tuple_(mine.c.user_id, theirs.c.user_id).in_(keys))
        .where(mine.c.role_id.in_(reading.where(col(Permission.key) == "org:sys_memberships:read")))
        .distinct()
    )
    found = {(row.user_id, row.other) for row in await _rows(store, statement)}
    return [key in found for key in keys]


# ---------------------------------------------------------------------------------------------------------- pages


@dataclass(frozen=True, slots=True)
class MembershipFilter:
    """Which memberships of an organization, or of a user, are listed."""

    of_user: bool
    query: str | None = None
    roles: tuple[str, ...] | None = None

    @property
    def parent(self) -> ColumnElement[str]:
        return col(Membership.user_id) if self.of_user else col(Membership.organization_id)

    def applied_to(self, statement: Select[Any]) -> Select[Any]:
        if self.roles is not None:
            held = select(Role.id).where(col(Role.key).in_(self.roles))
            statement = statement.where(col(Membership.role_id).in_(held))
        if self.query is None:
            return statement
        if self.of_user:
            return statement.where(
                or_(contains(Organization.search_text, self.query), col(Organization.id) == self.query)
            )
        return statement.where(or_(contains(User.search_text, self.query), col(User.id) == self.query))


MEMBERSHIP_ORDERS = {
    "CREATED_AT": None,
    "FIRST_NAME": by_text(col(User.first_name)),
    "LAST_NAME": by_text(col(User.last_name)),
    "EMAIL_ADDRESS": by_text(col(User.email_address)),
    "ORGANIZATION_NAME": by_text(col(Organization.name)),
}


def membership_order(field: str, *, descending: bool) -> Order:
    name = f"memberships:{field}:{'desc' if descending else 'asc'}"
    return Order(name, col(Membership.id), MEMBERSHIP_ORDERS[field], descending)


@dataclass(frozen=True, slots=True)
class MembershipList:
    """A list of memberships as a selection asks for it; the same for all its parents."""

    filter: MembershipFilter
    order_field: str
    descending: bool
    part: Slice

    @property
    def order(self) -> Order:
        return membership_order(self.order_field, descending=self.descending)


def _memberships_from(selected: Select[Any], of: MembershipFilter, order_field: str | None = None) -> Select[Any]:
    """Joins only what the filter or the order looks at."""
    if (of.query is not None and not of.of_user) or order_field in {"FIRST_NAME", "LAST_NAME", "EMAIL_ADDRESS"}:
        selected = selected.join(User, col(User.id) == col(Membership.user_id))
    if (of.query is not None and of.of_user) or order_field == "ORGANIZATION_NAME":
        selected = selected.join(Organization, col(Organization.id) == col(Membership.organization_id))
    return of.applied_to(selected)


async def _membership_pages(store: Store, keys: list[tuple[str, MembershipList]]) -> Sequence[Page]:
    """One statement for each way of asking, whatever the number of parents."""
    found: dict[tuple[str, MembershipList], Page] = {}
    for asked in dict.fromkeys(asked for _, asked in keys):
        parents = [parent for parent, other in keys if other == asked]
        statement = _memberships_from(columns(Membership), asked.filter, asked.order_field)
        async with store.read() as connection:
            listed = await pages(
                connection, statement, asked.order, asked.part, parent=asked.filter.parent, parents=parents
            )
        found |= {(parent, asked): page for parent, page in zip(parents, listed, strict=True)}
    return [found[key] for key in keys]


async def _membership_counts(store: Store, keys: list[tuple[str, MembershipFilter]]) -> Sequence[int]:
    found: dict[tuple[str, MembershipFilter], int] = {}
    for asked in dict.fromkeys(asked for _, asked in keys):
        parents = [parent for parent, other in keys if other == asked]
        counted = select(asked.parent.label("parent"), func.count().label("number")).select_from(Membership)
        statement = _memberships_from(counted, asked).where(asked.parent.in_(parents)).group_by(asked.parent)
        found |= {(row.parent, asked): row.number for row in await _rows(store, statement)}
    return [found.get(key, 0) for key in keys]


# -------------------------------------------------------------------------------------------------------- loaders


class Loaders:
    """The batched reads of one operation; each is made when it is first used."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def _loader(self, fetch: Fetch) -> DataLoader[Any, Any]:
        return DataLoader(partial(fetch, self.store), max_batch_size=BATCH)

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
    def roles(self) -> DataLoader[str, AnyRow | None]:
        return self._loader(partial(_by_id, Role))

    @cached_property
    def role_sets(self) -> DataLoader[str, AnyRow | None]:
        return self._loader(partial(_by_id, RoleSet))

    @cached_property
    def permissions_by_id(self) -> DataLoader[str, AnyRow | None]:
        return self._loader(partial(_by_id, Permission))

    @cached_property
    def memberships(self) -> DataLoader[tuple[str, str], AnyRow | None]:
        return self._loader(_membership)

    @cached_property
    def permissions(self) -> DataLoader[str, list[AnyRow]]:
        return self._loader(_permissions)

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
        return self._loader(_membership_pages)

    @cached_property
    def membership_counts(self) -> DataLoader[tuple[str, MembershipFilter], int]:
        return self._loader(_membership_counts)

    @cached_property
    def invitation_pages(self) -> DataLoader[tuple[str, InvitationList], Page]:
        return self._loader(invitation_pages)

    @cached_property
    def invitation_counts(self) -> DataLoader[tuple[str, InvitationFilter], int]:
        return self._loader(invitation_counts)

    @cached_property
    def invitations_by_id(self) -> DataLoader[str, AnyRow | None]:
        return self._loader(partial(_by_id, Invitation))

    @cached_property
    def last_mails(self) -> DataLoader[str, AnyRow | None]:
        return self._loader(last_mails)

    async def permission_keys(self, organization_id: str, user_id: str) -> frozenset[str] | None:
        """What the user's membership lets them do; None for who is no member."""
        membership = await self.memberships.load((organization_id, user_id))
        if membership is None:
            return None
        return frozenset(row.key for row in await self.permissions.load(membership.role_id))

    async def all_permission_keys(self) -> frozenset[str]:
        """What a secret key may do."""
        return frozenset(row.key for row in await _rows(self.store, select(col(Permission.key))))
