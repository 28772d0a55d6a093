"""HTTP below the application: heads that are too large,
too slow or no HTTP, against a server that listens.
"""

import asyncio
import json
import time

import pytest

from server.http import connection
from tests.support.api import Api
from tests.support.http import ONLY_SQLITE
from tests.support.processes import listening

pytestmark = ONLY_SQLITE

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
        while part := await asyncio.wait_for(reader.read(65_536), 5):
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
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.2)
    async with listening(api.app) as port:
        began = time.monotonic()
        slow = await send(port, *(bytes([letter]) for letter in START), pause=0.02)
        silent = await send(port)
        waited = time.monotonic() - began
        alive = await send(port, START + b"\r\n", pause=0.3)

    assert (status(slow), silent) == (408, b"")
    assert waited < 2
    assert status(alive) == 200


async def test_a_second_request_on_a_connection_has_its_own_time(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.3)
    async with listening(api.app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answers: list[bytes] = []
        for _ in range(3):
            writer.write(START + b"\r\n")
            answers.append(await asyncio.wait_for(reader.readuntil(b"ok\n"), 5))
            await asyncio.sleep(0.4)
        writer.close()

    assert [status(answer) for answer in answers] == [200, 200, 200]


async def test_an_answer_does_not_tell_what_the_server_is_made_of(api: Api) -> None:
    async with listening(api.app) as port:
        answer = await send(port, START + b"\r\n")

    assert b"server:" not in answer.lower()
    assert b"uvicorn" not in answer.lower()


async def test_requests_in_a_row_are_answered_in_their_order(api: Api) -> None:
    bodies = [json.dumps({"query": f"{{ a{number}: __typename }}"}).encode() for number in range(3)]
    head = b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"

    async with listening(api.app) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"".join(head % len(body) + body for body in bodies))
        # In development, each answer ends with its cost: {"extensions":{"cost":{…}}}.
        answers = [await asyncio.wait_for(reader.readuntil(b"}}}"), 5) for _ in bodies]
        writer.close()

    assert [json.loads(answer.partition(b"\r\n\r\n")[2])["data"] for answer in answers] == [
        {f"a{number}": "Query"} for number in range(3)
    ]
