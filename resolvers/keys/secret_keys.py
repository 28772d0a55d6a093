"""Secret keys: create, list, revoke, and authenticate with one (rules 88 and 89)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Select, String, type_coerce
from sqlmodel import col, select

from models.base import JSONObject, to_milliseconds
from models.database.statements import AnySelect, prepared_statement
from models.database.store import Store
from models.errors.collector import ErrorCollector
from models.errors.input import BulkSizeExceeded, ParameterMissing, ResourceNotFound, ValueInvalid
from models.errors.request import Unauthenticated
from models.events import EventType
from models.instance import Instance
from models.keys.expiry import compute_expiry
from models.keys.scopes import KeyScope
from models.keys.secret_keys import (
    MAXIMUM_ORGANIZATIONS,
    USES_KEPT,
    SecretKey,
    compute_digest,
    generate_secret,
    get_visible_part,
    is_live,
    make_narrowing,
    matches_digest,
)
from models.organizations import Organization
from models.validation.text import check_name
from resolvers.authority.access import Actor, ActorType, SignIn, missing_scope
from resolvers.foundation.labels import index_by_key
from resolvers.foundation.transaction import Transaction

# ------------------------------------------------------------------------------------------ sign in


async def sign_in_service(store: Store, secret: str, now: datetime) -> SignIn | None:
    """Loads the service of a secret key by the key's visible part.

    Returns None if the key is unknown, revoked, or expired.
    """
    async with store.read() as connection:
        (row,) = await connection.fetch(_select_service(get_visible_part(secret)))
    if not matches_digest(secret, row.digest or ""):
        return None
    if row.expires_at is not None and row.expires_at <= now:
        return None
    narrowing = make_narrowing(row.scopes, row.organization_ids)
    actor = Actor(ActorType.SERVICE, row.key_id, narrowing=narrowing)
    return SignIn(actor, cast(Instance, row))


@prepared_statement
def _select_service(visible: str) -> AnySelect:
    """Selects the instance's settings, and the key if it isn't revoked."""
    valid = (col(SecretKey.visible) == visible) & col(SecretKey.revoked_at).is_(None)
    key_id = type_coerce(col(SecretKey.id), String).label("key_id")
    columns: AnySelect = Select(
        Instance,
        key_id,
        col(SecretKey.digest),
        col(SecretKey.expires_at),
        col(SecretKey.scopes),
        col(SecretKey.organization_ids),
    )
    return columns.select_from(Instance).outerjoin(SecretKey, valid)


# ------------------------------------------------------------------------------------------- create


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to create; None stands for all scopes, for all organizations, and for no expiry."""

    name: str
    scopes: Sequence[str] | None = None
    organization_ids: Sequence[str] | None = None
    expires_in_days: int | None = None


async def create_key(tx: Transaction, new: NewKey) -> tuple[SecretKey, str]:
    """Creates a key, and returns it with its secret, of which only a digest is stored.

    Raises Forbidden for a key with more than the caller has, or all errors of the input at once.
    """
    maker = await lock_maker(tx)
    secret, errors = generate_secret(), ErrorCollector()
    key = SecretKey(
        id=tx.new_id(SecretKey.prefix),
        created_at=tx.now,
        updated_at=tx.now,
        name=new.name,
        visible=get_visible_part(secret),
        digest=compute_digest(secret),
    )
    with errors.at("name"):
        key.name = check_name(new.name)
    with errors.at("scopes"):
        key.scopes = _check_scopes(new.scopes)
    with errors.at("organization_ids"):
        key.organization_ids = await _check_organizations(tx, new.organization_ids)
    with errors.at("expires_in_days"):
        key.expires_at = _compute_own_expiry(tx.now, new.expires_in_days, maker)
    errors.raise_if_any()
    if maker:
        _ensure_within(maker, key)
    tx.session.add(key)
    _record(tx, EventType.SECRET_KEY_CREATED, key)
    return key, secret


async def lock_maker(tx: Transaction) -> SecretKey | None:
    """Locks the key that creates another one; None for the system, and for keys of the settings.

    Raises Unauthenticated if the key was revoked or has expired meanwhile.
    """
    if tx.actor.type is not ActorType.SERVICE:
        return None
    statement = select(SecretKey).where(col(SecretKey.id) == tx.actor.id).with_for_update()
    maker = (await tx.session.execute(statement)).scalar_one_or_none()
    if maker and not is_live(maker, tx.now):
        raise Unauthenticated("The secret key was revoked or has expired.")
    return maker


def _check_scopes(names: Sequence[str] | None) -> list[str] | None:
    if names is None:
        return None
    if not names:
        raise ParameterMissing("Name at least one scope, or leave scopes out for all of them.")
    known = {scope.value: scope.value for scope in KeyScope}
    return sorted(index_by_key(known, names, "scope", at="scopes"))


async def _check_organizations(tx: Transaction, ids: Sequence[str] | None) -> list[str] | None:
    if ids is None:
        return None
    if not ids:
        raise ParameterMissing(
            "Name at least one organization, or leave organizationIds out for all of them."
        )
    if len(ids) > MAXIMUM_ORGANIZATIONS:
        raise BulkSizeExceeded(
            f"A key can be for at most {MAXIMUM_ORGANIZATIONS} organizations.",
            limit=MAXIMUM_ORGANIZATIONS,
        )
    statement = select(Organization.id).where(col(Organization.id).in_(ids))
    known = set((await tx.session.execute(statement)).scalars())
    if unknown := [id for id in dict.fromkeys(ids) if id not in known]:
        raise ResourceNotFound(
            "These organizations don't exist: "
            + ", ".join(repr(id[:80]) for id in unknown[:10])
            + "."
        )
    return sorted(known)


def _compute_own_expiry(
    now: datetime, days: int | None, maker: SecretKey | None
) -> datetime | None:
    expires_at = compute_expiry(now, days, "A key")
    limit = maker.expires_at if maker else None
    if limit is not None and (expires_at is None or expires_at > limit):
        raise ValueInvalid(
            "The new key can't outlive the key that creates it, which expires at"
            f" {limit.isoformat(timespec='seconds')}. Choose fewer days, or use another key."
        )
    return expires_at


def _ensure_within(maker: SecretKey, key: SecretKey) -> None:
    """Ensures that the new key has no scope that its maker lacks.

    A key for certain organizations can't create keys at all, so its organizations don't matter.
    """
    held = maker.narrowing.scopes
    if held is None:
        return
    wanted = list(KeyScope) if key.scopes is None else [KeyScope(scope) for scope in key.scopes]
    if missing := [scope for scope in wanted if scope not in held]:
        raise missing_scope(*missing)


def _make_data(key: SecretKey) -> JSONObject:
    """Converts a key to the data of events and webhooks, without its secret."""
    return {
        "object": "secret_key",
        "id": key.id,
        "name": key.name,
        "visible": key.visible,
        "scopes": key.scopes,
        "organization_ids": key.organization_ids,
        "expires_at": to_milliseconds(key.expires_at) if key.expires_at else None,
        "revoked_at": to_milliseconds(key.revoked_at) if key.revoked_at else None,
        "created_at": to_milliseconds(key.created_at),
        "updated_at": to_milliseconds(key.updated_at),
    }


def _record(tx: Transaction, type: EventType, key: SecretKey) -> None:
    tx.record(type, key.id, _make_data(key))


# ---------------------------------------------------------------------------------- list and revoke


async def list_keys(tx: Transaction) -> Sequence[SecretKey]:
    return (await tx.session.execute(select(SecretKey).order_by(col(SecretKey.id)))).scalars()


async def revoke_key(tx: Transaction, *, key_id: str) -> SecretKey:
    """Revokes a key at once; raises ResourceNotFound. A revoked key keeps its time.

    People may name the key by its visible part instead of its ID.
    """
    same = (col(SecretKey.id) == key_id) | (col(SecretKey.visible) == get_visible_part(key_id))
    statement = select(SecretKey).where(same).with_for_update()
    key = (await tx.session.execute(statement)).scalar_one_or_none()
    if key is None:
        raise ResourceNotFound(f"The key {key_id[:15]!r} doesn't exist.", at="id")
    if key.revoked_at is None:
        key.revoked_at = key.updated_at = tx.now
        _record(tx, EventType.SECRET_KEY_REVOKED, key)
    return key


# --------------------------------------------------------------------------------------------- uses


async def store_uses(tx: Transaction, uses: Mapping[str, Collection[str]]) -> None:
    """Stores which scopes were used by which keys, to the minute.

    Keys of the settings have no row.
    """
    minute = tx.now.replace(second=0, microsecond=0)
    since, now = to_milliseconds(minute - USES_KEPT), to_milliseconds(minute)
    statement = select(SecretKey).where(col(SecretKey.id).in_(uses)).order_by(col(SecretKey.id))
    for key in (await tx.session.execute(statement.with_for_update())).scalars():
        kept = {scope: used_at for scope, used_at in key.scope_uses.items() if used_at >= since}
        key.last_used_at, key.scope_uses = minute, kept | dict.fromkeys(uses[key.id], now)
