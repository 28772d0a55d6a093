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


class MailKind(Enum):
    INVITATION = "invitation"
    # The code that proves a mailbox at a domain.
    DOMAIN_CODE = "domain_code"
    # Another organization has proven that it owns the domain.
    DOMAIN_LOST = "domain_lost"
    # Somebody asks to become a member.
    MEMBERSHIP_REQUEST = "membership_request"


class Mail(Record, table=True):
    __table_args__ = (
        Index(None, "status", "next_attempt_at"),
        Index(None, "address_key", "created_at"),
        Index(None, "invitation_id", "id"),
        Index(None, "inviter_id", "created_at"),
        Index(None, "organization_id", "kind", "created_at"),
    )
    prefix: ClassVar[str] = "mail"

    kind: str = Field(
        default=MailKind.INVITATION.value,
        sa_column_kwargs={"server_default": MailKind.INVITATION.value},
    )
    # Null after the invitation was deleted, and for other kinds. The row stays because the emails
    # to an address are counted by the hour.
    invitation_id: str | None = Field(
        default=None, foreign_key="invitation.id", ondelete="SET NULL"
    )
    # The name of the domain that the email is about.
    domain: str | None = None
    # The user who gets it, unless its kind says otherwise.
    recipient_id: str | None = Field(
        default=None, foreign_key="user.id", ondelete="SET NULL", index=True
    )
    organization_id: str
    address_key: str
    # The user or the API key that sent it; null for a secret key.
    inviter_id: str | None = None
    # The nonce of the invitation or the code when the email was queued: with another one, the link
    # or the code would be invalid.
    nonce: str
    status: str = MailStatus.QUEUED.value
    attempts: int = 0
    next_attempt_at: datetime = Field(sa_type=UTCDateTime)
    claimed_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    last_error: str | None = None
    sent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
