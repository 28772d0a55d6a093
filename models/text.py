"""Text that people type: names, links and metadata, checked, and made ready to be searched."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import orjson

from models.base import JSONObject
from models.errors import FormatInvalid, ParameterMissing, TooLarge, TooLong, ValueInvalid

NAME_LENGTH = 256
LINK_LENGTH = 2_048
METADATA_BYTES = 8_192
METADATA_LEVELS = 32
HTML = re.compile(r"<\s*[/!?]?\s*[a-z]", re.IGNORECASE)
URL = re.compile(r"[a-z][a-z0-9+.-]*://|\bwww\.|\b[a-z0-9-]+\.[a-z]{2,}/", re.IGNORECASE)


def checked_name(name: str, what: str = "The name") -> str:
    """The trimmed name: 1 to 256 characters on one line, no HTML and no URL (DESIGN 7, rule 2)."""
    trimmed = name.strip()
    if not trimmed:
        raise ParameterMissing(f"{what} is empty.")
    if len(trimmed) > NAME_LENGTH:
        raise TooLong(f"{what} is longer than {NAME_LENGTH} characters.", limit=NAME_LENGTH)
    if not trimmed.isprintable():
        raise FormatInvalid(f"{what} holds a character that can't be shown.")
    if HTML.search(trimmed) or URL.search(trimmed):
        raise ValueInvalid(f"{what} can't hold HTML or a link.")
    return trimmed


def checked_link(link: str, *, schemes: frozenset[str] = frozenset({"https"})) -> str:
    """An absolute URL with one of the schemes and no user part."""
    allowed = " or ".join(sorted(schemes))
    refused = FormatInvalid(f"{link[:80]!r} is not an absolute {allowed} URL.")
    if len(link) > LINK_LENGTH:
        raise TooLong(f"The URL is longer than {LINK_LENGTH} characters.", limit=LINK_LENGTH)
    try:
        parts = urlsplit(link)
        usable = parts.scheme in schemes and bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError as error:
        raise refused from error
    if not usable or not link.isascii() or not link.isprintable() or " " in link:
        raise refused
    return link


def checked_metadata(metadata: JSONObject) -> JSONObject:
    """Metadata of at most 8 KB of JSON, counted in bytes, and 32 levels of objects and arrays."""
    level: list[Any] = [metadata]
    for _ in range(METADATA_LEVELS):
        level = [part for one in level for part in _parts(one) if isinstance(part, (dict, list))]
    if level:
        raise TooLarge(f"Metadata can be nested {METADATA_LEVELS} levels deep at most.", limit=METADATA_LEVELS)
    if len(orjson.dumps(metadata)) > METADATA_BYTES:
        raise TooLarge(f"Metadata can hold at most {METADATA_BYTES} bytes of JSON.", limit=METADATA_BYTES)
    return metadata


def _parts(value: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def merged(current: JSONObject, patch: JSONObject) -> JSONObject:
    """A deep merge: null deletes a key, objects are merged, everything else (arrays too) is replaced."""
    result = dict(current)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            below = result.get(key)
            result[key] = merged(below if isinstance(below, dict) else {}, value)  # pyright: ignore[reportUnknownArgumentType]
        else:
            result[key] = value
    return result


def searchable(*parts: str | None) -> str:
    """What a search looks in: folded alike on every database, whose own lower-casing differs."""
    return unicodedata.normalize("NFC", " ".join(part for part in parts if part).casefold())
