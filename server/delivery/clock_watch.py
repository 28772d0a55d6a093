"""What the workers do about a wall clock that is set: they measure long times by nothing else."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

# Smaller steps back delay a try by no more than this.
TOLERANCE = timedelta(minutes=1)
# A clock that is further ahead of the last known time isn't trusted until it has stayed there.
LEAP = timedelta(days=30)
TRUSTED_AFTER = timedelta(hours=1)

log = structlog.stdlib.get_logger("tenantry.clock")


@dataclass(slots=True)
class SetBack:
    """Notices that the clock was set back, and assumes it for the time before the first look."""

    latest: datetime | None = None

    def is_noticed(self, now: datetime) -> bool:
        return self.latest is None or now < self.latest - TOLERANCE

    def note(self, now: datetime) -> None:
        self.latest = now if self.latest is None or self.is_noticed(now) else max(self.latest, now)


@dataclass(slots=True)
class Leap:
    """Notices that the clock is implausibly far ahead: what is old by it may be new in truth."""

    trusted: datetime | None = None
    since: datetime | None = None

    def is_noticed(self, now: datetime, newest_event: datetime | None) -> bool:
        """Compares the clock with the last time that
        was trusted, or at first with the newest event.
        """
        known = self.trusted or newest_event or now
        if now > known + LEAP:
            if self.since is None or now < self.since:
                log.warning("clock_leapt", days=(now - known).days)
                self.since = now
            if now < self.since + TRUSTED_AFTER:
                return True
        self.trusted, self.since = now, None
        return False
