"""Loads what subscribers can read now, in one statement for all of them (docs/decisions/0005)."""

from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select
from sqlmodel import col, select, true

from models.database.statements import AnySelect
from models.database.store import Store
from models.errors import NotFound, RequestError
from models.events import REQUIRED_PERMISSIONS, get_readable_types
from models.instance import Instance
from models.keys.secret_keys import SecretKey
from models.memberships import Membership
from models.organizations import Organization
from models.roles import MEMBERSHIPS_READ, Permission, RolePermission
from models.sessions import Session
from models.users import User
from resolvers.access import Actor, missing_permission
from resolvers.sessions.rows import is_open_at
from resolvers.subscriptions.streams import Stream
from resolvers.transaction import organizations_disabled

# The most users in one statement, because databases limit the number of parameters.
BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Rights:
    """The permissions of subscribers, by organization and user; a missing entry does not exist."""

    organizations_enabled: bool
    billing_enabled: bool
    permissions: Mapping[str, Mapping[str, frozenset[str]]]

    def find_refusal(self, stream: Stream) -> RequestError | None:
        """Returns why the stream must end, or None."""
        organization_id, user_id = stream.scope.organization_id, stream.actor.user_id
        if user_id and not self.organizations_enabled:
            return organizations_disabled()
        if organization_id is None:
            return None
        members = self.permissions.get(organization_id)
        if members is None or (user_id and user_id not in members):
            return NotFound()
        if user_id and MEMBERSHIPS_READ not in members[user_id]:
            return missing_permission(MEMBERSHIPS_READ)
        return None

    def get_types(self, stream: Stream) -> frozenset[str] | None:
        """Returns the types of events that the subscriber wants and can read, or None for all."""
        organization_id, user_id = stream.scope.organization_id, stream.actor.user_id
        if organization_id is None or user_id is None:
            return stream.types
        readable = get_readable_types(self.permissions[organization_id][user_id])
        return readable if stream.types is None else readable & stream.types


def _select_permissions(organization_ids: Collection[str], user_ids: Collection[str]) -> AnySelect:
    """Selects one row per relevant permission; outer joins add what exists without any."""
    columns: Any = select(RolePermission.role_id, Permission.key)
    relevant: Any = (
        columns.join(Permission, col(Permission.id) == col(RolePermission.permission_id))
        .where(col(Permission.key).in_(sorted(set(REQUIRED_PERMISSIONS.values()))))
        .subquery()
    )
    statement: AnySelect = Select(
        col(Instance.organizations_enabled),
        col(Instance.billing_enabled),
        col(Organization.id),
        col(Membership.user_id),
        relevant.c.key,
    )
    is_organization = col(Organization.id).in_(organization_ids)
    is_member = (col(Membership.organization_id) == col(Organization.id)) & col(
        Membership.user_id
    ).in_(user_ids)
    return (
        statement.select_from(Instance)
        .outerjoin(Organization, true() & is_organization)
        .outerjoin(Membership, is_member)
        .outerjoin(relevant, relevant.c.role_id == col(Membership.role_id))
    )


async def load_rights(store: Store, streams: Collection[Stream]) -> Rights:
    """Loads what these subscribers can read now."""
    organization_ids = sorted(
        {stream.scope.organization_id for stream in streams if stream.scope.organization_id}
    )
    user_ids = sorted(
        {
            stream.actor.user_id
            for stream in streams
            if stream.actor.user_id and stream.scope.organization_id
        }
    )
    permissions: dict[str, dict[str, frozenset[str]]] = {}
    organizations_enabled = billing_enabled = True
    async with store.read() as connection:
        for start in range(0, max(len(user_ids), 1), BATCH):
            statement = _select_permissions(organization_ids, user_ids[start : start + BATCH])
            for row in await connection.execute(statement):
                organizations_enabled = row.organizations_enabled
                billing_enabled = row.billing_enabled
                if row.id is None:
                    continue
                members = permissions.setdefault(row.id, {})
                # An organization without members has no user, and a role can have no permission.
                if row.user_id is not None:
                    keys = frozenset([row.key] if row.key else [])
                    members[row.user_id] = members.get(row.user_id, frozenset()) | keys
    return Rights(organizations_enabled, billing_enabled, permissions)


async def load_ended_keys(store: Store, actors: Collection[Actor], now: datetime) -> frozenset[str]:
    """Loads which secret keys were revoked or have expired.

    Those from the settings are not in the store.
    """
    key_ids = {actor.id for actor in actors if actor.is_service and actor.id}
    if not key_ids:
        return frozenset()
    has_ended = col(SecretKey.revoked_at).is_not(None) | (col(SecretKey.expires_at) <= now)
    statement = select(SecretKey.id).where(col(SecretKey.id).in_(key_ids), has_ended)
    async with store.read() as connection:
        return frozenset((await connection.execute(statement)).scalars())


async def load_valid_actors(
    store: Store, actors: Collection[Actor], now: datetime
) -> frozenset[Actor]:
    """Loads the actors whose user exists, session is open, or secret key has not ended."""
    user_ids = {actor.user_id for actor in actors if actor.user_id}
    session_ids = {actor.session.id for actor in actors if actor.session}
    users = select(User.id).where(col(User.id).in_(user_ids))
    sessions = select(Session.id).where(col(Session.id).in_(session_ids), is_open_at(now))
    async with store.read() as connection:
        known = set((await connection.execute(users)).scalars()) if user_ids else set[str]()
        known |= set((await connection.execute(sessions)).scalars()) if session_ids else set[str]()
    ended = await load_ended_keys(store, actors, now)
    return frozenset(actor for actor in actors if _is_valid(actor, known, ended))


def _is_valid(actor: Actor, known: Set[str], ended: Set[str]) -> bool:
    if actor.user_id is None:
        return actor.id not in ended
    return actor.user_id in known and (actor.session is None or actor.session.id in known)
