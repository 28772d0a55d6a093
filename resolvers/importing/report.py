"""What an import has done, and what it has refused."""

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum

from resolvers.importing.records import Kind, Place


class Outcome(Enum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Problem:
    """A line of the report: why a record is refused or, as a warning, how it differs here."""

    place: Place
    code: str
    message: str
    is_warning: bool = False

    def __str__(self) -> str:
        return f"{self.place} {self.code} {self.message}"


@dataclass(slots=True)
class Report:
    problems: list[Problem] = field(default_factory=list[Problem])
    counts: Counter[tuple[Kind, Outcome]] = field(default_factory=Counter[tuple[Kind, Outcome]])
    # What the source has that isn't imported, such as passwords.
    left: Counter[str] = field(default_factory=Counter[str])

    @property
    def refused(self) -> int:
        return sum(self.count(outcome=Outcome.REFUSED).values())

    def count(self, outcome: Outcome) -> Counter[Kind]:
        """Counts the records of each kind with this outcome."""
        return Counter({kind: n for (kind, one), n in self.counts.items() if one is outcome})

    def add(self, other: "Report") -> None:
        self.problems += other.problems
        self.counts += other.counts
        self.left += other.left
