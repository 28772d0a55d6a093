"""Signs session tokens with RSA keys: those of the settings, or one that is kept, encrypted, in the database."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Protocol

import jwt
import structlog
from cryptography.fernet import InvalidToken, MultiFernet
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from models.database.store import Store, unbroken
from models.errors import Unavailable
from models.keys.signing_keys import new_key, sealed, storage, thumbprint, unsealed
from resolvers.access import SYSTEM
from resolvers.keys.signing_keys import add_first_key, published_keys
from resolvers.transaction import Clock, work_on
from server.settings.settings import Settings, WrongSettings

ALGORITHM = "RS256"
SEEN_SECONDS = 5.0
"""After so long a process looks whether the keys have been rotated."""
UNREADABLE = (
    "TENANTRY_SECRET: it can't decrypt the signing keys in the database. Add the secret that they were made with behind"
    " the new one, or give keys by TENANTRY_SIGNING_KEYS."
)

log = structlog.stdlib.get_logger("tenantry.signing")


@dataclass(frozen=True, slots=True)
class Key:
    """A key pair with its name."""

    kid: str
    private: RSAPrivateKey
    public: RSAPublicKey


def key_of(private: RSAPrivateKey) -> Key:
    public = private.public_key()
    return Key(thumbprint(public), private, public)


class KeyRing(Protocol):
    """Where the keys come from: all of them are published, the first one signs."""

    async def keys(self, *, since: float) -> Sequence[Key]:
        """The keys as they were at that moment, by the monotonic clock, or later."""
        ...


@dataclass(frozen=True, slots=True)
class GivenKeys:
    """Keys from the settings, newest first."""

    given: Sequence[Key]

    async def keys(self, *, since: float) -> Sequence[Key]:
        return self.given


@dataclass(slots=True, eq=False)
class StoredKeys:
    """Keys in the database, remembered; the first to look makes one. Raises WrongSettings for another root secret."""

    store: Store
    clock: Clock
    storage: MultiFernet
    known: Sequence[Key] = ()
    read_at: float = -math.inf
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def keys(self, *, since: float) -> Sequence[Key]:
        """Who comes while another looks shares what that one finds, if it is late enough."""
        if self.read_at < since:
            async with self.turn:
                if self.read_at < since:
                    await unbroken(self._look())
        return self.known

    async def _look(self) -> None:
        """Known keys stay in use while the database is unavailable, or holds a key of a root secret not given here.

        That counts for everybody who waited.
        """
        began = monotonic()
        try:
            self.known = await self._read() or await self._make()
        except (Unavailable, WrongSettings) as error:
            if not self.known:
                raise
            log.warning("signing_keys_unavailable", error=type(error).__name__)
            began = monotonic()
        self.read_at = began

    async def _read(self) -> Sequence[Key]:
        known = {key.kid: key for key in self.known}
        rows = await published_keys(self.store, self.clock())
        return [known.get(kid) or self._opened(private_key) for kid, private_key in rows]

    def _opened(self, private_key: str) -> Key:
        try:
            return key_of(unsealed(self.storage, private_key))
        except InvalidToken as error:
            raise WrongSettings([UNREADABLE]) from error

    async def _make(self) -> Sequence[Key]:
        key = key_of(await asyncio.to_thread(new_key))
        async with work_on(self.store, SYSTEM, self.clock) as work:
            await add_first_key(work, kid=key.kid, private_key=sealed(self.storage, key.private))
        return await self._read()


@dataclass(frozen=True, slots=True)
class TokenSigner:
    """Signs on the event loop: an RSA-2048 signature takes less than a millisecond, a thread costs as much again."""

    ring: KeyRing

    async def sign(self, claims: Mapping[str, Any]) -> str:
        key = (await self.ring.keys(since=monotonic() - SEEN_SECONDS))[0]
        return jwt.encode(dict(claims), key.private, ALGORITHM, headers={"kid": key.kid})

    async def verification_key(self, kid: str) -> RSAPublicKey | None:
        """A name that is not known may be that of a key which another process has just made."""
        for since in (monotonic() - SEEN_SECONDS, monotonic()):
            for key in await self.ring.keys(since=since):
                if key.kid == kid:
                    return key.public
        return None

    async def published(self) -> Mapping[str, RSAPublicKey]:
        """As of now: who has a token of the newest key must find it here, whichever process answers."""
        return {key.kid: key.public for key in await self.ring.keys(since=monotonic())}


def signer_of(settings: Settings, store: Store, clock: Clock) -> TokenSigner:
    """The signer that the settings ask for; it looks into the database when it is first used."""
    if settings.signing_keys:
        return TokenSigner(GivenKeys([key_of(private) for private in settings.private_keys]))
    return TokenSigner(StoredKeys(store, clock, storage(settings.secret)))
