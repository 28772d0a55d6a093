"""The Backend API as the original's SDK sees it: three versions of the SDK, unmodified."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.clerk import SDK
from tests.support.processes.node_apps import NODE, environment, titled
from tests.support.processes.session_tokens import ADA, COMPANY, Issuing, issuing
from tests.support.snippets import ROOT

PROGRAM = SDK / "backend-api"
TYPESCRIPT = ROOT / "web" / "node_modules" / "typescript" / "bin" / "tsc"
# What the server doesn't have and says so by null, where the types of the SDK leave it out.
NULL = {
    "commerce_subscription.next_payment",
    "commerce_subscription_item.price_id",
    "commerce_subscription_item.seats",
    "organization.last_active_at",
    "session.latest_activity",
}
# What the types of the SDK forget: the kind of a verification, and that the API of the original
# sends no kind with this. Prices are not ours, so nobody knows the period.
OTHER = {
    "commerce_subscription_item.plan_period",
    "email_address.verification",
    "organization_invitation.public_organization_data",
}
CHECK = ["--noEmit", "--strict", "--skipLibCheck", "--pretty", "false", "--module", "nodenext"]
# The package of each version.
VERSIONS = {"v3": "@clerk/backend", "v2": "clerk-backend-2", "v1": "clerk-backend-1"}


SETTINGS = """mutation {
    updateInstance(input: { billingEnabled: true, allowedRedirectOrigins: ["https://yourapp.com"] }) {
        userErrors { code }
    }
}"""


# Asks who calls with a token, and with a forged one.
CHECK_TOKEN = """
import { whoCalls } from "./verify.mjs";
const ask = (token) => whoCalls(
  new Request("https://app.example.com/", { headers: { authorization: `Bearer ${token}` } }),
);
const { TOKEN } = process.env;
console.log(JSON.stringify([await ask(TOKEN), await ask(`${TOKEN.slice(0, -8)}AAAAAAAA`)]));
"""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuing]:
    # Nobody reads the log, which would fill its pipe.
    folder = tmp_path_factory.mktemp("issuing")
    settings = {
        "TENANTRY_LOG_LEVEL": "error",
        "TENANTRY_TRUSTED_PROXIES": "127.0.0.1",
        "TENANTRY_ADDRESS_RATE": "10/minute",
    }
    with issuing(folder, **settings) as here:
        key = environment(here)["TENANTRY_SECRET_KEY"]
        answer = here.server.graphql(SETTINGS, f"Bearer {key}").json()
        assert answer["data"] == {"updateInstance": {"userErrors": []}}
        yield here


def run_rows(here: Issuing, version: str) -> dict[str, str | None]:
    """Runs every row in one process; returns what is wrong with each."""
    given = {
        "SDK": VERSIONS[version],
        "LABEL": version,
        # Each has its own, because the last row uses up what an address can do in a minute.
        "ADDRESS": f"203.0.113.{version.removeprefix('v')}",
        "CLERK_API_URL": here.issuer,
        "CLERK_SECRET_KEY": environment(here)["TENANTRY_SECRET_KEY"],
        "RECORD": str(here.folder / version),
    }
    printed = run_node(PROGRAM / "run.ts", **given)
    lines: list[dict[str, Any]] = [
        json.loads(line) for line in printed.splitlines() if line.startswith("{")
    ]
    return {line["row"]: line["error"] for line in lines}


def run_node(*command: str | Path, **environment: str) -> str:
    done = subprocess.run(
        [NODE, *command], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def newest(here: Issuing) -> dict[str, str | None]:
    return run_rows(here, "v3")


def failures(rows: dict[str, str | None]) -> dict[str, str]:
    return {row: error for row, error in rows.items() if error}


def test_every_method_of_the_sdk(newest: dict[str, str | None]) -> None:
    """A method that no row calls is a failure, too."""
    assert failures(newest) == {}
    assert len(newest) == 200


@pytest.mark.parametrize("version", ["v2", "v1"])
def test_every_method_of_older_sdks(here: Issuing, version: str) -> None:
    rows = run_rows(here, version)

    assert failures(rows) == {}
    assert len(rows) == {"v2": 168, "v1": 129}[version]


def check_types(*arguments: str | Path) -> list[str]:
    """Returns what the compiler of TypeScript finds wrong."""
    command = [NODE, TYPESCRIPT, *CHECK, *arguments]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    return checked.stdout.splitlines()


def test_the_program_has_the_types_of_the_sdk() -> None:
    assert check_types("-p", PROGRAM) == []


@pytest.mark.usefixtures("newest")
def test_the_answers_have_the_types_of_the_sdk(here: Issuing, tmp_path: Path) -> None:
    module = tmp_path / "answers.ts"
    run_node(PROGRAM / "types.mjs", here.folder / "v3", module)
    lines = module.read_text().splitlines()
    wrong: dict[str, str] = {}
    for line in check_types(module):
        if found := re.search(r"answers\.ts\((\d+),\d+\): (.*)", line):
            wrong[lines[int(found[1]) - 1].partition(" // ")[2]] = found[2]

    assert wrong.keys() == NULL | OTHER
    assert all("'null' is not assignable" in wrong[name] for name in NULL)
    assert len(lines) > 300


def test_the_programs_of_the_guide(here: Issuing, tmp_path: Path) -> None:
    page, folder = "docs/coming-from/clerk.md", tmp_path
    (folder / "node_modules").symlink_to(SDK / "node_modules")
    for name, title in (("call", "Call the backend"), ("verify", "Verify a token")):
        (folder / f"{name}.mjs").write_text(titled(page, title))
    (folder / "check.mjs").write_text(CHECK_TOKEN)
    given = environment(here)
    variables = {"TENANTRY_URL": here.issuer, "TENANTRY_KEY": given["TENANTRY_SECRET_KEY"]}

    known = "{ organizations(first: 1) { totalCount nodes { name } } }"
    answer = here.server.graphql(known, f"Bearer {variables['TENANTRY_KEY']}").json()
    newest = answer["data"]["organizations"]
    number, names = run_node(folder / "call.mjs", **variables).split(" ", 1)
    # The console of Node.js breaks long lists into lines.
    assert int(number) == newest["totalCount"]
    assert names.lstrip("[ \n").startswith(f"'{newest['nodes'][0]['name']}'")
    token = here.token(ADA, COMPANY)
    seen = json.loads(run_node(folder / "check.mjs", TOKEN=token, **variables))
    assert seen[0]["orgId"] == here.organization(COMPANY)
    assert seen[0]["isAdmin"] is True
    assert seen[1]["userId"] is None
