"""The public keys of identity providers: one from the settings, or a key set from a URL."""

import asyncio
import math
from codecs import BOM_UTF8
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, Protocol

import jwt
import orjson
import structlog

from server.settings.public_keys import PublicKey, filter_algorithms
from server.trust_store import get_trust_store

# Seconds between two fetches of one key set, however many unknown key ids arrive.
COOL_DOWN = 30.0
# How long a whole fetch may take, however slowly the bytes arrive.
FETCH_SECONDS = 5.0
# Seconds after which the next use of a key set fetches it again, so that withdrawn keys are found.
KEYS_LIVE = 300.0
# Seconds that a key set may be used after its last fetch while its issuer can't be reached.
#
# That is about the lifetime of a token: an issuer that is down for longer has hardly any valid ones
# left. An attacker who stole a key and blocks the fetch that would withdraw it gains no more time.
KEYS_TRUSTED = 3_600.0
KEY_SET_BYTES = 256 * 1024
ASYMMETRIC_TYPES = frozenset({"RSA", "EC", "OKP"})

log = structlog.stdlib.get_logger("tenantry.identity")


class Keys(Protocol):
    """Where an issuer's public keys come from."""

    @property
    def are_known(self) -> bool: ...

    async def find_key(self, kid: str | None) -> PublicKey | None: ...

    def holds(self, key: PublicKey) -> bool: ...


@dataclass(frozen=True, slots=True, eq=False)
class OneKey:
    """A key from the settings, which matches any `kid`."""

    only: PublicKey

    @property
    def are_known(self) -> bool:
        return True

    async def find_key(self, kid: str | None) -> PublicKey | None:
        return self.only

    def holds(self, key: PublicKey) -> bool:
        return key is self.only


@dataclass(slots=True, eq=False)
class KeySet:
    """A JWKS at a URL.

    It is fetched when first needed, when it is old, and for an unknown `kid` once per cool-down.
    A token with a known key never waits for a fetch: the old set is used until the new one arrives.
    """

    url: str
    algorithms: Sequence[str]
    keys: Sequence[PublicKey] = ()
    fetched_at: float = -math.inf
    tried_at: float = -math.inf
    fetching: asyncio.Task[None] | None = None

    @property
    def are_known(self) -> bool:
        """Whether a missing key is not the issuer's, rather than not fetched yet."""
        return monotonic() - self.fetched_at < KEYS_TRUSTED

    async def find_key(self, kid: str | None) -> PublicKey | None:
        if key := self._get_key(kid):
            self._refresh_if_old()
            return key
        if fetching := self._refresh():
            await asyncio.wait({fetching})
        return self._get_key(kid)

    def holds(self, key: PublicKey) -> bool:
        self._refresh_if_old()
        return self.are_known and key in self.keys

    def _get_key(self, kid: str | None) -> PublicKey | None:
        """Returns the only key that matches; without a `kid`, the set must have a single key.

        See OpenID Connect Core, 10.1.
        """
        if not self.are_known:
            return None
        matching = [key for key in self.keys if kid in (None, key.kid)]
        return matching[0] if len(matching) == 1 else None

    def _refresh_if_old(self) -> None:
        if monotonic() - self.fetched_at >= KEYS_LIVE:
            self._refresh()

    def _refresh(self) -> asyncio.Task[None] | None:
        """Starts a fetch unless the last one is too recent; returns the current or last one."""
        if monotonic() - self.tried_at >= COOL_DOWN:
            self.tried_at = monotonic()
            self.fetching = asyncio.create_task(self._replace())
        return self.fetching

    async def _replace(self) -> None:
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                keys = parse_key_set(await self._fetch(), self.algorithms)
        except Exception as error:
            # Whatever fails on the issuer's server, the known keys stay in use.
            log.warning("key set unavailable", url=self.url, error=type(error).__name__)
            return
        if not keys:
            log.warning(
                "key set without usable keys", url=self.url, algorithms=list(self.algorithms)
            )
        self.keys, self.fetched_at = keys, monotonic()

    async def _fetch(self) -> bytes:
        """Fetches the body without compression, because a small one could expand to any size."""
        # Imports httpx too, which takes too long for the event loop.
        trust = await get_trust_store()
        import httpx

        async with (
            httpx.AsyncClient(timeout=FETCH_SECONDS, verify=trust) as client,
            client.stream("GET", self.url, headers={"accept-encoding": "identity"}) as response,
        ):
            response.raise_for_status()
            body = b""
            async for part in response.aiter_raw():
                body += part
                if len(body) > KEY_SET_BYTES:
                    raise ValueError("too large")
        return body


def parse_key_set(body: bytes, algorithms: Sequence[str]) -> tuple[PublicKey, ...]:
    """Parses the keys of a set that tokens can be signed with.

    Raises ValueError, KeyError or TypeError if the body is not a key set.
    """
    entries: Any = orjson.loads(body.removeprefix(BOM_UTF8))["keys"]
    if not isinstance(entries, list):
        raise TypeError("keys is not a list")
    keys: list[PublicKey] = []
    for entry in entries:  # pyright: ignore[reportUnknownVariableType]
        key = _parse_key(entry, algorithms)
        # A key that is listed twice is one key.
        if key and key not in keys:
            keys.append(key)
    return tuple(keys)


def _parse_key(entry: Any, algorithms: Sequence[str]) -> PublicKey | None:
    """Returns None unless the entry is a public key for signatures.

    A symmetric or private key in a public set is known to everyone. A member that is null counts as
    absent.
    """
    try:
        members = {name: value for name, value in entry.items() if value is not None}
        kid, chosen = members.get("kid"), members.get("alg")
        is_public = (
            members["kty"] in ASYMMETRIC_TYPES
            and "d" not in members
            and isinstance(kid, (str, type(None)))
        )
        if (
            not is_public
            or members.get("use", "sig") != "sig"
            or "verify" not in members.get("key_ops", ["verify"])
        ):
            return None
        key = jwt.PyJWK(members).key
        names = filter_algorithms(key, [name for name in algorithms if chosen in (None, name)])
    except Exception:
        # One malformed entry must not affect the others.
        return None
    return PublicKey(key, names, kid) if names else None
