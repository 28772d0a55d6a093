"""Secret keys: create, list, revoke, and authenticate with one."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import String, type_coerce
from sqlmodel import col, select

from models.database.statements import AnySelect, prepared_statement
from models.database.store import Store
from models.errors import ResourceNotFound
from models.instance import Instance
from models.keys.secret_keys import (
    SecretKey,
    compute_digest,
    generate_secret,
    get_visible_part,
    matches_digest,
)
from models.validation.text import check_name
from resolvers.access import Actor, ActorType, SignIn
from resolvers.transaction import Transaction


async def sign_in_service(store: Store, secret: str) -> SignIn | None:
    """Loads the service of a secret key by the key's visible part; None if unknown or revoked."""
    async with store.read() as connection:
        (row,) = await connection.fetch(_select_service(get_visible_part(secret)))
    if not matches_digest(secret, row.digest or ""):
        return None
    return SignIn(Actor(ActorType.SERVICE, row.key_id), cast(Instance, row))


@prepared_statement
def _select_service(visible: str) -> AnySelect:
    """Selects the instance's settings, and the key if it isn't revoked."""
    valid = (col(SecretKey.visible) == visible) & col(SecretKey.revoked_at).is_(None)
    key_id = type_coerce(col(SecretKey.id), String).label("key_id")
    return select(Instance, key_id, col(SecretKey.digest)).outerjoin(SecretKey, valid)


async def create_key(
    tx: Transaction, *, name: str, secret: str | None = None
) -> tuple[SecretKey, str]:
    """Creates a key, and returns it with its secret, of which only a digest is stored."""
    secret = secret or generate_secret()
    key = SecretKey(
        id=tx.new_id(SecretKey.prefix),
        created_at=tx.now,
        updated_at=tx.now,
        name=check_name(name),
        visible=get_visible_part(secret),
        digest=compute_digest(secret),
    )
    tx.session.add(key)
    return key, secret


async def list_keys(tx: Transaction) -> Sequence[SecretKey]:
    return (await tx.session.execute(select(SecretKey).order_by(col(SecretKey.id)))).scalars()


async def revoke_key(tx: Transaction, *, id_or_visible: str) -> SecretKey:
    """Revokes a key at once; raises ResourceNotFound. A revoked key keeps its time."""
    same = (col(SecretKey.id) == id_or_visible) | (
        col(SecretKey.visible) == get_visible_part(id_or_visible)
    )
    key = (await tx.session.execute(select(SecretKey).where(same))).scalar_one_or_none()
    if key is None:
        raise ResourceNotFound(f"The key {id_or_visible[:15]!r} doesn't exist.")
    key.revoked_at = key.revoked_at or tx.now
    return key
