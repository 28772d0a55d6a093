"""Domains of organizations, the proofs that they belong to them, and who they enroll."""

from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from models.base import BaseTable, Record, UTCDateTime
from models.instance import EnrollmentMode

CODE_LIFETIME = timedelta(minutes=10)
CODE_ATTEMPTS = 3
# Codes for one domain of an organization in an hour, whatever the addresses.
CODES_PER_DOMAIN = 3
# How long after a code the next one can be sent.
CODE_PAUSE = timedelta(seconds=30)
RECORD_LIFETIME = timedelta(days=7)
RECORD_LABEL = "_tenantry"
RECORD_PREFIX = "tenantry-domain-verification="
# How long after a DNS lookup the next one can follow.
LOOKUP_PAUSE = timedelta(seconds=5)
# How long after a mode is switched on users are looked for once more: the transactions that didn't
# see the new mode have ended by then.
RECHECK_AFTER = timedelta(minutes=1)
MANUAL = EnrollmentMode.MANUAL_INVITATION.value


class VerificationStatus(Enum):
    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    FAILED = "failed"
    EXPIRED = "expired"


class VerificationStrategy(Enum):
    EMAIL_CODE = "email_code"
    TXT = "txt"
    MANUAL_OVERRIDE = "manual_override"


class OrganizationDomain(Record, table=True):
    __table_args__ = (
        UniqueConstraint("organization_id", "name"),
        Index(None, "organization_id", "id"),
        Index(None, "name"),
        Index(
            "ix_organization_domain_due",
            "enrollment_due_at",
            sqlite_where=text("enrollment_due_at IS NOT NULL"),
            postgresql_where=text("enrollment_due_at IS NOT NULL"),
        ),
    )
    prefix: ClassVar[str] = "orgdmn"

    organization_id: str = Field(foreign_key="organization.id", ondelete="CASCADE")
    # In lower-case ASCII.
    name: str
    enrollment_mode: str = MANUAL
    # Whether it holds the claim of its name.
    verified: bool = False
    # The address that a code was sent to, or that of the manager who needed none.
    affiliation_email_address: str | None = None
    # The code is derived from this and a key of the server; null if none is open.
    affiliation_nonce: str | None = None
    affiliation_attempts: int = 0
    affiliation_sent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    affiliation_expires_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    affiliation_verified_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    # A value of `VerificationStrategy`; null until the proof has begun.
    ownership_strategy: str | None = None
    # The text of the record is derived from this and a key of the server.
    ownership_nonce: str | None = None
    ownership_attempts: int = 0
    ownership_looked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    ownership_expires_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    ownership_verified_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    # While it is set, the worker looks for users to enroll who are there already.
    enrollment_started_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    enrollment_due_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class ClaimKind(Enum):
    DOMAIN = "domain"
    ENTERPRISE_CONNECTION = "enterprise_connection"


class DomainClaim(BaseTable, table=True):
    """Who holds a name: a verified domain, or an active enterprise connection.

    Both need the row, so that no two can hold a name, whatever the races (rule 32).
    """

    name: str = Field(primary_key=True)
    kind: str
    # The ID of the domain or of the connection.
    holder: str
    organization_id: str = Field(foreign_key="organization.id", ondelete="CASCADE", index=True)


class DomainEnrollment(BaseTable, table=True):
    """A user whom a domain has enrolled, or found to be a member: it happens once (rule 37).

    By name, so that a domain that is deleted and added again doesn't email everyone again.
    """

    organization_id: str = Field(
        primary_key=True, foreign_key="organization.id", ondelete="CASCADE"
    )
    # The name of the domain.
    domain: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True, foreign_key="user.id", ondelete="CASCADE", index=True)
    created_at: datetime = Field(sa_type=UTCDateTime)


def get_affiliation_status(domain: OrganizationDomain, now: datetime) -> VerificationStatus:
    if domain.affiliation_verified_at:
        return VerificationStatus.VERIFIED
    if domain.affiliation_attempts >= CODE_ATTEMPTS:
        return VerificationStatus.FAILED
    return _get_open_status(domain.affiliation_expires_at, now)


def get_ownership_status(domain: OrganizationDomain, now: datetime) -> VerificationStatus:
    if domain.ownership_verified_at:
        return VerificationStatus.VERIFIED
    return _get_open_status(domain.ownership_expires_at, now)


def _get_open_status(expires_at: datetime | None, now: datetime) -> VerificationStatus:
    is_over = expires_at is not None and expires_at <= now
    return VerificationStatus.EXPIRED if is_over else VerificationStatus.UNVERIFIED


def make_record_name(domain: str) -> str:
    return f"{RECORD_LABEL}.{domain}"


def lose_name(domain: OrganizationDomain, at: datetime) -> None:
    """Makes the domain an unverified one, after another organization has proven its ownership."""
    domain.verified = False
    domain.affiliation_nonce = domain.affiliation_expires_at = None
    domain.affiliation_verified_at = domain.ownership_verified_at = None
    domain.affiliation_attempts = 0
    domain.ownership_strategy = domain.ownership_nonce = domain.ownership_expires_at = None
    domain.enrollment_mode = MANUAL
    domain.enrollment_started_at = domain.enrollment_due_at = None
    domain.updated_at = at


def start_enrollment(domain: OrganizationDomain, mode: str, at: datetime) -> None:
    """Sets the mode; unless it is that of manual invitations, the worker enrolls users by it."""
    domain.enrollment_mode = mode
    domain.enrollment_started_at = domain.enrollment_due_at = None if mode == MANUAL else at
