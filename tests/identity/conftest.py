"""A server that publishes the keys of an identity provider, and the time that key sets see."""

from collections.abc import AsyncIterator

import pytest

from server.identity import key_sets
from tests.support.servers.tokens import KeySetServer, Timer, jwk_of, key_set_server, rsa_key


@pytest.fixture
async def server() -> AsyncIterator[KeySetServer]:
    async with key_set_server() as server:
        server.publish(jwk_of(rsa_key(), "good"))
        yield server


@pytest.fixture
def timer(monkeypatch: pytest.MonkeyPatch) -> Timer:
    timer = Timer()
    monkeypatch.setattr(key_sets, "monotonic", timer)
    return timer
