"""Helpers of batch resolvers."""

from collections.abc import Callable, Sequence
from typing import TypeVar, cast

R = TypeVar("R")
T = TypeVar("T")


def convert_each(rows: Sequence[R], convert: Callable[[R], T]) -> list[T]:
    """Converts the rows of a batch, a row that several parents share only once.

    An exception instead of a row stays, so that it fails the field of its parent.
    """
    converted: dict[int, object] = {}
    for row in rows:
        if id(row) not in converted:
            is_failure = isinstance(row, BaseException)
            converted[id(row)] = row if is_failure else convert(row)
    return cast(list[T], [converted[id(row)] for row in rows])
