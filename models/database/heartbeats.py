"""Heartbeats: they show whether the loops of a process make progress."""

import math
from dataclasses import dataclass
from time import monotonic

# Longer than a turn that waits for a lock, and short enough to be noticed within ten seconds.
PATIENCE_SECONDS = 8.0


@dataclass(slots=True, eq=False)
class Heartbeat:
    """The heartbeat of a loop: it beats after each turn, and rests while there is nothing to do."""

    name: str
    expected_by: float = math.inf

    def beat(self) -> None:
        """Shows that a turn has ended, and expects the end of the next one."""
        self.expected_by = monotonic() + PATIENCE_SECONDS

    def begin(self) -> None:
        """Expects a beat, unless one is expected already."""
        self.expected_by = min(self.expected_by, monotonic() + PATIENCE_SECONDS)

    def rest(self) -> None:
        """Expects no beat until the next call of `beat` or `begin`."""
        self.expected_by = math.inf

    @property
    def is_late(self) -> bool:
        return monotonic() > self.expected_by
