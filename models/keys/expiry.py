"""When keys expire (rules 88 and 92)."""

from datetime import datetime, timedelta

from models.errors.input import ValueInvalid

MAXIMUM_DAYS = 365


def compute_expiry(now: datetime, days: int | None, what: str) -> datetime | None:
    """Returns when a key expires after these days; None, never. Raises ValueInvalid.

    `what` begins the sentence of the error, such as `An API key`.
    """
    if days is None:
        return None
    if not 1 <= days <= MAXIMUM_DAYS:
        raise ValueInvalid(f"{what} must expire after 1 to {MAXIMUM_DAYS} days, or never.")
    return now + timedelta(days=days)
