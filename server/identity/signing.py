"""Signs session tokens with RSA keys: those of the
settings, or one that is kept, encrypted, in the database.
"""

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

from models.database.store import shield
from models.errors import Unavailable
from models.keys.signing_keys import (
    compute_thumbprint,
    decrypt_key,
    encrypt_key,
    generate_key,
    make_cipher,
)
from resolvers.access import SYSTEM
from resolvers.keys.signing_keys import add_first_key, load_published_keys
from resolvers.server import Server
from resolvers.transaction import begin
from server.settings.settings import Settings, SettingsError

ALGORITHM = "RS256"
# After so long a process looks whether the keys have been rotated.
SEEN_SECONDS = 5.0
UNREADABLE = (
    "TENANTRY_SECRET: it can't decrypt the signing keys in the database. Add the secret that they"
    " were made with behind"
    " the new one, or give keys by TENANTRY_SIGNING_KEYS."
)

log = structlog.stdlib.get_logger("tenantry.signing")


@dataclass(frozen=True, slots=True)
class Key:
    """A key pair with its name."""

    kid: str
    private: RSAPrivateKey
    public: RSAPublicKey


def make_key(private: RSAPrivateKey) -> Key:
    public = private.public_key()
    return Key(compute_thumbprint(public), private, public)


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
    """Keys in the database, remembered; the first to look makes one.

    Raises WrongSettings for another root secret.
    """

    server: Server
    storage: MultiFernet
    known: Sequence[Key] = ()
    read_at: float = -math.inf
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def keys(self, *, since: float) -> Sequence[Key]:
        """Who comes while another looks shares what that one finds, if it is late enough."""
        if self.read_at < since:
            async with self.lock:
                if self.read_at < since:
                    await shield(self._look())
        return self.known

    async def _look(self) -> None:
        """Known keys stay in use while the database is unavailable,
        or holds a key of a root secret not given here.

        That counts for everybody who waited.
        """
        began = monotonic()
        try:
            self.known = await self._read() or await self._make()
        except (Unavailable, SettingsError) as error:
            if not self.known:
                raise
            log.warning("signing_keys_unavailable", error=type(error).__name__)
            began = monotonic()
        self.read_at = began

    async def _read(self) -> Sequence[Key]:
        known = {key.kid: key for key in self.known}
        rows = await load_published_keys(self.server.store, self.server.clock())
        return [known.get(kid) or self._opened(private_key) for kid, private_key in rows]

    def _opened(self, private_key: str) -> Key:
        try:
            return make_key(decrypt_key(self.storage, private_key))
        except InvalidToken as error:
            raise SettingsError([UNREADABLE]) from error

    async def _make(self) -> Sequence[Key]:
        key = make_key(await asyncio.to_thread(generate_key))
        async with begin(self.server, SYSTEM) as tx:
            await add_first_key(tx, kid=key.kid, private_key=encrypt_key(self.storage, key.private))
        return await self._read()


@dataclass(frozen=True, slots=True)
class TokenSigner:
    """Signs on the event loop: an RSA-2048 signature takes
    less than a millisecond, a thread costs as much again.
    """

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
        """As of now: who has a token of the newest key
        must find it here, whichever process answers.
        """
        return {key.kid: key.public for key in await self.ring.keys(since=monotonic())}


def make_signer(settings: Settings, server: Server) -> TokenSigner:
    """The signer that the settings ask for; it looks into the database when it is first used."""
    if settings.signing_keys:
        return TokenSigner(GivenKeys([make_key(private) for private in settings.private_keys]))
    return TokenSigner(StoredKeys(server, make_cipher(server.secrets)))
