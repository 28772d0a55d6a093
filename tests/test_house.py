"""The laws of the house that no other tool checks."""

import json
import re
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = {"models", "resolvers", "schema", "server"}


def test_no_other_distribution_claims_our_package_names() -> None:
    """`schema` is also a package on the index: pip
    would overwrite one with the other without a word.
    """
    claims = {
        (distribution.metadata["Name"], Path(file).parts[0])
        for distribution in distributions()
        for file in distribution.files or ()
    }

    assert {name for name, top in claims if top in PACKAGES and name != "tenantry"} == set()


def test_graphql_is_no_package() -> None:
    assert list((ROOT / "graphql").rglob("*.py")) == []


@pytest.mark.parametrize(
    "lock",
    [
        "requirements.lock",
        "uv.lock.txt",
        "deploy/requirements.lock",
        "docsite/requirements.lock",
        "docsite/package-lock.json",
        "examples/next/package-lock.json",
        "web/package-lock.json",
        "tests/clients/clerk/package-lock.json",
        "tests/clients/protocol/package-lock.json",
    ],
)
def test_locks_carry_hashes_and_no_addresses(lock: str) -> None:
    text = (ROOT / lock).read_text()

    assert "sha256:" in text or "sha512-" in text
    assert "://" not in text


def test_the_lock_of_the_next_example_is_in_step_with_the_packages() -> None:
    locked = json.loads((ROOT / "examples/next/package-lock.json").read_text())["packages"]
    built = json.loads((ROOT / "web/package-lock.json").read_text())["packages"]

    for name in ("js", "react", "server"):
        manifest = json.loads((ROOT / f"web/packages/{name}/package.json").read_text())
        assert locked[f"node_modules/@tenantry/{name}"]["dependencies"] == manifest["dependencies"]
    for name in ("next", "react", "react-dom"):
        package = f"node_modules/{name}"
        assert locked[package]["integrity"] == built[package]["integrity"], "Run: make lock"


def test_uv_is_the_one_of_the_lock() -> None:
    assert (ROOT / "uv.lock.txt").read_text().strip() in (ROOT / "requirements.lock").read_text()


def test_no_module_is_a_drawer() -> None:
    drawers = {"utils", "helpers", "common", "manager", "service", "misc"}

    assert [
        path for name in PACKAGES for path in (ROOT / name).rglob("*.py") if path.stem in drawers
    ] == []


# The most files and folders in a folder. What doesn't fit is grouped by what it is for.
ENTRIES = 24


def test_no_folder_is_crowded() -> None:
    folders = [
        folder
        for name in PACKAGES
        for folder in [ROOT / name, *(ROOT / name).rglob("*/")]
        # A migration joins the others; what is built for browsers isn't ours to group.
        if not {"versions", "assets", "__pycache__"} & {*folder.parts}
    ]
    entries = {
        folder: [entry for entry in folder.iterdir() if not entry.name.startswith("_")]
        for folder in folders
    }

    assert [folder for folder, content in entries.items() if len(content) > ENTRIES] == []


# The first version of each package without the vulnerabilities that would affect this server: forged
# tokens, masked errors that leak, validation that takes seconds, requests that are read in two ways.
MENDED = {
    "cryptography": "44.0.1",
    "graphql-core": "3.3.2",
    "h11": "0.16.0",
    "pyjwt": "2.13.0",
    "starlette": "1.3.1",
    "strawberry-graphql": "0.323.2",
}


def test_known_vulnerabilities_are_mended() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    locked = dict(re.findall(r"^([a-z0-9-]+)==([0-9.]+)", lock, re.MULTILINE))

    def parse(version: str) -> list[int]:
        return [int(part) for part in version.split(".")]

    assert [name for name, version in MENDED.items() if parse(locked[name]) < parse(version)] == []


THREATS = (ROOT / "docs" / "threats.md").read_text()
# The lines of its tables, without their heads.
LINES = [line for line in THREATS.splitlines() if re.match(r"\| [A-Z][A-Z0-9]+ \|", line)]


def test_every_threat_names_tests_that_exist() -> None:
    for line in LINES:
        *_, shown, _ = line.split(" |")
        named = re.findall(r"`([a-z_/]+\.py)::(test_\w+)`", shown)

        assert named or shown.strip() == "not yet", line
        for path, name in named:
            assert f"def {name}(" in (ROOT / "tests" / path).read_text(), (path, name)


def test_threats_have_numbers_in_a_row() -> None:
    names = [line.split(" |")[0][2:] for line in LINES]
    kinds = {
        **{"H": 19, "Q": 15, "S": 12, "O": 7, "DM": 10, "EN": 7, "BR": 10},
        **{"BA": 7, "IM": 6, "EX": 5, "KY": 6},
    }
    expected = [f"{kind}{number}" for kind in kinds for number in range(1, kinds[kind] + 1)]
    expected += ["F0", *(f"F{letter}" for letter in "ABCDEFGHIJKLMNOPQRS")]

    assert names == expected


def test_the_page_about_tests_names_the_slow_ones() -> None:
    page = (ROOT / "docs" / "testing.md").read_text()
    tests = ROOT / "tests"
    slow = {
        str(path.relative_to(tests))
        for path in tests.glob("*/test_*.py")
        if "pytest.mark.slow" in path.read_text()
    }

    assert set(re.findall(r"^\| `(\w+/test_\w+\.py)` \|", page, re.MULTILINE)) == slow
