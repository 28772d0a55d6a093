"""Identity and session tokens: their form, their signature, and what they say."""

import jwt

from models.base import JSONObject
from models.errors import InputError
from models.users import IdentityClaims
from models.validation.addresses import normalize_address
from models.validation.text import NAME_LENGTH, check_url
from resolvers.sessions.sign_in import SessionClaims
from resolvers.users import SUBJECT_LENGTH
from server.settings.public_keys import PublicKey

# The last second of the year 9999, in which all calendars end.
LATEST = 253_402_300_799
REFUSED_HEADERS = frozenset({"crit", "jku", "x5u", "jwk", "x5c", "b64"})
TYPES = frozenset({"jwt", "at+jwt"})
SIGNATURES = jwt.PyJWS()


class InvalidCredential(Exception):
    """A credential that is no good is never treated as nobody: 401 for the whole request."""


def read_time_claim(payload: JSONObject, name: str) -> int | None:
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
        issued_at=read_time_claim(payload, "iat") or 0,
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


def decode_unverified(token: str) -> tuple[JSONObject, JSONObject]:
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


def check_signature(token: str, key: PublicKey) -> None:
    """By an algorithm of the key's, whatever the token names."""
    try:
        SIGNATURES.decode(token, key.public, key.algorithms)
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise InvalidCredential("its signature is not the issuer's") from error
