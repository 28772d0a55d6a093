"""The progress of an export or an import."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """What is told: what begins with how many rows, then how many more of them are done."""

    begin: Callable[[str, int], None]
    advance: Callable[[int], None]
