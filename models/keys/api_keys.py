"""API keys: what the programs of one organization authenticate with (rules 90 to 93)."""

import secrets
import string
from binascii import crc32
from datetime import datetime
from enum import Enum
from typing import ClassVar

from sqlalchemy import ColumnElement, Index, and_, or_
from sqlmodel import Field, col

from models.base import BaseTable, JSONObject, Record, UTCDateTime, json_column
from models.errors.input import TooLong
from models.validation.characters import clean_line
from models.validation.text import ensure_readable

KEY_PREFIX = "ak_"
CHECKSUM_LENGTH = 6
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
LIVE_KEYS = 50
REASON_LENGTH = 256


class ApiKey(Record, table=True):
    prefix: ClassVar[str] = "apik"
    __table_args__ = (Index(None, "organization_id", "id"),)

    organization_id: str = Field(foreign_key="organization.id", ondelete="CASCADE")
    name: str
    description: str | None = None
    # The first characters of the key, by which it is looked up and recognized.
    visible: str = Field(unique=True)
    digest: str
    claims: JSONObject = json_column()
    created_by_id: str | None = Field(
        default=None, foreign_key="user.id", ondelete="SET NULL", index=True
    )
    expires_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    revocation_reason: str | None = None


class ApiKeyPermission(BaseTable, table=True):
    """A permission that a key was granted; deleted with the key, or with the permission."""

    api_key_id: str = Field(primary_key=True, foreign_key="api_key.id", ondelete="CASCADE")
    permission_id: str = Field(
        primary_key=True, foreign_key="permission.id", ondelete="CASCADE", index=True
    )


class ApiKeyFault(Enum):
    """Why a key isn't valid; the values are codes of the API."""

    NOT_FOUND = "api_key_not_found"
    REVOKED = "api_key_revoked"
    EXPIRED = "api_key_expired"


def generate_secret() -> str:
    """Generates a key with 256 random bits, and a checksum by which scanners recognize it."""
    secret = f"{KEY_PREFIX}{secrets.token_hex(6)}_{secrets.token_urlsafe(32)}"
    return secret + compute_checksum(secret)


def compute_checksum(text: str) -> str:
    """Computes the CRC-32 of a text, as six digits in base 62."""
    number, digits = crc32(text.encode()), ""
    for _ in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, len(BASE62))
        digits = BASE62[digit] + digits
    return digits


def is_live_at(now: datetime) -> ColumnElement[bool]:
    """Whether a key has been neither revoked nor expired."""
    return and_(
        col(ApiKey.revoked_at).is_(None),
        or_(col(ApiKey.expires_at).is_(None), col(ApiKey.expires_at) > now),
    )


def find_fault(
    revoked_at: datetime | None, expires_at: datetime | None, now: datetime
) -> ApiKeyFault | None:
    """Finds the reason why a key isn't valid; None for a valid key."""
    if revoked_at is not None:
        return ApiKeyFault.REVOKED
    if expires_at is not None and expires_at <= now:
        return ApiKeyFault.EXPIRED
    return None


def check_reason(reason: str | None) -> str | None:
    """Checks and cleans the reason why a key is revoked."""
    if reason is None:
        return None
    ensure_readable(reason.strip(), "The reason")
    cleaned = clean_line(reason.strip())
    if len(cleaned) > REASON_LENGTH:
        raise TooLong(
            f"The reason must have at most {REASON_LENGTH} characters.", limit=REASON_LENGTH
        )
    return cleaned or None
