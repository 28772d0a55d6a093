"""Shows the differences of two role models: + is new, - is deleted, ~ is changed."""

import json
from collections.abc import Generator, Sequence

from models.validation.text import escape_controls
from resolvers.role_model.model import (
    Change,
    Differences,
    ModelPermission,
    ModelRole,
    ModelRoleSet,
    WantedModel,
)

LABELS = ("name", "description")
SET_VALUES = (*LABELS, "initial", "default_role", "creator_role")

AnyChange = Change[ModelPermission] | Change[ModelRole] | Change[ModelRoleSet]


def render_differences(differences: Differences, wanted: WantedModel) -> list[str]:
    """Renders the lines to show; the first character of each says what happens to it."""
    lines: list[str] = []
    for change in differences.permissions:
        lines += [f"{get_sign(change)} permission {change.key}", *render_values(change, LABELS)]
    for change in differences.roles:
        lines += [
            f"{get_sign(change)} role {change.key}",
            *render_values(change, LABELS),
            *render_keys(change, "permissions"),
        ]
    for change in differences.role_sets:
        lines += [f"{get_sign(change)} role set {change.key}", *render_role_set(change, wanted)]
    changes = [*differences.permissions, *differences.roles, *differences.role_sets]
    signs = [get_sign(change) for change in changes]
    lines.append(
        f"{signs.count('+')} to create, {signs.count('~')} to change, {signs.count('-')} to delete."
    )
    return lines


def get_sign(change: AnyChange) -> str:
    if change.before is None:
        return "+"
    return "-" if change.after is None else "~"


def render_values(change: AnyChange, names: Sequence[str]) -> Generator[str]:
    """Renders the values that are new or change; for a deleted part, the key is enough."""
    for name in names if change.after else ():
        before, after = getattr(change.before, name, None), getattr(change.after, name)
        if change.before is None and after:
            yield f"  + {name}: {quote(after)}"
        elif change.before is not None and before != after:
            yield f"  ~ {name}: {quote(before)} -> {quote(after)}"


def quote(value: object) -> str:
    """Renders the value as JSON, with an escape in place of each control character."""
    return escape_controls(json.dumps(value, ensure_ascii=False))


def render_keys(change: AnyChange, name: str) -> Generator[str]:
    """Renders the keys that a list gains and loses."""
    if change.after is None:
        return
    before: frozenset[str] = getattr(change.before, name, frozenset[str]())
    after: frozenset[str] = getattr(change.after, name)
    for key in sorted(before ^ after):
        yield f"  {'+' if key in after else '-'} {key}"


def render_role_set(change: Change[ModelRoleSet], wanted: WantedModel) -> Generator[str]:
    mappings = wanted.mappings.get(change.key, {})
    if change.after is None:
        yield f"  its organizations get {wanted.replaced_with[change.key]}"
        for source, target in sorted(mappings.items()):
            yield f"  members with {source} get {target}"
        return
    yield from render_values(change, SET_VALUES)
    for line in render_keys(change, "roles"):
        sign, _, key = line.strip().partition(" ")
        is_mapped = sign == "-" and key in mappings
        yield f"{line}; its members get {mappings[key]}" if is_mapped else line
