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
    _warnings: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    @property
    def refused(self) -> int:
        return sum(n for (_, one), n in self.counts.items() if one is Outcome.REFUSED)

    def number(self, kind: Kind) -> int:
        """Counts the records of a kind."""
        return sum(n for (one, _), n in self.counts.items() if one is kind)

    def add(self, other: "Report") -> None:
        """Adds the report of a batch, without warnings that another batch has given already."""
        for problem in other.problems:
            warning = problem.code, problem.message
            if problem.is_warning and warning in self._warnings:
                continue
            self._warnings.add(warning)
            self.problems.append(problem)
        self.counts += other.counts
        self.left += other.left
