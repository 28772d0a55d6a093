"""What roles, permissions and role sets are called:
by people a name and a description, by inputs a key.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from models.errors import ErrorCollector, ResourceNotFound
from models.roles import check_description, find_similar
from models.validation.text import check_name

# How many unknown keys are told of at once: looking for near ones takes a while.
NAMED = 10

T = TypeVar("T")


def index_by_key(
    known: Mapping[str, T], keys: Sequence[str], what: str, *, at: str | None
) -> list[T]:
    """What the keys name, each once.

    Raises ResourceNotFound for unknown ones, with the nearest that there are.
    """
    unknown = [key for key in dict.fromkeys(keys) if key not in known][:NAMED]
    if unknown:
        nearest = {key: find_similar(key, known) for key in unknown}
        named = ", ".join(repr(key[:80]) for key in unknown)
        raise ResourceNotFound(f"No {what} has the key {named}.", at=at, nearest=nearest)
    return [known[key] for key in dict.fromkeys(keys)]


def check_labels(faults: ErrorCollector, given: dict[str, Any]) -> dict[str, Any]:
    """The name and description among what is given, checked; what is wrong is left to `faults`."""
    labels = {name: value for name, value in given.items() if name in {"name", "description"}}
    labels = faults.reject_nulls(labels, "name")
    if "name" in labels:
        with faults.at("name"):
            labels["name"] = check_name(labels["name"])
    with faults.at("description"):
        check_description(labels.get("description"))
    return labels
