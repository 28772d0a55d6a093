"""The transaction of an operation: its server, actor, time, locks, and events."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.base import JSONObject, new_id
from models.database.session import DatabaseSession
from models.database.statements import prepared_statement
from models.database.writing import WriteBlock
from models.errors.request import Forbidden, NotFound
from models.events import Event, EventType
from models.instance import INSTANCE_ID, Instance
from models.keys.scopes import KeyScope
from models.organizations import Organization
from models.tracing import current_tracer, start_span
from resolvers.authority.access import (
    Actor,
    Grant,
    make_grant,
    require_permission,
)
from resolvers.authority.key_grants import select_key_authority
from resolvers.authority.locked_organization import select_authority, select_lock
from resolvers.foundation.event_writer import EventWriter
from resolvers.foundation.locks import (
    ROLES_LOCK,
    is_on_postgresql,
    share_advisory_lock,
    take_advisory_lock,
)
from resolvers.foundation.server import Server
from resolvers.keys.key_uses import use_scope

# An organization, with what the user or API key holds in it; None if they aren't a member.
LockedOrganization = tuple[Organization, Grant | None]

# The most events that the span of a transaction names.
TRACED_EVENTS = 20


def organizations_disabled() -> Forbidden:
    return Forbidden(
        "Organizations are disabled in this instance.",
        reason="organization_not_enabled_in_instance",
    )


@prepared_statement
def select_instance() -> SelectOfScalar[Instance]:
    return select(Instance).where(col(Instance.id) == INSTANCE_ID)


@dataclass(eq=False)
class Transaction:
    """A unit of work: the server's facts, the session, the actor, the time, and the events.

    An operation never commits. It reads the clock only from here, after it has taken its locks.
    """

    server: Server
    session: DatabaseSession
    actor: Actor
    # What the user or API key holds in the authorized organization; None for a secret key, which
    # has every permission.
    grant: Grant | None = None
    # The locked organizations, each with what the user or API key holds there, if anything.
    locked_organizations: dict[str, LockedOrganization] = field(
        default_factory=dict[str, LockedOrganization]
    )
    # The locked organizations without invitations that must be stored as expired.
    without_overdue: set[str] = field(default_factory=set[str])
    # The organization in which invitations were found expired; they stay expired even if the
    # operation is rejected.
    expired_in: str | None = None
    # Whether roles, permissions, and role sets stay as they are until the end.
    keeps_roles: bool = False
    # The keys of the permissions of the roles that were read since then, by the IDs of the roles.
    kept_permissions: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    # The settings, once something has read them.
    loaded_instance: Instance | None = None

    @cached_property
    def events(self) -> EventWriter:
        return EventWriter(self.session)

    @cached_property
    def now(self) -> datetime:
        return self.server.clock()

    def new_id(self, prefix: str) -> str:
        return new_id(prefix, self.now)

    # ------------------------------------------------------------------------------- the instance

    async def load_instance(self) -> Instance:
        """Loads the instance's settings once: a later call returns the same row."""
        if self.loaded_instance is None:
            self.loaded_instance = (await self.session.execute(select_instance())).scalar_one()
        return self.loaded_instance

    async def lock_instance(self) -> Instance:
        """Locks the instance's settings to change them, and reads them again under the lock.

        From then on, `load_instance` returns this row with its changes.
        """
        statement = select(Instance).where(col(Instance.id) == INSTANCE_ID).with_for_update()
        self.loaded_instance = (await self.session.execute(statement)).scalar_one()
        return self.loaded_instance

    async def ensure_organizations_enabled(self) -> None:
        """Raises Forbidden for a user while organizations are disabled (rule 6)."""
        if not self.actor.is_service and not (await self.load_instance()).organizations_enabled:
            raise organizations_disabled()

    def use_scope(self, scope: KeyScope) -> None:
        """Ensures that a narrowed secret key has the scope, and notes that it's used (rule 88)."""
        use_scope(self.server.key_uses, self.actor, scope)

    # -------------------------------------------------------------------------------------- locks

    async def lock_roles_shared(self) -> None:
        """Keeps roles, permissions, and role sets as they are until the end."""
        if not self.keeps_roles:
            await share_advisory_lock(self.session, ROLES_LOCK)
            self.keeps_roles = True

    async def lock_roles_exclusively(self) -> None:
        """Waits for every transaction that uses roles, and keeps others from them until the end."""
        await take_advisory_lock(self.session, ROLES_LOCK)

    async def lock_organization(self, organization_id: str) -> Organization:
        """Returns the organization, locked until the end.

        For a user who isn't a member, or a secret key that isn't for the organization, it locks
        nothing and raises NotFound.
        """
        locked = await self._lock_organization(organization_id, of_user=self.actor.user_id)
        if locked is None:
            raise NotFound
        return locked[0]

    async def lock_organization_for_invitee(
        self, organization_id: str
    ) -> LockedOrganization | None:
        """Returns the organization, locked until the end, to a user who isn't necessarily a member.

        Returns None if the organization was deleted.
        """
        return await self._lock_organization(organization_id, of_user=None)

    async def _lock_organization(
        self, organization_id: str, *, of_user: str | None
    ) -> LockedOrganization | None:
        """Locks the organization, then reads it with the settings and the user's grant.

        SQLite needs no lock: its transaction is the only one that writes. On PostgreSQL, the lock
        is a statement of its own, because what waits for a lock sees the rest as it was before.
        """
        if organization_id in self.locked_organizations:
            return self.locked_organizations[organization_id]
        if not self.actor.reaches(organization_id):
            return None
        await self.lock_roles_shared()
        if is_on_postgresql(self.session):
            lock = await self.session.execute(select_lock(organization_id, of_user))
            if lock.first() is None:
                return None
        organization, grant = await self._load_authority(organization_id, of_user)
        if organization is None:
            return None
        self.locked_organizations[organization_id] = organization, grant
        return organization, grant

    async def _load_authority(
        self, organization_id: str, of_user: str | None
    ) -> tuple[Organization | None, Grant | None]:
        """Loads the settings, the organization, and what the caller holds in it."""
        key_id = self.actor.api_key_id
        statement = (
            select_authority(organization_id, self.actor.user_id or "", of_user, self.now)
            if key_id is None
            else select_key_authority(organization_id, key_id, self.now)
        )
        row = (await self.session.execute(statement)).one()
        self.loaded_instance, organization, any_overdue, holder_id, *held = row
        if organization is not None and not any_overdue:
            self.without_overdue.add(organization_id)
        return organization, make_grant(*held) if holder_id else None

    async def lock_organizations(self, ids: SelectOfScalar[str]) -> set[str]:
        """Locks the organizations that still exist, and returns their IDs.

        Every transaction locks them in the order of their IDs, so that two can't deadlock.
        """
        await self.lock_roles_shared()
        statement = (
            select(Organization.id)
            .where(col(Organization.id).in_(ids))
            .order_by(col(Organization.id))
        )
        return set((await self.session.execute(statement.with_for_update())).scalars())

    async def authorize(self, organization_id: str, permission: str | None) -> None:
        """Locks the organization, then reads the settings and the caller's grant, then decides.

        A caller who waited for the lock is judged by what holds after the wait.
        """
        locked = await self._lock_organization(organization_id, of_user=self.actor.user_id)
        await self.ensure_organizations_enabled()
        if locked is None:
            raise NotFound
        if self.actor.is_service:
            return
        _, grant = locked
        self.grant = require_permission(grant, permission) if permission else grant
        if self.grant is None:
            raise NotFound

    # ------------------------------------------------------------------------------------- events

    def record(
        self,
        type: EventType,
        object_id: str,
        data: JSONObject,
        *,
        organization_id: str | None = None,
        user_id: str | None = None,
        address_key: str | None = None,
        private_metadata: JSONObject | None = None,
        changes: JSONObject | None = None,
        actor: Actor | None = None,
    ) -> None:
        """Records an event; the last step of the transaction writes it."""
        self.events.rows.append(
            {
                "id": self.new_id(Event.prefix),
                "type": type.value,
                "occurred_at": self.now,
                "organization_id": organization_id,
                "object_id": object_id,
                "user_id": user_id,
                "address_key": address_key,
                "actor_type": (actor or self.actor).type.value,
                "actor_id": (actor or self.actor).id,
                "data": data,
                "private_metadata": private_metadata,
                "changes": changes,
            }
        )


class TransactionBlock(WriteBlock):
    """A transaction; the end of the block writes its events and commits.

    An exception rolls it back.
    """

    def __init__(self, server: Server, actor: Actor) -> None:
        super().__init__(server.store.lender)
        self._server = server
        self._actor = actor

    async def __aenter__(self) -> Transaction:
        self.tx = Transaction(self._server, await self.begin(), self._actor)
        return self.tx

    async def write_rest(self) -> None:
        await self.tx.events.write()

    async def __aexit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        await super().__aexit__(kind, error, traceback)
        if error is None and self.tx.events.cursor is not None:
            self._server.store.wakeup.notify()


def begin(server: Server, actor: Actor) -> AbstractAsyncContextManager[Transaction]:
    """Begins a transaction, which is traced if the request is."""
    block = TransactionBlock(server, actor)
    return block if current_tracer.get() is None else _trace(block)


@asynccontextmanager
async def _trace(block: TransactionBlock) -> AsyncGenerator[Transaction]:
    with start_span("transaction") as span:
        async with block as tx:
            yield tx
            # A webhook names the ID of its event, and an email that of its invitation.
            events = tx.events.rows[:TRACED_EVENTS]
            span.set_attribute("tenantry.event.ids", [row["id"] for row in events])
            span.set_attribute("tenantry.object.ids", [row["object_id"] for row in events])
