"""Secret keys: make, list, revoke, and recognise one."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import String, type_coerce
from sqlmodel import col, select

from models.database.store import Store
from models.errors import ResourceNotFound
from models.instance import Instance
from models.keys.secret_keys import SecretKey, digest_of, is_same, new_secret, visible_part
from models.validation.text import checked_name
from resolvers.access import Actor, ActorType
from resolvers.transaction import Work


async def sign_in_service(store: Store, secret: str) -> tuple[Actor, Instance] | None:
    """The service behind a secret key, looked up by its visible part; None for a key that is unknown or revoked."""
    columns = select(Instance, type_coerce(col(SecretKey.id), String).label("key_id"), col(SecretKey.digest))
    live = (col(SecretKey.visible) == visible_part(secret)) & col(SecretKey.revoked_at).is_(None)
    async with store.read() as connection:
        row = (await connection.execute(columns.outerjoin(SecretKey, live))).one()
    if not is_same(secret, row.digest or ""):
        return None
    return Actor(ActorType.SERVICE, row.key_id), cast(Instance, row)


async def create_key(work: Work, *, name: str, secret: str | None = None) -> tuple[SecretKey, str]:
    """A new key and its secret, which is kept nowhere: only its digest is."""
    secret = secret or new_secret()
    key = SecretKey(
        id=work.new_id(SecretKey.prefix),
        created_at=work.now,
        updated_at=work.now,
        name=checked_name(name),
        visible=visible_part(secret),
        digest=digest_of(secret),
    )
    work.session.add(key)
    return key, secret


async def list_keys(work: Work) -> Sequence[SecretKey]:
    return (await work.session.execute(select(SecretKey).order_by(col(SecretKey.id)))).scalars().all()


async def revoke_key(work: Work, *, id_or_visible: str) -> SecretKey:
    """Revokes at once; a key that was revoked before keeps its time. Raises ResourceNotFound."""
    wanted = (col(SecretKey.id) == id_or_visible) | (col(SecretKey.visible) == visible_part(id_or_visible))
    key = (await work.session.execute(select(SecretKey).where(wanted))).scalar_one_or_none()
    if key is None:
        raise ResourceNotFound(f"There is no key {id_or_visible[:15]!r}.")
    key.revoked_at = key.revoked_at or work.now
    return key
