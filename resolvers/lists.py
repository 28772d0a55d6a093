"""The lists that hang on nothing: all organizations, users, roles, permissions and role sets of the instance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Select, func, or_
from sqlmodel import col, select

from models.addresses import address_key
from models.errors import FormatInvalid, LimitExceeded
from models.memberships import Membership
from models.organizations import Organization
from models.roles import Permission, Role, RoleSet
from models.store import Store
from models.users import User
from resolvers.loaders import columns, contains
from resolvers.pages import AnyRow, Order, Page, Slice, by_text, page

MAXIMUM_VALUES = 100
MEMBERS = (
    select(func.count(type_=Integer)).where(col(Membership.organization_id) == col(Organization.id)).scalar_subquery()
)
ORGANIZATION_ORDERS = {"CREATED_AT": None, "NAME": by_text(col(Organization.name)), "MEMBERS_COUNT": MEMBERS}
USER_ORDER = Order("users", col(User.id), descending=True)


def organization_order(field: str, *, descending: bool) -> Order:
    name = f"organizations:{field}:{'desc' if descending else 'asc'}"
    return Order(name, col(Organization.id), ORGANIZATION_ORDERS[field], descending)


@dataclass(frozen=True, slots=True)
class OrganizationFilter:
    query: str | None = None
    user_ids: Sequence[str] | None = None

    def applied_to(self, statement: Select[Any]) -> Select[Any]:
        if self.query is not None:
            statement = statement.where(
                or_(contains(Organization.search_text, self.query), col(Organization.id) == self.query)
            )
        if self.user_ids is not None:
            belonging = select(Membership.organization_id).where(col(Membership.user_id).in_(self.user_ids))
            statement = statement.where(col(Organization.id).in_(belonging))
        return statement


@dataclass(frozen=True, slots=True)
class UserFilter:
    query: str | None = None
    address_keys: Sequence[str] | None = None
    external_ids: Sequence[str] | None = None

    def applied_to(self, statement: Select[Any]) -> Select[Any]:
        if self.query is not None:
            statement = statement.where(or_(contains(User.search_text, self.query), col(User.id) == self.query))
        if self.address_keys is not None:
            statement = statement.where(col(User.address_key).in_(self.address_keys))
        if self.external_ids is not None:
            statement = statement.where(col(User.external_id).in_(self.external_ids))
        return statement


async def organizations(store: Store, of: OrganizationFilter, order: Order, part: Slice) -> Page:
    async with store.read() as connection:
        return await page(connection, of.applied_to(columns(Organization)), order, part)


async def users(store: Store, of: UserFilter, part: Slice) -> Page:
    async with store.read() as connection:
        return await page(connection, of.applied_to(columns(User)), USER_ORDER, part)


async def count(store: Store, of: OrganizationFilter | UserFilter) -> int:
    table = Organization if isinstance(of, OrganizationFilter) else User
    async with store.read() as connection:
        return (await connection.execute(of.applied_to(select(func.count()).select_from(table)))).scalar_one()


async def everything(store: Store, table: type[Role] | type[Permission] | type[RoleSet]) -> Sequence[AnyRow]:
    async with store.read() as connection:
        return (await connection.execute(columns(table).order_by(col(table.id)))).all()


async def organization_by_slug(store: Store, slug: str) -> AnyRow | None:
    async with store.read() as connection:
        return (await connection.execute(columns(Organization).where(col(Organization.slug) == slug))).one_or_none()


def user_filter(
    query: str | None, email_addresses: Sequence[str] | None, external_ids: Sequence[str] | None
) -> UserFilter:
    """Addresses are compared as rule 11 says; what is no address matches nobody."""
    keys = (
        None if email_addresses is None else [key for key in map(_key_or_none, limited(email_addresses) or ()) if key]
    )
    return UserFilter(query, keys, limited(external_ids))


def _key_or_none(address: str) -> str | None:
    try:
        return address_key(address)
    except FormatInvalid:
        return None


def organization_filter(query: str | None, user_ids: Sequence[str] | None) -> OrganizationFilter:
    return OrganizationFilter(query, limited(user_ids))


def limited(values: Sequence[str] | None) -> Sequence[str] | None:
    """The values of a filter; raises LimitExceeded for more than a hundred."""
    if values is not None and len(values) > MAXIMUM_VALUES:
        raise LimitExceeded(
            f"A filter takes {MAXIMUM_VALUES} values at most.",
            limit="filter",
            allowed=MAXIMUM_VALUES,
            asked=len(values),
        )
    return values


async def initial_role_set(store: Store) -> AnyRow:
    async with store.read() as connection:
        return (await connection.execute(columns(RoleSet).where(col(RoleSet.is_initial)))).one()
