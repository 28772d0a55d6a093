"""Creates, changes, and revokes the API keys of an organization (rules 91 and 92)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, update
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.base import JSONObject, parse_prefix
from models.database.statements import prepared_statement
from models.errors.collector import ErrorCollector
from models.errors.input import ApiKeyExpired, ApiKeyRevoked, QuotaExceeded, ResourceNotFound
from models.errors.request import Forbidden
from models.events import EventType
from models.keys.api_keys import (
    LIVE_KEYS,
    ApiKey,
    ApiKeyFault,
    ApiKeyPermission,
    check_reason,
    find_fault,
    generate_secret,
    is_live_at,
)
from models.keys.expiry import compute_expiry
from models.keys.scopes import list_needed_scopes
from models.keys.secret_keys import compute_digest, get_visible_part
from models.roles import Permission
from models.validation.text import check_metadata
from resolvers.authority.access import ensure_grantable, missing_scope
from resolvers.authority.key_grants import select_key_permissions
from resolvers.authority.plan_gate import parse_keys
from resolvers.events.api_key_payloads import record_api_key
from resolvers.foundation.changes import apply_changes
from resolvers.foundation.labels import check_labels
from resolvers.foundation.transaction import Transaction
from resolvers.keys.secret_keys import lock_maker
from resolvers.role_model.permissions import load_permissions_by_key


@dataclass(frozen=True, slots=True)
class NewApiKey:
    name: str
    permissions: Sequence[str]
    description: str | None = None
    claims: JSONObject | None = None
    expires_in_days: int | None = None


async def create_api_key(
    tx: Transaction, *, organization_id: str, new: NewApiKey
) -> tuple[ApiKey, str]:
    """Creates a key with permissions that the caller holds, and returns it with its secret.

    Only a digest of the secret is stored. Raises all errors of the input at once.
    """
    await _ensure_can_write(tx)
    organization = await tx.lock_organization(organization_id)
    errors, permissions, expires_at = ErrorCollector(), list[Permission](), None
    labels = check_labels(errors, {"name": new.name, "description": new.description})
    with errors.at("permissions"):
        permissions = await load_permissions_by_key(tx, new.permissions)
    with errors.at("claims"):
        check_metadata(new.claims or {})
    with errors.at("expires_in_days"):
        expires_at = compute_expiry(tx.now, new.expires_in_days, "An API key")
    errors.raise_if_any()
    granted = [permission.key for permission in permissions]
    _ensure_grantable(tx, granted)
    live = (await tx.session.execute(_count_live(organization.id, tx.now))).scalar_one()
    if live >= LIVE_KEYS:
        raise QuotaExceeded(
            f"An organization can have at most {LIVE_KEYS} API keys. Revoke one of them first.",
            limit=LIVE_KEYS,
        )
    secret = generate_secret()
    key = ApiKey(
        id=tx.new_id(ApiKey.prefix),
        created_at=tx.now,
        updated_at=tx.now,
        organization_id=organization.id,
        visible=get_visible_part(secret),
        digest=compute_digest(secret),
        claims=new.claims or {},
        created_by_id=tx.actor.user_id,
        expires_at=expires_at,
        **labels,
    )
    tx.session.add(key)
    await _add_permissions(tx, key, permissions)
    record_api_key(tx, EventType.API_KEY_CREATED, key, granted)
    return key, secret


async def update_api_key(
    tx: Transaction, *, organization_id: str, key_id: str, given: dict[str, Any]
) -> ApiKey:
    """Changes the given fields of a key.

    The caller must hold all permissions that the key has before and after the change.
    """
    await _ensure_can_write(tx)
    await tx.lock_organization(organization_id)
    key, granted = await _load_key(tx, organization_id, key_id)
    _ensure_live(key, tx.now)
    errors, permissions = ErrorCollector(), None
    new = errors.reject_nulls(given, "name", "permissions")
    new |= check_labels(errors, new)
    if "permissions" in new:
        with errors.at("permissions"):
            permissions = await load_permissions_by_key(tx, new.pop("permissions"))
    if "claims" in new:
        claims: JSONObject = new["claims"] or {}
        new["claims"] = claims
        with errors.at("claims"):
            check_metadata(claims)
    if "expires_in_days" in new:
        with errors.at("expires_in_days"):
            days = new.pop("expires_in_days")
            new["expires_at"] = compute_expiry(tx.now, days, "An API key")
    errors.raise_if_any()
    wanted = granted if permissions is None else frozenset(one.key for one in permissions)
    _ensure_grantable(tx, granted | wanted)
    changes = apply_changes(key, new)
    if permissions is not None and wanted != granted:
        changes["permissions"] = sorted(granted)
        which = col(ApiKeyPermission.api_key_id) == key.id
        await tx.session.execute(delete(ApiKeyPermission).where(which))
        await _add_permissions(tx, key, permissions)
    if changes:
        key.updated_at = tx.now
        record_api_key(tx, EventType.API_KEY_UPDATED, key, wanted, changes)
    return key


async def revoke_api_key(
    tx: Transaction, *, organization_id: str, key_id: str, reason: str | None
) -> ApiKey:
    """Revokes a key at once; one that was revoked before keeps its time and reason."""
    await tx.lock_organization(organization_id)
    key, granted = await _load_key(tx, organization_id, key_id)
    errors, cleaned = ErrorCollector(), None
    with errors.at("reason"):
        cleaned = check_reason(reason)
    errors.raise_if_any()
    if key.revoked_at is None:
        key.revoked_at = key.updated_at = tx.now
        key.revocation_reason = cleaned
        record_api_key(tx, EventType.API_KEY_REVOKED, key, granted)
    return key


async def store_uses_of_api_keys(tx: Transaction, key_ids: Iterable[str]) -> None:
    """Stores that those of the keys that are API keys were used, to the minute."""
    used_ids = [key_id for key_id in key_ids if parse_prefix(key_id) == ApiKey.prefix]
    if not used_ids:
        return
    minute = tx.now.replace(second=0, microsecond=0)
    used = update(ApiKey).where(col(ApiKey.id).in_(used_ids))
    await tx.session.execute(used.values(last_used_at=minute))


async def _ensure_can_write(tx: Transaction) -> None:
    """Rejects an API key, and a secret key that has ended meanwhile, which would outlive itself."""
    if tx.actor.api_key_id is not None:
        raise Forbidden(
            "An API key can't create or change API keys. Use a signed-in user or a secret key.",
            reason="user_required",
        )
    await lock_maker(tx)


def _ensure_grantable(tx: Transaction, permissions: Collection[str]) -> None:
    """Ensures that the caller can do everything that the key can (rules 88 and 91)."""
    ensure_grantable(tx.grant, permissions, "The key")
    missing = [scope for scope in list_needed_scopes(permissions) if not tx.actor.has_scope(scope)]
    if missing:
        raise missing_scope(*missing)


@prepared_statement
def _count_live(organization_id: str, now: datetime) -> SelectOfScalar[int]:
    of_organization = col(ApiKey.organization_id) == organization_id
    return select(func.count()).where(of_organization, is_live_at(now))


async def _add_permissions(tx: Transaction, key: ApiKey, permissions: Sequence[Permission]) -> None:
    await tx.session.flush()
    tx.session.add_all(
        ApiKeyPermission(api_key_id=key.id, permission_id=permission.id)
        for permission in permissions
    )


async def _load_key(
    tx: Transaction, organization_id: str, key_id: str
) -> tuple[ApiKey, frozenset[str]]:
    """Loads by both IDs, so that a key of another organization is not found."""
    row = (await tx.session.execute(_select_key(organization_id, key_id))).one_or_none()
    if row is None:
        raise ResourceNotFound("The API key doesn't exist in this organization.", at="api_key_id")
    return row[0], parse_keys(row[1])


@prepared_statement
def _select_key(organization_id: str, key_id: str) -> Select[ApiKey, str]:
    return select(ApiKey, select_key_permissions()).where(
        col(ApiKey.id) == key_id, col(ApiKey.organization_id) == organization_id
    )


def _ensure_live(key: ApiKey, now: datetime) -> None:
    match find_fault(key.revoked_at, key.expires_at, now):
        case ApiKeyFault.REVOKED:
            raise ApiKeyRevoked("The API key was revoked. Create a new one.", at="api_key_id")
        case ApiKeyFault.EXPIRED:
            raise ApiKeyExpired("The API key has expired. Create a new one.", at="api_key_id")
        case _:
            pass
