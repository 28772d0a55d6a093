"""The laws of the house that no other tool checks."""

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
        "web/package-lock.json",
        "tests/clients/clerk/package-lock.json",
        "tests/clients/protocol/package-lock.json",
    ],
)
def test_locks_carry_hashes_and_no_addresses(lock: str) -> None:
    text = (ROOT / lock).read_text()

    assert "sha256:" in text or "sha512-" in text
    assert "resolved" not in text
    assert "://" not in text


def test_uv_is_the_one_of_the_lock() -> None:
    assert (ROOT / "uv.lock.txt").read_text().strip() in (ROOT / "requirements.lock").read_text()


def test_no_module_is_a_drawer() -> None:
    drawers = {"utils", "helpers", "common", "manager", "service", "misc"}

    assert [
        path for name in PACKAGES for path in (ROOT / name).rglob("*.py") if path.stem in drawers
    ] == []
