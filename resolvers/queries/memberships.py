"""Memberships: one by its organization and user, and those that a user can see."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, exists, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import AnySelect, prepared_statement
from models.database.store import Readable
from models.memberships import Membership
from models.organizations import Organization
from models.roles import Role
from resolvers.authority.access import Grant, grant_columns, make_grant
from resolvers.lists.pages import get_joined, load_rows
from resolvers.members.lists import MEMBERSHIPS_OF_USER
from resolvers.queries.roles import select_reading_role_ids
from resolvers.roles import select_manager_role_ids


async def load_memberships(
    store: Readable, keys: Sequence[tuple[str, str]]
) -> Sequence[Membership | None]:
    """Loads memberships by (organization ID, user ID).

    Each column is compared by itself, because SQLite reads the whole table to compare pairs.
    """
    organization_ids, user_ids = map(set, zip(*keys, strict=True))
    found = await load_rows(store, select_memberships(organization_ids, user_ids))
    rows = {(row.organization_id, row.user_id): row for row in found}
    return [rows.get(key) for key in keys]


async def load_grants(
    store: Readable, now: datetime, keys: Sequence[tuple[str, str]]
) -> tuple[Sequence[Grant | None], Mapping[str, Role]]:
    """Loads what users hold in organizations, by (organization ID, user ID), and their roles."""
    organization_ids, user_ids = map(set, zip(*keys, strict=True))
    async with store.read() as connection:
        rows = await connection.fetch(_select_grants_with_roles(organization_ids, user_ids, now))
    return _make_grants(rows, keys), {row.role_id: cast(Role, row) for row in rows}


async def load_grants_with_organizations(
    store: Readable, now: datetime, keys: Sequence[tuple[str, str]]
) -> tuple[Sequence[Grant | None], Mapping[str, Role], Mapping[str, Organization]]:
    """Loads the same, and the organizations."""
    organization_ids, user_ids = map(set, zip(*keys, strict=True))
    async with store.read() as connection:
        rows = await connection.fetch(
            _select_grants_with_organizations(organization_ids, user_ids, now)
        )
    roles = {row.role_id: cast(Role, row) for row in rows}
    organizations = {row.id: row for row in get_joined(rows, "organization", Organization)}
    return _make_grants(rows, keys), roles, organizations


def _make_grants(rows: Sequence[Any], keys: Sequence[tuple[str, str]]) -> Sequence[Grant | None]:
    grants = {
        (row.organization_id, row.user_id): make_grant(
            row.membership_id, row.role_id, row.permissions, row.features
        )
        for row in rows
    }
    return [grants.get(key) for key in keys]


def _select_with_roles(
    organization_ids: Collection[str], user_ids: Collection[str], now: datetime
) -> AnySelect:
    statement: AnySelect = Select(
        Role, col(Membership.organization_id), col(Membership.user_id), *grant_columns(now)
    )
    return (
        statement.select_from(Membership)
        .join(Role, col(Role.id) == col(Membership.role_id))
        .where(
            col(Membership.organization_id).in_(organization_ids),
            col(Membership.user_id).in_(user_ids),
        )
    )


_select_grants_with_roles = prepared_statement(_select_with_roles)


@prepared_statement
def _select_grants_with_organizations(
    organization_ids: Collection[str], user_ids: Collection[str], now: datetime
) -> AnySelect:
    statement = _select_with_roles(organization_ids, user_ids, now)
    return MEMBERSHIPS_OF_USER.join(statement, (("organization", ()),))


@prepared_statement
def select_memberships(
    organization_ids: Collection[str], user_ids: Collection[str]
) -> SelectOfScalar[Membership]:
    return select(Membership).where(
        col(Membership.organization_id).in_(organization_ids),
        col(Membership.user_id).in_(user_ids),
    )


async def load_visible_memberships(
    store: Readable, keys: Sequence[tuple[str, str]]
) -> Sequence[Membership | None]:
    """Loads memberships by (viewer's ID, membership's ID).

    A user sees their own memberships, and those of organizations whose members they can read.
    """
    mine: Any = aliased(Membership)
    statement = (
        select(Membership)
        .join(mine, mine.organization_id == col(Membership.organization_id))
        .where(
            col(Membership.id).in_({membership_id for _, membership_id in keys}),
            mine.user_id.in_({viewer for viewer, _ in keys}),
            or_(mine.id == col(Membership.id), mine.role_id.in_(select_reading_role_ids())),
        )
        .add_columns(mine.user_id.label("viewer"))
    )
    async with store.read() as connection:
        rows = (await connection.execute(statement)).all()
    visible = {(row.viewer, row.id): cast(Membership, row) for row in rows}
    return [visible.get(key) for key in keys]


async def load_is_managed(store: Readable, organization_ids: Sequence[str]) -> Sequence[bool]:
    """Whether an organization has a member who can manage it (rule 8)."""
    manager = exists().where(
        col(Membership.organization_id) == col(Organization.id),
        col(Membership.role_id).in_(select_manager_role_ids()),
    )
    statement = select(Organization.id).where(col(Organization.id).in_(organization_ids), manager)
    async with store.read() as connection:
        managed = set((await connection.execute(statement)).scalars())
    return [organization_id in managed for organization_id in organization_ids]
