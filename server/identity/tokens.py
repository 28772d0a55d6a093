"""Identity and session tokens: their form, signature and claims."""

import jwt

from models.base import JSONObject
from models.errors import InputError
from models.users import IdentityClaims
from models.validation.addresses import normalize_address
from models.validation.text import check_url, clean_name
from resolvers.sessions.sign_in import SessionClaims
from resolvers.users import SUBJECT_LENGTH
from server.settings.public_keys import PublicKey

# The last second of the year 9999, in which all calendars end.
LATEST = 253_402_300_799
REFUSED_HEADERS = frozenset({"crit", "jku", "x5u", "jwk", "x5c", "b64"})
TYPES = frozenset({"jwt", "at+jwt"})
SIGNATURES = jwt.PyJWS()


class InvalidCredential(Exception):
    """Rejects the whole request with 401; an invalid credential never counts as anonymous."""


def read_time_claim(payload: JSONObject, name: str) -> int | None:
    """Reads a time claim, which must be a number, not a string or a boolean."""
    value = payload.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= LATEST:
        raise InvalidCredential(f"its {name} is no time")
    return int(value)


def _read_text(payload: JSONObject, name: str) -> str | None:
    value = payload.get(name)
    return clean_name(value) if isinstance(value, str) else None


def _read_image_url(payload: JSONObject) -> str | None:
    """Reads the picture, unless it is unsafe to show: a `javascript:` link or a `data:` URL."""
    value = payload.get("picture")
    try:
        return check_url(value) if isinstance(value, str) else None
    except InputError:
        return None


def _read_address(payload: JSONObject) -> tuple[str | None, str | None, bool | None]:
    """Reads the address as written and as compared, and whether the issuer has verified it.

    Only the JSON value true verifies it. A claim that is not an address says that the stored
    address no longer belongs to the user.
    """
    email = payload.get("email")
    verified = payload["email_verified"] is True if "email_verified" in payload else None
    if email is None:
        return None, None, verified
    if not isinstance(email, str):
        return None, None, False
    try:
        return email, normalize_address(email), verified
    except InputError:
        return None, None, False


def to_identity_claims(payload: JSONObject) -> IdentityClaims:
    """Reads the user from the claims of a verified identity token."""
    subject = payload.get("sub")
    if (
        not isinstance(subject, str)
        or not 0 < len(subject) <= SUBJECT_LENGTH
        or not subject.isprintable()
    ):
        raise InvalidCredential("its sub is missing or no subject")
    address, key, verified = _read_address(payload)
    return IdentityClaims(
        issuer=payload["iss"],
        subject=subject,
        issued_at=read_time_claim(payload, "iat") or 0,
        email_address=address,
        address_key=key,
        email_verified=verified,
        first_name=_read_text(payload, "given_name"),
        last_name=_read_text(payload, "family_name"),
        image_url=_read_image_url(payload),
    )


def to_session_claims(payload: JSONObject) -> SessionClaims:
    """Reads the claims of a verified session token; its organization is only a default."""
    subject, session_id = payload.get("sub"), payload.get("sid")
    if not isinstance(subject, str) or not isinstance(session_id, str):
        raise InvalidCredential("it names no session")
    organization: JSONObject = payload.get("o") or {}
    return SessionClaims(session_id, subject, organization.get("id") or payload.get("org_id"))


def decode_unverified(token: str) -> tuple[JSONObject, JSONObject]:
    """Decodes header and payload, which serve only to find the key until they are verified."""
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
    """Checks the signature by an algorithm of the key, whichever one the token names."""
    try:
        SIGNATURES.decode(token, key.public, key.algorithms)
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise InvalidCredential("its signature is not the issuer's") from error
