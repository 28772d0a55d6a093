"""What API keys can do, read from the store (rules 90 and 91)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, String, func, null, type_coerce
from sqlmodel import col, select

from models.database.session import DatabaseSession
from models.database.statements import AnySelect, prepared_statement
from models.database.store import Readable
from models.instance import INSTANCE_ID, Instance
from models.keys.api_keys import ApiKey, ApiKeyPermission, is_live_at
from models.organizations import Organization
from models.plans import PayerType
from models.roles import Permission
from resolvers.authority.access import Grant, make_grant
from resolvers.authority.locked_organization import has_overdue
from resolvers.authority.plan_gate import select_features


def select_key_permissions() -> ColumnElement[str]:
    """Selects the keys of an API key's permissions, separated by spaces."""
    keys = select(func.aggregate_strings(col(Permission.key), " ")).join(
        ApiKeyPermission, col(ApiKeyPermission.permission_id) == col(Permission.id)
    )
    keys = keys.where(col(ApiKeyPermission.api_key_id) == col(ApiKey.id))
    return keys.correlate_except(Permission, ApiKeyPermission).scalar_subquery()


def _grant_columns(now: datetime) -> Sequence[SQLColumnExpression[Any]]:
    """Makes the columns of an API key that `make_grant` needs; a key has neither of the IDs."""
    return (
        type_coerce(null(), String).label("membership_id"),
        type_coerce(null(), String).label("role_id"),
        select_key_permissions().label("permissions"),
        select_features(PayerType.ORGANIZATION, col(ApiKey.organization_id), now).label("features"),
    )


@prepared_statement
def _select_key_grants(ids: Collection[str], now: datetime) -> AnySelect:
    columns: AnySelect = Select(
        col(ApiKey.organization_id), col(ApiKey.id).label("key_id"), *_grant_columns(now)
    )
    return columns.where(col(ApiKey.id).in_(ids), is_live_at(now))


async def load_key_grants(
    store: Readable, now: datetime, ids: Collection[str]
) -> dict[tuple[str, str], Grant]:
    """Loads what live API keys hold, by organization ID and key ID."""
    async with store.read() as connection:
        rows = (await connection.execute(_select_key_grants(ids, now))).all()
    return {(row[0], row[1]): make_grant(*row[2:]) for row in rows}


async def load_key_grant(
    session: DatabaseSession, organization_id: str, key_id: str, now: datetime
) -> Grant | None:
    """Loads what the API key holds in the organization; None if it isn't live."""
    rows = (await session.execute(_select_key_grants([key_id], now))).all()
    return next((make_grant(*row[2:]) for row in rows if row[0] == organization_id), None)


@prepared_statement
def select_key_authority(organization_id: str, key_id: str, now: datetime) -> AnySelect:
    """Selects what `select_authority` does for a user, with what the live API key holds.

    The ID of the key is null if it isn't live.
    """
    is_key = (
        (col(ApiKey.id) == key_id)
        & (col(ApiKey.organization_id) == organization_id)
        & is_live_at(now)
    )
    columns: AnySelect = Select(
        Instance, Organization, has_overdue(now), col(ApiKey.id), *_grant_columns(now)
    )
    return (
        columns.select_from(Instance)
        .outerjoin(Organization, col(Organization.id) == organization_id)
        .outerjoin(ApiKey, is_key)
        .where(col(Instance.id) == INSTANCE_ID)
    )
