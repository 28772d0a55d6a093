"""The role model as one YAML file: its shape, and where in it each fault is."""

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Annotated, Any

import yaml
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

from models.roles import SYSTEM_PERMISSIONS, find_similar, is_system
from models.validation.text import CONTROLS, escape_controls
from resolvers.role_model.model import (
    ModelError,
    ModelPermission,
    ModelProblem,
    ModelRole,
    ModelRoleSet,
    Place,
    RoleModel,
    WantedModel,
)
from server.roles_file.yaml_lines import Lines, construct, parse_yaml

LIMIT = 1_048_576
HEAD = """\
# The role model of this instance: permissions, roles and role sets, all of them.
# Change it, look at the difference with `tenantry roles apply FILE --dry-run`, then apply it. What is not in the file
# any more is deleted. The permissions org:sys_… are built in: roles hold them, nobody edits them.
# In a role set, `mappings` says which role those get whose role leaves it; `replaced_with` in place of everything
# else says which set takes its place.
"""


def _storable(text: str) -> str:
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise PydanticCustomError("unstorable", "It holds a character that no database keeps")
    return text


Text = Annotated[str, AfterValidator(_storable)]
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
    """A role set that goes."""

    replaced_with: str
    mappings: dict[str, str] = {}


def _kind(value: Any) -> str:
    return "replaced" if isinstance(value, dict) and "replaced_with" in value else "kept"


RoleSetKind = Annotated[
    Annotated[RoleSetEntry, Tag("kept")] | Annotated[ReplacedEntry, Tag("replaced")],
    Discriminator(_kind),
]


class Entries(Entry):
    permissions: dict[str, PermissionEntry]
    roles: dict[str, RoleEntry]
    role_sets: dict[str, RoleSetKind]

    @property
    def kept_sets(self) -> dict[str, RoleSetEntry]:
        return {key: one for key, one in self.role_sets.items() if isinstance(one, RoleSetEntry)}

    @property
    def replaced_sets(self) -> dict[str, ReplacedEntry]:
        return {key: one for key, one in self.role_sets.items() if isinstance(one, ReplacedEntry)}


NAMES = sorted(
    {name for entry in (Entries, *Entry.__subclasses__()) for name in entry.model_fields}
)


@dataclass(frozen=True, slots=True)
class RoleFile:
    """What a file wants, and the line that each of its parts is on."""

    wanted: WantedModel
    lines: Lines


# ------------------------------------------------------------------------------------------ writing


def dump_model(model: RoleModel) -> str:
    """The file of a model: the same text for the same model."""
    entries = {
        "permissions": {key: _labels(one) for key, one in sorted(model.permissions.items())},
        "roles": {
            key: _labels(one) | {"permissions": sorted(one.permissions)}
            for key, one in sorted(model.roles.items())
        },
        "role_sets": {key: _role_set(one) for key, one in sorted(model.role_sets.items())},
    }
    text = yaml.dump(entries, Dumper=SafelyQuoted, sort_keys=False, allow_unicode=True, width=120)
    return HEAD + "\n".join(map(escape_controls, text.split("\n")))


class SafelyQuoted(yaml.SafeDumper):
    """Puts texts that need escapes in double quotes: YAML has escapes nowhere else."""


def _quoted(dumper: SafelyQuoted, text: str) -> yaml.ScalarNode:
    return yaml.ScalarNode(
        "tag:yaml.org,2002:str", text, style='"' if CONTROLS.search(text) else None
    )


SafelyQuoted.add_representer(str, _quoted)


def _labels(one: ModelPermission | ModelRole | ModelRoleSet) -> dict[str, Any]:
    return {"name": one.name} | (
        {} if one.description is None else {"description": one.description}
    )


def _role_set(one: ModelRoleSet) -> dict[str, Any]:
    chosen = {
        "default_role": one.default_role,
        "creator_role": one.creator_role,
        "roles": sorted(one.roles),
    }
    return _labels(one) | ({"initial": True} if one.initial else {}) | chosen


# ------------------------------------------------------------------------------------------ reading


def read_role_file(content: bytes) -> RoleFile:
    """What the file wants.

    Raises ModelRefused with every fault that can be told without looking at the store.
    """
    if len(content) > LIMIT:
        raise ModelError([ModelProblem((), f"The file is larger than {LIMIT} bytes.")])
    data, lines = parse_yaml(content)
    entries = _shaped(data, lines)
    faults = list(_faults(entries))
    if faults:
        raise ModelError(construct(faults, lines))
    return RoleFile(_wanted(entries), lines)


# -------------------------------------------------------------------------------------------- shape

SENTENCES = {
    "missing": "It is missing.",
    "string_type": "It has to be text; put quotes around it.",
    "list_type": "It has to be a list.",
    "bool_type": "It has to be true or false.",
}
MAPPINGS = {"dict_type", "model_type", "model_attributes_type"}


def _shaped(data: Any, lines: Lines) -> Entries:
    try:
        return Entries.model_validate(data)
    except ValidationError as error:
        found = [
            ModelProblem(_place(one["loc"]), _sentence(one["type"], one["loc"], one["msg"]))
            for one in error.errors()
        ]
        raise ModelError(construct(found, lines)) from error


def _place(location: tuple[str | int, ...]) -> Place:
    """The way to a part as the file has it, without what
    pydantic adds: the kind of a role set, the mark of a key.
    """
    tags = {2} if location[:1] == ("role_sets",) else set[int]()
    return tuple(
        part for number, part in enumerate(location) if number not in tags and part != "[key]"
    )


def _sentence(kind: str, location: tuple[str | int, ...], message: str) -> str:
    if kind == "extra_forbidden":
        return f"There is nothing of this name.{_meant(str(location[-1]), NAMES)}"
    if kind in MAPPINGS:
        return (
            "It has to be a mapping of names to values."
            if location
            else "The file has to hold a mapping."
        )
    return SENTENCES.get(kind, f"{message}.")


# --------------------------------------------------------------------------------------- references


def _meant(key: str, known: Iterable[str]) -> str:
    nearest = find_similar(key, known)
    return f" Did you mean {' or '.join(nearest)}?" if nearest else ""


def _unknown(what: str, key: str, known: Iterable[str]) -> str:
    return f"There is no {what} {key[:80]!r}.{_meant(key, known)}"


def _faults(entries: Entries) -> Generator[ModelProblem]:
    """What names something that is not there."""
    for key in filter(is_system, entries.permissions):
        yield ModelProblem(
            ("permissions", key), "System permissions stay as they are: leave it out."
        )
    yield from _faults_of_roles(entries)
    for key, one in entries.kept_sets.items():
        yield from _faults_of_kept_set(("role_sets", key), one, entries)
    for key, one in entries.replaced_sets.items():
        yield from _faults_of_replaced_set(("role_sets", key), one, entries)
    initial = sorted(key for key, one in entries.kept_sets.items() if one.initial)
    if len(initial) != 1:
        found = f"these are: {', '.join(initial)}" if initial else "none is"
        yield ModelProblem(("role_sets",), f"One role set has to be initial, {found}.")


def _faults_of_roles(entries: Entries) -> Generator[ModelProblem]:
    known = {*entries.permissions, *SYSTEM_PERMISSIONS}
    for key, role in entries.roles.items():
        yield from _unknown_among(
            ("roles", key, "permissions"), "permission", role.permissions, known
        )


def _unknown_among(
    place: Place, what: str, keys: list[str], known: Iterable[str]
) -> Generator[ModelProblem]:
    for number, key in enumerate(keys):
        if key not in known:
            yield ModelProblem((*place, number), _unknown(what, key, known))


def _faults_of_kept_set(
    place: Place, one: RoleSetEntry, entries: Entries
) -> Generator[ModelProblem]:
    yield from _unknown_among((*place, "roles"), "role", one.roles, entries.roles)
    for name, role in (("default_role", one.default_role), ("creator_role", one.creator_role)):
        if role not in one.roles:
            yield ModelProblem((*place, name), _outside(role, one.roles))
    for source in one.mappings:
        if source in one.roles:
            yield ModelProblem(
                (*place, "mappings", source),
                "The role stays in the set, so that nobody needs another one.",
            )
    yield from _faults_of_targets(place, one.mappings, one.roles)


def _faults_of_targets(
    place: Place, mappings: dict[str, str], roles: list[str]
) -> Generator[ModelProblem]:
    for source, target in mappings.items():
        if target not in roles:
            yield ModelProblem((*place, "mappings", source), _outside(target, roles))


def _outside(role: str, roles: list[str]) -> str:
    return f"{role[:80]!r} is not one of the set's roles: {', '.join(roles[:10])}."


def _faults_of_replaced_set(
    place: Place, one: ReplacedEntry, entries: Entries
) -> Generator[ModelProblem]:
    successor = entries.kept_sets.get(one.replaced_with)
    if successor is None:
        yield ModelProblem(
            (*place, "replaced_with"),
            _unknown("role set that stays", one.replaced_with, entries.kept_sets),
        )
        return
    yield from _faults_of_targets(place, one.mappings, successor.roles)


def _wanted(entries: Entries) -> WantedModel:
    model = RoleModel(
        permissions={
            key: ModelPermission(one.name, one.description)
            for key, one in entries.permissions.items()
        },
        roles={
            key: ModelRole(one.name, one.description, frozenset(one.permissions))
            for key, one in entries.roles.items()
        },
        role_sets={key: _model_set(one) for key, one in entries.kept_sets.items()},
    )
    mappings = {key: one.mappings for key, one in entries.role_sets.items()}
    return WantedModel(
        model, mappings, {key: one.replaced_with for key, one in entries.replaced_sets.items()}
    )


def _model_set(one: RoleSetEntry) -> ModelRoleSet:
    return ModelRoleSet(
        one.name,
        one.description,
        one.initial,
        one.default_role,
        one.creator_role,
        frozenset(one.roles),
    )
