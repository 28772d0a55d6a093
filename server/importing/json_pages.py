"""Reads lists in JSON files: an array, or an object with the array as its `data`."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from resolvers.importing.records import Place
from resolvers.importing.report import Problem
from server.importing.source import explain_file

# A larger file must be split, because a file is in memory while it is read.
FILE_BYTES = 256 * 1024 * 1024
ENTRY_CHARACTERS = 1024 * 1024
BLANK = re.compile(r"[ \t\r\n]*")
INVALID = "form_param_format_invalid"


class _Malformed(Exception):
    """What is wrong with the text, and where."""

    def __init__(self, position: int, message: str) -> None:
        super().__init__(message)
        self.position = position


def read_entries(path: Path, name: str) -> Iterator[tuple[Place, str] | Problem]:
    """Yields the text of each entry with its place, and a problem where the file is broken."""
    with explain_file(path):
        size = path.stat().st_size
    if size > FILE_BYTES:
        message = f"The file has more than {FILE_BYTES} bytes. Split it into pages."
        yield Problem(Place(name, 1), "form_param_exceeds_allowed_size", message)
        return
    try:
        with explain_file(path):
            text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"The file is not UTF-8: {error.reason} at byte {error.start}."
        yield Problem(Place(name, 1), INVALID, message)
        return
    line, at = 1, 0
    try:
        for start, end in _find_entries(text):
            line, at = line + text.count("\n", at, start), start
            place = Place(name, line)
            if end - start > ENTRY_CHARACTERS:
                message = f"The entry has more than {ENTRY_CHARACTERS} characters."
                yield Problem(place, "form_param_exceeds_allowed_size", message)
            else:
                yield place, text[start:end]
    except _Malformed as error:
        place = Place(name, text.count("\n", 0, error.position) + 1)
        yield Problem(place, INVALID, f"{error} The rest of the file is not read.")


def _find_entries(text: str) -> Iterator[tuple[int, int]]:
    """Finds where the entries of the list begin and end."""
    position = _skip_blank(text, 0)
    if text[position : position + 1] == "{":
        position = _find_data(text, position + 1)
    if text[position : position + 1] != "[":
        raise _Malformed(
            position, "The file is neither a list nor an object whose `data` is a list."
        )
    position = _skip_blank(text, position + 1)
    while text[position : position + 1] != "]":
        end = _skip_value(text, position)
        yield position, end
        position = _skip_separator(text, end, "]")


def _find_data(text: str, position: int) -> int:
    """Finds the value of `data` in the object whose inside begins at the position."""
    position = _skip_blank(text, position)
    while text[position : position + 1] == '"':
        end = _skip_value(text, position)
        key, position = text[position:end], _skip_blank(text, end)
        if text[position : position + 1] != ":":
            break
        position = _skip_blank(text, position + 1)
        if key == '"data"':
            return position
        position = _skip_separator(text, _skip_value(text, position), "}")
    return position


def _skip_blank(text: str, position: int) -> int:
    match = BLANK.match(text, position)
    return match.end() if match else position


def _skip_separator(text: str, position: int, closing: str) -> int:
    """Skips a comma, and stays at a closing bracket."""
    position = _skip_blank(text, position)
    if text[position : position + 1] == ",":
        return _skip_blank(text, position + 1)
    if text[position : position + 1] == closing:
        return position
    raise _Malformed(min(position, len(text)), f"It is not JSON: a comma or {closing} is missing.")


def _skip_value(text: str, position: int) -> int:
    try:
        return DECODER.raw_decode(text, position)[1]
    except json.JSONDecodeError as error:
        raise _Malformed(error.pos, f"It is not JSON: {error.msg}.") from error
    except ValueError as error:
        raise _Malformed(position, "It contains a number that is too long.") from error
    except RecursionError as error:
        raise _Malformed(position, "It is nested too deeply.") from error


DECODER = json.JSONDecoder()
