"""The role model as a whole: the current one, a wanted one, and how the two differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from models.roles import Permission, Role, RoleSet, RoleSetRole, is_system
from resolvers.foundation.model_changes import Change, ModelError, ModelProblem, compare_by_key
from resolvers.foundation.transaction import Transaction
from resolvers.roles import load_all_roles


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
    """Custom permissions, roles and role sets, which refer to each other by their keys."""

    permissions: Mapping[str, ModelPermission]
    roles: Mapping[str, ModelRole]
    role_sets: Mapping[str, ModelRoleSet]


@dataclass(frozen=True, slots=True)
class WantedModel:
    """The model to change to, and the replacements for what it no longer has."""

    model: RoleModel
    # By role set: the new role for members of each role that leaves the set.
    mappings: Mapping[str, Mapping[str, str]]
    # The role set that replaces each one that is deleted.
    replaced_with: Mapping[str, str]


# ------------------------------------------------------------------------------------------ current


async def load_model(tx: Transaction) -> RoleModel:
    """Loads the current model, without system permissions, which nobody can change."""
    await tx.lock_roles_shared()
    permissions = (await tx.session.execute(select(Permission))).scalars()
    return RoleModel(
        permissions={
            permission.key: ModelPermission(permission.name, permission.description)
            for permission in permissions
            if not is_system(permission.key)
        },
        roles={
            role.role.key: ModelRole(role.role.name, role.role.description, role.permissions)
            for role in await load_all_roles(tx.session)
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
        role_set.key: ModelRoleSet(
            name=role_set.name,
            description=role_set.description,
            initial=role_set.is_initial,
            default_role=keys[role_set.default_role_id],
            creator_role=keys[role_set.creator_role_id],
            roles=frozenset(offered.get(role_set.id, ())),
        )
        for role_set in role_sets
    }


# -------------------------------------------------------------------------------------- differences


@dataclass(frozen=True, slots=True)
class Differences:
    """All changes from the current model to the wanted one, each kind sorted by key."""

    permissions: Sequence[Change[ModelPermission]]
    roles: Sequence[Change[ModelRole]]
    role_sets: Sequence[Change[ModelRoleSet]]

    @property
    def is_empty(self) -> bool:
        return not (self.permissions or self.roles or self.role_sets)


def compare_models(current: RoleModel, wanted: RoleModel) -> Differences:
    return Differences(
        compare_by_key(current.permissions, wanted.permissions),
        compare_by_key(current.roles, wanted.roles),
        compare_by_key(current.role_sets, wanted.role_sets),
    )


def ensure_mapped(current: RoleModel, wanted: WantedModel) -> None:
    """Raises ModelError if a role that leaves a set, or a set that is deleted, is not mapped."""
    problems: list[ModelProblem] = []
    for key, before in current.role_sets.items():
        after = wanted.model.role_sets.get(key)
        if after is None:
            if key not in wanted.replaced_with:
                message = (
                    "The file leaves out this role set. Name its replacement with `replaced_with`."
                )
                problems.append(ModelProblem(("role_sets", key), message))
            continue
        # A deleted role needs no mapping, because deleting it checks its use.
        leaving = (before.roles - after.roles) & wanted.model.roles.keys()
        for role in sorted(leaving - wanted.mappings.get(key, {}).keys()):
            message = (
                f"The file leaves out {role}. Name the role that its members get in `mappings`."
            )
            problems.append(ModelProblem(("role_sets", key, "mappings"), message))
    if problems:
        raise ModelError(problems)
