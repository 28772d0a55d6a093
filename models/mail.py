"""Mail: a row for each email to send, written by the transaction that needs the email."""

from datetime import datetime
from enum import Enum
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field

from models.base import Record, UTCDateTime


class MailStatus(Enum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    # The invitation was settled, or sent again, before this email was sent.
    DROPPED = "dropped"


class Mail(Record, table=True):
    __table_args__ = (
        Index(None, "status", "next_attempt_at"),
        Index(None, "address_key", "created_at"),
        Index(None, "invitation_id", "id"),
        Index(None, "inviter_id", "created_at"),
    )
    prefix: ClassVar[str] = "mail"

    # Null after the invitation was deleted. The row stays because the emails to an address are
    # counted by the hour.
    invitation_id: str | None = Field(
        default=None, foreign_key="invitation.id", ondelete="SET NULL"
    )
    organization_id: str
    address_key: str
    # The user who sent it; null for a secret key.
    inviter_id: str | None = None
    # The invitation's nonce when the email was queued: with another one, the link would be dead.
    nonce: str
    status: str = MailStatus.QUEUED.value
    attempts: int = 0
    next_attempt_at: datetime = Field(sa_type=UTCDateTime)
    claimed_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    last_error: str | None = None
    sent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
