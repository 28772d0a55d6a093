"""Reads the role model from a YAML file."""

from resolvers.foundation.model_changes import ModelError
from resolvers.role_model.model import (
    ModelPermission,
    ModelRole,
    ModelRoleSet,
    RoleModel,
    WantedModel,
)
from server.roles_file.entries import NAMES, Entries
from server.roles_file.references import find_wrong_references
from server.yaml_files.shape import parse_file
from server.yaml_files.yaml_lines import Lines, add_lines


def read_role_file(content: bytes) -> tuple[WantedModel, Lines]:
    """Parses and checks a file; returns its model, and the line of each part.

    Raises ModelError with every problem that shows without looking at the store.
    """
    entries, lines = parse_file(content, Entries, names=NAMES, tagged={"role_sets"})
    if problems := list(find_wrong_references(entries)):
        raise ModelError(add_lines(problems, lines))
    return to_wanted_model(entries), lines


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
