"""Reads a folder with JSON pages, as Clerk's Backend API gives them."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from resolvers.importing.records import Kind, Place, Record
from resolvers.importing.report import Problem
from server.importing.clerk.convert import (
    convert_domain,
    convert_invitation,
    convert_membership,
    convert_organization,
    convert_permission,
    convert_role,
    convert_role_set,
    convert_user,
    count_left,
)
from server.importing.clerk.shapes import (
    ClerkDomain,
    ClerkInvitation,
    ClerkMembership,
    ClerkOrganization,
    ClerkPermission,
    ClerkRole,
    ClerkRoleSet,
    ClerkUser,
    Shape,
)
from server.importing.json_pages import INVALID, read_entries
from server.importing.source import SourceError

# The most folders between the folder of the import and a page.
DEPTH = 2


class ClerkList(NamedTuple):
    """A list of the API: `<name>.json`, or pages in the folder `<name>`."""

    name: str
    shape: type[Shape]
    convert: Callable[[Place, Any], Record | None]


LISTS: Mapping[Kind, ClerkList] = {
    Kind.PERMISSIONS: ClerkList("organization_permissions", ClerkPermission, convert_permission),
    Kind.ROLES: ClerkList("organization_roles", ClerkRole, convert_role),
    Kind.ROLE_SETS: ClerkList("role_sets", ClerkRoleSet, convert_role_set),
    Kind.USERS: ClerkList("users", ClerkUser, convert_user),
    Kind.ORGANIZATIONS: ClerkList("organizations", ClerkOrganization, convert_organization),
    Kind.MEMBERSHIPS: ClerkList("memberships", ClerkMembership, convert_membership),
    Kind.INVITATIONS: ClerkList("invitations", ClerkInvitation, convert_invitation),
    Kind.DOMAINS: ClerkList("organization_domains", ClerkDomain, convert_domain),
}


class ClerkFolder:
    def __init__(self, folder: Path) -> None:
        """Raises SourceError if the folder has none of the lists, or a link."""
        self.left = Counter[str]()
        self._folder = folder
        self._pages = {kind: list(self._find_pages(one.name)) for kind, one in LISTS.items()}
        if not any(self._pages.values()):
            names = ", ".join(f"{one.name}.json" for one in LISTS.values())
            raise SourceError(f"{folder}: the folder has none of the lists of Clerk: {names}.")

    def _find_pages(self, name: str) -> Iterator[Path]:
        single = self._folder / f"{name}.json"
        if single.exists():
            yield self._ensure_own(single)
        if (self._folder / name).exists():
            yield from self._walk(self._ensure_own(self._folder / name), DEPTH)

    def _walk(self, folder: Path, depth: int) -> Iterator[Path]:
        if not folder.is_dir():
            return
        for path in sorted(folder.iterdir(), key=_page_order):
            self._ensure_own(path)
            if path.is_dir() and depth > 1:
                yield from self._walk(path, depth - 1)
            elif path.suffix == ".json":
                yield path

    def _ensure_own(self, path: Path) -> Path:
        """Returns the path unless it is a link, which could lead out of the folder."""
        if path.is_symlink():
            raise SourceError(f"{path}: the folder must not contain links.")
        return path

    def read(self, kind: Kind) -> Iterator[Record | Problem]:
        one = LISTS[kind]
        for path in self._pages[kind]:
            name = str(path.relative_to(self._folder))
            for entry in read_entries(path, name):
                if isinstance(entry, Problem):
                    yield entry
                    continue
                record = self._read_entry(one, *entry)
                if record:
                    yield record

    def _read_entry(self, one: ClerkList, place: Place, text: str) -> Record | Problem | None:
        try:
            shape = one.shape.model_validate_json(text)
        except ValidationError as error:
            return Problem(place, INVALID, _explain(error))
        count_left(shape, self.left)
        return one.convert(place, shape)


def _page_order(path: Path) -> list[tuple[int, str]]:
    """Sorts 2.json before 10.json."""
    return [(int(part or 0), text) for part, text in re.findall(r"(\d{1,9})|(\D+)", path.name)]


def _explain(error: ValidationError) -> str:
    detail = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in detail["loc"])
    message = f"{detail['msg'].removesuffix('.')}."
    return f"{place}: {message}" if place else message
