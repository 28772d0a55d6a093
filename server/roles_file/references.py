"""Finds the names in a role file that refer to nothing."""

from collections.abc import Generator

from models.roles import SYSTEM_PERMISSIONS, is_system
from resolvers.foundation.model_changes import ModelProblem, Place
from server.roles_file.entries import Entries, ReplacedEntry, RoleSetEntry
from server.yaml_files.shape import explain_unknown, find_unknown


def find_wrong_references(entries: Entries) -> Generator[ModelProblem]:
    for key in filter(is_system, entries.permissions):
        yield ModelProblem(
            ("permissions", key), "System permissions can't be changed. Leave it out."
        )
    permissions = {*entries.permissions, *SYSTEM_PERMISSIONS}
    for key, role in entries.roles.items():
        yield from find_unknown(
            ("roles", key, "permissions"), "permission", role.permissions, permissions
        )
    for key, role_set in entries.kept_sets.items():
        yield from check_kept_set(("role_sets", key), role_set, entries)
    for key, role_set in entries.replaced_sets.items():
        yield from check_replaced_set(("role_sets", key), role_set, entries)
    initial = sorted(key for key, role_set in entries.kept_sets.items() if role_set.initial)
    if len(initial) != 1:
        state = f"but these are: {', '.join(initial)}" if initial else "but none is"
        yield ModelProblem(("role_sets",), f"Exactly one role set must be initial, {state}.")


def check_kept_set(
    place: Place, role_set: RoleSetEntry, entries: Entries
) -> Generator[ModelProblem]:
    yield from find_unknown((*place, "roles"), "role", role_set.roles, entries.roles)
    for name in ("default_role", "creator_role"):
        yield from check_role((*place, name), getattr(role_set, name), role_set.roles)
    for source in role_set.mappings:
        if source in role_set.roles:
            yield ModelProblem(
                (*place, "mappings", source),
                "The role stays in the set, so it needs no mapping.",
            )
    for source, target in role_set.mappings.items():
        yield from check_role((*place, "mappings", source), target, role_set.roles)


def check_replaced_set(
    place: Place, role_set: ReplacedEntry, entries: Entries
) -> Generator[ModelProblem]:
    successor = entries.kept_sets.get(role_set.replaced_with)
    if successor is None:
        message = explain_unknown("role set that stays", role_set.replaced_with, entries.kept_sets)
        yield ModelProblem((*place, "replaced_with"), message)
        return
    for source, target in role_set.mappings.items():
        yield from check_role((*place, "mappings", source), target, successor.roles)


def check_role(place: Place, role: str, roles: list[str]) -> Generator[ModelProblem]:
    if role not in roles:
        choice = ", ".join(roles[:10])
        yield ModelProblem(
            place, f"{role[:80]!r} is not a role of the set. Its roles are: {choice}."
        )
