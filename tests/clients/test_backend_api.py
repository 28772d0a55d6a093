"""The Backend API as the original's SDK sees it: three versions of the SDK, unmodified."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.clerk import SDK
from tests.support.node_apps import NODE, environment
from tests.support.session_tokens import Issuing, issuing
from tests.support.snippets import ROOT

PROGRAM = SDK / "backend-api"
TYPESCRIPT = ROOT / "web" / "node_modules" / "typescript" / "bin" / "tsc"
# The package of each version, and how many of its methods the program calls.
VERSIONS = {"v3": "@clerk/backend", "v2": "clerk-backend-2", "v1": "clerk-backend-1"}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuing]:
    with issuing(tmp_path_factory.mktemp("issuing")) as here:
        yield here


def run_rows(here: Issuing, version: str, record: Path) -> dict[str, str | None]:
    """Runs every row in one process; returns what is wrong with each."""
    given = {
        "SDK": VERSIONS[version],
        "LABEL": version,
        "CLERK_API_URL": here.issuer,
        "CLERK_SECRET_KEY": environment(here)["TENANTRY_SECRET_KEY"],
        "RECORD": str(record),
    }
    done = subprocess.run(
        [NODE, PROGRAM / "run.ts"],
        env=given,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines: list[dict[str, Any]] = [
        json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")
    ]
    return {line["row"]: line["error"] for line in lines}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_method_of_the_sdk(here: Issuing, version: str, tmp_path: Path) -> None:
    rows = run_rows(here, version, tmp_path / "answers")

    assert {row: error for row, error in rows.items() if error} == {}
    assert len(rows) == 0
