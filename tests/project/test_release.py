"""A release: what breaks clients, its version, and the wheel in an empty environment."""

import re
import tomllib
from pathlib import Path

import pytest

from release import files, schema_changes, wheel

ROOT = Path(__file__).parents[2]
SCHEMA = "type Query { members(first: Int): [String!]! owner: String! }"


@pytest.mark.parametrize(
    ("current", "broken"),
    [
        ("type Query { members(first: Int, after: ID): [String!]! owner: String! }", []),
        ("type Query { members(first: Int): [String!]! owner: String! admin: Int }", []),
        ("type Query { members(first: Int): [String!]! }", ["Field Query.owner was removed."]),
        (
            "type Query { members(first: Int!): [String!]! owner: String! }",
            ["Argument Query.members(first:) has changed type from Int to Int!."],
        ),
        (
            "type Query { members(first: Int): [String!]! owner: String }",
            ["Field Query.owner changed type from String! to String."],
        ),
    ],
)
def test_what_breaks_the_documents_of_clients_is_found(current: str, broken: list[str]) -> None:
    assert [change.description for change in schema_changes.compare(SCHEMA, current)] == broken


@pytest.mark.parametrize(
    ("released", "version", "allowed"),
    [
        ("0.1.0", "0.1.1", False),
        ("0.1.9", "0.2.0", True),
        ("0.9.0", "1.0.0", True),
        ("1.4.0", "1.5.0", False),
        ("1.4.0", "2.0.0", True),
        ("2.0.0", "1.9.0", False),
    ],
)
def test_the_version_says_whether_clients_can_break(
    released: str, version: str, allowed: bool
) -> None:
    assert schema_changes.allows_breaking(released, version) is allowed


def test_the_released_schema_names_its_version() -> None:
    version, schema = schema_changes.read_released()

    assert files.VERSION.fullmatch(version)
    assert schema.startswith(('"""', "type", "directive", "schema", "interface", "union", "enum"))


def test_a_breaking_change_stops_a_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "released").write_text(schema_changes.HEADER.format("1.2.0") + SCHEMA)
    (tmp_path / "schema").write_text("type Query { members(first: Int): [String!]! }")
    monkeypatch.setattr(schema_changes, "RELEASED", tmp_path / "released")
    monkeypatch.setattr(schema_changes, "SCHEMA", tmp_path / "schema")

    for version in ("1.2.0", "1.3.0"):
        with pytest.raises(SystemExit, match=r"^1 breaking changes since 1\.2\.0\."):
            schema_changes.check(version)
        assert "Field Query.owner was removed." in capsys.readouterr().out
    schema_changes.check("2.0.0")
    schema_changes.write_released("2.0.0")
    schema_changes.check("2.0.0")
    assert schema_changes.read_released() == ("2.0.0", (tmp_path / "schema").read_text())


CHANGES = (
    "# Changelog\n\n## Unreleased\n\n### Added\n- A new thing.\n\n## 0.1.0 (2026-01-01)\n- Old.\n"
)


def test_unreleased_changes_get_a_version_and_a_date() -> None:
    changed = files.date_changes(CHANGES, "0.2.0")

    assert re.search(
        r"## Unreleased\n\n## 0\.2\.0 \(\d{4}-\d\d-\d\d\)\n\n### Added\n- A new thing\.", changed
    )
    with pytest.raises(SystemExit, match="has no changes under: ## Unreleased"):
        files.date_changes(changed, "0.3.0")


def test_the_changelog_has_a_section_for_each_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text()
    sections = re.findall(r"^## (.+)$", changelog, re.MULTILINE)

    assert sections[0] == "Unreleased"
    assert all(re.fullmatch(r"\d+\.\d+\.\d+ \(\d{4}-\d\d-\d\d\)", name) for name in sections[1:])


def test_the_metadata_is_that_of_a_public_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert project["license"] == "Apache-2.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text()
    assert files.VERSION.fullmatch(project["version"])


@pytest.mark.slow
def test_the_wheel_serves_graphiql_in_an_empty_environment(tmp_path: Path) -> None:
    """Nothing of the checkout is used: the release does the same."""
    wheel.try_out(wheel.build(tmp_path))
