"""Permissions: what the instance's owner invents for the application, beside the system's own (DESIGN 7, rule 23)."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import col, select

from models.errors import Faults, IdentifierExists, ResourceInUse, SystemPermissionNotModifiable
from models.events import EventType
from models.roles import Permission, Role, RolePermission, checked_permission_key, is_system
from resolvers.events.payloads import permission_data, told
from resolvers.role_model.fields import by_keys, changed, checked_labels
from resolvers.transaction import Work


def _record(work: Work, type: EventType, permission: Permission, changes: dict[str, Any] | None = None) -> None:
    work.record(type, permission.id, told(type, permission_data(permission)), changes=changes)


async def permissions_by_key(work: Work, keys: Sequence[str], *, at: str = "permissions") -> list[Permission]:
    """The permissions of these keys; raises ResourceNotFound for unknown ones, with the nearest that there are."""
    known = {one.key: one for one in (await work.session.execute(select(Permission))).scalars()}
    return by_keys(known, keys, "permission", at=at)


async def _custom(work: Work, key: str) -> Permission:
    """A permission that may be changed."""
    (permission,) = await permissions_by_key(work, [key], at="key")
    if is_system(key):
        raise SystemPermissionNotModifiable("System permissions stay as they are.", at="key")
    return permission


async def _free_key(work: Work, key: str) -> str:
    checked_permission_key(key)
    if (await work.session.execute(select(Permission.id).where(col(Permission.key) == key))).first():
        raise IdentifierExists("There is a permission with this key already.")
    return key


async def create_permission(work: Work, *, key: str, name: str, description: str | None) -> Permission:
    """Invents a permission; no role holds it yet."""
    await work.change_roles()
    faults = Faults()
    with faults.at("key"):
        await _free_key(work, key)
    labels = checked_labels(faults, {"name": name, "description": description})
    faults.refuse_any()
    permission = Permission(
        id=work.new_id(Permission.prefix),
        created_at=work.now,
        updated_at=work.now,
        key=key,
        **labels,
    )
    work.session.add(permission)
    _record(work, EventType.PERMISSION_CREATED, permission)
    return permission


async def update_permission(work: Work, *, key: str, given: dict[str, Any]) -> Permission:
    """Renames or describes; the key stays, for tokens and code hold it."""
    await work.change_roles()
    permission = await _custom(work, key)
    faults = Faults()
    new = checked_labels(faults, given)
    faults.refuse_any()
    changes = changed(permission, new)
    if changes:
        permission.updated_at = work.now
        _record(work, EventType.PERMISSION_UPDATED, permission, changes)
    return permission


async def delete_permission(work: Work, *, key: str) -> str:
    """Deletes a permission that no role holds; raises ResourceInUse with the roles that do."""
    await work.change_roles()
    permission = await _custom(work, key)
    holding = (
        select(Role.key)
        .join(RolePermission, col(RolePermission.role_id) == col(Role.id))
        .where(col(RolePermission.permission_id) == permission.id)
        .order_by(col(Role.key))
    )
    roles = list((await work.session.execute(holding)).scalars())
    if roles:
        raise ResourceInUse(f"Roles hold it: {', '.join(roles)}.", at="key", roles=roles)
    await work.session.delete(permission)
    _record(work, EventType.PERMISSION_DELETED, permission)
    return permission.id
