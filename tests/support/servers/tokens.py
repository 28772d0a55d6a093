"""Identity providers for tests: keys, tokens, and a server that publishes key sets."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key

from models.database.store import Store
from resolvers.authority.access import SignIn
from server.identity.authenticator import Authenticator
from server.settings.issuers import Issuer
from server.settings.settings import Environment
from tests.conftest import settings
from tests.support.api import JSON, SECRET_KEY, Answer, Api, Caller, Clock, contents
from tests.support.application import make_application

PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey | Ed25519PrivateKey

# What every attack tries: with a good credential it changes the store.
ATTEMPT = 'mutation { createOrganization(input: {name: "Attempt"}) { organization { id } userErrors { code } } }'
LIBRARY_WORDS = (
    "jwt",
    "jws",
    "jwk",
    "traceback",
    "segment",
    "padding",
    "decode",
    "exception",
    "invalidtoken",
    "cryptography",
    "httpx",
    "sqlalchemy",
    "asyncpg",
    "sqlite",
    "starlette",
    "uvicorn",
    "pydantic",
    "python",
    "nonetype",
)
CPU_SECONDS = 0.5
PATIENCE_SECONDS = 60
# For what the database plays no part in, such as whether a token is refused.
one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def caller_of(identity: Authenticator, authorization: list[str]) -> SignIn:
    """Authenticates a request with these headers; raises InvalidCredential."""
    credential = await identity.authenticate(authorization)
    assert credential
    return await credential.load_caller()


# --------------------------------------------------------------------------------------------- keys


@cache
def rsa_key(name: str = "rsa", bits: int = 2048) -> RSAPrivateKey:
    """Returns the same key for the same name during a test run."""
    return generate_rsa_key(65537, bits)


@cache
def ec_key(name: str = "ec") -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


@cache
def ed_key(name: str = "ed") -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def pem_of(key: PrivateKey) -> str:
    """Encodes the public key as settings contain it."""
    encoding, kind = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(encoding, kind).decode()


def private_pem_of(key: PrivateKey) -> str:
    encoding, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, kind, serialization.NoEncryption()).decode()


def algorithm_of(key: PrivateKey) -> str:
    if isinstance(key, RSAPrivateKey):
        return "RS256"
    return "ES256" if isinstance(key, EllipticCurvePrivateKey) else "EdDSA"


def jwk_of(key: PrivateKey, kid: str | None = None, **members: Any) -> JSON:
    """Encodes the public key as key sets contain it."""
    algorithm: Any = jwt.get_algorithm_by_name(algorithm_of(key))
    named = {"kid": kid} if kid is not None else {}
    return {**algorithm.to_jwk(key.public_key(), as_dict=True), **named, **members}


# ------------------------------------------------------------------------------------------- tokens


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(value: Any) -> str:
    """Encodes a segment of a token: JSON, or a text as it is."""
    return base64url((value if isinstance(value, str) else json.dumps(value)).encode())


def signed(claims: JSON, key: PrivateKey, kid: str | None = None, **header: Any) -> str:
    """Signs a token; `header` adds or replaces members, and None removes one."""
    named = {
        "alg": algorithm_of(key),
        "typ": "JWT",
        **({"kid": kid} if kid is not None else {}),
        **header,
    }
    content = f"{part({name: value for name, value in named.items() if value is not None})}.{part(claims)}"
    algorithm: Any = jwt.get_algorithm_by_name(algorithm_of(key))
    return f"{content}.{base64url(algorithm.sign(content.encode(), key))}"


def claims_at(clock: Clock, issuer: str = "https://keys.example.com", **claims: Any) -> JSON:
    """Makes valid claims; None removes one."""
    now = int(clock().timestamp())
    known: JSON = {
        "iss": issuer,
        "aud": "tenantry",
        "sub": "sub|eve",
        "iat": now,
        "exp": now + 3600,
    }
    return {name: value for name, value in {**known, **claims}.items() if value is not None}


def bearer(token: str) -> Caller:
    return Caller(f"Bearer {token}")


# ------------------------------------------------------------------------------------- applications


def issuer_of(key: PrivateKey, name: str = "https://keys.example.com", **values: Any) -> Issuer:
    """Makes an issuer with one key in the settings."""
    known: JSON = {
        "audience": "tenantry",
        "public_key": pem_of(key),
        "algorithms": [algorithm_of(key)],
    }
    return Issuer(issuer=name, **{**known, **values})


def serving(store: Store, clock: Clock, *issuers: Issuer, **values: Any) -> Api:
    """Makes an application for these identity providers."""
    chosen = {"env": Environment.DEVELOPMENT, "secret_keys": (SECRET_KEY,), **values}
    return Api(
        make_application(settings(identity_issuers=issuers, **chosen), store=store, clock=clock),
        store,
        clock,
    )


class KeySetServer:
    """Serves a key set, and counts the requests."""

    def __init__(self) -> None:
        self.fetches = 0
        # The head of the last request.
        self.request = b""
        self.status = "200 OK"
        self.headers: list[str] = []
        self.body = b""
        self.open = asyncio.Event()
        """While it is not set, fetches hang."""
        self.open.set()
        self.url = ""

    def publish(self, *keys: Any) -> None:
        self.body = json.dumps({"keys": keys}).encode()

    def issuer(self, *algorithms: str, name: str = "https://keys.example.com") -> Issuer:
        return Issuer(
            issuer=name,
            audience="tenantry",
            jwks_url=self.url,
            algorithms=[*algorithms] or ["RS256"],
        )

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.request = await reader.readuntil(b"\r\n\r\n")
        self.fetches += 1
        await self.open.wait()
        head = [
            f"HTTP/1.1 {self.status}",
            f"Content-Length: {len(self.body)}",
            "Connection: close",
            *self.headers,
        ]
        writer.write("\r\n".join([*head, "", ""]).encode() + self.body)
        writer.close()


@asynccontextmanager
async def key_set_server() -> AsyncGenerator[KeySetServer]:
    publisher = KeySetServer()
    server = await asyncio.start_server(publisher.answer, "127.0.0.1")
    publisher.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/jwks.json"
    async with server:
        try:
            yield publisher
        finally:
            publisher.open.set()


# ------------------------------------------------------------------------------------------ answers


async def attempt(
    api: Api, *authorization: str, headers: dict[str, str] | None = None
) -> tuple[int, JSON, str]:
    """Sends a request with these Authorization headers; returns status, body and challenge."""
    sent = [*(headers or {}).items(), *(("authorization", one) for one in authorization)]
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in sent]
    response = await api.client.post("/graphql", json={"query": ATTEMPT}, headers=encoded)
    return response.status_code, response.json(), response.headers.get("www-authenticate", "")


async def assert_accepted(api: Api, token: str) -> None:
    """Asserts that the token is accepted, so that a rejection is due to what differs."""
    status, body, _ = await attempt(api, f"Bearer {token}")
    assert status == 200, body
    assert body["data"]["createOrganization"]["userErrors"] == [], body


def assert_clear_error(body: JSON) -> None:
    """Asserts that the body has one error with a code and a message of ours."""
    (error,) = body["errors"]
    assert body.get("data") is None
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    text = json.dumps(body).lower()
    assert not [word for word in LIBRARY_WORDS if word in text], text


async def assert_refused(
    api: Api, *authorization: str, headers: dict[str, str] | None = None
) -> None:
    """Asserts a quick 401 with a challenge and a clear message, and that nothing has changed.

    Quick is measured in processor time, which other processes can't lengthen; the waiting time is
    only bounded.
    """
    before, started = await contents(api.store), time.process_time()
    async with asyncio.timeout(PATIENCE_SECONDS):
        status, body, challenge = await attempt(api, *authorization, headers=headers)
    spent = time.process_time() - started
    assert status == 401, body
    assert challenge.startswith("Bearer")
    assert_clear_error(body)
    assert spent < CPU_SECONDS
    assert await contents(api.store) == before


async def assert_tokens_refused(api: Api, *tokens: str) -> None:
    for token in tokens:
        await assert_refused(api, f"Bearer {token}")


class Timer:
    """A monotonic clock that shows the seconds that a test sets."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds

    def forward(self, seconds: float) -> None:
        self.seconds += seconds


async def eventually(holds: Callable[[], bool]) -> None:
    """Waits for what happens in the background."""
    for _ in range(PATIENCE_SECONDS * 100):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen")


async def viewer(api: Api, token: str) -> Answer:
    return await api.run("{ viewer { user { id identifier emailAddress } } }", by=bearer(token))
