"""A link to PostgreSQL that dies without a word:
everything goes on over new connections, and a stop ends.
"""

import asyncio
import signal
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from models.database import limits
from models.database import store as store_module
from models.database.store import Store
from models.errors.request import Unavailable
from tests.support.api import SECRET_KEY, SERVICE
from tests.support.processes.commands import PRODUCTION, Running, Server, process, started
from tests.support.servers.smtp import Post, until
from tests.support.servers.smtp import listening as mail_server
from tests.support.servers.tcp_proxy import Link, a_link
from tests.support.subscriptions import server_sent, server_sent_events

ONLY_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
BACK_SECONDS = 15.0
QUERY = "{ organizations { totalCount } }"
MUTATION = "mutation($name: String!) { createOrganization(input: { name: $name }) { organization { id } cursor } }"
INVITATION = """mutation($id: ID!, $to: String!) {
  createInvitation(input: { organizationId: $id, emailAddress: $to }) { invitation { id } userErrors { code } }
}"""


@pytest.fixture
def link(database_url: str) -> Iterator[Link]:
    with a_link(database_url) as link:
        yield link


def settings(link: Link, database_url: str, **changed: str) -> dict[str, str]:
    return {
        **PRODUCTION,
        "TENANTRY_DATABASE_URL": link.url(database_url),
        "TENANTRY_SECRET_KEYS": SECRET_KEY,
        # Nobody reads the output meanwhile, and a server whose output is full waits for ever.
        "TENANTRY_LOG_LEVEL": "error",
        **changed,
    }


async def asked(server: Server, query: str, **variables: object) -> httpx.Response:
    async with httpx.AsyncClient(timeout=60, verify=False) as client:
        return await client.post(
            f"{server.url}/graphql",
            json={"query": query, "variables": variables},
            headers={"authorization": SERVICE.authorization or ""},
        )


async def made(server: Server, name: str) -> str:
    """An organization's id."""
    answer = (await asked(server, MUTATION, name=name)).json()
    assert "errors" not in answer, answer
    return answer["data"]["createOrganization"]["organization"]["id"]


async def works(server: Server, query: str, **variables: object) -> bool:
    try:
        return "errors" not in (await asked(server, query, **variables)).json()
    except httpx.TransportError:
        return False


async def events_of(response: httpx.Response) -> AsyncGenerator[Any]:
    async for name, data in server_sent_events(response):
        if name == "next" and data is not None:
            yield data


async def is_ready(server: Server) -> bool:
    async with httpx.AsyncClient(timeout=60, verify=False) as client:
        return (await client.get(f"{server.url}/readyz")).is_success


@asynccontextmanager
async def idle(server: Server) -> AsyncGenerator[None]:
    """Connections have been idle for so long that they are checked."""
    await asyncio.sleep(1.5)
    yield


@asynccontextmanager
async def busy(server: Server) -> AsyncGenerator[None]:
    """Clients that read and write all the time."""

    async def keep(query: str, **variables: object) -> None:
        while True:
            await works(server, query, **variables)
            await asyncio.sleep(0.05)

    tasks = [asyncio.create_task(keep(QUERY)) for _ in range(8)]
    tasks += [asyncio.create_task(keep(MUTATION, name=f"Busy {number}")) for number in range(8)]
    await asyncio.sleep(1)
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def recovery(server: Server, organization_id: str) -> None:
    """Returns once everything that requests need works again."""
    await until(lambda: works(server, QUERY), BACK_SECONDS)
    await until(
        lambda: works(server, INVITATION, id=organization_id, to="after@example.com"), BACK_SECONDS
    )
    await until(lambda: is_ready(server), BACK_SECONDS)


@pytest.mark.slow
@ONLY_POSTGRESQL
@pytest.mark.parametrize("load", [busy, idle])
async def test_a_dead_link_is_noticed_and_everything_goes_on(
    link: Link,
    database_url: str,
    tmp_path: Path,
    load: Callable[[Server], AbstractAsyncContextManager[None]],
) -> None:
    post = Post()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(mail_server(post))
        chosen = settings(link, database_url, TENANTRY_SMTP_URL=post.url)
        server = stack.enter_context(started("serve", folder=tmp_path, **chosen))
        organization_id = await made(server, "First")
        port = int(server.url.rpartition(":")[2])
        query = (
            f'subscription {{ organizationEvents(organizationId: "{organization_id}") {{ type }} }}'
        )
        told = events_of(await stack.enter_async_context(server_sent(port, SERVICE, query)))
        assert await works(server, INVITATION, id=organization_id, to="before@example.com")
        assert await anext(told)
        await asyncio.gather(*(asked(server, QUERY) for _ in range(20)))

        async with load(server):
            link.die()
            died = time.monotonic()
            await recovery(server, organization_id)
        assert await anext(told)
        await until(lambda: "after@example.com" in post.addresses, BACK_SECONDS)
        took = time.monotonic() - died

    assert took < BACK_SECONDS


@pytest.mark.slow
@ONLY_POSTGRESQL
@pytest.mark.parametrize("pause", [0.0, 0.5, 4.0])
async def test_a_stop_ends_the_process_while_the_link_is_dead(
    link: Link, database_url: str, tmp_path: Path, pause: float
) -> None:
    with started("serve", folder=tmp_path, **settings(link, database_url)) as server:
        await asyncio.gather(*(asked(server, QUERY) for _ in range(20)))
        link.die()
        hanging = [asyncio.create_task(works(server, QUERY)) for _ in range(5)]
        hanging += [asyncio.create_task(works(server, MUTATION, name="Hangs")) for _ in range(5)]
        await asyncio.sleep(pause)
        await stops_in_time(server.process)
        await asyncio.gather(*hanging)


@pytest.mark.slow
@ONLY_POSTGRESQL
async def test_a_worker_stops_while_the_link_is_dead(
    link: Link, database_url: str, tmp_path: Path
) -> None:
    with process("worker", folder=tmp_path, **settings(link, database_url)) as worker:
        await until(lambda: len(link.connections) > 3, 30)
        link.die()
        await asyncio.sleep(0.5)
        await stops_in_time(worker)


async def stops_in_time(running: Running) -> None:
    running.send_signal(signal.SIGTERM)
    began = time.monotonic()
    await asyncio.to_thread(running.wait, 60)
    assert time.monotonic() - began < BACK_SECONDS


async def counted(store: Store) -> int:
    async with store.read() as connection:
        return (await connection.execute(text("SELECT count(*) FROM organization"))).scalar_one()


@ONLY_POSTGRESQL
async def test_a_connection_that_was_idle_is_checked_before_it_is_used(
    link: Link, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "READ_SECONDS", 60)
    store = Store(link.url(database_url))
    await asyncio.gather(*(counted(store) for _ in range(5)))
    await asyncio.sleep(limits.IDLE_SECONDS * 1.2)
    link.die()

    async with asyncio.timeout(BACK_SECONDS):
        assert await asyncio.gather(*(counted(store) for _ in range(5))) == [0] * 5
    await store.close()


@ONLY_POSTGRESQL
async def test_a_connection_that_answers_the_check_is_kept(store: Store) -> None:
    async def backend() -> int:
        async with store.read() as connection:
            return (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()

    before = await backend()
    await asyncio.sleep(limits.IDLE_SECONDS * 1.2)

    assert await backend() == before


@ONLY_POSTGRESQL
async def test_a_statement_without_an_answer_costs_its_connection_and_all_that_are_as_old(
    link: Link, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "READ_SECONDS", 1)
    monkeypatch.setattr(limits, "IDLE_SECONDS", 60)
    store = Store(link.url(database_url))
    await asyncio.gather(*(counted(store) for _ in range(5)))
    link.die()

    with pytest.raises(Unavailable):
        await counted(store)
    assert await asyncio.gather(*(counted(store) for _ in range(5))) == [0] * 5
    await store.close()


@ONLY_POSTGRESQL
async def test_a_store_closes_while_the_link_is_dead(
    link: Link, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Connections that are in use are cut off, and so are those that are not."""
    monkeypatch.setattr(store_module, "CLOSE_SECONDS", 0.5)
    store = Store(link.url(database_url))
    await asyncio.gather(*(counted(store) for _ in range(5)))
    link.die()
    hanging = [asyncio.create_task(counted(store)) for _ in range(3)]
    await asyncio.sleep(0.2)

    async with asyncio.timeout(2):
        await store.close()
    assert all(
        isinstance(one, Exception) for one in await asyncio.gather(*hanging, return_exceptions=True)
    )
