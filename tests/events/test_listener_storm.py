"""Many listeners that leave as soon as they have subscribed,
over real sockets: a new one is served afterwards.
"""

import asyncio
import json
import random
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed

from tests.api.http.test_faults import taken
from tests.support.api import SERVICE, Api
from tests.support.data.factories import Acme
from tests.support.processes.commands import listening
from tests.support.subscriptions import a_socket, a_subscription, begun, left, organization_events

AT_ONCE = 32  # So few that most have begun before they leave.
STAY_SECONDS = 0.06
REQUEST = (
    "POST /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: {authorization}\r\nAccept:"
    " text/event-stream\r\n"
    "Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
)


async def leave_socket(port: int, query: str, how: str, seconds: float) -> None:
    with suppress(ConnectionClosed):
        async with a_socket(port, SERVICE) as socket:
            await socket.subscribe(query)
            await asyncio.sleep(seconds)
            if how == "complete":
                await socket.send(type="complete", id="1")
            if how == "reset":
                socket.connection.transport.abort()


async def leave_events(port: int, query: str, how: str, seconds: float) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    body = json.dumps({"query": query})
    writer.write(
        REQUEST.format(authorization=SERVICE.authorization, length=len(body), body=body).encode()
    )
    await asyncio.sleep(seconds)
    if how == "reset":
        writer.transport.abort()
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


WAYS = [
    (leave, how) for leave in (leave_socket, leave_events) for how in ("complete", "close", "reset")
]


async def storm(port: int, organization_id: str, number: int) -> None:
    room = asyncio.Semaphore(AT_ONCE)

    async def one(turn: int) -> None:
        leave, how = WAYS[turn % len(WAYS)]
        query = organization_events(organization_id, random.choice([None, "0"]))
        async with room:
            await leave(port, query, how, random.uniform(0, STAY_SECONDS))

    await asyncio.gather(*map(one, range(number)))


async def is_served(port: int, api: Api, acme: Acme, name: str) -> None:
    """A new listener hears what happened and what happens."""
    async with (
        a_subscription(port, SERVICE, organization_events(acme.id, "0")) as replay,
        a_subscription(port, SERVICE, organization_events(acme.id)) as live,
    ):
        await replay.told()
        await begun(api, 2)
        await api.send("update-organization", by=acme.admin, organizationId=acme.id, name=name)
        assert (await live.told())["type"] == "ORGANIZATION_UPDATED"


@pytest.mark.parametrize(
    ("number", "times"),
    [(300, 1), pytest.param(1_000, 2, marks=pytest.mark.slow)],
    ids=["some", "all"],
)
async def test_a_listener_is_served_after_many_that_left_at_once(
    api: Api, acme: Acme, number: int, times: int
) -> None:
    async with listening(api.app) as port:
        for turn in range(times):
            await storm(port, acme.id, number)
            await is_served(port, api, acme, f"After {turn}")
        await left(api)
    assert taken(api.store) == 0
