"""Compares the schema with the one of the last release.

`graphql/released.graphql` is that schema, with its version in the first line.
"""

import re
from pathlib import Path

from graphql import BreakingChange, build_schema
from graphql.utilities import find_breaking_changes

SCHEMA = Path("graphql/schema.graphql")
RELEASED = Path("graphql/released.graphql")
HEADER = "# The schema of Tenantry {}. `make release` replaces this file.\n"


def read_released() -> tuple[str, str]:
    """Returns the version of the last release, and its schema."""
    header, _, schema = RELEASED.read_text(encoding="utf-8").partition("\n")
    found = re.fullmatch(re.escape(HEADER.strip()).replace(r"\{\}", r"(\S+)"), header)
    if not found:
        raise SystemExit(f"{RELEASED} must begin with: {HEADER.format('VERSION')}")
    return found[1], schema


def compare(released: str, current: str) -> list[BreakingChange]:
    """Finds what breaks documents that are valid for the released schema."""
    return find_breaking_changes(build_schema(released), build_schema(current))


def allows_breaking(released: str, version: str) -> bool:
    """Whether the version announces breaking changes: 1.4.0 → 2.0.0, 0.4.2 → 0.5.0."""
    old, new = (tuple(map(int, text.split("."))) for text in (released, version))
    return new[:2] > old[:2] if old[0] == 0 else new[0] > old[0]


def check(version: str) -> None:
    """Ends the program if the schema breaks clients, and the version doesn't announce that."""
    released, schema = read_released()
    changes = compare(schema, SCHEMA.read_text(encoding="utf-8"))
    for change in changes:
        print(change.description)
    if changes and not allows_breaking(released, version):
        raise SystemExit(
            f"{len(changes)} breaking changes since {released}. Keep what clients use, and"
            f" deprecate it, or change the version {version} in pyproject.toml."
        )


def write_released(version: str) -> None:
    RELEASED.write_text(HEADER.format(version) + SCHEMA.read_text(encoding="utf-8"), "utf-8")
