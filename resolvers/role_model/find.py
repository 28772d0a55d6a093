"""Finds roles, permissions, and role sets by ID or key, under the lock that keeps them so."""

from collections.abc import Sequence

from sqlmodel import col, or_, select

from models.errors.input import ResourceNotFound
from models.roles import Permission, RoleSet
from resolvers.foundation.transaction import Transaction
from resolvers.roles import RoleWithPermissions, load_all_roles


async def find_role(tx: Transaction, given: str, *, at: str) -> RoleWithPermissions:
    await tx.lock_roles_exclusively()
    for role in await load_all_roles(tx.session):
        if given in (role.role.id, role.role.key):
            return role
    raise ResourceNotFound("The role doesn't exist.", at=at)


async def find_permission(tx: Transaction, given: str, *, at: str) -> Permission:
    await tx.lock_roles_exclusively()
    by_either = or_(col(Permission.id) == given, col(Permission.key) == given)
    found = (await tx.session.execute(select(Permission).where(by_either))).scalar_one_or_none()
    if found is None:
        raise ResourceNotFound("The permission doesn't exist.", at=at)
    return found


async def find_role_set(tx: Transaction, given: str, *, at: str) -> RoleSet:
    await tx.lock_roles_exclusively()
    by_either = or_(col(RoleSet.id) == given, col(RoleSet.key) == given)
    found = (await tx.session.execute(select(RoleSet).where(by_either))).scalar_one_or_none()
    if found is None:
        raise ResourceNotFound("The role set doesn't exist.", at=at)
    return found


async def name_permissions(tx: Transaction, given: Sequence[str]) -> list[str]:
    """Converts IDs of permissions to their keys; anything else stays as it is."""
    await tx.lock_roles_exclusively()
    columns = select(Permission.id, Permission.key).where(col(Permission.id).in_(given))
    keys = {id: key for id, key in await tx.session.execute(columns)}
    return [keys.get(one, one) for one in given]
