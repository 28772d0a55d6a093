"""The progress of an export or an import."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """What is called when something begins, with the number of rows, and when more of them are done."""

    begin: Callable[[str, int], None]
    advance: Callable[[int], None]
