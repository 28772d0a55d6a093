"""No mutation waits for a network, a name server or a slow computation within its transaction."""

import asyncio
import hashlib
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import text

from models.database.store import Store
from server.settings.settings import Environment
from tests.conftest import settings
from tests.support.api import INPUTS, SECRET_KEY, Api, Clock, test_issuer
from tests.support.application import make_application
from tests.support.data.factories import Acme
from tests.support.database.slow_calls import recording_slow_calls
from tests.support.documents.mutations import NAMES, caller_of, prepare
from tests.support.http import ONLY_SQLITE

pytestmark = ONLY_SQLITE


@asynccontextmanager
async def a_production_server(store: Store, clock: Clock) -> AsyncGenerator[Api]:
    """A server with everything that it could wait for: none of it answers."""

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    chosen = settings(
        env=Environment.PRODUCTION,
        identity_issuers=(test_issuer(),),
        secret_keys=(SECRET_KEY,),
        public_url="https://orgs.example.com",
        smtp_url=f"smtp://127.0.0.1:{port}",
        update_rate="100/minute",
        rate_store_url=f"valkey://127.0.0.1:{port}",
    )
    api = Api(make_application(chosen, store=store, clock=clock), store, clock)
    try:
        yield api
    finally:
        await api.client.aclose()
        silent.close()


async def send(api: Api, mutation: str, acme: Acme, key: str | None) -> list[str]:
    """Runs a mutation that succeeds, and returns the slow calls within its transaction."""
    input = await prepare(api, acme, mutation)
    # Updates are counted for users only.
    is_counted = mutation in {"updateOrganization", "updateMembership"}
    by = acme.admin if is_counted else caller_of(acme, mutation)
    kind = INPUTS.get(mutation) or f"{mutation[0].upper()}{mutation[1:]}Input"
    query = f"mutation($i: {kind}!) {{ {mutation}(input: $i) {{ userErrors {{ code }} cursor }} }}"
    headers = {"authorization": str(by.authorization)}
    if key:
        headers["idempotency-key"] = key
    body = {"query": query, "variables": {"i": input}}
    with recording_slow_calls(api.store) as calls:
        answer = await api.client.post("/graphql", json=body, headers=headers)
    assert answer.json()["data"][mutation]["userErrors"] == [], answer.text
    return calls


@pytest.mark.parametrize("key", [None, "4f6c0e2a"], ids=["plain", "idempotent"])
@pytest.mark.parametrize("mutation", NAMES)
async def test_a_mutation_waits_for_nothing_but_its_database(
    store: Store, clock: Clock, acme: Acme, mutation: str, key: str | None
) -> None:
    async with a_production_server(store, clock) as api:
        assert await send(api, mutation, acme, key) == []


async def connect() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        _, writer = await asyncio.open_connection(*server.getsockname())
        writer.transport.abort()


async def look_up() -> None:
    await asyncio.get_running_loop().getaddrinfo("localhost", 80)


async def generate_key() -> None:
    await asyncio.to_thread(rsa.generate_private_key, 65537, 2048)


async def hash_password() -> None:
    hashlib.pbkdf2_hmac("sha256", b"password", b"salt", 1)


@pytest.mark.parametrize("wait", [connect, look_up, generate_key, hash_password])
async def test_what_a_transaction_waits_for_is_noticed(
    store: Store, wait: Callable[[], Awaitable[None]]
) -> None:
    with recording_slow_calls(store) as calls:
        await wait()
        async with store.write() as session:
            await session.execute(text("SELECT 1"))
            assert calls == []
            await wait()
            assert calls
        del calls[:]
        await wait()
        assert calls == []
