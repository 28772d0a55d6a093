"""The one reader of the log in a process: it tells all listeners what happened, and ends what may not go on."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Generator, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from functools import partial

import structlog

from models.base import dumps
from models.database.heartbeats import Heartbeat
from models.database.store import Store, unbroken
from models.errors import Denial, TooSlow, Unauthenticated, Unavailable
from models.events import MEMBERSHIPS, EventType, noun_of
from resolvers.access import Actor
from resolvers.events.event_log import EventList, Scope, events_behind, newer_events, newest_cursor
from resolvers.queries.loaders import Loaders
from resolvers.queries.pages import AnyRow
from resolvers.subscriptions.rights import Rights, revoked_keys, rights_of, signed_in
from resolvers.subscriptions.shared_reads import SharedRead
from resolvers.subscriptions.streams import Stream, Told
from resolvers.transaction import Clock

LOOK_SECONDS = 0.5
"""How often the log and the credentials are looked at though no bell rang: the end of a right comes within a second."""
STUCK_SECONDS = 10.0
"""How long a client may take nothing of what it was given."""
CLOSE_SECONDS = 2.0
BATCH = 500
PAGE = 100
ROLE_MODEL = frozenset({"role", "permission", "roleSet"})
"""What changes the rights of members without an event of theirs."""
SESSION_OVER = frozenset({EventType.SESSION_ENDED.value, EventType.SESSION_REVOKED.value})

Groups = Mapping[Scope, Sequence[Stream]]
log = structlog.stdlib.get_logger("tenantry.streams")


def lapsed() -> Denial:
    return Unauthenticated("The credential that this was opened with counts no more: sign in and subscribe again.")


def _stopping() -> Denial:
    return Unavailable("The server is about to stop: subscribe again behind the last event that you have.")


def _told(store: Store, row: AnyRow) -> Told:
    size = len(dumps((row.data, row.private_metadata, row.changes)))
    return Told(row, size, Loaders(store))


def _scopes(row: AnyRow) -> Iterable[Scope]:
    """The scopes that cover an event."""
    yield Scope()
    if row.organization_id is not None:
        yield Scope(row.organization_id)
    if row.user_id is not None and row.type in MEMBERSHIPS:
        yield Scope(member_id=row.user_id)


@dataclass(frozen=True, slots=True)
class Opening:
    """What the store says when listeners begin."""

    newest: int
    signed_in: Set[Actor]
    rights: Rights


@dataclass(eq=False)
class LogReader:
    """Runs while somebody listens. A listener who begins reads the log by itself until it is as far as the reader."""

    store: Store
    clock: Clock
    streams: set[Stream] = field(default_factory=set[Stream])
    head: int | None = None
    """How far the log was read; None while nobody listens."""
    task: asyncio.Task[None] | None = None
    heartbeat: Heartbeat = field(default_factory=partial(Heartbeat, "the log reader"))
    openings: SharedRead[Stream, Opening] = field(init=False)
    rights: SharedRead[Stream, Rights] = field(init=False)

    def __post_init__(self) -> None:
        self.openings = SharedRead(self._open)
        self.rights = SharedRead(self._rights)

    # --------------------------------------------------------------------------------------------------- listeners

    async def follow(self, stream: Stream, after: int | None) -> AsyncGenerator[Told]:
        """Everything behind the cursor, or from now on, in the order of commits; it ends by raising the reason.

        Raises NotFound, Forbidden, Unauthenticated, CursorExpired, TooSlow and Unavailable.
        """
        with self._registered(stream):
            stream.position = self._beginning(stream, after, await self.openings.ask(stream))
            while True:
                async with aclosing(self._missed(stream)) as missed:
                    async for told in missed:
                        yield told
                while told := await stream.next():
                    yield told

    @contextmanager
    def _registered(self, stream: Stream) -> Generator[None]:
        """From now on the stream ends when the log tells that it must, also while it catches up."""
        self.streams.add(stream)
        if self.task is None:
            self.task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            self.streams.discard(stream)

    async def _missed(self, stream: Stream) -> AsyncGenerator[Told]:
        """What lies between the stream and the reader, page by page; then the stream is live.

        An organization that is gone ends the stream of a secret key once there is nothing more to tell of it.
        """
        gone: Denial | None = None
        while not stream.is_live:
            rows, reached, is_end, rights = await self._next_page(stream)
            refusal = rights.refusal(stream)
            if refusal and not stream.actor.is_service:
                raise refusal
            for told in self._readable(rows, rights.types(stream)):
                stream.ensure_open()
                stream.take(told.row.cursor)
                yield told
            stream.ensure_open()
            stream.position, stream.given_at = reached, None
            if is_end and gone:
                raise gone
            gone = refusal
            if is_end and not gone:
                self._goes_live(stream)

    async def _next_page(self, stream: Stream) -> tuple[Sequence[AnyRow], int, bool, Rights]:
        """Credential and right are read after the events: who lost one does not get the event that took it.

        A database that is away is waited for. Raises CursorExpired.
        """
        asked = EventList(PAGE, stream.position, stream.types)
        while True:
            try:
                page = await unbroken(events_behind(self.store, asked, stream.scope))
                return *page, await self.rights.ask(stream)
            except Unavailable:
                await asyncio.sleep(LOOK_SECONDS)
                stream.ensure_open()

    async def _rights(self, streams: list[Stream]) -> Rights:
        """Ends those whose credential is no longer valid."""
        present = await signed_in(self.store, {stream.actor for stream in streams}, self.clock())
        for stream in streams:
            if stream.actor not in present:
                stream.end(lapsed())
        return await rights_of(self.store, streams)

    async def _open(self, streams: list[Stream]) -> Opening:
        newest = await newest_cursor(self.store)
        # If everyone has left by now, the reader may have stopped, and the next one must not begin here.
        if self.head is None and self.streams:
            self.head = newest
        present = await signed_in(self.store, {stream.actor for stream in streams}, self.clock())
        return Opening(newest, present, await rights_of(self.store, streams))

    def _beginning(self, stream: Stream, after: int | None, opening: Opening) -> int:
        """The cursor to begin behind; raises Unauthenticated, and why the listener may not begin.

        What a secret key has not heard of an organization that is gone it may still hear.
        """
        if stream.actor not in opening.signed_in:
            raise lapsed()
        refusal = opening.rights.refusal(stream)
        if refusal and (after is None or not stream.actor.is_service):
            raise refusal
        if after is None:
            stream.position = opening.newest
            self._goes_live(stream)
        return opening.newest if after is None else after

    def _readable(self, rows: Iterable[AnyRow], types: frozenset[str] | None) -> Iterator[Told]:
        return (_told(self.store, row) for row in rows if types is None or row.type in types)

    def _goes_live(self, stream: Stream) -> None:
        """Where it misses nothing that the others were told; what others are told of holds nobody up."""
        stream.is_live = stream.position >= stream.due

    def close(self) -> None:
        """Ends everything, when the server stops."""
        for stream in self.streams:
            stream.end(_stopping())
        self.store.bell.ring()

    async def closed(self) -> None:
        """Waits until nothing is read any more."""
        self.close()
        if running := [task for task in (self.task, self.openings.task, self.rights.task) if task]:
            await asyncio.wait(running, timeout=CLOSE_SECONDS)

    # ------------------------------------------------------------------------------------------------------ reader

    async def _run(self) -> None:
        async with self.store.bell.listening() as listener:
            self.heartbeat.beat()
            while self.streams:
                try:
                    await self._look()
                    self.heartbeat.beat()
                except Unavailable:
                    log.warning("event_log_away")
                except Exception:
                    log.exception("event_log_not_read")
                await listener.wait(LOOK_SECONDS)
            # Before anything is waited for: who comes now needs a reader of their own.
            self.task = self.head = None
            self.heartbeat.rest()

    async def _look(self) -> None:
        self._end_lapsed()
        await self._end_revoked()
        while self.head is not None and await self._tell_next(self.head):
            self.heartbeat.beat()

    def _end_lapsed(self) -> None:
        for stream in self.streams:
            if not stream.is_good():
                stream.end(lapsed())
            if stream.is_stuck(STUCK_SECONDS):
                stream.end(TooSlow())
                stream.abandon()

    async def _end_revoked(self) -> None:
        """A key is revoked without an event."""
        revoked = await revoked_keys(self.store, {stream.actor for stream in self.streams})
        for stream in self.streams:
            if stream.actor.id in revoked:
                stream.end(lapsed())

    async def _tell_next(self, head: int) -> bool:
        """Tells what comes next in the log; whether there may be more."""
        rows = await newer_events(self.store, head, at_most=BATCH)
        if not rows:
            return False
        self.head = rows[-1].cursor
        groups = self._groups()
        for row in rows:
            self._end_signed_out(row)
            for stream in self._audience(row, groups):
                stream.due = row.cursor
        try:
            await self._tell(rows)
        except BaseException:
            for stream in self._concerned(rows, groups):
                stream.fall_behind(head)
            raise
        return len(rows) == BATCH

    async def _tell(self, rows: Sequence[AnyRow]) -> None:
        """Tells those who are live once it is known which credentials count; who comes later has read the rows."""
        await self._end_revoked()
        groups = self._groups()
        concerned = self._concerned(rows, groups)
        live = {stream for stream in concerned if stream.is_live}
        refusals, types = await self._judged(concerned, live)
        for row in rows:
            self._offer(row, groups, types)
            await asyncio.sleep(0)
        for stream, refusal in refusals.items():
            stream.finish(refusal)

    async def _judged(
        self, concerned: Set[Stream], live: Set[Stream]
    ) -> tuple[Mapping[Stream, Denial], Mapping[Stream, frozenset[str] | None]]:
        """Who may not go on, users at once; and what the others may be told."""
        if not concerned:
            return {}, {}
        rights = await rights_of(self.store, concerned)
        refusals = {stream: refusal for stream in concerned if (refusal := rights.refusal(stream))}
        for stream, refusal in refusals.items():
            if not stream.actor.is_service:
                stream.end(refusal)
        return refusals, {stream: rights.types(stream) for stream in live if stream.reason is None}

    def _groups(self) -> Groups:
        groups: dict[Scope, list[Stream]] = defaultdict(list)
        for stream in self.streams:
            groups[stream.scope].append(stream)
        return groups

    def _concerned(self, rows: Iterable[AnyRow], groups: Groups) -> set[Stream]:
        """Whom the events are for; and everybody in an organization, when roles have changed."""
        scopes = {scope for row in rows for scope in _scopes(row)}
        if any(noun_of(row.type) in ROLE_MODEL for row in rows):
            scopes |= {scope for scope in groups if scope.organization_id is not None}
        return {stream for scope in scopes for stream in groups.get(scope, ())}

    def _audience(self, row: AnyRow, groups: Groups) -> Iterable[Stream]:
        return (stream for scope in _scopes(row) for stream in groups.get(scope, ()))

    def _offer(self, row: AnyRow, groups: Groups, types: Mapping[Stream, frozenset[str] | None]) -> None:
        told: Told | None = None
        for stream in self._audience(row, groups):
            if stream in types and ((wanted := types[stream]) is None or row.type in wanted):
                told = told or _told(self.store, row)
                stream.offer(told)

    def _end_signed_out(self, row: AnyRow) -> None:
        """Sessions that are over, and users that are gone."""
        is_over, is_gone = row.type in SESSION_OVER, row.type == EventType.USER_DELETED.value
        for stream in self.streams if is_over or is_gone else ():
            session = stream.actor.session
            if (is_over and session and session.id == row.object_id) or (
                is_gone and stream.actor.user_id == row.user_id
            ):
                stream.end(lapsed())
