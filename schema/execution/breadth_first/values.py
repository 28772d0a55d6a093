"""Finds the values that can be completed as they are."""

from functools import lru_cache
from types import GeneratorType
from typing import Any

from graphql import Undefined


@lru_cache(4_096)
def is_ordinary(class_: type[Any]) -> bool:
    """Whether no object of a class is null, awaitable, or an exception instead of a value."""
    return not (
        class_ in (type(None), type(Undefined))
        or issubclass(class_, (Exception, GeneratorType))
        or hasattr(class_, "__await__")
    )
