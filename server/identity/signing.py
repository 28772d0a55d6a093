"""Signs session tokens with RSA keys from the settings, or encrypted ones from the database."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Protocol

import jwt
import structlog
from cryptography.fernet import InvalidToken, MultiFernet
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from models.database.store import shield
from models.errors.request import Unavailable
from models.keys.signing_keys import (
    compute_thumbprint,
    decrypt_key,
    encrypt_key,
    generate_key,
    make_cipher,
)
from resolvers.authority.access import SYSTEM
from resolvers.foundation.server import Server
from resolvers.foundation.transaction import begin
from resolvers.keys.signing_keys import add_first_key, load_published_keys
from server.settings.settings import Settings, SettingsError

ALGORITHM = "RS256"
# How old the keys that a process has read may be before it checks for a rotation.
MAXIMUM_AGE_SECONDS = 5.0
UNREADABLE = (
    "TENANTRY_SECRET can't decrypt the signing keys in the database. Add the previous secret to the"
    " end of TENANTRY_SECRET, or set TENANTRY_SIGNING_KEYS."
)

log = structlog.stdlib.get_logger("tenantry.signing")


@dataclass(frozen=True, slots=True)
class Key:
    """A key pair with its key id."""

    kid: str
    private: RSAPrivateKey
    public: RSAPublicKey


def make_key(private: RSAPrivateKey) -> Key:
    public = private.public_key()
    return Key(compute_thumbprint(public), private, public)


class KeyRing(Protocol):
    """A source of keys: all of them are published, the first one signs."""

    async def load_keys(self, *, since: float) -> Sequence[Key]:
        """Returns the keys as of that moment of the monotonic clock, or later."""
        ...


@dataclass(frozen=True, slots=True)
class GivenKeys:
    """Keys from the settings, newest first."""

    keys: Sequence[Key]

    async def load_keys(self, *, since: float) -> Sequence[Key]:
        return self.keys


@dataclass(slots=True, eq=False)
class StoredKeys:
    """Keys in the database, cached; the first process that reads none creates one.

    Raises SettingsError if the root secret has changed.
    """

    server: Server
    storage: MultiFernet
    known: Sequence[Key] = ()
    read_at: float = -math.inf
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def load_keys(self, *, since: float) -> Sequence[Key]:
        """Shares one read among all that wait for it, if it began late enough."""
        if self.read_at < since:
            async with self.lock:
                if self.read_at < since:
                    await shield(self._refresh())
        return self.known

    async def _refresh(self) -> None:
        """Reads the keys; known ones stay in use if that fails.

        It fails if the database is unavailable, or has a key of a root secret not configured here.
        """
        read_at = monotonic()
        try:
            self.known = await self._read() or await self._create()
        except (Unavailable, SettingsError) as error:
            if not self.known:
                raise
            log.warning("signing keys unavailable", error=type(error).__name__)
            # The known keys are good enough for everyone who waited meanwhile.
            read_at = monotonic()
        self.read_at = read_at

    async def _read(self) -> Sequence[Key]:
        known = {key.kid: key for key in self.known}
        rows = await load_published_keys(self.server.store, self.server.clock())
        try:
            return [
                known.get(kid) or make_key(decrypt_key(self.storage, private_key))
                for kid, private_key in rows
            ]
        except InvalidToken as error:
            raise SettingsError([UNREADABLE]) from error

    async def _create(self) -> Sequence[Key]:
        key = make_key(await asyncio.to_thread(generate_key))
        async with begin(self.server, SYSTEM) as tx:
            await add_first_key(tx, kid=key.kid, private_key=encrypt_key(self.storage, key.private))
        return await self._read()


@dataclass(frozen=True, slots=True)
class TokenSigner:
    """Signs tokens on the event loop.

    An RSA-2048 signature takes less than a millisecond, and a thread would cost as much again.
    """

    ring: KeyRing

    async def prepare(self) -> None:
        # Signing itself reports what is wrong, to those who need a signature.
        with suppress(Unavailable, SettingsError):
            await self.ring.load_keys(since=monotonic() - MAXIMUM_AGE_SECONDS)

    async def sign(self, claims: Mapping[str, Any]) -> str:
        key = (await self.ring.load_keys(since=monotonic() - MAXIMUM_AGE_SECONDS))[0]
        return jwt.encode(dict(claims), key.private, ALGORITHM, headers={"kid": key.kid})

    async def verification_key(self, kid: str) -> RSAPublicKey | None:
        """Reads the keys again for an unknown key, which another process may have just created."""
        for since in (monotonic() - MAXIMUM_AGE_SECONDS, monotonic()):
            for key in await self.ring.load_keys(since=since):
                if key.kid == kid:
                    return key.public
        return None

    async def published(self) -> Mapping[str, RSAPublicKey]:
        """Returns the keys as of now.

        Tokens of the newest key must be verifiable, whichever process signed them.
        """
        return {key.kid: key.public for key in await self.ring.load_keys(since=monotonic())}


def make_signer(settings: Settings, server: Server) -> TokenSigner:
    """Makes the configured signer, which reads the database only when it is first used."""
    if settings.signing_keys:
        return TokenSigner(GivenKeys([make_key(private) for private in settings.private_keys]))
    return TokenSigner(StoredKeys(server, make_cipher(server.secrets)))
