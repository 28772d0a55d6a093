"""A repair of graphql-core 3.3, whose list of suggestions
breaks on a letter that is longer in lower case (`İ`).
"""

from importlib import import_module
from typing import Any

# By its full name: the package's attribute of that name is the function.
suggestions: Any = import_module("graphql.pyutils.suggestion_list")
Original: Any = suggestions.LexicalDistance


class Distance(Original):
    """Has rows as long as the text that it walks through, which is the lower-case one."""

    def __init__(self, text: str) -> None:
        super().__init__(max(text, text.lower(), key=len))  # pyright: ignore[reportUnknownMemberType]


def patch_suggestions() -> None:
    suggestions.LexicalDistance = Distance
