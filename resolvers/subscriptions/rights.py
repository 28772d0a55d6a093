"""What listeners may read, as the store has it now:
one statement for all of them (docs/decisions/0005).
"""

from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select, true

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
from resolvers.pages import AnyRow, AnySelect
from resolvers.sessions.rows import is_open_at
from resolvers.subscriptions.streams import Stream
from resolvers.transaction import organizations_disabled

# As many users in one statement at most; databases bound the number of parameters.
BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Rights:
    """What was read: for each organization that is
    there, what its members among the listeners hold.
    """

    are_organizations_on: bool
    permissions: Mapping[str, Mapping[str, frozenset[str]]]

    def find_refusal(self, stream: Stream) -> RequestError | None:
        """Why this listener may not go on; None when it may."""
        organization_id, user_id = stream.scope.organization_id, stream.actor.user_id
        if user_id and not self.are_organizations_on:
            return organizations_disabled()
        if organization_id is None:
            return None
        members = self.permissions.get(organization_id)
        if members is None or (user_id and user_id not in members):
            return NotFound()
        return (
            missing_permission(MEMBERSHIPS_READ)
            if user_id and MEMBERSHIPS_READ not in members[user_id]
            else None
        )

    def get_types(self, stream: Stream) -> frozenset[str] | None:
        """The events that this listener wants and may read; None for all."""
        organization_id, user_id = stream.scope.organization_id, stream.actor.user_id
        if organization_id is None or user_id is None:
            return stream.types
        may_read = get_readable_types(self.permissions[organization_id][user_id])
        return may_read if stream.types is None else may_read & stream.types


def _statement(organization_ids: Collection[str], user_ids: Collection[str]) -> AnySelect:
    """A row for each permission that counts here;
    the outer joins tell what is there without any.
    """
    columns: Any = select(RolePermission.role_id, Permission.key)
    held: Any = (
        columns.join(Permission, col(Permission.id) == col(RolePermission.permission_id))
        .where(col(Permission.key).in_(sorted(set(REQUIRED_PERMISSIONS.values()))))
        .subquery()
    )
    statement: Any = select(
        col(Instance.organizations_enabled),
        col(Organization.id),
        col(Membership.user_id),
        held.c.key,
    )
    organization = col(Organization.id).in_(organization_ids)
    member = (col(Membership.organization_id) == col(Organization.id)) & col(
        Membership.user_id
    ).in_(user_ids)
    return (
        statement.select_from(Instance)
        .outerjoin(Organization, true() & organization)
        .outerjoin(Membership, member)
        .outerjoin(held, held.c.role_id == col(Membership.role_id))
    )


async def load_rights(store: Store, streams: Collection[Stream]) -> Rights:
    """What these listeners may read now."""
    organization_ids = sorted(
        {one.scope.organization_id for one in streams if one.scope.organization_id}
    )
    user_ids = sorted({one.actor.user_id for one in streams if one.actor.user_id})
    held: dict[str, dict[str, frozenset[str]]] = {}
    is_on = True
    async with store.read() as connection:
        for start in range(0, max(len(user_ids), 1), BATCH):
            statement = _statement(organization_ids, user_ids[start : start + BATCH])
            for row in await connection.execute(statement):
                _note(held, row)
                is_on = row.organizations_enabled
    return Rights(is_on, held)


def _note(held: dict[str, dict[str, frozenset[str]]], row: AnyRow) -> None:
    """An organization, perhaps with a member in it, perhaps with something that it holds."""
    if row.id is not None:
        members = held.setdefault(row.id, {})
        if row.user_id is not None:
            members[row.user_id] = members.get(row.user_id, frozenset()) | (
                {row.key} if row.key else frozenset()
            )


async def load_revoked_keys(store: Store, actors: Collection[Actor]) -> frozenset[str]:
    """Those of the secret keys that were revoked; those from the settings are not in the store."""
    key_ids = {one.id for one in actors if one.is_service and one.id}
    if not key_ids:
        return frozenset()
    statement = select(SecretKey.id).where(
        col(SecretKey.id).in_(key_ids), col(SecretKey.revoked_at).is_not(None)
    )
    async with store.read() as connection:
        return frozenset((await connection.execute(statement)).scalars())


async def load_valid_actors(
    store: Store, actors: Collection[Actor], now: datetime
) -> frozenset[Actor]:
    """Those whose credential still counts: the user is
    there, the session open, the secret key not revoked.
    """
    user_ids = {one.user_id for one in actors if one.user_id}
    session_ids = {one.session.id for one in actors if one.session}
    users = select(User.id).where(col(User.id).in_(user_ids))
    sessions = select(Session.id).where(col(Session.id).in_(session_ids), is_open_at(now))
    async with store.read() as connection:
        known = set((await connection.execute(users)).scalars()) if user_ids else set[str]()
        known |= set((await connection.execute(sessions)).scalars()) if session_ids else set[str]()
    revoked = await load_revoked_keys(store, actors)
    return frozenset(one for one in actors if _is_known(one, known, revoked))


def _is_known(actor: Actor, known: Set[str], revoked: Set[str]) -> bool:
    if actor.user_id is None:
        return actor.id not in revoked
    return actor.user_id in known and (actor.session is None or actor.session.id in known)
