"""Identity and session tokens: their form, signature, and times."""

import jwt

from models.base import JSONObject
from resolvers.sessions.sign_in import SessionClaims
from server.settings.public_keys import PublicKey

# The last second of the year 9999, in which all calendars end.
LATEST = 253_402_300_799
REFUSED_HEADERS = frozenset({"crit", "jku", "x5u", "jwk", "x5c", "b64"})
# Media types, whose prefix `application/` can be left out (RFC 7515, 4.1.9). `at+jwt` is an access
# token (RFC 9068).
TYPES = frozenset({"jwt", "at+jwt", "application/jwt", "application/at+jwt"})
SIGNATURES = jwt.PyJWS()


class InvalidCredential(Exception):
    """Rejects the whole request with 401; an invalid credential never counts as anonymous."""


def read_time_claim(payload: JSONObject, name: str) -> int | None:
    """Reads a time claim, which must be a number, not a string or a boolean."""
    value = payload.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= LATEST:
        raise InvalidCredential(f"its {name} is not a valid time")
    return int(value)


def to_session_claims(payload: JSONObject) -> SessionClaims:
    """Reads the claims of a verified session token; its organization is only a default."""
    subject, session_id = payload.get("sub"), payload.get("sid")
    if not isinstance(subject, str) or not isinstance(session_id, str):
        raise InvalidCredential("it has no session")
    organization: JSONObject = payload.get("o") or {}
    return SessionClaims(session_id, subject, organization.get("id") or payload.get("org_id"))


def decode_unverified(token: str) -> tuple[JSONObject, JSONObject]:
    """Decodes header and payload, which serve only to find the key until they are verified."""
    try:
        parts = jwt.decode_complete(token, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise InvalidCredential("it is not a valid token") from error
    header, payload = parts["header"], parts["payload"]
    if REFUSED_HEADERS & header.keys():
        raise InvalidCredential("its header has a key or an extension that is not allowed")
    kind = header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in TYPES:
        raise InvalidCredential("its type is wrong")
    return header, payload


def check_signature(token: str, key: PublicKey) -> None:
    """Checks the signature by an algorithm of the key, whichever one the token names."""
    try:
        SIGNATURES.decode(token, key.public, key.algorithms)
    except jwt.PyJWTError as error:
        raise InvalidCredential("its signature is invalid") from error
