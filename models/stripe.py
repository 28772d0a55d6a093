"""What Stripe has reported: events, customers, and subscriptions (rules 49 and 50)."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, text
from sqlmodel import Field

from models.base import BaseTable, UTCDateTime

IDLE, PENDING = "idle", "pending"
IS_PENDING = text("status = 'pending'")
# The statuses of a subscription at Stripe that are over; an incomplete one can still be paid.
OVER = frozenset({"canceled", "unpaid", "paused", "incomplete_expired"})


class StripeEvent(BaseTable, table=True):
    """An event that was received: it counts once, however often Stripe sends it."""

    id: str = Field(primary_key=True)
    received_at: datetime = Field(sa_type=UTCDateTime, index=True)


class StripeCustomer(BaseTable, table=True):
    """A customer, bound to the organization that its first known subscription named."""

    id: str = Field(primary_key=True)
    organization_id: str = Field(foreign_key="organization.id", ondelete="CASCADE", index=True)


class StripeSubscription(BaseTable, table=True):
    """The state of a subscription that was read or reported last, and when to read it again."""

    __table_args__ = (
        Index(
            "ix_stripe_subscription_due",
            "next_attempt_at",
            sqlite_where=IS_PENDING,
            postgresql_where=IS_PENDING,
        ),
    )

    id: str = Field(primary_key=True)
    updated_at: datetime = Field(sa_type=UTCDateTime)
    # The queue: a row is pending until it has been read since the last event about it.
    status: str = PENDING
    attempts: int = 0
    next_attempt_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    claimed_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    # The number of events: one that arrives during a reading makes another reading due.
    events: int = 0
    # The state at Stripe, null before the first reading; and when that was.
    customer_id: str | None = Field(default=None, index=True)
    state: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))  # pyright: ignore[reportArgumentType, reportCallIssue]
    read_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    # When the event was created whose state this is, in Unix seconds, if states come from events.
    stated_at: int = Field(default=0, sa_type=BigInteger)
    # Why the state could not be applied, for `tenantry doctor`.
    problem: str | None = Field(default=None, index=True)
