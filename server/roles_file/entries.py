"""The shape of a role file, and what is wrong with one that has another shape."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    StringConstraints,
    Tag,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from models.roles import find_similar
from resolvers.role_model.model import ModelError, ModelProblem
from server.roles_file.yaml_lines import Lines, add_lines

# What to say instead of pydantic's message, by the type of its error.
SENTENCES = {
    "missing": "It is missing.",
    "string_type": "It must be text. Put it in quotes.",
    "list_type": "It must be a list.",
    "bool_type": "It must be true or false.",
}
MAPPINGS = {"dict_type", "model_type", "model_attributes_type"}


def ensure_storable(text: str) -> str:
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise PydanticCustomError(
            "unstorable", "It contains a character that databases can't store"
        )
    return text


Text = Annotated[str, AfterValidator(ensure_storable)]
Name = Annotated[Text, StringConstraints(strip_whitespace=True)]


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PermissionEntry(Entry):
    name: Name
    description: Text | None = None


class RoleEntry(Entry):
    name: Name
    description: Text | None = None
    permissions: list[str]


class RoleSetEntry(Entry):
    name: Name
    description: Text | None = None
    initial: bool = False
    default_role: str
    creator_role: str
    roles: list[str]
    mappings: dict[str, str] = {}


class ReplacedEntry(Entry):
    """A role set that another one replaces."""

    replaced_with: str
    mappings: dict[str, str] = {}


def get_kind(value: Any) -> str:
    return "replaced" if isinstance(value, dict) and "replaced_with" in value else "kept"


RoleSetKind = Annotated[
    Annotated[RoleSetEntry, Tag("kept")] | Annotated[ReplacedEntry, Tag("replaced")],
    Discriminator(get_kind),
]


class Entries(Entry):
    permissions: dict[str, PermissionEntry]
    roles: dict[str, RoleEntry]
    role_sets: dict[str, RoleSetKind]

    @property
    def kept_sets(self) -> dict[str, RoleSetEntry]:
        return {
            key: entry for key, entry in self.role_sets.items() if isinstance(entry, RoleSetEntry)
        }

    @property
    def replaced_sets(self) -> dict[str, ReplacedEntry]:
        return {
            key: entry for key, entry in self.role_sets.items() if isinstance(entry, ReplacedEntry)
        }


NAMES = sorted(
    {name for entry in (Entries, *Entry.__subclasses__()) for name in entry.model_fields}
)


def parse_entries(data: Any, lines: Lines) -> Entries:
    """Raises ModelError."""
    try:
        return Entries.model_validate(data)
    except ValidationError as error:
        problems: list[ModelProblem] = []
        for detail in error.errors():
            location = detail["loc"]
            # Pydantic adds the kind of a role set, and a mark for a key.
            tags = {2} if location[:1] == ("role_sets",) else set[int]()
            place = tuple(
                part
                for number, part in enumerate(location)
                if number not in tags and part != "[key]"
            )
            sentence = to_sentence(detail["type"], location, detail["msg"])
            problems.append(ModelProblem(place, sentence))
        raise ModelError(add_lines(problems, lines)) from error


def to_sentence(kind: str, location: tuple[str | int, ...], message: str) -> str:
    if kind == "extra_forbidden":
        return f"The name is unknown.{suggest(str(location[-1]), NAMES)}"
    if kind in MAPPINGS and location:
        return "It must be a mapping of names to values."
    if kind in MAPPINGS:
        return "The file must contain a mapping."
    return SENTENCES.get(kind, f"{message}.")


def suggest(key: str, known: Iterable[str]) -> str:
    similar = find_similar(key, known)
    return f" Did you mean {' or '.join(similar)}?" if similar else ""
