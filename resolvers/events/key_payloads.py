"""Converts secret keys to the data of events and webhooks, without their secrets."""

from models.base import JSONObject, to_milliseconds
from models.events import EventType
from models.keys.secret_keys import SecretKey
from resolvers.transaction import Transaction


def secret_key_data(key: SecretKey) -> JSONObject:
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


def record_secret_key(tx: Transaction, type: EventType, key: SecretKey) -> None:
    tx.record(type, key.id, secret_key_data(key))
