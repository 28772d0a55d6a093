"""Loads what subscribers can read now, in one statement for all of them (docs/decisions/0005)."""

from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select
from sqlmodel import col, select, true

from models.database.statements import AnySelect, prepared_statement
from models.database.store import Store
from models.errors.request import NotFound, RequestError
from models.events import REQUIRED_PERMISSIONS, get_readable_types
from models.instance import Instance
from models.keys.api_keys import ApiKey, is_live_at
from models.keys.secret_keys import SecretKey
from models.memberships import Membership
from models.organizations import Organization
from models.roles import MEMBERSHIPS_READ, Permission, RolePermission
from models.sessions import Session
from models.users import User
from resolvers.authority.access import Actor, missing_permission
from resolvers.authority.key_grants import select_key_permissions
from resolvers.authority.plan_gate import parse_keys
from resolvers.foundation.transaction import organizations_disabled
from resolvers.sessions.rows import is_open_at
from resolvers.subscriptions.streams import Stream

# The most users in one statement, because databases limit the number of parameters.
BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Rights:
    """The permissions of subscribers, by organization and holder; a missing entry does not exist.

    A holder is a member or an API key.
    """

    organizations_enabled: bool
    billing_enabled: bool
    permissions: Mapping[str, Mapping[str, frozenset[str]]]

    def find_refusal(self, stream: Stream) -> RequestError | None:
        """Returns why the stream must end, or None."""
        organization_id, holder_id = stream.scope.organization_id, stream.actor.holder_id
        if holder_id and not self.organizations_enabled:
            return organizations_disabled()
        if organization_id is None:
            return None
        holders = self.permissions.get(organization_id)
        if holders is None or (holder_id and holder_id not in holders):
            return NotFound()
        if holder_id and MEMBERSHIPS_READ not in holders[holder_id]:
            return missing_permission(MEMBERSHIPS_READ)
        return None

    def get_types(self, stream: Stream) -> frozenset[str] | None:
        """Returns the types of events that the subscriber wants and can read, or None for all."""
        organization_id, holder_id = stream.scope.organization_id, stream.actor.holder_id
        if organization_id is None or holder_id is None:
            return stream.types
        readable = get_readable_types(self.permissions[organization_id][holder_id])
        return readable if stream.types is None else readable & stream.types


@prepared_statement
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


@prepared_statement
def _select_key_permissions(key_ids: Collection[str]) -> AnySelect:
    return select(ApiKey.organization_id, ApiKey.id, select_key_permissions()).where(
        col(ApiKey.id).in_(key_ids)
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
    key_ids = {stream.actor.api_key_id for stream in streams if stream.actor.api_key_id}
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
        if key_ids:
            for organization_id, key_id, keys in await connection.execute(
                _select_key_permissions(key_ids)
            ):
                permissions.setdefault(organization_id, {})[key_id] = parse_keys(keys)
    return Rights(organizations_enabled, billing_enabled, permissions)


async def load_ended_keys(store: Store, actors: Collection[Actor], now: datetime) -> frozenset[str]:
    """Loads which secret keys and API keys were revoked or have expired.

    Secret keys from the settings are not in the store. API keys are deleted with their
    organization.
    """
    secret_key_ids = {actor.id for actor in actors if actor.is_service and actor.id}
    api_key_ids = {actor.api_key_id for actor in actors if actor.api_key_id}
    if not (secret_key_ids or api_key_ids):
        return frozenset()
    has_ended = col(SecretKey.revoked_at).is_not(None) | (col(SecretKey.expires_at) <= now)
    secret_keys = select(SecretKey.id).where(col(SecretKey.id).in_(secret_key_ids), has_ended)
    live_keys = select(ApiKey.id).where(col(ApiKey.id).in_(api_key_ids), is_live_at(now))
    ended = set[str]()
    async with store.read() as connection:
        if secret_key_ids:
            ended.update((await connection.execute(secret_keys)).scalars())
        if api_key_ids:
            ended |= api_key_ids - set((await connection.execute(live_keys)).scalars())
    return frozenset(ended)


async def load_valid_actors(
    store: Store, actors: Collection[Actor], now: datetime
) -> frozenset[Actor]:
    """Loads the actors whose user exists, session is open, or key has not ended."""
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
