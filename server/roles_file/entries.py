"""The shape of a role file."""

from typing import Annotated

from pydantic import Discriminator, Tag

from server.yaml_files.shape import Entry, Name, Text, get_kind, list_names


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


NAMES = list_names(Entries, PermissionEntry, RoleEntry, RoleSetEntry, ReplacedEntry)
