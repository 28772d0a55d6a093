"""What proves a domain: the code of an email, and the text of a DNS record (rules 34 and 35).

Both are computed when they are needed, and never stored, like the tickets of invitations.
"""

import base64
import hmac
from collections.abc import Sequence
from hashlib import sha256

from models.domains import RECORD_PREFIX, OrganizationDomain
from models.keys.ticket_keys import TicketKeys
from resolvers.keys.ticket_keys import Reader, load_stored_keys

CODE_DIGITS = 6


def _compute_mac(key: bytes, label: str, domain_id: str, nonce: str) -> bytes:
    return hmac.digest(key, "\n".join((label, domain_id, nonce)).encode(), sha256)


def _compute_code(key: bytes, domain_id: str, nonce: str) -> str:
    number = int.from_bytes(_compute_mac(key, "domain code", domain_id, nonce))
    return str(number % 10**CODE_DIGITS).zfill(CODE_DIGITS)


def _compute_record(key: bytes, domain_id: str, nonce: str) -> str:
    mac = _compute_mac(key, "domain record", domain_id, nonce)
    return f"{RECORD_PREFIX}{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def make_code(keys: TicketKeys, domain_id: str, nonce: str) -> str:
    return _compute_code(keys.given[0], domain_id, nonce)


def make_record(keys: TicketKeys, domain_id: str, nonce: str) -> str:
    return _compute_record(keys.given[0], domain_id, nonce)


async def is_code(reader: Reader, keys: TicketKeys, domain: OrganizationDomain, given: str) -> bool:
    """Whether one of the keys gives the code; compares in constant time."""
    nonce = domain.affiliation_nonce or ""
    return bool(nonce) and any(
        [
            hmac.compare_digest(_compute_code(key, domain.id, nonce).encode(), given.encode())
            for key in await _list_keys(reader, keys)
        ]
    )


async def find_record(
    reader: Reader, keys: TicketKeys, domain: OrganizationDomain, found: Sequence[str]
) -> bool:
    """Whether one of the texts is exactly the one that a key gives for this domain."""
    nonce = domain.ownership_nonce or ""
    wanted = {_compute_record(key, domain.id, nonce) for key in await _list_keys(reader, keys)}
    return not wanted.isdisjoint(found)


async def _list_keys(reader: Reader, keys: TicketKeys) -> Sequence[bytes]:
    """Lists the keys of this process, and those of earlier root secrets."""
    stored = await load_stored_keys(reader, keys)
    return [*keys.given, *(key for key in stored if key not in keys.given)]
