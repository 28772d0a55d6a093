"""Invitation tickets: `<invitation id>.<HMAC>`, made
when they are needed and stored nowhere (rule 14).

Each root secret has a ticket key. The keys are stored encrypted, so that tickets outlive the secret
they came from.
"""

import base64
import hmac
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from hashlib import sha256

from cryptography.fernet import InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import ColumnElement, exists, func, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlmodel import col, or_, select

from models.base import parse_prefix
from models.database.store import Store
from models.invitations import PENDING, Invitation
from models.keys.encryption import Purpose, decrypt, encrypt, make_cipher
from models.keys.ticket_keys import NEEDED_AFTER, TicketKey
from resolvers.access import SYSTEM
from resolvers.transaction import KEYS_LOCK, Clock, Transaction, begin

PURPOSE = b"tenantry invitation tickets"

Reader = AsyncConnection | AsyncSession


class TicketKind(Enum):
    """What holding a ticket proves: one that came by
    mail, the mailbox; one that was passed on, nothing.
    """

    MAIL = "mail"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class TicketKeys:
    """A key from each given root secret: the first one
    signs, all verify, and so do those that are stored.
    """

    given: tuple[bytes, ...]
    # Decrypts the stored keys.
    storage: MultiFernet


def derive_ticket_keys(secrets: Sequence[str]) -> TicketKeys:
    given = tuple(
        HKDF(SHA256(), 32, salt=None, info=PURPOSE).derive(secret.encode()) for secret in secrets
    )
    return TicketKeys(given, make_cipher(secrets, Purpose.TICKET_KEYS))


def _compute_mac(key: bytes, kind: TicketKind, invitation_id: str, nonce: str) -> str:
    message = "\n".join((kind.value, invitation_id, nonce)).encode()
    return base64.urlsafe_b64encode(hmac.digest(key, message, sha256)).decode().rstrip("=")


def make_ticket(keys: TicketKeys, kind: TicketKind, invitation_id: str, nonce: str) -> str:
    return f"{invitation_id}.{_compute_mac(keys.given[0], kind, invitation_id, nonce)}"


def parse_invitation_id(ticket: str) -> str | None:
    """Which invitation a ticket says it is for; that is not believed before `verify`."""
    invitation_id, separator, _ = ticket.partition(".")
    return invitation_id if separator and parse_prefix(invitation_id) == Invitation.prefix else None


def verify_ticket(keys: Sequence[bytes], ticket: str, nonce: str) -> TicketKind | None:
    """The kind of a ticket that one of the keys signed, else None; compared in constant time."""
    invitation_id, _, given = ticket.partition(".")
    found = None
    for key in keys:
        for kind in TicketKind:
            if hmac.compare_digest(
                _compute_mac(key, kind, invitation_id, nonce).encode(), given.encode()
            ):
                found = kind
    return found


async def kind_of(reader: Reader, keys: TicketKeys, ticket: str, nonce: str) -> TicketKind | None:
    """The kind of a ticket of ours, else None; stored keys are read only if no given one fits."""
    return verify_ticket(keys.given, ticket, nonce) or verify_ticket(
        await _stored(reader, keys), ticket, nonce
    )


# -------------------------------------------------------------------------------------- stored keys


async def _stored(reader: Reader, keys: TicketKeys) -> list[bytes]:
    """The keys of earlier root secrets, as far as the given ones can decrypt them."""
    found: list[bytes] = []
    for text in (await reader.execute(select(TicketKey.key))).scalars():
        with suppress(InvalidToken):
            found.append(bytes.fromhex(decrypt(keys.storage, text)))
    return found


def is_needed(now: datetime) -> ColumnElement[bool]:
    """Whether a ticket of the key can still be valid."""
    return or_(col(TicketKey.retired_at).is_(None), col(TicketKey.retired_at) > now - NEEDED_AFTER)


def _fingerprint(key: bytes) -> str:
    return sha256(key).hexdigest()


async def _known(reader: Reader) -> Mapping[str, datetime | None]:
    """When each stored key was retired, by fingerprint."""
    rows = await reader.execute(select(TicketKey.fingerprint, TicketKey.retired_at))
    return {row.fingerprint: row.retired_at for row in rows}


async def is_registered(reader: Reader, keys: TicketKeys) -> bool:
    """Whether a process has started with the first of these secrets."""
    return _fingerprint(keys.given[0]) in await _known(reader)


async def register_keys(store: Store, clock: Clock, keys: TicketKeys) -> None:
    """Stores the given keys, as each process does
    when it starts; writes only if something changes.
    """
    async with store.read() as connection:
        known = await _known(connection)
    first, *_ = fingerprints = [_fingerprint(key) for key in keys.given]
    current = [fingerprint for fingerprint, retired_at in known.items() if retired_at is None]
    if current != [first] or not known.keys() >= {*fingerprints}:
        async with begin(store, SYSTEM, clock) as tx:
            await store_keys(tx, keys)


async def store_keys(tx: Transaction, keys: TicketKeys) -> None:
    """Stores the given keys that are new; the first one is current, and all others are retired."""
    await tx.take_advisory_lock(f"SELECT pg_advisory_xact_lock({KEYS_LOCK})")
    known, first = await _known(tx.session), _fingerprint(keys.given[0])
    for fingerprint, key in {_fingerprint(key): key for key in keys.given}.items():
        if fingerprint not in known:
            row = TicketKey(
                fingerprint=fingerprint, key=encrypt(keys.storage, key.hex()), created_at=tx.now
            )
            tx.session.add(row)
    await tx.session.flush()
    is_first, is_current = col(TicketKey.fingerprint) == first, col(TicketKey.retired_at).is_(None)
    await tx.session.execute(update(TicketKey).where(is_first).values(retired_at=None))
    await tx.session.execute(
        update(TicketKey).where(~is_first, is_current).values(retired_at=tx.now)
    )


async def open_invitations(
    reader: Reader, now: datetime, signed_with: Collection[str] | None = None
) -> tuple[int, datetime | None]:
    """How many invitations are open, and when the last
    one expires; or only those that keys may have signed.

    Keys are named by fingerprint.
    """
    statement = select(func.count(), func.max(col(Invitation.expires_at))).where(
        col(Invitation.status) == PENDING, col(Invitation.expires_at) > now
    )
    if signed_with is not None:
        was_used = or_(
            col(TicketKey.retired_at).is_(None),
            col(TicketKey.retired_at) >= col(Invitation.created_at),
        )
        statement = statement.where(
            exists().where(col(TicketKey.fingerprint).in_(signed_with), was_used)
        )
    number, last = (await reader.execute(statement)).one()
    return number, last
