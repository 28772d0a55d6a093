"""The public keys of identity providers: one from the settings, or a set behind a URL."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, Protocol

import httpx
import jwt
import orjson
import structlog

from server.settings.public_keys import PublicKey, filter_algorithms

# Seconds between two fetches of one key set, however many unknown key ids come in.
COOL_DOWN = 30.0
# How long a whole fetch may take, however slowly the bytes drip in.
FETCH_SECONDS = 5.0
# Seconds after which the next use of a key set fetches it anew, so that a withdrawn key is refused.
KEYS_LIVE = 300.0
# Seconds that a key set may be used after its last fetch while its issuer can't be reached.
#
# That is about how long a token lives: of an issuer that is down for longer hardly one is left. Who
# stole a key and keeps us from hearing of its withdrawal gains no more than that.
KEYS_TRUSTED = 3_600.0
KEY_SET_BYTES = 256 * 1024
ASYMMETRIC_TYPES = frozenset({"RSA", "EC", "OKP"})

log = structlog.stdlib.get_logger("tenantry.identity")


class Keys(Protocol):
    """Where an issuer's public keys come from."""

    @property
    def are_known(self) -> bool: ...

    async def key(self, kid: str | None) -> PublicKey | None: ...

    def holds(self, key: PublicKey) -> bool: ...


@dataclass(frozen=True, slots=True, eq=False)
class OneKey:
    """A key from the settings: it takes any `kid`."""

    only: PublicKey

    @property
    def are_known(self) -> bool:
        return True

    async def key(self, kid: str | None) -> PublicKey | None:
        return self.only

    def holds(self, key: PublicKey) -> bool:
        return key is self.only


@dataclass(slots=True, eq=False)
class KeySet:
    """A JWKS behind a URL: fetched when first needed, when
    it is old, and for an unknown `kid` once per cool-down.

    A key that is known never waits for a fetch: an old set goes on working while a new one is on
    its way.
    """

    url: str
    client: httpx.AsyncClient
    algorithms: Sequence[str]
    keys: Sequence[PublicKey] = ()
    fetched_at: float = -math.inf
    tried_at: float = -math.inf
    fetching: asyncio.Task[None] | None = None

    @property
    def are_known(self) -> bool:
        """Whether a key that is not here is not the issuer's, rather than not fetched."""
        return monotonic() - self.fetched_at < KEYS_TRUSTED

    async def key(self, kid: str | None) -> PublicKey | None:
        if found := self._named(kid):
            self._refresh_when_old()
            return found
        if fetching := self._refresh():
            await asyncio.wait({fetching})
        return self._named(kid)

    def holds(self, key: PublicKey) -> bool:
        self._refresh_when_old()
        return self.are_known and key in self.keys

    def _named(self, kid: str | None) -> PublicKey | None:
        """The one key that a token means; where there are
        several, it has to say which (OpenID Connect Core, 10.1).
        """
        meant = [key for key in self.keys if kid in (None, key.kid)] if self.are_known else []
        return meant[0] if len(meant) == 1 else None

    def _refresh_when_old(self) -> None:
        if monotonic() - self.fetched_at >= KEYS_LIVE:
            self._refresh()

    def _refresh(self) -> asyncio.Task[None] | None:
        """The fetch that is under way or was the last:
        a new one begins only after the cool-down.
        """
        if monotonic() - self.tried_at >= COOL_DOWN:
            self.tried_at = monotonic()
            self.fetching = asyncio.create_task(self._replace())
        return self.fetching

    async def _replace(self) -> None:
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                keys = parse_key_set(await self._fetch(), self.algorithms)
        except Exception as error:
            # Whatever goes wrong with a stranger's server, the keys that we have go on.
            log.warning("key_set_unavailable", url=self.url, error=type(error).__name__)
            return
        if not keys:
            log.warning(
                "key_set_without_usable_keys", url=self.url, algorithms=list(self.algorithms)
            )
        self.keys, self.fetched_at = keys, monotonic()

    async def _fetch(self) -> bytes:
        """The body as it was sent: what is compressed could unpack to any size."""
        async with self.client.stream(
            "GET", self.url, headers={"accept-encoding": "identity"}
        ) as response:
            response.raise_for_status()
            body = b""
            async for part in response.aiter_raw():
                body += part
                if len(body) > KEY_SET_BYTES:
                    raise ValueError("too large")
        return body


def parse_key_set(body: bytes, algorithms: Sequence[str]) -> tuple[PublicKey, ...]:
    """The keys of a set that tokens may be signed with.

    Raises ValueError, KeyError or TypeError for what is no set.
    """
    entries: Any = orjson.loads(body)["keys"]
    if not isinstance(entries, list):
        raise TypeError("keys is no list")
    found = [_usable_key(entry, algorithms) for entry in entries]  # pyright: ignore[reportUnknownVariableType]
    return tuple(key for key in found if key)


def _usable_key(entry: Any, algorithms: Sequence[str]) -> PublicKey | None:
    """None for what is no public key for signatures: everybody
    knows a symmetric or private one in a public set.
    """
    try:
        kid, chosen = entry.get("kid"), entry.get("alg")
        is_public = (
            entry["kty"] in ASYMMETRIC_TYPES
            and "d" not in entry
            and isinstance(kid, (str, type(None)))
        )
        if (
            not is_public
            or entry.get("use", "sig") != "sig"
            or "verify" not in entry.get("key_ops", ["verify"])
        ):
            return None
        key = jwt.PyJWK(entry).key
        names = filter_algorithms(key, [name for name in algorithms if chosen in (None, name)])
    except Exception:
        # One entry that nobody can read takes no other with it.
        return None
    return PublicKey(key, names, kid) if names else None
