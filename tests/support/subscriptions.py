"""Subscriptions over real WebSockets, and as server-sent events, on loopback."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, MutableMapping
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.support.api import JSON, Api, Caller

# How long a busy machine can take for what an idle one does at once.
PATIENCE_SECONDS = 60.0
# After so long nothing more comes; longer than the server takes to look at the log by itself.
QUIET_SECONDS = 0.7
PROTOCOL = Subprotocol("graphql-transport-ws")
FIELDS = "cursor type ... on MembershipEvent { userId role }"


def organization_events(
    organization_id: str, after: str | None = None, fields: str = FIELDS
) -> str:
    behind = f', after: "{after}"' if after is not None else ""
    return f'subscription {{ organizationEvents(organizationId: "{organization_id}"{behind}) {{ {fields} }} }}'


class Socket:
    """A client that can also break the protocol."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def receive(self) -> JSON:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return json.loads(await self.connection.recv())

    async def greet(self, caller: Caller) -> None:
        await self.send(type="connection_init", payload={"authorization": caller.authorization})
        assert await self.receive() == {"type": "connection_ack"}

    async def subscribe(self, query: str, id: str = "1", **variables: Any) -> None:
        await self.send(type="subscribe", id=id, payload={"query": query, "variables": variables})

    async def told(self, id: str = "1") -> JSON:
        """Receives the next event."""
        message = await self.receive()
        assert (message["type"], message["id"]) == ("next", id), message
        assert "errors" not in message["payload"], message
        (event,) = message["payload"]["data"].values()
        return event

    async def quiet(self) -> None:
        """Asserts that no message arrives."""
        try:
            async with asyncio.timeout(QUIET_SECONDS):
                raise AssertionError(await self.connection.recv())
        except TimeoutError:
            pass

    async def refused(self, id: str = "1") -> JSON:
        """Receives the reason that ended a subscription before its first event."""
        message = await self.receive()
        assert (message["type"], message["id"]) == ("error", id), message
        (error,) = message["payload"]
        return error["extensions"]

    async def ended(self, id: str = "1") -> JSON:
        """Receives the reason that ended a subscription later."""
        message = await self.receive()
        assert (message["type"], message["payload"].get("data")) == ("next", None), message
        (error,) = message["payload"]["errors"]
        assert await self.receive() == {"type": "complete", "id": id}
        return error["extensions"]

    async def closed(self) -> int:
        """Waits until the server closes the connection, and returns its close code."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    await self.connection.recv()
        except ConnectionClosed:
            assert self.connection.close_code is not None
            return self.connection.close_code


@asynccontextmanager
async def a_connection(port: int, **options: Any) -> AsyncGenerator[Socket]:
    """Opens a connection without sending anything."""
    url = f"ws://127.0.0.1:{port}/graphql"
    given: Any = {"subprotocols": [PROTOCOL], "compression": None, **options}
    async with connect(url, **given) as connection:
        yield Socket(connection)


@asynccontextmanager
async def a_socket(port: int, caller: Caller) -> AsyncGenerator[Socket]:
    """Opens a connection as the caller."""
    async with a_connection(port) as socket:
        await socket.greet(caller)
        yield socket


@asynccontextmanager
async def a_subscription(port: int, caller: Caller, query: str) -> AsyncGenerator[Socket]:
    """Opens a connection, and starts one subscription."""
    async with a_socket(port, caller) as socket:
        await socket.subscribe(query)
        yield socket


async def until(condition: Callable[[], bool]) -> None:
    """Waits until the condition is true; fails if that takes too long."""
    deadline = monotonic() + PATIENCE_SECONDS
    for _ in iter(condition, True):
        assert monotonic() < deadline, "it never came"
        await asyncio.sleep(0.01)


async def begun(api: Api, number: int = 1) -> None:
    """Waits until this number of subscriptions is live."""
    await until(lambda: sum(stream.is_live for stream in api.reader.streams) >= number)


async def left(api: Api) -> None:
    """Waits until there are no subscriptions, and the reader has stopped."""
    await until(lambda: not (api.reader.streams or api.reader.task))


async def begin_stream(api: Api, content: bytes, headers: dict[str, str]) -> tuple[int, JSON]:
    """Asks for server-sent events, and leaves once it would wait for the next one.

    Returns the status, and the first result: the response itself if it is no stream.
    """
    sent = iter([{"type": "http.request", "body": content}])
    status, received = 0, b""

    async def receive() -> MutableMapping[str, Any]:
        for message in sent:
            return message
        await begun(api)
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal status, received
        status = message.get("status", status)
        received += message.get("body", b"")

    given = {"accept": "text/event-stream", **headers}
    scope = {
        **{"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST"},
        **{"scheme": "http", "path": "/graphql", "query_string": b"", "client": ("127.0.0.1", 1)},
        "headers": [(b"host", b"127.0.0.1:8000")]
        + [(name.encode(), value.encode()) for name, value in given.items()],
    }
    await api.app(scope, receive, send)
    await left(api)
    (first, *_) = [
        line.removeprefix(b"data: ") for line in received.splitlines() if b"{" in line
    ] or [b"{}"]
    return status, json.loads(first)


@asynccontextmanager
async def server_sent(
    port: int, caller: Caller, query: str, **headers: str
) -> AsyncGenerator[httpx.Response]:
    """Sends an operation, and yields the response as server-sent events."""
    given = {
        "accept": "text/event-stream",
        **({"authorization": caller.authorization} if caller.authorization else {}),
    }
    async with (
        httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client,
        client.stream(
            "POST",
            f"http://127.0.0.1:{port}/graphql",
            json={"query": query},
            headers={**given, **headers},
        ) as response,
    ):
        yield response


async def server_sent_events(response: httpx.Response) -> AsyncGenerator[tuple[str, Any]]:
    """Yields the name and data of each event, and `("", comment)` for each keep-alive comment."""
    name = ""
    async for line in response.aiter_lines():
        key, _, value = line.partition(": ")
        match key:
            case "event":
                name = value
            case "data" | "data:":
                yield name, json.loads(value) if value else None
            case "" if value:
                yield "", value
            case _:
                pass
