"""Roles that leave: members and pending invitations
move to the mapped role, set by set (rule 26).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, select, update
from sqlmodel import col

from models.errors import ParameterMissing, ResourceNotFound, ValueInvalid
from models.invitations import PENDING, Invitation
from models.memberships import Membership
from models.roles import Role, find_similar
from resolvers.members.events import record_moved
from resolvers.members.expiry import expire_overdue_in
from resolvers.role_model.manager_rule import keep_managers
from resolvers.roles import RoleWithPermissions, load_roles_by_id
from resolvers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class RoleMapping:
    """Keys: who has the role `source` gets the role `target`."""

    source: str
    target: str


# The new role of each role's holders, by the old one's id.
Moves = Mapping[str, RoleWithPermissions]


async def load_used_role_ids(tx: Transaction, organizations: Any) -> set[str]:
    """The roles that members and pending invitations of these organizations have."""
    held = select(col(Membership.role_id)).where(col(Membership.organization_id).in_(organizations))
    offered = select(col(Invitation.role_id)).where(
        col(Invitation.organization_id).in_(organizations), col(Invitation.status) == PENDING
    )
    return set((await tx.session.execute(held.union(offered))).scalars())


async def plan_moves(
    tx: Transaction, organizations: Any, offered: Sequence[Role], mappings: Iterable[RoleMapping]
) -> Moves:
    """Where everybody goes who can't stay.

    Raises a refusal for a missing, double or unusable mapping.
    """
    await expire_overdue_in(tx, organizations)
    used = await load_roles_by_id(tx.session, list(await load_used_role_ids(tx, organizations)))
    targets = {role.key: role.id for role in offered}
    given = _map_by_source(mappings, targets)
    leaving = sorted(held.role.key for held in used.values() if held.role.key not in targets)
    missing = [key for key in leaving if key not in given]
    if missing:
        raise ParameterMissing(
            f"These roles are in use and not in the new set, say what becomes of each:"
            f" {', '.join(missing)}.",
            at="mappings",
            roles=missing,
        )
    held = await load_roles_by_id(tx.session, [targets[key] for key in given.values()])
    chosen = {
        held_.role.id: held[targets[given[held_.role.key]]]
        for held_ in used.values()
        if held_.role.key in given
    }
    return {source: target for source, target in chosen.items() if source != target.role.id}


def _map_by_source(mappings: Iterable[RoleMapping], targets: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in mappings:
        if found.setdefault(one.source, one.target) != one.target:
            raise ValueInvalid(f"{one.source[:80]!r} is mapped to two roles.", at="mappings")
        if one.target not in targets:
            raise ResourceNotFound(
                f"The role set has no role {one.target[:80]!r}.",
                at="mappings",
                nearest=find_similar(one.target, targets) or sorted(targets),
            )
    return found


async def move(tx: Transaction, organizations: Any, moves: Moves, *, at: str) -> None:
    """Gives the new roles, with an event for each member; raises MinimumPermissionsNeeded (rule 8).

    One statement for members, one for invitations, and three to tell of each piece of the members.
    """
    if not moves:
        return
    async with keep_managers(tx, organizations, at=at):
        await _move_members(tx, organizations, moves)
        await _change_role(tx, Invitation, organizations, moves, col(Invitation.status) == PENDING)


async def _change_role(
    tx: Transaction, table: Any, organizations: Any, moves: Moves, *conditions: Any
) -> None:
    new = case({source: target.role.id for source, target in moves.items()}, value=table.role_id)
    statement = update(table).where(
        table.role_id.in_(moves), table.organization_id.in_(organizations), *conditions
    )
    values = statement.values(role_id=new, updated_at=tx.now).execution_options(
        synchronize_session=False
    )
    await tx.session.execute(values)


async def _move_members(tx: Transaction, organizations: Any, moves: Moves) -> None:
    moving = col(Membership.role_id).in_(moves) & col(Membership.organization_id).in_(organizations)
    previous = {
        id: held.role.key for id, held in (await load_roles_by_id(tx.session, list(moves))).items()
    }
    await record_moved(tx, moving, moves, previous)
    await _change_role(tx, Membership, organizations, moves)
