"""The transaction of an operation: its actor, time, locks, and events."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Column, Integer, MetaData, Select, String, Table, cast, func, insert, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.schema import CreateTable
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.base import JSONObject, new_id
from models.database.store import Store
from models.database.wakeup import CHANNEL
from models.errors import Forbidden, NotFound
from models.events import Event, EventType
from models.instance import INSTANCE_ID, Instance
from models.memberships import Membership
from models.organizations import Organization
from resolvers.access import Actor, Grant, load_grant, require_permission

EVENTS: Table = Event.metadata.tables["event"]
EVENT_COLUMNS = [column for column in EVENTS.columns if not column.primary_key]
STAGED_EVENTS = Table(
    "staged_event",
    MetaData(),
    Column("position", Integer, primary_key=True),
    *(Column(column.name, column.type) for column in EVENT_COLUMNS),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
# How many rows are read or written at a time, so that other requests get their turn on the event
# loop.
PIECE = 500
# How many staged events one statement moves to the log; the time of a statement is limited.
STAGED_PIECE = 5_000
ROLES_LOCK = 7_236_002
EVENTS_LOCK = 7_236_003
KEYS_LOCK = 7_236_004

Clock = Callable[[], datetime]


def organizations_disabled() -> Forbidden:
    return Forbidden(
        "Organizations are switched off in this instance.",
        reason="organization_not_enabled_in_instance",
    )


@dataclass(eq=False)
class Transaction:
    """What an operation works with.

    An operation never commits. It reads the clock only from here, after it has taken its locks.
    """

    session: AsyncSession
    actor: Actor
    clock: Clock
    # What the acting user holds in the authorized organization; None for a secret key, which has
    # every permission.
    grant: Grant | None = None
    # Rows of the log. They are plain dictionaries because replacing a role can change 100,000
    # memberships.
    events: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    # How many events were already moved out of memory.
    saved: int = 0
    cursor: int | None = None
    locked_organizations: dict[str, Organization] = field(default_factory=dict[str, Organization])
    # The organization in which invitations were found expired; they stay expired even if the
    # operation is rejected.
    expired_in: str | None = None
    # The settings, once something has read them.
    loaded_instance: Instance | None = None

    @cached_property
    def now(self) -> datetime:
        return self.clock()

    def new_id(self, prefix: str) -> str:
        return new_id(prefix, self.now)

    async def instance(self) -> Instance:
        """The instance's settings, read once: a later call returns the same row."""
        if self.loaded_instance is None:
            statement = select(Instance).where(col(Instance.id) == INSTANCE_ID)
            self.loaded_instance = (await self.session.execute(statement)).scalar_one()
        return self.loaded_instance

    async def lock_instance(self) -> Instance:
        """The instance's settings, locked to change them, and read anew under the lock.

        What changes in the row is what `instance` returns from then on.
        """
        statement = select(Instance).where(col(Instance.id) == INSTANCE_ID).with_for_update()
        newest = statement.execution_options(populate_existing=True)
        self.loaded_instance = (await self.session.execute(newest)).scalar_one()
        return self.loaded_instance

    async def is_on_postgresql(self) -> bool:
        return (await self.session.connection()).dialect.name == "postgresql"

    async def take_advisory_lock(self, statement: str) -> None:
        """Holds an advisory lock until the end; SQLite, which has one writer, needs none."""
        if await self.is_on_postgresql():
            await self.session.execute(text(statement))

    async def lock_roles_shared(self) -> None:
        """Keeps roles, permissions and role sets as they are until the end."""
        await self.take_advisory_lock(f"SELECT pg_advisory_xact_lock_shared({ROLES_LOCK})")

    async def lock_roles_exclusively(self) -> None:
        """Waits for every transaction that uses roles, and keeps others from them until the end."""
        await self.take_advisory_lock(f"SELECT pg_advisory_xact_lock({ROLES_LOCK})")

    async def lock_organization(self, organization_id: str) -> Organization:
        """Returns the organization, locked until the end.

        For a user who isn't a member, it locks nothing and raises NotFound.
        """
        organization = await self._lock_organization(organization_id, of_user=self.actor.user_id)
        if organization is None:
            raise NotFound
        return organization

    async def lock_organization_for_invitee(self, organization_id: str) -> Organization | None:
        """Returns the organization, locked until the end, to a user who is not a member yet.

        Returns None if the organization was deleted.
        """
        return await self._lock_organization(organization_id, of_user=None)

    async def _lock_organization(
        self, organization_id: str, *, of_user: str | None
    ) -> Organization | None:
        if organization_id in self.locked_organizations:
            return self.locked_organizations[organization_id]
        await self.lock_roles_shared()
        statement = select(Organization).where(col(Organization.id) == organization_id)
        if of_user:
            statement = statement.join(
                Membership, col(Membership.organization_id) == col(Organization.id)
            )
            statement = statement.where(col(Membership.user_id) == of_user)
        organization = (
            await self.session.execute(statement.with_for_update(of=Organization))
        ).scalar_one_or_none()
        if organization is not None:
            self.locked_organizations[organization_id] = organization
        return organization

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

        Whoever waited for the lock is judged by what holds after the wait.
        """
        user_id = self.actor.user_id
        organization = await self._lock_organization(organization_id, of_user=user_id)
        await self.ensure_organizations_enabled()
        if organization is None:
            raise NotFound
        if user_id is None:
            return
        grant = await load_grant(self.session, organization_id, user_id)
        self.grant = require_permission(grant, permission) if permission else grant
        if self.grant is None:
            raise NotFound

    async def ensure_organizations_enabled(self) -> None:
        """Raises Forbidden for a user while organizations are disabled (rule 6)."""
        if not self.actor.is_service and not (await self.instance()).organizations_enabled:
            raise organizations_disabled()

    def record(
        self,
        type: EventType,
        object_id: str,
        data: JSONObject,
        *,
        organization_id: str | None = None,
        user_id: str | None = None,
        private_metadata: JSONObject | None = None,
        changes: JSONObject | None = None,
        actor: Actor | None = None,
    ) -> None:
        """Records an event; the last step of the transaction writes it."""
        self.events.append(
            {
                "id": self.new_id(Event.prefix),
                "type": type.value,
                "occurred_at": self.now,
                "organization_id": organization_id,
                "object_id": object_id,
                "user_id": user_id,
                "actor_type": (actor or self.actor).type.value,
                "actor_id": (actor or self.actor).id,
                "data": data,
                "private_metadata": private_metadata,
                "changes": changes,
            }
        )

    async def save_events(self) -> None:
        """Moves the events out of memory once there are many of them.

        SQLite has one writer, so the events go to the log at once. On PostgreSQL, a transaction
        that writes to the log keeps every other one from committing, so the events are staged in a
        temporary table until everything else is done.
        """
        if len(self.events) < PIECE:
            return
        must_stage = await self.is_on_postgresql()
        if must_stage and not self.saved:
            await self.session.execute(CreateTable(STAGED_EVENTS))
        await self.session.execute(insert(STAGED_EVENTS if must_stage else EVENTS), self.events)
        self.saved += len(self.events)
        self.events.clear()

    async def write_events(self) -> None:
        """Writes the events in commit order.

        Every writer takes the lock of the log last. What follows is a new statement, so that it
        sees what the transaction before committed.
        """
        await self.session.flush()
        if not (self.events or self.saved):
            return
        await self.take_advisory_lock(f"SELECT pg_advisory_xact_lock({EVENTS_LOCK})")
        is_on_postgresql = await self.is_on_postgresql()
        if is_on_postgresql and self.saved:
            await self._write_staged_events()
        if self.events:
            # Inserts into the table, not the entity, so that the rows go out together and in order.
            await self.session.execute(insert(EVENTS), self.events)
        newest = func.max(Event.cursor)
        select_newest = Select[Any](newest)
        if is_on_postgresql:
            # Notifies the other processes of the cursor when this transaction commits.
            select_newest = Select[Any](newest, func.pg_notify(CHANNEL, cast(newest, String)))
        self.cursor = (await self.session.execute(select_newest)).scalar_one()

    async def _write_staged_events(self) -> None:
        position = STAGED_EVENTS.c.position
        names = [column.name for column in EVENT_COLUMNS]
        staged = Select[Any](*(STAGED_EVENTS.c[name] for name in names)).order_by(position)
        for start in range(0, self.saved, STAGED_PIECE):
            piece = staged.where(position > start, position <= start + STAGED_PIECE)
            await self.session.execute(insert(EVENTS).from_select(names, piece))


@asynccontextmanager
async def begin(store: Store, actor: Actor, clock: Clock) -> AsyncGenerator[Transaction]:
    """Begins a transaction; the end of the block writes its events and commits.

    An exception rolls it back.
    """
    async with store.write() as session:
        tx = Transaction(session, actor, clock)
        yield tx
        await tx.write_events()
    if tx.cursor is not None:
        store.wakeup.notify()
