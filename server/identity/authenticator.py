"""Who calls: the bearer credential of a request,
verified, as an actor of the store (docs/decisions/0006).
"""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
import structlog
from sqlmodel import select

from models.base import JSONObject
from models.database.store import Store
from models.errors import Unavailable
from models.instance import Instance
from models.keys.secret_keys import KEY_PREFIX, compute_digest, matches_digest
from models.users import IdentityClaims
from resolvers.access import Actor, ActorType
from resolvers.keys.secret_keys import sign_in_service
from resolvers.keys.signing_keys import Signer
from resolvers.sessions.lifecycle import SessionClaims, sign_in_session
from resolvers.transaction import Clock
from resolvers.users import sign_in
from server.identity.key_sets import Keys, KeySet, OneKey
from server.identity.tokens import (
    InvalidCredential,
    check_signature,
    decode_unverified,
    read_time_claim,
    to_identity_claims,
    to_session_claims,
)
from server.settings.issuers import Issuer
from server.settings.public_keys import PublicKey

# Seconds that our clock and an issuer's may differ.
LEEWAY = 60
CREDENTIAL_LENGTH = 16_384
# Verified tokens are cached up to this sum of their lengths: what is kept of one is about as large.
CACHED_TOKEN_BYTES = 8 * 1024 * 1024
# What tokens and secret keys are made of: base64url without padding, and dots.
CREDENTIAL = re.compile(r"[A-Za-z0-9._-]+")
OWN_ALGORITHMS = ("RS256",)

log = structlog.stdlib.get_logger("tenantry.identity")


# ---------------------------------------------------------------------------------------- providers


@dataclass(frozen=True, slots=True, eq=False)
class OwnKeys:
    """The keys that we sign session tokens with; such a token
    is verified each time, so that a key can be withdrawn.
    """

    signer: Signer

    @property
    def are_known(self) -> bool:
        return True

    async def key(self, kid: str | None) -> PublicKey | None:
        public = await self.signer.verification_key(kid) if kid else None
        return PublicKey(public, OWN_ALGORITHMS, kid) if public else None

    def holds(self, key: PublicKey) -> bool:
        return False


@dataclass(frozen=True, slots=True, eq=False)
class Provider:
    """Who issues tokens: an identity provider, or we
    ourselves; with its keys, and how its claims are read.
    """

    issuer: str
    audience: str | list[str] | None
    keys: Keys
    read: Callable[[JSONObject], IdentityClaims | SessionClaims] = to_identity_claims


def make_provider(issuer: Issuer, client: httpx.AsyncClient) -> Provider:
    keys: Keys = (
        OneKey(issuer.key)
        if issuer.key
        else KeySet(issuer.jwks_url or "", client, issuer.algorithms)
    )
    return Provider(issuer.issuer, issuer.audience, keys)


def make_own_provider(public_url: str, signer: Signer) -> Provider:
    """The issuer of session tokens, which are for any audience and name none."""
    return Provider(public_url, None, OwnKeys(signer), to_session_claims)


# ----------------------------------------------------------------------------------------- identity


@dataclass(slots=True, eq=False)
class VerifiedToken:
    """A token that was verified, kept until it expires or its key leaves the set."""

    claims: IdentityClaims | SessionClaims
    expires_at: int
    provider: Provider
    key: PublicKey
    size: int

    def is_good(self, now: float) -> bool:
        return self.expires_at + LEEWAY > now and self.provider.keys.holds(self.key)

    def lasts(self, until: int, clock: Clock) -> bool:
        return until > clock().timestamp() and self.provider.keys.holds(self.key)


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True, eq=False)
class Credential:
    """A credential that looks good; whom it stands for is read from the store each time."""

    # Raises BadCredential when the store knows it, or its owner, no more.
    caller: Callable[[], Awaitable[tuple[Actor, Instance]]]
    # Whether it has not lapsed; for what lapses in the store alone, always.
    is_good: Callable[[], bool] = _always


@dataclass(slots=True, eq=False)
class Authenticator:
    """Tells who calls.

    Algorithms belong to the configured issuer and are never read from a token.
    """

    store: Store
    clock: Clock
    providers: dict[str, Provider]
    # Digests of the keys from the settings, by the id they act under.
    secret_keys: dict[str, str]
    # We ourselves, as the issuer of session tokens.
    own: Provider | None = None
    verified: OrderedDict[bytes, VerifiedToken] = field(
        default_factory=OrderedDict[bytes, VerifiedToken]
    )
    verified_size: int = 0

    async def authenticate(self, authorization: Sequence[str]) -> Credential | None:
        """The one credential, as far as it can be told without the store; None where there is none.

        Raises BadCredential.
        """
        if not authorization:
            return None
        if len(authorization) > 1:
            raise InvalidCredential("there is more than one Authorization header")
        scheme, _, credential = authorization[0].partition(" ")
        if scheme.lower() != "bearer" or not CREDENTIAL.fullmatch(credential):
            raise InvalidCredential("write it as Authorization: Bearer <token>")
        if len(credential) > CREDENTIAL_LENGTH:
            raise InvalidCredential("it is too long")
        if credential.startswith(KEY_PREFIX):
            return Credential(partial(self._service, credential))
        return await self._token(credential)

    async def _token(self, token: str) -> Credential:
        verified = await self._verify_cached(token)
        claims = verified.claims
        if isinstance(claims, SessionClaims):
            return Credential(partial(self._session, claims))
        is_sole_issuer = len(self.providers) == 1
        caller = partial(sign_in, self.store, self.clock, claims, is_sole_issuer=is_sole_issuer)
        return Credential(caller, partial(verified.lasts, self._get_expiry(verified), self.clock))

    def _get_expiry(self, verified: VerifiedToken) -> int:
        """Streams don't live on leeway, unless nothing else is left of the token's time."""
        now = self.clock().timestamp()
        return verified.expires_at if verified.expires_at > now else verified.expires_at + LEEWAY

    async def instance(self) -> Instance:
        async with self.store.read() as connection:
            return (await connection.execute(select(Instance))).one()  # pyright: ignore[reportReturnType]

    async def _service(self, secret: str) -> tuple[Actor, Instance]:
        for key_id, digest in self.secret_keys.items():
            if matches_digest(secret, digest):
                return Actor(ActorType.SERVICE, key_id), await self.instance()
        found = await sign_in_service(self.store, secret)
        if found is None:
            raise InvalidCredential("the secret key is unknown or revoked")
        return found

    async def _session(self, claims: SessionClaims) -> tuple[Actor, Instance]:
        found = await sign_in_session(self.store, self.clock, claims)
        if found is None:
            raise InvalidCredential("its session is over")
        return found

    async def _verify_cached(self, token: str) -> VerifiedToken:
        digest = hashlib.sha256(token.encode()).digest()
        known = self.verified.get(digest)
        if known and known.is_good(self.clock().timestamp()):
            self.verified.move_to_end(digest)
            return known
        fresh = await self._verify(token)
        if fresh.provider.keys.holds(fresh.key):
            self._keep(digest, fresh)
        return fresh

    def _keep(self, digest: bytes, fresh: VerifiedToken) -> None:
        replaced = self.verified.pop(digest, None)
        self.verified[digest] = fresh
        self.verified_size += fresh.size - (replaced.size if replaced else 0)
        while self.verified_size > CACHED_TOKEN_BYTES:
            self.verified_size -= self.verified.popitem(last=False)[1].size

    async def _verify(self, token: str) -> VerifiedToken:
        header, payload = decode_unverified(token)
        provider = self._provider(payload.get("iss"))
        if provider is None:
            raise InvalidCredential("its issuer is not one of ours")
        if payload.get("aud") != provider.audience:
            raise InvalidCredential("it is meant for another audience")
        key = await provider.keys.key(header.get("kid"))
        if key is None and not provider.keys.are_known:
            raise Unavailable(
                "The keys of the token's issuer can't be fetched right now; try again in a moment."
            )
        if key is None:
            raise InvalidCredential("its key is not one of the issuer's")
        check_signature(token, key)
        expires_at = self._check_times(payload)
        return VerifiedToken(provider.read(payload), expires_at, provider, key, len(token))

    def _provider(self, issuer: Any) -> Provider | None:
        if self.own and issuer == self.own.issuer:
            return self.own
        return self.providers.get(issuer) if isinstance(issuer, str) else None

    def _check_times(self, payload: JSONObject) -> int:
        """When it expires; a clock that is off is named in
        the log, for nobody finds that by looking at tokens.
        """
        now = self.clock().timestamp()
        expires_at = read_time_claim(payload, "exp")
        if expires_at is None:
            raise InvalidCredential("it has no exp")
        if expires_at + LEEWAY <= now:
            log.info("token_expired", seconds_ago=round(now - expires_at))
            raise InvalidCredential("it has expired")
        for name in ("nbf", "iat"):
            moment = read_time_claim(payload, name)
            if moment is not None and moment - LEEWAY > now:
                log.warning(
                    "token_from_the_future",
                    claim=name,
                    skew_seconds=round(moment - now),
                    leeway=LEEWAY,
                )
                raise InvalidCredential(f"its {name} is in the future: do the clocks agree?")
        return expires_at


def make_digests(secret_keys: Sequence[str]) -> dict[str, str]:
    """Each key from the settings under an id that stays the
    same from start to start, and tells nothing of the key.
    """
    return {
        f"key_{hashlib.sha256(b'id:' + key.encode()).hexdigest()[:26]}": compute_digest(key)
        for key in secret_keys
    }
