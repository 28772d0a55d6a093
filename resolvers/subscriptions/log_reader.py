"""The one reader of the log in a process: it tells all
listeners what happened, and ends what may not go on.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Generator, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from functools import partial

import structlog

from models.base import dumps
from models.database.heartbeats import Heartbeat
from models.database.store import Store, shield
from models.errors import RequestError, TooSlow, Unauthenticated, Unavailable
from models.events import MEMBERSHIP_TYPES, Event, EventType, get_subject
from resolvers.access import Actor
from resolvers.events.event_log import (
    EventPageRequest,
    Scope,
    load_events_after,
    load_newer_events,
    load_newest_cursor,
)
from resolvers.queries.loaders import Loaders
from resolvers.server import Clock
from resolvers.subscriptions.rights import Rights, load_revoked_keys, load_rights, load_valid_actors
from resolvers.subscriptions.shared_reads import SharedRead
from resolvers.subscriptions.streams import Delivered, Stream

# How often the log and the credentials are looked at though no bell rang: the end of a right comes
# within a second.
POLL_SECONDS = 0.5
# How long a client may take nothing of what it was given.
STUCK_SECONDS = 10.0
CLOSE_SECONDS = 2.0
BATCH = 500
PAGE = 100
# What changes the rights of members without an event of theirs.
ROLE_MODEL = frozenset({"role", "permission", "roleSet"})
SESSION_OVER = frozenset({EventType.SESSION_ENDED.value, EventType.SESSION_REVOKED.value})

Groups = Mapping[Scope, Sequence[Stream]]
log = structlog.stdlib.get_logger("tenantry.streams")


def credential_expired() -> RequestError:
    return Unauthenticated(
        "The credential that this was opened with counts no more: sign in and subscribe again."
    )


def _stopping() -> RequestError:
    return Unavailable(
        "The server is about to stop: subscribe again behind the last event that you have."
    )


def _make_delivered(store: Store, row: Event) -> Delivered:
    size = len(dumps((row.data, row.private_metadata, row.changes)))
    return Delivered(row, size, Loaders(store))


def _scopes(row: Event) -> Iterable[Scope]:
    """The scopes that cover an event."""
    yield Scope()
    if row.organization_id is not None:
        yield Scope(row.organization_id)
    if row.user_id is not None and row.type in MEMBERSHIP_TYPES:
        yield Scope(member_id=row.user_id)


@dataclass(frozen=True, slots=True)
class Opening:
    """What the store says when listeners begin."""

    newest: int
    signed_in: Set[Actor]
    rights: Rights


@dataclass(eq=False)
class LogReader:
    """Runs while somebody listens.

    A listener who begins reads the log by itself until it is as far as the reader.
    """

    store: Store
    clock: Clock
    streams: set[Stream] = field(default_factory=set[Stream])
    # How far the log was read; None while nobody listens.
    head: int | None = None
    task: asyncio.Task[None] | None = None
    heartbeat: Heartbeat = field(default_factory=partial(Heartbeat, "the log reader"))
    openings: SharedRead[Stream, Opening] = field(init=False)
    rights: SharedRead[Stream, Rights] = field(init=False)

    def __post_init__(self) -> None:
        self.openings = SharedRead(self._open)
        self.rights = SharedRead(self._rights)

    # ------------------------------------------------------------------------------------ listeners

    async def follow(self, stream: Stream, after: int | None) -> AsyncGenerator[Delivered]:
        """Everything behind the cursor, or from now on, in
        the order of commits; it ends by raising the reason.

        Raises NotFound, Forbidden, Unauthenticated, CursorExpired, TooSlow and Unavailable.
        """
        with self._register(stream):
            stream.position = self._start_at(stream, after, await self.openings.ask(stream))
            while True:
                async with aclosing(self._catch_up(stream)) as missed:
                    async for told in missed:
                        yield told
                while told := await stream.next():
                    yield told

    @contextmanager
    def _register(self, stream: Stream) -> Generator[None]:
        """From now on the stream ends when the log tells that it must, also while it catches up."""
        self.streams.add(stream)
        if self.task is None:
            self.task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            self.streams.discard(stream)

    async def _catch_up(self, stream: Stream) -> AsyncGenerator[Delivered]:
        """What lies between the stream and the reader, page by page; then the stream is live.

        An organization that is gone ends the stream of a secret key once there is nothing more to
        tell of it.
        """
        gone: RequestError | None = None
        while not stream.is_live:
            rows, reached, is_end, rights = await self._next_page(stream)
            refusal = rights.find_refusal(stream)
            if refusal and not stream.actor.is_service:
                raise refusal
            for told in self._filter_readable(rows, rights.get_types(stream)):
                stream.ensure_open()
                stream.advance(told.row.cursor)
                yield told
            stream.ensure_open()
            stream.position, stream.delivered_at = reached, None
            if is_end and gone:
                raise gone
            gone = refusal
            if is_end and not gone:
                self._go_live_if_current(stream)

    async def _next_page(self, stream: Stream) -> tuple[Sequence[Event], int, bool, Rights]:
        """Credential and right are read after the events:
        who lost one does not get the event that took it.

        A database that is away is waited for. Raises CursorExpired.
        """
        asked = EventPageRequest(PAGE, stream.position, stream.types)
        while True:
            try:
                page = await shield(load_events_after(self.store, asked, stream.scope))
                return *page, await self.rights.ask(stream)
            except Unavailable:
                await asyncio.sleep(POLL_SECONDS)
                stream.ensure_open()

    async def _rights(self, streams: list[Stream]) -> Rights:
        """Ends those whose credential is no longer valid."""
        present = await load_valid_actors(
            self.store, {stream.actor for stream in streams}, self.clock()
        )
        for stream in streams:
            if stream.actor not in present:
                stream.end(credential_expired())
        return await load_rights(self.store, streams)

    async def _open(self, streams: list[Stream]) -> Opening:
        newest = await load_newest_cursor(self.store)
        # If everyone has left by now, the reader may have stopped, and the next one must not begin
        # here.
        if self.head is None and self.streams:
            self.head = newest
        present = await load_valid_actors(
            self.store, {stream.actor for stream in streams}, self.clock()
        )
        return Opening(newest, present, await load_rights(self.store, streams))

    def _start_at(self, stream: Stream, after: int | None, opening: Opening) -> int:
        """The cursor to begin behind; raises Unauthenticated, and why the listener may not begin.

        What a secret key has not heard of an organization that is gone it may still hear.
        """
        if stream.actor not in opening.signed_in:
            raise credential_expired()
        refusal = opening.rights.find_refusal(stream)
        if refusal and (after is None or not stream.actor.is_service):
            raise refusal
        if after is None:
            stream.position = opening.newest
            self._go_live_if_current(stream)
        return opening.newest if after is None else after

    def _filter_readable(
        self, rows: Iterable[Event], types: frozenset[str] | None
    ) -> Iterator[Delivered]:
        return (
            _make_delivered(self.store, row) for row in rows if types is None or row.type in types
        )

    def _go_live_if_current(self, stream: Stream) -> None:
        """Where it misses nothing that the others were
        told; what others are told of holds nobody up.
        """
        stream.is_live = stream.position >= stream.behind_until

    def close(self) -> None:
        """Ends everything, when the server stops."""
        for stream in self.streams:
            stream.end(_stopping())
        self.store.wakeup.notify()

    async def wait_closed(self) -> None:
        """Waits until nothing is read any more."""
        self.close()
        if running := [task for task in (self.task, self.openings.task, self.rights.task) if task]:
            await asyncio.wait(running, timeout=CLOSE_SECONDS)

    # --------------------------------------------------------------------------------------- reader

    async def _run(self) -> None:
        async with self.store.wakeup.listen() as listener:
            self.heartbeat.beat()
            while self.streams:
                try:
                    await self._poll()
                    self.heartbeat.beat()
                except Unavailable:
                    log.warning("event_log_away")
                except Exception:
                    log.exception("event_log_not_read")
                await listener.wait(POLL_SECONDS)
            # Before anything is waited for: who comes now needs a reader of their own.
            self.task = self.head = None
            self.heartbeat.rest()

    async def _poll(self) -> None:
        self._end_expired()
        await self._end_revoked()
        while self.head is not None and await self._deliver_next(self.head):
            self.heartbeat.beat()

    def _end_expired(self) -> None:
        for stream in self.streams:
            if not stream.is_good():
                stream.end(credential_expired())
            if stream.is_stuck(STUCK_SECONDS):
                stream.end(TooSlow())
                stream.disconnect()

    async def _end_revoked(self) -> None:
        """A key is revoked without an event."""
        revoked = await load_revoked_keys(self.store, {stream.actor for stream in self.streams})
        for stream in self.streams:
            if stream.actor.id in revoked:
                stream.end(credential_expired())

    async def _deliver_next(self, head: int) -> bool:
        """Tells what comes next in the log; whether there may be more."""
        rows = await load_newer_events(self.store, head, at_most=BATCH)
        if not rows:
            return False
        self.head = rows[-1].cursor
        groups = self._group_streams()
        for row in rows:
            self._end_signed_out(row)
            for stream in self._find_audience(row, groups):
                stream.behind_until = row.cursor
        try:
            await self._deliver(rows)
        except BaseException:
            for stream in self._find_affected(rows, groups):
                stream.go_back_to_log(head)
            raise
        return len(rows) == BATCH

    async def _deliver(self, rows: Sequence[Event]) -> None:
        """Tells those who are live once it is known which
        credentials count; who comes later has read the rows.
        """
        await self._end_revoked()
        groups = self._group_streams()
        concerned = self._find_affected(rows, groups)
        live = {stream for stream in concerned if stream.is_live}
        refusals, types = await self._load_refusals_and_types(concerned, live)
        for row in rows:
            self._enqueue(row, groups, types)
            await asyncio.sleep(0)
        for stream, refusal in refusals.items():
            stream.finish(refusal)

    async def _load_refusals_and_types(
        self, concerned: Set[Stream], live: Set[Stream]
    ) -> tuple[Mapping[Stream, RequestError], Mapping[Stream, frozenset[str] | None]]:
        """Who may not go on, users at once; and what the others may be told."""
        if not concerned:
            return {}, {}
        rights = await load_rights(self.store, concerned)
        refusals = {
            stream: refusal for stream in concerned if (refusal := rights.find_refusal(stream))
        }
        for stream, refusal in refusals.items():
            if not stream.actor.is_service:
                stream.end(refusal)
        return refusals, {
            stream: rights.get_types(stream) for stream in live if stream.reason is None
        }

    def _group_streams(self) -> Groups:
        groups: dict[Scope, list[Stream]] = defaultdict(list)
        for stream in self.streams:
            groups[stream.scope].append(stream)
        return groups

    def _find_affected(self, rows: Iterable[Event], groups: Groups) -> set[Stream]:
        """Whom the events are for; and everybody in an organization, when roles have changed."""
        scopes = {scope for row in rows for scope in _scopes(row)}
        if any(get_subject(row.type) in ROLE_MODEL for row in rows):
            scopes |= {scope for scope in groups if scope.organization_id is not None}
        return {stream for scope in scopes for stream in groups.get(scope, ())}

    def _find_audience(self, row: Event, groups: Groups) -> Iterable[Stream]:
        return (stream for scope in _scopes(row) for stream in groups.get(scope, ()))

    def _enqueue(
        self, row: Event, groups: Groups, types: Mapping[Stream, frozenset[str] | None]
    ) -> None:
        told: Delivered | None = None
        for stream in self._find_audience(row, groups):
            if stream in types and ((wanted := types[stream]) is None or row.type in wanted):
                told = told or _make_delivered(self.store, row)
                stream.enqueue(told)

    def _end_signed_out(self, row: Event) -> None:
        """Sessions that are over, and users that are gone."""
        is_over, is_gone = row.type in SESSION_OVER, row.type == EventType.USER_DELETED.value
        for stream in self.streams if is_over or is_gone else ():
            session = stream.actor.session
            if (is_over and session and session.id == row.object_id) or (
                is_gone and stream.actor.user_id == row.user_id
            ):
                stream.end(credential_expired())
