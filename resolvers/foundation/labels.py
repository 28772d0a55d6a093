"""The fields of objects that have a key: its look-up, the name, and the description."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from models.errors.collector import ErrorCollector
from models.errors.input import ResourceNotFound
from models.roles import check_description, find_similar
from models.validation.text import check_name

# How many unknown keys an error names: the search for similar ones takes a while.
NAMED = 10

T = TypeVar("T")


def index_by_key(
    known: Mapping[str, T], keys: Sequence[str], what: str, *, at: str | None
) -> list[T]:
    """Finds the objects with these keys, each once.

    Raises ResourceNotFound for unknown ones, with the most similar keys.
    """
    unknown = [key for key in dict.fromkeys(keys) if key not in known][:NAMED]
    if unknown:
        nearest = {key: find_similar(key, known) for key in unknown}
        named = ", ".join(repr(key[:80]) for key in unknown)
        raise ResourceNotFound(f"No {what} has the key {named}.", at=at, nearest=nearest)
    return [known[key] for key in dict.fromkeys(keys)]


def check_labels(errors: ErrorCollector, given: dict[str, Any]) -> dict[str, Any]:
    """Checks the given name and description; collects what is wrong in `errors`."""
    labels = {name: value for name, value in given.items() if name in {"name", "description"}}
    labels = errors.reject_nulls(labels, "name")
    if "name" in labels:
        with errors.at("name"):
            labels["name"] = check_name(labels["name"])
    if "description" in labels:
        with errors.at("description"):
            labels["description"] = check_description(labels["description"])
    return labels
