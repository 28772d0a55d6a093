"""HTTP below the application, against a server that listens: heads that are too large, too slow,
ambiguous or no HTTP, and the responses that no route writes.
"""

import asyncio
import json
import time
from typing import Any

import pytest
import uvicorn
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState
from websockets import http11

from server.cli.runtime import http_server
from server.http.protocols import http
from server.http.protocols.http import HEAD_BYTES, HttpProtocol
from server.http.protocols.refusals import LINGER_SECONDS
from server.http.requests import read_body
from tests.support.api import Api
from tests.support.http import ONLY_SQLITE
from tests.support.processes.commands import listening
from tests.support.subscriptions import a_connection, until

pytestmark = ONLY_SQLITE

# Less than after which the server leaves a client that does nothing.
SECONDS = 9.0
START = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"


async def send(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """What comes back until the server closes the connection, or has answered in full."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = b""
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        while part := await asyncio.wait_for(reader.read(65_536), SECONDS):
            answer += part
            if answer.endswith((b"ok\n", b"}")):
                break
    except ConnectionError:
        pass
    writer.transport.abort()
    return answer


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (
            b"GET /schema.graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
            + b"a" * 40_000,
            401,
        ),
        (b"GET /schema.graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \xff\xfe", 401),
        (START + b"Authorization: Bearer " + b"a" * 300_000, 431),
        (START + b"X: " + b"a" * 5_000_000, 431),
        (START + b"X: y\r\n" * 60_000 + b"X: y", 431),
        (b"GET /" + b"a" * 300_000 + b" HTTP/1.1\r\nHost: localhost", 431),
        (b"GET /" + b"a" * 60_000 + b" HTTP/1.1\r\nHost: localhost", 404),
        (b"\x16\x03\x01\x02\x00\x01", 400),
        (
            b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked",
            400,
        ),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + b"9" * 400, 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b: c\r\nX\x00: d", 400),
    ],
    ids=[
        "40 kB token",
        "bytes above 127",
        "300 kB token",
        "5 MB header",
        "60,000 headers",
        "300 kB URL",
        "60 kB URL",
        "TLS",
        "two lengths",
        "a length beyond all",
        "NUL in a name",
    ],
)
async def test_a_head_out_of_all_bounds_is_refused_and_the_server_lives(
    api: Api, head: bytes, expected: int
) -> None:
    async with listening(api.app) as port:
        answer = await send(port, head + b"\r\nConnection: close\r\n\r\n")
        alive = await send(port, START + b"\r\n")

    assert status(answer) == expected
    assert status(alive) == 200


async def test_a_head_that_does_not_end_is_not_waited_for(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "HEAD_SECONDS", 0.2)
    async with listening(api.app) as port:
        began = time.monotonic()
        slow = await send(port, *(bytes([letter]) for letter in START[:12]), pause=0.02)
        silent = await send(port)
        waited = time.monotonic() - began
        alive = await send(port, START + b"\r\n", pause=0.3)

    assert (status(slow), silent) == (408, b"")
    assert waited < 2
    assert status(alive) == 200


async def test_a_second_request_on_a_connection_has_its_own_time(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "HEAD_SECONDS", 0.3)
    async with listening(api.app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answers: list[bytes] = []
        for _ in range(3):
            writer.write(START + b"\r\n")
            answers.append(await asyncio.wait_for(reader.readuntil(b"ok\n"), SECONDS))
            await asyncio.sleep(0.4)
        writer.close()

    assert [status(answer) for answer in answers] == [200, 200, 200]


async def test_an_answer_does_not_tell_what_the_server_is_made_of(api: Api) -> None:
    async with listening(api.app) as port:
        answer = await send(port, START + b"\r\n")

    assert b"server:" not in answer.lower()
    assert b"uvicorn" not in answer.lower()


class RecordingTransport(asyncio.Transport):
    """Records each write, which the kernel would send as a packet."""

    def __init__(self) -> None:
        super().__init__()
        self.packets: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.packets.append(bytes(data))

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None: ...

    def resume_reading(self) -> None: ...

    def is_closing(self) -> bool:
        return False

    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("method", "expected"),
    [(b"GET", (b"HTTP/1.1 200", b"\r\nok\n")), (b"HEAD", (b"HTTP/1.1 200", b"\r\n"))],
)
async def test_a_response_is_one_packet(
    api: Api, method: bytes, expected: tuple[bytes, bytes]
) -> None:
    config = uvicorn.Config(api.app, lifespan="off", log_config=None)
    config.load()
    transport = RecordingTransport()
    protocol = HttpProtocol(config, ServerState(), {}, asyncio.get_running_loop())
    protocol.connection_made(transport)
    protocol.data_received(START.replace(b"GET", method) + b"\r\n")
    await until(lambda: protocol.cycle.response_complete)
    protocol.connection_lost(None)

    (packet,) = transport.packets
    start, end = expected
    assert packet.startswith(start)
    assert packet.endswith(b"\r\n" + end)


async def test_requests_in_a_row_are_answered_in_their_order(api: Api) -> None:
    bodies = [json.dumps({"query": f"{{ a{number}: __typename }}"}).encode() for number in range(3)]
    head = b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"

    async with listening(api.app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"".join(head % len(body) + body for body in bodies))
        # In development, each answer ends with its cost: {"extensions":{"cost":{…}}}.
        answers = [await asyncio.wait_for(reader.readuntil(b"}}}"), SECONDS) for _ in bodies]
        writer.close()

    assert [json.loads(answer.partition(b"\r\n\r\n")[2])["data"] for answer in answers] == [
        {f"a{number}": "Query"} for number in range(3)
    ]


# -------------------------------------------------------------------- heads with two readings

BODY = b'{"query": "{ __typename }"}'
POST = b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
SIZED = POST + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(BODY), BODY)
SOCKET = (
    b"GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n"
)


def get(*headers: bytes, version: bytes = b"1.1") -> bytes:
    return b"\r\n".join([b"GET /healthz HTTP/%s" % version, *headers, b"", b""])


def post(*headers: bytes, version: bytes = b"1.1") -> bytes:
    head = POST.replace(b"1.1", version) + b"".join(header + b"\r\n" for header in headers)
    return head + b"\r\n" + CHUNKED.partition(b"\r\n\r\n")[2] + b"0\r\n\r\n"


def is_safe(answer: bytes) -> bool:
    """Whether no cache keeps the response, and no browser guesses its type."""
    head = answer.partition(b"\r\n\r\n")[0].lower()
    return (
        head.count(b"cache-control: no-store") == 1
        and head.count(b"x-content-type-options: nosniff") == 1
    )


AMBIGUOUS: dict[str, bytes] = {
    "no Host": get(),
    "an empty Host": get(b"Host:"),
    "two Hosts": get(b"Host: localhost", b"Host: localhost"),
    "two Hosts of HTTP/1.0": get(b"Host: localhost", b"Host: b", version=b"1.0"),
    "a Host with a path": get(b"Host: localhost/x"),
    "a Host with a user": get(b"Host: a@localhost"),
    "a Host with a blank": get(b"Host: localhost evil"),
    "a Host with a port that is none": get(b"Host: localhost:80a"),
    "a list as Host": get(b"Host: localhost\xc3\xa9"),
    "HTTP/2.0": get(b"Host: localhost", version=b"2.0"),
    "HTTP/1.2": get(b"Host: localhost", version=b"1.2"),
    "HTTP/0.9": b"GET /healthz\r\n\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a length twice": post(b"Content-Length: 27", b"Content-Length: 27"),
    "two lengths": post(b"Content-Length: 5", b"Content-Length: 27"),
    "a list of lengths": post(b"Content-Length: 27, 27"),
    "a length with a sign": post(b"Content-Length: +27"),
    "an empty length": post(b"Content-Length:"),
    "a length and chunks": post(b"Content-Length: 27", b"Transfer-Encoding: chunked"),
    "chunks and a length": post(b"Transfer-Encoding: chunked", b"Content-Length: 27"),
    "a coding twice": post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"),
    "a list of codings": post(b"Transfer-Encoding: gzip, chunked"),
    "chunks in chunks": post(b"Transfer-Encoding: chunked, chunked"),
    "no chunks at the end": post(b"Transfer-Encoding: chunked, identity"),
    "another coding": post(b"Transfer-Encoding: xchunked"),
    "identity": post(b"Transfer-Encoding: identity"),
    "a vertical tab": post(b"Transfer-Encoding: \x0bchunked"),
    "a blank before the colon": post(b"Transfer-Encoding : chunked"),
    "chunks of HTTP/1.0": post(b"Transfer-Encoding: chunked", version=b"1.0"),
    "a folded header": get(b"Host: localhost", b"X: a", b" b: c"),
    "line feeds alone": b"GET /healthz HTTP/1.1\nHost: localhost\n\n",
    "a carriage return alone": get(b"Host: localhost", b"X: a\rb"),
    "a header without a name": get(b"Host: localhost", b": a"),
    "a method in lower case": b"get /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "CONNECT": b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "bytes above 127 in the path": b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a socket with bytes above 127 in its path": SOCKET.replace(b"/graphql", b"/\xff") + b"\r\n",
    "a socket with bytes above 127 in its query": SOCKET.replace(b"hql", b"hql?\xff") + b"\r\n",
    "a socket with two Hosts": SOCKET + b"Host: localhost\r\n\r\n",
    "a socket with a body": SOCKET + b"Content-Length: 5\r\n\r\nhello",
    "a socket with chunks": SOCKET + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a socket without a key": SOCKET.replace(b"Sec-WebSocket-Key", b"X") + b"\r\n",
    "a socket of an older version": SOCKET.replace(b"Version: 13", b"Version: 12") + b"\r\n",
}


async def test_a_request_that_two_readers_understand_differently_is_refused(api: Api) -> None:
    async with listening(api.app) as port:
        sent = (send(port, head) for head in AMBIGUOUS.values())
        answers = await asyncio.gather(*sent)
        alive = await send(port, START + b"\r\n")

    for name, answer in zip(AMBIGUOUS, answers, strict=True):
        assert status(answer) == 400, (name, answer)
        assert is_safe(answer), (name, answer)
        assert b"connection: close" in answer.lower(), (name, answer)
    assert status(alive) == 200


@pytest.mark.parametrize(
    "head",
    [
        get(version=b"1.0"),
        get(b"Host: [::1]:8000", b"Connection: close"),
        get(b"Host: tenantry_1.example:", b"Connection: close"),
        post(b"Transfer-Encoding: Chunked"),
        get(b"Host:\tlocalhost \t", b"Connection: close"),
        SIZED,
    ],
    ids=["HTTP/1.0 without a Host", "IPv6", "an empty port", "Chunked", "blanks", "a length"],
)
async def test_a_request_with_one_reading_is_answered(api: Api, head: bytes) -> None:
    async with listening(api.app) as port:
        answer = await send(port, head)

    # The server of a developer answers to its own names alone, which is another matter.
    assert status(answer) == 200 or b"Invalid host header" in answer, answer


@pytest.mark.parametrize(("size", "expected"), [(HEAD_BYTES, 200), (HEAD_BYTES + 1, 431)])
async def test_the_size_of_a_head_is_limited_even_if_it_comes_at_once(
    api: Api, size: int, expected: int
) -> None:
    # What counts: the path, and each header with its colon, blank and line break.
    used = len("/healthz") + len("Host: localhost\r\n") + len("X: \r\n")
    async with listening(api.app) as port:
        answer = await send(port, get(b"Host: localhost", b"X: " + b"a" * (size - used)))

    assert status(answer) == expected
    assert is_safe(answer)


async def test_a_body_does_not_count_as_the_head_of_the_next_request(api: Api) -> None:
    query = json.dumps({"query": "{ __typename }" + " " * 200_000}).encode()
    first = POST + b"Content-Length: %d\r\n\r\n" % len(query) + query
    async with listening(api.app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(first + START)
        answers = [await asyncio.wait_for(reader.readuntil(b"}}}"), SECONDS)]
        writer.write(b"\r\n")
        answers.append(await asyncio.wait_for(reader.readuntil(b"ok\n"), SECONDS))
        writer.close()

    assert [status(answer) for answer in answers] == [200, 200]


@pytest.mark.parametrize("parts", [1, 2])
async def test_a_trailer_is_no_header(api: Api, parts: int) -> None:
    trailers = b"0\r\nAuthorization: Bearer x\r\nHost: evil.example\r\n\r\n"
    sent = [CHUNKED, trailers] if parts == 2 else [CHUNKED + trailers]
    async with listening(api.app) as port:
        answer = await send(port, *sent, pause=0.1)

    assert b'"data":{"__typename":"Query"}' in answer


@pytest.mark.parametrize(
    "endless",
    [CHUNKED + b"0\r\nX: " + b"a" * 900_000, CHUNKED + b"5;" + b"a" * 900_000],
    ids=["trailer", "chunk extension"],
)
async def test_what_stands_between_the_parts_of_a_body_is_limited(api: Api, endless: bytes) -> None:
    async with listening(api.app) as port:
        answer = await send(port, endless)
        alive = await send(port, START + b"\r\n")

    assert status(answer) == 431
    assert is_safe(answer)
    assert status(alive) == 200


@pytest.mark.parametrize("path", [b"/graphql", b"/healthz"])
async def test_a_body_with_invalid_chunks_is_refused_at_once(api: Api, path: bytes) -> None:
    async with listening(api.app) as port:
        began = time.monotonic()
        answer = await send(port, CHUNKED.replace(b"/graphql", path) + b"nonsense\r\n")
        waited = time.monotonic() - began

    assert status(answer) == 400
    assert answer.count(b"HTTP/1.1") == 1
    assert waited < LINGER_SECONDS + 2


@pytest.mark.parametrize("parts", [1, 2])
async def test_a_wish_for_http_2_does_not_cost_a_request_its_body(api: Api, parts: int) -> None:
    # As Java's HttpClient and `curl --http2` send it.
    wish = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n"
    head, _, body = SIZED.partition(b"\r\n\r\n")
    head += b"\r\n" + wish + b"\r\n"
    async with listening(api.app) as port:
        answer = await send(port, *([head, body] if parts == 2 else [head + body]), pause=0.1)

    assert b'"data":{"__typename":"Query"}' in answer


@pytest.mark.parametrize("next", [b"\x01\x02\r\n\r\n", get(), get(b"X: " + b"a" * 70_000)])
async def test_a_request_is_answered_although_the_next_one_is_refused(
    api: Api, next: bytes
) -> None:
    async with listening(api.app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(SIZED + next)
        answer = await asyncio.wait_for(reader.read(), SECONDS)
        writer.close()

    assert status(answer) == 200
    assert answer.count(b"HTTP/1.1") == 1
    assert b'"data":{"__typename":"Query"}' in answer


@pytest.mark.parametrize(
    ("request_", "more"),
    [
        (START + b"\r\n", b"\r\n"),
        (b"POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999\r\n\r\n", b"a"),
    ],
    ids=["a blank line", "a body that nobody reads"],
)
async def test_no_connection_is_held_by_what_is_no_request(
    api: Api, monkeypatch: pytest.MonkeyPatch, request_: bytes, more: bytes
) -> None:
    monkeypatch.setattr(http_server, "KEEP_ALIVE_SECONDS", 0.3)
    async with listening(api.app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request_)
        await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), SECONDS)
        writer.write(more)
        await asyncio.wait_for(reader.read(), SECONDS)
        writer.close()


# --------------------------------------------------------------- responses that no route writes


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (SOCKET, 101),
        (SOCKET + b"Cookie: " + b"a" * 20_000 + b"\r\n", 101),
        (SOCKET + b"X: y\r\n" * 500, 101),
        (SOCKET.replace(b"graphql-transport-ws", b"graphql-ws"), 403),
        (SOCKET.replace(b"/graphql", b"/nowhere"), 403),
        (SOCKET + b"Origin: https://evil.example\r\n", 403),
        (SOCKET.replace(b"GET", b"POST"), 405),
    ],
    ids=["fine", "long cookie", "many", "protocol", "path", "origin", "method"],
)
async def test_every_answer_to_a_handshake_is_safe(api: Api, head: bytes, expected: int) -> None:
    async with listening(api.app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head + b"\r\n")
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), SECONDS)
        writer.transport.abort()

    assert status(answer) == expected
    assert is_safe(answer), answer


async def test_a_handshake_that_cannot_be_read_is_answered(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http11, "MAX_NUM_HEADERS", 3)
    async with listening(api.app) as port:
        answer = await send(port, SOCKET + b"\r\n")

    assert status(answer) == 400
    assert is_safe(answer)


async def test_the_answer_to_a_handshake_does_not_repeat_all_of_it(api: Api) -> None:
    async with listening(api.app) as port:
        answer = await send(
            port, SOCKET + b"Sec-WebSocket-Protocol: ," + b"\xff" * 50_000 + b"\r\n\r\n"
        )

    assert status(answer) == 400
    assert len(answer) < 1_000


async def fail(request: Request) -> Response:
    raise RuntimeError("a fault of ours")


async def never(request: Request) -> Response:
    await asyncio.Event().wait()
    raise AssertionError


async def test_a_fault_of_a_route_is_answered_safely(api: Api) -> None:
    api.app.router.routes.append(Route("/fail", fail))
    async with listening(api.app) as port:
        answer = await send(
            port, START.replace(b"/healthz", b"/fail") + b"Connection: close\r\n\r\n"
        )

    assert status(answer) == 500
    assert is_safe(answer)
    assert b"fault of ours" not in answer


async def test_a_request_that_the_end_of_the_server_cuts_off_is_answered_safely(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_server, "SHUTDOWN_SECONDS", 0.2)
    api.app.router.routes.append(Route("/never", never))
    async with listening(api.app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(START.replace(b"/healthz", b"/never") + b"\r\n")
        await asyncio.sleep(0.2)
    answer = await asyncio.wait_for(reader.read(), SECONDS)
    writer.close()

    assert status(answer) == 503
    assert is_safe(answer)
    assert b"Retry-After: 1" in answer.replace(b"retry-after", b"Retry-After")


async def test_a_request_is_told_that_its_client_left_although_the_next_one_waits(
    api: Api,
) -> None:
    started, told = asyncio.Event(), asyncio.Event()

    async def wait(request: Request) -> Response:
        started.set()
        while (await request.receive())["type"] != "http.disconnect":
            pass
        told.set()
        return Response()

    api.app.router.routes.append(Route("/wait", wait))
    async with listening(api.app) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(START.replace(b"/healthz", b"/wait") + b"\r\n" + START + b"\r\n")
        await asyncio.wait_for(started.wait(), SECONDS)
        writer.transport.abort()
        await asyncio.wait_for(told.wait(), SECONDS)


async def test_a_body_that_has_arrived_is_read_once_and_not_after_its_client_left(api: Api) -> None:
    bodies: asyncio.Queue[bytes] = asyncio.Queue()
    ends: asyncio.Queue[str] = asyncio.Queue()

    async def read(request: Request) -> Response:
        bodies.put_nowait(await read_body(request))
        ends.put_nowait((await request.receive())["type"])
        return Response()

    async def read_late(request: Request) -> Response:
        bodies.put_nowait(b"")
        await until(lambda: not request.scope["extensions"])
        try:
            bodies.put_nowait(await read_body(request))
        except ClientDisconnect:
            ends.put_nowait("left")
        return Response()

    paths: dict[bytes, Any] = {b"/read": read, b"/late": read_late}
    for path, function in paths.items():
        api.app.router.routes.append(Route(path.decode(), function, methods=["POST"]))
    async with listening(api.app) as port:
        for path, expected in ((b"/read", (BODY, "http.disconnect")), (b"/late", (b"", "left"))):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(SIZED.replace(b"/graphql", path))
            body = await asyncio.wait_for(bodies.get(), SECONDS)
            writer.transport.abort()
            assert (body, await asyncio.wait_for(ends.get(), SECONDS)) == expected


async def test_a_line_break_in_a_header_begins_no_other_header(api: Api) -> None:
    async def break_line(request: Request) -> Response:
        return Response("ok\n", headers={"X-A": "a\r\nX-B: b"})

    api.app.router.routes.append(Route("/broken", break_line))
    async with listening(api.app) as port:
        answer = await send(port, START.replace(b"/healthz", b"/broken") + b"\r\n")

    assert b"X-B" not in answer


async def test_a_second_response_to_a_request_does_not_answer_the_next_one(api: Api) -> None:
    second_runs, first_ended = asyncio.Event(), asyncio.Event()

    class Twice:
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await StreamingResponse(iter([b"once"]))(scope, receive, send)
            await second_runs.wait()
            try:
                await Response("twice")(scope, receive, send)
            finally:
                first_ended.set()

    async def second(request: Request) -> Response:
        second_runs.set()
        await first_ended.wait()
        return Response("ok\n")

    api.app.router.routes += [Route("/twice", Twice()), Route("/second", second)]
    paths = [START.replace(b"/healthz", path) + b"\r\n" for path in (b"/twice", b"/second")]
    async with listening(api.app) as port:
        answer = await send(port, *paths)

    assert b"once" in answer
    assert b"twice" not in answer


@pytest.mark.parametrize(
    "parts",
    [
        [b"\x81\x81" + bytes(4) + b"\xd2"],
        [b"\x01\x81" + bytes(4) + b"\xc3", b"\x80\x81" + bytes(4) + b"a"],
    ],
    ids=["text", "parts of a text"],
)
async def test_a_text_that_is_not_utf_8_closes_the_socket_without_a_traceback(
    api: Api, caplog: pytest.LogCaptureFixture, parts: list[bytes]
) -> None:
    async with listening(api.app) as port, a_connection(port) as client:
        client.connection.transport.write(b"".join(parts))
        code = await client.closed()

    assert code == 1007
    assert [record.getMessage() for record in caplog.records] == []


async def test_a_client_that_breaks_the_protocol_and_leaves_causes_no_traceback(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(api.app) as port:
        for _ in range(5):
            async with a_connection(port) as client:
                # Pongs, a message that is no object, and a close frame right after it.
                pong = b"\x81\x8f" + bytes(4) + b'{"type":"pong"}'
                message, farewell = b"\x81\x81" + bytes(4) + b"1", b"\x88\x80" + bytes(4)
                client.connection.transport.write(pong * 3 + message + farewell)
                await client.closed()

    assert [record.getMessage() for record in caplog.records] == []
