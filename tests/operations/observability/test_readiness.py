"""`/readyz` and `tenantry doctor`: what stands still, or can't be written, is named."""

import asyncio
import resource
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import create_async_engine

from models.base import now
from models.database import limits
from models.database.store import Store
from models.database.tables import metadata
from tests.conftest import make_api
from tests.support.api import SECRET_KEY, SERVICE, Api
from tests.support.data.factories import Acme
from tests.support.data.webhooks import an_endpoint, deliveries
from tests.support.http import INNARDS, ONLY_SQLITE
from tests.support.processes.commands import PRODUCTION, free_port, listening, started, tenantry
from tests.support.servers.smtp import invited, until
from tests.support.subscriptions import a_subscription, begun, organization_events

ONLY_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
READY = (200, {"ready": True})
NOTICED_SECONDS = 10.0
CREATE = 'mutation { createOrganization(input: { name: "Acme" }) { organization { id } } }'


async def readiness(port: int) -> tuple[int, dict[str, object]]:
    async with httpx.AsyncClient(timeout=30, verify=False) as client:
        answer = await client.get(f"http://127.0.0.1:{port}/readyz")
    assert not INNARDS.search(answer.text)
    return answer.status_code, answer.json()


async def is_ready(port: int) -> bool:
    return await readiness(port) == READY


async def names(port: int, what: str) -> bool:
    status, body = await readiness(port)
    return status == 503 and what in str(body["reason"])


@asynccontextmanager
async def locked(store: Store, table: str) -> AsyncGenerator[None]:
    """Statements on the table don't return meanwhile."""
    engine = create_async_engine(store.url)
    async with engine.connect() as connection:
        await connection.execute(text(f'LOCK TABLE "{table}" IN ACCESS EXCLUSIVE MODE'))
        yield
    await engine.dispose()


@pytest.fixture
async def patient(api: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    """An application whose statements wait for locks without end."""
    for name in ("READ_SECONDS", "WRITE_SECONDS", "WAIT_SECONDS"):
        monkeypatch.setattr(limits, name, 60)
    return make_api(Store(api.store.url.render_as_string(hide_password=False)), api.clock)


@ONLY_POSTGRESQL
@pytest.mark.parametrize(
    ("table", "what"),
    [
        ("mail", "the mail worker makes no progress"),
        pytest.param(
            "webhook_endpoint",
            "the webhook worker makes no progress",
            marks=pytest.mark.slow,
        ),
        pytest.param("invitation", "the sweep makes no progress", marks=pytest.mark.slow),
    ],
)
async def test_a_worker_that_stands_still_is_named(
    patient: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch, table: str, what: str
) -> None:
    monkeypatch.setattr("server.delivery.cleanup.CLEANUP_SECONDS", 0.5)
    async with listening(patient.app) as port:
        await until(lambda: is_ready(port))
        async with locked(patient.store, table):
            await until(lambda: names(port, what), NOTICED_SECONDS)
            assert (await readiness(port))[1]["reason"] == what
        await until(lambda: is_ready(port))


@pytest.mark.slow
@ONLY_POSTGRESQL
async def test_a_log_reader_that_stands_still_is_named_while_somebody_listens(
    patient: Api, acme: Acme
) -> None:
    async with listening(patient.app) as port:
        async with a_subscription(port, acme.member, organization_events(acme.id)):
            await begun(patient)
            async with locked(patient.store, "event"):
                await until(
                    lambda: names(port, "the log reader makes no progress"), NOTICED_SECONDS
                )
            await until(lambda: is_ready(port))
        await until(lambda: patient.reader.task is None)
        async with locked(patient.store, "event"):
            await asyncio.sleep(NOTICED_SECONDS)
            assert not await names(port, "the log reader")


@ONLY_SQLITE
async def test_a_file_that_another_process_keeps_locked_is_not_ready(api: Api, acme: Acme) -> None:
    async with listening(api.app) as port:
        assert await readiness(port) == READY
        path = str(api.store.url.database)
        other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        await until(lambda: names(port, "the database can't be written"), NOTICED_SECONDS)
        other.execute("ROLLBACK")
        await until(lambda: is_ready(port))
        other.close()


@pytest.mark.slow
@ONLY_POSTGRESQL
async def test_a_database_that_has_become_read_only_is_not_ready_until_it_takes_writes(
    api: Api, acme: Acme, tmp_path: Path
) -> None:
    async def alter(*statements: str) -> None:
        engine = create_async_engine(api.store.url, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            for statement in ("SET default_transaction_read_only = off", *statements):
                await connection.execute(text(statement))
        await engine.dispose()

    settings = {
        **PRODUCTION,
        "TENANTRY_DATABASE_URL": api.store.url.render_as_string(hide_password=False),
    }
    others = "pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    await alter(
        "ALTER DATABASE test SET default_transaction_read_only = on",
        f"SELECT pg_terminate_backend(pid) FROM {others}",
    )
    try:
        answers = [
            await api.mutate("createOrganization", {"name": "Acme"}, by=acme.admin)
            for _ in range(6)
        ]
        ready = await api.client.get("/readyz")
        doctor = await asyncio.to_thread(
            tenantry, "doctor", "--port", str(free_port()), folder=tmp_path, **settings
        )
    finally:
        # Connections from before stay read-only, as those to an old primary do.
        await alter("ALTER DATABASE test RESET default_transaction_read_only")

    assert {answer.code for answer in answers} == {"UNAVAILABLE"}
    assert (ready.status_code, ready.json()["reason"]) == (503, "the database can't be written")
    assert (doctor.returncode, "read-only transaction" in doctor.stdout) == (1, True)
    assert (await api.mutate("createOrganization", {"name": "Acme"}, by=acme.admin)).payload
    assert (await api.client.get("/readyz")).is_success


@pytest.mark.slow
@ONLY_SQLITE
async def test_a_full_disk_is_not_ready_until_there_is_room(
    api: Api, acme: Acme, tmp_path: Path
) -> None:
    url = api.store.url.render_as_string(hide_password=False)
    settings = {**PRODUCTION, "TENANTRY_DATABASE_URL": url, "TENANTRY_SECRET_KEYS": SECRET_KEY}
    with started("serve", folder=tmp_path, **settings) as server:
        port, key = int(server.url.rpartition(":")[2]), SERVICE.authorization
        assert await readiness(port) == READY
        unlimited = resource.prlimit(
            server.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY)
        )
        refused, full = server.graphql(CREATE, key).json(), await readiness(port)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, unlimited)
        made, free = server.graphql(CREATE, key).json(), await readiness(port)

    assert refused["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    assert full == (503, {"ready": False, "reason": "the database can't be written"})
    assert ("errors" in made, free) == (False, READY)


# ------------------------------------------------------------------------------------------- doctor


@pytest.mark.slow
async def test_doctor_names_what_is_overdue(api: Api, acme: Acme, tmp_path: Path) -> None:
    long_ago = now() - timedelta(hours=1)
    await invited(api, acme, "new@example.com")
    endpoint = await an_endpoint(api)
    await deliveries(api, endpoint["id"], next_attempt_at=now(), updated_at=now())
    settings = {
        **PRODUCTION,
        "TENANTRY_DATABASE_URL": api.store.url.render_as_string(hide_password=False),
    }
    port = str(free_port())

    before = await asyncio.to_thread(
        tenantry, "doctor", "--port", port, folder=tmp_path, **settings
    )
    async with api.store.write() as session:
        late = {"next_attempt_at": long_ago, "updated_at": long_ago}
        await session.execute(update(metadata.tables["mail"]).values(**late))
        await session.execute(update(metadata.tables["webhook_delivery"]).values(**late))
        await session.execute(update(metadata.tables["invitation"]).values(expires_at=long_ago))
    after = await asyncio.to_thread(tenantry, "doctor", "--port", port, folder=tmp_path, **settings)

    assert "ok  Worker: nothing is overdue" in before.stdout
    assert "wrong  Worker: mail, webhooks, expiries of invitations overdue" in " ".join(
        after.stdout.split("\n")
    )
    assert after.returncode == 1


@pytest.mark.slow
@ONLY_POSTGRESQL
async def test_doctor_asks_a_server_on_this_machine(
    patient: Api, acme: Acme, tmp_path: Path
) -> None:
    settings = {
        **PRODUCTION,
        "TENANTRY_DATABASE_URL": patient.store.url.render_as_string(hide_password=False),
    }

    async def examined(port: int) -> str:
        arguments = ("doctor", "--port", str(port))
        return (await asyncio.to_thread(tenantry, *arguments, folder=tmp_path, **settings)).stdout

    async with listening(patient.app) as port:
        well = await examined(port)
        async with a_subscription(port, acme.member, organization_events(acme.id)):
            await begun(patient)
            async with locked(patient.store, "event"):
                await until(
                    lambda: names(port, "the log reader makes no progress"), NOTICED_SECONDS
                )
                stuck = await examined(port)

    assert f"ok  Server: port {port} is ready" in well
    assert "the log reader makes no progress" in stuck
