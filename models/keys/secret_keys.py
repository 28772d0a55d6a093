"""Secret keys: what services of the instance's owner call with."""

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
    # The first letters of the key, by which it is looked up and recognised.
    visible: str = Field(unique=True)
    digest: str
    revoked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


def generate_secret() -> str:
    """A key with 256 random bits behind its visible part."""
    return f"{KEY_PREFIX}{secrets.token_hex(6)}_{secrets.token_urlsafe(32)}"


def get_visible_part(secret: str) -> str:
    return secret[:VISIBLE_LENGTH]


def compute_digest(secret: str) -> str:
    """SHA-256 is enough: a key is random, there is nothing to guess from a dictionary."""
    return hashlib.sha256(secret.encode()).hexdigest()


def matches_digest(secret: str, digest: str) -> bool:
    """In constant time."""
    return hmac.compare_digest(compute_digest(secret), digest)
