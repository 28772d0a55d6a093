"""Authenticates requests: verifies a bearer credential and loads its actor (decision 0006)."""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog

from models.base import JSONObject
from models.errors.request import Unavailable
from models.instance import Instance
from models.keys.api_keys import KEY_PREFIX as API_KEY_PREFIX
from models.keys.secret_keys import KEY_PREFIX, compute_digest, matches_digest
from models.users import IdentityClaims
from resolvers.api_keys.sign_in import sign_in_api_key
from resolvers.authority.access import Actor, ActorType, SignIn
from resolvers.foundation.server import Server
from resolvers.foundation.transaction import select_instance
from resolvers.keys.secret_keys import sign_in_service
from resolvers.keys.signing_keys import Signer
from resolvers.sessions.sign_in import SessionClaims, sign_in_session
from resolvers.users.provisioning import sign_in
from server.identity.audience import is_meant_for
from server.identity.claims import read_identity_claims
from server.identity.key_sets import Keys, KeySet, OneKey
from server.identity.tokens import (
    InvalidCredential,
    check_signature,
    decode_unverified,
    read_time_claim,
    to_session_claims,
)
from server.settings.issuers import Issuer
from server.settings.public_keys import PublicKey

# How many seconds the clocks of this server and an issuer can differ.
LEEWAY = 60
CREDENTIAL_LENGTH = 16_384
# The cache of verified tokens is bounded by the sum of their lengths; an entry is about as large.
CACHED_TOKEN_BYTES = 8 * 1024 * 1024
# The scheme in any case, one or more spaces (RFC 9110, 11.4), and the characters of tokens and
# secret keys: base64url without padding, and dots.
BEARER = re.compile(r"(?i:bearer) +([A-Za-z0-9._-]+)", re.ASCII)
OWN_ALGORITHMS = ("RS256",)

log = structlog.stdlib.get_logger("tenantry.identity")


# ---------------------------------------------------------------------------------------- providers


@dataclass(frozen=True, slots=True, eq=False)
class OwnKeys:
    """The keys that this server signs session tokens with.

    Such a token is verified on every request, so that a key can be withdrawn at once.
    """

    signer: Signer

    @property
    def are_known(self) -> bool:
        return True

    async def find_key(self, kid: str | None) -> PublicKey | None:
        public = await self.signer.verification_key(kid) if kid else None
        return PublicKey(public, OWN_ALGORITHMS, kid) if public else None

    def holds(self, key: PublicKey) -> bool:
        return False


@dataclass(frozen=True, slots=True, eq=False)
class Provider:
    """An issuer of tokens: an identity provider, or this server itself."""

    issuer: str
    # A token must be for one of these, or, if there are none, for no audience in particular.
    audiences: frozenset[str]
    keys: Keys
    read_claims: Callable[[JSONObject], IdentityClaims | SessionClaims]


def make_provider(issuer: Issuer) -> Provider:
    if issuer.key:
        keys: Keys = OneKey(issuer.key)
    else:
        keys = KeySet(issuer.jwks_url or "", issuer.algorithms)
    read_claims = partial(read_identity_claims, names=issuer.claims)
    return Provider(issuer.issuer, issuer.audiences, keys, read_claims)


def make_own_provider(public_url: str, signer: Signer) -> Provider:
    """Makes the issuer of session tokens, which have no audience."""
    return Provider(public_url, frozenset(), OwnKeys(signer), to_session_claims)


# ----------------------------------------------------------------------------------------- identity


@dataclass(slots=True, eq=False)
class VerifiedToken:
    """A verified token, cached until it expires or its key is removed from the key set."""

    claims: IdentityClaims | SessionClaims
    expires_at: int
    provider: Provider
    key: PublicKey
    size: int

    def is_valid(self, end: int, now: float) -> bool:
        return end > now and self.provider.keys.holds(self.key)


@dataclass(frozen=True, slots=True, eq=False)
class Credential:
    """A credential that was verified as far as possible without the store."""

    # Reads the caller from the store. Raises InvalidCredential if the credential, or its owner, is
    # no longer there.
    load_caller: Callable[[], Awaitable[SignIn]]
    # Whether it has not expired; always true for a credential that only the store can end.
    is_valid: Callable[[], bool] = lambda: True


@dataclass(slots=True, eq=False)
class Authenticator:
    """Authenticates callers.

    Algorithms belong to the configured issuer and are never read from a token.
    """

    server: Server
    providers: dict[str, Provider]
    # Digests of the secret keys in the settings, by the id of their actor.
    secret_keys: dict[str, str]
    # This server, as the issuer of session tokens.
    own: Provider | None = None
    verified: OrderedDict[bytes, VerifiedToken] = field(
        default_factory=OrderedDict[bytes, VerifiedToken]
    )
    verified_size: int = 0
    hits: int = 0
    misses: int = 0

    async def authenticate(self, authorization: Sequence[str]) -> Credential | None:
        """Verifies the Authorization header without the store; returns None if there is none.

        Raises InvalidCredential and Unavailable.
        """
        if not authorization:
            return None
        credential = read_bearer(authorization)
        if credential.startswith(KEY_PREFIX):
            return Credential(partial(self._load_service, credential))
        if credential.startswith(API_KEY_PREFIX):
            return Credential(partial(self._load_api_key, credential))
        now = self.server.clock().timestamp()
        return self._make_credential(await self._verify_cached(credential, now), now)

    def authenticate_service(self, authorization: Sequence[str]) -> Credential:
        """Takes a secret key and nothing else; raises InvalidCredential."""
        if not authorization:
            raise InvalidCredential("send it in the header Authorization: Bearer <secret key>")
        return Credential(partial(self._load_service, read_bearer(authorization)))

    def _make_credential(self, token: VerifiedToken, now: float) -> Credential:
        if isinstance(token.claims, SessionClaims):
            return Credential(partial(self._load_session, token.claims))
        load_caller = partial(sign_in, self.server, token.claims)
        # A stream ends when the token expires, without leeway, unless only leeway is left of it.
        end = token.expires_at if token.expires_at > now else token.expires_at + LEEWAY
        return Credential(load_caller, lambda: token.is_valid(end, self.server.clock().timestamp()))

    async def load_instance(self) -> Instance:
        async with self.server.store.read() as connection:
            (instance,) = await connection.fetch(select_instance())
        return instance

    async def _load_service(self, secret: str) -> SignIn:
        for key_id, digest in self.secret_keys.items():
            if matches_digest(secret, digest):
                return SignIn(Actor(ActorType.SERVICE, key_id), await self.load_instance())
        caller = await sign_in_service(self.server.store, secret, self.server.clock())
        if caller is None:
            raise InvalidCredential("the secret key is unknown or revoked, or it has expired")
        return caller

    async def _load_api_key(self, secret: str) -> SignIn:
        caller = await sign_in_api_key(self.server, secret)
        if caller is None:
            raise InvalidCredential("the API key is unknown, revoked, or expired")
        return caller

    async def _load_session(self, claims: SessionClaims) -> SignIn:
        caller = await sign_in_session(self.server, claims)
        if caller is None:
            raise InvalidCredential("its session has ended")
        return caller

    async def _verify_cached(self, token: str, now: float) -> VerifiedToken:
        digest = hashlib.sha256(token.encode()).digest()
        cached = self.verified.get(digest)
        if cached and cached.is_valid(cached.expires_at + LEEWAY, now):
            self.hits += 1
            self.verified.move_to_end(digest)
            return cached
        self.misses += 1
        verified = await self._verify(token)
        if verified.provider.keys.holds(verified.key):
            self._cache(digest, verified)
        return verified

    def _cache(self, digest: bytes, token: VerifiedToken) -> None:
        replaced = self.verified.pop(digest, None)
        self.verified[digest] = token
        self.verified_size += token.size - (replaced.size if replaced else 0)
        while self.verified_size > CACHED_TOKEN_BYTES:
            self.verified_size -= self.verified.popitem(last=False)[1].size

    async def _verify(self, token: str) -> VerifiedToken:
        header, payload = decode_unverified(token)
        provider = self._find_provider(payload.get("iss"))
        if not is_meant_for(provider.audiences, payload.get("aud")):
            raise InvalidCredential("its audience is wrong")
        key = await provider.keys.find_key(header.get("kid"))
        if key is None and not provider.keys.are_known:
            raise Unavailable(
                "The keys of the token's issuer can't be fetched right now. Try again in a moment."
            )
        if key is None:
            raise InvalidCredential("its key is not one of the issuer's")
        check_signature(token, key)
        expires_at = self._check_times(payload)
        return VerifiedToken(provider.read_claims(payload), expires_at, provider, key, len(token))

    def _find_provider(self, issuer: Any) -> Provider:
        if self.own and issuer == self.own.issuer:
            return self.own
        if not isinstance(issuer, str) or issuer not in self.providers:
            raise InvalidCredential("its issuer is not configured")
        return self.providers[issuer]

    def _check_times(self, payload: JSONObject) -> int:
        """Checks the times of a token and returns when it expires.

        Logs a clock that is wrong, because the tokens themselves would not show it.
        """
        now = self.server.clock().timestamp()
        expires_at = read_time_claim(payload, "exp")
        if expires_at is None:
            raise InvalidCredential("it has no exp")
        if expires_at + LEEWAY <= now:
            log.info("token expired", seconds_ago=round(now - expires_at))
            raise InvalidCredential("it has expired")
        for name in ("nbf", "iat"):
            moment = read_time_claim(payload, name)
            if moment is not None and moment - LEEWAY > now:
                log.warning(
                    "token from the future",
                    claim=name,
                    skew_seconds=round(moment - now),
                    leeway=LEEWAY,
                )
                raise InvalidCredential(f"its {name} is in the future; check the clocks")
        return expires_at


def read_bearer(authorization: Sequence[str]) -> str:
    """Reads the credential in the one Authorization header; raises InvalidCredential."""
    if len(authorization) > 1:
        raise InvalidCredential("only one Authorization header is allowed")
    bearer = BEARER.fullmatch(authorization[0].strip(" \t"))
    if not bearer:
        raise InvalidCredential("the header must be Authorization: Bearer <token>")
    if len(bearer[1]) > CREDENTIAL_LENGTH:
        raise InvalidCredential("it is too long")
    return bearer[1]


def make_digests(secret_keys: Sequence[str]) -> dict[str, str]:
    """Maps ids to the digests of the secret keys in the settings.

    The id of a key is the same after every start, and reveals nothing of the key.
    """
    return {
        f"key_{hashlib.sha256(b'id:' + key.encode()).hexdigest()[:26]}": compute_digest(key)
        for key in secret_keys
    }
