"""Roles are made, changed and deleted by the instance's owner (DESIGN 7, rules 8 and 23 to 25)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert
from sqlmodel import col, select

from models.errors import (
    Faults,
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
    checked_role_key,
    is_managing,
)
from resolvers.events.payloads import role_data, role_set_data, told
from resolvers.members.expiry import expire_lapsed_among
from resolvers.role_model.fields import by_keys, changed, checked_labels
from resolvers.role_model.manager_rule import keeping_managers
from resolvers.role_model.permissions import permissions_by_key
from resolvers.roles import HeldRole, held_roles, role_set_by
from resolvers.transaction import Work


@dataclass(frozen=True, slots=True)
class NewRole:
    key: str
    name: str
    description: str | None
    permissions: Sequence[str]
    add_to_initial_role_set: bool = False


def _record(work: Work, type: EventType, held: HeldRole, changes: dict[str, Any] | None = None) -> None:
    work.record(type, held.role.id, told(type, role_data(held.role, held.permissions)), changes=changes)


async def record_role_set(
    work: Work, type: EventType, role_set: RoleSet, changes: dict[str, Any] | None = None
) -> None:
    roles = {one.id: one.key for one in await offered(work, role_set)}
    work.record(type, role_set.id, told(type, role_set_data(role_set, roles)), changes=changes)


async def offered(work: Work, role_set: RoleSet) -> list[Role]:
    """The roles of the set, oldest first."""
    statement = (
        select(Role)
        .join(RoleSetRole, col(RoleSetRole.role_id) == col(Role.id))
        .where(col(RoleSetRole.role_set_id) == role_set.id)
        .order_by(col(Role.id))
    )
    return list((await work.session.execute(statement)).scalars())


async def roles_by_key(work: Work, keys: Sequence[str], *, at: str | None = None) -> list[HeldRole]:
    """The roles of these keys; raises ResourceNotFound for unknown ones, with the nearest that there are."""
    return by_keys({held.role.key: held for held in await held_roles(work.session)}, keys, "role", at=at)


async def role_by_key(work: Work, key: str) -> HeldRole:
    return (await roles_by_key(work, [key], at="key"))[0]


async def _free_key(work: Work, key: str) -> str:
    checked_role_key(key)
    if (await work.session.execute(select(Role.id).where(col(Role.key) == key))).first():
        raise IdentifierExists("There is a role with this key already.")
    return key


async def _ensure_room(work: Work) -> None:
    custom = select(func.count()).select_from(Role).where(col(Role.key).not_in(FIRST_ROLES))
    if (await work.session.execute(custom)).scalar_one() >= CUSTOM_ROLES:
        raise RolesQuotaExceeded(f"There can be {CUSTOM_ROLES} custom roles.", limit=CUSTOM_ROLES)


async def create_role(work: Work, new: NewRole) -> Role:
    """Makes a role; raises every fault of the input at once."""
    await work.change_roles()
    faults, permissions = Faults(), list[Permission]()
    with faults.at("key"):
        await _free_key(work, new.key)
    labels = checked_labels(faults, {"name": new.name, "description": new.description})
    with faults.at("permissions"):
        permissions = await permissions_by_key(work, new.permissions)
    faults.refuse_any()
    await _ensure_room(work)
    role = Role(id=work.new_id(Role.prefix), created_at=work.now, updated_at=work.now, key=new.key, **labels)
    work.session.add(role)
    await work.session.flush()
    held = await _hold(work, role, permissions)
    _record(work, EventType.ROLE_CREATED, held)
    if new.add_to_initial_role_set:
        await _offer_initially(work, role)
    return role


async def _hold(work: Work, role: Role, permissions: Sequence[Permission]) -> HeldRole:
    """The role holds these permissions and no others."""
    await work.session.execute(delete(RolePermission).where(col(RolePermission.role_id) == role.id))
    if permissions:
        rows = [{"role_id": role.id, "permission_id": one.id} for one in permissions]
        await work.session.execute(insert(RolePermission), rows)
    return HeldRole(role, frozenset(one.key for one in permissions))


async def _offer_initially(work: Work, role: Role) -> None:
    initial = await role_set_by(work, col(RoleSet.is_initial).is_(True))
    assert initial, "there is an initial role set from the first migration on"
    await offer(work, initial, [role], at="add_to_initial_role_set")
    initial.updated_at = work.now
    await record_role_set(work, EventType.ROLE_SET_UPDATED, initial)


async def offer(work: Work, role_set: RoleSet, roles: Sequence[Role], *, at: str) -> bool:
    """Adds roles to a set, and tells whether any was new to it; raises QuotaExceeded over ten."""
    there = {one.id for one in await offered(work, role_set)}
    new = [one for one in roles if one.id not in there]
    if len(there) + len(new) > ROLES_PER_SET:
        raise QuotaExceeded(f"A role set has {ROLES_PER_SET} roles at most.", at=at, limit=ROLES_PER_SET)
    if new:
        rows = [{"role_set_id": role_set.id, "role_id": one.id} for one in new]
        await work.session.execute(insert(RoleSetRole), rows)
    return bool(new)


# ---------------------------------------------------------------------------------------------------------- update


async def update_role(work: Work, *, key: str, given: dict[str, Any]) -> Role:
    """Renames a role or changes what it holds, unless that takes an organization its last manager (rule 8)."""
    await work.change_roles()
    before = await role_by_key(work, key)
    faults = Faults()
    given = faults.without_nil(given, "new_key", "permissions")
    new, permissions = checked_labels(faults, given), list[Permission]()
    if given.get("new_key", key) != key:
        with faults.at("new_key"):
            new["key"] = await _free_key(work, given["new_key"])
    if "permissions" in given:
        with faults.at("permissions"):
            permissions = await permissions_by_key(work, given["permissions"])
            await _ensure_fit_for_creators(work, before, [one.key for one in permissions])
    faults.refuse_any()
    after, changes = before, changed(before.role, new)
    if "permissions" in given and frozenset(one.key for one in permissions) != before.permissions:
        after = await _rehold(work, before, permissions)
        changes["permissions"] = sorted(before.permissions)
    if changes:
        after.role.updated_at = work.now
        _record(work, EventType.ROLE_UPDATED, after, changes)
    return after.role


async def _rehold(work: Work, before: HeldRole, permissions: Sequence[Permission]) -> HeldRole:
    having = select(Membership.organization_id).where(col(Membership.role_id) == before.role.id)
    async with keeping_managers(work, having, at="permissions"):
        return await _hold(work, before.role, permissions)


async def _ensure_fit_for_creators(work: Work, held: HeldRole, permissions: Sequence[str]) -> None:
    """A role that creators get keeps the three permissions of rule 8 (rule 25)."""
    if is_managing(permissions) or not is_managing(held.permissions):
        return
    sets = await _sets_where(work, col(RoleSet.creator_role_id) == held.role.id)
    if sets:
        raise unfit_for_creators(held.role.key, permissions, sets)


def unfit_for_creators(role: str, permissions: Sequence[str], sets: Sequence[str]) -> MissingCreatorRolePermissions:
    lacking = sorted(MANAGER_PERMISSIONS - set(permissions))
    return MissingCreatorRolePermissions(
        f"The creator role of {', '.join(sets)} needs {', '.join(lacking)}, or new organizations could not be managed.",
        role=role,
        permissions=lacking,
        role_sets=list(sets),
    )


async def _sets_where(work: Work, condition: Any) -> list[str]:
    return list((await work.session.execute(select(RoleSet.key).where(condition).order_by(col(RoleSet.key)))).scalars())


# ---------------------------------------------------------------------------------------------------------- delete


async def delete_role(work: Work, *, key: str) -> str:
    """Deletes a role that nobody has, is invited to, or gets by default; it leaves its role sets."""
    await work.change_roles()
    held = await role_by_key(work, key)
    await _ensure_unused(work, held.role)
    await _leave_sets(work, held.role)
    work.session.add(DeletedRole(**held.role.model_dump()))
    _record(work, EventType.ROLE_DELETED, held)
    role_id = held.role.id
    await work.session.execute(delete(Role).where(col(Role.id) == role_id))
    return role_id


async def _ensure_unused(work: Work, role: Role) -> None:
    """The four codes of the domain, all that apply at once (rule 25)."""
    faults = Faults()
    await expire_lapsed_among(work, select(Invitation.organization_id).where(col(Invitation.role_id) == role.id))
    members = await _number(work, Membership, col(Membership.role_id) == role.id)
    waiting = (col(Invitation.role_id) == role.id) & (col(Invitation.status) == PENDING)
    pending = await _number(work, Invitation, waiting)
    creator = await _sets_where(work, col(RoleSet.creator_role_id) == role.id)
    default = await _sets_where(work, col(RoleSet.default_role_id) == role.id)
    with faults.at("key"):
        if members:
            raise RoleAssignedMembers(f"{members} members have this role.", members=members)
    with faults.at("key"):
        if pending:
            raise RoleExistsInInvitations(f"{pending} pending invitations are for this role.", invitations=pending)
    with faults.at("key"):
        if creator:
            raise RoleIsCreatorRole(f"It is the creator role of {', '.join(creator)}.", role_sets=creator)
    with faults.at("key"):
        if default:
            raise RoleIsDefaultRole(f"It is the default role of {', '.join(default)}.", role_sets=default)
    faults.refuse_any()


async def _number(work: Work, table: type[Any], condition: Any) -> int:
    return (await work.session.execute(select(func.count()).select_from(table).where(condition))).scalar_one()


async def _leave_sets(work: Work, role: Role) -> None:
    offering = select(RoleSetRole.role_set_id).where(col(RoleSetRole.role_id) == role.id)
    statement = select(RoleSet).where(col(RoleSet.id).in_(offering)).order_by(col(RoleSet.id))
    sets = (await work.session.execute(statement)).scalars().all()
    await work.session.execute(delete(RoleSetRole).where(col(RoleSetRole.role_id) == role.id))
    for role_set in sets:
        role_set.updated_at = work.now
        await record_role_set(work, EventType.ROLE_SET_UPDATED, role_set)
