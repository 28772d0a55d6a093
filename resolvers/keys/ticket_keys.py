"""The stored ticket keys: registered when a process starts, and retired by a new root secret."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime
from hashlib import sha256

from cryptography.fernet import InvalidToken
from sqlalchemy import ColumnElement, exists, func, update
from sqlmodel import col, or_, select

from models.database.connection import Connection
from models.database.session import DatabaseSession
from models.invitations import IS_PENDING, Invitation
from models.keys.encryption import decrypt, encrypt
from models.keys.ticket_keys import NEEDED_AFTER, TicketKey, TicketKeys
from resolvers.authority.access import SYSTEM
from resolvers.foundation.locks import KEYS_LOCK, take_advisory_lock
from resolvers.foundation.server import Server
from resolvers.foundation.transaction import Transaction, begin

Reader = Connection | DatabaseSession


def is_needed(now: datetime) -> ColumnElement[bool]:
    """Whether a ticket of the key can still be valid."""
    return or_(col(TicketKey.retired_at).is_(None), col(TicketKey.retired_at) > now - NEEDED_AFTER)


async def load_stored_keys(reader: Reader, keys: TicketKeys) -> list[bytes]:
    """Loads the keys of earlier root secrets, as far as the given secrets can decrypt them."""
    stored: list[bytes] = []
    for text in (await reader.execute(select(TicketKey.key))).scalars():
        with suppress(InvalidToken):
            stored.append(bytes.fromhex(decrypt(keys.storage, text)))
    return stored


def _compute_fingerprint(key: bytes) -> str:
    return sha256(key).hexdigest()


async def _load_retirements(reader: Reader) -> Mapping[str, datetime | None]:
    """Loads when each stored key was retired, by its fingerprint."""
    rows = await reader.execute(select(TicketKey.fingerprint, TicketKey.retired_at))
    return {row.fingerprint: row.retired_at for row in rows}


async def is_registered(reader: Reader, keys: TicketKeys) -> bool:
    """Whether a process has started with the first of these root secrets."""
    return _compute_fingerprint(keys.given[0]) in await _load_retirements(reader)


async def register_keys(server: Server) -> None:
    """Stores the server's ticket keys, as each process does when it starts.

    It writes only if something changes.
    """
    async with server.store.read() as connection:
        retirements = await _load_retirements(connection)
    fingerprints = [_compute_fingerprint(key) for key in server.ticket_keys.given]
    current = [fingerprint for fingerprint, retired_at in retirements.items() if retired_at is None]
    if current != fingerprints[:1] or not retirements.keys() >= {*fingerprints}:
        async with begin(server, SYSTEM) as tx:
            await store_keys(tx)


async def store_keys(tx: Transaction) -> None:
    """Stores the server's new ticket keys; the first one is current, and all others are retired."""
    await take_advisory_lock(tx.session, KEYS_LOCK)
    stored = await _load_retirements(tx.session)
    keys = {_compute_fingerprint(key): key for key in tx.server.ticket_keys.given}
    for fingerprint, key in keys.items():
        if fingerprint not in stored:
            text = encrypt(tx.server.ticket_keys.storage, key.hex())
            tx.session.add(TicketKey(fingerprint=fingerprint, key=text, created_at=tx.now))
    await tx.session.flush()
    is_first = col(TicketKey.fingerprint) == next(iter(keys))
    is_current = col(TicketKey.retired_at).is_(None)
    await tx.session.execute(update(TicketKey).where(is_first).values(retired_at=None))
    await tx.session.execute(
        update(TicketKey).where(~is_first, is_current).values(retired_at=tx.now)
    )


async def count_open_invitations(
    reader: Reader, now: datetime, signed_with: Collection[str] | None = None
) -> tuple[int, datetime | None]:
    """Counts the open invitations, and returns when the last one expires.

    `signed_with` are fingerprints: only invitations that these keys can have signed are counted.
    """
    statement = select(func.count(), func.max(col(Invitation.expires_at))).where(
        IS_PENDING, col(Invitation.expires_at) > now
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
