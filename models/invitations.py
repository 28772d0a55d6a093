"""Invitations for an email address to join an organization with a role (rules 11 to 22)."""

from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar

from sqlalchemy import ColumnElement, Index, literal_column, text
from sqlmodel import Field, col

from models.base import JSONObject, Record, UTCDateTime, json_column
from models.errors.input import ValueInvalid
from models.validation.text import to_search_text

MAXIMUM_DAYS = 365
# Emails to one address in an hour, from all organizations together.
MAILS_PER_ADDRESS = 10
MAILS_PER_ADDRESS_AND_ORGANIZATION = 3
# Invitations of one organization in an hour; each recipient counts.
INVITATIONS_PER_ORGANIZATION = 250
# Emails that one user sends in an hour, for all organizations together; each recipient counts.
MAILS_PER_INVITER = 250
WINDOW = timedelta(hours=1)


class InvitationStatus(Enum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
    EXPIRED = "expired"
    DECLINED = "declined"


PENDING = InvitationStatus.PENDING.value


class Invitation(Record, table=True):
    __table_args__ = (
        Index(
            "ix_invitation_pending",
            "organization_id",
            "address_key",
            unique=True,
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
        Index(None, "organization_id", "id"),
        Index(None, "organization_id", "status", "expires_at"),
        Index(None, "organization_id", "expires_at", "id"),
        Index(None, "address_key", "id"),
        Index(
            "ix_invitation_domain",
            "organization_id",
            "domain",
            sqlite_where=text("domain IS NOT NULL"),
            postgresql_where=text("domain IS NOT NULL"),
        ),
        Index(
            "ix_invitation_expiry",
            "expires_at",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
    )
    prefix: ClassVar[str] = "orginv"

    organization_id: str = Field(foreign_key="organization.id", ondelete="CASCADE")
    # As typed, which is where the email is sent.
    email_address: str
    # The normalized address, for comparisons.
    address_key: str
    search_text: str = Field(default="", sa_column_kwargs={"server_default": ""})
    # No foreign key: an invitation that is no longer pending outlives its role (see `DeletedRole`).
    role_id: str = Field(index=True)
    # As stored. A pending invitation past `expires_at` is expired, even if that is not stored yet.
    status: str = PENDING
    inviter_id: str | None = Field(
        default=None, foreign_key="user.id", ondelete="SET NULL", index=True
    )
    # The API key that invited, which has no user. No foreign key: the organization has both, and
    # they are deleted with it.
    api_key_id: str | None = None
    # The name of the domain that created it; null if a person or a key invited.
    domain: str | None = None
    # Whether a secret key or a domain invited. It can grant every role for ever; a user or an API
    # key must still be able to grant the role when the invitation is accepted.
    by_service: bool = False
    # Tickets are derived from this and the server's key; a new nonce invalidates the old links.
    nonce: str
    redirect_url: str | None = None
    public_metadata: JSONObject = json_column()
    private_metadata: JSONObject = json_column()
    expires_at: datetime = Field(sa_type=UTCDateTime)
    accepted_by_id: str | None = Field(
        default=None, foreign_key="user.id", ondelete="SET NULL", index=True
    )


# The literal lets a database use the partial indexes. With a parameter, SQLite prepares a statement
# again whenever it runs; only a prepared statement writes its texts as literals by itself.
IS_PENDING = col(Invitation.status) == literal_column(f"'{PENDING}'")


def is_overdue(now: datetime) -> ColumnElement[bool]:
    """Whether an invitation is still stored as pending, but has expired."""
    return IS_PENDING & (col(Invitation.expires_at) <= now)


def make_search_text(email_address: str, address_key: str) -> str:
    """Folds an address for searches; a domain that isn't ASCII is found by its encoding too."""
    return to_search_text(email_address, None if email_address.isascii() else address_key)


def get_status(status: str, expires_at: datetime, now: datetime) -> InvitationStatus:
    """Returns the status as of now: EXPIRED as soon as `expires_at` has passed (rule 13)."""
    if status == PENDING and expires_at <= now:
        return InvitationStatus.EXPIRED
    return InvitationStatus(status)


def settle(invitation: Invitation, status: InvitationStatus, at: datetime) -> None:
    """Settles an invitation that was read as pending under the lock of its organization.

    Whoever changes an invitation holds that lock, so of several calls only one finds it pending.
    """
    invitation.status, invitation.updated_at = status.value, at


def check_expiry_days(days: int) -> int:
    if not 1 <= days <= MAXIMUM_DAYS:
        raise ValueInvalid(f"An invitation must expire after 1 to {MAXIMUM_DAYS} days.")
    return days
