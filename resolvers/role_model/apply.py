"""Changes the role model to a wanted one, in one transaction."""

from functools import partial
from operator import itemgetter

from models.roles import can_manage
from resolvers.foundation.model_changes import Change, MovedOn, Step, find_new_values, run_phase
from resolvers.foundation.transaction import Transaction
from resolvers.role_model.edit import NewRole, create_role, delete_role, update_role
from resolvers.role_model.model import (
    Differences,
    ModelPermission,
    ModelRole,
    ModelRoleSet,
    RoleModel,
    WantedModel,
    compare_models,
    ensure_mapped,
    load_model,
)
from resolvers.role_model.permissions import create_permission, delete_permission, update_permission
from resolvers.role_model.reassign import RoleMapping
from resolvers.role_model.replace import replace_role, replace_role_set
from resolvers.role_model.sets import NewRoleSet, create_role_set, update_role_set


async def compare(tx: Transaction, wanted: WantedModel) -> Differences:
    """Returns what would change; raises ModelError if a mapping is missing."""
    current = await load_model(tx)
    ensure_mapped(current, wanted)
    return compare_models(current, wanted.model)


async def apply_model(tx: Transaction, wanted: WantedModel, shown: Differences) -> None:
    """Changes the model to the wanted one.

    Raises ModelError with all problems of a phase, or MovedOn.
    """
    await tx.lock_roles_exclusively()
    current = await load_model(tx)
    if compare_models(current, wanted.model) != shown:
        raise MovedOn
    for phase in plan_phases(current, wanted, shown):
        await run_phase(tx, phase)


# ------------------------------------------------------------------------------------------- phases


def plan_phases(
    current: RoleModel, wanted: WantedModel, differences: Differences
) -> list[list[Step]]:
    """Orders the steps so that none prevents another.

    A role gains permissions before members are moved to it, and loses them afterwards, so that the
    last-manager rule (rule 8) sees no state that is worse than the wanted one. Roles that nobody is
    moved from are deleted first, which makes room for others.
    """
    deleted = [change.key for change in differences.roles if change.after is None]
    free = [key for key in deleted if _is_free(key, current, wanted)]
    narrowed = [change for change in differences.roles if _is_narrowed(change)]
    early, late = _plan_replacements(current, wanted)
    return [
        [_delete_role(key) for key in free],
        [_save_permission(change) for change in differences.permissions if change.after],
        [
            _save_role(change)
            for change in differences.roles
            if change.after and change not in narrowed
        ],
        early,
        [step for change in differences.role_sets for step in _save_role_set(change)],
        late,
        [
            _replace_set(key, wanted)
            for key in sorted(wanted.replaced_with)
            if key in current.role_sets
        ],
        [_save_role(change) for change in narrowed],
        [_delete_role(key) for key in deleted if key not in free],
        [
            Step(
                ("permissions", change.key),
                partial(delete_permission, key=change.key),
                deletes=True,
            )
            for change in differences.permissions
            if change.after is None
        ],
    ]


def _is_free(role: str, current: RoleModel, wanted: WantedModel) -> bool:
    """Whether the role can be deleted before everything else."""
    assigned = {
        key
        for role_set in current.role_sets.values()
        for key in (role_set.default_role, role_set.creator_role)
    }
    mapped = {source for mappings in wanted.mappings.values() for source in mappings}
    return role not in assigned | mapped


def _is_narrowed(change: Change[ModelRole]) -> bool:
    """Whether the role can manage organizations now but not in the wanted model."""
    before, after = change.before, change.after
    if before is None or after is None:
        return False
    return can_manage(before.permissions) and not can_manage(after.permissions)


# ---------------------------------------------------------------------------- permissions and roles


def _save_permission(change: Change[ModelPermission]) -> Step:
    key, after, place = change.key, change.after, ("permissions", change.key)
    assert after
    if change.before is None:
        return Step(
            place,
            partial(create_permission, key=key, name=after.name, description=after.description),
        )
    return Step(
        place,
        partial(
            update_permission,
            key=key,
            given=find_new_values(change.before, after, "name", "description"),
        ),
    )


def _save_role(change: Change[ModelRole]) -> Step:
    key, after, place = change.key, change.after, ("roles", change.key)
    assert after
    if change.before is None:
        new = NewRole(key, after.name, after.description, sorted(after.permissions))
        return Step(place, partial(create_role, new=new))
    given = find_new_values(change.before, after, "name", "description", "permissions")
    return Step(place, partial(update_role, key=key, given=given))


def _delete_role(key: str) -> Step:
    return Step(("roles", key), partial(delete_role, key=key), deletes=True)


# ---------------------------------------------------------------------------------------- role sets


def _save_role_set(change: Change[ModelRoleSet]) -> list[Step]:
    key, before, after = change.key, change.before, change.after
    place = ("role_sets", key)
    if after is None:
        return []
    if before is None:
        new = NewRoleSet(
            key,
            after.name,
            after.description,
            sorted(after.roles),
            after.default_role,
            after.creator_role,
        )
        operation = partial(_create_and_make_initial, new=new, initial=after.initial)
        return [Step(place, operation)]
    given = find_new_values(before, after, "name", "description", "default_role", "creator_role")
    if added := after.roles - before.roles:
        given["add_roles"] = sorted(added)
    if after.initial and not before.initial:
        given["make_initial"] = True
    return [Step(place, partial(update_role_set, key=key, given=given))] if given else []


async def _create_and_make_initial(tx: Transaction, *, new: NewRoleSet, initial: bool) -> None:
    role_set = await create_role_set(tx, new)
    if initial:
        await update_role_set(tx, key=role_set.key, given={"make_initial": True})


def _plan_replacements(current: RoleModel, wanted: WantedModel) -> tuple[list[Step], list[Step]]:
    """Plans the replacement of roles that leave sets, before and after the sets change.

    Most happen before, to make room; a creator role is replaced after the set has a new one.
    Replacements with a role that can manage come first.
    """
    early, late = list[tuple[bool, Step]](), list[Step]()
    for key, before in current.role_sets.items():
        after = wanted.model.role_sets.get(key)
        mappings = wanted.mappings.get(key, {})
        for role in sorted(before.roles & mappings.keys()) if after else ():
            new = mappings[role]
            step = Step(
                ("role_sets", key, "mappings", role),
                partial(replace_role, role_set=key, role=role, with_role=new),
            )
            is_manager = can_manage(wanted.model.roles[new].permissions)
            if role == before.creator_role and not is_manager:
                late.append(step)
            else:
                early.append((not is_manager, step))
    return [step for _, step in sorted(early, key=itemgetter(0))], late


def _replace_set(key: str, wanted: WantedModel) -> Step:
    mappings = [
        RoleMapping(source, target) for source, target in wanted.mappings.get(key, {}).items()
    ]
    operation = partial(
        replace_role_set, key=key, with_key=wanted.replaced_with[key], mappings=mappings
    )
    return Step(("role_sets", key), operation)
