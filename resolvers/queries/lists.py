"""What lists hold and how they are sorted, and the
lists that hang on nothing: organizations, users, roles.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Integer, SQLColumnExpression, func, or_
from sqlmodel import col, select

from models.database.store import Readable
from models.errors import BadUserInput, FormatInvalid, LimitExceeded
from models.memberships import Membership
from models.organizations import Organization
from models.roles import Permission, Role, RoleSet
from models.users import User
from models.validation.addresses import normalize_address
from models.validation.text import to_search_text
from resolvers.pages import (
    AnyRow,
    AnySelect,
    Order,
    Page,
    PageRequest,
    load_counts,
    load_grouped,
    load_page,
    load_pages,
    select_columns,
    text_sort_key,
)

MAXIMUM_VALUES = 100
MAXIMUM_QUERY = 256


# ------------------------------------------------------------------------------------------ filters


def _ensure_at_most(allowed: int, limit: str, sentence: str, given: Sequence[str] | None) -> None:
    if given is not None and len(given) > allowed:
        raise LimitExceeded(
            sentence.format(allowed), limit=limit, allowed=allowed, asked=len(given)
        )


def _limited(values: Sequence[str] | None) -> Sequence[str] | None:
    """The values of a filter; raises LimitExceeded for more than a hundred."""
    _ensure_at_most(MAXIMUM_VALUES, "filter", "A filter takes {} values at most.", values)
    return values


def _searched(query: str | None) -> str | None:
    """A search; raises LimitExceeded for one that is longer
    than what could be found, and than SQLite can compare.
    """
    _ensure_at_most(MAXIMUM_QUERY, "query", "A search takes {} characters at most.", query)
    return query


def _holds(
    text: SQLColumnExpression[str], id: SQLColumnExpression[str], query: str
) -> ColumnElement[bool]:
    """Whether the folded text holds the query, in which `%`
    and `_` are letters like any other, or it is the id.
    """
    return or_(text.contains(to_search_text(query), autoescape=True), id == query)


@dataclass(frozen=True, slots=True)
class OrganizationFilter:
    query: str | None = None
    user_ids: Sequence[str] | None = None

    def apply_to(self, statement: AnySelect) -> AnySelect:
        if self.query is not None:
            statement = statement.where(
                _holds(col(Organization.search_text), col(Organization.id), self.query)
            )
        if self.user_ids is not None:
            belonging = select(Membership.organization_id).where(
                col(Membership.user_id).in_(self.user_ids)
            )
            statement = statement.where(col(Organization.id).in_(belonging))
        return statement


@dataclass(frozen=True, slots=True)
class UserFilter:
    query: str | None = None
    address_keys: Sequence[str] | None = None
    external_ids: Sequence[str] | None = None

    def apply_to(self, statement: AnySelect) -> AnySelect:
        if self.query is not None:
            statement = statement.where(_holds(col(User.search_text), col(User.id), self.query))
        if self.address_keys is not None:
            statement = statement.where(col(User.address_key).in_(self.address_keys))
        if self.external_ids is not None:
            statement = statement.where(col(User.external_id).in_(self.external_ids))
        return statement


@dataclass(frozen=True, slots=True)
class MembershipFilter:
    """Which memberships of an organization, or of a user, are listed."""

    of_user: bool
    query: str | None = None
    roles: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        _searched(self.query)
        _limited(self.roles)

    @property
    def parent(self) -> SQLColumnExpression[str]:
        return col(Membership.user_id) if self.of_user else col(Membership.organization_id)

    def apply_to(self, statement: AnySelect) -> AnySelect:
        if self.roles is not None:
            held = select(Role.id).where(col(Role.key).in_(self.roles))
            statement = statement.where(col(Membership.role_id).in_(held))
        if self.query is None:
            return statement
        if self.of_user:
            return statement.where(
                _holds(col(Organization.search_text), col(Organization.id), self.query)
            )
        return statement.where(_holds(col(User.search_text), col(User.id), self.query))


def make_user_filter(
    query: str | None, email_addresses: Sequence[str] | None, external_ids: Sequence[str] | None
) -> UserFilter:
    """Addresses are compared as rule 11 says; what is no address matches nobody."""
    given = _limited(email_addresses)
    keys = None if given is None else [key for key in map(_key_or_none, given) if key]
    return UserFilter(_searched(query), keys, _limited(external_ids))


def _key_or_none(address: str) -> str | None:
    try:
        return normalize_address(address)
    except FormatInvalid:
        return None


def make_organization_filter(
    query: str | None, user_ids: Sequence[str] | None
) -> OrganizationFilter:
    return OrganizationFilter(_searched(query), _limited(user_ids))


# ------------------------------------------------------------------------------------------- orders

MEMBERS = (
    select(func.count(type_=Integer))
    .where(col(Membership.organization_id) == col(Organization.id))
    .scalar_subquery()
)
ORGANIZATION_ORDERS = {
    "CREATED_AT": None,
    "NAME": text_sort_key(col(Organization.name)),
    "MEMBERS_COUNT": MEMBERS,
}
MEMBERSHIP_ORDERS = {
    "CREATED_AT": None,
    "FIRST_NAME": text_sort_key(col(User.first_name)),
    "LAST_NAME": text_sort_key(col(User.last_name)),
    "EMAIL_ADDRESS": text_sort_key(col(User.email_address)),
    "ORGANIZATION_NAME": text_sort_key(col(Organization.name)),
}
USER_ORDER = Order("users", col(User.id), descending=True)


def get_organization_order(field: str, *, descending: bool) -> Order:
    name = f"organizations:{field}:{'desc' if descending else 'asc'}"
    return Order(name, col(Organization.id), ORGANIZATION_ORDERS[field], descending)


def get_membership_order(field: str, *, descending: bool) -> Order:
    name = f"memberships:{field}:{'desc' if descending else 'asc'}"
    return Order(name, col(Membership.id), MEMBERSHIP_ORDERS[field], descending)


# -------------------------------------------------------------------------------------------- lists


@dataclass(frozen=True, slots=True)
class MembershipList:
    """A list of memberships as a selection asks for it; the same for all its parents."""

    filter: MembershipFilter
    order_field: str
    descending: bool
    part: PageRequest

    @property
    def order(self) -> Order:
        return get_membership_order(self.order_field, descending=self.descending)


def _memberships_from(
    selected: AnySelect, of: MembershipFilter, order_field: str | None = None
) -> AnySelect:
    """Joins only what the filter or the order looks at."""
    if (of.query is not None and not of.of_user) or order_field in {
        "FIRST_NAME",
        "LAST_NAME",
        "EMAIL_ADDRESS",
    }:
        selected = selected.join(User, col(User.id) == col(Membership.user_id))
    if (of.query is not None and of.of_user) or order_field == "ORGANIZATION_NAME":
        selected = selected.join(
            Organization, col(Organization.id) == col(Membership.organization_id)
        )
    return of.apply_to(selected)


async def membership_pages(
    store: Readable, keys: list[tuple[str, MembershipList]]
) -> Sequence[Page | BadUserInput]:
    async def read(asked: MembershipList, parents: list[str]) -> list[Page | BadUserInput]:
        statement = _memberships_from(select_columns(Membership), asked.filter, asked.order_field)
        async with store.read() as connection:
            return await load_pages(
                connection,
                statement,
                asked.order,
                asked.part,
                parent=asked.filter.parent,
                parents=parents,
            )

    return await load_grouped(keys, read)


async def membership_counts(
    store: Readable, keys: list[tuple[str, MembershipFilter]]
) -> Sequence[int]:
    async def read(asked: MembershipFilter, parents: list[str]) -> list[int]:
        async with store.read() as connection:
            return await load_counts(
                connection,
                _memberships_from(select_columns(Membership), asked),
                asked.parent,
                parents,
            )

    return await load_grouped(keys, read)


async def load_organization_page(
    store: Readable, of: OrganizationFilter, order: Order, part: PageRequest
) -> Page:
    async with store.read() as connection:
        return await load_page(connection, of.apply_to(select_columns(Organization)), order, part)


async def load_user_page(store: Readable, of: UserFilter, part: PageRequest) -> Page:
    async with store.read() as connection:
        return await load_page(connection, of.apply_to(select_columns(User)), USER_ORDER, part)


async def count(store: Readable, of: OrganizationFilter | UserFilter) -> int:
    table = Organization if isinstance(of, OrganizationFilter) else User
    async with store.read() as connection:
        return (
            await connection.execute(of.apply_to(select(func.count()).select_from(table)))
        ).scalar_one()


async def load_all(
    store: Readable, table: type[Role] | type[Permission] | type[RoleSet]
) -> Sequence[AnyRow]:
    async with store.read() as connection:
        return (await connection.execute(select_columns(table).order_by(col(table.id)))).all()


async def load_organization_by_slug(
    store: Readable, slug: str, *, member: str | None = None
) -> AnyRow | None:
    """The organization with that slug; for a member one that
    they belong to, in the same time as one that is not.
    """
    statement = select_columns(Organization).where(col(Organization.slug) == slug)
    if member:
        statement = statement.join(
            Membership, col(Membership.organization_id) == col(Organization.id)
        )
        statement = statement.where(col(Membership.user_id) == member)
    async with store.read() as connection:
        return (await connection.execute(statement)).one_or_none()


async def load_initial_role_set(store: Readable) -> AnyRow:
    async with store.read() as connection:
        return (
            await connection.execute(select_columns(RoleSet).where(col(RoleSet.is_initial)))
        ).one()
