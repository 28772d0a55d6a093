"""Sessions: somebody's stay at a frontend, and the organization they work in (rules 28 and 29)."""

from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field

from models.base import Record, UTCDateTime

LIFETIME = timedelta(days=7)
# As many sessions of one user can be open at once; one more ends the one that was idle longest.
LIVE_SESSIONS = 100
# `last_active_at` is written that often at most.
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
    # The membership that is active: whatever takes it away takes the organization out of the
    # session (rule 10).
    membership_id: str | None = Field(
        default=None, foreign_key="membership.id", ondelete="SET NULL", index=True
    )
    # `ended` or `revoked`; None while nobody closed it, though its time may be over.
    closed_as: str | None = None
    last_active_at: datetime = Field(sa_type=UTCDateTime)
    expires_at: datetime = Field(sa_type=UTCDateTime)


def is_open(closed_as: str | None, expires_at: datetime, now: datetime) -> bool:
    return closed_as is None and expires_at > now


def get_status(
    closed_as: str | None, expires_at: datetime, now: datetime, *, is_pending: bool
) -> SessionStatus:
    """EXPIRED shows at the instant; `is_pending`
    says that an organization has to be chosen first.
    """
    if closed_as is not None:
        return SessionStatus(closed_as)
    if expires_at <= now:
        return SessionStatus.EXPIRED
    return SessionStatus.PENDING if is_pending else SessionStatus.ACTIVE
