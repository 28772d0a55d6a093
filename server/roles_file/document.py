"""Reads the role model from a YAML file."""

from dataclasses import dataclass

from resolvers.role_model.model import (
    ModelError,
    ModelPermission,
    ModelProblem,
    ModelRole,
    ModelRoleSet,
    RoleModel,
    WantedModel,
)
from server.roles_file.entries import Entries, parse_entries
from server.roles_file.references import find_wrong_references
from server.roles_file.yaml_lines import Lines, add_lines, parse_yaml

# The size of the largest file, in bytes.
LIMIT = 1_048_576


@dataclass(frozen=True, slots=True)
class RoleFile:
    """The model that a file describes, and the line of each of its parts."""

    wanted: WantedModel
    lines: Lines


def read_role_file(content: bytes) -> RoleFile:
    """Parses and checks a file.

    Raises ModelError with every problem that shows without looking at the store.
    """
    if len(content) > LIMIT:
        raise ModelError([ModelProblem((), f"The file must have at most {LIMIT} bytes.")])
    data, lines = parse_yaml(content)
    entries = parse_entries(data, lines)
    if problems := list(find_wrong_references(entries)):
        raise ModelError(add_lines(problems, lines))
    return RoleFile(to_wanted_model(entries), lines)


def to_wanted_model(entries: Entries) -> WantedModel:
    model = RoleModel(
        permissions={
            key: ModelPermission(entry.name, entry.description)
            for key, entry in entries.permissions.items()
        },
        roles={
            key: ModelRole(entry.name, entry.description, frozenset(entry.permissions))
            for key, entry in entries.roles.items()
        },
        role_sets={
            key: ModelRoleSet(
                entry.name,
                entry.description,
                entry.initial,
                entry.default_role,
                entry.creator_role,
                frozenset(entry.roles),
            )
            for key, entry in entries.kept_sets.items()
        },
    )
    return WantedModel(
        model,
        mappings={key: entry.mappings for key, entry in entries.role_sets.items()},
        replaced_with={key: entry.replaced_with for key, entry in entries.replaced_sets.items()},
    )
