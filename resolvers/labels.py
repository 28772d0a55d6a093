"""What people call roles, permissions and role sets: a name and a description."""

from typing import Any

from models.errors import Faults
from models.roles import checked_description
from models.text import checked_name


def checked_labels(faults: Faults, given: dict[str, Any]) -> dict[str, Any]:
    """The name and description among what is given, checked; what is wrong is left to `faults`."""
    labels = {name: value for name, value in given.items() if name in {"name", "description"}}
    labels = faults.without_nil(labels, "name")
    if "name" in labels:
        with faults.at("name"):
            labels["name"] = checked_name(labels["name"])
    with faults.at("description"):
        checked_description(labels.get("description"))
    return labels


def changed(row: Any, new: dict[str, Any]) -> dict[str, Any]:
    """Sets what differs; gives the previous values."""
    before = {name: getattr(row, name) for name, value in new.items() if getattr(row, name) != value}
    for name in before:
        setattr(row, name, new[name])
    return before
