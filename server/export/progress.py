"""The progress of an export or an import."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """What is called when something begins, and when more rows of it are done."""

    begin: Callable[[str, int], None]
    advance: Callable[[int], None]
