"""Suggestions to join an organization, and the requests that come from them (rules 37 to 39)."""

from enum import Enum
from typing import ClassVar

from sqlalchemy import Index, text
from sqlmodel import Field

from models.base import Record


class SuggestionStatus(Enum):
    PENDING = "pending"
    ACCEPTED = "accepted"


class MembershipRequestStatus(Enum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class OrganizationSuggestion(Record, table=True):
    __table_args__ = (
        Index(None, "user_id", "id"),
        Index(None, "organization_id", "domain", "status"),
    )
    prefix: ClassVar[str] = "orgsug"

    organization_id: str = Field(foreign_key="organization.id", ondelete="CASCADE")
    user_id: str = Field(foreign_key="user.id", ondelete="CASCADE")
    # The name of the domain that created it.
    domain: str
    status: str = SuggestionStatus.PENDING.value


class MembershipRequest(Record, table=True):
    __table_args__ = (
        Index(
            "ix_membership_request_pending",
            "organization_id",
            "user_id",
            unique=True,
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
        Index(None, "organization_id", "id"),
        Index(None, "user_id", "id"),
    )
    prefix: ClassVar[str] = "orgmreq"

    organization_id: str = Field(foreign_key="organization.id", ondelete="CASCADE")
    user_id: str = Field(foreign_key="user.id", ondelete="CASCADE")
    status: str = MembershipRequestStatus.PENDING.value
    decided_by_id: str | None = Field(
        default=None, foreign_key="user.id", ondelete="SET NULL", index=True
    )
