"""The keys that session tokens are signed with: the one
that signs, those before it, and the change to the next.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from sqlalchemy import ColumnElement, delete, update
from sqlmodel import col, or_, select

from models.database.store import Store
from models.keys.signing_keys import PUBLISHED_AFTER, SigningKey
from resolvers.locks import KEYS_LOCK, take_advisory_lock
from resolvers.transaction import Transaction


class Signer(Protocol):
    """Signs session tokens, and knows its own published keys."""

    async def sign(self, claims: Mapping[str, Any]) -> str:
        """The claims as a JWT: RS256, `typ` JWT, with the `kid` of the key that signs."""
        ...

    async def verification_key(self, kid: str) -> RSAPublicKey | None:
        """The published key of that name; None for any other."""
        ...

    async def published(self) -> Mapping[str, RSAPublicKey]:
        """All public keys by name; the one that signs comes first."""
        ...


def is_published(now: datetime) -> ColumnElement[bool]:
    """Whether a key signs, or did until a moment ago."""
    return or_(col(SigningKey.is_current), col(SigningKey.retired_at) > now - PUBLISHED_AFTER)


async def load_published_keys(store: Store, now: datetime) -> Sequence[tuple[str, str]]:
    """Name and sealed private key of every published
    key; the first one signs, if there is one that does.
    """
    order = (col(SigningKey.is_current).desc(), col(SigningKey.created_at).desc())
    statement = (
        select(SigningKey.kid, SigningKey.private_key).where(is_published(now)).order_by(*order)
    )
    async with store.read() as connection:
        return [(row.kid, row.private_key) for row in await connection.execute(statement)]


async def add_first_key(tx: Transaction, *, kid: str, private_key: str) -> None:
    """Adds the key, unless there is one: of several
    processes that start at once one gives the key.
    """
    await take_advisory_lock(tx.session, KEYS_LOCK)
    if (
        await tx.session.execute(select(SigningKey.kid).where(col(SigningKey.is_current)))
    ).first() is None:
        tx.session.add(
            SigningKey(kid=kid, private_key=private_key, is_current=True, created_at=tx.now)
        )


async def replace_key(tx: Transaction, *, kid: str, private_key: str) -> None:
    """The new key signs from now on; the one before stays
    published for a while, older ones are forgotten.
    """
    await take_advisory_lock(tx.session, KEYS_LOCK)
    lapsed = col(SigningKey.retired_at) <= tx.now - PUBLISHED_AFTER
    await tx.session.execute(delete(SigningKey).where(lapsed))
    retired = (
        update(SigningKey)
        .where(col(SigningKey.is_current))
        .values(is_current=False, retired_at=tx.now)
    )
    await tx.session.execute(retired)
    tx.session.add(SigningKey(kid=kid, private_key=private_key, is_current=True, created_at=tx.now))
