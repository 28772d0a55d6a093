"""Ticket keys sign invitation tickets; stored encrypted, they outlive the root secret."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.fernet import MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlmodel import Field

from models.base import BaseTable, UTCDateTime
from models.invitations import MAXIMUM_DAYS
from models.keys.encryption import Purpose, make_cipher

PURPOSE = b"tenantry invitation tickets"
# No invitation lives longer, so no ticket of a retired key can be valid after that.
NEEDED_AFTER = timedelta(days=MAXIMUM_DAYS)


class TicketKey(BaseTable, table=True):
    """The ticket key of one root secret, retired once another secret comes first."""

    fingerprint: str = Field(primary_key=True)
    key: str
    created_at: datetime = Field(sa_type=UTCDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


@dataclass(frozen=True, slots=True)
class TicketKeys:
    """One key from each root secret: the first one signs, and all of them verify.

    The stored keys verify too.
    """

    given: tuple[bytes, ...]
    # Decrypts the stored keys.
    storage: MultiFernet


def derive_ticket_keys(secrets: Sequence[str]) -> TicketKeys:
    given = tuple(
        HKDF(SHA256(), 32, salt=None, info=PURPOSE).derive(secret.encode()) for secret in secrets
    )
    return TicketKeys(given, make_cipher(secrets, Purpose.TICKET_KEYS))
