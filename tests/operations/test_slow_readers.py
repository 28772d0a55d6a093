"""Clients that do not read: what waits for them is bounded, in size and in time."""

import asyncio
import socket
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from server.http.protocols import slow_clients
from tests.support.api import Api
from tests.support.http import ONLY_SQLITE
from tests.support.processes.commands import listening
from tests.support.subscriptions import until

LARGE = 5_000_000
SMALL = 40_000


async def large(request: Request) -> Response:
    return Response(bytes(LARGE))


async def sized(request: Request) -> Response:
    return Response(bytes(request.path_params["size"]))


async def in_parts(request: Request) -> Response:
    async def parts() -> AsyncGenerator[bytes]:
        for _ in range(LARGE // SMALL):
            yield bytes(SMALL)

    return StreamingResponse(parts())


@pytest.fixture
def app(api: Api) -> Starlette:
    """The application, with more paths, whose answers are large."""
    api.app.router.routes += [
        Route("/large", large),
        Route("/parts", in_parts),
        Route("/sized/{size:int}", sized),
    ]
    return api.app


@asynccontextmanager
async def asking(
    port: int, path: str = "/large", segment: int | None = None
) -> AsyncGenerator[socket.socket]:
    """A connection that has sent a request and has read nothing yet."""
    loop = asyncio.get_running_loop()
    with socket.socket() as client:
        if segment:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, segment)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        client.setblocking(False)
        await loop.sock_connect(client, ("127.0.0.1", port))
        await loop.sock_sendall(
            client, b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % path.encode()
        )
        yield client


def is_cut_off(client: socket.socket) -> bool:
    """Whether the server has closed the connection; reads nothing."""
    state = client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
    # Anything but ESTABLISHED.
    return state != 1


async def read(client: socket.socket, size: int, pause: float = 0.0) -> int:
    """Reads until the answer has come as a whole, or the server has closed the connection."""
    loop, taken = asyncio.get_running_loop(), 0
    with suppress(ConnectionError):
        while taken < LARGE and (part := await loop.sock_recv(client, size)):
            taken += len(part)
            await asyncio.sleep(pause)
    return taken


@ONLY_SQLITE
@pytest.mark.parametrize("path", ["/large", "/parts"])
async def test_clients_that_read_nothing_are_cut_off(
    app: Starlette, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_clients, "STALL_SECONDS", 1.0)
    async with listening(app) as port, AsyncExitStack() as clients:
        stuck = [await clients.enter_async_context(asking(port, path)) for _ in range(40)]
        began = time.monotonic()
        await until(lambda: all(is_cut_off(one) for one in stuck))
        waited = time.monotonic() - began

    assert waited > 0.9


@ONLY_SQLITE
async def test_the_last_few_bytes_are_waited_for_no_longer(
    app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel takes about 100 KB of each of these answers."""
    monkeypatch.setattr(slow_clients, "STALL_SECONDS", 1.0)
    paths = [f"/sized/{size}" for size in (120_000, 130_000, 140_000)]
    async with listening(app) as port, AsyncExitStack() as clients:
        stuck = [
            await clients.enter_async_context(asking(port, path, segment=1_460)) for path in paths
        ]
        await until(lambda: all(is_cut_off(one) for one in stuck))


@ONLY_SQLITE
async def test_a_client_that_takes_a_byte_now_and_then_is_cut_off(
    app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_clients, "STALL_SECONDS", 1.0)
    async with listening(app) as port, asking(port) as client, asyncio.timeout(8):
        while not is_cut_off(client):
            with suppress(BlockingIOError, ConnectionError):
                client.recv(1)
            await asyncio.sleep(0.05)


@ONLY_SQLITE
@pytest.mark.parametrize("path", ["/large", "/parts"])
async def test_a_client_that_reads_slowly_but_steadily_gets_everything(
    app: Starlette, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_clients, "STALL_SECONDS", 1.0)
    async with listening(app) as port, asking(port, path) as client:
        began = time.monotonic()
        taken = await read(client, 20_000, pause=0.02)

    assert taken >= LARGE
    # It took longer than a client that reads nothing is waited for.
    assert time.monotonic() - began > 4


# ------------------------------------------------------------------------------------------ sockets

HANDSHAKE = (
    b"GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)


def frame(opcode: int, payload: bytes = b"", *, is_last: bool = True) -> bytes:
    """A frame as clients send it, under a mask of zeros."""
    return bytes([opcode | (0x80 if is_last else 0), 0x80 | len(payload)]) + bytes(4) + payload


@asynccontextmanager
async def a_raw_socket(port: int) -> AsyncGenerator[socket.socket]:
    loop = asyncio.get_running_loop()
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        client.setblocking(False)
        await loop.sock_connect(client, ("127.0.0.1", port))
        await loop.sock_sendall(client, HANDSHAKE)
        assert b" 101 " in await loop.sock_recv(client, 4_096)
        yield client


@ONLY_SQLITE
async def test_answers_to_pings_do_not_pile_up(api: Api) -> None:
    loop, pings, taken = asyncio.get_running_loop(), 20_000, 0
    async with listening(api.app) as port, a_raw_socket(port) as client:
        for _ in range(pings // 100):
            await loop.sock_sendall(client, frame(0x9, b"a" * 125) * 100)
        while taken < pings * 127:
            try:
                async with asyncio.timeout(0.5):
                    taken += len(await loop.sock_recv(client, 65_536))
            except TimeoutError:
                break
        await loop.sock_sendall(client, frame(0x9, b"still there"))
        answer = await loop.sock_recv(client, 65_536)

    assert answer == b"\x8a\x0bstill there"
    assert taken < pings * 127 / 2


@ONLY_SQLITE
async def test_a_socket_that_reads_nothing_is_cut_off(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_clients, "STALL_SECONDS", 1.0)
    loop = asyncio.get_running_loop()
    async with listening(api.app) as port, a_raw_socket(port) as client, asyncio.timeout(8):
        with suppress(ConnectionError):
            while not is_cut_off(client):
                await loop.sock_sendall(client, frame(0x9, b"a" * 125) * 100)
                await asyncio.sleep(0.01)


@ONLY_SQLITE
async def test_a_message_in_too_many_frames_is_refused(api: Api) -> None:
    loop = asyncio.get_running_loop()
    async with listening(api.app) as port, a_raw_socket(port) as client:
        await loop.sock_sendall(
            client, frame(0x1, is_last=False) + frame(0x0, is_last=False) * 2_000
        )
        async with asyncio.timeout(3):
            answer = await loop.sock_recv(client, 4_096)

    assert answer[:1] == b"\x88"
    assert int.from_bytes(answer[2:4]) == 1009
