"""Email addresses: which are valid, and when two are the same (rule 11)."""

import re
import string
from collections.abc import Iterable
from unicodedata import normalize

import idna

from models.errors.input import FormatInvalid
from models.validation.characters import CONTROLS, INVISIBLE, MEANINGLESS, MODIFIERS, SPACES

MAXIMUM_LENGTH = 254
LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
REFUSED = re.compile(r'[,;<>()\[\]"\\:]')
# What can't be seen, or can't be distinguished from something else.
UNUSABLE = (REFUSED, CONTROLS, MEANINGLESS, SPACES, INVISIBLE, MODIFIERS)
# A label of a domain in ASCII; one with an encoded name (`xn--`) is left to IDNA.
LABEL = re.compile(r"(?!xn--)(?!-)[a-z0-9-]{1,63}(?<!-)")
# The start of an encoded word. RFC 2047 (section 5) bans them from addresses: a mail program that
# decodes one would have another address.
ENCODED_WORD = re.compile(r"=\?[^?]*\?[bq]\?", re.IGNORECASE)


def _invalid(address: str) -> FormatInvalid:
    return FormatInvalid(f"{address[:80]!r} is not a valid email address.", at="emailAddress")


def encode_domain(domain: str) -> str:
    """Encodes the domain in ASCII; raises ValueError if no address can have it.

    UTS 46 maps it first, as browsers do: to lower case, and to the usual width and full stops.
    """
    labels = idna.uts46_remap(domain).split(".")
    encoded = ".".join(
        label if LABEL.fullmatch(label) else idna.alabel(label).decode() for label in labels
    )
    if len(labels) < 2 or labels[-1].isdigit() or not idna.valid_string_length(encoded, False):
        raise ValueError(domain)
    return encoded


def _fold_local_part(local: str) -> str:
    """Applies NFC and lower case for ASCII letters; raises ValueError if it is invalid.

    NFC replaces a few characters with an ASCII one, as it does with the Kelvin sign. That would
    turn one user's address into another's.
    """
    if not local or any(
        not character.isascii() and normalize("NFC", character).isascii() for character in local
    ):
        raise ValueError(local)
    # NFC again after lowering: a mark can combine with a small letter but not with its capital.
    return normalize("NFC", normalize("NFC", local).translate(LOWER))


def normalize_address(address: str) -> str:
    """Normalizes an address, so that spellings of the same address are equal.

    Applies NFC and lower case for ASCII to its local part, UTS 46 and IDNA to its domain,
    and nothing else. Raises FormatInvalid if the text is not a single address.
    """
    if len(address) > MAXIMUM_LENGTH or any(pattern.search(address) for pattern in UNUSABLE):
        raise _invalid(address)
    if ENCODED_WORD.search(address):
        raise FormatInvalid(
            "An email address can't contain an encoded word, such as =?utf-8?q?a?=.",
            at="emailAddress",
        )
    try:
        local, domain = address.split("@")
        return f"{_fold_local_part(local)}@{encode_domain(domain)}"
    except ValueError as error:
        raise _invalid(address) from error


def normalize_valid(addresses: Iterable[str]) -> tuple[str, ...]:
    """Normalizes the addresses of a filter; a malformed one is nobody's."""
    keys: list[str] = []
    for address in addresses:
        try:
            keys.append(normalize_address(address))
        except FormatInvalid:
            continue
    return tuple(keys)
