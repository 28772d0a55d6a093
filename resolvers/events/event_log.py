"""The event log: its pages in the order of commits, and where it begins and ends."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import BigInteger, ColumnElement, Select, func, literal_column, true
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.store import Readable
from models.errors import CursorExpired
from models.events import MEMBERSHIP_TYPES, Event
from models.organizations import Organization
from resolvers.cursors import wrong_list_cursor
from resolvers.locks import EVENTS_LOCK
from resolvers.page_requests import DEFAULT_SIZE, PageArguments, check_page_size
from resolvers.pages import AnyRow, AnySelect, Page, in_ids, load_grouped, load_rows

CURSOR = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
LARGEST = 2**63 - 1
# The last cursor that was given out, for a log that is empty.
#
# The sequence of PostgreSQL also counts cursors that are not committed yet. So it is read while no
# writer is between its cursor and its commit; otherwise a reader that begins there would miss that
# event.
GIVEN = {
    "sqlite": "(SELECT seq FROM sqlite_sequence WHERE name = 'event')",
    "postgresql": f"CASE WHEN pg_advisory_xact_lock_shared({EVENTS_LOCK}) IS NULL THEN 0 "
    "ELSE pg_sequence_last_value(CAST(pg_get_serial_sequence('event', 'cursor') AS regclass)) END",
}


@dataclass(frozen=True, slots=True)
class EventPageRequest:
    """The part of the log to read: `size` events after the cursor, of all types if None."""

    size: int = DEFAULT_SIZE
    after: int | None = None
    types: frozenset[str] | None = None

    def apply_to(self, statement: SelectOfScalar[Any]) -> SelectOfScalar[Any]:
        """In the order of commits, and one more than requested, to know whether there are more."""
        if self.after is not None:
            statement = statement.where(col(Event.cursor) > self.after)
        if self.types is not None:
            statement = statement.where(col(Event.type).in_(sorted(self.types)))
        return statement.order_by(col(Event.cursor)).limit(self.size + 1)


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of the log: everything, an organization's events, or those of a user's memberships."""

    organization_id: str | None = None
    member_id: str | None = None

    def apply_to(self, statement: SelectOfScalar[Any]) -> SelectOfScalar[Any]:
        if self.organization_id is not None:
            statement = statement.where(col(Event.organization_id) == self.organization_id)
        if self.member_id is not None:
            statement = statement.where(
                col(Event.user_id) == self.member_id, col(Event.type).in_(sorted(MEMBERSHIP_TYPES))
            )
        return statement

    def covers(self, event: Event) -> bool:
        is_member = self.member_id is None or (
            event.user_id == self.member_id and event.type in MEMBERSHIP_TYPES
        )
        return is_member and self.organization_id in (None, event.organization_id)


def parse_cursor(text: str | None) -> int | None:
    """Parses a cursor, which has exactly one valid spelling; raises BadUserInput."""
    if text is None:
        return None
    if not CURSOR.fullmatch(text) or int(text) > LARGEST:
        raise wrong_list_cursor()
    return int(text)


def make_event_page_request(
    arguments: PageArguments, types: frozenset[str] | None
) -> EventPageRequest:
    """Checks the arguments of a list of events; raises BadUserInput and LimitExceeded."""
    return EventPageRequest(check_page_size(arguments.first), parse_cursor(arguments.after), types)


# --------------------------------------------------------------------------------------------- ends


def select_newest_cursor(connection: AsyncConnection) -> ColumnElement[int]:
    given: ColumnElement[int] = literal_column(GIVEN[connection.dialect.name], BigInteger)
    return func.coalesce(select(func.max(col(Event.cursor))).scalar_subquery(), given, 0)


async def load_newest_cursor(store: Readable) -> int:
    """Loads the cursor of the newest event.

    If the log is empty, it is that of the last event there was, or 0 if there was none.
    """
    async with store.read() as connection:
        return (await connection.execute(select(select_newest_cursor(connection)))).scalar_one()


# -------------------------------------------------------------------------------------------- pages


@dataclass(frozen=True, slots=True)
class LogPart:
    """Events, with the oldest and the newest cursor of the log at that moment."""

    events: Sequence[Event]
    oldest: int | None
    newest: int

    def ensure_follows(self, after: int | None) -> None:
        """Raises CursorExpired unless the log holds everything after the cursor, and reached it."""
        begin = self.newest if self.oldest is None else self.oldest - 1
        if after is not None and not begin <= after <= self.newest:
            raise CursorExpired


async def _load_part(connection: AsyncConnection, statement: SelectOfScalar[Any]) -> LogPart:
    """Without events, the statement gives one row with nothing but the ends of the log."""
    oldest = select(func.min(col(Event.cursor))).scalar_subquery().label("oldest")
    ends = select(oldest, select_newest_cursor(connection).label("newest")).subquery("ends")
    listed = statement.subquery("listed")
    both: AnySelect = Select(ends, listed)
    both = both.select_from(ends.outerjoin(listed, true())).order_by(listed.c.cursor)
    rows: Sequence[AnyRow] = (await connection.execute(both)).all()
    events = cast(list[Event], [row for row in rows if row.cursor is not None])
    return LogPart(events, rows[0].oldest, rows[0].newest)


async def _load_scope(store: Readable, request: EventPageRequest, scope: Scope) -> LogPart:
    async with store.read() as connection:
        part = await _load_part(connection, scope.apply_to(request.apply_to(select(Event))))
    part.ensure_follows(request.after)
    return part


async def load_event_page(
    store: Readable, request: EventPageRequest, *, organization_id: str | None = None
) -> Page[Event]:
    """Loads a page of the whole log, or of an organization's events, even of a deleted one.

    Raises CursorExpired.
    """
    part = await _load_scope(store, request, Scope(organization_id))
    return _make_page(request, part.events)


async def load_events_after(
    store: Readable, request: EventPageRequest, scope: Scope
) -> tuple[Sequence[Event], int, bool]:
    """Loads the next events in scope, how far the log was read, and whether that is its end.

    Raises CursorExpired.
    """
    part = await _load_scope(store, request, scope)
    if len(part.events) <= request.size:
        return part.events, part.newest, True
    events = part.events[: request.size]
    return events, events[-1].cursor, False


async def load_newer_events(store: Readable, after: int, *, at_most: int) -> Sequence[Event]:
    """Loads the events after the cursor, whatever they are about."""
    statement = select(Event).where(col(Event.cursor) > after).order_by(col(Event.cursor))
    return await load_rows(store, statement.limit(at_most))


async def load_event_pages(
    store: Readable, keys: Sequence[tuple[str, EventPageRequest]]
) -> Sequence[Page[Event] | BaseException]:
    """Loads pages by (organization ID, request), with CursorExpired for each expired cursor."""

    async def read(
        request: EventPageRequest, organization_ids: list[str]
    ) -> Sequence[Page[Event] | BaseException]:
        async with store.read() as connection:
            statement = _select_of_organizations(connection, request, organization_ids)
            part = await _load_part(connection, statement)
        try:
            part.ensure_follows(request.after)
        except CursorExpired:
            return [CursorExpired() for _ in organization_ids]
        groups: dict[str | None, list[Event]] = {key: [] for key in organization_ids}
        for event in part.events:
            groups[event.organization_id].append(event)
        return [_make_page(request, groups[key]) for key in organization_ids]

    return await load_grouped(keys, read)


def _select_of_organizations(
    connection: AsyncConnection, request: EventPageRequest, organization_ids: Sequence[str]
) -> SelectOfScalar[Any]:
    """Finds the cursors of each organization's events by index, then those events."""
    owner = Organization.metadata.tables["organization"].alias("owner")
    own: Any = select(Event.cursor).where(col(Event.organization_id) == owner.c.id).correlate(owner)
    return (
        select(Event)
        .join(owner, in_ids(connection, col(Event.cursor), request.apply_to(own)))
        .where(owner.c.id.in_(organization_ids))
    )


def _make_page(request: EventPageRequest, events: Sequence[Event]) -> Page[Event]:
    rows = events[: request.size]
    return Page(
        rows=rows,
        cursors=[str(event.cursor) for event in rows],
        has_next=len(events) > request.size,
        has_previous=request.after is not None,
    )
