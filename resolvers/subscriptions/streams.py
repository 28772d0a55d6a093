"""Streams: the queue of events for one subscriber, and why it ends (rules, Subscriptions)."""

import asyncio
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from models.errors.request import RequestError
from models.events import Event
from resolvers.authority.access import Actor
from resolvers.events.scopes import Scope
from resolvers.queries.loaders import Loaders

WAITING_EVENTS = 1_000
WAITING_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Delivered:
    """An event for all its subscribers, which share what is loaded and executed for it."""

    row: Event
    size: int
    loaders: Loaders
    # The results of operations, and what else subscribers share.
    answers: dict[Hashable, Any] = field(default_factory=dict[Hashable, Any])


@dataclass(slots=True, eq=False)
class Stream:
    """One subscriber, which reads the log itself to catch up, and gets events once it is live."""

    actor: Actor
    scope: Scope
    # The types of events to deliver; None for all.
    types: frozenset[str] | None
    # Whether the subscriber's credential has not expired; the store is checked separately.
    is_good: Callable[[], bool]
    # Disconnects a client that does not read.
    disconnect: Callable[[], None]
    # The cursor of the last event that was taken, or of the end of the log when it subscribed.
    position: int = 0
    # The cursor of the last event of its scope that the reader has read, up to which it must catch
    # up before it is live.
    behind_until: int = 0
    is_live: bool = False
    reason: RequestError | None = None
    # Whether the stream ends only after the queued events.
    is_finishing: bool = False
    queue: deque[Delivered] | None = None
    size: int = 0
    # When the client got an event, until it asks for the next one.
    delivered_at: float | None = None
    waiter: asyncio.Future[None] | None = None

    def enqueue(self, event: Delivered) -> None:
        """Queues an event; a subscriber that is too slow returns to reading the log."""
        if self.reason is not None or not self.is_live or event.row.cursor <= self.position:
            return
        if len(self.queue or ()) >= WAITING_EVENTS or self.size + event.size > WAITING_BYTES:
            self.go_back_to_log(self.position)
            return
        # An empty queue is None, because thousands of subscribers can have no queued events.
        queue = self.queue = self.queue or deque()
        queue.append(event)
        self.size += event.size
        self._wake()

    def go_back_to_log(self, known: int) -> None:
        """Makes the stream read the log again, from the last event it took.

        If no events are queued, it continues after `known`: the log has none for it up to there.
        """
        if self.is_live:
            self.position = self.position if self.queue else max(self.position, known)
            self.is_live = False
            self._drop()

    def end(self, reason: RequestError) -> None:
        """Ends the stream at once, without the queued events."""
        if self.reason is None or self.is_finishing:
            self.reason, self.is_finishing = reason, False
            self._drop()

    def finish(self, reason: RequestError) -> None:
        """Ends a live stream after the queued events; others find the reason in the log."""
        if self.reason is None and self.is_live:
            self.reason, self.is_finishing = reason, True
            self._wake()

    def _drop(self) -> None:
        self.queue, self.size = None, 0
        self._wake()

    def _wake(self) -> None:
        if self.waiter and not self.waiter.done():
            self.waiter.set_result(None)

    def ensure_open(self) -> None:
        """Raises the reason if the stream has ended."""
        if self.reason is not None:
            raise self.reason

    async def next(self) -> Delivered | None:
        """Waits for the next event; returns None to catch up, and raises if the stream ended."""
        self.delivered_at = None
        while not self.queue:
            self.ensure_open()
            if not self.is_live:
                return None
            self.waiter = asyncio.get_running_loop().create_future()
            await self.waiter
        event = self.queue.popleft()
        self.size -= event.size
        self.advance(event.row.cursor)
        return event

    def advance(self, position: int) -> None:
        self.position = position
        self.delivered_at = monotonic()

    def is_stuck(self, seconds: float) -> bool:
        """Whether the client has not taken the last event for so long."""
        return self.delivered_at is not None and monotonic() - self.delivered_at > seconds
