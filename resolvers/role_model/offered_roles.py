"""The roles that a role set offers, and its default and creator roles (rules 24 and 25)."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import insert
from sqlmodel import col, select

from models.errors.input import (
    MissingCreatorRolePermissions,
    QuotaExceeded,
    ResourceNotFound,
    ValueInvalid,
)
from models.events import EventType
from models.roles import (
    MANAGER_PERMISSIONS,
    ROLES_PER_SET,
    Role,
    RoleSet,
    RoleSetRole,
    can_manage,
    find_similar,
)
from resolvers.events.payloads import role_set_data, with_deleted_flag
from resolvers.foundation.transaction import Transaction
from resolvers.roles import RoleWithPermissions, load_role_set


async def load_role_set_by_key(tx: Transaction, key: str, *, at: str = "key") -> RoleSet:
    """Loads a role set; raises ResourceNotFound with the most similar keys."""
    role_set = await load_role_set(tx, key)
    if role_set is None:
        known = list((await tx.session.execute(select(col(RoleSet.key)))).scalars())
        nearest = find_similar(key, known) or sorted(known)
        raise ResourceNotFound(f"The role set {key[:80]!r} doesn't exist.", at=at, nearest=nearest)
    return role_set


async def load_initial_role_set(tx: Transaction) -> RoleSet:
    role_set = await load_role_set(tx, None)
    assert role_set, "the first migration creates an initial role set"
    return role_set


async def record_role_set(
    tx: Transaction, type: EventType, role_set: RoleSet, changes: dict[str, Any] | None = None
) -> None:
    roles = {role.id: role.key for role in await load_offered_roles(tx, role_set)}
    tx.record(
        type, role_set.id, with_deleted_flag(type, role_set_data(role_set, roles)), changes=changes
    )


async def load_offered_roles(tx: Transaction, role_set: RoleSet) -> list[Role]:
    """Loads the roles of the set, oldest first."""
    statement = (
        select(Role)
        .join(RoleSetRole, col(RoleSetRole.role_id) == col(Role.id))
        .where(col(RoleSetRole.role_set_id) == role_set.id)
        .order_by(col(Role.id))
    )
    return list((await tx.session.execute(statement)).scalars())


async def add_to_role_set(
    tx: Transaction, role_set: RoleSet, roles: Sequence[Role], *, at: str
) -> bool:
    """Adds roles to a set and returns whether any was new to it; raises QuotaExceeded."""
    existing = {role.id for role in await load_offered_roles(tx, role_set)}
    new = [role for role in roles if role.id not in existing]
    if len(existing) + len(new) > ROLES_PER_SET:
        raise QuotaExceeded(
            f"A role set can have at most {ROLES_PER_SET} roles.", at=at, limit=ROLES_PER_SET
        )
    if new:
        rows = [{"role_set_id": role_set.id, "role_id": role.id} for role in new]
        await tx.session.execute(insert(RoleSetRole), rows)
    return bool(new)


def find_offered_role(roles: Sequence[RoleWithPermissions], key: str) -> RoleWithPermissions:
    """Finds a role among those of a set; raises ValueInvalid."""
    for role in roles:
        if role.role.key == key:
            return role
    raise ValueInvalid(
        f"{key[:80]!r} is not a role of the set.", roles=[role.role.key for role in roles]
    )


def find_creator_role(
    roles: Sequence[RoleWithPermissions], key: str, role_set: str
) -> RoleWithPermissions:
    """Finds the role for creators, which must be able to manage an organization (rule 25)."""
    role = find_offered_role(roles, key)
    if not can_manage(role.permissions):
        raise missing_creator_permissions(key, sorted(role.permissions), [role_set])
    return role


def missing_creator_permissions(
    role: str, permissions: Iterable[str], sets: Sequence[str]
) -> MissingCreatorRolePermissions:
    missing = sorted(MANAGER_PERMISSIONS - set(permissions))
    return MissingCreatorRolePermissions(
        f"The creator role of {', '.join(sets)} must have {', '.join(missing)}, so that new"
        " organizations can be managed.",
        role=role,
        permissions=missing,
        role_sets=list(sets),
    )


def name_roles(changes: dict[str, Any], keys: dict[str, str]) -> dict[str, Any]:
    """Converts the changes of a role set for its event, which names roles by their keys."""
    return {
        name.removesuffix("_id"): keys[value] if name.endswith("_role_id") else value
        for name, value in changes.items()
    }
