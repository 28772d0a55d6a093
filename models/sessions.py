"""Sessions: a user signed in at a frontend, and their active organization (rules 28 and 29)."""

from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field

from models.base import Record, UTCDateTime

LIFETIME = timedelta(days=7)
# How many sessions of one user can be open; one more ends the one that was idle longest.
LIVE_SESSIONS = 100
# `last_active_at` is updated at most this often.
TOUCH_INTERVAL = timedelta(seconds=60)
CHOOSE_ORGANIZATION = "choose-organization"


class SessionStatus(Enum):
    ACTIVE = "active"
    PENDING = "pending"
    ENDED = "ended"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Session(Record, table=True):
    __table_args__ = (Index(None, "user_id", "id"),)
    prefix: ClassVar[str] = "sess"

    user_id: str = Field(foreign_key="user.id", ondelete="CASCADE")
    # The active membership: when it is deleted, the session has no organization (rule 10).
    membership_id: str | None = Field(
        default=None, foreign_key="membership.id", ondelete="SET NULL", index=True
    )
    # `ended` or `revoked`; None if it was not closed, even if it has expired.
    closed_as: str | None = None
    last_active_at: datetime = Field(sa_type=UTCDateTime)
    expires_at: datetime = Field(sa_type=UTCDateTime, index=True)


def is_open(closed_as: str | None, expires_at: datetime, now: datetime) -> bool:
    return closed_as is None and expires_at > now


def get_status(
    closed_as: str | None, expires_at: datetime, now: datetime, *, is_pending: bool
) -> SessionStatus:
    """Returns the status as of now: EXPIRED as soon as `expires_at` has passed.

    `is_pending` says that the user must choose an organization first.
    """
    if closed_as is not None:
        return SessionStatus(closed_as)
    if expires_at <= now:
        return SessionStatus.EXPIRED
    return SessionStatus.PENDING if is_pending else SessionStatus.ACTIVE
