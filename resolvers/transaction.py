"""One transaction: who acts, when, on which locked rows, and what happened in it."""

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
# As many rows are read and written in one go, so that other requests get their turn on the event
# loop.
PIECE = 500
# As many staged events are written to the log by one statement, which has a limited time.
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

    It never commits, and reads the clock only here, after its locks.
    """

    session: AsyncSession
    actor: Actor
    clock: Clock
    # What the acting user holds in the organization at hand; None for a secret key, which lacks
    # nothing.
    grant: Grant | None = None
    # Rows of the log; plain ones, for a role that is replaced may move 100,000 members.
    events: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    # How many events were moved out of memory already.
    saved: int = 0
    cursor: int | None = None
    locked_organizations: dict[str, Organization] = field(default_factory=dict[str, Organization])
    # The organization where lapsed invitations were found: that is kept even if the operation is
    # refused.
    expired_in: str | None = None

    @cached_property
    def now(self) -> datetime:
        return self.clock()

    def new_id(self, prefix: str) -> str:
        return new_id(prefix, self.now)

    async def instance(self) -> Instance:
        return (
            await self.session.execute(select(Instance).where(col(Instance.id) == INSTANCE_ID))
        ).scalar_one()

    async def is_on_postgresql(self) -> bool:
        return (await self.session.connection()).dialect.name == "postgresql"

    async def take_advisory_lock(self, statement: str) -> None:
        """An advisory lock until the end; SQLite has its one writer instead."""
        if await self.is_on_postgresql():
            await self.session.execute(text(statement))

    async def lock_roles_shared(self) -> None:
        """Keeps roles, permissions and role sets as they are until the end."""
        await self.take_advisory_lock(f"SELECT pg_advisory_xact_lock_shared({ROLES_LOCK})")

    async def lock_roles_exclusively(self) -> None:
        """Waits for everybody who uses roles, and lets nobody use them until the end."""
        await self.take_advisory_lock(f"SELECT pg_advisory_xact_lock({ROLES_LOCK})")

    async def lock_organization(self, organization_id: str) -> Organization:
        """The organization, locked until the end: who may not know of it takes no lock.

        Raises NotFound.
        """
        found = self.locked_organizations.get(organization_id)
        if found is None:
            found = await self._select_organization(organization_id, of_user=self.actor.user_id)
        if found is None:
            raise NotFound
        return found

    async def lock_organization_for_invitee(self, organization_id: str) -> Organization | None:
        """The organization, locked, for who is no member
        yet but was invited; None when it is gone.
        """
        return await self._select_organization(organization_id, of_user=None)

    async def _select_organization(
        self, organization_id: str, *, of_user: str | None
    ) -> Organization | None:
        await self.lock_roles_shared()
        statement = select(Organization).where(col(Organization.id) == organization_id)
        if of_user:
            statement = statement.join(
                Membership, col(Membership.organization_id) == col(Organization.id)
            )
            statement = statement.where(col(Membership.user_id) == of_user)
        found = (
            await self.session.execute(statement.with_for_update(of=Organization))
        ).scalar_one_or_none()
        if found is not None:
            self.locked_organizations[organization_id] = found
        return found

    async def lock_organizations(self, ids: SelectOfScalar[str]) -> set[str]:
        """Locks those of the organizations that are there,
        in the order that everybody keeps to; their ids.
        """
        await self.lock_roles_shared()
        statement = (
            select(Organization.id)
            .where(col(Organization.id).in_(ids))
            .order_by(col(Organization.id))
        )
        return set((await self.session.execute(statement.with_for_update())).scalars())

    async def authorize(self, organization_id: str, permission: str | None) -> None:
        """Locks the organization, then reads what the caller holds in it, then decides."""
        if self.actor.user_id is None:
            await self.lock_organization(organization_id)
            return
        await self.ensure_organizations_enabled()
        await self.lock_organization(organization_id)
        grant = await load_grant(self.session, organization_id, self.actor.user_id)
        self.grant = require_permission(grant, permission) if permission else grant
        if self.grant is None:
            raise NotFound

    async def ensure_organizations_enabled(self) -> None:
        if not (await self.instance()).organizations_enabled and not self.actor.is_service:
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
        """Buffers what happened; it is written as the last step of the transaction."""
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

        SQLite has one writer, so they go to the log at once. On PostgreSQL nobody else commits
        while somebody writes to the log: there they wait in a temporary table until everything else
        is done.
        """
        if len(self.events) < PIECE:
            return
        can_wait = await self.is_on_postgresql()
        if can_wait and not self.saved:
            await self.session.execute(CreateTable(STAGED_EVENTS))
        await self.session.execute(insert(STAGED_EVENTS if can_wait else EVENTS), self.events)
        self.saved += len(self.events)
        self.events.clear()

    async def write_events(self) -> None:
        """Writes the events in commit order: after the lock
        that every writer takes last, in a new statement.
        """
        await self.session.flush()
        if not (self.events or self.saved):
            return
        await self.take_advisory_lock(f"SELECT pg_advisory_xact_lock({EVENTS_LOCK})")
        if self.saved and await self.is_on_postgresql():
            await self._write_staged()
        # The table, not the entity: rows go out together, in order, and nobody else writes before
        # we commit.
        if self.events:
            await self.session.execute(insert(EVENTS), self.events)
        self.cursor = (await self.session.execute(await self._select_newest_cursor())).scalar_one()

    async def _write_staged(self) -> None:
        names, position = [column.name for column in EVENT_COLUMNS], STAGED_EVENTS.c.position
        columns: list[Any] = [STAGED_EVENTS.c[name] for name in names]
        staged = Select[Any](*columns).order_by(position)
        for start in range(0, self.saved, STAGED_PIECE):
            piece = staged.where(position > start, position <= start + STAGED_PIECE)
            await self.session.execute(insert(EVENTS).from_select(names, piece))

    async def _select_newest_cursor(self) -> Select[Any]:
        """The newest cursor; with PostgreSQL other processes are told of it when this commits."""
        newest = func.max(Event.cursor)
        if await self.is_on_postgresql():
            return Select(newest, func.pg_notify(CHANNEL, cast(newest, String)))
        return Select(newest)


@asynccontextmanager
async def begin(store: Store, actor: Actor, clock: Clock) -> AsyncGenerator[Transaction]:
    """A transaction that is committed, with its events,
    when the block ends, and undone when it raises.
    """
    async with store.write() as session:
        tx = Transaction(session, actor, clock)
        yield tx
        await tx.write_events()
    if tx.cursor is not None:
        store.wakeup.notify()
