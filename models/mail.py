"""Mail: a row per letter to be sent, written in the transaction that wants it sent."""

from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field

from models.base import Record, UTCDateTime

# How long after each failure the next try comes (rule 21); after the last one it has failed.
RETRY_DELAYS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
)
# How long a worker that took a letter has for it; then another one may take it.
#
# Longer than sending takes and the clocks of two machines differ together, or a letter would go out
# twice.
LEASE = timedelta(minutes=10)


class MailStatus(Enum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    # The invitation was settled, or sent again, before this letter went out.
    DROPPED = "dropped"


class Mail(Record, table=True):
    __table_args__ = (
        Index(None, "status", "next_attempt_at"),
        Index(None, "address_key", "created_at"),
        Index(None, "invitation_id", "id"),
    )
    prefix: ClassVar[str] = "mail"

    # Null once the invitation is gone: the row stays, for letters to an address are counted by the
    # hour.
    invitation_id: str | None = Field(
        default=None, foreign_key="invitation.id", ondelete="SET NULL"
    )
    organization_id: str
    address_key: str
    # The invitation's at the time: a letter with an older one would carry a dead link.
    nonce: str
    status: str = MailStatus.QUEUED.value
    attempts: int = 0
    next_attempt_at: datetime = Field(sa_type=UTCDateTime)
    claimed_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    last_error: str | None = None
    sent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


def get_retry_delay(attempts: int) -> timedelta | None:
    """The pause before the next try; None when that was the last."""
    return RETRY_DELAYS[attempts - 1] if attempts <= len(RETRY_DELAYS) else None
