"""Ticket keys, which sign invitation tickets and outlive the root secret they were derived from."""

from datetime import datetime, timedelta

from sqlmodel import Field

from models.base import BaseTable, UTCDateTime
from models.invitations import MAXIMUM_DAYS

# No invitation is valid for longer, so no ticket of a retired key can be valid after that.
NEEDED_AFTER = timedelta(days=MAXIMUM_DAYS)


class TicketKey(BaseTable, table=True):
    """The ticket key of one root secret, retired once another secret comes first."""

    fingerprint: str = Field(primary_key=True)
    key: str
    created_at: datetime = Field(sa_type=UTCDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
