"""Shows the differences of two role models: + is new, - is deleted, ~ is changed."""

from collections.abc import Generator

from resolvers.foundation.model_changes import Change
from resolvers.role_model.model import Differences, ModelRoleSet, WantedModel
from server.yaml_files.diff import get_sign, render_keys, render_summary, render_values

LABELS = ("name", "description")
SET_VALUES = (*LABELS, "initial", "default_role", "creator_role")


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
    return [*lines, render_summary(changes)]


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
