"""A server that is killed under load: what it has confirmed is there, and nothing is half done.

`KILLS=20 pytest -m slow tests/operations/database/test_kill.py` kills it 20 times.
"""

import asyncio
import itertools
import os
import random
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from bench.seeding import authorize
from tests.support.api import SECRET_KEY
from tests.support.processes.commands import PRODUCTION, Server, started, tenantry
from tests.support.servers.smtp import until

KILLS = int(os.environ.get("KILLS") or 8)
WRITERS = 32
# When the server is killed at the latest, after the first answers.
KILL_SECONDS = 0.3
CREATE = """mutation($name: String!) { createOrganization(input: { name: $name }) {
  organization { id } cursor userErrors { code } } }"""
SETTINGS = {
    **PRODUCTION,
    "TENANTRY_SECRET_KEYS": SECRET_KEY,
    "TENANTRY_SMTP_URL": "smtp://127.0.0.1:9",
    "TENANTRY_MAIL_FROM": "kill@example.com",
    # Nobody reads the output meanwhile, and a server whose output is full waits for ever.
    "TENANTRY_LOG_LEVEL": "error",
    "TENANTRY_USER_RATE": "1000000/minute",
    "TENANTRY_ADDRESS_RATE": "1000000/minute",
}


async def create_until_killed(server: Server, round_: int, confirmed: dict[str, int]) -> None:
    """Creates organizations from many connections, and kills the server meanwhile."""

    limits = httpx.Limits(max_connections=WRITERS)
    async with httpx.AsyncClient(base_url=server.url, limits=limits, timeout=30) as client:

        async def write(number: int) -> None:
            with suppress(httpx.TransportError):
                for turn in itertools.count():
                    # A user can't create many organizations.
                    user = (round_ * 1_000 + turn // 3) * WRITERS + number
                    response = await client.post(
                        "/graphql",
                        json={"query": CREATE, "variables": {"name": f"{round_} {turn}"}},
                        headers={"authorization": authorize(user)},
                    )
                    payload = response.json()["data"]["createOrganization"]
                    assert not payload["userErrors"], payload
                    confirmed[payload["organization"]["id"]] = int(payload["cursor"])

        before = len(confirmed)
        writers = [asyncio.create_task(write(number)) for number in range(WRITERS)]
        await until(lambda: len(confirmed) > before + WRITERS)
        await asyncio.sleep(random.uniform(0, KILL_SECONDS))
        server.process.kill()
        await asyncio.gather(*writers)


@pytest.mark.slow
async def test_a_server_that_is_killed_under_load_loses_nothing(tmp_path: Path) -> None:
    file = tmp_path / "tenantry.db"
    settings = {**SETTINGS, "TENANTRY_DATABASE_URL": f"sqlite+aiosqlite:///{file}"}
    assert tenantry("migrate", folder=tmp_path, **settings).returncode == 0
    confirmed: dict[str, int] = {}
    began = time.monotonic()
    for round_ in range(KILLS):
        with started("serve", folder=tmp_path, **settings) as server:
            await create_until_killed(server, round_, confirmed)
    print(f"{len(confirmed)} confirmed in {time.monotonic() - began:.0f} s")  # noqa: T201

    with sqlite3.connect(file) as database:
        organizations = {id for (id,) in database.execute("SELECT id FROM organization")}
        joined = [id for (id,) in database.execute("SELECT organization_id FROM membership")]
        log = database.execute(
            "SELECT cursor, type, organization_id FROM event WHERE organization_id IS NOT NULL"
            " ORDER BY cursor"
        ).fetchall()
        cursors = [cursor for (cursor,) in database.execute("SELECT cursor FROM event")]
    # Everything that was confirmed, with its event; and each organization with all that is its own.
    assert set(confirmed) <= organizations
    assert len(joined) == len(set(joined)) == len(organizations)
    created = {id: cursor for cursor, kind, id in log if kind == "organization.created"}
    members = {id: cursor for cursor, kind, id in log if kind == "organizationMembership.created"}
    assert set(created) == set(members) == organizations
    assert {id: max(created[id], members[id]) for id in confirmed} == confirmed
    assert sorted(cursors) == list(range(1, len(cursors) + 1))
