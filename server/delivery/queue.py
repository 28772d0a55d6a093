"""The delivery queue: claims what is due, sends it side by side, and settles the results.

Mail and webhooks are two channels of it.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import perf_counter
from typing import ClassVar, Generic, Protocol, TypeVar

import structlog

from models.database.heartbeats import Heartbeat
from models.database.session import DatabaseSession
from models.database.store import shield
from models.database.wakeup import Waiter
from models.errors.request import Unavailable
from models.tracing import current_tracer, start_span
from resolvers.delivery.queue import CLOCK_TOLERANCE, Claim, QueueTable
from resolvers.foundation.server import Server
from server.observability.observer import Observer

# How often a queue looks for what is due without a wake-up signal: for retries whose time has come,
# and for leases that have ended.
POLL_SECONDS = 2.0
# How long a queue waits, when it stops, for what it is sending.
GRACE_SECONDS = 5.0
# How long a queue waits before it writes again to a database that is unavailable.
RETRY_SECONDS = 1.0

log = structlog.stdlib.get_logger("tenantry.delivery")

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Attempt(Generic[Result]):
    """An attempt to send a row, and its result."""

    claim: Claim
    started_at: datetime
    result: Result


class Channel(Protocol[Result]):
    """What a queue sends, and how."""

    # In the log and in heartbeats.
    name: ClassVar[str]
    table: ClassVar[QueueTable]
    # How many rows are sent side by side.
    at_once: ClassVar[int]

    async def fan_out(self) -> bool:
        """Creates rows for new events; returns whether there may be more to create."""
        ...

    async def find_due(self, now: datetime, sending: Collection[Claim]) -> Sequence[str]:
        """Returns the IDs of the rows to claim next; no more than there is room for."""
        ...

    async def attempt(self, claim: Claim, started_at: datetime) -> Result:
        """Sends a row. A failure is a result: an attempt that raises is never settled."""
        ...

    def get_outcome(self, attempt: Attempt[Result]) -> str:
        """The outcome of an attempt, for the metrics: `retried`, or a final status."""
        ...

    def get_trace_attributes(self, claim: Claim) -> Mapping[str, str]:
        """The IDs that link an attempt to the operation that caused it."""
        ...

    async def settle(
        self, session: DatabaseSession, attempts: Sequence[Attempt[Result]], now: datetime
    ) -> None:
        """Writes down the results."""
        ...


@dataclass(slots=True, eq=False)
class DeliveryQueue(Generic[Result]):
    """The queue of one channel; queues of several processes can share a database."""

    server: Server
    channel: Channel[Result]
    observer: Observer | None = None
    # What is being sent, by the task that sends it.
    sending: dict[asyncio.Task[None], Claim] = field(
        default_factory=dict[asyncio.Task[None], Claim]
    )
    unsettled: list[Attempt[Result]] = field(default_factory=list[Attempt[Result]])
    settling: asyncio.Lock = field(default_factory=asyncio.Lock)
    # The latest time that the clock has shown. At first, the clock counts as set back, because it
    # could have been while no worker was running.
    latest: datetime = datetime.max.replace(tzinfo=UTC)
    heartbeat: Heartbeat = field(init=False)

    def __post_init__(self) -> None:
        self.heartbeat = Heartbeat(f"the {self.channel.name} worker")

    async def run(self) -> None:
        """Sends what is due until it is cancelled, then waits briefly for what it is sending."""
        async with self.server.store.wakeup.listen() as waiter:
            self.heartbeat.beat()
            try:
                while True:
                    has_more = await self._start_due(waiter)
                    await waiter.wait(0 if has_more else POLL_SECONDS)
            finally:
                self.heartbeat.rest()
                await self._drain()

    async def deliver(self) -> int:
        """Sends everything that is due now, and returns the number of attempts."""
        attempts = 0
        while await self.channel.fan_out():
            pass
        while claims := await self._claim():
            await asyncio.gather(*map(self._start, claims))
            attempts += len(claims)
        return attempts

    async def _start_due(self, waiter: Waiter) -> bool:
        """Starts to send what is due; returns whether there may be more right now.

        If the database is unavailable, the queue looks again later.
        """
        try:
            has_more = await shield(self.channel.fan_out())
            for claim in await shield(self._claim()):
                # A free slot is a reason to look again.
                self._start(claim).add_done_callback(lambda _: waiter.signaled.set())
            self.heartbeat.beat()
            return has_more
        except Unavailable:
            log.warning(f"{self.channel.name} queue unavailable")
        except Exception:
            log.exception(f"{self.channel.name} queue failed")
        return False

    async def _claim(self) -> Sequence[Claim]:
        now, sending = self.server.clock(), self.sending.values()
        if now < self.latest - CLOCK_TOLERANCE:
            await self.channel.table.stop_waiting(self.server.store, now)
            self.latest = now
        self.latest = max(self.latest, now)
        if len(sending) >= self.channel.at_once:
            return []
        due_ids = await self.channel.find_due(now, sending)
        if not due_ids:
            return []
        return await self.channel.table.claim(self.server.store, due_ids, now, sending)

    def _start(self, claim: Claim) -> asyncio.Task[None]:
        task = asyncio.create_task(self._send(claim))
        self.sending[task] = claim
        task.add_done_callback(self.sending.pop)
        return task

    async def _send(self, claim: Claim) -> None:
        if self.observer:
            current_tracer.set(self.observer.tracing)
        try:
            started_at, begun_at = self.server.clock(), perf_counter()
            attributes = self.channel.get_trace_attributes(claim)
            with start_span(f"send {self.channel.name}", attributes):
                attempt = Attempt(claim, started_at, await self.channel.attempt(claim, started_at))
            self.unsettled.append(attempt)
            if self.observer:
                seconds = perf_counter() - begun_at
                outcome = self.channel.get_outcome(attempt)
                self.observer.observe_delivery(self.channel.name, outcome, seconds)
            async with self.settling:
                await self._settle()
        except Exception:
            log.exception(f"{self.channel.name} not settled", id=claim.id)

    async def _settle(self) -> None:
        """Writes down the results of all attempts that ended since the last time.

        One transaction for each of them would limit how many there can be in a second. If the
        database is unavailable, this waits for it: what isn't marked as sent is sent again.
        """
        attempts = self.unsettled.copy()
        self.unsettled.clear()
        while attempts:
            with suppress(Unavailable):
                async with self.server.store.write() as session:
                    await self.channel.settle(session, attempts, self.server.clock())
                return
            await asyncio.sleep(RETRY_SECONDS)

    async def _drain(self) -> None:
        if not self.sending:
            return
        _, late = await asyncio.wait([*self.sending], timeout=GRACE_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
