"""The entry of the package."""

import re
import time
from collections.abc import Awaitable, Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from tenantry_auth.access import TIMEOUT_SECONDS, AccessReader
from tenantry_auth.auth import Auth, read_claims
from tenantry_auth.connections import Connections
from tenantry_auth.errors import ConfigurationError
from tenantry_auth.guard import Requirement, judge
from tenantry_auth.requests import RequestLike, read_tokens
from tenantry_auth.tokens import Clock, Keys, Refused, Verifier

if TYPE_CHECKING:
    from starlette.requests import Request

    from tenantry_auth.client import Client


class Tenantry:
    """Knows the callers of requests. Create one for each application.

    `url` is the `TENANTRY_PUBLIC_URL` of the server, and `authorized_parties` are the origins of
    your frontends: tokens for others are rejected. `secret_key` is for roles in the organization
    of a URL, and for `client`. `cookie_name` is the one that the frontends have.
    """

    def __init__(
        self,
        url: str,
        authorized_parties: Iterable[str],
        secret_key: str | None = None,
        *,
        cookie_name: str = "tenantry_session",
        clock_skew: float = 5.0,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Clock = time.time,
    ) -> None:
        parties = frozenset(
            [authorized_parties] if isinstance(authorized_parties, str) else authorized_parties
        )
        check_options(url, parties, secret_key)
        self.url = url.rstrip("/")
        self._secret_key = secret_key
        self._cookie_name = cookie_name
        self._transport = transport or Connections()
        keys = Keys(self.url, clock, self._transport)
        self._verifier = Verifier(self.url, parties, clock_skew, keys, clock)
        self._access = AccessReader(self.url, secret_key, clock, self._transport)

    async def authenticate(
        self,
        request: RequestLike,
        *,
        organization: str | None = None,
        treat_pending_as_signed_out: bool = True,
    ) -> Auth:
        """Returns the caller of a request, who is signed out if the token isn't valid.

        `organization` is the slug or ID of the organization of the URL. Role and permissions in it
        are read from the server, and count for ten seconds. Raises Unavailable if it doesn't
        answer.
        """
        try:
            claims = await self._verifier.verify_one_of(read_tokens(request, self._cookie_name))
        except Refused as refused:
            return Auth(reason=refused.reason)
        if claims.get("sts") == "pending" and treat_pending_as_signed_out:
            return Auth(reason="session-pending")
        caller = read_claims(claims)
        if organization is None:
            return caller
        return await self._access.read(caller, organization)

    def require(
        self,
        *,
        role: str | None = None,
        permission: str | None = None,
        feature: str | None = None,
        plan: str | None = None,
        organization: str | None = None,
    ) -> "Callable[[Request], Awaitable[Auth]]":
        """A dependency of FastAPI, or a function to await in Starlette, that lets callers in.

        `organization` is the name of the path parameter with the organization's slug or ID. Others
        get 401, 403, or, if they aren't members of the organization, 404.
        """
        from starlette.exceptions import HTTPException
        from starlette.requests import Request

        required = Requirement(role, permission, feature, plan, organization)

        async def authorize(request: Request) -> Auth:
            slug = str(request.path_params[organization]) if organization else None
            auth = await self.authenticate(request, organization=slug)
            if refusal := judge(auth, required):
                raise HTTPException(refusal.status, refusal.message, refusal.headers)
            return auth

        return authorize

    @cached_property
    def client(self) -> "Client":
        """The API with the secret key: a method for each document, which returns models."""
        from tenantry_auth.client import Client

        if not self._secret_key:
            raise ConfigurationError("The client needs a secret_key.")
        headers = {"Authorization": f"Bearer {self._secret_key}"}
        # The generated type of this argument doesn't know that httpx takes keywords only.
        http_client: Any = httpx.AsyncClient(
            headers=headers, transport=self._transport, timeout=TIMEOUT_SECONDS
        )
        return Client(url=f"{self.url}/graphql", http_client=http_client)


def check_options(url: str, parties: frozenset[str], secret_key: str | None) -> None:
    """Raises ConfigurationError."""
    # As a header, it would be rejected with a message that quotes it.
    if secret_key and not re.fullmatch(r"[\x21-\x7e]+", secret_key):
        message = "has a space, a line break, or another character that no key has. Copy it again."
        raise ConfigurationError(f"secret_key {message}")
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
        raise ConfigurationError(f"url must be the http or https URL of the server, not {url!r}.")
    if not parties:
        raise ConfigurationError("authorized_parties must name the origins of your frontends.")
    for party in parties:
        parts = urlsplit(party)
        if party != f"{parts.scheme}://{parts.netloc}":
            message = f"{party!r} isn't an origin, such as https://app.example.com."
            raise ConfigurationError(f"authorized_parties: {message}")
