"""Changes of a row: what differs is written, and what it was is known."""

from typing import Any


def apply_changes(row: Any, new: dict[str, Any]) -> dict[str, Any]:
    """Sets what differs in the eyes of its column; gives the previous values."""
    types = {name: row.__table__.c[name].type for name in new}
    before = {
        name: getattr(row, name)
        for name, value in new.items()
        if not types[name].compare_values(getattr(row, name), value)
    }
    for name in before:
        setattr(row, name, new[name])
    return before
