"""Secret keys, with which the operator's services authenticate."""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import JSON
from sqlmodel import Field

from models.base import Record, UTCDateTime, json_column, to_milliseconds
from models.keys.scopes import UNNARROWED, Narrowing, add_implied

KEY_PREFIX = "sk_"
VISIBLE_LENGTH = 15
MAXIMUM_ORGANIZATIONS = 100
# How long it is known that a key used a scope.
USES_KEPT = timedelta(days=30)


class SecretKey(Record, table=True):
    prefix: ClassVar[str] = "key"

    name: str
    # The first characters of the key, by which it is looked up and recognized.
    visible: str = Field(unique=True)
    digest: str
    revoked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    # What the key is narrowed to; null for everything.
    scopes: list[str] | None = Field(default=None, sa_type=JSON(none_as_null=True))  # pyright: ignore[reportArgumentType, reportCallIssue]
    organization_ids: list[str] | None = Field(default=None, sa_type=JSON(none_as_null=True))  # pyright: ignore[reportArgumentType, reportCallIssue]
    last_used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    # When each scope was last used, in Unix milliseconds.
    scope_uses: dict[str, int] = json_column()

    @property
    def narrowing(self) -> Narrowing:
        return make_narrowing(self.scopes, self.organization_ids)


def make_narrowing(
    scopes: Collection[str] | None, organization_ids: Collection[str] | None
) -> Narrowing:
    if scopes is None and organization_ids is None:
        return UNNARROWED
    return Narrowing(
        None if scopes is None else add_implied(scopes),
        None if organization_ids is None else frozenset(organization_ids),
    )


def is_live(key: SecretKey, now: datetime) -> bool:
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > now)


def list_used_scopes(key: SecretKey, now: datetime) -> list[str]:
    """Lists the scopes that the key has used lately."""
    since = to_milliseconds(now - USES_KEPT)
    return sorted(scope for scope, used_at in key.scope_uses.items() if used_at >= since)


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
