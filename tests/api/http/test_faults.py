"""What goes wrong beneath a request: the client reads a
neutral sentence, the log the story, the store stays whole.
"""

import asyncio
import sqlite3
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from structlog.testing import capture_logs

from models.database import limits
from models.database.store import Store
from tests.support.api import SERVICE, Answer, Api, Caller, contents
from tests.support.data.factories import Acme, an_organization
from tests.support.http import INNARDS, ONLY_SQLITE
from tests.support.processes.commands import listening

# Seconds that a request waits for the database in these tests.
WAIT = 1


@pytest.fixture
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the store is made: it hands the time on to the drivers when they connect."""
    monkeypatch.setattr(limits, "WAIT_SECONDS", WAIT)


@asynccontextmanager
async def somebody_else(store: Store, *statements: str) -> AsyncGenerator[None]:
    """Another program's open transaction, for as long as the block."""
    engine = create_async_engine(
        store.url, connect_args={"isolation_level": None} if store.is_sqlite else {}
    )
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
        yield
        await connection.rollback() if not store.is_sqlite else await connection.execute(
            text("ROLLBACK")
        )
    await engine.dispose()


def locked(store: Store, organization_id: str) -> Any:
    row = f"SELECT * FROM organization WHERE id = '{organization_id}' FOR UPDATE"
    return somebody_else(store, "BEGIN EXCLUSIVE" if store.is_sqlite else row)


async def rename(api: Api, acme: Acme, name: str = "Acme Ltd") -> Answer:
    input = {"organizationId": acme.id, "name": name}
    return await api.mutate("updateOrganization", input, "organization { name }", by=acme.admin)


async def name_of(api: Api, acme: Acme) -> str:
    query = "query($id: ID!) { organization(by: { id: $id }) { name } }"
    return (await api.run(query, {"id": acme.id}, by=acme.admin)).data["organization"]["name"]


# --------------------------------------------------------------------------------------- unforeseen


async def break_organizations(store: Store) -> None:
    """Something that nobody foresees: rows that can't be read, or no table at all."""
    garbled = "UPDATE organization SET created_at = 'ada@example.com'"
    async with store.write() as session:
        await session.execute(
            text(garbled if store.is_sqlite else "DROP TABLE organization CASCADE")
        )


async def test_what_nobody_foresaw_is_a_neutral_sentence_with_an_id_that_is_in_the_log(
    api: Api, acme: Acme
) -> None:
    await break_organizations(api.store)

    with capture_logs() as lines:
        answer = await api.run(
            "{ instance { slugsEnabled } organizations { nodes { createdAt } } }", by=SERVICE
        )

    (line,) = (line for line in lines if line["event"] != "request")
    extensions = answer.error["extensions"]
    assert answer.status == 200
    assert answer.body["data"] == {"instance": {"slugsEnabled": True}, "organizations": None}
    assert (
        answer.error["message"] == "Internal error. Quote the ID in the extensions to the operator."
    )
    assert extensions == {"code": "INTERNAL", "id": line["id"]}
    assert (line["event"], line["log_level"]) == ("internal error", "error")
    # SQLite's value is decoded when it is read, that of PostgreSQL with the row.
    assert line["path"] in {"organizations", "organizations.nodes.0.createdAt"}
    assert isinstance(line["exc_info"], Exception)
    assert not INNARDS.search(str(answer.body))


async def test_what_nobody_foresaw_outside_of_a_field_is_told_the_same_way(api: Api) -> None:
    async with api.store.write() as session:
        await session.execute(text("DELETE FROM instance"))

    with capture_logs() as lines:
        answer = await api.run("{ instance { slugsEnabled } }")
        schema = await api.client.get("/schema.graphql")

    assert answer.status == schema.status_code == 500
    assert answer.code == "INTERNAL"
    assert [line["id"] for line in lines if line["event"] != "request"] == [
        answer.error["extensions"]["id"],
        schema.json()["errors"][0]["extensions"]["id"],
    ]
    assert not INNARDS.search(str(answer.body))


@ONLY_SQLITE
async def test_a_missing_table_is_not_a_database_that_is_away(api: Api) -> None:
    async with api.store.write() as session:
        await session.execute(text("ALTER TABLE organization RENAME TO elsewhere"))

    answer = await api.run("{ organizations { totalCount } }", by=SERVICE)

    assert answer.code == "INTERNAL"


# --------------------------------------------------------------------------------- database is away


@pytest.mark.both_databases
@pytest.mark.usefixtures("short_waits")
async def test_a_change_waits_for_somebody_elses_lock(api: Api, acme: Acme) -> None:
    async with locked(api.store, acme.id):
        waiting = asyncio.create_task(rename(api, acme))
        await asyncio.sleep(WAIT / 4)

        assert not waiting.done()
    assert (await waiting).payload["organization"]["name"] == "Acme Ltd"


@pytest.mark.both_databases
@pytest.mark.usefixtures("short_waits")
async def test_a_change_does_not_wait_for_ever_and_reads_go_on_meanwhile(
    api: Api, acme: Acme
) -> None:
    before = await contents(api.store)

    async with locked(api.store, acme.id):
        began = time.monotonic()
        waiting = asyncio.create_task(rename(api, acme))
        await asyncio.sleep(0)
        name, read_in = await name_of(api, acme), time.monotonic() - began
        answer = await waiting
        waited = time.monotonic() - began

    assert (name, read_in < WAIT / 2) == ("Acme", True)
    assert answer.code == "UNAVAILABLE"
    assert (
        answer.error["message"]
        == "The database is busy. Nothing was changed. Try again in a moment."
    )
    assert answer.error["extensions"] == {"code": "UNAVAILABLE", "reason": "busy", "retryAfter": 1}
    assert not INNARDS.search(str(answer.body))
    assert WAIT * 0.9 < waited < WAIT * 4
    assert await contents(api.store) == before
    assert (await rename(api, acme)).payload


@pytest.mark.usefixtures("short_waits")
async def test_a_busy_answer_has_the_header_of_when_to_come_again(api: Api, acme: Acme) -> None:
    input = {"organizationId": acme.id, "name": "Acme Ltd"}
    document = """mutation($input: UpdateOrganizationInput!) {
      updateOrganization(input: $input) { userErrors { code } } }"""

    async def send() -> httpx.Response:
        return await api.client.post(
            "/graphql",
            json={"query": document, "variables": {"input": input}},
            headers={"authorization": acme.admin.authorization or ""},
        )

    async with locked(api.store, acme.id):
        busy = await send()
    done = await send()

    assert (busy.status_code, busy.headers["retry-after"]) == (200, "1")
    assert "retry-after" not in done.headers
    assert done.json()["data"] == {"updateOrganization": {"userErrors": []}}


@ONLY_SQLITE
@pytest.mark.usefixtures("short_waits")
async def test_everybody_in_line_is_told_in_time(api: Api, acme: Acme) -> None:
    async with locked(api.store, acme.id):
        began = time.monotonic()
        answers = await asyncio.gather(
            *(rename(api, acme, f"Acme {number}") for number in range(6))
        )
        waited = time.monotonic() - began

    assert {answer.code for answer in answers} == {"UNAVAILABLE"}
    assert waited < WAIT * 3


@pytest.mark.usefixtures("short_waits")
async def test_without_a_database_a_request_is_told_to_come_again(api: Api, acme: Acme) -> None:
    newcomer = Caller(f"Bearer {api.token('new@example.com')}")

    async with (
        locked(api.store, acme.id)
        if api.store.is_sqlite
        else somebody_else(api.store, 'LOCK TABLE "user" IN ACCESS EXCLUSIVE MODE')
    ):
        response = await api.client.post(
            "/graphql",
            json={"query": "{ __typename }"},
            headers={"authorization": newcomer.authorization or ""},
        )

    (error,) = response.json()["errors"]
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert error["extensions"]["code"] == "UNAVAILABLE"
    assert not INNARDS.search(response.text)
    assert (await api.run("{ viewer { user { identifier } } }", by=newcomer)).data


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_it_recovers_when_the_database_has_dropped_every_connection(
    api: Api, acme: Acme
) -> None:
    others = "pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    ended = f"SELECT pg_terminate_backend(pid) FROM {others}"
    answers: list[Answer] = []

    for number in range(3):
        async with somebody_else(api.store, ended):
            answers += [await rename(api, acme, f"Acme {number}") for _ in range(3)]

    for number, last in enumerate(answers[2::3]):
        assert last.payload["organization"]["name"] == f"Acme {number}"
    failed = [answer for answer in answers if "errors" in answer.body]
    assert {answer.code for answer in failed} <= {"UNAVAILABLE"}
    assert not INNARDS.search(str([answer.body for answer in failed]))


# ----------------------------------------------------------------------------- clients that go away


def taken(store: Store) -> int:
    """Connections that are out of their pools."""
    return len(store.readers.used) + len(store.writers.used)


async def all_done() -> None:
    """Waits for what goes on though nobody waits for it."""
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.wait(rest, timeout=10) if rest else None


COUNTS = {
    "organizations": "SELECT count(*) FROM organization",
    "organizations made": "SELECT count(*) FROM event WHERE type = 'organization.created'",
    "memberships": "SELECT count(*) FROM membership",
    "memberships made": "SELECT count(*) FROM event WHERE type = 'organizationMembership.created'",
    "without a member": "SELECT count(*) FROM organization WHERE id NOT IN (SELECT organization_id"
    " FROM membership)",
}


async def whole_organizations(store: Store) -> int:
    """How many organizations are there, each with its creator and its events."""
    async with store.read() as connection:
        counts = {
            what: (await connection.execute(text(query))).scalar_one()
            for what, query in COUNTS.items()
        }
    assert counts["organizations"] == counts["organizations made"]
    assert counts["memberships"] == counts["memberships made"]
    assert counts["without a member"] == 0
    return counts["organizations"]


@pytest.mark.parametrize("delay", [0.0, 0.002, 0.01])
async def test_a_request_that_is_cancelled_is_whole_or_nothing_and_gives_its_connection_back(
    api: Api, acme: Acme, delay: float
) -> None:
    requests = [
        asyncio.create_task(an_organization(api, by=acme.admin, name=f"Acme {n}"))
        for n in range(12)
    ]

    for request in requests:
        await asyncio.sleep(delay)
        request.cancel()
    await asyncio.gather(*requests, return_exceptions=True)
    await all_done()

    assert taken(api.store) == 0
    assert await whole_organizations(api.store) >= 1
    assert await an_organization(api, by=acme.admin, name="Afterwards")


async def test_a_client_that_drops_in_the_middle_leaves_nothing_behind(
    api: Api, acme: Acme
) -> None:
    body = (
        b'{"query": "mutation { createOrganization(input: { name: \\"Dropped\\" }) { cursor } }"}'
    )
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization:"
        f" {acme.admin.authorization}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()

    async with listening(api.app) as port:
        for number in range(20):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head + body[: None if number % 2 else 20])
            await writer.drain()
            await asyncio.sleep(0.001 * number)
            writer.transport.abort()
        assert (await rename(api, acme)).payload

    assert taken(api.store) == 0
    assert await whole_organizations(api.store) <= 11


@ONLY_SQLITE
async def test_a_database_file_that_is_full_refuses_changes_and_goes_on_reading(
    api: Api, acme: Acme
) -> None:
    path = str(api.store.url.database)
    pages = sqlite3.connect(path).execute("PRAGMA page_count").fetchone()[0]

    async with api.store.write() as session:
        await session.execute(text(f"PRAGMA max_page_count = {pages}"))
    answers = [
        await api.mutate(
            "createOrganization",
            {"name": f"N{n}", "publicMetadata": {"a": "b" * 8_000}},
            by=SERVICE,
        )
        for n in range(3)
    ]

    assert {answer.code for answer in answers} == {"UNAVAILABLE"}
    assert await name_of(api, acme) == "Acme"
