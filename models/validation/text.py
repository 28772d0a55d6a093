"""Checks of names, links and metadata, and the folding of text for searches."""

import quopri
import re
import unicodedata
from base64 import b64decode
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import orjson

from models.errors.input import FormatInvalid, ParameterMissing, TooLarge, TooLong, ValueInvalid
from models.validation.characters import (
    CONTROLS,
    JOINERS,
    MEANINGLESS,
    MODIFIERS,
    clean_line,
    is_blank,
)

# Only for its type: the command line imports this module, and tables take long to import.
if TYPE_CHECKING:
    from models.base import JSONObject

NAME_LENGTH = 256
LINK_LENGTH = 2_048
EXTERNAL_ID_LENGTH = 255
METADATA_BYTES = 8_192
METADATA_LEVELS = 32
HTML = re.compile(r"<\s*[/!?]?\s*[a-z]", re.IGNORECASE)
URL = re.compile(r"[a-z][a-z0-9+.-]*://|\bwww\.|\b[a-z0-9-]+\.[a-z]{2,}/", re.IGNORECASE)
SECRET = re.compile(r"\b([as]k_)[\w-]{20,}")
ENCODED_WORD = re.compile(r"=\?([^?]*)\?([bq])\?(.*?)\?=", re.IGNORECASE | re.DOTALL)
# How often a text is decoded in search of a link, such as a link in a word encoded twice.
DECODINGS = 3


def ensure_readable(text: str, what: str) -> None:
    """Raises FormatInvalid for control characters, and for characters that can't be displayed."""
    if CONTROLS.search(text):
        raise FormatInvalid(
            f"{what} must not contain control characters or bidirectional overrides."
        )
    if MEANINGLESS.search(text):
        raise FormatInvalid(f"{what} must not contain characters that can't be displayed.")


def escape_controls(text: str) -> str:
    """Escapes control characters and bidirectional overrides, for a terminal or a log."""
    return CONTROLS.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def mask_keys(text: str) -> str:
    """Hides the secrets of keys, which an error would otherwise repeat."""
    return SECRET.sub(r"\1***", text)


def _decode_word(word: re.Match[str]) -> str:
    """Decodes an encoded word of RFC 2047, as leniently as the most lenient mail program."""
    charset, encoding, content = word.groups()
    if encoding in "qQ":
        decoded = quopri.decodestring(content.encode(errors="replace"), header=True)
    else:
        letters = re.sub(r"[^A-Za-z0-9+/]", "", content)
        decoded = b64decode(letters[: len(letters) - (len(letters) % 4 == 1)] + "==")
    try:
        return decoded.decode(charset.partition("*")[0], "replace")
    except (LookupError, ValueError):
        return decoded.decode("latin-1")


def _decode(text: str) -> str:
    """Applies every decoding that a program may apply to a text before showing it."""
    compatible = unicodedata.normalize("NFKC", text).replace("\u3002", ".")
    joined = re.sub(r"\?=\s+=\?", "?==?", compatible)
    return unescape(unquote(ENCODED_WORD.sub(_decode_word, joined)))


def contains_link(text: str) -> bool:
    """Whether the text contains HTML or a link, as it stands or once decoded."""
    text = JOINERS.sub("", text)
    for _ in range(DECODINGS):
        if HTML.search(text) or URL.search(text):
            return True
        text = _decode(text)
    return bool(HTML.search(text) or URL.search(text))


def check_name(name: str, what: str = "The name") -> str:
    """Checks and cleans a name: 1 to 256 characters on one line, no HTML and no URL (rule 2)."""
    trimmed = name.strip()
    ensure_readable(trimmed, what)
    cleaned = clean_line(trimmed)
    if is_blank(cleaned):
        raise ParameterMissing(f"{what} must not be empty.")
    if len(cleaned) > NAME_LENGTH:
        raise TooLong(f"{what} must have at most {NAME_LENGTH} characters.", limit=NAME_LENGTH)
    if contains_link(cleaned):
        raise ValueInvalid(f"{what} must not contain HTML or a link.")
    return cleaned


def clean_name(name: str) -> str | None:
    """Makes a valid name from text that nobody can correct, such as a claim.

    Drops what `check_name` rejects, except links. Returns None if nothing visible is left.
    """
    cleaned = clean_line(MEANINGLESS.sub("", CONTROLS.sub(" ", name)))
    shortened = clean_line(cleaned[:NAME_LENGTH])
    return None if is_blank(shortened) else shortened


def check_external_id(external_id: str) -> str:
    """Checks the ID that an object has in another system."""
    ensure_readable(external_id, "The external ID")
    if not external_id.strip():
        raise ParameterMissing("The external ID must not be empty.")
    if len(external_id) > EXTERNAL_ID_LENGTH:
        raise TooLong(
            f"The external ID must have at most {EXTERNAL_ID_LENGTH} characters.",
            limit=EXTERNAL_ID_LENGTH,
        )
    return external_id


def check_url(link: str, *, schemes: frozenset[str] = frozenset({"https"})) -> str:
    """Checks that a URL is absolute, has one of the schemes and no user."""
    allowed = " or ".join(sorted(schemes))
    invalid = FormatInvalid(f"{link[:80]!r} is not an absolute {allowed} URL.")
    if len(link) > LINK_LENGTH:
        raise TooLong(f"The URL must have at most {LINK_LENGTH} characters.", limit=LINK_LENGTH)
    try:
        parts = urlsplit(link)
        is_usable = (
            parts.scheme in schemes
            and bool(parts.hostname)
            and parts.username is None
            and parts.port != 0
        )
    except ValueError as error:
        raise invalid from error
    if not is_usable or not link.isascii() or not link.isprintable() or " " in link:
        raise invalid
    return link


def check_metadata(metadata: "JSONObject") -> "JSONObject":
    """Checks metadata: at most 8 KB of JSON, counted in bytes, and 32 levels of nesting."""
    level: list[Any] = [metadata]
    for _ in range(METADATA_LEVELS):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)  # pyright: ignore[reportUnknownVariableType]
            if isinstance(child, (dict, list))
        ]
    if level:
        raise TooLarge(
            f"Metadata must be nested at most {METADATA_LEVELS} levels deep.", limit=METADATA_LEVELS
        )
    if len(orjson.dumps(metadata)) > METADATA_BYTES:
        raise TooLarge(
            f"Metadata must have at most {METADATA_BYTES} bytes of JSON.", limit=METADATA_BYTES
        )
    return metadata


def merge_metadata(current: "JSONObject", patch: "JSONObject") -> "JSONObject":
    """Merges metadata deeply: null deletes a key, objects are merged, all else is replaced."""
    result = dict(current)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            child = result.get(key)
            result[key] = merge_metadata(child if isinstance(child, dict) else {}, value)  # pyright: ignore[reportUnknownArgumentType]
        else:
            result[key] = value
    return result


def to_search_text(*parts: str | None) -> str:
    """Folds text for searches here, because databases differ in how they lower-case it.

    Canonically equal texts are equal once folded, and so are texts that differ in joiners.
    """
    text = clean_line(" ".join(part for part in parts if part))
    decomposed = unicodedata.normalize("NFD", MODIFIERS.sub("", text))
    return unicodedata.normalize("NFC", decomposed.casefold())
