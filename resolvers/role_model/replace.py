"""Replaces roles in a set, and the sets of organizations, whose members are moved (rule 26)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, inspect, select, update
from sqlmodel import col

from models.errors.collector import ErrorCollector
from models.errors.input import ValueInvalid
from models.events import EventType
from models.organizations import Organization
from models.roles import RoleSet, RoleSetRole
from resolvers.events.payloads import record_organization
from resolvers.foundation.changes import apply_changes
from resolvers.foundation.event_writer import PIECE
from resolvers.foundation.transaction import Transaction
from resolvers.members.invitation_expiry import expire_overdue_in
from resolvers.role_model.edit import load_roles_by_key
from resolvers.role_model.offered_roles import (
    add_to_role_set,
    find_creator_role,
    find_offered_role,
    load_offered_roles,
    load_role_set_by_key,
    name_roles,
    record_role_set,
)
from resolvers.role_model.reassign import Moves, RoleMapping, move, plan_moves


def _select_organization_ids(role_set: RoleSet) -> Any:
    """Selects the ids of the organizations that use the set."""
    return select(col(Organization.id)).where(col(Organization.role_set_id) == role_set.id)


async def replace_role(tx: Transaction, *, role_set: str, role: str, with_role: str) -> RoleSet:
    """Removes a role from a set; its members and pending invitations get the other role."""
    await tx.lock_roles_exclusively()
    target = await load_role_set_by_key(tx, role_set, at="role_set")
    roles = await load_roles_by_key(
        tx, [offered.key for offered in await load_offered_roles(tx, target)]
    )
    errors, old, new = ErrorCollector(), None, None
    with errors.at("role"):
        old = find_offered_role(roles, role)
    with errors.at("with_role"):
        (new,) = await load_roles_by_key(tx, [with_role])
        if role == with_role:
            raise ValueInvalid("A role can't replace itself.")
        if old and target.creator_role_id == old.role.id:
            find_creator_role([new], with_role, target.key)
    errors.raise_if_any()
    assert old
    assert new
    before = {role.role.id: role.role.key for role in roles}
    is_old = (col(RoleSetRole.role_set_id) == target.id) & (col(RoleSetRole.role_id) == old.role.id)
    await tx.session.execute(delete(RoleSetRole).where(is_old))
    await add_to_role_set(tx, target, [new.role], at="with_role")
    first_roles = ("default_role_id", "creator_role_id")
    inherited = [name for name in first_roles if getattr(target, name) == old.role.id]
    changes = name_roles(apply_changes(target, dict.fromkeys(inherited, new.role.id)), before)
    changes |= {"roles": sorted(before.values())}
    await tx.session.flush()
    await expire_overdue_in(tx, _select_organization_ids(target))
    await move(tx, _select_organization_ids(target), {old.role.id: new}, at="with_role")
    target.updated_at = tx.now
    await record_role_set(tx, EventType.ROLE_SET_UPDATED, target, changes)
    return target


async def replace_role_set(
    tx: Transaction, *, key: str, with_key: str, mappings: Sequence[RoleMapping]
) -> RoleSet:
    """Deletes a set; its organizations use the other one, which becomes initial if it was."""
    await tx.lock_roles_exclusively()
    errors, old, new = ErrorCollector(), None, None
    with errors.at("key"):
        old = await load_role_set_by_key(tx, key)
    with errors.at("with_key"):
        new = await load_role_set_by_key(tx, with_key, at="with_key")
        if key == with_key:
            raise ValueInvalid("A role set can't replace itself.")
    errors.raise_if_any()
    assert old
    assert new
    moves = await plan_moves(
        tx, _select_organization_ids(old), await load_offered_roles(tx, new), mappings
    )
    await _move_organizations(tx, old, new, moves)
    if old.is_initial:
        # There must always be exactly one initial set.
        old.is_initial = False
        await tx.session.flush()
        new.is_initial, new.updated_at = True, tx.now
        await record_role_set(tx, EventType.ROLE_SET_UPDATED, new, {"is_initial": False})
    await record_role_set(tx, EventType.ROLE_SET_DELETED, old)
    await tx.session.execute(delete(RoleSet).where(col(RoleSet.id) == old.id))
    return new


async def _move_organizations(tx: Transaction, old: RoleSet, new: RoleSet, moves: Moves) -> None:
    """Moves the members of the set's organizations, then the organizations, each with an event."""
    await move(tx, _select_organization_ids(old), moves, at="mappings")
    piece = _select_organization_ids(old).order_by(col(Organization.id)).limit(PIECE)
    statement = (
        update(Organization)
        .where(col(Organization.id).in_(piece))
        .values(role_set_id=new.id, updated_at=tx.now)
        .returning(*inspect(Organization).columns)
    )
    while True:
        rows = (await tx.session.execute(statement)).all()
        for row in sorted(rows, key=lambda row: row.id):
            record_organization(tx, EventType.ORGANIZATION_UPDATED, row, {"role_set": old.key})
        await tx.events.save()
        if len(rows) < PIECE:
            return


async def set_organization_role_set(
    tx: Transaction, *, organization_id: str, role_set: str, mappings: Sequence[RoleMapping]
) -> Organization:
    """Gives an organization another role set; roles in use that are not in it need a mapping."""
    await tx.lock_roles_exclusively()
    organization = await tx.lock_organization(organization_id)
    new = await load_role_set_by_key(tx, role_set, at="role_set")
    old = await tx.session.get_one(RoleSet, organization.role_set_id)
    only = select(col(Organization.id)).where(col(Organization.id) == organization.id)
    moves = await plan_moves(tx, only, await load_offered_roles(tx, new), mappings)
    await move(tx, only, moves, at="mappings")
    if old.id != new.id:
        organization.role_set_id, organization.updated_at = new.id, tx.now
        record_organization(tx, EventType.ORGANIZATION_UPDATED, organization, {"role_set": old.key})
    return organization
