"""The one reader of the event log in a process, which serves all streams (docs/decisions/0005)."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence, Set
from contextlib import aclosing
from contextvars import Context
from dataclasses import dataclass, field
from functools import partial

import structlog

from models.base import dumps
from models.database.heartbeats import Heartbeat
from models.database.store import Store, shield
from models.errors.request import RequestError, TooSlow, Unavailable
from models.events import Event
from resolvers.authority.access import Actor
from resolvers.events.event_log import (
    load_events_after,
    load_newer_events,
    load_newest_cursor,
)
from resolvers.events.scopes import EventPageRequest
from resolvers.events.viewers import TYPES_TO_LOOK_UP, load_concerned
from resolvers.foundation.server import Clock
from resolvers.queries.loaders import Loaders
from resolvers.subscriptions.endings import (
    credential_expired,
    end_refused,
    end_signed_out,
    server_stopping,
)
from resolvers.subscriptions.matching import (
    Concerned,
    find_affected,
    find_matching,
    find_possible,
    group_streams,
)
from resolvers.subscriptions.rights import Rights, load_ended_keys, load_rights, load_valid_actors
from resolvers.subscriptions.shared_reads import SharedRead
from resolvers.subscriptions.streams import Delivered, Stream

# How often the log and the credentials are checked without a signal, so that a stream ends within a
# second after its rights.
POLL_SECONDS = 0.5
# How long a client may leave an event unread.
STUCK_SECONDS = 10.0
CLOSE_SECONDS = 2.0
BATCH = 500
PAGE = 100

log = structlog.stdlib.get_logger("tenantry.streams")


@dataclass(frozen=True, slots=True)
class Opening:
    """What the store returns when streams begin."""

    newest: int
    valid_actors: Set[Actor]
    rights: Rights


@dataclass(eq=False)
class LogReader:
    """Reads the log while there are streams.

    A new stream reads the log by itself until it has caught up with the reader.
    """

    store: Store
    clock: Clock
    streams: set[Stream] = field(default_factory=set[Stream])
    # The last cursor that was read; None while there are no streams.
    head: int | None = None
    task: asyncio.Task[None] | None = None
    heartbeat: Heartbeat = field(default_factory=partial(Heartbeat, "the log reader"))
    openings: SharedRead[Stream, Opening] = field(init=False)
    rights: SharedRead[Stream, Rights] = field(init=False)

    def __post_init__(self) -> None:
        self.openings = SharedRead(self._open)
        self.rights = SharedRead(self._load_rights)

    # -------------------------------------------------------------------------------------- streams

    async def follow(self, stream: Stream, after: int | None) -> AsyncGenerator[Delivered]:
        """Yields all events after the cursor, or from now on, in the order of commits.

        It ends only by raising the reason: NotFound, Forbidden, Unauthenticated, CursorExpired,
        TooSlow or Unavailable.
        """
        # From now on the reader can end the stream, even while it catches up.
        self.streams.add(stream)
        if self.task is None:
            # The reader outlives the request that starts it, and doesn't belong to its trace.
            self.task = asyncio.create_task(self._run(), context=Context())
        try:
            stream.position = self._start_at(stream, after, await self.openings.ask(stream))
            while True:
                async with aclosing(self._catch_up(stream)) as missed:
                    async for event in missed:
                        yield event
                while event := await stream.next():
                    yield event
        finally:
            self.streams.discard(stream)

    async def _catch_up(self, stream: Stream) -> AsyncGenerator[Delivered]:
        """Yields the events between the stream and the reader, after which the stream is live.

        If the organization is deleted, the stream of a secret key ends after its last event.
        """
        pending_refusal: RequestError | None = None
        while not stream.is_live:
            rows, reached, is_end, rights = await self._next_page(stream)
            refusal = rights.find_refusal(stream)
            if refusal and not stream.actor.is_service:
                raise refusal
            types = rights.get_types(stream)
            for row in rows:
                if types is not None and row.type not in types:
                    continue
                stream.ensure_open()
                stream.advance(row.cursor)
                yield self._make_event(row, rights)
            stream.ensure_open()
            stream.position, stream.delivered_at = reached, None
            if is_end and pending_refusal:
                raise pending_refusal
            pending_refusal = refusal
            if is_end and not refusal:
                self._go_live_if_current(stream)

    async def _next_page(self, stream: Stream) -> tuple[Sequence[Event], int, bool, Rights]:
        """Loads a page and then the rights, so that losing a right hides the event that took it.

        Waits while the database is unavailable. Raises CursorExpired.
        """
        request = EventPageRequest(PAGE, stream.position, stream.types)
        while True:
            try:
                page = await shield(load_events_after(self.store, request, stream.scope))
                return *page, await self.rights.ask(stream)
            except Unavailable:
                await asyncio.sleep(POLL_SECONDS)
                stream.ensure_open()

    async def _load_rights(self, streams: list[Stream]) -> Rights:
        """Loads the rights, and ends streams whose credential is no longer valid."""
        valid_actors = await self._load_valid_actors(streams)
        for stream in streams:
            if stream.actor not in valid_actors:
                stream.end(credential_expired())
        return await load_rights(self.store, streams)

    async def _load_valid_actors(self, streams: Iterable[Stream]) -> Set[Actor]:
        return await load_valid_actors(
            self.store, {stream.actor for stream in streams}, self.clock()
        )

    async def _open(self, streams: list[Stream]) -> Opening:
        newest = await load_newest_cursor(self.store)
        # If all streams have ended by now, the reader may have stopped, and the next one must not
        # begin here.
        if self.head is None and self.streams:
            self.head = newest
        valid_actors = await self._load_valid_actors(streams)
        return Opening(newest, valid_actors, await load_rights(self.store, streams))

    def _start_at(self, stream: Stream, after: int | None, opening: Opening) -> int:
        """Returns the cursor to begin after; raises Unauthenticated, or why the stream can't begin.

        A secret key can still read the past events of an organization that is deleted.
        """
        if stream.actor not in opening.valid_actors:
            raise credential_expired()
        refusal = opening.rights.find_refusal(stream)
        if refusal and (after is None or not stream.actor.is_service):
            raise refusal
        if after is None:
            stream.position = opening.newest
            self._go_live_if_current(stream)
        return opening.newest if after is None else after

    def _go_live_if_current(self, stream: Stream) -> None:
        """Makes the stream live if it has caught up with the last event of its scope."""
        stream.is_live = stream.position >= stream.behind_until

    def close(self) -> None:
        """Ends all streams, when the server stops."""
        for stream in self.streams:
            stream.end(server_stopping())
        self.store.wakeup.notify()

    async def wait_closed(self) -> None:
        """Ends all streams, and waits until nothing is being read."""
        self.close()
        if running := [task for task in (self.task, self.openings.task, self.rights.task) if task]:
            await asyncio.wait(running, timeout=CLOSE_SECONDS)

    # --------------------------------------------------------------------------------------- reader

    async def _run(self) -> None:
        async with self.store.wakeup.listen() as waiter:
            self.heartbeat.beat()
            while self.streams:
                try:
                    await self._poll()
                    self.heartbeat.beat()
                except Unavailable:
                    log.warning("event log unavailable")
                except Exception:
                    log.exception("event log not read")
                await waiter.wait(POLL_SECONDS)
            # Without waiting in between: a stream that begins from now on starts a new reader.
            self.task = self.head = None
            self.heartbeat.rest()

    async def _poll(self) -> None:
        for stream in self.streams:
            if not stream.is_good():
                stream.end(credential_expired())
            if stream.is_stuck(STUCK_SECONDS):
                stream.end(TooSlow())
                stream.disconnect()
        await self._end_keys()
        while self.head is not None and await self._deliver_next(self.head):
            self.heartbeat.beat()

    async def _end_keys(self) -> None:
        """Ends the streams of keys that were revoked or have expired."""
        actors = {stream.actor for stream in self.streams}
        ended = await load_ended_keys(self.store, actors, self.clock())
        for stream in self.streams:
            if stream.actor.id in ended:
                stream.end(credential_expired())

    async def _deliver_next(self, head: int) -> bool:
        """Delivers the next events of the log; returns whether there may be more."""
        rows = await load_newer_events(self.store, head, at_most=BATCH)
        if not rows:
            return False
        self.head = rows[-1].cursor
        groups = group_streams(self.streams)
        for row in rows:
            end_signed_out(self.streams, row)
            for stream in find_possible(row, groups):
                stream.behind_until = row.cursor
        try:
            await self._deliver(rows)
        except BaseException:
            for stream in {one for row in rows for one in find_possible(row, groups)}:
                stream.go_back_to_log(head)
            raise
        return len(rows) == BATCH

    async def _deliver(self, rows: Sequence[Event]) -> None:
        """Queues events for live streams, once credentials and rights are checked again."""
        await self._end_keys()
        groups = group_streams(self.streams)
        unclear = [row for row in rows if row.type in TYPES_TO_LOOK_UP]
        concerned: Concerned = {}
        if unclear:
            concerned = await load_concerned(self.store, unclear, groups.user_ids)
        affected = find_affected(rows, groups, concerned)
        if not affected:
            return
        live = {stream for stream in affected if stream.is_live}
        rights = await load_rights(self.store, affected)
        refusals = end_refused(affected, rights)
        types = {stream: rights.get_types(stream) for stream in live if stream.reason is None}
        for row in rows:
            event: Delivered | None = None
            for stream in find_matching(row, groups, concerned):
                if stream not in types:
                    continue
                readable = types[stream]
                if readable is None or row.type in readable:
                    event = event or self._make_event(row, rights)
                    stream.enqueue(event)
            await asyncio.sleep(0)
        for stream, refusal in refusals.items():
            stream.finish(refusal)

    def _make_event(self, row: Event, rights: Rights) -> Delivered:
        size = len(dumps((row.data, row.private_metadata, row.changes)))
        # Read after the event, so an event that follows the one that enables billing shows plans.
        loaders = Loaders(self.store, self.clock, has_plans=rights.billing_enabled)
        return Delivered(row, size, loaders)
