"""Verifies session tokens with the server's public keys."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import Any, Literal

import httpx
import jwt

from tenantry_auth.auth import Claims, SignedOutReason

ALGORITHM: Literal["RS256"] = "RS256"
# How long keys are used, and how soon an unknown key makes another request.
KEPT_SECONDS = 600.0
COOLDOWN_SECONDS = 30.0
# How long a failure to fetch them is remembered: short, because everybody is signed out meanwhile.
FAILURE_SECONDS = 1.0
TIMEOUT_SECONDS = 5.0

Clock = Callable[[], float]
Tasks = dict[asyncio.AbstractEventLoop, "asyncio.Task[None]"]


class Refused(Exception):
    """The token doesn't count."""

    def __init__(self, reason: SignedOutReason) -> None:
        super().__init__(reason)
        self.reason: SignedOutReason = reason


@dataclass(slots=True)
class Keys:
    """The public keys of the server, fetched when they are needed."""

    url: str
    clock: Clock
    transport: httpx.AsyncBaseTransport
    _keys: dict[str, jwt.PyJWK] = field(default_factory=dict[str, jwt.PyJWK])
    _fetched_at: float = -inf
    _failed_at: float = -inf
    # One request at a time in each event loop, because Django can run several.
    _fetching: Tasks = field(default_factory=Tasks)

    async def find(self, kid: str) -> jwt.PyJWK:
        """Returns a key. Raises Refused if there is none, or if the server doesn't answer."""
        age = self.clock() - self._fetched_at
        if age > (KEPT_SECONDS if kid in self._keys else COOLDOWN_SECONDS):
            await self._fetch_once()
        if kid not in self._keys:
            raise Refused("key-not-found")
        return self._keys[kid]

    async def _fetch_once(self) -> None:
        if self.clock() - self._failed_at < FAILURE_SECONDS:
            raise Refused("keys-unavailable")
        loop = asyncio.get_running_loop()
        task = self._fetching.get(loop)
        if task is None:
            task = self._fetching[loop] = loop.create_task(self._fetch())
            # A task holds its loop, which would stay as long as the task.
            task.add_done_callback(lambda _: self._fetching.pop(loop, None))
        try:
            # Whoever leaves must not stop the request for the others.
            await asyncio.shield(task)
        except (httpx.HTTPError, ValueError, jwt.PyJWTError) as error:
            self._failed_at = self.clock()
            raise Refused("keys-unavailable") from error

    async def _fetch(self) -> None:
        async with httpx.AsyncClient(transport=self.transport, timeout=TIMEOUT_SECONDS) as client:
            answer = await client.get(f"{self.url}/.well-known/jwks.json")
        answer.raise_for_status()
        found = jwt.PyJWKSet.from_dict(answer.json())
        self._keys = {key.key_id: key for key in found.keys if key.key_id}
        self._fetched_at = self.clock()


@dataclass(frozen=True, slots=True)
class Verifier:
    """Verifies tokens of one server for some applications."""

    url: str
    authorized_parties: frozenset[str]
    clock_skew: float
    keys: Keys
    clock: Clock

    async def verify_one_of(self, tokens: list[str]) -> Claims:
        """Returns the claims of the first token that is valid. Raises Refused.

        Of tokens that are not, one that can be renewed counts more.
        """
        reason: SignedOutReason = "no-token"
        for token in tokens:
            try:
                return await self._verify(token)
            except Refused as refused:
                if reason != "token-expired":
                    reason = refused.reason
        raise Refused(reason)

    async def _verify(self, token: str) -> Claims:
        """Returns the claims of a session token. Raises Refused."""
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError as error:
            raise Refused("token-invalid") from error
        # Before the key: a token that is no session token must not make anybody fetch keys.
        if header.get("typ", "JWT") != "JWT":
            raise Refused("token-invalid")
        if header.get("alg") != ALGORITHM:
            raise Refused("token-invalid-algorithm")
        key = await self.keys.find(str(header.get("kid")))
        claims = self._decode(token, key)
        self._check(claims)
        return claims

    def _decode(self, token: str, key: jwt.PyJWK) -> dict[str, Any]:
        # The times are checked last, so that an expired token is known to be genuine.
        off = dict.fromkeys(("verify_exp", "verify_nbf", "verify_iat", "verify_aud"), False)
        required = ["exp", "sub", "sid"]
        options: Any = {**off, "require": required}
        try:
            return jwt.decode(token, key, [ALGORITHM], issuer=self.url, options=options)
        except jwt.InvalidSignatureError as error:
            raise Refused("token-invalid-signature") from error
        except jwt.InvalidIssuerError as error:
            raise Refused("token-invalid-issuer") from error
        except jwt.PyJWTError as error:
            raise Refused("token-invalid") from error

    def _check(self, claims: dict[str, Any]) -> None:
        """Checks what is particular to session tokens, and the times."""
        times = [claims[name] for name in ("exp", "nbf", "iat") if name in claims]
        texts = (claims["sub"], claims["sid"])
        if not all(isinstance(value, str) for value in texts) or not all(
            isinstance(value, int | float) for value in times
        ):
            raise Refused("token-invalid")
        # Session tokens have no audience: a token that has one is for something else.
        if "aud" in claims:
            raise Refused("token-invalid-audience")
        if claims.get("azp") not in self.authorized_parties:
            raise Refused("token-invalid-authorized-party")
        now = self.clock()
        if max(claims.get("nbf", 0), claims.get("iat", 0)) > now + self.clock_skew:
            raise Refused("token-not-active-yet")
        if claims["exp"] <= now - self.clock_skew:
            raise Refused("token-expired")
