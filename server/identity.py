"""Who calls: the bearer credential of a request, verified, as an actor of the store (DESIGN 6)."""

import asyncio
import hashlib
import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Protocol

import httpx
import jwt
import structlog
from jwt.algorithms import AllowedPublicKeys
from sqlmodel import select

from models.addresses import address_key
from models.base import JSONObject
from models.errors import FormatInvalid
from models.instance import Instance
from models.keys import KEY_PREFIX, digest_of, is_same
from models.store import Store
from models.users import Claims
from resolvers.access import Actor, ActorType
from resolvers.keys import sign_in_service
from resolvers.users import SUBJECT_LENGTH, sign_in
from resolvers.work import Clock
from server.settings import Issuer

LEEWAY = 60
"""Seconds that our clock and an issuer's may differ."""
TOKEN_LENGTH = 16_384
CACHED_TOKENS = 10_000
COOL_DOWN = 30.0
"""Seconds between two fetches of one key set, however many unknown key ids come in."""
KEYS_LIVE = 300.0
"""Seconds after which a key set is fetched anew, so that a withdrawn key is refused."""
KEY_SET_BYTES = 256 * 1024
NAME_LENGTH = 256
IMAGE_LENGTH = 2_048
REFUSED_HEADERS = frozenset({"crit", "jku", "x5u", "jwk", "x5c", "b64"})
TYPES = frozenset({"jwt", "at+jwt"})

log = structlog.stdlib.get_logger("tenantry.identity")


class BadCredential(Exception):
    """A credential that is no good is never treated as nobody: 401 for the whole request."""


class Keys(Protocol):
    """Where an issuer's public keys come from."""

    async def key(self, kid: str | None) -> AllowedPublicKeys | None: ...

    def holds(self, key: AllowedPublicKeys) -> bool: ...


@dataclass(frozen=True, slots=True, eq=False)
class OneKey:
    """A key from the settings: it takes any `kid`."""

    only: AllowedPublicKeys

    async def key(self, kid: str | None) -> AllowedPublicKeys | None:
        return self.only

    def holds(self, key: AllowedPublicKeys) -> bool:
        return key is self.only


@dataclass(slots=True, eq=False)
class KeySet:
    """A JWKS behind a URL: fetched when first needed, when it is old, and for an unknown `kid` once per cool-down."""

    url: str
    client: httpx.AsyncClient
    keys: dict[str | None, AllowedPublicKeys] = field(default_factory=dict[str | None, AllowedPublicKeys])
    fetched_at: float = -math.inf
    tried_at: float = -math.inf
    line: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def key(self, kid: str | None) -> AllowedPublicKeys | None:
        if self._wanted(kid) is None or monotonic() - self.fetched_at > KEYS_LIVE:
            await self._refresh()
        return self._wanted(kid)

    def holds(self, key: AllowedPublicKeys) -> bool:
        return any(key is held for held in self.keys.values())

    def _wanted(self, kid: str | None) -> AllowedPublicKeys | None:
        """By `kid`; a token without one is the only key's."""
        return next(iter(self.keys.values())) if kid is None and len(self.keys) == 1 else self.keys.get(kid)

    async def _refresh(self) -> None:
        async with self.line:
            if monotonic() - self.tried_at < COOL_DOWN:
                return
            self.tried_at = monotonic()
            try:
                fetched = await self._fetch()
            except (httpx.HTTPError, ValueError, jwt.PyJWTError) as error:
                log.warning("key_set_unavailable", url=self.url, error=type(error).__name__)
                return
            self.keys = {kid: self._same(kid, key) for kid, key in fetched.items()}
            self.fetched_at = monotonic()

    def _same(self, kid: str | None, key: AllowedPublicKeys) -> AllowedPublicKeys:
        """The key object we have already, if it is that key: what was verified with it stays verified."""
        held = self.keys.get(kid)
        return held if held is not None and held == key else key

    async def _fetch(self) -> dict[str | None, AllowedPublicKeys]:
        async with self.client.stream("GET", self.url) as response:
            response.raise_for_status()
            body = b""
            async for part in response.aiter_bytes():
                body += part
                if len(body) > KEY_SET_BYTES:
                    raise ValueError("too large")
        return _signature_keys(jwt.PyJWKSet.from_json(body.decode()))


def _signature_keys(key_set: jwt.PyJWKSet) -> dict[str | None, AllowedPublicKeys]:
    """Only public keys for signatures: a symmetric key in a public set would be a secret that everybody knows."""
    usable = [key for key in key_set.keys if key.key_type != "oct" and key.public_key_use in (None, "sig")]
    return {key.key_id: key.key for key in usable}


@dataclass(frozen=True, slots=True, eq=False)
class Provider:
    """An identity provider and its keys."""

    issuer: str
    audience: str | list[str]
    algorithms: Sequence[str]
    keys: Keys


def provider_of(issuer: Issuer, client: httpx.AsyncClient) -> Provider:
    keys: Keys = OneKey(issuer.key) if issuer.key else KeySet(issuer.jwks_url or "", client)
    return Provider(issuer.issuer, issuer.audience, issuer.algorithms, keys)


def _seconds(payload: JSONObject, name: str, *, required: bool = False) -> int | None:
    """A time claim: a finite number, no text and no truth value."""
    value = payload.get(name)
    if value is None and not required:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
        raise BadCredential(f"its {name} is no time")
    return int(value)


def _text(payload: JSONObject, name: str, longest: int) -> str | None:
    value = payload.get(name)
    return value[:longest] if isinstance(value, str) and value.isprintable() else None


def _address(payload: JSONObject) -> tuple[str, str] | None:
    """The address as written and as compared; one that can't be an address is as good as absent."""
    email = payload.get("email")
    try:
        return (email, address_key(email)) if isinstance(email, str) else None
    except FormatInvalid:
        return None


def claims_of(payload: JSONObject) -> Claims:
    """What a verified token says of its user: only the JSON value true verifies an address."""
    subject = payload.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_LENGTH or not subject.isprintable():
        raise BadCredential("its sub is missing or no subject")
    address = _address(payload)
    return Claims(
        issuer=payload["iss"],
        subject=subject,
        issued_at=_seconds(payload, "iat") or 0,
        email_address=address[0] if address else None,
        address_key=address[1] if address else None,
        email_verified=payload["email_verified"] is True if "email_verified" in payload else None,
        first_name=_text(payload, "given_name", NAME_LENGTH),
        last_name=_text(payload, "family_name", NAME_LENGTH),
        image_url=_text(payload, "picture", IMAGE_LENGTH),
    )


@dataclass(slots=True, eq=False)
class Verified:
    """A token that was verified, kept until it expires or its key leaves the set."""

    claims: Claims
    expires_at: float
    provider: Provider
    key: AllowedPublicKeys


@dataclass(slots=True, eq=False)
class Identity:
    """Tells who calls. Algorithms belong to the configured issuer and are never read from a token."""

    store: Store
    clock: Clock
    providers: dict[str, Provider]
    secret_keys: dict[str, str]
    """Digests of the keys from the settings, by the id they act under."""
    verified: OrderedDict[bytes, Verified] = field(default_factory=OrderedDict[bytes, Verified])

    async def caller(self, authorization: Sequence[str]) -> tuple[Actor | None, Instance]:
        """The actor of the request's Authorization headers, None for nobody, and the instance's settings.

        Raises BadCredential for a credential that is no good, and for more than one.
        """
        if not authorization:
            return None, await self._instance()
        if len(authorization) > 1:
            raise BadCredential("there is more than one Authorization header")
        scheme, _, credential = authorization[0].partition(" ")
        if scheme.lower() != "bearer" or not credential or " " in credential:
            raise BadCredential("write it as Authorization: Bearer <token>")
        if credential.startswith(KEY_PREFIX):
            return await self._service(credential)
        claims = await self._claims(credential)
        return await sign_in(self.store, self.clock, claims, is_sole_issuer=len(self.providers) == 1)

    async def _instance(self) -> Instance:
        async with self.store.read() as connection:
            return (await connection.execute(select(Instance))).one()  # pyright: ignore[reportReturnType]

    async def _service(self, secret: str) -> tuple[Actor, Instance]:
        for key_id, digest in self.secret_keys.items():
            if is_same(secret, digest):
                return Actor(ActorType.SERVICE, key_id), await self._instance()
        found = await sign_in_service(self.store, secret)
        if found is None:
            raise BadCredential("the secret key is unknown or revoked")
        return found

    async def _claims(self, token: str) -> Claims:
        digest = hashlib.sha256(token.encode(errors="replace")).digest()
        known = self.verified.get(digest)
        if known and known.expires_at + LEEWAY > self.clock().timestamp() and known.provider.keys.holds(known.key):
            self.verified.move_to_end(digest)
            return known.claims
        self.verified.pop(digest, None)
        self.verified[digest] = fresh = await self._verify(token)
        if len(self.verified) > CACHED_TOKENS:
            self.verified.popitem(last=False)
        return fresh.claims

    async def _verify(self, token: str) -> Verified:
        header, payload = _unverified(token)
        provider = self.providers.get(payload["iss"]) if isinstance(payload.get("iss"), str) else None
        if provider is None:
            raise BadCredential("its issuer is not one of ours")
        if payload.get("aud") != provider.audience:
            raise BadCredential("it is meant for another audience")
        key = await provider.keys.key(header.get("kid"))
        if key is None:
            raise BadCredential("its key is not one of the issuer's")
        self._check_signature(token, key, provider)
        expires_at = self._check_times(payload)
        return Verified(claims_of(payload), expires_at, provider, key)

    def _check_signature(self, token: str, key: AllowedPublicKeys, provider: Provider) -> None:
        options: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}
        try:
            jwt.decode(token, key=key, algorithms=provider.algorithms, options=options)
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise BadCredential("its signature is not the issuer's") from error

    def _check_times(self, payload: JSONObject) -> int:
        """When it expires; a clock that is off is named in the log, for nobody finds that by looking at tokens."""
        now = self.clock().timestamp()
        expires_at = _seconds(payload, "exp", required=True)
        assert expires_at is not None
        if expires_at + LEEWAY <= now:
            log.info("token_expired", seconds_ago=round(now - expires_at))
            raise BadCredential("it has expired")
        for name in ("nbf", "iat"):
            moment = _seconds(payload, name)
            if moment is not None and moment - LEEWAY > now:
                log.warning("token_from_the_future", claim=name, skew_seconds=round(moment - now), leeway=LEEWAY)
                raise BadCredential(f"its {name} is in the future: do the clocks agree?")
        return expires_at


def _unverified(token: str) -> tuple[JSONObject, JSONObject]:
    """Header and payload, of which nothing is believed yet but where to look for the key."""
    if len(token) > TOKEN_LENGTH:
        raise BadCredential("it is too long")
    try:
        parts = jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise BadCredential("it is no token") from error
    header, payload = parts["header"], parts["payload"]
    if REFUSED_HEADERS & header.keys() or not isinstance(header.get("kid"), (str, type(None))):
        raise BadCredential("its header names a key or an extension that we don't take from a token")
    kind = header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in TYPES:
        raise BadCredential("it is a token of another type")
    return header, payload


def digests(secret_keys: Sequence[str]) -> dict[str, str]:
    """Each key from the settings under an id that stays the same from start to start, and tells nothing of the key."""
    return {f"key_{hashlib.sha256(b'id:' + key.encode()).hexdigest()[:26]}": digest_of(key) for key in secret_keys}
