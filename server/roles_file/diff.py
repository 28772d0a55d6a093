"""The differences of two role models as a person
reviews them: + what comes, - what goes, ~ what changes.
"""

import json
from collections.abc import Generator, Sequence
from typing import Any

from resolvers.role_model.model import (
    Change,
    Differences,
    ModelPermission,
    ModelRole,
    ModelRoleSet,
    WantedModel,
)

LABELS = ("name", "description")
CHOSEN = (*LABELS, "initial", "default_role", "creator_role")

AnyChange = Change[ModelPermission] | Change[ModelRole] | Change[ModelRoleSet]


def render_differences(differences: Differences, wanted: WantedModel) -> list[str]:
    """The lines to show; the first sign of each tells what becomes of it."""
    lines: list[str] = []
    for change in differences.permissions:
        lines += [_head("permission", change), *_values(change, LABELS)]
    for change in differences.roles:
        lines += [_head("role", change), *_values(change, LABELS), *_listed(change, "permissions")]
    for change in differences.role_sets:
        lines += [_head("role set", change), *_of_role_set(change, wanted)]
    return [
        *lines,
        _summary([*differences.permissions, *differences.roles, *differences.role_sets]),
    ]


def _sign(change: AnyChange) -> str:
    if change.before is None:
        return "+"
    return "-" if change.after is None else "~"


def _head(what: str, change: AnyChange) -> str:
    return f"{_sign(change)} {what} {change.key}"


def _quoted(value: object) -> str:
    """As JSON, with an escape in place of each control character."""
    return json.dumps(value, ensure_ascii=not str(value).isprintable())


def _values(change: AnyChange, names: Sequence[str]) -> Generator[str]:
    """The values that come or change; of what goes none, its key says all."""
    for name in names if change.after else ():
        before, after = getattr(change.before, name, None), getattr(change.after, name)
        if change.before is None and after:
            yield f"  + {name}: {_quoted(after)}"
        elif change.before is not None and before != after:
            yield f"  ~ {name}: {_quoted(before)} -> {_quoted(after)}"


def _listed(change: AnyChange, name: str) -> Generator[str]:
    """The keys that a list gains and loses."""
    if change.after is None:
        return
    before: frozenset[str] = getattr(change.before, name, frozenset[str]())
    after: frozenset[str] = getattr(change.after, name)
    for key in sorted(before ^ after):
        yield f"  {'+' if key in after else '-'} {key}"


def _of_role_set(change: Change[ModelRoleSet], wanted: WantedModel) -> Generator[str]:
    mappings = wanted.mappings.get(change.key, {})
    if change.after is None:
        yield f"  its organizations get {wanted.replaced_with[change.key]}"
        yield from (
            f"  who has {source} gets {target}" for source, target in sorted(mappings.items())
        )
        return
    yield from _values(change, CHOSEN)
    for line in _listed(change, "roles"):
        sign, _, key = line.strip().partition(" ")
        yield (
            f"{line}, who has it gets {mappings[key]}" if sign == "-" and key in mappings else line
        )


def _summary(changes: Sequence[Any]) -> str:
    signs = [_sign(change) for change in changes]
    return (
        f"{signs.count('+')} to create, {signs.count('~')} to change, {signs.count('-')} to delete."
    )
