"""Loads roles with their permissions (rules 23 to 26)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.session import DatabaseSession
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


async def load_roles(
    session: DatabaseSession, *conditions: ColumnElement[bool]
) -> list[RoleWithPermissions]:
    statement = (
        select(Role, Permission.key)
        .outerjoin(RolePermission, col(RolePermission.role_id) == col(Role.id))
        .outerjoin(Permission, col(Permission.id) == col(RolePermission.permission_id))
        .where(*conditions)
        .order_by(col(Role.id))
    )
    roles: dict[str, tuple[Role, set[str]]] = {}
    for role, key in (await session.execute(statement)).all():
        roles.setdefault(role.id, (role, set()))[1].update({key} if key else set())
    return [RoleWithPermissions(role, frozenset(keys)) for role, keys in roles.values()]


async def load_roles_by_id(
    session: DatabaseSession, ids: Sequence[str]
) -> dict[str, RoleWithPermissions]:
    return {role.role.id: role for role in await load_roles(session, col(Role.id).in_(ids))}


async def load_role_by_id(session: DatabaseSession, role_id: str) -> RoleWithPermissions:
    return (await load_roles_by_id(session, [role_id]))[role_id]


async def load_roles_of_set(tx: Transaction, role_set_id: str) -> dict[str, RoleWithPermissions]:
    """Loads the roles that the set offers, by their keys."""
    offered = select(RoleSetRole.role_id).where(col(RoleSetRole.role_set_id) == role_set_id)
    roles = await load_roles(tx.session, col(Role.id).in_(offered))
    return {role.role.key: role for role in roles}


async def load_role_in_set(tx: Transaction, role_set_id: str, key: str) -> RoleWithPermissions:
    """Loads a role that the set offers; raises ResourceNotFound with the most similar keys."""
    return find_role(await load_roles_of_set(tx, role_set_id), key)


def find_role(roles: Mapping[str, RoleWithPermissions], key: str) -> RoleWithPermissions:
    if key in roles:
        return roles[key]
    raise ResourceNotFound(
        f"The organization's role set has no role {key[:80]!r}.",
        at="role",
        nearest=find_similar(key, roles) or sorted(roles),
    )


async def load_default_role(tx: Transaction, role_set_id: str) -> RoleWithPermissions:
    default = select(RoleSet.default_role_id).where(col(RoleSet.id) == role_set_id)
    (role,) = await load_roles(tx.session, col(Role.id) == default.scalar_subquery())
    return role


async def load_offered_role(
    tx: Transaction, role_set_id: str, role_id: str
) -> RoleWithPermissions | None:
    """Loads the role if the role set offers it."""
    offered = select(RoleSetRole.role_id).where(
        col(RoleSetRole.role_set_id) == role_set_id, col(RoleSetRole.role_id) == role_id
    )
    roles = await load_roles(tx.session, col(Role.id).in_(offered))
    return roles[0] if roles else None


async def load_role_set(tx: Transaction, condition: ColumnElement[bool]) -> RoleSet | None:
    return (await tx.session.execute(select(RoleSet).where(condition))).scalar_one_or_none()


def select_manager_role_ids() -> SelectOfScalar[str]:
    """Selects the roles with all permissions to manage an organization (rule 8)."""
    return (
        select(RolePermission.role_id)
        .join(Permission, col(Permission.id) == col(RolePermission.permission_id))
        .where(col(Permission.key).in_(MANAGER_PERMISSIONS))
        .group_by(col(RolePermission.role_id))
        .having(func.count() == len(MANAGER_PERMISSIONS))
    )
