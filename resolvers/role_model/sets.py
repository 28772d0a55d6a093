"""Creates and updates role sets, which are the roles that an organization can use (rule 24)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.errors.collector import ErrorCollector
from models.errors.input import IdentifierExists, ParameterMissing, QuotaExceeded, ValueInvalid
from models.events import EventType
from models.roles import ROLES_PER_SET, RoleSet, check_role_set_key
from models.validation.slugs import make_slug
from resolvers.foundation.changes import apply_changes
from resolvers.foundation.labels import check_labels
from resolvers.foundation.transaction import Transaction
from resolvers.role_model.edit import load_roles_by_key
from resolvers.role_model.offered_roles import (
    add_to_role_set,
    find_creator_role,
    find_offered_role,
    load_initial_role_set,
    load_offered_roles,
    load_role_set_by_key,
    name_roles,
    record_role_set,
)
from resolvers.roles import RoleWithPermissions, load_role_set


@dataclass(frozen=True, slots=True)
class NewRoleSet:
    key: str | None
    name: str
    description: str | None
    roles: Sequence[str]
    default_role: str
    creator_role: str


# ------------------------------------------------------------------------------------------- create


async def _choose_key(tx: Transaction, key: str | None, name: str) -> str:
    """Returns the key if it is free, or makes one from the name."""
    if key is not None:
        check_role_set_key(key)
        if await load_role_set(tx, key):
            raise IdentifierExists("A role set with this key already exists.")
        return key
    from_name = f"role_set:{make_slug(name).replace('-', '_')}"
    if await load_role_set(tx, from_name):
        return f"{from_name}_{secrets.token_hex(3)}"
    return from_name


async def create_role_set(tx: Transaction, new: NewRoleSet) -> RoleSet:
    """Creates a role set that no organization uses yet; raises all errors of the input together."""
    await tx.lock_roles_exclusively()
    errors, roles, key = ErrorCollector(), list[RoleWithPermissions](), ""
    labels = check_labels(errors, {"name": new.name, "description": new.description})
    with errors.at("key"):
        key = await _choose_key(tx, new.key, new.name)
    with errors.at("roles"):
        if not new.roles:
            raise ParameterMissing("A role set needs at least one role.")
        if len(set(new.roles)) > ROLES_PER_SET:
            message = f"A role set can have at most {ROLES_PER_SET} roles."
            raise QuotaExceeded(message, limit=ROLES_PER_SET)
        roles = await load_roles_by_key(tx, new.roles)
    default = creator = None
    if roles:
        with errors.at("default_role"):
            default = find_offered_role(roles, new.default_role)
        with errors.at("creator_role"):
            creator = find_creator_role(roles, new.creator_role, key)
    errors.raise_if_any()
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
    await add_to_role_set(tx, role_set, [role.role for role in roles], at="roles")
    await record_role_set(tx, EventType.ROLE_SET_CREATED, role_set)
    return role_set


# ------------------------------------------------------------------------------------------- update


async def update_role_set(tx: Transaction, *, key: str, given: dict[str, Any]) -> RoleSet:
    """Updates the name, adds roles, and sets the default or creator role or makes it initial."""
    await tx.lock_roles_exclusively()
    role_set = await load_role_set_by_key(tx, key)
    errors, added = ErrorCollector(), list[RoleWithPermissions]()
    given = errors.reject_nulls(given, "add_roles", "default_role", "creator_role", "make_initial")
    new = check_labels(errors, given)
    with errors.at("add_roles"):
        added = await load_roles_by_key(tx, given.get("add_roles", []))
    offered = await load_offered_roles(tx, role_set)
    roles = await load_roles_by_key(tx, [role.key for role in offered]) + added
    if "default_role" in given:
        with errors.at("default_role"):
            new["default_role_id"] = find_offered_role(roles, given["default_role"]).role.id
    if "creator_role" in given:
        with errors.at("creator_role"):
            new["creator_role_id"] = find_creator_role(roles, given["creator_role"], key).role.id
    makes_initial = given.get("make_initial")
    with errors.at("make_initial"):
        if makes_initial is False and role_set.is_initial:
            raise ValueInvalid("One role set must be initial. Make another one initial instead.")
    errors.raise_if_any()
    before = {role.id: role.key for role in offered}
    is_extended = await add_to_role_set(tx, role_set, [role.role for role in added], at="add_roles")
    if makes_initial and not role_set.is_initial:
        initial = await load_initial_role_set(tx)
        initial.is_initial, initial.updated_at = False, tx.now
        await tx.session.flush()
        await record_role_set(tx, EventType.ROLE_SET_UPDATED, initial, {"is_initial": True})
        new["is_initial"] = True
    changes = name_roles(apply_changes(role_set, new), before)
    if is_extended:
        changes["roles"] = sorted(before.values())
    if changes:
        role_set.updated_at = tx.now
        await record_role_set(tx, EventType.ROLE_SET_UPDATED, role_set, changes)
    return role_set
