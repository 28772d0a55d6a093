"""Features, plans and subscriptions: what an organization or a user can use (rules 41 to 50)."""

import re
from datetime import datetime
from enum import Enum
from typing import ClassVar

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlmodel import Field

from models.base import BaseTable, JSONObject, Record, UTCDateTime, json_column
from models.errors.input import FormatInvalid, TooLong, ValueInvalid
from models.roles import FEATURE_LENGTH, SYSTEM_PREFIX

# Without `:` and `,`, which separate features in session tokens (rule 41).
KEY = re.compile(r"[a-z0-9_-]{1,64}", re.ASCII)
KEY_LENGTH = FEATURE_LENGTH
SYSTEM_FEATURE = SYSTEM_PREFIX.removeprefix("org:")
LARGEST_SEATS = 2_000_000_000
PRICES = 50
PRICE_LENGTH = 255


class PayerType(Enum):
    ORGANIZATION = "organization"
    USER = "user"


class SubscriptionStatus(Enum):
    ACTIVE = "active"
    TRIALING = "trialing"
    PAST_DUE = "past_due"
    INCOMPLETE = "incomplete"
    CANCELED = "canceled"
    ENDED = "ended"


class SubscriptionSource(Enum):
    MANUAL = "manual"
    STRIPE = "stripe"


# The statuses in which a plan is in force, besides CANCELED until the end of the period (rule 42).
IN_FORCE = ("active", "trialing", "past_due")
IS_LIVE = text("status <> 'ended'")


class Feature(Record, table=True):
    prefix: ClassVar[str] = "feat"

    key: str = Field(unique=True)
    name: str
    description: str | None = None


class Plan(Record, table=True):
    __table_args__ = (
        Index(
            "ix_plan_default",
            "payer_type",
            unique=True,
            sqlite_where=text("is_default"),
            postgresql_where=text("is_default"),
        ),
    )
    prefix: ClassVar[str] = "plan"

    key: str = Field(unique=True)
    name: str
    description: str | None = None
    payer_type: str = PayerType.ORGANIZATION.value
    is_default: bool = False
    publicly_visible: bool = True
    # Null if the plan doesn't limit seats.
    seat_limit: int | None = None
    plan_metadata: JSONObject = json_column()
    stripe_prices: list[str] = Field(default_factory=list[str], sa_type=JSON)


class PlanFeature(BaseTable, table=True):
    plan_id: str = Field(primary_key=True, foreign_key="plan.id", ondelete="CASCADE")
    feature_id: str = Field(
        primary_key=True, foreign_key="feature.id", ondelete="RESTRICT", index=True
    )


class PlanSubscription(Record, table=True):
    __table_args__ = (
        CheckConstraint("(organization_id IS NULL) <> (user_id IS NULL)", name="one_payer"),
        # One that hasn't ended for each payer, so that it is certain which plan is in force.
        Index(
            "ix_plan_subscription_live_organization",
            "organization_id",
            unique=True,
            sqlite_where=IS_LIVE,
            postgresql_where=IS_LIVE,
        ),
        Index(
            "ix_plan_subscription_live_user",
            "user_id",
            unique=True,
            sqlite_where=IS_LIVE,
            postgresql_where=IS_LIVE,
        ),
        Index(None, "organization_id", "id"),
        Index(None, "user_id", "id"),
        Index(None, "plan_id", "id"),
    )
    prefix: ClassVar[str] = "sub"

    organization_id: str | None = Field(
        default=None, foreign_key="organization.id", ondelete="CASCADE"
    )
    user_id: str | None = Field(default=None, foreign_key="user.id", ondelete="CASCADE")
    plan_id: str = Field(foreign_key="plan.id", ondelete="RESTRICT")
    status: str
    # Null if the limit of the plan applies.
    seats: int | None = None
    source: str = SubscriptionSource.MANUAL.value
    external_id: str | None = Field(default=None, index=True)
    started_at: datetime = Field(sa_type=UTCDateTime)
    period_ends_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


def is_in_force(status: str, period_ends_at: datetime | None, now: datetime) -> bool:
    """Whether a subscription with this status gives its plan to the payer now (rule 42)."""
    if status == SubscriptionStatus.CANCELED.value:
        return period_ends_at is not None and period_ends_at > now
    return status in IN_FORCE


def check_plan_key(key: str) -> str:
    """Checks the key of a plan or a feature (rule 41)."""
    if len(key) > KEY_LENGTH:
        raise TooLong(f"The key must have at most {KEY_LENGTH} characters.", limit=KEY_LENGTH)
    if not KEY.fullmatch(key):
        raise FormatInvalid(
            f"{key!r} is not a valid key. Use only a-z, 0-9, underscores, and hyphens."
        )
    return key


def check_feature_key(key: str) -> str:
    check_plan_key(key)
    if key.startswith(SYSTEM_FEATURE):
        raise FormatInvalid(
            f"Keys that start with {SYSTEM_FEATURE} are reserved for system permissions."
        )
    return key


def check_seats(seats: int | None, what: str) -> int | None:
    if seats is not None and not 1 <= seats <= LARGEST_SEATS:
        raise ValueInvalid(f"{what} must be from 1 to {LARGEST_SEATS:,}, or null.")
    return seats


def check_prices(prices: list[str]) -> list[str]:
    """Checks the IDs of a plan's prices at Stripe; returns them sorted and each once."""
    if len(prices) > PRICES:
        raise ValueInvalid(f"A plan can have at most {PRICES} prices.", limit=PRICES)
    for price in prices:
        if not re.fullmatch(rf"[A-Za-z0-9_]{{1,{PRICE_LENGTH}}}", price):
            raise FormatInvalid(
                f"{price[:80]!r} is not the ID of a price. Write it like price_1AbC."
            )
    return sorted(set(prices))
