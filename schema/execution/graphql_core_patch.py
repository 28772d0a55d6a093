"""Fixes graphql-core 3.3.

Its suggestions fail on letters that are longer in lower case (`İ`), and its errors show values as
Python writes them.
"""

from importlib import import_module
from typing import Any

import orjson

# Imported by name, because the attribute of the package is the function of the same name.
suggestions: Any = import_module("graphql.pyutils.suggestion_list")
# The modules that show values of clients in errors.
SHOWING_MODULES = (
    "graphql.execution.values",
    "graphql.type.definition",
    "graphql.type.scalars",
    "graphql.utilities.validate_input_value",
)
SHOWN_LENGTH = 200
Original: Any = suggestions.LexicalDistance


class Distance(Original):
    """Makes the rows as long as the lower-case text that it compares."""

    def __init__(self, text: str) -> None:
        super().__init__(max(text, text.lower(), key=len))  # pyright: ignore[reportUnknownMemberType]


def write_value(value: Any) -> str:
    """A value as the client wrote it, in JSON, and shortened."""
    try:
        text = orjson.dumps(value).decode()
    except TypeError:
        text = "a value"
    return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}…"


def patch_graphql_core() -> None:
    suggestions.LexicalDistance = Distance
    for name in SHOWING_MODULES:
        module: Any = import_module(name)
        module.inspect = write_value
