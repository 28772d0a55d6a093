"""The event log: its pages in the order of commits, and where it begins and ends."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from typing import cast as cast_type

from sqlalchemy import BigInteger, ColumnElement, Select, Subquery, func, literal_column, true
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.connection import Connection
from models.database.statements import AnySelect, prepared_statement
from models.database.store import Readable
from models.errors.request import CursorExpired
from models.events import Event
from models.instance import Instance
from models.organizations import Organization
from resolvers.events.scopes import LARGEST, NO_END, EventPageRequest, Scope
from resolvers.foundation.locks import EVENTS_LOCK
from resolvers.lists.cursors import wrong_list_cursor
from resolvers.lists.page_requests import PageArguments, check_page_size
from resolvers.lists.pages import AnyRow, Page, in_ids, load_rows

# The most events that a page reads in search of matches; a page that reaches it is short.
MAXIMUM_READ = 10_000
CURSOR = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
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


def select_newest_cursor(*, is_postgresql: bool) -> ColumnElement[int]:
    dialect = "postgresql" if is_postgresql else "sqlite"
    given: ColumnElement[int] = literal_column(GIVEN[dialect], BigInteger)
    return func.coalesce(select(func.max(col(Event.cursor))).scalar_subquery(), given, 0)


def select_cursor_of_snapshot() -> ColumnElement[int]:
    """Selects the newest cursor that is visible to a statement, which reads the settings too.

    Unlike that of `select_newest_cursor`, it takes no lock, and an empty log has the cursor of the
    last event that it deleted.
    """
    newest = select(func.max(col(Event.cursor))).scalar_subquery()
    return func.coalesce(newest, col(Instance.forgotten_cursor))


async def load_newest_cursor(store: Readable) -> int:
    """Loads the cursor of the newest event.

    For an empty log, that of the last event that it contained, or 0 if it never contained one.
    """
    async with store.read() as connection:
        newest = select_newest_cursor(is_postgresql=_is_on_postgresql(connection))
        return (await connection.execute(select(newest))).scalar_one()


def _is_on_postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


# -------------------------------------------------------------------------------------------- pages


@dataclass(frozen=True, slots=True)
class LogPart:
    """Events, with the newest cursor of the log at that moment, and the newest one it deleted."""

    rows: Sequence[AnyRow]
    forgotten: int
    newest: int

    def ensure_follows(self, after: int | None) -> None:
        """Raises CursorExpired if the log lacks an event after the cursor, or never reached it."""
        if after is not None and not self.forgotten <= after <= self.newest:
            raise CursorExpired


def _select_with_bounds(listed: Subquery, *, is_postgresql: bool) -> AnySelect:
    """Selects events and, in each row, the bounds of the log; without events, only the bounds."""
    forgotten = select(Instance.forgotten_cursor).scalar_subquery().label("forgotten")
    newest = select_newest_cursor(is_postgresql=is_postgresql).label("newest")
    ends = select(newest, forgotten).subquery("ends")
    both: AnySelect = Select(ends, listed)
    return both.select_from(ends.outerjoin(listed, true())).order_by(listed.c.cursor)


async def _load_part(connection: Connection, statement: AnySelect) -> LogPart:
    rows: Sequence[AnyRow] = (await connection.execute(statement)).all()
    return LogPart(rows, rows[0].forgotten, rows[0].newest)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a page has read: its events, perhaps one more, and where it stopped early."""

    events: Sequence[Event]
    stopped_at: int | None
    newest: int


def _make_reading(part: LogPart, rows: Sequence[AnyRow], end: int | None) -> Reading:
    events = cast_type(list[Event], [row for row in rows if row.cursor is not None])
    return Reading(events, None if end is None else end - 1, part.newest)


class Chosen(NamedTuple):
    """What belongs to the shape of a statement: types of events, organizations; None for all."""

    types: frozenset[str] | None
    organization_ids: frozenset[str] | None


@prepared_statement
def _select_scope(
    organization_id: str | None,
    viewer_id: str | None,
    size: int,
    after: int | None,
    chosen: Chosen,
    at_most: int,
    is_postgresql: bool,
) -> AnySelect:
    request = EventPageRequest(size, after, chosen.types)
    scope = Scope(organization_id, viewer_id, chosen.organization_ids)
    statement, end = scope.select(request, at_most)
    stop = select(end.label("end")).subquery("stop")
    listed = statement.subquery("found")
    both: AnySelect = Select(stop, listed)
    both = both.select_from(stop.outerjoin(listed, true()))
    return _select_with_bounds(both.subquery("listed"), is_postgresql=is_postgresql)


async def _load_scope(store: Readable, request: EventPageRequest, scope: Scope) -> Reading:
    async with store.read() as connection:
        statement = _select_scope(
            scope.organization_id,
            scope.viewer_id,
            request.size,
            request.after,
            Chosen(request.types, scope.organization_ids),
            MAXIMUM_READ,
            _is_on_postgresql(connection),
        )
        part = await _load_part(connection, statement)
    part.ensure_follows(request.after)
    return _make_reading(part, part.rows, part.rows[0].end)


async def load_event_page(store: Readable, request: EventPageRequest, scope: Scope) -> Page[Event]:
    """Loads a page of events in scope, even of a deleted organization; raises CursorExpired."""
    return _make_page(request, await _load_scope(store, request, scope))


async def load_events_after(
    store: Readable, request: EventPageRequest, scope: Scope
) -> tuple[Sequence[Event], int, bool]:
    """Loads the next events in scope, how far the log was read, and whether that is its end.

    Raises CursorExpired.
    """
    reading = await _load_scope(store, request, scope)
    if len(reading.events) > request.size:
        events = reading.events[: request.size]
        return events, events[-1].cursor, False
    if reading.stopped_at is not None:
        return reading.events, reading.stopped_at, False
    return reading.events, reading.newest, True


async def load_newer_events(store: Readable, after: int, *, at_most: int) -> Sequence[Event]:
    """Loads the events after the cursor, of every scope."""
    return await load_rows(store, _select_newer_events(after, at_most))


@prepared_statement
def _select_newer_events(after: int, at_most: int) -> SelectOfScalar[Event]:
    newer = select(Event).where(col(Event.cursor) > after)
    return newer.order_by(col(Event.cursor)).limit(at_most)


async def load_event_pages(
    store: Readable, request: EventPageRequest, organization_ids: Sequence[str]
) -> Sequence[Page[Event] | BaseException]:
    """Loads the page of each organization, with CursorExpired for each if the cursor has."""
    async with store.read() as connection:
        is_postgresql = _is_on_postgresql(connection)
        listed = _select_of_organizations(
            request, organization_ids, is_postgresql=is_postgresql
        ).subquery("listed")
        statement = _select_with_bounds(listed, is_postgresql=is_postgresql)
        part = await _load_part(connection, statement)
    try:
        part.ensure_follows(request.after)
    except CursorExpired:
        return [CursorExpired() for _ in organization_ids]
    groups: dict[str | None, list[AnyRow]] = {key: [] for key in organization_ids}
    for row in part.rows:
        groups.setdefault(row.owner_id, []).append(row)
    ends = {row.owner_id: row.end for row in part.rows}
    return [
        _make_page(request, _make_reading(part, groups[key], ends.get(key)))
        for key in organization_ids
    ]


def _select_of_organizations(
    request: EventPageRequest, organization_ids: Sequence[str], *, is_postgresql: bool
) -> AnySelect:
    """Finds the cursors of each organization's events by index, then those events.

    An organization without events has a row too.
    """
    owner = Organization.metadata.tables["organization"].alias("owner")
    own: Any = select(Event.cursor).where(col(Event.organization_id) == owner.c.id).correlate(owner)
    end = NO_END if request.types is None else request.select_end(own, MAXIMUM_READ)
    page = request.apply_to(own, end)
    is_on_page = in_ids(col(Event.cursor), page, is_postgresql=is_postgresql)
    columns: AnySelect = Select(owner.c.id.label("owner_id"), end.label("end"), Event)
    events = Event.metadata.tables["event"]
    return columns.select_from(owner.outerjoin(events, is_on_page)).where(
        owner.c.id.in_(organization_ids)
    )


def _make_page(request: EventPageRequest, reading: Reading) -> Page[Event]:
    rows = reading.events[: request.size]
    has_more = len(reading.events) > request.size
    is_short = reading.stopped_at is not None and not has_more
    return Page(
        rows=rows,
        cursors=[str(event.cursor) for event in rows],
        has_next=has_more or is_short,
        has_previous=request.after is not None,
        end=str(reading.stopped_at) if is_short else None,
    )
