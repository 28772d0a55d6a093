"""Records events of memberships; of many, in pieces that spare memory and the event loop."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.base import JSONObject, to_milliseconds
from models.database.statements import prepared_statement
from models.events import EventType
from models.memberships import Membership
from models.organizations import Organization
from models.plans import PayerType
from models.users import User
from resolvers.authority.plan_gate import filter_by_features, parse_keys, select_features
from resolvers.events.payloads import membership_data
from resolvers.foundation.event_writer import PIECE
from resolvers.foundation.transaction import Transaction
from resolvers.roles import RoleWithPermissions, load_all_roles


async def load_features(tx: Transaction, organization_id: str) -> frozenset[str] | None:
    """Loads the features of the organization's plan; None while billing is disabled."""
    if not (await tx.load_instance()).billing_enabled:
        return None
    statement = _select_features(organization_id, tx.now)
    return parse_keys((await tx.session.execute(statement)).scalar_one())


@prepared_statement
def _select_features(organization_id: str, now: datetime) -> SelectOfScalar[str | None]:
    features = select_features(PayerType.ORGANIZATION, col(Organization.id), now)
    return select(features).where(col(Organization.id) == organization_id)


async def record_one(
    tx: Transaction,
    type: EventType,
    membership: Membership,
    organization: Organization,
    user: User,
    role: RoleWithPermissions,
    changes: JSONObject | None = None,
) -> None:
    features = await load_features(tx, organization.id)
    record_membership(tx, type, membership, organization, user, role, features, changes)


def record_membership(
    tx: Transaction,
    type: EventType,
    membership: Membership,
    organization: Organization,
    user: User,
    role: RoleWithPermissions,
    features: frozenset[str] | None,
    changes: JSONObject | None = None,
) -> None:
    """Records the event with the permissions that count with the organization's plan (rule 43)."""
    permissions = filter_by_features(role.permissions, features)
    tx.record(
        type,
        membership.id,
        membership_data(membership, organization, user, role.role, permissions),
        organization_id=organization.id,
        user_id=user.id,
        private_metadata=membership.private_metadata,
        changes=changes,
    )


def select_rows(table: Any) -> Select[Any]:
    """Selects plain rows of a table, which can be too many for entities."""
    return Select(*table.__table__.columns)


async def record_deleted(tx: Transaction, which: ColumnElement[bool]) -> None:
    """Records an event for each of these memberships, before they are deleted."""
    roles = {role.role.id: role for role in await load_all_roles(tx.session)}
    await _record(tx, EventType.MEMBERSHIP_DELETED, which, roles)


async def record_moved(
    tx: Transaction,
    which: ColumnElement[bool],
    moves: Mapping[str, RoleWithPermissions],
    previous: Mapping[str, str],
) -> None:
    """Records an event for each of these memberships, before they get another role.

    `moves` are the new roles, and `previous` the keys of the old ones, both by the old role's ID.
    """
    await _record(tx, EventType.MEMBERSHIP_UPDATED, which, moves, previous)


async def _record(
    tx: Transaction,
    type: EventType,
    which: ColumnElement[bool],
    roles: Mapping[str, RoleWithPermissions],
    previous: Mapping[str, str] | None = None,
) -> None:
    """Records the oldest membership first."""
    ordered = select_rows(Membership).where(which).order_by(col(Membership.id)).limit(PIECE)
    last = ""
    while True:
        members = (await tx.session.execute(ordered.where(col(Membership.id) > last))).all()
        users = await _by_id(tx, User, {member.user_id for member in members})
        organization_ids = {member.organization_id for member in members}
        organizations = await _load_organizations(tx, organization_ids)
        for member in members:
            last, role = member.id, roles[member.role_id]
            organization = organizations[member.organization_id]
            features = None if organization.features is None else parse_keys(organization.features)
            data = membership_data(
                member,
                organization,
                users[member.user_id],
                role.role,
                filter_by_features(role.permissions, features),
            )
            tx.record(
                type,
                member.id,
                data | ({"updated_at": to_milliseconds(tx.now)} if previous else {}),
                organization_id=member.organization_id,
                user_id=member.user_id,
                private_metadata=member.private_metadata,
                changes={"role": previous[member.role_id]} if previous else None,
            )
        await tx.events.save()
        if len(members) < PIECE:
            return


async def _load_organizations(tx: Transaction, ids: set[str]) -> dict[str, Any]:
    """Loads organizations, each with the features of its plan, which are null without billing."""
    features = select_features(PayerType.ORGANIZATION, col(Organization.id), tx.now)
    statement = select_rows(Organization).add_columns(features.label("features"))
    rows = (await tx.session.execute(statement.where(col(Organization.id).in_(ids)))).all()
    return {row.id: row for row in rows}


async def _by_id(tx: Transaction, table: Any, ids: set[str]) -> dict[str, Any]:
    rows = (await tx.session.execute(select_rows(table).where(table.id.in_(ids)))).all()
    return {row.id: row for row in rows}
