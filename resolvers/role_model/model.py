"""The role model as a whole: what is kept, what is wanted, and how the two differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlmodel import col, select

from models.roles import Permission, Role, RoleSet, RoleSetRole, is_system
from resolvers.roles import load_roles
from resolvers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class ModelPermission:
    name: str
    description: str | None


@dataclass(frozen=True, slots=True)
class ModelRole:
    name: str
    description: str | None
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class ModelRoleSet:
    name: str
    description: str | None
    initial: bool
    default_role: str
    creator_role: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class RoleModel:
    """Custom permissions, roles and role sets by their keys, which is how they name each other."""

    permissions: Mapping[str, ModelPermission]
    roles: Mapping[str, ModelRole]
    role_sets: Mapping[str, ModelRoleSet]


@dataclass(frozen=True, slots=True)
class WantedModel:
    """What the model is to be, and what becomes of those who have what goes."""

    model: RoleModel
    # By role set: which role those get who have a role that leaves it.
    mappings: Mapping[str, Mapping[str, str]]
    # Which role set takes the place of one that goes.
    replaced_with: Mapping[str, str]


Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class ModelProblem:
    """What is wrong with a part of the wanted model; the place is the way to that part."""

    place: Place
    message: str


class ModelError(Exception):
    """A part of the wanted model is refused, so nothing of it is done."""

    def __init__(self, faults: Sequence[ModelProblem]) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.faults = faults


# --------------------------------------------------------------------------------------------- kept


async def load_model(tx: Transaction) -> RoleModel:
    """The model as it is now; system permissions are not part of it, for nobody can change them."""
    await tx.lock_roles_shared()
    permissions = (await tx.session.execute(select(Permission))).scalars()
    return RoleModel(
        permissions={
            one.key: ModelPermission(one.name, one.description)
            for one in permissions
            if not is_system(one.key)
        },
        roles={
            held.role.key: ModelRole(held.role.name, held.role.description, held.permissions)
            for held in await load_roles(tx.session)
        },
        role_sets=await _load_role_sets(tx),
    )


async def _load_role_sets(tx: Transaction) -> dict[str, ModelRoleSet]:
    keys = {row.id: row.key for row in await tx.session.execute(select(Role.id, Role.key))}
    offered: dict[str, set[str]] = {}
    for row in await tx.session.execute(select(RoleSetRole.role_set_id, RoleSetRole.role_id)):
        offered.setdefault(row.role_set_id, set()).add(keys[row.role_id])
    role_sets = (await tx.session.execute(select(RoleSet).order_by(col(RoleSet.key)))).scalars()
    return {
        one.key: ModelRoleSet(
            name=one.name,
            description=one.description,
            initial=one.is_initial,
            default_role=keys[one.default_role_id],
            creator_role=keys[one.creator_role_id],
            roles=frozenset(offered.get(one.id, ())),
        )
        for one in role_sets
    }


# -------------------------------------------------------------------------------------- differences

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Change(Generic[T]):
    """What becomes of one thing: it is new without `before`, and goes without `after`."""

    key: str
    before: T | None
    after: T | None


@dataclass(frozen=True, slots=True)
class Differences:
    """All changes from the model that is kept to the wanted one, each kind sorted by key."""

    permissions: Sequence[Change[ModelPermission]]
    roles: Sequence[Change[ModelRole]]
    role_sets: Sequence[Change[ModelRoleSet]]

    @property
    def is_empty(self) -> bool:
        return not (self.permissions or self.roles or self.role_sets)


def _changes(before: Mapping[str, T], after: Mapping[str, T]) -> list[Change[T]]:
    keys = sorted({*before, *after})
    return [
        Change(key, before.get(key), after.get(key))
        for key in keys
        if before.get(key) != after.get(key)
    ]


def compare_models(kept: RoleModel, wanted: RoleModel) -> Differences:
    return Differences(
        _changes(kept.permissions, wanted.permissions),
        _changes(kept.roles, wanted.roles),
        _changes(kept.role_sets, wanted.role_sets),
    )


def ensure_mapped(kept: RoleModel, wanted: WantedModel) -> None:
    """Raises ModelRefused where it is not said what
    becomes of the holders of a role or the users of a set.
    """
    faults: list[ModelProblem] = []
    for key, before in kept.role_sets.items():
        after = wanted.model.role_sets.get(key)
        if after is not None:
            faults += _unmapped(key, before.roles - after.roles, wanted)
        elif key not in wanted.replaced_with:
            faults.append(
                ModelProblem(
                    ("role_sets", key),
                    "It is gone: say with `replaced_with` which set takes its place.",
                )
            )
    if faults:
        raise ModelError(faults)


def _unmapped(key: str, leaving: frozenset[str], wanted: WantedModel) -> list[ModelProblem]:
    """Roles that are deleted need no mapping: that is refused by itself if somebody has one."""
    missing = sorted((leaving & wanted.model.roles.keys()) - wanted.mappings.get(key, {}).keys())
    return [
        ModelProblem(
            ("role_sets", key, "mappings"),
            f"{role} leaves the set: say which role its members get.",
        )
        for role in missing
    ]
