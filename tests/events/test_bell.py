"""The bell, and who reads the log: between processes,
when a wake-up is lost, and when a server stops.
"""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import text

from models.database import wakeup
from models.database.store import Store
from models.database.wakeup import Wakeup
from resolvers.subscriptions import log_reader
from tests.conftest import make_api
from tests.support.api import SERVICE, Api
from tests.support.data.factories import Acme
from tests.support.processes.commands import listening
from tests.support.subscriptions import (
    PATIENCE_SECONDS,
    a_subscription,
    begun,
    organization_events,
    server_sent,
    server_sent_events,
    until,
)

pytestmark = pytest.mark.both_databases


async def test_another_process_is_heard_at_once(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two stores on one database are to each other as two processes are."""
    monkeypatch.setattr(log_reader, "POLL_SECONDS", 60.0)
    other = make_api(Store(api.store.url.render_as_string(hide_password=False)), api.clock)
    async with (
        listening(other.app) as port,
        a_subscription(port, acme.member, organization_events(acme.id)) as socket,
    ):
        await begun(other)
        await asyncio.sleep(0.3)
        began = monotonic()
        await api.send(
            "update-organization", by=acme.admin, organizationId=acme.id, name="From afar"
        )

        assert (await socket.told())["type"] == "ORGANIZATION_UPDATED"
        assert monotonic() - began < 2.0


async def test_a_wake_up_that_is_lost_costs_time_only(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Wakeup, "notify", lambda self: None)  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.member, organization_events(acme.id)) as socket,
    ):
        await begun(api)
        began = monotonic()
        await api.send("update-organization", by=acme.admin, organizationId=acme.id, name="Unheard")

        assert (await socket.told())["type"] == "ORGANIZATION_UPDATED"
        assert monotonic() - began < 2.0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_listener_that_is_cut_off_listens_again(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_reader, "POLL_SECONDS", 60.0)
    monkeypatch.setattr(wakeup, "HEARTBEAT_SECONDS", 0.1)
    monkeypatch.setattr(wakeup, "RETRY_SECONDS", 0.1)
    cut = text(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND (query LIKE 'LISTEN%' OR query = 'SELECT 1')"
    )
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.member, organization_events(acme.id)) as socket,
    ):
        await begun(api)
        async with api.store.read() as connection:
            assert (await connection.execute(cut)).scalar_one() > 0
        await api.send(
            "update-organization", by=acme.admin, organizationId=acme.id, name="Meanwhile"
        )
        assert (await socket.told())["type"] == "ORGANIZATION_UPDATED"
        await asyncio.sleep(0.5)

        other = make_api(Store(api.store.url.render_as_string(hide_password=False)), api.clock)
        await other.send(
            "update-organization", by=acme.admin, organizationId=acme.id, name="Afterwards"
        )
        assert (await socket.told())["type"] == "ORGANIZATION_UPDATED"
        await other.store.close()


async def test_nobody_looks_when_nobody_listens(api: Api, acme: Acme) -> None:
    async with listening(api.app) as port:
        async with a_subscription(port, acme.member, organization_events(acme.id)):
            await begun(api)
            assert api.reader.task
        await until(lambda: api.reader.task is None)

        assert (api.reader.head, api.reader.streams) == (None, set())


async def test_many_listeners_have_one_reader(api: Api, acme: Acme) -> None:
    query = organization_events(acme.id)
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.member, query),
        a_subscription(port, acme.admin, query),
    ):
        await begun(api, 2)
        names = [str(task.get_coro()) for task in asyncio.all_tasks()]

    for one in ("LogReader._run", "Watcher.run"):
        assert sum(one in name for name in names) == 1, names


async def test_a_server_that_stops_says_so_and_does_not_wait(api: Api, acme: Acme) -> None:
    query = organization_events(acme.id)
    async with AsyncExitStack() as stack:
        async with asyncio.timeout(PATIENCE_SECONDS), listening(api.app) as port:
            socket = await stack.enter_async_context(a_subscription(port, acme.member, query))
            response = await stack.enter_async_context(server_sent(port, acme.admin, query))
            await begun(api, 2)
            began = monotonic()
        took = monotonic() - began
        told = [one async for one in server_sent_events(response)]

        assert await socket.closed() == 1012
    assert took < 5.0
    assert told[0][1]["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    assert told[1] == ("complete", None)


async def test_the_bell_of_a_file_is_quiet_while_nothing_happens(tmp_path: Path) -> None:
    store = Store(f"sqlite+aiosqlite:///{tmp_path / 'quiet.db'}")
    async with store.wakeup.listen() as listener:
        await asyncio.sleep(0.3)
        listener.signaled.clear()
        began = monotonic()
        await listener.wait(0.5)
        assert monotonic() - began >= 0.5
        assert not listener.signaled.is_set()
    await store.close()


async def test_a_secret_key_hears_of_all(api: Api, acme: Acme) -> None:
    async with (
        listening(api.app) as port,
        a_subscription(port, SERVICE, "subscription { events { type } }") as socket,
    ):
        await begun(api)
        await api.send("update-organization", by=acme.admin, organizationId=acme.id, name="All")

        assert await socket.told() == {"type": "ORGANIZATION_UPDATED"}
