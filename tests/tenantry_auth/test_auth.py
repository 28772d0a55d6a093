"""tenantry-auth on tokens of a key that the test makes, with a server that counts requests."""

import asyncio
import gc
import gzip
import time
import weakref
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm
from starlette.requests import Request

from tenantry_auth import Auth, ConfigurationError, Tenantry, Unavailable
from tests.support.api import JSON

URL, ORIGIN = "https://tenantry.example.com", "https://app.example.com"
KEY, OTHER = (rsa.generate_private_key(65537, 2048) for _ in range(2))
NOW = float(int(time.time()))
CLAIMS: JSON = {
    "iss": URL,
    "sub": "user_1",
    "sid": "sess_1",
    "azp": ORIGIN,
    "sts": "active",
    "iat": NOW,
    "nbf": NOW - 10,
    "exp": NOW + 60,
    "v": 2,
    "fea": "o:reports,o:sys_memberships",
    "pla": "o:pro",
    "o": {"id": "org_1", "slg": "engines", "rol": "admin", "per": "manage,read", "fpm": "2,3"},
}
LAB: JSON = {
    "id": "org_2",
    "slug": "lab",
    "plan": {"key": "free"},
    "features": [{"key": "reports"}],
    "membership": {"role": {"key": "org:member"}, "permissions": ["org:sys_memberships:read"]},
}


def token(key: rsa.RSAPrivateKey = KEY, kid: str = "key_1", **claims: Any) -> str:
    """Signs claims; None removes one."""
    given = {name: value for name, value in (CLAIMS | claims).items() if value is not None}
    return jwt.encode(given, key, algorithm="RS256", headers={"kid": kid})


def bearing(token: str) -> Request:
    headers = [(b"authorization", f"Bearer {token}".encode())]
    return Request({"type": "http", "headers": headers, "path_params": {"slug": "lab"}})


@dataclass
class Fake:
    """A server, as the package sees it."""

    answer: Callable[[], httpx.Response] = lambda: organization(LAB)
    keys: int = 0
    documents: list[Any] = field(default_factory=list[Any])
    now: float = NOW
    broken: bool = False

    def handle(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/.well-known/jwks.json":
            self.keys += 1
            if self.broken:
                return httpx.Response(503)
            jwk = RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
            return httpx.Response(200, json={"keys": [{**jwk, "kid": "key_1"}]})
        self.documents.append(request)
        return self.answer()

    def tenantry(self, secret_key: str | None = "sk_1") -> Tenantry:
        transport = httpx.MockTransport(self.handle)
        return Tenantry(URL, [ORIGIN], secret_key, transport=transport, clock=lambda: self.now)


def organization(value: JSON | None) -> httpx.Response:
    return httpx.Response(200, json={"data": {"organization": value}})


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


async def seen(token: str, **options: Any) -> Auth:
    return await Fake().tenantry().authenticate(bearing(token), **options)


async def test_a_token_signs_in_with_its_organization() -> None:
    auth = await seen(token())

    assert auth.is_authenticated
    assert (auth.user_id, auth.session_id) == ("user_1", "sess_1")
    assert (auth.org_id, auth.org_slug, auth.org_role) == ("org_1", "engines", "org:admin")
    assert auth.permissions == {
        "org:reports:read",
        "org:sys_memberships:manage",
        "org:sys_memberships:read",
    }
    with pytest.raises(AttributeError):
        auth.user_id = "user_2"  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"role": "org:admin"}, True),
        ({"role": "admin", "permission": "org:reports:read"}, True),
        ({"role": "admin", "permission": "org:reports:manage"}, False),
        ({"feature": "reports"}, True),
        ({"feature": "u:reports"}, False),
        ({"plan": "org:pro"}, True),
        ({"plan": "x:pro"}, False),
        ({}, False),
    ],
)
async def test_everything_that_is_asked_must_hold(asked: JSON, expected: bool) -> None:
    assert (await seen(token())).has(**asked) is expected


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://other.example.com"}, "token-invalid-issuer"),
        ({"aud": "billing"}, "token-invalid-audience"),
        ({"azp": "https://evil.example.com"}, "token-invalid-authorized-party"),
        ({"azp": None}, "token-invalid-authorized-party"),
        ({"sid": None}, "token-invalid"),
        ({"sid": 7}, "token-invalid"),
        ({"exp": None}, "token-invalid"),
        ({"iat": NOW + 6}, "token-not-active-yet"),
        ({"iat": NOW + 4}, None),
        ({"exp": NOW - 6}, "token-expired"),
        ({"exp": NOW - 4}, None),
        ({"exp": NOW - 6, "azp": "https://evil.example.com"}, "token-invalid-authorized-party"),
        ({"sts": "pending"}, "session-pending"),
    ],
)
async def test_claims_that_are_not_for_us_sign_out(claims: JSON, reason: str | None) -> None:
    auth = await seen(token(**claims))

    assert auth.reason == reason
    assert auth.is_authenticated is (reason is None)
    assert auth.is_stale is (reason == "token-expired")


async def test_a_pending_session_can_be_told_apart() -> None:
    auth = await seen(token(sts="pending"), treat_pending_as_signed_out=False)

    assert auth.user_id == "user_1"


async def test_forged_tokens_sign_out() -> None:
    head, claims, _ = token().split(".")
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    body = f"{head}.{claims}"
    reasons = {
        token(OTHER): "token-invalid-signature",
        f"{body}.{token(sub='user_2').split('.')[2]}": "token-invalid-signature",
        jwt.encode(CLAIMS, "", algorithm="none"): "token-invalid-algorithm",
        jwt.encode(CLAIMS, pem.hex(), algorithm="HS256"): "token-invalid-algorithm",
        jwt.encode(CLAIMS, KEY, "RS256", {"kid": "key_1", "typ": "at+jwt"}): "token-invalid",
        "nonsense": "token-invalid",
        "a.b.c": "token-invalid",
    }

    assert {text: (await seen(text)).reason for text in reasons} == reasons


async def test_the_cookie_counts_without_a_bearer_token() -> None:
    tenantry = Fake().tenantry()
    cookie = (b"cookie", f"a=b; tenantry_session={token()}; c=d".encode())
    request = Request({"type": "http", "headers": [cookie, (b"authorization", b"Basic YTpi")]})

    assert (await tenantry.authenticate(request)).user_id == "user_1"
    assert (await tenantry.authenticate(Request({"type": "http", "headers": []}))) == Auth(
        reason="no-token"
    )


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


async def test_a_failure_to_fetch_keys_is_remembered_for_five_seconds() -> None:
    server = Fake(broken=True)
    tenantry = server.tenantry()
    for _ in range(2):
        assert (await tenantry.authenticate(bearing(token()))).reason == "keys-unavailable"
    assert server.keys == 1

    server.broken = False
    server.now += 4.9
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


# --------------------------------------------------------------------- the organization of the URL


async def test_the_organization_of_the_url_counts() -> None:
    auth = await seen(token(), organization="lab")

    assert (auth.user_id, auth.org_id, auth.org_role) == ("user_1", "org_2", "org:member")
    assert auth.has(permission="org:sys_memberships:read", plan="free", feature="reports")
    assert not auth.has(permission="org:sys_memberships:manage")
    assert not auth.has(plan="pro")


@pytest.mark.parametrize("slug", ["", "x" * 101])
async def test_what_no_organization_can_be_called_is_not_asked_for(slug: str) -> None:
    server = Fake()
    auth = await server.tenantry().authenticate(bearing(token()), organization=slug)

    assert (auth.user_id, auth.org_id, auth.permissions) == ("user_1", None, frozenset())
    assert server.documents == []


async def test_an_outsider_sees_the_same_as_for_no_organization() -> None:
    foreign = Fake(lambda: organization({**LAB, "membership": None})).tenantry()
    unknown = Fake(lambda: organization(None)).tenantry()
    seen = [
        await tenantry.authenticate(bearing(token()), organization="lab")
        for tenantry in (foreign, unknown)
    ]

    assert seen[0] == seen[1]
    assert (seen[0].user_id, seen[0].org_id) == ("user_1", None)
    assert not seen[0].has(role="org:admin")


async def test_a_role_counts_for_ten_seconds_and_for_one_user() -> None:
    server = Fake()
    tenantry = server.tenantry()

    async def read(user: str) -> Auth:
        return await tenantry.authenticate(bearing(token(sub=user)), organization="lab")

    await read("user_1")
    server.answer = lambda: organization(None)
    server.now = NOW + 9.9
    assert (await read("user_1")).org_id == "org_2"
    assert (await read("user_2")).org_id is None
    assert len(server.documents) == 2

    server.now = NOW + 10
    assert (await read("user_1")).org_id is None


async def test_a_failure_lets_nobody_in_and_is_not_kept() -> None:
    server = Fake(lambda: httpx.Response(503, json={"errors": [{"message": "Busy."}]}))
    tenantry = server.tenantry()
    with pytest.raises(Unavailable, match="503"):
        await tenantry.authenticate(bearing(token()), organization="lab")

    server.answer = lambda: organization(LAB)
    assert (await tenantry.authenticate(bearing(token()), organization="lab")).org_id == "org_2"


async def test_arguments_that_are_missing_are_named() -> None:
    with pytest.raises(ConfigurationError, match="secret_key"):
        await Fake().tenantry(None).authenticate(bearing(token()), organization="lab")
    with pytest.raises(ConfigurationError, match="secret_key"):
        _ = Fake().tenantry(None).client
    with pytest.raises(ConfigurationError, match="url"):
        Tenantry("tenantry.example.com", [ORIGIN])
    for key in ("sk_1\nsk_2", "sk_1 ", "sk_…"):
        with pytest.raises(ConfigurationError, match=r"^secret_key .* Copy it again.$"):
            Fake().tenantry(key)
    for parties in ([], ["app.example.com"], [f"{ORIGIN}/"]):
        with pytest.raises(ConfigurationError, match="authorized_parties"):
            Tenantry(URL, parties)
