"""Attacks on how a credential is sent, and with what was
true a moment ago (docs/rules.md, Identity and callers).
"""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette

from models.database.store import Store
from server.identity.authenticator import CREDENTIAL_LENGTH
from tests.support.api import JSON, NOBODY, SECRET_KEY, SERVICE, Api, Clock, contents
from tests.support.data.factories import Acme
from tests.support.servers.tokens import (
    ATTEMPT,
    assert_accepted,
    assert_refused,
    attempt,
    base64url,
    bearer,
    claims_at,
    issuer_of,
    part,
    rsa_key,
    serving,
    signed,
    viewer,
)


@pytest.fixture
def guarded(store: Store, clock: Clock) -> Api:
    """An application whose one issuer signs with an RSA key that the settings hold."""
    return serving(store, clock, issuer_of(rsa_key()))


def token(clock: Clock, **claims: Any) -> str:
    """A token of that issuer."""
    return signed(claims_at(clock, **claims), rsa_key())


# ------------------------------------------------------------------------------------------ request


async def test_only_one_bearer_header_counts(guarded: Api, clock: Clock) -> None:
    good, bad = f"Bearer {token(clock)}", "Bearer bad"

    for pair in (
        (good, bad),
        (bad, good),
        (good, good),
        (good, ""),
        ("", good),
        (good, "Basic ZXZlOmV2ZQ=="),
    ):
        await assert_refused(guarded, *pair)
    for one in (
        f"{good}, {good}",
        f"{good} {good}",
        f"Bearer\t{token(clock)}",
        f"Bearer\xa0{token(clock)}",
        f"Bearer{token(clock)}",
        token(clock),
        "Bearer",
        "Bearer ",
        "",
    ):
        await assert_refused(guarded, one)
    for scheme in ("Basic", "Token", "JWT", "DPoP", "BearerBearer"):
        await assert_refused(guarded, f"{scheme} {token(clock)}")

    for scheme in ("Bearer", "bearer", "BEARER", "bEaReR"):
        for blanks in (" ", "  ", " " * 40):
            assert (await attempt(guarded, f"{scheme}{blanks}{token(clock)}"))[0] == 200
    assert (await attempt(guarded, f" {good}\t "))[0] == 200


async def test_a_token_elsewhere_and_identity_headers_are_nobodys(
    guarded: Api, clock: Clock
) -> None:
    good = token(clock)
    headers = {
        "x-user-id": "user_1",
        "x-forwarded-user": "eve",
        "remote-user": "eve",
        "x-api-key": SECRET_KEY,
    }
    headers |= {
        "cookie": f"authorization={good}; access_token={good}; __session={good}",
        "x-authorization": good,
    }
    before = await contents(guarded.store)

    for path in (
        f"/graphql?access_token={good}",
        f"/graphql?authorization=Bearer%20{good}",
        "/graphql",
    ):
        response = await guarded.client.post(path, json={"query": ATTEMPT}, headers=headers)
        (error,) = response.json()["errors"]
        assert error["extensions"]["code"] == "UNAUTHENTICATED"

    assert await contents(guarded.store) == before
    await assert_accepted(guarded, good)


def odd_credentials(clock: Clock) -> list[str]:
    """Credentials that no library should be handed."""
    good = token(clock)
    head, claims, signature = good.split(".")
    deep, unfinished = "[" * 6_000 + "]" * 6_000, '{"alg":' + "[" * 5_000
    return [
        "x" * 40_000,
        "x" * 300_000,
        f"{good}{'A' * 40_000}",
        f"sk_{'x' * 300_000}",
        f"sk_{'x' * 12}\xff\xfe",
        f"{good}\xff",
        "\xe9\xe9.\xe9.\xe9",
        "\xff" * 100,
        f"{good}\x00",
        "sk_0123456789\x00\x00",
        f"{head}.{claims}.{signature}.{signature}.{signature}",
        f"{head}.{claims}",
        head,
        "",
        ".",
        "..",
        "....",
        f"{part(deep)}.{claims}.{signature}",
        f"{head}.{part(deep)}.{signature}",
        f"{part(unfinished)}.{claims}.{signature}",
        f"{part('1' * 5_000)}.{claims}.{signature}",
        *(
            f"{part(value)}.{part(value)}.{signature}"
            for value in ("null", "[]", '"x"', "1", "{", "")
        ),
        f"{head}=.{claims}.{signature}",
        f"{head}.{claims}.{signature}==",
        f"{head}.{base64url(bytes([255, 254]))}.{signature}",
    ]


async def test_odd_credentials_are_refused(guarded: Api, clock: Clock) -> None:
    for credential in odd_credentials(clock):
        await assert_refused(guarded, f"Bearer {credential}")

    long, longer = (token(clock, given_name="x" * size) for size in (10_000, 13_000))
    assert len(long) < CREDENTIAL_LENGTH < len(longer)
    await assert_refused(guarded, f"Bearer {longer}")
    await assert_accepted(guarded, long)


@asynccontextmanager
async def listening(app: Starlette) -> AsyncGenerator[int]:
    """The application behind the server that `serve` uses, on loopback."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        config = uvicorn.Config(app, http="httptools", ws="none", lifespan="off", log_config=None)
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve([listener]))
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await running


async def raw(port: int, authorization: bytes) -> bytes:
    """Status line and the rest of the answer, for a
    request whose header no client library would send.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    body = json.dumps({"query": ATTEMPT}).encode()
    head = b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nConnection: close\r\n"
    writer.write(
        head
        + b"Content-Length: %d\r\nAuthorization: " % len(body)
        + authorization
        + b"\r\n\r\n"
        + body
    )
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    return answer


async def test_a_real_server_outlives_odd_headers(guarded: Api, clock: Clock) -> None:
    before = await contents(guarded.store)
    odd = [one.encode("latin-1") for one in odd_credentials(clock)]
    async with listening(guarded.app) as port:
        for credential in [
            *odd,
            "Bearer \u20ac".encode(),
            bytes(range(128, 256)),
            b"\x01\x02",
            b"a\x00b",
        ]:
            status = (await raw(port, b"Bearer " + credential)).split(b" ")[1]
            assert status[:1] == b"4", (credential[:80], status)
        assert await contents(guarded.store) == before

        alive = await raw(port, f"Bearer {token(clock)}".encode())

    assert alive.startswith(b"HTTP/1.1 200")
    assert b'"userErrors":[]' in alive


# ---------------------------------------------------------------------------- claims are not rights


async def test_a_removed_member_is_out_with_the_next_request(api: Api, acme: Acme) -> None:
    claims: JSON = {
        "org_id": acme.id,
        "org_role": "org:admin",
        "org_permissions": ["org:sys_memberships:manage"],
    }
    grace = bearer(api.token("grace@example.com", **claims))
    assert (await api.send("members", by=grace, organizationId=acme.id)).data["organization"]

    assert (
        await api.send(
            "remove-member", by=acme.admin, organizationId=acme.id, userId=acme.member.id
        )
    ).payload

    before = await contents(api.store)
    assert (await api.send("members", by=grace, organizationId=acme.id)).data[
        "organization"
    ] is None
    assert (
        await api.send("update-organization", by=grace, organizationId=acme.id, name="Mine")
    ).code == "NOT_FOUND"
    assert await contents(api.store) == before


async def test_a_role_is_the_stores_not_the_tokens(api: Api, acme: Acme) -> None:
    grace = bearer(
        api.token("grace@example.com", org_id=acme.id, org_role="org:admin", role="admin")
    )
    rename = {"organizationId": acme.id, "name": "Hers"}
    assert (await api.send("update-organization", by=grace, **rename)).code == "FORBIDDEN"

    who = {"organizationId": acme.id, "userId": acme.member.id}
    assert (await api.send("change-role", by=acme.admin, **who, role="org:admin")).payload
    assert (await api.send("update-organization", by=grace, **rename)).payload
    assert (await api.send("change-role", by=acme.admin, **who, role="org:member")).payload

    assert (await api.send("update-organization", by=grace, **rename)).code == "FORBIDDEN"


async def test_a_deleted_user_has_lost_everything(api: Api, acme: Acme) -> None:
    assert (
        await api.send("update-organization", by=acme.admin, organizationId=acme.id, name="Ada's")
    ).payload

    assert (await api.mutate("deleteUser", {"userId": acme.admin.id}, by=SERVICE)).payload

    again = await api.send(
        "update-organization", by=acme.admin, organizationId=acme.id, name="Still hers"
    )
    assert again.code == "NOT_FOUND"
    mine = (await api.send("my-organizations", by=acme.admin)).data["viewer"]["memberships"][
        "nodes"
    ]
    assert mine == []


async def test_nobody_is_told_nothing(guarded: Api, clock: Clock) -> None:
    assert (await guarded.run("{ viewer { user { id } } }", by=NOBODY)).data["viewer"] is None

    assert (await viewer(guarded, token(clock))).data["viewer"]["user"]["identifier"] == "sub|eve"
    assert (await guarded.run("{ viewer { user { id } } }", by=bearer("x"))).status == 401
