"""E-mail addresses: what is one, and when two are the same (DESIGN 7, rule 11)."""

import string
import unicodedata

import idna

from models.errors import FormatInvalid

MAXIMUM_LENGTH = 254
LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
REFUSED = frozenset(' \t\r\n\x00,;<>()[]"\\:')


def _invalid(address: str) -> FormatInvalid:
    return FormatInvalid(f"{address[:80]!r} is not an e-mail address.", at="emailAddress")


def _ascii_count(text: str) -> int:
    return sum(character.isascii() for character in text)


def _domain(domain: str) -> str:
    """The domain in its ASCII form; raises ValueError for one that can't be a domain."""
    folded = domain.translate(LOWER)
    encoded = folded if folded.isascii() else idna.encode(folded).decode()
    if "." not in encoded or not all(idna.valid_label_length(label) and label for label in encoded.split(".")):
        raise ValueError(domain)
    idna.decode(encoded)
    return encoded


def address_key(address: str) -> str:
    """What two spellings of one address share: NFC, ASCII lower case, IDNA of the domain, nothing else.

    Raises FormatInvalid for what is no single address, and for one whose NFC form holds more ASCII than itself
    (the Kelvin sign): such a letter would turn somebody's address into somebody else's.
    """
    composed = unicodedata.normalize("NFC", address)
    local, separator, domain = composed.rpartition("@")
    if not (separator and local) or "@" in local or len(address) > MAXIMUM_LENGTH or not composed.isprintable():
        raise _invalid(address)
    if REFUSED & set(composed) or _ascii_count(composed) > _ascii_count(address):
        raise _invalid(address)
    try:
        return f"{local.translate(LOWER)}@{_domain(domain)}"
    except (ValueError, idna.IDNAError) as error:
        raise _invalid(address) from error
