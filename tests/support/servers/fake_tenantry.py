"""A server as tenantry-auth sees it, which signs with a key of its own and counts requests."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from jwt.algorithms import RSAAlgorithm
from starlette.requests import Request

from tenantry_auth import Auth, Tenantry
from tests.support.api import JSON
from tests.support.servers.tokens import rsa_key

URL, ORIGIN = "https://tenantry.example.com", "https://app.example.com"
KEY, OTHER = rsa_key(), rsa_key("other")
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


def token(key: RSAPrivateKey = KEY, kid: str = "key_1", **claims: Any) -> str:
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
            jwk = RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
            status = 503 if self.broken else 200
            return httpx.Response(status, json={"keys": [{**jwk, "kid": "key_1"}]})
        self.documents.append(request)
        return self.answer()

    def tenantry(self, secret_key: str | None = "sk_1", **options: Any) -> Tenantry:
        transport = httpx.MockTransport(self.handle)
        given: dict[str, Any] = {"transport": transport, "clock": lambda: self.now, **options}
        return Tenantry(URL, [ORIGIN], secret_key, **given)


def organization(value: JSON | None) -> httpx.Response:
    return httpx.Response(200, json={"data": {"organization": value}})


async def seen(token: str, **options: Any) -> Auth:
    return await Fake().tenantry().authenticate(bearing(token), **options)
