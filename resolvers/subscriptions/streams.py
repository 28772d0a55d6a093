"""Streams: the events that wait for one listener, and
what ends the listening (docs/rules.md, Subscriptions).
"""

import asyncio
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from models.errors import RequestError
from models.events import Event
from resolvers.access import Actor
from resolvers.events.event_log import Scope
from resolvers.queries.loaders import Loaders

WAITING_EVENTS = 1_000
WAITING_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Delivered:
    """An event on its way; what is found out about it for one listener is there for the others."""

    row: Event
    size: int
    loaders: Loaders
    answers: dict[Hashable, Any] = field(default_factory=dict[Hashable, Any])


@dataclass(slots=True, eq=False)
class Stream:
    """One listener's: while it catches up it reads
    the log by itself, once it is live it is told.
    """

    actor: Actor
    scope: Scope
    # The names of the events that are wanted; None for all.
    types: frozenset[str] | None
    # Whether the credential that the listener came with still counts, apart from what the store
    # says.
    is_good: Callable[[], bool]
    # Cuts off a client that does not read.
    disconnect: Callable[[], None]
    # The last event that was taken, or the end of the log where none after it was wanted.
    position: int = 0
    # The last event of its scope that the reader has read: it is not live before it has come so
    # far.
    behind_until: int = 0
    is_live: bool = False
    reason: RequestError | None = None
    # Whether the reason is for after what still waits.
    is_finishing: bool = False
    queue: deque[Delivered] | None = None
    size: int = 0
    # Since when an event is with the client, who has not come back for the next one.
    delivered_at: float | None = None
    waiter: asyncio.Future[None] | None = None

    def enqueue(self, told: Delivered) -> None:
        """Puts an event behind the others; who is outrun
        goes back to the log, and nothing waits any more.
        """
        if self.reason is not None or not self.is_live or told.row.cursor <= self.position:
            return
        if len(self.queue or ()) >= WAITING_EVENTS or self.size + told.size > WAITING_BYTES:
            self.go_back_to_log(self.position)
            return
        # An empty queue is none: there are thousands of listeners for whom nothing waits.
        waiting = self.queue = self.queue or deque()
        waiting.append(told)
        self.size += told.size
        self._wake()

    def go_back_to_log(self, known: int) -> None:
        """Reads the log by itself again, from the last event
        it took; where nothing waits, from what it knows of.
        """
        if self.is_live:
            self.position = self.position if self.queue else max(self.position, known)
            self.is_live = False
            self._drop()

    def end(self, reason: RequestError) -> None:
        """Nothing that still waits is told any more."""
        if self.reason is None or self.is_finishing:
            self.reason, self.is_finishing = reason, False
            self._drop()

    def finish(self, reason: RequestError) -> None:
        """The end comes after what waits; who reads the log by itself finds it there."""
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
        """Raises the reason of the end."""
        if self.reason is not None:
            raise self.reason

    async def next(self) -> Delivered | None:
        """The next event; None when it has to catch up by itself. Raises the reason of the end."""
        self.delivered_at = None
        while not self.queue:
            self.ensure_open()
            if not self.is_live:
                return None
            self.waiter = asyncio.get_running_loop().create_future()
            await self.waiter
        told = self.queue.popleft()
        self.size -= told.size
        self.advance(told.row.cursor)
        return told

    def advance(self, position: int) -> None:
        self.position = position
        self.delivered_at = monotonic()

    def is_stuck(self, seconds: float) -> bool:
        """Whether the client has not taken what it was given for so long."""
        return self.delivered_at is not None and monotonic() - self.delivered_at > seconds
