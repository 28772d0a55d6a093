"""Streams whose moments fall together badly: forced interleavings, and what must come of each."""

import asyncio
import gc
from contextlib import suppress
from typing import Any, cast

import pytest

from models.errors.request import NotFound, Unauthenticated
from models.events import EventType
from resolvers.authority.access import SYSTEM, Actor, ActorType
from resolvers.events.scopes import Scope
from resolvers.foundation.transaction import begin
from resolvers.keys.secret_keys import NewKey, create_key, revoke_key
from resolvers.queries import rows
from resolvers.subscriptions import log_reader
from resolvers.subscriptions.endings import credential_expired
from resolvers.subscriptions.log_reader import LogReader
from resolvers.subscriptions.streams import WAITING_EVENTS, Delivered, Stream
from server.http.graphql import websocket
from server.http.graphql.endpoint import GraphQLEndpoint
from tests.support.api import SERVICE, Api, Caller
from tests.support.data.factories import Acme
from tests.support.data.sessions import a_session, bearer_of, end, mint
from tests.support.http import ONLY_SQLITE
from tests.support.processes.commands import listening
from tests.support.subscriptions import a_socket, a_subscription, begun, organization_events, until

pytestmark = ONLY_SQLITE


async def rename(api: Api, acme: Acme, name: str = "Renamed") -> str:
    return (
        await api.send("update-organization", by=acme.admin, organizationId=acme.id, name=name)
    ).payload["cursor"]


def a_stream(actor: Actor, acme: Acme) -> Stream:
    return Stream(actor, Scope(acme.id), None, lambda: True, lambda: None)


class Row:
    def __init__(self, cursor: int) -> None:
        self.cursor = cursor


def told(cursor: int) -> Delivered:
    return Delivered(cast(Any, Row(cursor)), 1, cast(Any, None))


async def an_event(api: Api, organization_id: str) -> None:
    async with begin(api.server, SYSTEM) as tx:
        data = {"object": "organization"}
        tx.record(
            EventType.ORGANIZATION_UPDATED, organization_id, data, organization_id=organization_id
        )


async def test_the_right_is_read_after_the_events_of_a_replay(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await rename(api, acme)
    is_armed = False
    beginning, behind, rights, newer = (
        LogReader._start_at,  # pyright: ignore[reportPrivateUsage]
        log_reader.load_events_after,
        log_reader.load_rights,
        log_reader.load_newer_events,
    )

    def begin(*arguments: Any) -> Any:
        nonlocal is_armed
        is_armed = True
        return beginning(*arguments)

    async def removed(found: Any) -> Any:
        nonlocal is_armed
        if is_armed:
            is_armed = False
            await api.mutate(
                "removeMembership",
                {"organizationId": acme.id, "userId": acme.member.id},
                by=SERVICE,
            )
            await rename(api, acme, "Not for the member")
        return found

    async def late(*arguments: Any, **named: Any) -> Any:
        await asyncio.sleep(1)
        return await newer(*arguments, **named)

    async def behind_then(*arguments: Any) -> Any:
        return await removed(await behind(*arguments))

    async def rights_then(*arguments: Any) -> Any:
        return await removed(await rights(*arguments))

    monkeypatch.setattr(LogReader, "_start_at", begin)
    monkeypatch.setattr(log_reader, "load_events_after", behind_then)
    monkeypatch.setattr(log_reader, "load_rights", rights_then)
    monkeypatch.setattr(log_reader, "load_newer_events", late)
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.member, organization_events(acme.id, before)) as socket,
    ):
        assert (await socket.refused())["code"] == "NOT_FOUND"


@pytest.mark.parametrize("subscription", ["organizationEvents", "viewerEvents"])
async def test_what_was_told_to_others_while_it_caught_up_is_read_again(
    api: Api, acme: Acme, subscription: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, behind, cursors = await rename(api, acme), log_reader.load_events_after, list[str]()

    async def overtaken(*arguments: Any) -> Any:
        found = await behind(*arguments)
        if not cursors:
            cursors.append(await rename(api, acme, "Meanwhile"))
            await until(lambda: (api.reader.head or 0) >= int(cursors[0]))
        return found

    monkeypatch.setattr(log_reader, "load_events_after", overtaken)
    queries = {
        "organizationEvents": organization_events(acme.id, before),
        "viewerEvents": f'subscription {{ viewerEvents(after: "{before}") {{ cursor }} }}',
    }
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.member, queries[subscription]) as socket,
    ):
        assert (await socket.told())["cursor"] == cursors[0]


async def test_what_it_read_by_itself_is_not_told_again(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = log_reader.load_newer_events

    async def late(*arguments: Any, **named: Any) -> Any:
        await asyncio.sleep(0.4)
        return await newer(*arguments, **named)

    async with (
        listening(api.app) as port,
        a_subscription(port, acme.admin, organization_events(acme.id)) as first,
    ):
        await begun(api)
        monkeypatch.setattr(log_reader, "load_newer_events", late)
        await asyncio.sleep(0.5)
        before = (await rename(api, acme, "One"), await rename(api, acme, "Two"))[0]
        async with a_subscription(
            port, acme.member, organization_events(acme.id, before)
        ) as socket:
            await socket.told()
            await begun(api, 2)
            assert [(await first.told())["cursor"] for _ in range(2)]
            await socket.quiet()


async def test_no_more_events_wait_than_there_is_room_for(api: Api) -> None:
    stream = Stream(
        Actor(ActorType.SERVICE, "key_1"), Scope(), None, lambda: True, lambda: None, is_live=True
    )
    for cursor in range(1, WAITING_EVENTS + 1):
        stream.enqueue(told(cursor))
    assert stream.is_live
    assert len(stream.queue or ()) == WAITING_EVENTS
    stream.enqueue(told(WAITING_EVENTS + 1))
    assert (stream.is_live, stream.queue, stream.position) == (False, None, 0)


@pytest.mark.parametrize("after", [None, 0])
async def test_a_slow_secret_key_hears_how_an_organization_ended(
    api: Api, acme: Acme, after: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_reader, "PAGE", 2)
    stream, reader = a_stream(Actor(ActorType.SERVICE, "key_1"), acme), api.reader
    following = reader.follow(stream, after)
    first = asyncio.ensure_future(anext(following))
    if after is None:
        await begun(api)
        await rename(api, acme)
    types = [(await first).row.type]
    await api.send("delete-organization", by=acme.admin, organizationId=acme.id)
    newest = int((await api.run("{ cursor }", by=SERVICE)).data["cursor"])
    await until(lambda: reader.head == newest)
    await asyncio.sleep(0.2)
    with suppress(NotFound):
        while True:
            types.append((await anext(following)).row.type)
    await reader.wait_closed()
    assert types[-3:] == [EventType.MEMBERSHIP_DELETED.value] * 2 + [
        EventType.ORGANIZATION_DELETED.value
    ]


async def test_the_viewer_is_told_of_own_memberships_only_behind_a_cursor_and_live(
    api: Api, acme: Acme
) -> None:
    await a_session(api, by=acme.member)
    query = 'subscription { viewerMembershipChanged(after: "0") { type userId } }'
    async with listening(api.app) as port, a_subscription(port, acme.member, query) as socket:
        assert await socket.told() == {"type": "MEMBERSHIP_CREATED", "userId": acme.member.id}
        await begun(api)
        await a_session(api, by=acme.member)
        await socket.quiet()
        input = {"organizationId": acme.id, "userId": acme.member.id, "role": "org:admin"}
        await api.mutate("updateMembership", input, by=SERVICE)
        assert await socket.told() == {"type": "MEMBERSHIP_UPDATED", "userId": acme.member.id}


@pytest.mark.parametrize(
    "query", ["{ instance { organizationsEnabled } }", "{", "{ viewer { user { id } } }"]
)
async def test_an_id_is_free_as_soon_as_its_last_message_has_come(
    api: Api, acme: Acme, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, execute = websocket.Socket._send, GraphQLEndpoint.execute  # pyright: ignore[reportPrivateUsage]

    async def slow(self: websocket.Socket, **message: Any) -> None:
        await send(self, **message)
        await asyncio.sleep(0.05)

    async def fails(self: GraphQLEndpoint, operation: Any, *rest: Any) -> Any:
        if "viewer" in operation.query:
            raise RuntimeError("unforeseen")
        return await execute(self, operation, *rest)

    monkeypatch.setattr(websocket.Socket, "_send", slow)
    monkeypatch.setattr(GraphQLEndpoint, "execute", fails)
    async with listening(api.app) as port, a_socket(port, acme.admin) as socket:
        for _ in range(3):
            await socket.subscribe(query)
            while (await socket.receive())["type"] == "next":
                pass


async def test_a_session_that_ended_while_a_stream_began_is_over(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await a_session(api, by=acme.member)
    token = bearer_of(await mint(api, session, by=acme.member, organizationId=acme.id))
    newest = log_reader.load_newest_cursor

    async def ended_before(*arguments: Any) -> int:
        await end(api, session, by=acme.member)
        return await newest(*arguments)

    monkeypatch.setattr(log_reader, "load_newest_cursor", ended_before)
    async with (
        listening(api.app) as port,
        a_subscription(port, token, organization_events(acme.id)) as socket,
    ):
        assert (await socket.refused())["code"] == "UNAUTHENTICATED"


async def test_who_goes_live_while_others_are_told_misses_nothing(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, rights, judging = await rename(api, acme), log_reader.load_rights, asyncio.Event()
    cursors: list[str] = []
    beginning, pages = LogReader._start_at, 0  # pyright: ignore[reportPrivateUsage]

    def begin(*arguments: Any) -> Any:
        nonlocal pages
        pages = 1
        return beginning(*arguments)

    async def slow(store: Any, asked: Any) -> Any:
        nonlocal pages
        found = await rights(store, asked)
        if isinstance(asked, set):
            judging.set()
            await asyncio.sleep(0.3)
        elif pages == 1:
            pages = 2
            cursors.append(await rename(api, acme, "Meanwhile"))
            await judging.wait()
        return found

    monkeypatch.setattr(LogReader, "_start_at", begin)
    monkeypatch.setattr(log_reader, "load_rights", slow)
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.member, organization_events(acme.id, before)) as socket,
    ):
        assert (await socket.told())["cursor"] == cursors[0]


async def test_one_who_hangs_up_takes_nothing_from_the_others(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loaders are shared by all who are told: a future
    that one awaits must not be cancelled for all.
    """
    load_rows, reading = rows.load_rows, asyncio.Event()

    async def slow(*arguments: Any) -> Any:
        reading.set()
        await asyncio.sleep(0.3)
        return await load_rows(*arguments)

    query = organization_events(
        acme.id, fields="cursor ... on OrganizationEvent { organization { name } }"
    )
    async with (
        listening(api.app) as port,
        a_subscription(port, SERVICE, query) as one,
        a_subscription(port, SERVICE, query) as other,
    ):
        await begun(api, 2)
        monkeypatch.setattr(rows, "load_rows", slow)
        await an_event(api, acme.id)
        await reading.wait()
        await asyncio.sleep(0.05)
        await one.send(type="complete", id="1")
        assert (await other.told())["organization"]


async def test_a_key_that_was_revoked_before_the_event_hears_nothing_of_it(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with begin(api.server, SYSTEM) as tx:
        key, secret = await create_key(tx, NewKey("service"))
    revoked_keys = log_reader.load_ended_keys
    done = False

    async def then(*arguments: Any) -> Any:
        """The key is revoked, and an event committed, right after the look at the keys."""
        nonlocal done
        found = await revoked_keys(*arguments)
        if not done:
            done = True
            async with begin(api.server, SYSTEM) as tx:
                await revoke_key(tx, key_id=key.id)
            await an_event(api, acme.id)
        return found

    async with (
        listening(api.app) as port,
        a_subscription(
            port,
            Caller(f"Bearer {secret}"),
            "subscription { events { cursor type organizationId } }",
        ) as socket,
    ):
        await begun(api)
        monkeypatch.setattr(log_reader, "load_ended_keys", then)
        api.store.wakeup.notify()
        assert (await socket.refused()) == {"code": "UNAUTHENTICATED"}


async def test_a_session_that_is_over_hears_nothing_more_in_a_replay(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader is not there yet, the replay is."""
    session = await a_session(api, by=acme.member)
    token = bearer_of(await mint(api, session, by=acme.member, organizationId=acme.id))
    before = await rename(api, acme, "Before")
    events_behind = log_reader.load_events_after
    done = False

    async def later(*arguments: Any) -> Any:
        nonlocal done
        if not done:
            done = True
            await end(api, session, by=acme.member)
            await rename(api, acme, "After the end")
        return await events_behind(*arguments)

    newer = log_reader.load_newer_events

    async def slow(*arguments: Any, **named: Any) -> Any:
        await asyncio.sleep(0.5)
        return await newer(*arguments, **named)

    async with listening(api.app) as port:
        monkeypatch.setattr(log_reader, "load_events_after", later)
        monkeypatch.setattr(log_reader, "load_newer_events", slow)
        async with a_subscription(port, token, organization_events(acme.id, before)) as socket:
            message = await socket.receive()
            assert message["type"] == "error", message


async def test_completing_frees_no_room_for_more_work_at_once(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_its_end, most = GraphQLEndpoint.run_to_completion, 0

    async def counted(self: Any, tx: Any) -> Any:
        nonlocal most
        most = max(most, len(self.running))
        return await to_its_end(self, tx)

    monkeypatch.setattr(GraphQLEndpoint, "run_to_completion", counted)
    async with listening(api.app) as port, a_socket(port, acme.admin) as socket:
        for number in range(6):
            for one in range(50):
                await socket.subscribe(
                    "{ viewer { memberships(first: 100) { nodes { id organization { name } } } } }",
                    id=f"{number}-{one}",
                )
            await asyncio.sleep(0.02)
            for one in range(50):
                await socket.send(type="complete", id=f"{number}-{one}")
        await socket.send(type="ping")
        while (await socket.receive())["type"] != "pong":
            pass
    assert most <= 50


async def test_who_comes_back_goes_live_though_others_write(api: Api, acme: Acme) -> None:
    """Events of other organizations keep nobody from going live."""
    stop = False

    async def write() -> None:
        while not stop:
            await an_event(api, "org_other")
            await asyncio.sleep(0.01)

    reader = api.reader
    made = [
        Stream(
            Actor(ActorType.USER, acme.member.id), Scope(acme.id), None, lambda: True, lambda: None
        )
        for _ in range(300)
    ]
    cursor = int(await rename(api, acme, "x"))

    async def listen(stream: Stream) -> None:
        async for _ in reader.follow(stream, cursor):
            pass

    tasks = [asyncio.create_task(listen(one)) for one in made]
    writing = asyncio.create_task(write())
    await until(lambda: all(one.is_live for one in made))
    stop = True
    await writing
    for one in tasks:
        one.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await reader.wait_closed()


async def test_a_key_that_is_revoked_ends_what_still_waits_after_the_organization(
    api: Api, acme: Acme
) -> None:
    stream = Stream(
        Actor(ActorType.SERVICE, "key_1"),
        Scope(acme.id),
        None,
        lambda: True,
        lambda: None,
        is_live=True,
    )

    stream.enqueue(told(1))
    stream.finish(NotFound())
    stream.end(credential_expired())
    with pytest.raises(Unauthenticated):
        await stream.next()


async def test_who_is_cut_off_while_it_reads_again_leaves_no_trace(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.admin, organization_events(acme.id)),
    ):
        await begun(api)
        stream = next(iter(api.reader.streams))
        stream.disconnect()
        with suppress(Exception):
            await rename(api, acme)
        await asyncio.sleep(0.3)
        gc.collect()
        await asyncio.sleep(0.2)
    assert "Traceback" not in caplog.text, caplog.text
    assert "RuntimeError" not in caplog.text
