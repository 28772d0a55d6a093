"""Roles, permissions, and role sets: all of them, and what belongs to each."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import Select, String, type_coerce
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import AnySelect, prepared_statement
from models.database.store import Readable
from models.roles import (
    MEMBERSHIPS_READ,
    Permission,
    Role,
    RolePermission,
    RoleSet,
    RoleSetRole,
)
from resolvers.authority.access import select_permission_keys as select_keys_of_role
from resolvers.authority.plan_gate import parse_keys
from resolvers.lists.pages import load_rows
from resolvers.lists.specs import RecordT
from resolvers.queries.rows import load_children
from resolvers.roles import RoleWithPermissions


async def load_all(store: Readable, table: type[RecordT]) -> Sequence[RecordT]:
    """Loads all rows of a small table, oldest first."""
    return await load_rows(store, select(table).order_by(col(table.id)))


async def load_initial_role_set(store: Readable) -> RoleSet:
    (role_set,) = await load_rows(store, select(RoleSet).where(col(RoleSet.is_initial)))
    return role_set


async def load_permission_keys(store: Readable, keys: Sequence[None]) -> Sequence[frozenset[str]]:
    """Loads the keys of all permissions of the instance, under one key of the loader."""
    async with store.read() as connection:
        known = frozenset((await connection.execute(select_permission_keys())).scalars())
    return [known for _ in keys]


@prepared_statement
def select_permission_keys() -> SelectOfScalar[str]:
    return select(Permission.key)


async def load_permissions(
    store: Readable, role_ids: Sequence[str]
) -> Sequence[Sequence[Permission]]:
    """Loads the permissions of each role, sorted by key."""
    return await load_children(store, select_permissions_of_roles(role_ids), role_ids)


@prepared_statement
def select_permissions_of_roles(role_ids: Sequence[str]) -> Select[Permission, str]:
    return (
        select(Permission, type_coerce(col(RolePermission.role_id), String).label("parent"))
        .join(RolePermission, col(RolePermission.permission_id) == col(Permission.id))
        .where(col(RolePermission.role_id).in_(role_ids))
        .order_by(col(Permission.key))
    )


async def load_roles_of_set(
    store: Readable, role_set_ids: Sequence[str]
) -> Sequence[Sequence[Role]]:
    """Loads the roles of each role set, oldest first."""
    return await load_children(store, select_roles_of_sets(role_set_ids), role_set_ids)


@prepared_statement
def select_roles_of_sets(role_set_ids: Sequence[str]) -> Select[Role, str]:
    return (
        select(Role, type_coerce(col(RoleSetRole.role_set_id), String).label("parent"))
        .join(RoleSetRole, col(RoleSetRole.role_id) == col(Role.id))
        .where(col(RoleSetRole.role_set_id).in_(role_set_ids))
        .order_by(col(Role.id))
    )


async def load_offered_roles(
    store: Readable, role_set_ids: Sequence[str]
) -> Sequence[Sequence[RoleWithPermissions]]:
    """Loads the roles of each role set with their permissions, oldest first."""
    offered: dict[str, list[RoleWithPermissions]] = {id: [] for id in role_set_ids}
    async with store.read() as connection:
        for row in await connection.fetch(_select_offered_roles(role_set_ids)):
            role = RoleWithPermissions(cast(Role, row), parse_keys(row.permissions))
            offered[row.parent].append(role)
    return [offered[id] for id in role_set_ids]


@prepared_statement
def _select_offered_roles(role_set_ids: Sequence[str]) -> AnySelect:
    statement: AnySelect = Select(
        Role,
        col(RoleSetRole.role_set_id).label("parent"),
        select_keys_of_role(col(Role.id)).label("permissions"),
    )
    return (
        statement.join(RoleSetRole, col(RoleSetRole.role_id) == col(Role.id))
        .where(col(RoleSetRole.role_set_id).in_(role_set_ids))
        .order_by(col(Role.id))
    )


def select_reading_role_ids() -> SelectOfScalar[str]:
    """Selects the roles whose members can read the other members."""
    return (
        select(RolePermission.role_id)
        .join(Permission, col(Permission.id) == col(RolePermission.permission_id))
        .where(col(Permission.key) == MEMBERSHIPS_READ)
    )
