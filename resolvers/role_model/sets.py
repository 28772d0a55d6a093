"""Role sets: what roles the organizations of a kind may use (DESIGN 7, rules 24 to 26)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, inspect, select, update
from sqlmodel import col

from models.errors import Faults, IdentifierExists, ParameterMissing, QuotaExceeded, ResourceNotFound, ValueInvalid
from models.events import EventType
from models.organizations import Organization, slug_of
from models.roles import ROLES_PER_SET, Role, RoleSet, RoleSetRole, checked_role_set_key, is_managing, near
from resolvers.events.payloads import record_organization
from resolvers.members.expiry import expire_lapsed_among
from resolvers.role_model.edit import offer, offered, record_role_set, roles_by_key, unfit_for_creators
from resolvers.role_model.fields import changed, checked_labels
from resolvers.role_model.reassign import Moves, RoleMapping, move, moves_between
from resolvers.roles import HeldRole, role_set_by
from resolvers.transaction import PIECE, Work


@dataclass(frozen=True, slots=True)
class NewRoleSet:
    key: str | None
    name: str
    description: str | None
    roles: Sequence[str]
    default_role: str
    creator_role: str


async def role_set_by_key(work: Work, key: str, *, at: str = "key") -> RoleSet:
    """Raises ResourceNotFound with the nearest keys."""
    found = await role_set_by(work, col(RoleSet.key) == key)
    if found is None:
        known = list((await work.session.execute(select(col(RoleSet.key)))).scalars())
        nearest = near(key, known) or sorted(known)
        raise ResourceNotFound(f"There is no role set {key[:80]!r}.", at=at, nearest=nearest)
    return found


def _of(work: Work, role_set: RoleSet) -> Any:
    """The ids of the organizations that use the set."""
    return select(col(Organization.id)).where(col(Organization.role_set_id) == role_set.id)


# ---------------------------------------------------------------------------------------------------------- create


async def _chosen_key(work: Work, key: str | None, name: str) -> str:
    """The key that is given and free, or one made from the name."""
    wanted = f"role_set:{slug_of(name).replace('-', '_')}" if key is None else checked_role_set_key(key)
    if await role_set_by(work, col(RoleSet.key) == wanted) is None:
        return wanted
    if key is not None:
        raise IdentifierExists("There is a role set with this key already.")
    return f"{wanted}_{secrets.token_hex(3)}"


def _among(roles: Sequence[HeldRole], key: str) -> HeldRole:
    found = next((held for held in roles if held.role.key == key), None)
    if found is None:
        raise ValueInvalid(f"{key[:80]!r} is not one of the set's roles.", roles=[held.role.key for held in roles])
    return found


def _creator_among(roles: Sequence[HeldRole], key: str, role_set: str) -> HeldRole:
    """The role that creators get: it has to be able to manage an organization (rule 25)."""
    held = _among(roles, key)
    if not is_managing(held.permissions):
        raise unfit_for_creators(key, sorted(held.permissions), [role_set])
    return held


def _check_number(keys: Sequence[str]) -> None:
    if not keys:
        raise ParameterMissing("A role set has a role at least.")
    if len(set(keys)) > ROLES_PER_SET:
        raise QuotaExceeded(f"A role set has {ROLES_PER_SET} roles at most.", limit=ROLES_PER_SET)


async def create_role_set(work: Work, new: NewRoleSet) -> RoleSet:
    """Makes a role set that no organization uses yet; raises every fault of the input at once."""
    await work.change_roles()
    faults, roles, key = Faults(), list[HeldRole](), ""
    labels = checked_labels(faults, {"name": new.name, "description": new.description})
    with faults.at("key"):
        key = await _chosen_key(work, new.key, new.name)
    with faults.at("roles"):
        _check_number(new.roles)
        roles = await roles_by_key(work, new.roles)
    default = creator = None
    if roles:
        with faults.at("default_role"):
            default = _among(roles, new.default_role)
        with faults.at("creator_role"):
            creator = _creator_among(roles, new.creator_role, key)
    faults.refuse_any()
    assert default
    assert creator
    role_set = RoleSet(
        id=work.new_id(RoleSet.prefix),
        created_at=work.now,
        updated_at=work.now,
        key=key,
        default_role_id=default.role.id,
        creator_role_id=creator.role.id,
        **labels,
    )
    work.session.add(role_set)
    await work.session.flush()
    await offer(work, role_set, [held.role for held in roles], at="roles")
    await record_role_set(work, EventType.ROLE_SET_CREATED, role_set)
    return role_set


# ---------------------------------------------------------------------------------------------------------- update


async def update_role_set(work: Work, *, key: str, given: dict[str, Any]) -> RoleSet:
    """Names, added roles, default and creator role, and whether new organizations get it."""
    await work.change_roles()
    role_set = await role_set_by_key(work, key)
    faults, added = Faults(), list[HeldRole]()
    given = faults.without_nil(given, "add_roles", "default_role", "creator_role", "make_initial")
    new = checked_labels(faults, given)
    with faults.at("add_roles"):
        added = await roles_by_key(work, given.get("add_roles", []))
    roles = await roles_by_key(work, [one.key for one in await offered(work, role_set)]) + added
    if "default_role" in given:
        with faults.at("default_role"):
            new["default_role_id"] = _among(roles, given["default_role"]).role.id
    if "creator_role" in given:
        with faults.at("creator_role"):
            new["creator_role_id"] = _creator_among(roles, given["creator_role"], key).role.id
    with faults.at("make_initial"):
        new |= _made_initial(role_set, given.get("make_initial"))
    faults.refuse_any()
    before = {one.id: one.key for one in await offered(work, role_set)}
    grew = await offer(work, role_set, [held.role for held in added], at="add_roles")
    if new.get("is_initial"):
        await _dethrone(work)
    changes = _shown(changed(role_set, new), before) | ({"roles": sorted(before.values())} if grew else {})
    if changes:
        role_set.updated_at = work.now
        await record_role_set(work, EventType.ROLE_SET_UPDATED, role_set, changes)
    return role_set


def _made_initial(role_set: RoleSet, wanted: bool | None) -> dict[str, Any]:
    if wanted is False and role_set.is_initial:
        raise ValueInvalid("There is always an initial role set: make another one initial instead.")
    return {"is_initial": True} if wanted and not role_set.is_initial else {}


def _shown(changes: dict[str, Any], keys: dict[str, str]) -> dict[str, Any]:
    """What changed as events tell it: roles by their keys."""
    return {
        name.removesuffix("_id"): keys[value] if name.endswith("_role_id") else value for name, value in changes.items()
    }


async def _dethrone(work: Work) -> None:
    """The set that was initial is an ordinary one from now on."""
    old = await role_set_by(work, col(RoleSet.is_initial).is_(True))
    assert old, "there is an initial role set from the first migration on"
    old.is_initial, old.updated_at = False, work.now
    await work.session.flush()
    await record_role_set(work, EventType.ROLE_SET_UPDATED, old, {"is_initial": True})


# --------------------------------------------------------------------------------------------------------- replace


async def replace_role(work: Work, *, role_set: str, role: str, with_role: str) -> RoleSet:
    """Takes a role out of a set; its members and pending invitations get the other one, in every organization."""
    await work.change_roles()
    found = await role_set_by_key(work, role_set, at="role_set")
    faults, roles = Faults(), await roles_by_key(work, [one.key for one in await offered(work, found)])
    old = new = None
    with faults.at("role"):
        old = _among(roles, role)
    with faults.at("with_role"):
        (new,) = await roles_by_key(work, [with_role])
        if role == with_role:
            raise ValueInvalid("A role can't take its own place.")
        if old and found.creator_role_id == old.role.id:
            _creator_among([new], with_role, found.key)
    faults.refuse_any()
    assert old
    assert new
    before = {held.role.id: held.role.key for held in roles}
    await _take_out(work, found, old.role, new.role)
    changes = _shown(_inherited(found, old.role, new.role), before) | {"roles": sorted(before.values())}
    await work.session.flush()
    await expire_lapsed_among(work, _of(work, found))
    await move(work, _of(work, found), {old.role.id: new}, at="with_role")
    found.updated_at = work.now
    await record_role_set(work, EventType.ROLE_SET_UPDATED, found, changes)
    return found


async def _take_out(work: Work, role_set: RoleSet, old: Role, new: Role) -> None:
    there = (col(RoleSetRole.role_set_id) == role_set.id) & (col(RoleSetRole.role_id) == old.id)
    await work.session.execute(delete(RoleSetRole).where(there))
    await offer(work, role_set, [new], at="with_role")


def _inherited(role_set: RoleSet, old: Role, new: Role) -> dict[str, Any]:
    """The new role is default or creator role where the old one was."""
    names = [name for name in ("default_role_id", "creator_role_id") if getattr(role_set, name) == old.id]
    return changed(role_set, dict.fromkeys(names, new.id))


async def replace_role_set(work: Work, *, key: str, with_key: str, mappings: Sequence[RoleMapping]) -> RoleSet:
    """Deletes a set; its organizations use the other one, and so do those that are made from now on."""
    await work.change_roles()
    faults, old, new = Faults(), None, None
    with faults.at("key"):
        old = await role_set_by_key(work, key)
    with faults.at("with_key"):
        new = await role_set_by_key(work, with_key, at="with_key")
        if key == with_key:
            raise ValueInvalid("A role set can't take its own place.")
    faults.refuse_any()
    assert old
    assert new
    moves = await moves_between(work, _of(work, old), await offered(work, new), mappings)
    await _move_organizations(work, old, new, moves)
    await _crown(work, old, new)
    await record_role_set(work, EventType.ROLE_SET_DELETED, old)
    await work.session.execute(delete(RoleSet).where(col(RoleSet.id) == old.id))
    return new


async def _move_organizations(work: Work, old: RoleSet, new: RoleSet, moves: Moves) -> None:
    """All organizations of the set: first their people, then themselves, each with its event."""
    await move(work, _of(work, old), moves, at="mappings")
    first = select(col(Organization.id)).where(col(Organization.role_set_id) == old.id).order_by(col(Organization.id))
    moved = update(Organization).where(col(Organization.id).in_(first.limit(PIECE)))
    values = moved.values(role_set_id=new.id, updated_at=work.now).returning(*inspect(Organization).columns)
    while True:
        rows = (await work.session.execute(values.execution_options(synchronize_session=False))).all()
        for row in sorted(rows, key=lambda one: one.id):
            record_organization(work, EventType.ORGANIZATION_UPDATED, row, {"role_set": old.key})
        await work.save_events()
        if len(rows) < PIECE:
            return


async def _crown(work: Work, old: RoleSet, new: RoleSet) -> None:
    """There is always one initial set: the place of a deleted one is taken."""
    if old.is_initial:
        old.is_initial = False
        await work.session.flush()
        new.is_initial, new.updated_at = True, work.now
        await record_role_set(work, EventType.ROLE_SET_UPDATED, new, {"is_initial": False})


async def set_organization_role_set(
    work: Work, *, organization_id: str, role_set: str, mappings: Sequence[RoleMapping]
) -> Organization:
    """Gives one organization another role set; who has a role that is not in it needs a mapping."""
    await work.change_roles()
    organization = await work.organization(organization_id)
    new = await role_set_by_key(work, role_set, at="role_set")
    old = await work.session.get_one(RoleSet, organization.role_set_id)
    only = select(col(Organization.id)).where(col(Organization.id) == organization.id)
    moves = await moves_between(work, only, await offered(work, new), mappings)
    await move(work, only, moves, at="mappings")
    if old.id != new.id:
        organization.role_set_id, organization.updated_at = new.id, work.now
        record_organization(work, EventType.ORGANIZATION_UPDATED, organization, {"role_set": old.key})
    return organization
