"""Writes the role model as a YAML file."""

from resolvers.role_model.model import RoleModel
from server.yaml_files.dump import dump_yaml, to_labels

HEAD = """\
# The role model of this instance: all custom permissions, roles, and role sets.
# To change the model, edit this file, check the changes with `tenantry roles apply FILE --dry-run`, and apply it.
# Everything that you remove from the file is deleted. The built-in permissions org:sys_… can be used in roles, but not
# changed. If you remove a role from a role set, map it to another role of the set in `mappings`. To delete a role set,
# replace its entry with `replaced_with` and the key of another role set.
"""


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
    return dump_yaml(HEAD, entries)
