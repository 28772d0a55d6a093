"""Webhooks: the endpoints that events are sent to, and a row for each event and endpoint."""

import base64
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, false, text
from sqlmodel import Field

from models.base import Record, UTCDateTime
from models.errors.input import ValueInvalid
from models.events import EventType
from models.keys.encryption import Purpose

PURPOSE = Purpose.WEBHOOK_SECRETS
SECRET_PREFIX = "whsec_"
SECRET_BYTES = 32
MAXIMUM_ENDPOINTS = 50
DISABLED_BY_HAND = "The endpoint was disabled with updateWebhookEndpoint."
# How long an endpoint can fail, without one success, before it is disabled.
DISABLED_AFTER = timedelta(days=5)
# How long the former secret also signs after a rotation.
ROTATION_OVERLAP = timedelta(hours=24)


class DeliveryStatus(Enum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


PENDING = DeliveryStatus.PENDING.value


class WebhookEndpoint(Record, table=True):
    prefix: ClassVar[str] = "whep"

    url: str
    description: str | None = None
    # The names of the events that it is sent; null for all.
    types: list[str] | None = Field(default=None, sa_type=JSON(none_as_null=True))  # pyright: ignore[reportArgumentType, reportCallIssue]
    enabled: bool = True
    disabled_reason: str | None = None
    # Encrypted under a key derived from the root secret.
    secret: str
    previous_secret: str | None = None
    previous_signs_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    # Its position in the log: the deliveries of later events aren't created yet.
    cursor: int = Field(
        sa_column=Column(Integer().with_variant(BigInteger(), "postgresql"), nullable=False)
    )
    # The first failure since the last success.
    failing_since: datetime | None = Field(default=None, sa_type=UTCDateTime)


class WebhookDelivery(Record, table=True):
    __table_args__ = (
        Index(None, "endpoint_id", "event_cursor", unique=True),
        Index(None, "endpoint_id", "id"),
        Index(None, "event_cursor"),
        Index(
            "ix_webhook_delivery_due",
            "endpoint_id",
            "next_attempt_at",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
    )
    prefix: ClassVar[str] = "whdl"

    endpoint_id: str = Field(foreign_key="webhook_endpoint.id", ondelete="CASCADE")
    # A delivery is deleted with its event.
    event_cursor: int = Field(
        sa_column=Column(
            Integer().with_variant(BigInteger(), "postgresql"),
            ForeignKey("event.cursor", ondelete="CASCADE"),
            nullable=False,
        )
    )
    status: str = PENDING
    attempts: int = 0
    # Null if there is no other attempt.
    next_attempt_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    claimed_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    last_status_code: int | None = None
    last_error: str | None = None
    last_attempt_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    # A replay was requested after the last claim: it begins when the attempt under way has ended.
    is_replay_due: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


def generate_secret() -> str:
    """Generates a secret in the format of Standard Webhooks, which encodes the signing key."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def check_types(types: Collection[str] | None) -> list[str] | None:
    """Returns the names of the types, each once and in the order of the enum; None for all.

    Raises ValueInvalid if a name is unknown, or if there are none.
    """
    if types is None:
        return None
    known = {type.value for type in EventType}
    unknown = sorted(set(types) - known)
    if unknown:
        raise ValueInvalid(
            f"Unknown types of events: {', '.join(repr(name[:80]) for name in unknown)}."
        )
    if not types:
        raise ValueInvalid(
            "The list of types must not be empty. Leave it out, or give null, to send all types."
        )
    return [type.value for type in EventType if type.value in types]
