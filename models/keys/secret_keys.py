"""Secret keys, with which the operator's services authenticate."""

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import ClassVar

from sqlmodel import Field

from models.base import Record, UTCDateTime

KEY_PREFIX = "sk_"
VISIBLE_LENGTH = 15


class SecretKey(Record, table=True):
    prefix: ClassVar[str] = "key"

    name: str
    # The first characters of the key, by which it is looked up and recognized.
    visible: str = Field(unique=True)
    digest: str
    revoked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


def generate_secret() -> str:
    """Generates a key with 256 random bits after its visible part."""
    return f"{KEY_PREFIX}{secrets.token_hex(6)}_{secrets.token_urlsafe(32)}"


def get_visible_part(secret: str) -> str:
    return secret[:VISIBLE_LENGTH]


def compute_digest(secret: str) -> str:
    """Hashes a key; SHA-256 is enough, because a random key is in no dictionary."""
    return hashlib.sha256(secret.encode()).hexdigest()


def matches_digest(secret: str, digest: str) -> bool:
    """Compares in constant time."""
    return hmac.compare_digest(compute_digest(secret), digest)
