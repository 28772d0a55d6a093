"""Roles are made, changed and deleted by the instance's owner (rules 8 and 23 to 25)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert
from sqlmodel import col, select

from models.errors import (
    ErrorCollector,
    IdentifierExists,
    MissingCreatorRolePermissions,
    QuotaExceeded,
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
    MANAGER_PERMISSIONS,
    ROLES_PER_SET,
    DeletedRole,
    Permission,
    Role,
    RolePermission,
    RoleSet,
    RoleSetRole,
    can_manage,
    check_role_key,
)
from resolvers.changes import apply_changes
from resolvers.events.payloads import role_data, role_set_data, with_deleted_flag
from resolvers.members.expiry import expire_overdue_in
from resolvers.role_model.fields import check_labels, index_by_key
from resolvers.role_model.manager_rule import keep_managers
from resolvers.role_model.permissions import load_permissions_by_key
from resolvers.roles import RoleWithPermissions, load_role_set, load_roles
from resolvers.transaction import Transaction


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
    held: RoleWithPermissions,
    changes: dict[str, Any] | None = None,
) -> None:
    tx.record(
        type,
        held.role.id,
        with_deleted_flag(type, role_data(held.role, held.permissions)),
        changes=changes,
    )


async def record_role_set(
    tx: Transaction, type: EventType, role_set: RoleSet, changes: dict[str, Any] | None = None
) -> None:
    roles = {one.id: one.key for one in await load_offered_role_ids(tx, role_set)}
    tx.record(
        type, role_set.id, with_deleted_flag(type, role_set_data(role_set, roles)), changes=changes
    )


async def load_offered_role_ids(tx: Transaction, role_set: RoleSet) -> list[Role]:
    """The roles of the set, oldest first."""
    statement = (
        select(Role)
        .join(RoleSetRole, col(RoleSetRole.role_id) == col(Role.id))
        .where(col(RoleSetRole.role_set_id) == role_set.id)
        .order_by(col(Role.id))
    )
    return list((await tx.session.execute(statement)).scalars())


async def load_roles_by_key(
    tx: Transaction, keys: Sequence[str], *, at: str | None = None
) -> list[RoleWithPermissions]:
    """The roles of these keys.

    Raises ResourceNotFound for unknown ones, with the nearest that there are.
    """
    return index_by_key(
        {held.role.key: held for held in await load_roles(tx.session)}, keys, "role", at=at
    )


async def load_role_by_key(tx: Transaction, key: str) -> RoleWithPermissions:
    return (await load_roles_by_key(tx, [key], at="key"))[0]


async def _free_key(tx: Transaction, key: str) -> str:
    check_role_key(key)
    if (await tx.session.execute(select(Role.id).where(col(Role.key) == key))).first():
        raise IdentifierExists("There is a role with this key already.")
    return key


async def _ensure_room(tx: Transaction) -> None:
    custom = select(func.count()).select_from(Role).where(col(Role.key).not_in(FIRST_ROLES))
    if (await tx.session.execute(custom)).scalar_one() >= CUSTOM_ROLES:
        raise RolesQuotaExceeded(f"There can be {CUSTOM_ROLES} custom roles.", limit=CUSTOM_ROLES)


async def create_role(tx: Transaction, new: NewRole) -> Role:
    """Makes a role; raises every fault of the input at once."""
    await tx.lock_roles_exclusively()
    faults, permissions = ErrorCollector(), list[Permission]()
    with faults.at("key"):
        await _free_key(tx, new.key)
    labels = check_labels(faults, {"name": new.name, "description": new.description})
    with faults.at("permissions"):
        permissions = await load_permissions_by_key(tx, new.permissions)
    faults.raise_if_any()
    await _ensure_room(tx)
    role = Role(
        id=tx.new_id(Role.prefix), created_at=tx.now, updated_at=tx.now, key=new.key, **labels
    )
    tx.session.add(role)
    await tx.session.flush()
    held = await _insert_permissions(tx, role, permissions)
    _record(tx, EventType.ROLE_CREATED, held)
    if new.add_to_initial_role_set:
        await _offer_initially(tx, role)
    return role


async def _insert_permissions(
    tx: Transaction, role: Role, permissions: Sequence[Permission]
) -> RoleWithPermissions:
    """The role holds these permissions and no others."""
    await tx.session.execute(delete(RolePermission).where(col(RolePermission.role_id) == role.id))
    if permissions:
        rows = [{"role_id": role.id, "permission_id": one.id} for one in permissions]
        await tx.session.execute(insert(RolePermission), rows)
    return RoleWithPermissions(role, frozenset(one.key for one in permissions))


async def _offer_initially(tx: Transaction, role: Role) -> None:
    initial = await load_role_set(tx, col(RoleSet.is_initial).is_(True))
    assert initial, "there is an initial role set from the first migration on"
    await add_to_role_set(tx, initial, [role], at="add_to_initial_role_set")
    initial.updated_at = tx.now
    await record_role_set(tx, EventType.ROLE_SET_UPDATED, initial)


async def add_to_role_set(
    tx: Transaction, role_set: RoleSet, roles: Sequence[Role], *, at: str
) -> bool:
    """Adds roles to a set, and tells whether any was new to it; raises QuotaExceeded over ten."""
    there = {one.id for one in await load_offered_role_ids(tx, role_set)}
    new = [one for one in roles if one.id not in there]
    if len(there) + len(new) > ROLES_PER_SET:
        raise QuotaExceeded(
            f"A role set has {ROLES_PER_SET} roles at most.", at=at, limit=ROLES_PER_SET
        )
    if new:
        rows = [{"role_set_id": role_set.id, "role_id": one.id} for one in new]
        await tx.session.execute(insert(RoleSetRole), rows)
    return bool(new)


# ------------------------------------------------------------------------------------------- update


async def update_role(tx: Transaction, *, key: str, given: dict[str, Any]) -> Role:
    """Renames a role or changes what it holds, unless
    that takes an organization its last manager (rule 8).
    """
    await tx.lock_roles_exclusively()
    before = await load_role_by_key(tx, key)
    faults = ErrorCollector()
    given = faults.reject_nulls(given, "new_key", "permissions")
    new, permissions = check_labels(faults, given), list[Permission]()
    if given.get("new_key", key) != key:
        with faults.at("new_key"):
            new["key"] = await _free_key(tx, given["new_key"])
    if "permissions" in given:
        with faults.at("permissions"):
            permissions = await load_permissions_by_key(tx, given["permissions"])
            await _ensure_fit_for_creators(tx, before, [one.key for one in permissions])
    faults.raise_if_any()
    after, changes = before, apply_changes(before.role, new)
    if "permissions" in given and frozenset(one.key for one in permissions) != before.permissions:
        after = await _replace_permissions(tx, before, permissions)
        changes["permissions"] = sorted(before.permissions)
    if changes:
        after.role.updated_at = tx.now
        _record(tx, EventType.ROLE_UPDATED, after, changes)
    return after.role


async def _replace_permissions(
    tx: Transaction, before: RoleWithPermissions, permissions: Sequence[Permission]
) -> RoleWithPermissions:
    having = select(Membership.organization_id).where(col(Membership.role_id) == before.role.id)
    async with keep_managers(tx, having, at="permissions"):
        return await _insert_permissions(tx, before.role, permissions)


async def _ensure_fit_for_creators(
    tx: Transaction, held: RoleWithPermissions, permissions: Sequence[str]
) -> None:
    """A role that creators get keeps the three permissions of rule 8 (rule 25)."""
    if can_manage(permissions) or not can_manage(held.permissions):
        return
    sets = await _select_role_set_keys(tx, col(RoleSet.creator_role_id) == held.role.id)
    if sets:
        raise missing_creator_permissions(held.role.key, permissions, sets)


def missing_creator_permissions(
    role: str, permissions: Sequence[str], sets: Sequence[str]
) -> MissingCreatorRolePermissions:
    lacking = sorted(MANAGER_PERMISSIONS - set(permissions))
    return MissingCreatorRolePermissions(
        f"The creator role of {', '.join(sets)} needs {', '.join(lacking)}, or new organizations"
        f" could not be managed.",
        role=role,
        permissions=lacking,
        role_sets=list(sets),
    )


async def _select_role_set_keys(tx: Transaction, condition: Any) -> list[str]:
    return list(
        (
            await tx.session.execute(
                select(RoleSet.key).where(condition).order_by(col(RoleSet.key))
            )
        ).scalars()
    )


# ------------------------------------------------------------------------------------------- delete


async def delete_role(tx: Transaction, *, key: str) -> str:
    """Deletes a role that nobody has, is invited
    to, or gets by default; it leaves its role sets.
    """
    await tx.lock_roles_exclusively()
    held = await load_role_by_key(tx, key)
    await _ensure_unused(tx, held.role)
    await _leave_sets(tx, held.role)
    tx.session.add(DeletedRole(**held.role.model_dump()))
    _record(tx, EventType.ROLE_DELETED, held)
    role_id = held.role.id
    await tx.session.execute(delete(Role).where(col(Role.id) == role_id))
    return role_id


async def _ensure_unused(tx: Transaction, role: Role) -> None:
    """The four codes of the domain, all that apply at once (rule 25)."""
    faults = ErrorCollector()
    await expire_overdue_in(
        tx, select(Invitation.organization_id).where(col(Invitation.role_id) == role.id)
    )
    members = await _number(tx, Membership, col(Membership.role_id) == role.id)
    waiting = (col(Invitation.role_id) == role.id) & (col(Invitation.status) == PENDING)
    pending = await _number(tx, Invitation, waiting)
    creator = await _select_role_set_keys(tx, col(RoleSet.creator_role_id) == role.id)
    default = await _select_role_set_keys(tx, col(RoleSet.default_role_id) == role.id)
    with faults.at("key"):
        if members:
            raise RoleAssignedMembers(f"{members} members have this role.", members=members)
    with faults.at("key"):
        if pending:
            raise RoleExistsInInvitations(
                f"{pending} pending invitations are for this role.", invitations=pending
            )
    with faults.at("key"):
        if creator:
            raise RoleIsCreatorRole(
                f"It is the creator role of {', '.join(creator)}.", role_sets=creator
            )
    with faults.at("key"):
        if default:
            raise RoleIsDefaultRole(
                f"It is the default role of {', '.join(default)}.", role_sets=default
            )
    faults.raise_if_any()


async def _number(tx: Transaction, table: type[Any], condition: Any) -> int:
    return (
        await tx.session.execute(select(func.count()).select_from(table).where(condition))
    ).scalar_one()


async def _leave_sets(tx: Transaction, role: Role) -> None:
    offering = select(RoleSetRole.role_set_id).where(col(RoleSetRole.role_id) == role.id)
    statement = select(RoleSet).where(col(RoleSet.id).in_(offering)).order_by(col(RoleSet.id))
    sets = (await tx.session.execute(statement)).scalars().all()
    await tx.session.execute(delete(RoleSetRole).where(col(RoleSetRole.role_id) == role.id))
    for role_set in sets:
        role_set.updated_at = tx.now
        await record_role_set(tx, EventType.ROLE_SET_UPDATED, role_set)
