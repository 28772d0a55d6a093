"""Loads roles with their permissions (rules 23 to 26)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, true
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.session import DatabaseSession
from models.database.statements import prepared_statement
from models.errors import ResourceNotFound
from models.roles import (
    MANAGER_PERMISSIONS,
    Permission,
    Role,
    RolePermission,
    RoleSet,
    RoleSetRole,
    find_similar,
)
from resolvers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class RoleWithPermissions:
    """A role with the keys of its permissions."""

    role: Role
    permissions: frozenset[str]


def select_roles(condition: ColumnElement[bool]) -> Select[Role, str]:
    """Selects roles with a row for each of their permissions, or one without any."""
    return (
        select(Role, Permission.key)
        .outerjoin(RolePermission, col(RolePermission.role_id) == col(Role.id))
        .outerjoin(Permission, col(Permission.id) == col(RolePermission.permission_id))
        .where(condition)
        .order_by(col(Role.id))
    )


async def load_roles(
    session: DatabaseSession, statement: Select[Role, str]
) -> list[RoleWithPermissions]:
    """Loads what `select_roles` selects."""
    roles: dict[str, tuple[Role, set[str]]] = {}
    for role, key in (await session.execute(statement)).all():
        roles.setdefault(role.id, (role, set()))[1].update({key} if key else set())
    return [RoleWithPermissions(role, frozenset(keys)) for role, keys in roles.values()]


async def load_all_roles(session: DatabaseSession) -> list[RoleWithPermissions]:
    return await load_roles(session, select_roles(true()))


async def load_roles_by_id(
    session: DatabaseSession, ids: Sequence[str]
) -> dict[str, RoleWithPermissions]:
    return {role.role.id: role for role in await load_roles(session, _select_by_id(ids))}


@prepared_statement
def _select_by_id(ids: Sequence[str]) -> Select[Role, str]:
    return select_roles(col(Role.id).in_(ids))


async def load_role_by_id(session: DatabaseSession, role_id: str) -> RoleWithPermissions:
    return (await load_roles_by_id(session, [role_id]))[role_id]


async def load_roles_of_set(tx: Transaction, role_set_id: str) -> dict[str, RoleWithPermissions]:
    """Loads the roles that the set offers, by their keys."""
    roles = await load_roles(tx.session, _select_of_set(role_set_id, None))
    return {role.role.key: role for role in roles}


@prepared_statement
def _select_of_set(role_set_id: str, role_id: str | None) -> Select[Role, str]:
    """Selects the roles that the set offers, or one of them."""
    offered = select(RoleSetRole.role_id).where(col(RoleSetRole.role_set_id) == role_set_id)
    if role_id is not None:
        offered = offered.where(col(RoleSetRole.role_id) == role_id)
    return select_roles(col(Role.id).in_(offered))


async def load_role_in_set(tx: Transaction, role_set_id: str, key: str) -> RoleWithPermissions:
    """Loads a role that the set offers; raises ResourceNotFound with the most similar keys."""
    return find_role(await load_roles_of_set(tx, role_set_id), key)


def find_role(roles: Mapping[str, RoleWithPermissions], key: str) -> RoleWithPermissions:
    if key in roles:
        return roles[key]
    raise ResourceNotFound(
        f"The organization's role set doesn't contain the role {key[:80]!r}.",
        at="role",
        nearest=find_similar(key, roles) or sorted(roles),
    )


async def load_default_role(tx: Transaction, role_set_id: str) -> RoleWithPermissions:
    (role,) = await load_roles(tx.session, _select_default(role_set_id))
    return role


@prepared_statement
def _select_default(role_set_id: str) -> Select[Role, str]:
    default = select(RoleSet.default_role_id).where(col(RoleSet.id) == role_set_id)
    return select_roles(col(Role.id) == default.scalar_subquery())


async def load_offered_role(
    tx: Transaction, role_set_id: str, role_id: str
) -> RoleWithPermissions | None:
    """Loads the role if the role set offers it."""
    roles = await load_roles(tx.session, _select_of_set(role_set_id, role_id))
    return roles[0] if roles else None


async def load_role_set(tx: Transaction, key: str | None) -> RoleSet | None:
    """Loads the role set with this key; without a key, the initial one."""
    return (await tx.session.execute(_select_role_set(key))).scalar_one_or_none()


@prepared_statement
def _select_role_set(key: str | None) -> SelectOfScalar[RoleSet]:
    is_initial = col(RoleSet.is_initial).is_(True)
    return select(RoleSet).where(is_initial if key is None else col(RoleSet.key) == key)


def select_manager_role_ids() -> SelectOfScalar[str]:
    """Selects the roles with all permissions to manage an organization (rule 8)."""
    return (
        select(RolePermission.role_id)
        .join(Permission, col(Permission.id) == col(RolePermission.permission_id))
        .where(col(Permission.key).in_(MANAGER_PERMISSIONS))
        .group_by(col(RolePermission.role_id))
        .having(func.count() == len(MANAGER_PERMISSIONS))
    )
