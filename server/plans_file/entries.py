"""The shape of a file of plans."""

from math import isfinite
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, JsonValue, Tag
from pydantic_core import PydanticCustomError

from server.yaml_files.shape import Entry, Name, Text, ensure_storable, get_kind, list_names

# What JavaScript and every other reader of JSON keeps exactly (RFC 7493).
LARGEST_NUMBER = 2**53 - 1


def ensure_exact(value: JsonValue) -> JsonValue:
    """Ensures that every database and every client reads the same JSON."""
    match value:
        case str():
            ensure_storable(value)
        case float() | int() if not isfinite(value) or abs(value) > LARGEST_NUMBER:
            raise PydanticCustomError("inexact", "It contains a number that JSON can't represent")
        case list():
            for entry in value:
                ensure_exact(entry)
        case dict():
            for key, entry in value.items():
                ensure_exact(key)
                ensure_exact(entry)
        case _:
            pass
    return value


class FeatureEntry(Entry):
    name: Name
    description: Text | None = None


class PlanEntry(Entry):
    name: Name
    description: Text | None = None
    payer_type: Literal["organization", "user"] = "organization"
    default: bool = False
    publicly_visible: bool = True
    features: list[str]
    seat_limit: int | None = None
    stripe_prices: list[str] = []
    metadata: Annotated[dict[str, JsonValue], AfterValidator(ensure_exact)] = {}


class ReplacedEntry(Entry):
    """A plan that another one replaces."""

    replaced_with: str


PlanKind = Annotated[
    Annotated[PlanEntry, Tag("kept")] | Annotated[ReplacedEntry, Tag("replaced")],
    Discriminator(get_kind),
]


class Entries(Entry):
    features: dict[str, FeatureEntry]
    plans: dict[str, PlanKind]

    @property
    def kept_plans(self) -> dict[str, PlanEntry]:
        return {key: entry for key, entry in self.plans.items() if isinstance(entry, PlanEntry)}

    @property
    def replaced_plans(self) -> dict[str, ReplacedEntry]:
        return {key: entry for key, entry in self.plans.items() if isinstance(entry, ReplacedEntry)}


NAMES = list_names(Entries, FeatureEntry, PlanEntry, ReplacedEntry)
