"""What an import reads from: a source yields records, and problems in place of broken ones."""

from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from models.errors.input import InputError
from resolvers.importing.records import Kind, Place, Record
from resolvers.importing.report import Problem


class Source(Protocol):
    # What the source has that isn't imported; `read` counts it.
    left: Counter[str]

    def read(self, kind: Kind) -> Iterator[Record | Problem]:
        """Reads all records of a kind; reading again gives the same."""
        ...


class SourceError(Exception):
    """The source as a whole can't be read."""


@contextmanager
def explain_file(path: Path) -> Generator[None]:
    """Raises SourceError for a file that can't be read."""
    try:
        yield
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from error


def to_problem(place: Place, error: InputError) -> Problem:
    return Problem(place, error.code, error.message)
