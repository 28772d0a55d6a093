"""The event log read: pages in the order of commits, and where the log begins and ends."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, func, literal_column, true
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col, select

from models.database.store import Readable
from models.errors import CursorExpired
from models.events import MEMBERSHIP_TYPES, Event
from models.organizations import Organization
from resolvers.locks import EVENTS_LOCK
from resolvers.pages import (
    DEFAULT_SIZE,
    AnyRow,
    Page,
    check_page_size,
    in_ids,
    load_grouped,
    wrong_list_cursor,
)

CURSOR = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
LARGEST = 2**63 - 1
# The last cursor that was given out, for a log that is empty.
#
# PostgreSQL tells of one that is not committed yet too: so it is asked when no writer is between
# its cursor and its commit, else who begins there would miss that event.
GIVEN = {
    "sqlite": "(SELECT seq FROM sqlite_sequence WHERE name = 'event')",
    "postgresql": f"CASE WHEN pg_advisory_xact_lock_shared({EVENTS_LOCK}) IS NULL THEN 0 "
    "ELSE pg_sequence_last_value(CAST(pg_get_serial_sequence('event', 'cursor') AS regclass)) END",
}


@dataclass(frozen=True, slots=True)
class EventPageRequest:
    """Which part of the log is asked for: `size` events
    behind the cursor `after`, of all types when None.
    """

    size: int = DEFAULT_SIZE
    after: int | None = None
    types: frozenset[str] | None = None

    def apply_to(self, statement: Select[Any]) -> Select[Any]:
        """In the order of commits, and one more than asked for, which tells that there are more."""
        if self.after is not None:
            statement = statement.where(col(Event.cursor) > self.after)
        if self.types is not None:
            statement = statement.where(col(Event.type).in_(sorted(self.types)))
        return statement.order_by(col(Event.cursor)).limit(self.size + 1)


def parse_cursor(text: str | None) -> int | None:
    """The place in the log behind a cursor, which has one spelling; raises BadUserInput."""
    if text is None:
        return None
    if not CURSOR.fullmatch(text) or int(text) > LARGEST:
        raise wrong_list_cursor()
    return int(text)


def make_event_page_request(
    first: int | None, after: str | None, types: frozenset[str] | None
) -> EventPageRequest:
    """The arguments of a list of events, checked; raises BadUserInput and LimitExceeded."""
    return EventPageRequest(check_page_size(first), parse_cursor(after), types)


# --------------------------------------------------------------------------------------------- ends


def select_newest_cursor(connection: AsyncConnection) -> ColumnElement[int]:
    given: ColumnElement[int] = literal_column(GIVEN[connection.dialect.name], BigInteger)
    return func.coalesce(select(func.max(col(Event.cursor))).scalar_subquery(), given, 0)


async def load_newest_cursor(store: Readable) -> int:
    """The cursor of the newest event; of the last one
    there was when the log is empty, 0 before the first.
    """
    async with store.read() as connection:
        return (await connection.execute(select(select_newest_cursor(connection)))).scalar_one()


def _with_ends(connection: AsyncConnection, statement: Select[Any]) -> Select[Any]:
    """The events with the ends of the log at that moment;
    without events, one row with nothing but the ends.
    """
    oldest = select(func.min(col(Event.cursor))).scalar_subquery().label("oldest")
    ends = select(oldest, select_newest_cursor(connection).label("newest")).subquery("ends")
    listed = statement.subquery("listed")
    both: Select[Any] = Select(ends, listed)
    return both.select_from(ends.outerjoin(listed, true())).order_by(listed.c.cursor)


def _is_kept(after: int, ends: AnyRow) -> bool:
    """Whether the log holds everything behind the cursor, and has been there."""
    begin = ends.newest if ends.oldest is None else ends.oldest - 1
    return begin <= after <= ends.newest


# -------------------------------------------------------------------------------------------- pages


def _page(asked: EventPageRequest, found: Sequence[AnyRow]) -> Page:
    rows = found[: asked.size]
    cursors = [str(row.cursor) for row in rows]
    return Page(
        rows, cursors, has_next=len(found) > asked.size, has_previous=asked.after is not None
    )


@dataclass(frozen=True, slots=True)
class Scope:
    """What of the log is meant: everything, or what is
    told of one organization, or of one user's memberships.
    """

    organization_id: str | None = None
    member_id: str | None = None

    def apply_to(self, statement: Select[Any]) -> Select[Any]:
        if self.organization_id is not None:
            statement = statement.where(col(Event.organization_id) == self.organization_id)
        if self.member_id is not None:
            statement = statement.where(
                col(Event.user_id) == self.member_id, col(Event.type).in_(sorted(MEMBERSHIP_TYPES))
            )
        return statement

    def covers(self, row: AnyRow) -> bool:
        is_member = self.member_id is None or (
            row.user_id == self.member_id and row.type in MEMBERSHIP_TYPES
        )
        return is_member and self.organization_id in (None, row.organization_id)


async def _load(store: Readable, asked: EventPageRequest, scope: Scope) -> tuple[list[AnyRow], int]:
    """The events, one more than asked for, and the newest cursor at that moment.

    Raises CursorExpired.
    """
    statement = scope.apply_to(asked.apply_to(select(Event)))
    async with store.read() as connection:
        rows = (await connection.execute(_with_ends(connection, statement))).all()
    if asked.after is not None and not _is_kept(asked.after, rows[0]):
        raise CursorExpired
    return [row for row in rows if row.cursor is not None], rows[0].newest


async def load_event_page(
    store: Readable, asked: EventPageRequest, *, organization_id: str | None = None
) -> Page:
    """A page of the whole log, or of what is told of one organization, be it gone.

    Raises CursorExpired.
    """
    return _page(asked, (await _load(store, asked, Scope(organization_id)))[0])


async def load_events_after(
    store: Readable, asked: EventPageRequest, scope: Scope
) -> tuple[Sequence[AnyRow], int, bool]:
    """The next events in scope, how far the log was read for them, and whether that was to its end.

    Raises CursorExpired.
    """
    rows, newest = await _load(store, asked, scope)
    if len(rows) <= asked.size:
        return rows, newest, True
    rows = rows[: asked.size]
    return rows, rows[-1].cursor, False


async def load_newer_events(store: Readable, after: int, *, at_most: int) -> Sequence[AnyRow]:
    """Everything behind the cursor, whatever it is about."""
    statement = (
        select(Event).where(col(Event.cursor) > after).order_by(col(Event.cursor)).limit(at_most)
    )
    async with store.read() as connection:
        return (await connection.execute(statement)).all()


def _of_organizations(
    connection: AsyncConnection, asked: EventPageRequest, organization_ids: Sequence[str]
) -> Select[Any]:
    """For each organization its events' cursors by index, then those events."""
    owner = Organization.metadata.tables["organization"].alias("owner")
    own: Any = select(Event.cursor).where(col(Event.organization_id) == owner.c.id).correlate(owner)
    selected: Any = select(Event)
    selected = selected.join(owner, in_ids(connection, col(Event.cursor), asked.apply_to(own)))
    return selected.where(owner.c.id.in_(organization_ids))


async def load_event_pages(
    store: Readable, keys: list[tuple[str, EventPageRequest]]
) -> Sequence[Page | CursorExpired]:
    """By (organization id, what is asked)."""

    async def read(asked: EventPageRequest, owners: list[str]) -> Sequence[Page | CursorExpired]:
        async with store.read() as connection:
            statement = _with_ends(connection, _of_organizations(connection, asked, owners))
            return _split_by_organization(
                asked, owners, (await connection.execute(statement)).all()
            )

    return await load_grouped(keys, read)


def _split_by_organization(
    asked: EventPageRequest, owners: Sequence[str], rows: Sequence[AnyRow]
) -> Sequence[Page | CursorExpired]:
    """What was read for all, as a page for each."""
    if asked.after is not None and not _is_kept(asked.after, rows[0]):
        return [CursorExpired() for _ in owners]
    groups: dict[str | None, list[AnyRow]] = {owner: [] for owner in [*owners, None]}
    for row in rows:
        groups[row.organization_id].append(row)
    return [_page(asked, groups[owner]) for owner in owners]
