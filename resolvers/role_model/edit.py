"""Creates, updates and deletes roles (rules 8 and 23 to 25)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert
from sqlmodel import col, select

from models.errors.collector import ErrorCollector
from models.errors.input import (
    IdentifierExists,
    RoleAssignedMembers,
    RoleExistsInInvitations,
    RoleIsCreatorRole,
    RoleIsDefaultRole,
    RolesQuotaExceeded,
)
from models.events import EventType
from models.invitations import PENDING, Invitation
from models.memberships import Membership
from models.roles import (
    CUSTOM_ROLES,
    FIRST_ROLES,
    DeletedRole,
    Permission,
    Role,
    RolePermission,
    RoleSet,
    RoleSetRole,
    can_manage,
    check_role_key,
)
from resolvers.events.payloads import role_data, with_deleted_flag
from resolvers.foundation.changes import apply_changes
from resolvers.foundation.labels import check_labels, index_by_key
from resolvers.foundation.transaction import Transaction
from resolvers.members.invitation_expiry import expire_overdue_in
from resolvers.role_model.manager_rule import keep_managers
from resolvers.role_model.offered_roles import (
    add_to_role_set,
    load_initial_role_set,
    missing_creator_permissions,
    record_role_set,
)
from resolvers.role_model.permissions import load_permissions_by_key
from resolvers.roles import RoleWithPermissions, load_all_roles


@dataclass(frozen=True, slots=True)
class NewRole:
    key: str
    name: str
    description: str | None
    permissions: Sequence[str]
    add_to_initial_role_set: bool = False


def _record(
    tx: Transaction,
    type: EventType,
    role: RoleWithPermissions,
    changes: dict[str, Any] | None = None,
) -> None:
    tx.record(
        type,
        role.role.id,
        with_deleted_flag(type, role_data(role.role, role.permissions)),
        changes=changes,
    )


async def load_roles_by_key(
    tx: Transaction, keys: Sequence[str], *, at: str | None = None
) -> list[RoleWithPermissions]:
    """Loads the roles with these keys.

    Raises ResourceNotFound for unknown ones, with the most similar keys.
    """
    known = {role.role.key: role for role in await load_all_roles(tx.session)}
    return index_by_key(known, keys, "role", at=at)


async def load_role_by_key(tx: Transaction, key: str) -> RoleWithPermissions:
    return (await load_roles_by_key(tx, [key], at="key"))[0]


async def _check_new_key(tx: Transaction, key: str) -> str:
    check_role_key(key)
    if (await tx.session.execute(select(Role.id).where(col(Role.key) == key))).first():
        raise IdentifierExists("A role with this key already exists.")
    return key


async def create_role(tx: Transaction, new: NewRole) -> Role:
    """Creates a role; raises all errors of the input together."""
    await tx.lock_roles_exclusively()
    errors, permissions = ErrorCollector(), list[Permission]()
    with errors.at("key"):
        await _check_new_key(tx, new.key)
    labels = check_labels(errors, {"name": new.name, "description": new.description})
    with errors.at("permissions"):
        permissions = await load_permissions_by_key(tx, new.permissions)
    errors.raise_if_any()
    if await _count(tx, Role, col(Role.key).not_in(FIRST_ROLES)) >= CUSTOM_ROLES:
        raise RolesQuotaExceeded(
            f"An instance can have at most {CUSTOM_ROLES} custom roles.", limit=CUSTOM_ROLES
        )
    role = Role(
        id=tx.new_id(Role.prefix), created_at=tx.now, updated_at=tx.now, key=new.key, **labels
    )
    tx.session.add(role)
    await tx.session.flush()
    _record(tx, EventType.ROLE_CREATED, await _save_permissions(tx, role, permissions))
    if new.add_to_initial_role_set:
        initial = await load_initial_role_set(tx)
        await add_to_role_set(tx, initial, [role], at="add_to_initial_role_set")
        initial.updated_at = tx.now
        await record_role_set(tx, EventType.ROLE_SET_UPDATED, initial)
    return role


async def _save_permissions(
    tx: Transaction, role: Role, permissions: Sequence[Permission]
) -> RoleWithPermissions:
    """Gives the role these permissions and no others."""
    await tx.session.execute(delete(RolePermission).where(col(RolePermission.role_id) == role.id))
    if permissions:
        rows = [{"role_id": role.id, "permission_id": permission.id} for permission in permissions]
        await tx.session.execute(insert(RolePermission), rows)
    return RoleWithPermissions(role, frozenset(permission.key for permission in permissions))


# ------------------------------------------------------------------------------------------- update


async def update_role(tx: Transaction, *, key: str, given: dict[str, Any]) -> Role:
    """Changes a role, unless an organization would lose its last manager (rule 8)."""
    await tx.lock_roles_exclusively()
    before = await load_role_by_key(tx, key)
    errors = ErrorCollector()
    given = errors.reject_nulls(given, "new_key", "permissions")
    new = check_labels(errors, given)
    permissions, keys = list[Permission](), before.permissions
    if given.get("new_key", key) != key:
        with errors.at("new_key"):
            new["key"] = await _check_new_key(tx, given["new_key"])
    if "permissions" in given:
        with errors.at("permissions"):
            permissions = await load_permissions_by_key(tx, given["permissions"])
            keys = frozenset(permission.key for permission in permissions)
            await _check_creator_permissions(tx, before, keys)
    errors.raise_if_any()
    after, changes = before, apply_changes(before.role, new)
    if keys != before.permissions:
        having = select(Membership.organization_id).where(col(Membership.role_id) == before.role.id)
        async with keep_managers(tx, having, at="permissions"):
            after = await _save_permissions(tx, before.role, permissions)
        changes["permissions"] = sorted(before.permissions)
    if changes:
        after.role.updated_at = tx.now
        _record(tx, EventType.ROLE_UPDATED, after, changes)
    return after.role


async def _check_creator_permissions(
    tx: Transaction, role: RoleWithPermissions, permissions: frozenset[str]
) -> None:
    """Checks that a creator role keeps the permissions to manage an organization (rule 25)."""
    if can_manage(permissions) or not can_manage(role.permissions):
        return
    sets = await _load_role_set_keys(tx, col(RoleSet.creator_role_id) == role.role.id)
    if sets:
        raise missing_creator_permissions(role.role.key, permissions, sets)


async def _load_role_set_keys(tx: Transaction, condition: Any) -> list[str]:
    statement = select(RoleSet.key).where(condition).order_by(col(RoleSet.key))
    return list((await tx.session.execute(statement)).scalars())


# ------------------------------------------------------------------------------------------- delete


async def delete_role(tx: Transaction, *, key: str) -> str:
    """Deletes a role, also from its sets; raises all reasons why it is still needed (rule 25)."""
    await tx.lock_roles_exclusively()
    role = await load_role_by_key(tx, key)
    await _check_unused(tx, role.role)
    role_id = role.role.id
    offering = select(RoleSetRole.role_set_id).where(col(RoleSetRole.role_id) == role_id)
    statement = select(RoleSet).where(col(RoleSet.id).in_(offering)).order_by(col(RoleSet.id))
    sets = (await tx.session.execute(statement)).scalars()
    await tx.session.execute(delete(RoleSetRole).where(col(RoleSetRole.role_id) == role_id))
    for role_set in sets:
        role_set.updated_at = tx.now
        await record_role_set(tx, EventType.ROLE_SET_UPDATED, role_set)
    tx.session.add(DeletedRole(**role.role.model_dump()))
    _record(tx, EventType.ROLE_DELETED, role)
    await tx.session.execute(delete(Role).where(col(Role.id) == role_id))
    return role_id


async def _check_unused(tx: Transaction, role: Role) -> None:
    """Raises every reason why the role can't be deleted: who has it, and whose default it is."""
    errors = ErrorCollector()
    await expire_overdue_in(
        tx, select(Invitation.organization_id).where(col(Invitation.role_id) == role.id)
    )
    members = await _count(tx, Membership, col(Membership.role_id) == role.id)
    is_pending = (col(Invitation.role_id) == role.id) & (col(Invitation.status) == PENDING)
    pending = await _count(tx, Invitation, is_pending)
    creator = await _load_role_set_keys(tx, col(RoleSet.creator_role_id) == role.id)
    default = await _load_role_set_keys(tx, col(RoleSet.default_role_id) == role.id)
    with errors.at("key"):
        if members:
            raise RoleAssignedMembers(
                f"The role is still in use. Members who have it: {members}.", members=members
            )
    with errors.at("key"):
        if pending:
            raise RoleExistsInInvitations(
                f"The role is still in use. Pending invitations for it: {pending}.",
                invitations=pending,
            )
    with errors.at("key"):
        if creator:
            raise RoleIsCreatorRole(
                f"The role is the creator role of {', '.join(creator)}.", role_sets=creator
            )
    with errors.at("key"):
        if default:
            raise RoleIsDefaultRole(
                f"The role is the default role of {', '.join(default)}.", role_sets=default
            )
    errors.raise_if_any()


async def _count(tx: Transaction, table: type[Any], condition: Any) -> int:
    statement = select(func.count()).select_from(table).where(condition)
    return (await tx.session.execute(statement)).scalar_one()
