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
import jwt
import structlog
from sqlmodel import select

from models.base import JSONObject
from models.database.store import Store
from models.errors import InputError, Unavailable
from models.instance import Instance
from models.keys.secret_keys import KEY_PREFIX, compute_digest, matches_digest
from models.users import IdentityClaims
from models.validation.addresses import normalize_address
from models.validation.text import NAME_LENGTH, check_url
from resolvers.access import Actor, ActorType
from resolvers.keys.secret_keys import sign_in_service
from resolvers.keys.signing_keys import Signer
from resolvers.sessions.lifecycle import SessionClaims, sign_in_session
from resolvers.transaction import Clock
from resolvers.users import SUBJECT_LENGTH, sign_in
from server.identity.key_sets import Keys, KeySet, OneKey, PublicKey
from server.settings.settings import Issuer

# Seconds that our clock and an issuer's may differ.
LEEWAY = 60
CREDENTIAL_LENGTH = 16_384
# Verified tokens are cached up to this sum of their lengths: what is kept of one is about as large.
CACHED_TOKEN_BYTES = 8 * 1024 * 1024
# The last second of the year 9999, in which all calendars end.
LATEST = 253_402_300_799
# What tokens and secret keys are made of: base64url without padding, and dots.
CREDENTIAL = re.compile(r"[A-Za-z0-9._-]+")
REFUSED_HEADERS = frozenset({"crit", "jku", "x5u", "jwk", "x5c", "b64"})
TYPES = frozenset({"jwt", "at+jwt"})
OWN_ALGORITHMS = ("RS256",)
SIGNATURES = jwt.PyJWS()

log = structlog.stdlib.get_logger("tenantry.identity")


class InvalidCredential(Exception):
    """A credential that is no good is never treated as nobody: 401 for the whole request."""


def _seconds(payload: JSONObject, name: str) -> int | None:
    """A time claim: a number that is a time, no text and no truth value."""
    value = payload.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= LATEST:
        raise InvalidCredential(f"its {name} is no time")
    return int(value)


def _text(payload: JSONObject, name: str) -> str | None:
    value = payload.get(name)
    return value[:NAME_LENGTH] if isinstance(value, str) and value.isprintable() else None


def _image(payload: JSONObject) -> str | None:
    """The picture, unless others should not be shown it:
    a link that runs as a script, or holds a whole file.
    """
    value = payload.get("picture")
    try:
        return check_url(value) if isinstance(value, str) else None
    except InputError:
        return None


def _address(payload: JSONObject) -> tuple[str | None, str | None, bool | None]:
    """The address as written and as compared, and whether
    the issuer vouches for it: only the JSON value true does.

    A claim that can't be an address is none, and tells that the address we know is not the user's
    any more.
    """
    email = payload.get("email")
    verified = payload["email_verified"] is True if "email_verified" in payload else None
    if email is None:
        return None, None, verified
    try:
        return (
            (email, normalize_address(email), verified)
            if isinstance(email, str)
            else (None, None, False)
        )
    except InputError:
        return None, None, False


def to_identity_claims(payload: JSONObject) -> IdentityClaims:
    """What a verified token says of its user: only the JSON value true verifies an address."""
    subject = payload.get("sub")
    if (
        not isinstance(subject, str)
        or not 0 < len(subject) <= SUBJECT_LENGTH
        or not subject.isprintable()
    ):
        raise InvalidCredential("its sub is missing or no subject")
    address, key, verified = _address(payload)
    return IdentityClaims(
        issuer=payload["iss"],
        subject=subject,
        issued_at=_seconds(payload, "iat") or 0,
        email_address=address,
        address_key=key,
        email_verified=verified,
        first_name=_text(payload, "given_name"),
        last_name=_text(payload, "family_name"),
        image_url=_image(payload),
    )


def to_session_claims(payload: JSONObject) -> SessionClaims:
    """What a verified session token says; of its
    organization only the id is read, and only as a default.
    """
    subject, session_id = payload.get("sub"), payload.get("sid")
    if not isinstance(subject, str) or not isinstance(session_id, str):
        raise InvalidCredential("it names no session")
    organization: JSONObject = payload.get("o") or {}
    return SessionClaims(session_id, subject, organization.get("id") or payload.get("org_id"))


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
        header, payload = _decode_unverified(token)
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
        _check_signature(token, key)
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
        expires_at = _seconds(payload, "exp")
        if expires_at is None:
            raise InvalidCredential("it has no exp")
        if expires_at + LEEWAY <= now:
            log.info("token_expired", seconds_ago=round(now - expires_at))
            raise InvalidCredential("it has expired")
        for name in ("nbf", "iat"):
            moment = _seconds(payload, name)
            if moment is not None and moment - LEEWAY > now:
                log.warning(
                    "token_from_the_future",
                    claim=name,
                    skew_seconds=round(moment - now),
                    leeway=LEEWAY,
                )
                raise InvalidCredential(f"its {name} is in the future: do the clocks agree?")
        return expires_at


def _decode_unverified(token: str) -> tuple[JSONObject, JSONObject]:
    """Header and payload, of which nothing is believed yet but where to look for the key."""
    try:
        parts = jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise InvalidCredential("it is no token") from error
    header, payload = parts["header"], parts["payload"]
    if REFUSED_HEADERS & header.keys() or not isinstance(header.get("kid"), (str, type(None))):
        raise InvalidCredential(
            "its header names a key or an extension that we don't take from a token"
        )
    kind = header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in TYPES:
        raise InvalidCredential("it is a token of another type")
    return header, payload


def _check_signature(token: str, key: PublicKey) -> None:
    """By an algorithm of the key's, whatever the token names."""
    try:
        SIGNATURES.decode(token, key.public, key.algorithms)
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise InvalidCredential("its signature is not the issuer's") from error


def make_digests(secret_keys: Sequence[str]) -> dict[str, str]:
    """Each key from the settings under an id that stays the
    same from start to start, and tells nothing of the key.
    """
    return {
        f"key_{hashlib.sha256(b'id:' + key.encode()).hexdigest()[:26]}": compute_digest(key)
        for key in secret_keys
    }
