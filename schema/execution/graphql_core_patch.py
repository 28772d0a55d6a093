"""Fixes graphql-core 3.3, whose suggestions fail on letters that are longer in lower case (`İ`)."""

from importlib import import_module
from typing import Any

# Imported by name, because the attribute of the package is the function of the same name.
suggestions: Any = import_module("graphql.pyutils.suggestion_list")
Original: Any = suggestions.LexicalDistance


class Distance(Original):
    """Makes the rows as long as the lower-case text that it compares."""

    def __init__(self, text: str) -> None:
        super().__init__(max(text, text.lower(), key=len))  # pyright: ignore[reportUnknownMemberType]


def patch_suggestions() -> None:
    suggestions.LexicalDistance = Distance
