"""Moves members and pending invitations from roles that leave a set to other ones (rule 26)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, select, update
from sqlmodel import col

from models.errors.input import ParameterMissing, ResourceNotFound, ValueInvalid
from models.invitations import PENDING, Invitation
from models.memberships import Membership
from models.roles import Role, find_similar
from resolvers.foundation.transaction import Transaction
from resolvers.members.events import record_moved
from resolvers.members.invitation_expiry import expire_overdue_in
from resolvers.role_model.manager_rule import keep_managers
from resolvers.roles import RoleWithPermissions, load_roles_by_id


@dataclass(frozen=True, slots=True)
class RoleMapping:
    """The keys of a role and of the role that its members get instead."""

    source: str
    target: str


# The new role, by the id of the old one.
Moves = Mapping[str, RoleWithPermissions]


async def load_used_role_ids(tx: Transaction, organizations: Any) -> set[str]:
    """Loads the ids of roles that members and pending invitations of the organizations have."""
    assigned = select(col(Membership.role_id)).where(
        col(Membership.organization_id).in_(organizations)
    )
    invited = select(col(Invitation.role_id)).where(
        col(Invitation.organization_id).in_(organizations), col(Invitation.status) == PENDING
    )
    return set((await tx.session.execute(assigned.union(invited))).scalars())


async def plan_moves(
    tx: Transaction, organizations: Any, offered: Sequence[Role], mappings: Iterable[RoleMapping]
) -> Moves:
    """Plans the new role of every role in use that is not offered.

    Raises an InputError for a missing, ambiguous or unusable mapping.
    """
    await expire_overdue_in(tx, organizations)
    used = await load_roles_by_id(tx.session, list(await load_used_role_ids(tx, organizations)))
    targets = {role.key: role.id for role in offered}
    target_keys = _map_by_source(mappings, targets)
    missing = sorted(
        role.role.key
        for role in used.values()
        if role.role.key not in targets and role.role.key not in target_keys
    )
    if missing:
        raise ParameterMissing(
            "These roles are in use but not in the new role set. Map each of them:"
            f" {', '.join(missing)}.",
            at="mappings",
            roles=missing,
        )
    new_roles = await load_roles_by_id(tx.session, [targets[key] for key in target_keys.values()])
    moves = {
        old_id: new_roles[targets[target_keys[old.role.key]]]
        for old_id, old in used.items()
        if old.role.key in target_keys
    }
    return {old_id: new for old_id, new in moves.items() if old_id != new.role.id}


def _map_by_source(mappings: Iterable[RoleMapping], targets: Mapping[str, str]) -> dict[str, str]:
    by_source: dict[str, str] = {}
    for mapping in mappings:
        source, target = mapping.source, mapping.target
        if by_source.setdefault(source, target) != target:
            raise ValueInvalid(
                f"{source[:80]!r} is mapped to two roles. Map each role once.", at="mappings"
            )
        if target not in targets:
            raise ResourceNotFound(
                f"The role set doesn't contain the role {target[:80]!r}.",
                at="mappings",
                nearest=find_similar(target, targets) or sorted(targets),
            )
    return by_source


async def move(tx: Transaction, organizations: Any, moves: Moves, *, at: str) -> None:
    """Assigns the new roles, with an event for each member; raises MinimumPermissionsNeeded.

    One statement updates members and one invitations; three record each piece of the events.
    """
    if not moves:
        return
    moving = col(Membership.role_id).in_(moves) & col(Membership.organization_id).in_(organizations)
    async with keep_managers(tx, organizations, at=at):
        old_roles = await load_roles_by_id(tx.session, list(moves))
        previous = {role_id: role.role.key for role_id, role in old_roles.items()}
        await record_moved(tx, moving, moves, previous)
        await _change_role(tx, Membership, organizations, moves)
        await _change_role(tx, Invitation, organizations, moves, col(Invitation.status) == PENDING)


async def _change_role(
    tx: Transaction, table: Any, organizations: Any, moves: Moves, *conditions: Any
) -> None:
    new_role = case(
        {source: target.role.id for source, target in moves.items()}, value=table.role_id
    )
    statement = update(table).where(
        table.role_id.in_(moves), table.organization_id.in_(organizations), *conditions
    )
    statement = statement.values(role_id=new_role, updated_at=tx.now)
    await tx.session.execute(statement)
