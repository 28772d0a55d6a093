"""The doorbell of the event log: it says that there may
be something new, and nothing else (docs/decisions/0005).
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

CHANNEL = "tenantry_events"
# How often a database file is asked whether another process has written to it.
FILE_POLL_SECONDS = 0.1
# A server that has gone without a word is noticed by asking, not by listening.
HEARTBEAT_SECONDS = 5.0
RETRY_SECONDS = 1.0
# How long a watch may take to end its last statement when the server stops.
CLOSE_SECONDS = 1.0

Notify = Callable[[], None]
log = structlog.stdlib.get_logger("tenantry.bell")


@dataclass(frozen=True, slots=True, eq=False)
class Waiter:
    """Somebody who waits at the bell."""

    signaled: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self, seconds: float) -> None:
        """Until the bell rings or the time is over; a ring since the last wait counts."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.signaled.wait()
        self.signaled.clear()


@dataclass(frozen=True, slots=True, eq=False)
class Watcher:
    """Hears of what other processes write, until it is
    told to stop; it is never torn out of a statement.
    """

    engine: AsyncEngine
    notify: Notify
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """A database that is away is waited for, and then the log looked at anew."""
        watch = self._watch_file if self.engine.dialect.name == "sqlite" else self._watch_channel
        while not self.stopped.is_set():
            try:
                async with self.engine.connect() as connection:
                    self.notify()
                    await watch(connection)
            except Exception as error:
                log.warning("bell_away", error=type(error).__name__)
                await self._pause(RETRY_SECONDS)

    async def _pause(self, seconds: float) -> bool:
        """Whether to go on after it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.stopped.wait()
        return not self.stopped.is_set()

    async def _watch_file(self, connection: AsyncConnection) -> None:
        """SQLite counts, for each connection, the commits of all others."""
        known: int | None = None
        while await self._pause(FILE_POLL_SECONDS):
            version = (await connection.exec_driver_sql("PRAGMA data_version")).scalar_one()
            if version != known:
                known = version
                self.notify()

    async def _watch_channel(self, connection: AsyncConnection) -> None:
        """PostgreSQL notifies when a transaction that has written events commits."""
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.add_listener(CHANNEL, self._on_notification)
        try:
            while await self._pause(HEARTBEAT_SECONDS):
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await connection.exec_driver_sql("SELECT 1")
        finally:
            await connection.invalidate()

    def _on_notification(self, *_: object) -> None:
        self.notify()


@dataclass(slots=True, eq=False)
class Wakeup:
    """Of one process. The log is the truth: a ring that nobody hears costs time, never an event."""

    engine: AsyncEngine
    waiters: set[Waiter] = field(default_factory=set[Waiter])
    watcher: Watcher | None = None
    tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    def notify(self) -> None:
        for listener in self.waiters:
            listener.signaled.set()

    @asynccontextmanager
    async def listen(self) -> AsyncGenerator[Waiter]:
        """While anybody listens, other processes are watched too."""
        listener = Waiter()
        self.waiters.add(listener)
        self._start_watching()
        try:
            yield listener
        finally:
            self.waiters.discard(listener)
            if not self.waiters:
                self._stop_watching()

    def _start_watching(self) -> None:
        if self.watcher is None:
            self.watcher = Watcher(self.engine, self.notify)
            task = asyncio.create_task(self.watcher.run())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    def _stop_watching(self) -> None:
        if self.watcher:
            self.watcher.stopped.set()
            self.watcher = None

    async def close(self) -> None:
        """A watch that waits for a server that doesn't answer is torn out of its statement."""
        self._stop_watching()
        if self.tasks:
            _, late = await asyncio.wait(self.tasks, timeout=CLOSE_SECONDS)
            for task in late:
                task.cancel()
