"""The same operations through GraphQL and through the Backend API leave the same store and log."""

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from models.database.store import Store
from tests.backend_api.instance_steps import INSTANCE_STEPS
from tests.backend_api.organization_steps import ORGANIZATION_STEPS
from tests.backend_api.steps import Step
from tests.conftest import Templates, make_api
from tests.support.api import JSON, SERVICE, Answer, Api, Clock, contents
from tests.support.backend_api import Backend, faults
from tests.support.data.factories import Acme

ID = re.compile(r"\b[a-z]+_[0-7][0-9a-hjkmnp-tv-z]{25}\b")
# What tickets are derived from.
NONCE = re.compile(r'(?<=")[\w-]{43}(?=")')


# The object in the payload of a mutation whose ID a later step needs.
SELECTIONS = {
    "createOrganization": "organization { id }",
    "createInvitation": "invitation { id }",
    "createDomain": "domain { id }",
    "createPermission": "permission { id }",
    "createRole": "role { id }",
    "createRoleSet": "roleSet { id }",
    "createUser": "user { id }",
}


def fill(value: Any, names: dict[str, str]) -> Any:
    """Puts IDs in place of their names."""
    text = orjson.dumps(value).decode()
    return orjson.loads(re.sub(r"\{(\w+)\}", lambda match: names[match[1]], text))


def codes_of(answer: Answer) -> list[str]:
    """The codes of a GraphQL answer, as the Backend API has them."""
    if "errors" not in answer.body:
        return sorted(error["code"] for error in answer.user_errors)
    reason = str(answer.reason)
    not_found = "organization_not_found_or_unauthorized"
    return ["resource_not_found" if reason == not_found else reason]


async def run_by_graphql(api: Api, step: Step, names: dict[str, str]) -> list[str]:
    selection = SELECTIONS.get(step.mutation, "")
    answer = await api.mutate(step.mutation, fill(step.input, names), selection, by=SERVICE)
    codes = codes_of(answer)
    if step.name and not codes:
        names[step.name] = answer.payload[selection.split()[0]]["id"]
    return codes


async def run_by_rest(api: Api, step: Step, names: dict[str, str]) -> list[str]:
    path, body = fill(step.path, names), fill(step.body, names)
    response = await Backend(api).send(step.method, path, body)
    if response.status_code != 200:
        return sorted(fault.split()[0] for fault in faults(response)[1])
    if step.name:
        names[step.name] = response.json()["id"]
    return []


def sort_keys(value: Any) -> Any:
    """Sorts the keys of an object that is stored as text: their order means nothing."""
    if not (isinstance(value, str) and value.startswith("{")):
        return value
    return orjson.dumps(orjson.loads(value), option=orjson.OPT_SORT_KEYS).decode()


def _hide_ids(row: object) -> str:
    return ID.sub("id", orjson.dumps(row).decode())


def normalize(stored: JSON) -> str:
    """Numbers the IDs and nonces in the order in which they appear, and sorts rows without them."""
    text = orjson.dumps(stored, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    tables: dict[str, list[Any]] = orjson.loads(NONCE.sub("nonce", text))
    for rows in tables.values():
        rows[:] = [list(map(sort_keys, row)) for row in rows]
        rows.sort(key=_hide_ids)
    numbers: dict[str, str] = {}
    return ID.sub(
        lambda match: numbers.setdefault(match[0], f"id{len(numbers)}"),
        orjson.dumps(tables, option=orjson.OPT_INDENT_2).decode(),
    )


@pytest.fixture
async def twins(sqlite_templates: Templates, tmp_path: Path) -> AsyncIterator[list[Api]]:
    """Two servers with the same content and the same time."""
    apis: list[Api] = []
    for name in ("graphql", "rest"):
        shutil.copy(Path(sqlite_templates.url) / "acme.db", tmp_path / f"{name}.db")
        store = Store(f"sqlite+aiosqlite:///{tmp_path}/{name}.db")
        clock = Clock(sqlite_templates.clock.moment)
        apis.append(make_api(store, clock))
    yield apis
    for api in apis:
        await api.client.aclose()
        await api.store.close()


@pytest.mark.parametrize(
    ("steps", "refusals"), [(ORGANIZATION_STEPS, 27), (INSTANCE_STEPS, 17)], ids=["own", "instance"]
)
async def test_both_apis_lead_to_the_same_store_and_log(
    twins: list[Api], sqlite_templates: Templates, steps: list[Step], refusals: int
) -> None:
    acme: Acme = sqlite_templates.acme
    known = {
        "acme": acme.id,
        "admin": acme.admin.id,
        "member": acme.member.id,
        "outsider": acme.outsider.id,
        "outsider_address": acme.outsider.email,
    }
    graphql, rest = twins
    names = [dict(known), dict(known)]
    refused = 0
    for step in steps:
        for api in twins:
            api.clock.forward(seconds=1)
        codes = await run_by_graphql(graphql, step, names[0])
        assert await run_by_rest(rest, step, names[1]) == codes, step
        refused += bool(codes)
        stores = [normalize(await contents(api.store)) for api in twins]
        assert stores[0] == stores[1], step
    # Both kinds of steps really happen.
    assert refused == refusals
