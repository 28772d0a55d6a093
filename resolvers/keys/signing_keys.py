"""The stored keys that sign session tokens: load, add the first one, rotate."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from sqlalchemy import ColumnElement, case, delete, update
from sqlmodel import col, or_, select

from models.database.store import Store
from models.keys.signing_keys import ANNOUNCED_BEFORE, PUBLISHED_AFTER, SigningKey
from resolvers.foundation.locks import KEYS_LOCK, take_advisory_lock
from resolvers.foundation.transaction import Transaction


class Signer(Protocol):
    """Signs session tokens, and publishes the keys that verify them."""

    async def prepare(self) -> None:
        """Creates the first key if it is missing, so that signing writes nothing."""
        ...

    async def sign(self, claims: Mapping[str, Any]) -> str:
        """Returns the claims as a JWT, signed with RS256, with the key's name as `kid`."""
        ...

    async def verification_key(self, kid: str) -> RSAPublicKey | None:
        """Returns the published key of this name."""
        ...

    async def published(self) -> Mapping[str, RSAPublicKey]:
        """Returns all published keys by name; the one that signs comes first."""
        ...


def is_published(now: datetime) -> ColumnElement[bool]:
    """Whether a key will sign, signs, or signed tokens that can still be valid."""
    return or_(col(SigningKey.is_current), col(SigningKey.retired_at) > now - PUBLISHED_AFTER)


async def load_published_keys(store: Store, now: datetime) -> Sequence[tuple[str, str]]:
    """Loads the name and encrypted private key of each published key; the one that signs first."""
    is_retired = case((col(SigningKey.retired_at) <= now, 1), else_=0)
    order = (
        is_retired,
        col(SigningKey.is_current),
        col(SigningKey.retired_at),
        col(SigningKey.created_at),
    )
    statement = (
        select(SigningKey.kid, SigningKey.private_key).where(is_published(now)).order_by(*order)
    )
    async with store.read() as connection:
        return [(row.kid, row.private_key) for row in await connection.execute(statement)]


async def add_first_key(tx: Transaction, *, kid: str, private_key: str) -> None:
    """Adds the key unless another process has added one: several can start at once."""
    await take_advisory_lock(tx.session, KEYS_LOCK)
    current = select(SigningKey.kid).where(col(SigningKey.is_current))
    if (await tx.session.execute(current)).first() is None:
        tx.session.add(
            SigningKey(kid=kid, private_key=private_key, is_current=True, created_at=tx.now)
        )


async def replace_key(tx: Transaction, *, kid: str, private_key: str) -> datetime:
    """Announces the key, and returns when it begins to sign.

    The key before it retires at that time and stays published; older ones are deleted. The first
    key signs at once.
    """
    await take_advisory_lock(tx.session, KEYS_LOCK)
    is_old = col(SigningKey.retired_at) <= tx.now - PUBLISHED_AFTER
    await tx.session.execute(delete(SigningKey).where(is_old))
    retirement = tx.now + ANNOUNCED_BEFORE
    retired = (
        update(SigningKey)
        .where(col(SigningKey.is_current))
        .values(is_current=False, retired_at=retirement)
        .returning(col(SigningKey.kid))
    )
    is_first = (await tx.session.execute(retired)).first() is None
    tx.session.add(SigningKey(kid=kid, private_key=private_key, is_current=True, created_at=tx.now))
    return tx.now if is_first else retirement
