"""Shows the differences of two models: + is new, - is deleted, ~ is changed."""

import json
from collections.abc import Generator, Sequence
from typing import Any

from models.validation.text import escape_controls
from resolvers.foundation.model_changes import Change

AnyChange = Change[Any]


def render_summary(changes: Sequence[AnyChange]) -> str:
    signs = [get_sign(change) for change in changes]
    created, changed, deleted = (signs.count(sign) for sign in "+~-")
    return f"{created} to create, {changed} to change, {deleted} to delete."


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
