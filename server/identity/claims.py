"""The user of an identity token, read from the claims that its issuer's settings name."""

from contextlib import suppress

import structlog

from models.base import JSONObject
from models.errors.input import InputError
from models.users import IdentityClaims
from models.validation.addresses import normalize_address
from models.validation.text import check_url, clean_name
from resolvers.users.create import SUBJECT_LENGTH
from server.identity.tokens import InvalidCredential, read_time_claim
from server.settings.issuers import ClaimNames

log = structlog.stdlib.get_logger("tenantry.identity")


def read_identity_claims(payload: JSONObject, names: ClaimNames) -> IdentityClaims:
    """Reads the user from the claims of a verified identity token."""
    subject = payload.get("sub")
    if (
        not isinstance(subject, str)
        or not 0 < len(subject) <= SUBJECT_LENGTH
        or not subject.isprintable()
    ):
        raise InvalidCredential("its sub is missing or invalid")
    address, key, verified = _read_address(payload, names)
    first_name, last_name = _read_names(payload, names)
    return IdentityClaims(
        issuer=payload["iss"],
        subject=subject,
        issued_at=read_time_claim(payload, "iat") or 0,
        email_address=address,
        address_key=key,
        email_verified=verified,
        username=_read_text(payload, names.username),
        first_name=first_name,
        last_name=last_name,
        image_url=_read_image_url(payload, names.picture),
    )


def _log_unusable(payload: JSONObject, claim: str) -> None:
    log.warning("claim unusable", issuer=payload["iss"], claim=claim)


def _read_text(payload: JSONObject, claim: str) -> str | None:
    """Reads a text on one line, without characters that programs interpret instead of showing."""
    value = payload.get(claim)
    cleaned = clean_name(value) if isinstance(value, str) else None
    if value is not None and not cleaned:
        _log_unusable(payload, claim)
    return cleaned


def _read_names(payload: JSONObject, names: ClaimNames) -> tuple[str | None, str | None]:
    """Reads the given and the family name; splits the full name if a token holds neither.

    Some providers put the address into `name`, which is then no name.
    """
    first, last = _read_text(payload, names.given_name), _read_text(payload, names.family_name)
    full = _read_text(payload, names.name)
    if first or last or not full or "@" in full:
        return first, last
    given, _, family = full.rpartition(" ")
    return (given, family) if given else (full, None)


def _read_image_url(payload: JSONObject, claim: str) -> str | None:
    """Reads the picture, unless it is unsafe to show: a `javascript:` link or a `data:` URL."""
    value = payload.get(claim)
    if isinstance(value, str):
        with suppress(InputError):
            return check_url(value.strip())
    if value is not None:
        _log_unusable(payload, claim)
    return None


def _read_address(
    payload: JSONObject, names: ClaimNames
) -> tuple[str | None, str | None, bool | None]:
    """Reads the address as written and as compared, and whether the issuer has verified it.

    Only `true` verifies it, as a JSON value or, as Cognito writes it, as a string. A claim that is
    not an address says that the stored address no longer belongs to the user.
    """
    email, verified = payload.get(names.email), None
    if names.email_verified is True:
        verified = True
    elif names.email_verified in payload:
        word = payload[names.email_verified]
        verified = word is True or word == "true"
    if email is None:
        return None, None, verified
    if isinstance(email, str):
        with suppress(InputError):
            return email.strip(), normalize_address(email.strip()), verified
    _log_unusable(payload, names.email)
    return None, None, False
