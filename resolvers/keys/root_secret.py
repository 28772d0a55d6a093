"""Encrypted columns: whether the root secrets can decrypt them, and their reencryption."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import Column, ColumnElement, delete, select, true, update
from sqlmodel import col

from models.database.connection import Connection
from models.database.session import DatabaseSession
from models.database.tables import metadata
from models.keys.encryption import Purpose, encrypt, is_readable, make_cipher
from models.webhooks import WebhookEndpoint, generate_secret
from resolvers.foundation.locks import take_lock
from resolvers.foundation.transaction import Transaction
from resolvers.keys import signing_keys, ticket_keys

KEYS, TICKETS, ENDPOINTS = (
    metadata.tables[name].c for name in ("signing_key", "ticket_key", "webhook_endpoint")
)


@dataclass(frozen=True, slots=True, eq=False)
class EncryptedColumn:
    """A column that holds encrypted values."""

    name: str
    purpose: Purpose
    column: Column[Any]
    # Which rows are still in use; only these must be decryptable.
    is_needed: Callable[[datetime], ColumnElement[bool]]
    # Makes a value that replaces an unreadable one; without it, the value or its row is deleted.
    replacement: Callable[[], str] | None = None

    @property
    def key(self) -> Column[Any]:
        (key,) = self.column.table.primary_key.columns
        return key


# Each column that `models/keys/encryption.py` encrypts must be listed here: a rotation of the root
# secret covers only these.
ENCRYPTED_COLUMNS = (
    EncryptedColumn(
        "signing key", Purpose.SIGNING_KEYS, KEYS.private_key, signing_keys.is_published
    ),
    EncryptedColumn("ticket key", Purpose.TICKET_KEYS, TICKETS.key, ticket_keys.is_needed),
    EncryptedColumn(
        "webhook secret",
        Purpose.WEBHOOK_SECRETS,
        ENDPOINTS.secret,
        lambda now: true(),
        generate_secret,
    ),
    EncryptedColumn(
        "previous webhook secret",
        Purpose.WEBHOOK_SECRETS,
        ENDPOINTS.previous_secret,
        lambda now: col(WebhookEndpoint.previous_signs_until) > now,
    ),
)


class State(Enum):
    """Which of the root secrets a value is encrypted under."""

    CURRENT = "the first one"
    OUTDATED = "another one"
    UNREADABLE = "none"


@dataclass(frozen=True, slots=True)
class EncryptedValue:
    column: EncryptedColumn
    row_id: str
    state: State
    text: str = field(repr=False)


async def load_encrypted_values(
    reader: Connection | DatabaseSession, secrets: Sequence[str], now: datetime
) -> list[EncryptedValue]:
    """Loads every encrypted value that is still in use."""
    values: list[EncryptedValue] = []
    for encrypted in ENCRYPTED_COLUMNS:
        stored = (
            select(encrypted.key, encrypted.column)
            .where(encrypted.column.is_not(None), encrypted.is_needed(now))
            .order_by(encrypted.key)
        )
        rows = (await reader.execute(stored)).all()
        values += [
            EncryptedValue(encrypted, id, _find_state(secrets, encrypted.purpose, text), text)
            for id, text in rows
        ]
    return values


def _find_state(secrets: Sequence[str], purpose: Purpose, text: str) -> State:
    if is_readable(make_cipher(secrets[:1], purpose), text):
        return State.CURRENT
    if is_readable(make_cipher(secrets, purpose), text):
        return State.OUTDATED
    return State.UNREADABLE


async def reencrypt(tx: Transaction, *, discard_unreadable: bool) -> list[EncryptedValue]:
    """Encrypts every value in use under the server's first root secret.

    Returns all values in use, with the states that they had before.
    """
    secrets = tx.server.secrets
    await ticket_keys.store_keys(tx)
    # Others can read the values meanwhile, but not add or change them.
    tables = dict.fromkeys(encrypted.column.table.name for encrypted in ENCRYPTED_COLUMNS)
    await take_lock(tx.session, f"LOCK TABLE {', '.join(tables)} IN EXCLUSIVE MODE")
    values = await load_encrypted_values(tx.session, secrets, tx.now)
    for value in values:
        if value.state is State.OUTDATED:
            text = make_cipher(secrets, value.column.purpose).rotate(value.text.encode()).decode()
            await _write(tx, value, text)
        elif value.state is State.UNREADABLE and discard_unreadable:
            await _discard(tx, value, secrets)
    return values


async def _write(tx: Transaction, value: EncryptedValue, text: str | None) -> None:
    column = value.column
    changed = update(column.column.table).where(column.key == value.row_id)
    await tx.session.execute(changed.values({column.column: text}))


async def _discard(tx: Transaction, value: EncryptedValue, secrets: Sequence[str]) -> None:
    column = value.column
    if column.replacement:
        await _write(tx, value, encrypt(make_cipher(secrets, column.purpose), column.replacement()))
    elif column.column.nullable:
        await _write(tx, value, None)
    else:
        await tx.session.execute(delete(column.column.table).where(column.key == value.row_id))
