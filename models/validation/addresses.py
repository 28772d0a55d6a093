"""E-mail addresses: what is one, and when two are the same (rule 11)."""

import re
import string
from unicodedata import normalize

import idna

from models.errors import FormatInvalid

MAXIMUM_LENGTH = 254
LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
REFUSED = frozenset(' ,;<>()[]"\\:')
# How an encoded word begins. RFC 2047 (section 5) bans them from addresses, for a mail program
# that decodes one has another address.
ENCODED_WORD = re.compile(r"=\?[^?]*\?[bq]\?", re.IGNORECASE)


def _invalid(address: str) -> FormatInvalid:
    return FormatInvalid(f"{address[:80]!r} is not an e-mail address.", at="emailAddress")


def _turns_ascii(address: str) -> bool:
    """Whether NFC puts an ASCII character in another's place, as it does with the Kelvin sign.

    Such a letter would turn somebody's address into somebody else's.
    """
    return any(not one.isascii() and normalize("NFC", one).isascii() for one in address)


def _fold(address: str) -> str:
    """NFC and ASCII lower case; NFC once more, for a mark
    may join a small letter that does not join the capital.
    """
    return normalize("NFC", normalize("NFC", address).translate(LOWER))


def _encode_domain(domain: str) -> str:
    """The domain in its ASCII form; raises ValueError for what can't be a domain of mail."""
    encoded = idna.encode(domain, strict=True).decode()
    top = encoded.rpartition(".")[2]
    if top in {"", encoded} or top.isdigit():
        raise ValueError(domain)
    return encoded


def normalize_address(address: str) -> str:
    """What two spellings of one address share: NFC,
    ASCII lower case, IDNA of the domain, nothing else.

    Raises FormatInvalid for what is no single address.
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
    local, _, domain = _fold(address).rpartition("@")
    if not local or "@" in local:
        raise _invalid(address)
    try:
        return f"{local}@{_encode_domain(domain)}"
    except ValueError as error:
        raise _invalid(address) from error
