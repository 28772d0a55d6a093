"""The version and the changelog."""

import re
from datetime import date
from pathlib import Path

PROJECT = Path("pyproject.toml")
CHANGELOG = Path("CHANGELOG.md")
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
UNRELEASED = "## Unreleased\n"


def read_version() -> str:
    found = re.search(r'^version = "([^"]+)"$', PROJECT.read_text(encoding="utf-8"), re.MULTILINE)
    assert found, "pyproject.toml has no version"
    return found[1]


def is_released(version: str) -> bool:
    """Whether the changelog has a section of this version."""
    return f"\n## {version} (" in CHANGELOG.read_text(encoding="utf-8")


def set_version(version: str) -> None:
    """Writes the version to pyproject.toml, and names the unreleased section of the changelog."""
    project = PROJECT.read_text(encoding="utf-8")
    PROJECT.write_text(
        project.replace(f'\nversion = "{read_version()}"\n', f'\nversion = "{version}"\n'), "utf-8"
    )
    CHANGELOG.write_text(date_changes(CHANGELOG.read_text(encoding="utf-8"), version), "utf-8")


def date_changes(changelog: str, version: str) -> str:
    """Returns the changelog with the unreleased changes under the version."""
    before, found, rest = changelog.partition(UNRELEASED)
    changes = rest.split("\n## ")[0]
    if not found or "- " not in changes:
        raise SystemExit(f"{CHANGELOG} has no changes under: {UNRELEASED.strip()}")
    return f"{before}{UNRELEASED}\n## {version} ({date.today().isoformat()})\n{rest}"  # noqa: DTZ011
