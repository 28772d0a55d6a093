"""Loads roles with their permissions (rules 23 to 26)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, true
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.session import DatabaseSession
from models.database.statements import prepared_statement
from models.errors.input import ResourceNotFound
from models.roles import (
    MANAGER_PERMISSIONS,
    Permission,
    Role,
    RolePermission,
    RoleSet,
    RoleSetRole,
    find_similar,
)
from resolvers.authority.access import select_permission_keys
from resolvers.authority.plan_gate import parse_keys
from resolvers.foundation.transaction import Transaction


@dataclass(frozen=True, slots=True)
class RoleWithPermissions:
    """A role with the keys of its permissions."""

    role: Role
    permissions: frozenset[str]


def select_roles(condition: ColumnElement[bool]) -> Select[Role, str]:
    """Selects roles, each with the keys of its permissions."""
    keys = select_permission_keys(col(Role.id))
    return select(Role, keys).where(condition).order_by(col(Role.id))


async def load_roles(
    session: DatabaseSession, statement: Select[Role, str]
) -> list[RoleWithPermissions]:
    """Loads what `select_roles` selects."""
    rows = await session.execute(statement)
    return [RoleWithPermissions(role, parse_keys(keys)) for role, keys in rows]


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


@dataclass(frozen=True, slots=True)
class RolesOfSet:
    """The roles that a role set offers."""

    by_id: Mapping[str, RoleWithPermissions]
    default: RoleWithPermissions

    def find(self, key: str | None) -> RoleWithPermissions:
        """Finds a role by its key, or the default role.

        Raises ResourceNotFound with the most similar keys.
        """
        if key is None:
            return self.default
        by_key = {role.role.key: role for role in self.by_id.values()}
        if key in by_key:
            return by_key[key]
        raise ResourceNotFound(
            f"The organization's role set doesn't contain the role {key[:80]!r}.",
            at="role",
            nearest=find_similar(key, by_key) or sorted(by_key),
        )


async def load_roles_of_set(tx: Transaction, role_set_id: str) -> RolesOfSet:
    """Loads the roles that the set offers."""
    rows = (await tx.session.execute(_select_of_set(role_set_id))).all()
    roles = {role.id: RoleWithPermissions(role, parse_keys(keys)) for role, keys, _ in rows}
    keep_permissions(tx, roles.values())
    return RolesOfSet(roles, roles[rows[0][2]])


def keep_permissions(tx: Transaction, roles: Iterable[RoleWithPermissions]) -> None:
    """Keeps the permissions of roles that can't change until the end of the transaction."""
    if tx.keeps_roles:
        tx.kept_permissions |= {role.role.id: role.permissions for role in roles}


@prepared_statement
def _select_of_set(role_set_id: str) -> Select[Role, str, str]:
    keys = select_permission_keys(col(Role.id))
    return (
        select(Role, keys, RoleSet.default_role_id)
        .join(RoleSetRole, col(RoleSetRole.role_id) == col(Role.id))
        .join(RoleSet, col(RoleSet.id) == col(RoleSetRole.role_set_id))
        .where(col(RoleSet.id) == role_set_id)
    )


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
