"""How tenantry-auth asks the server: for keys, and in several event loops."""

import asyncio
import gc
import gzip
import weakref
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest
from starlette.exceptions import HTTPException

from tenantry_auth import Tenantry
from tests.support.servers.fake_tenantry import (
    NOW,
    ORIGIN,
    OTHER,
    URL,
    Fake,
    bearing,
    token,
)


@contextmanager
def answering() -> Generator[str]:
    """A server that keeps connections open, and compresses what it says: `user` is null."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            body = gzip.compress(b'{"data": {"user": null}}')
            self.send_response(200)
            self.send_header("content-encoding", "gzip")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


async def test_unknown_keys_make_one_request_in_thirty_seconds() -> None:
    server = Fake()
    tenantry = server.tenantry()
    flood = [bearing(token(OTHER, kid=f"key_{n}_")) for n in range(20)]
    seen = await asyncio.gather(*map(tenantry.authenticate, flood))
    assert {auth.reason for auth in seen} == {"key-not-found"}
    assert server.keys == 1

    server.now += 31
    await tenantry.authenticate(flood[0])
    await tenantry.authenticate(flood[1])
    assert server.keys == 2
    assert (await tenantry.authenticate(bearing(token()))).user_id == "user_1"


async def test_a_server_that_fails_signs_out() -> None:
    for answer in (httpx.Response(503), httpx.Response(200, text="<html>")):
        transport = httpx.MockTransport(lambda _, answer=answer: answer)
        tenantry = Tenantry(URL, [ORIGIN], transport=transport)
        assert (await tenantry.authenticate(bearing(token()))).reason == "keys-unavailable"


async def test_nobody_is_sent_to_sign_in_while_keys_cannot_be_fetched() -> None:
    authorize = Fake(broken=True).tenantry().require()

    with pytest.raises(HTTPException) as refused:
        await authorize(bearing(token()))

    assert refused.value.status_code == 503


async def test_a_failure_to_fetch_keys_is_remembered_for_a_second() -> None:
    server = Fake(broken=True)
    tenantry = server.tenantry()
    for _ in range(2):
        assert (await tenantry.authenticate(bearing(token()))).reason == "keys-unavailable"
    assert server.keys == 1

    server.broken = False
    server.now += 0.9
    assert (await tenantry.authenticate(bearing(token()))).reason == "keys-unavailable"
    server.now += 0.1
    assert (await tenantry.authenticate(bearing(token()))).user_id == "user_1"


async def test_a_failure_for_an_unknown_key_leaves_known_keys() -> None:
    server = Fake()
    tenantry = server.tenantry()
    assert (await tenantry.authenticate(bearing(token()))).user_id == "user_1"

    server.broken = True
    server.now += 31
    unknown = bearing(token(OTHER, kid="key_2"))
    assert (await tenantry.authenticate(unknown)).reason == "keys-unavailable"
    assert (await tenantry.authenticate(bearing(token()))).user_id == "user_1"


async def test_who_leaves_does_not_stop_the_request_of_others() -> None:
    server, asked, answered = Fake(), asyncio.Event(), asyncio.Event()

    async def handle(request: httpx.Request) -> httpx.Response:
        asked.set()
        await answered.wait()
        return server.handle(request)

    tenantry = Tenantry(URL, [ORIGIN], transport=httpx.MockTransport(handle), clock=lambda: NOW)
    first, second = (asyncio.create_task(tenantry.authenticate(bearing(token()))) for _ in range(2))
    await asked.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    answered.set()

    assert (await second).user_id == "user_1"
    assert server.keys == 1


def test_no_event_loop_is_kept() -> None:
    server = Fake()
    tenantry = server.tenantry()
    loops: list[weakref.ref[asyncio.AbstractEventLoop]] = []

    async def authenticate() -> None:
        loops.append(weakref.ref(asyncio.get_running_loop()))
        await tenantry.authenticate(bearing(token()))

    for _ in range(3):
        asyncio.run(authenticate())
        server.now += 1_000
    gc.collect()

    assert server.keys == 3
    assert [loop() for loop in loops] == [None] * 3


def test_one_client_serves_several_event_loops() -> None:
    with answering() as url:
        tenantry = Tenantry(url, [ORIGIN], "sk_1")
        for _ in range(3):
            assert asyncio.run(tenantry.client.get_user(id="user_1")).user is None
