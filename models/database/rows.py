"""The rows of a statement."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar, TypeVarTuple

from sqlalchemy import Row
from sqlalchemy.exc import MultipleResultsFound, NoResultFound

Columns = TypeVarTuple("Columns")
T = TypeVar("T")


class Rows(Generic[*Columns]):
    """The rows that a statement returns, or how many it has changed.

    It has what is used of SQLAlchemy's results, which take longer than most statements of SQLite.
    """

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: Sequence[Any] = (), rowcount: int = -1) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Row[*Columns]]:
        return iter(self._rows)

    def all(self) -> Sequence[Row[*Columns]]:
        return self._rows

    def first(self) -> Row[*Columns] | None:
        return self._rows[0] if self._rows else None

    def one_or_none(self) -> Row[*Columns] | None:
        if len(self._rows) > 1:
            raise MultipleResultsFound("There are several rows.")
        return self.first()

    def one(self) -> Row[*Columns]:
        row = self.one_or_none()
        if row is None:
            raise NoResultFound("There is no row.")
        return row

    def mappings(self) -> list[dict[str, Any]]:
        """Returns the values of each row by the names of their columns."""
        return [row._asdict() for row in self._rows]

    def scalars(self: "Rows[T, *tuple[Any, ...]]") -> list[T]:
        """Returns the first value of each row."""
        return [row[0] for row in self._rows]

    def scalar_one_or_none(self: "Rows[T, *tuple[Any, ...]]") -> T | None:
        row = self.one_or_none()
        return None if row is None else row[0]

    def scalar_one(self: "Rows[T, *tuple[Any, ...]]") -> T:
        return self.one()[0]


AnyRows = Rows[*tuple[Any, ...]]
# The class itself: calling the alias takes longer than a short statement.
make_rows: Callable[..., AnyRows] = Rows
