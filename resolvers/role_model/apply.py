"""The way from the role model that is kept to a
wanted one: all of it in one transaction, or nothing.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from models.errors import InputError, InputErrors
from models.roles import can_manage
from resolvers.role_model.edit import NewRole, create_role, delete_role, update_role
from resolvers.role_model.model import (
    Change,
    Differences,
    ModelError,
    ModelPermission,
    ModelProblem,
    ModelRole,
    ModelRoleSet,
    Place,
    RoleModel,
    WantedModel,
    compare_models,
    ensure_mapped,
    load_model,
)
from resolvers.role_model.permissions import create_permission, delete_permission, update_permission
from resolvers.role_model.reassign import RoleMapping
from resolvers.role_model.sets import (
    NewRoleSet,
    create_role_set,
    replace_role,
    replace_role_set,
    update_role_set,
)
from resolvers.transaction import Transaction

# Where the input's fields are in the wanted model; the others have the same name there.
PLACES: dict[str, Place] = {
    "key": (),
    "role": (),
    "roleSet": (),
    "withRole": (),
    "withKey": ("replaced_with",),
    "addRoles": ("roles",),
    "defaultRole": ("default_role",),
    "creatorRole": ("creator_role",),
    "makeInitial": ("initial",),
}


class MovedOn(Exception):
    """The model that is kept is another one than the differences were shown for."""


@dataclass(frozen=True, slots=True)
class Step:
    """One operation, with the place in the wanted model that asks for it."""

    place: Place
    operation: Callable[[Transaction], Awaitable[object]]
    deletes: bool = False

    def fault(self, refusal: InputError) -> ModelProblem:
        name = refusal.field[-1] if refusal.field else "key"
        sentence = (
            f"It is gone, but can't be deleted: {refusal.message}"
            if self.deletes
            else refusal.message
        )
        return ModelProblem((*self.place, *PLACES.get(name, (name,))), sentence)


async def compare(tx: Transaction, wanted: WantedModel) -> Differences:
    """What would change.

    Raises ModelRefused where it is not said what becomes of those who have what goes.
    """
    kept = await load_model(tx)
    ensure_mapped(kept, wanted)
    return compare_models(kept, wanted.model)


async def apply_model(tx: Transaction, wanted: WantedModel, shown: Differences) -> None:
    """Makes the model the wanted one.

    Raises ModelRefused with every refusal that is found, or MovedOn.
    """
    await tx.lock_roles_exclusively()
    kept = await load_model(tx)
    if compare_models(kept, wanted.model) != shown:
        raise MovedOn
    for phase in phases(kept, wanted, shown):
        await _take(tx, phase)


async def _take(tx: Transaction, phase: Sequence[Step]) -> None:
    """Takes all steps of a phase, so that all that is wrong with them is told at once."""
    faults: list[ModelProblem] = []
    for step in phase:
        try:
            async with tx.session.begin_nested():
                await step.operation(tx)
        except InputError as refusal:
            faults.append(step.fault(refusal))
        except InputErrors as error:
            faults += [step.fault(refusal) for refusal in error.errors]
    if faults:
        raise ModelError(faults)


# ------------------------------------------------------------------------------------------- phases


def phases(kept: RoleModel, wanted: WantedModel, differences: Differences) -> list[list[Step]]:
    """The steps in an order in which none is in the way of another.

    What a role gains comes before its holders move, what it loses after: so the last-manager rule
    (rule 8) sees no state that is worse than the wanted one. Roles that nobody is moved from go
    first: they make room.
    """
    gone = [change.key for change in differences.roles if change.after is None]
    at_once = [key for key in gone if _is_free(key, kept, wanted)]
    narrowed = [change for change in differences.roles if _is_narrowed(change)]
    early, late = _replacements(kept, wanted)
    return [
        [_deleted_role(key) for key in at_once],
        [_permission(change) for change in differences.permissions if change.after],
        [_role(change) for change in differences.roles if change.after and change not in narrowed],
        early,
        [step for change in differences.role_sets for step in _role_set(change)],
        late,
        [
            _replaced_set(key, wanted)
            for key in sorted(wanted.replaced_with)
            if key in kept.role_sets
        ],
        [_role(change) for change in narrowed],
        [_deleted_role(key) for key in gone if key not in at_once],
        [
            _deleted_permission(change.key)
            for change in differences.permissions
            if change.after is None
        ],
    ]


def _is_free(role: str, kept: RoleModel, wanted: WantedModel) -> bool:
    """Whether nothing else has to happen before the role can be deleted."""
    chosen = {
        key for one in kept.role_sets.values() for key in (one.default_role, one.creator_role)
    }
    mapped = {source for mappings in wanted.mappings.values() for source in mappings}
    return role not in chosen | mapped


def _is_narrowed(change: Change[ModelRole]) -> bool:
    """Whether the role can manage organizations, and is not to any more."""
    before, after = change.before, change.after
    if before is None or after is None:
        return False
    return can_manage(before.permissions) and not can_manage(after.permissions)


def _given(before: Any, after: Any, *names: str) -> dict[str, Any]:
    return {
        name: getattr(after, name)
        for name in names
        if getattr(before, name) != getattr(after, name)
    }


# ---------------------------------------------------------------------------- permissions and roles


def _permission(change: Change[ModelPermission]) -> Step:
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
            update_permission, key=key, given=_given(change.before, after, "name", "description")
        ),
    )


def _deleted_permission(key: str) -> Step:
    return Step(("permissions", key), partial(delete_permission, key=key), deletes=True)


def _role(change: Change[ModelRole]) -> Step:
    key, after, place = change.key, change.after, ("roles", change.key)
    assert after
    if change.before is None:
        new = NewRole(key, after.name, after.description, sorted(after.permissions))
        return Step(place, partial(create_role, new=new))
    given = _given(change.before, after, "name", "description", "permissions")
    return Step(place, partial(update_role, key=key, given=given))


def _deleted_role(key: str) -> Step:
    return Step(("roles", key), partial(delete_role, key=key), deletes=True)


# ---------------------------------------------------------------------------------------- role sets


def _role_set(change: Change[ModelRoleSet]) -> list[Step]:
    before, after, place = change.before, change.after, ("role_sets", change.key)
    if after is None:
        return []
    if before is None:
        return _new_role_set(change.key, after)
    given = _given(before, after, "name", "description", "default_role", "creator_role")
    given |= {"add_roles": sorted(after.roles - before.roles)} if after.roles - before.roles else {}
    given |= {"make_initial": True} if after.initial and not before.initial else {}
    return [Step(place, partial(update_role_set, key=change.key, given=given))] if given else []


def _new_role_set(key: str, after: ModelRoleSet) -> list[Step]:
    new = NewRoleSet(
        key,
        after.name,
        after.description,
        sorted(after.roles),
        after.default_role,
        after.creator_role,
    )
    return [Step(("role_sets", key), partial(_make_role_set, new=new, initial=after.initial))]


async def _make_role_set(tx: Transaction, *, new: NewRoleSet, initial: bool) -> None:
    made = await create_role_set(tx, new)
    if initial:
        await update_role_set(tx, key=made.key, given={"make_initial": True})


def _replacements(kept: RoleModel, wanted: WantedModel) -> tuple[list[Step], list[Step]]:
    """Roles that leave sets: before the sets change, to make
    room; after, where a new creator role has to be named.

    Who gets a role that can manage comes first.
    """
    early, late = list[tuple[bool, Step]](), list[Step]()
    for key, before in kept.role_sets.items():
        after = wanted.model.role_sets.get(key)
        mappings = wanted.mappings.get(key, {})
        for role in sorted(before.roles & mappings.keys()) if after else ():
            step = _replaced_role(key, role, mappings[role])
            manages = can_manage(wanted.model.roles[mappings[role]].permissions)
            if role == before.creator_role and not manages:
                late.append(step)
            else:
                early.append((manages, step))
    return [step for _, step in sorted(early, key=lambda one: not one[0])], late


def _replaced_role(role_set: str, role: str, with_role: str) -> Step:
    place = ("role_sets", role_set, "mappings", role)
    return Step(place, partial(replace_role, role_set=role_set, role=role, with_role=with_role))


def _replaced_set(key: str, wanted: WantedModel) -> Step:
    mappings = [
        RoleMapping(source, target) for source, target in wanted.mappings.get(key, {}).items()
    ]
    operation = partial(
        replace_role_set, key=key, with_key=wanted.replaced_with[key], mappings=mappings
    )
    return Step(("role_sets", key), operation)
