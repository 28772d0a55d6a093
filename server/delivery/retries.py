"""When a failed attempt is repeated (docs/rules.md, Delivery)."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# The pause after each failed attempt. The attempt after the last pause is the last one.
MAIL_PAUSES = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
)
WEBHOOK_PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=10),
)
# The longest pause that a receiver can ask for with Retry-After.
LONGEST_RETRY_AFTER = timedelta(hours=24)


def get_pause(pauses: Sequence[timedelta], attempts: int) -> timedelta | None:
    """Returns the pause after that many failed attempts; None if there is no other attempt."""
    return pauses[attempts - 1] if attempts <= len(pauses) else None


def parse_retry_after(retry_after: str | None, now: datetime) -> timedelta:
    """Parses the pause that a Retry-After header asks for, in seconds or until a date.

    It is a day at most, and nothing if the header has no valid value.
    """
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_RETRY_AFTER)
    with suppress(ValueError, OverflowError):
        until = parsedate_to_datetime(text)
        until = until.replace(tzinfo=UTC) if until.tzinfo is None else until
        return max(timedelta(), min(until - now, LONGEST_RETRY_AFTER))
    return timedelta()
