"""Role sets: what roles the organizations of a kind may use (rules 24 to 26)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, inspect, select, update
from sqlmodel import col

from models.errors import (
    ErrorCollector,
    IdentifierExists,
    ParameterMissing,
    QuotaExceeded,
    ResourceNotFound,
    ValueInvalid,
)
from models.events import EventType
from models.organizations import Organization, make_slug
from models.roles import (
    ROLES_PER_SET,
    Role,
    RoleSet,
    RoleSetRole,
    can_manage,
    check_role_set_key,
    find_similar,
)
from resolvers.changes import apply_changes
from resolvers.event_writer import PIECE
from resolvers.events.payloads import record_organization
from resolvers.members.expiry import expire_overdue_in
from resolvers.role_model.edit import (
    add_to_role_set,
    load_offered_role_ids,
    load_roles_by_key,
    missing_creator_permissions,
    record_role_set,
)
from resolvers.role_model.fields import check_labels
from resolvers.role_model.reassign import Moves, RoleMapping, move, plan_moves
from resolvers.roles import RoleWithPermissions, load_role_set
from resolvers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class NewRoleSet:
    key: str | None
    name: str
    description: str | None
    roles: Sequence[str]
    default_role: str
    creator_role: str


async def load_role_set_by_key(tx: Transaction, key: str, *, at: str = "key") -> RoleSet:
    """Raises ResourceNotFound with the nearest keys."""
    found = await load_role_set(tx, col(RoleSet.key) == key)
    if found is None:
        known = list((await tx.session.execute(select(col(RoleSet.key)))).scalars())
        nearest = find_similar(key, known) or sorted(known)
        raise ResourceNotFound(f"There is no role set {key[:80]!r}.", at=at, nearest=nearest)
    return found


def _select_organization_ids(tx: Transaction, role_set: RoleSet) -> Any:
    """The ids of the organizations that use the set."""
    return select(col(Organization.id)).where(col(Organization.role_set_id) == role_set.id)


# ------------------------------------------------------------------------------------------- create


async def _choose_key(tx: Transaction, key: str | None, name: str) -> str:
    """The key that is given and free, or one made from the name."""
    wanted = (
        f"role_set:{make_slug(name).replace('-', '_')}" if key is None else check_role_set_key(key)
    )
    if await load_role_set(tx, col(RoleSet.key) == wanted) is None:
        return wanted
    if key is not None:
        raise IdentifierExists("There is a role set with this key already.")
    return f"{wanted}_{secrets.token_hex(3)}"


def _find_role(roles: Sequence[RoleWithPermissions], key: str) -> RoleWithPermissions:
    found = next((held for held in roles if held.role.key == key), None)
    if found is None:
        raise ValueInvalid(
            f"{key[:80]!r} is not one of the set's roles.", roles=[held.role.key for held in roles]
        )
    return found


def _find_creator_role(
    roles: Sequence[RoleWithPermissions], key: str, role_set: str
) -> RoleWithPermissions:
    """The role that creators get: it has to be able to manage an organization (rule 25)."""
    held = _find_role(roles, key)
    if not can_manage(held.permissions):
        raise missing_creator_permissions(key, sorted(held.permissions), [role_set])
    return held


def _check_number(keys: Sequence[str]) -> None:
    if not keys:
        raise ParameterMissing("A role set has a role at least.")
    if len(set(keys)) > ROLES_PER_SET:
        raise QuotaExceeded(f"A role set has {ROLES_PER_SET} roles at most.", limit=ROLES_PER_SET)


async def create_role_set(tx: Transaction, new: NewRoleSet) -> RoleSet:
    """Makes a role set that no organization uses yet; raises every fault of the input at once."""
    await tx.lock_roles_exclusively()
    faults, roles, key = ErrorCollector(), list[RoleWithPermissions](), ""
    labels = check_labels(faults, {"name": new.name, "description": new.description})
    with faults.at("key"):
        key = await _choose_key(tx, new.key, new.name)
    with faults.at("roles"):
        _check_number(new.roles)
        roles = await load_roles_by_key(tx, new.roles)
    default = creator = None
    if roles:
        with faults.at("default_role"):
            default = _find_role(roles, new.default_role)
        with faults.at("creator_role"):
            creator = _find_creator_role(roles, new.creator_role, key)
    faults.raise_if_any()
    assert default
    assert creator
    role_set = RoleSet(
        id=tx.new_id(RoleSet.prefix),
        created_at=tx.now,
        updated_at=tx.now,
        key=key,
        default_role_id=default.role.id,
        creator_role_id=creator.role.id,
        **labels,
    )
    tx.session.add(role_set)
    await tx.session.flush()
    await add_to_role_set(tx, role_set, [held.role for held in roles], at="roles")
    await record_role_set(tx, EventType.ROLE_SET_CREATED, role_set)
    return role_set


# ------------------------------------------------------------------------------------------- update


async def update_role_set(tx: Transaction, *, key: str, given: dict[str, Any]) -> RoleSet:
    """Names, added roles, default and creator role, and whether new organizations get it."""
    await tx.lock_roles_exclusively()
    role_set = await load_role_set_by_key(tx, key)
    faults, added = ErrorCollector(), list[RoleWithPermissions]()
    given = faults.reject_nulls(given, "add_roles", "default_role", "creator_role", "make_initial")
    new = check_labels(faults, given)
    with faults.at("add_roles"):
        added = await load_roles_by_key(tx, given.get("add_roles", []))
    roles = (
        await load_roles_by_key(tx, [one.key for one in await load_offered_role_ids(tx, role_set)])
        + added
    )
    if "default_role" in given:
        with faults.at("default_role"):
            new["default_role_id"] = _find_role(roles, given["default_role"]).role.id
    if "creator_role" in given:
        with faults.at("creator_role"):
            new["creator_role_id"] = _find_creator_role(roles, given["creator_role"], key).role.id
    with faults.at("make_initial"):
        new |= _change_initial(role_set, given.get("make_initial"))
    faults.raise_if_any()
    before = {one.id: one.key for one in await load_offered_role_ids(tx, role_set)}
    grew = await add_to_role_set(tx, role_set, [held.role for held in added], at="add_roles")
    if new.get("is_initial"):
        await _clear_initial(tx)
    changes = _shown(apply_changes(role_set, new), before) | (
        {"roles": sorted(before.values())} if grew else {}
    )
    if changes:
        role_set.updated_at = tx.now
        await record_role_set(tx, EventType.ROLE_SET_UPDATED, role_set, changes)
    return role_set


def _change_initial(role_set: RoleSet, wanted: bool | None) -> dict[str, Any]:
    if wanted is False and role_set.is_initial:
        raise ValueInvalid("There is always an initial role set: make another one initial instead.")
    return {"is_initial": True} if wanted and not role_set.is_initial else {}


def _shown(changes: dict[str, Any], keys: dict[str, str]) -> dict[str, Any]:
    """What changed as events tell it: roles by their keys."""
    return {
        name.removesuffix("_id"): keys[value] if name.endswith("_role_id") else value
        for name, value in changes.items()
    }


async def _clear_initial(tx: Transaction) -> None:
    """The set that was initial is an ordinary one from now on."""
    old = await load_role_set(tx, col(RoleSet.is_initial).is_(True))
    assert old, "there is an initial role set from the first migration on"
    old.is_initial, old.updated_at = False, tx.now
    await tx.session.flush()
    await record_role_set(tx, EventType.ROLE_SET_UPDATED, old, {"is_initial": True})


# ------------------------------------------------------------------------------------------ replace


async def replace_role(tx: Transaction, *, role_set: str, role: str, with_role: str) -> RoleSet:
    """Takes a role out of a set; its members and pending
    invitations get the other one, in every organization.
    """
    await tx.lock_roles_exclusively()
    found = await load_role_set_by_key(tx, role_set, at="role_set")
    faults, roles = (
        ErrorCollector(),
        await load_roles_by_key(tx, [one.key for one in await load_offered_role_ids(tx, found)]),
    )
    old = new = None
    with faults.at("role"):
        old = _find_role(roles, role)
    with faults.at("with_role"):
        (new,) = await load_roles_by_key(tx, [with_role])
        if role == with_role:
            raise ValueInvalid("A role can't take its own place.")
        if old and found.creator_role_id == old.role.id:
            _find_creator_role([new], with_role, found.key)
    faults.raise_if_any()
    assert old
    assert new
    before = {held.role.id: held.role.key for held in roles}
    await _take_out(tx, found, old.role, new.role)
    changes = _shown(_inherit(found, old.role, new.role), before) | {
        "roles": sorted(before.values())
    }
    await tx.session.flush()
    await expire_overdue_in(tx, _select_organization_ids(tx, found))
    await move(tx, _select_organization_ids(tx, found), {old.role.id: new}, at="with_role")
    found.updated_at = tx.now
    await record_role_set(tx, EventType.ROLE_SET_UPDATED, found, changes)
    return found


async def _take_out(tx: Transaction, role_set: RoleSet, old: Role, new: Role) -> None:
    there = (col(RoleSetRole.role_set_id) == role_set.id) & (col(RoleSetRole.role_id) == old.id)
    await tx.session.execute(delete(RoleSetRole).where(there))
    await add_to_role_set(tx, role_set, [new], at="with_role")


def _inherit(role_set: RoleSet, old: Role, new: Role) -> dict[str, Any]:
    """The new role is default or creator role where the old one was."""
    names = [
        name for name in ("default_role_id", "creator_role_id") if getattr(role_set, name) == old.id
    ]
    return apply_changes(role_set, dict.fromkeys(names, new.id))


async def replace_role_set(
    tx: Transaction, *, key: str, with_key: str, mappings: Sequence[RoleMapping]
) -> RoleSet:
    """Deletes a set; its organizations use the other
    one, and so do those that are made from now on.
    """
    await tx.lock_roles_exclusively()
    faults, old, new = ErrorCollector(), None, None
    with faults.at("key"):
        old = await load_role_set_by_key(tx, key)
    with faults.at("with_key"):
        new = await load_role_set_by_key(tx, with_key, at="with_key")
        if key == with_key:
            raise ValueInvalid("A role set can't take its own place.")
    faults.raise_if_any()
    assert old
    assert new
    moves = await plan_moves(
        tx, _select_organization_ids(tx, old), await load_offered_role_ids(tx, new), mappings
    )
    await _move_organizations(tx, old, new, moves)
    await _make_initial(tx, old, new)
    await record_role_set(tx, EventType.ROLE_SET_DELETED, old)
    await tx.session.execute(delete(RoleSet).where(col(RoleSet.id) == old.id))
    return new


async def _move_organizations(tx: Transaction, old: RoleSet, new: RoleSet, moves: Moves) -> None:
    """All organizations of the set: first their people, then themselves, each with its event."""
    await move(tx, _select_organization_ids(tx, old), moves, at="mappings")
    first = (
        select(col(Organization.id))
        .where(col(Organization.role_set_id) == old.id)
        .order_by(col(Organization.id))
    )
    moved = update(Organization).where(col(Organization.id).in_(first.limit(PIECE)))
    values = moved.values(role_set_id=new.id, updated_at=tx.now).returning(
        *inspect(Organization).columns
    )
    while True:
        rows = (await tx.session.execute(values.execution_options(synchronize_session=False))).all()
        for row in sorted(rows, key=lambda one: one.id):
            record_organization(tx, EventType.ORGANIZATION_UPDATED, row, {"role_set": old.key})
        await tx.events.save()
        if len(rows) < PIECE:
            return


async def _make_initial(tx: Transaction, old: RoleSet, new: RoleSet) -> None:
    """There is always one initial set: the place of a deleted one is taken."""
    if old.is_initial:
        old.is_initial = False
        await tx.session.flush()
        new.is_initial, new.updated_at = True, tx.now
        await record_role_set(tx, EventType.ROLE_SET_UPDATED, new, {"is_initial": False})


async def set_organization_role_set(
    tx: Transaction, *, organization_id: str, role_set: str, mappings: Sequence[RoleMapping]
) -> Organization:
    """Gives one organization another role set; who has a role that is not in it needs a mapping."""
    await tx.lock_roles_exclusively()
    organization = await tx.lock_organization(organization_id)
    new = await load_role_set_by_key(tx, role_set, at="role_set")
    old = await tx.session.get_one(RoleSet, organization.role_set_id)
    only = select(col(Organization.id)).where(col(Organization.id) == organization.id)
    moves = await plan_moves(tx, only, await load_offered_role_ids(tx, new), mappings)
    await move(tx, only, moves, at="mappings")
    if old.id != new.id:
        organization.role_set_id, organization.updated_at = new.id, tx.now
        record_organization(tx, EventType.ORGANIZATION_UPDATED, organization, {"role_set": old.key})
    return organization
