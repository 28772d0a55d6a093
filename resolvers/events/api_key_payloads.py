"""Converts API keys to the data of events and webhooks, without their secrets."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Select
from sqlmodel import col, select

from models.base import JSONObject, to_milliseconds
from models.database.statements import prepared_statement
from models.events import EventType
from models.keys.api_keys import ApiKey, is_live_at
from resolvers.authority.key_grants import select_key_permissions
from resolvers.authority.plan_gate import parse_keys
from resolvers.foundation.transaction import Transaction


def api_key_data(key: ApiKey, permissions: Iterable[str]) -> JSONObject:
    return {
        "object": "api_key",
        "id": key.id,
        "organization_id": key.organization_id,
        "name": key.name,
        "description": key.description,
        "visible": key.visible,
        "permissions": sorted(permissions),
        "claims": key.claims,
        "created_by": key.created_by_id,
        "expires_at": to_milliseconds(key.expires_at) if key.expires_at else None,
        "revoked_at": to_milliseconds(key.revoked_at) if key.revoked_at else None,
        "revocation_reason": key.revocation_reason,
        "created_at": to_milliseconds(key.created_at),
        "updated_at": to_milliseconds(key.updated_at),
    }


def record_api_key(
    tx: Transaction,
    type: EventType,
    key: ApiKey,
    permissions: Iterable[str],
    changes: JSONObject | None = None,
) -> None:
    data = api_key_data(key, permissions)
    tx.record(type, key.id, data, organization_id=key.organization_id, changes=changes)


async def record_creator_left(
    tx: Transaction, user_id: str, organization_id: str | None = None
) -> None:
    """Records that the creator of keys has left the organization, or was deleted (rule 91).

    Without an organization, it is for all of them.
    """
    rows = (await tx.session.execute(_select_keys(user_id, organization_id, tx.now))).all()
    for key, permissions in rows:
        data = api_key_data(key, parse_keys(permissions)) | {"creator_left": True}
        changes: JSONObject = {}
        if organization_id is None:
            data["created_by"], changes = None, {"created_by": user_id}
        tx.record(
            EventType.API_KEY_UPDATED,
            key.id,
            data,
            organization_id=key.organization_id,
            changes=changes,
        )


@prepared_statement
def _select_keys(user_id: str, organization_id: str | None, now: datetime) -> Select[ApiKey, str]:
    statement = select(ApiKey, select_key_permissions()).where(
        col(ApiKey.created_by_id) == user_id, is_live_at(now)
    )
    if organization_id is not None:
        statement = statement.where(col(ApiKey.organization_id) == organization_id)
    return statement.order_by(col(ApiKey.id))
