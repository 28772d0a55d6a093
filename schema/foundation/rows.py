"""Types whose objects read their fields from a row, and only those that are selected."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from models.keys.scopes import KeyScope
from schema.execution.breadth_first.resolvers import Path
from schema.foundation.context import Context

T = TypeVar("T")


class Hidden:
    """Stands in for a row of which the caller can't read these fields: all of them are null."""

    def __getattr__(self, name: str) -> None:
        if name.startswith("__"):
            raise AttributeError(name)


HIDDEN: Any = Hidden()


class Scoped:
    """Stands in for a row of which a secret key can read these fields only with a scope."""

    __slots__ = ("context", "row", "scope")

    def __init__(self, row: object, context: Context, scope: KeyScope) -> None:
        self.row, self.context, self.scope = row, context, scope

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name) if self.context.try_scope(self.scope) else None


def show_to_services(row: object, context: Context, scope: KeyScope) -> Any:
    """Shows a row to secret keys with the scope."""
    return Scoped(row, context, scope) if context.is_service else HIDDEN


def show_private_metadata(row: object, context: Context) -> Any:
    return show_to_services(row, context, KeyScope.PRIVATE_METADATA_READ)


def reads(**fields: Sequence[str]) -> Callable[[type[T]], type[T]]:
    """Declares which fields of a type are read from which row.

        @reads(row=["id", "name"], own=["email_address"])
        @strawberry.type
        class User: ...

    `show` gives the rows by these names. Most rows are much larger than what is selected of them,
    and a value such as a time or a JSON object is parsed when it is read.
    """

    def declare(type_: type[T]) -> type[T]:
        for row, names in fields.items():
            for name in names:
                setattr(type_, name, Path(f"{row}.{name}"))
        return type_

    return declare


def show_each(type_: type[T], rows: Sequence[object], **values: object) -> list[T]:
    """Makes an object of each row; the remaining fields are the same for all of them."""
    shown = [object.__new__(type_) for _ in rows]
    for one, row in zip(shown, rows, strict=True):
        one.__dict__ = {"row": row, **values}
    return shown


def show(type_: type[T], **values: object) -> T:
    """Makes an object of a type with `reads`, from its rows and its remaining fields."""
    shown = object.__new__(type_)
    # Not a copy, which would take as long as all the rest.
    shown.__dict__ = values
    return shown
