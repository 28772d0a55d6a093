"""Email addresses: which are valid, and when two are the same (rule 11)."""

import re
import string
from unicodedata import normalize

import idna

from models.errors import FormatInvalid

MAXIMUM_LENGTH = 254
LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
REFUSED = frozenset(' ,;<>()[]"\\:')
# The start of an encoded word. RFC 2047 (section 5) bans them from addresses: a mail program that
# decodes one would have another address.
ENCODED_WORD = re.compile(r"=\?[^?]*\?[bq]\?", re.IGNORECASE)


def _invalid(address: str) -> FormatInvalid:
    return FormatInvalid(f"{address[:80]!r} is not an e-mail address.", at="emailAddress")


def _turns_ascii(address: str) -> bool:
    """Whether NFC replaces a character with an ASCII one, as it does with the Kelvin sign.

    That would turn one user's address into another's.
    """
    return any(
        not character.isascii() and normalize("NFC", character).isascii() for character in address
    )


def _encode_domain(domain: str) -> str:
    """Encodes the domain in ASCII; raises ValueError if it can't be the domain of an address."""
    encoded = idna.encode(domain, strict=True).decode()
    top = encoded.rpartition(".")[2]
    if top in {"", encoded} or top.isdigit():
        raise ValueError(domain)
    return encoded


def normalize_address(address: str) -> str:
    """Normalizes an address, so that spellings of the same address are equal.

    Applies NFC, lower case for ASCII letters, IDNA for the domain, and nothing else. Raises
    FormatInvalid if the text is not a single address.
    """
    if (
        len(address) > MAXIMUM_LENGTH
        or not address.isprintable()
        or REFUSED & set(address)
        or _turns_ascii(address)
    ):
        raise _invalid(address)
    if ENCODED_WORD.search(address):
        raise FormatInvalid(
            "An email address can't contain an encoded word, such as =?utf-8?q?a?=.",
            at="emailAddress",
        )
    # NFC again after lowering: a mark can combine with a small letter but not with its capital.
    folded = normalize("NFC", normalize("NFC", address).translate(LOWER))
    local, _, domain = folded.rpartition("@")
    if not local or "@" in local:
        raise _invalid(address)
    try:
        return f"{local}@{_encode_domain(domain)}"
    except ValueError as error:
        raise _invalid(address) from error
