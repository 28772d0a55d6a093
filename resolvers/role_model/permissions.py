"""Creates, updates and deletes custom permissions (rule 23)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete
from sqlmodel import col, select

from models.errors.collector import ErrorCollector
from models.errors.input import IdentifierExists, ResourceInUse, SystemPermissionNotModifiable
from models.events import EventType
from models.roles import Permission, Role, RolePermission, check_permission_key, is_system
from resolvers.authority.plan_gate import get_feature
from resolvers.events.payloads import permission_data, with_deleted_flag
from resolvers.foundation.changes import apply_changes
from resolvers.foundation.labels import check_labels, index_by_key
from resolvers.foundation.transaction import Transaction
from resolvers.plans.features import add_missing_features


def _record(
    tx: Transaction, type: EventType, permission: Permission, changes: dict[str, Any] | None = None
) -> None:
    tx.record(
        type, permission.id, with_deleted_flag(type, permission_data(permission)), changes=changes
    )


async def load_permissions_by_key(
    tx: Transaction, keys: Sequence[str], *, at: str = "permissions"
) -> list[Permission]:
    """Loads the permissions with these keys.

    Raises ResourceNotFound for unknown ones, with the most similar keys.
    """
    rows = (await tx.session.execute(select(Permission))).scalars()
    known = {permission.key: permission for permission in rows}
    return index_by_key(known, keys, "permission", at=at)


async def _load_custom_permission(tx: Transaction, key: str) -> Permission:
    """Loads a permission; raises SystemPermissionNotModifiable for one of the system."""
    (permission,) = await load_permissions_by_key(tx, [key], at="key")
    if is_system(key):
        raise SystemPermissionNotModifiable(
            "System permissions can't be changed or deleted.", at="key"
        )
    return permission


async def create_permission(
    tx: Transaction, *, key: str, name: str, description: str | None
) -> Permission:
    """Creates a permission that no role includes yet, and its feature if that is missing."""
    await tx.lock_roles_exclusively()
    errors = ErrorCollector()
    with errors.at("key"):
        check_permission_key(key)
        same_key = select(Permission.id).where(col(Permission.key) == key)
        if (await tx.session.execute(same_key)).first():
            raise IdentifierExists("A permission with this key already exists.")
    labels = check_labels(errors, {"name": name, "description": description})
    errors.raise_if_any()
    await add_missing_features(tx, [get_feature(key)])
    permission = Permission(
        id=tx.new_id(Permission.prefix),
        created_at=tx.now,
        updated_at=tx.now,
        key=key,
        **labels,
    )
    tx.session.add(permission)
    _record(tx, EventType.PERMISSION_CREATED, permission)
    return permission


async def update_permission(tx: Transaction, *, key: str, given: dict[str, Any]) -> Permission:
    """Updates the name and description, not the key, which tokens and code contain."""
    await tx.lock_roles_exclusively()
    permission = await _load_custom_permission(tx, key)
    errors = ErrorCollector()
    labels = check_labels(errors, given)
    errors.raise_if_any()
    changes = apply_changes(permission, labels)
    if changes:
        permission.updated_at = tx.now
        _record(tx, EventType.PERMISSION_UPDATED, permission, changes)
    return permission


async def delete_permission(tx: Transaction, *, key: str) -> str:
    """Deletes a permission; raises ResourceInUse with the roles that include it."""
    await tx.lock_roles_exclusively()
    permission = await _load_custom_permission(tx, key)
    role_keys = (
        select(Role.key)
        .join(RolePermission, col(RolePermission.role_id) == col(Role.id))
        .where(col(RolePermission.permission_id) == permission.id)
        .order_by(col(Role.key))
    )
    roles = list((await tx.session.execute(role_keys)).scalars())
    if roles:
        raise ResourceInUse(
            f"These roles still include the permission: {', '.join(roles)}.", at="key", roles=roles
        )
    await tx.session.execute(delete(Permission).where(col(Permission.id) == permission.id))
    _record(tx, EventType.PERMISSION_DELETED, permission)
    return permission.id
