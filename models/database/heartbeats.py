"""Heartbeats: how the loops of a process show that they make progress."""

import math
from dataclasses import dataclass
from time import monotonic

# Longer than a turn that has to wait for a lock, and short enough to be noticed within ten seconds.
PATIENCE_SECONDS = 8.0


@dataclass(slots=True, eq=False)
class Heartbeat:
    """The heartbeat of one loop, which beats after every turn and rests while it is idle."""

    name: str
    expected_by: float = math.inf

    def beat(self) -> None:
        self.expected_by = monotonic() + PATIENCE_SECONDS

    def begin(self) -> None:
        """Expects the next beat, unless one is expected already."""
        self.expected_by = min(self.expected_by, monotonic() + PATIENCE_SECONDS)

    def rest(self) -> None:
        self.expected_by = math.inf

    @property
    def is_late(self) -> bool:
        return monotonic() > self.expected_by
