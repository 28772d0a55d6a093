"""Callers that are cancelled at any moment: the others are served, and nothing is left over."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from time import monotonic

import pytest
from starlette.requests import HTTPConnection

from models.database import limits
from models.database.store import Store
from models.events import EventType
from models.keys.signing_keys import make_cipher
from resolvers.authority.access import SYSTEM, Actor, ActorType
from resolvers.events.scopes import Scope
from resolvers.foundation.transaction import begin
from resolvers.subscriptions import log_reader, shared_reads
from resolvers.subscriptions.streams import Stream
from server.http.graphql.endpoint import GraphQLEndpoint
from server.http.requests import Operation
from server.identity.signing import StoredKeys
from tests.api.http.test_faults import taken
from tests.conftest import counted
from tests.support.api import JSON, SECRET, SERVICE, Api
from tests.support.cancellation import cancelled_at
from tests.support.data.factories import Acme
from tests.support.subscriptions import left, organization_events, until

SECONDS = 5.0
TURNS = range(6)
WAITS = 4  # The least that a listener takes: who calls, its beginning, the event, and what the event leads to.
FIELDS = "cursor type ... on OrganizationEvent { organization { name } }"


def a_stream(acme: Acme) -> Stream:
    return Stream(
        Actor(ActorType.SERVICE, "key_1"), Scope(acme.id), None, lambda: True, lambda: None
    )


async def an_event(api: Api, organization_id: str) -> None:
    async with begin(api.server, SYSTEM) as tx:
        data = {"object": "organization"}
        tx.record(
            EventType.ORGANIZATION_UPDATED, organization_id, data, organization_id=organization_id
        )


@pytest.mark.parametrize("after", [None, 0])
async def test_a_listener_cancelled_as_it_begins_leaves_the_reader_to_the_others(
    api: Api, acme: Acme, after: int | None
) -> None:
    async def listen() -> int:
        async with aclosing(api.reader.follow(a_stream(acme), after)) as told:
            return (await anext(told)).row.cursor

    gone = asyncio.create_task(listen())
    await asyncio.sleep(0)
    gone.cancel()
    other = asyncio.create_task(listen())
    await until(lambda: other.done() or any(stream.is_live for stream in api.reader.streams))
    await an_event(api, acme.id)

    async with asyncio.timeout(SECONDS):
        assert await other
    with pytest.raises(asyncio.CancelledError):
        await gone
    await left(api)


@pytest.mark.parametrize(("keys_at_once", "reads"), [(500, 1), (20, 3)])
async def test_listeners_that_begin_together_share_their_statements(
    api: Api, acme: Acme, keys_at_once: int, reads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_reads, "KEYS_AT_ONCE", keys_at_once)
    with counted(api.store) as statements:
        listeners = [
            asyncio.ensure_future(anext(api.reader.follow(a_stream(acme), None))) for _ in range(50)
        ]
        await until(lambda: sum(stream.is_live for stream in api.reader.streams) == 50)
    for listener in listeners:
        listener.cancel()
    await left(api)

    assert sum("coalesce" in statement for statement in statements) == reads


# ----------------------------------------------------------------------------------- at every await


def endpoint_of(api: Api) -> GraphQLEndpoint:
    (found,) = [
        app
        for route in api.app.routes
        if isinstance(app := getattr(route, "app", None), GraphQLEndpoint)
    ]
    return found


async def first_event(api: Api, query: str) -> JSON:
    """What a listener runs: from its credential to its first event."""
    endpoint = endpoint_of(api)
    credential = await endpoint.identity.authenticate([SERVICE.authorization or ""])
    connection = HTTPConnection({"type": "http", "headers": []})
    context = await endpoint.run_to_completion(endpoint.make_context(credential, connection))
    context.document = endpoint.documents.read(query)
    async with aclosing(endpoint.results(Operation(query, {}, None), context)) as results:
        return (await anext(results)).body


def record_broken_connections(store: Store) -> list[object]:
    """Records which connections are terminated from now on, besides those that listen."""
    broken: list[object] = []
    terminate = store.driver.terminate

    def note(connection: object) -> None:
        if not getattr(connection, "_listeners", None):
            broken.append(connection)
        terminate(connection)

    store.driver.terminate = note
    return broken


@asynccontextmanager
async def all_seats_taken(store: Store) -> AsyncGenerator[None]:
    """As many read at a time as can, in single reads and in snapshots.

    That is one fewer than there are connections, for the wake-up signal has one.
    """
    reads, snapshots = (4, 4) if store.is_sqlite else (5, 10)
    async with AsyncExitStack() as stack:
        async with asyncio.timeout(SECONDS):
            for number in range(reads + snapshots):
                read = store.read() if number < reads else store.read_transaction()
                await stack.enter_async_context(read)
        yield


@pytest.mark.parametrize("after", [None, "0"])
async def test_a_listener_may_be_cancelled_at_any_await(
    api: Api, acme: Acme, after: str | None
) -> None:
    query, errors = (
        organization_events(acme.id, after, FIELDS),
        record_broken_connections(api.store),
    )
    reader, tasks = api.reader, asyncio.all_tasks()

    def is_there(task: asyncio.Task[JSON], number: int) -> bool:
        return task.done() or sum(stream.is_live for stream in reader.streams) >= number

    async def is_heard(wait: int, turns: int) -> bool:
        """Whether the listener heard the event before it
        was to be cancelled; another one does in any case.
        """
        leaving = cancelled_at(first_event(api, query), wait=wait, turns=turns)
        await until(lambda: is_there(leaving, 1))
        staying = asyncio.create_task(first_event(api, query))
        await until(lambda: is_there(staying, 1 if leaving.done() else 2))
        if after is None:
            await an_event(api, acme.id)
        async with asyncio.timeout(SECONDS):
            assert (await staying)["data"]["organizationEvents"]["organization"], (wait, turns)
        with suppress(asyncio.CancelledError):
            await leaving
        api.store.wakeup.notify()
        await left(api)
        await until(lambda: not (reader.openings.task or reader.rights.task))
        assert reader.head is None
        return not leaving.cancelled()

    wait = 1
    while not all([await is_heard(wait, turns) for turns in TURNS]):
        wait += 1
    await until(lambda: asyncio.all_tasks() == tasks)

    assert wait > WAITS
    assert errors == []
    assert taken(api.store) == 0
    async with all_seats_taken(api.store):
        pass


async def test_a_reader_that_everyone_left_waits_for_its_last_read_and_does_not_start_there(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest, may_read = log_reader.load_newest_cursor, asyncio.Event()

    async def late(store: Store) -> int:
        await may_read.wait()
        return await newest(store)

    monkeypatch.setattr(log_reader, "load_newest_cursor", late)
    leaving = asyncio.ensure_future(anext(api.reader.follow(a_stream(acme), None)))
    await asyncio.sleep(0.1)
    leaving.cancel()
    await left(api)
    closing = asyncio.create_task(api.reader.wait_closed())
    await asyncio.sleep(0.1)
    assert not closing.done()
    may_read.set()
    await closing

    assert (api.reader.openings.task, api.reader.head) == (None, None)


async def test_a_listener_that_leaves_while_the_store_is_busy_stops_asking_for_events(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_reader, "PAGE", 1)
    monkeypatch.setattr(limits, "WAIT_SECONDS", 0.1)
    tasks, following = asyncio.all_tasks(), api.reader.follow(a_stream(acme), 0)
    assert await anext(following)

    async with all_seats_taken(api.store):
        leaving = asyncio.ensure_future(anext(following))
        await asyncio.sleep(0.3)
        assert not leaving.done()
        leaving.cancel()

        await until(lambda: asyncio.all_tasks() == tasks)


# ----------------------------------------------------------------------------------- keys that sign


async def test_who_looks_for_the_signing_keys_may_be_cancelled_at_any_await(api: Api) -> None:
    ring, errors = (
        StoredKeys(api.server, make_cipher([SECRET])),
        record_broken_connections(api.store),
    )
    known = await ring.load_keys(since=monotonic())

    async def is_found(wait: int, turns: int) -> bool:
        """Whether the keys were found before the caller
        was to be cancelled; others find them in any case.
        """
        leaving = cancelled_at(ring.load_keys(since=monotonic()), wait=wait, turns=turns)
        await asyncio.sleep(0)  # It is the first to look.
        async with asyncio.timeout(SECONDS):
            assert await ring.load_keys(since=monotonic()) == known
        with suppress(asyncio.CancelledError):
            await leaving
        return not leaving.cancelled()

    wait = 1
    while not all([await is_found(wait, turns) for turns in TURNS]):
        wait += 1

    assert wait > 1
    assert errors == []
    assert taken(api.store) == 0
