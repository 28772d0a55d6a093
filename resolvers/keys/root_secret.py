"""Everything that is stored encrypted: whether the given root secrets can decrypt it, and encrypting it again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import Column, ColumnElement, delete, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlmodel import col

from models.database.tables import metadata
from models.keys.encryption import Purpose, is_readable, sealed, storage
from models.webhooks import WebhookEndpoint, new_secret
from resolvers.invitations import tickets
from resolvers.keys import signing_keys
from resolvers.transaction import Work

KEYS, TICKETS, ENDPOINTS = (metadata.tables[name].c for name in ("signing_key", "ticket_key", "webhook_endpoint"))


@dataclass(frozen=True, slots=True, eq=False)
class SealedColumn:
    """A column that holds encrypted values."""

    name: str
    purpose: Purpose
    column: Column[Any]
    is_needed: Callable[[datetime], ColumnElement[bool]]
    """Which rows are still in use; whether the others can be decrypted does not matter."""
    replacement: Callable[[], str] | None = None
    """Makes a new value for one that is lost; without it, the value or its row is deleted."""

    @property
    def key(self) -> Column[Any]:
        (key,) = self.column.table.primary_key.columns
        return key


# Each column that `models/keys/encryption.py` encrypts must be listed here: a rotation of the root secret covers only these.
SEALED = (
    SealedColumn("signing key", Purpose.SIGNING_KEYS, KEYS.private_key, signing_keys.is_published),
    SealedColumn("ticket key", Purpose.TICKET_KEYS, TICKETS.key, tickets.is_needed),
    SealedColumn("webhook secret", Purpose.WEBHOOK_SECRETS, ENDPOINTS.secret, lambda now: true(), new_secret),
    SealedColumn(
        "previous webhook secret",
        Purpose.WEBHOOK_SECRETS,
        ENDPOINTS.previous_secret,
        lambda now: col(WebhookEndpoint.previous_signs_until) > now,
    ),
)


class State(Enum):
    """Which of the given root secrets a value is encrypted under."""

    CURRENT = "the first one"
    OUTDATED = "another one"
    UNREADABLE = "none"


@dataclass(frozen=True, slots=True)
class SealedValue:
    column: SealedColumn
    row_id: str
    state: State
    text: str = field(repr=False)


async def examine(reader: AsyncConnection | AsyncSession, secrets: Sequence[str], now: datetime) -> list[SealedValue]:
    """Every encrypted value that is still in use."""
    found: list[SealedValue] = []
    for one in SEALED:
        stored = select(one.key, one.column).where(one.column.is_not(None), one.is_needed(now)).order_by(one.key)
        rows = (await reader.execute(stored)).all()
        found += [SealedValue(one, id, _state(secrets, one.purpose, text), text) for id, text in rows]
    return found


def _state(secrets: Sequence[str], purpose: Purpose, text: str) -> State:
    for known, state in ((secrets[:1], State.CURRENT), (secrets, State.OUTDATED)):
        if is_readable(storage(known, purpose), text):
            return state
    return State.UNREADABLE


async def reseal(work: Work, secrets: Sequence[str], *, discard_unreadable: bool) -> list[SealedValue]:
    """Encrypts what is in use under the first secret; returns all values with the states that they had before."""
    await tickets.store_keys(work, tickets.ticket_keys(secrets))
    # Nobody else can add or change a value until the end; reading goes on.
    await work.lock(f"LOCK TABLE {', '.join({one.column.table.name: None for one in SEALED})} IN EXCLUSIVE MODE")
    values = await examine(work.session, secrets, work.now)
    for value in values:
        if value.state is State.OUTDATED:
            text = storage(secrets, value.column.purpose).rotate(value.text.encode()).decode()
            await _write(work, value, text)
        elif value.state is State.UNREADABLE and discard_unreadable:
            await _discard(work, value, secrets)
    return values


async def _write(work: Work, value: SealedValue, text: str | None) -> None:
    column = value.column
    changed = update(column.column.table).where(column.key == value.row_id)
    await work.session.execute(changed.values({column.column: text}))


async def _discard(work: Work, value: SealedValue, secrets: Sequence[str]) -> None:
    column = value.column
    if column.replacement:
        await _write(work, value, sealed(storage(secrets, column.purpose), column.replacement()))
    elif column.column.nullable:
        await _write(work, value, None)
    else:
        await work.session.execute(delete(column.column.table).where(column.key == value.row_id))
