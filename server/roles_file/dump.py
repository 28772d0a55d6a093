"""Writes the role model as a YAML file."""

from typing import Any

import yaml

from models.validation.text import CONTROLS, escape_controls
from resolvers.role_model.model import ModelPermission, ModelRole, ModelRoleSet, RoleModel

HEAD = """\
# The role model of this instance: all custom permissions, roles, and role sets.
# To change the model, edit this file, check the changes with `tenantry roles apply FILE --dry-run`, and apply it.
# Everything that you remove from the file is deleted. The built-in permissions org:sys_… can be used in roles, but not
# changed. If you remove a role from a role set, map it to another role of the set in `mappings`. To delete a role set,
# replace its entry with `replaced_with` and the key of another role set.
"""


class SafelyQuoted(yaml.SafeDumper):
    """Puts texts that need escapes in double quotes: YAML has no escapes anywhere else."""


def represent_text(dumper: SafelyQuoted, text: str) -> yaml.ScalarNode:
    style = '"' if CONTROLS.search(text) else None
    return yaml.ScalarNode("tag:yaml.org,2002:str", text, style=style)


SafelyQuoted.add_representer(str, represent_text)


def dump_model(model: RoleModel) -> str:
    """Renders the file of a model: the same text for the same model."""
    permissions = {key: to_labels(permission) for key, permission in model.permissions.items()}
    roles = {
        key: to_labels(role) | {"permissions": sorted(role.permissions)}
        for key, role in model.roles.items()
    }
    role_sets = {
        key: to_labels(role_set)
        | ({"initial": True} if role_set.initial else {})
        | {
            "default_role": role_set.default_role,
            "creator_role": role_set.creator_role,
            "roles": sorted(role_set.roles),
        }
        for key, role_set in model.role_sets.items()
    }
    entries = {
        "permissions": dict(sorted(permissions.items())),
        "roles": dict(sorted(roles.items())),
        "role_sets": dict(sorted(role_sets.items())),
    }
    text = yaml.dump(entries, Dumper=SafelyQuoted, sort_keys=False, allow_unicode=True, width=120)
    return HEAD + "\n".join(map(escape_controls, text.split("\n")))


def to_labels(entry: ModelPermission | ModelRole | ModelRoleSet) -> dict[str, Any]:
    labels = {"name": entry.name}
    return labels if entry.description is None else labels | {"description": entry.description}
