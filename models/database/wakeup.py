"""The doorbell of the event log: it says that there may be something new, and nothing else (DESIGN 9)."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

CHANNEL = "tenantry_events"
GLANCE_SECONDS = 0.1
"""How often a database file is asked whether another process has written to it."""
HEARTBEAT_SECONDS = 5.0
"""A server that has gone without a word is noticed by asking, not by listening."""
AGAIN_SECONDS = 1.0
# How long a watch may take to end its last statement when the server stops.
CLOSE_SECONDS = 1.0

Ring = Callable[[], None]
log = structlog.stdlib.get_logger("tenantry.bell")


@dataclass(frozen=True, slots=True, eq=False)
class Listener:
    """Somebody who waits at the bell."""

    rung: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self, seconds: float) -> None:
        """Until the bell rings or the time is over; a ring since the last wait counts."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.rung.wait()
        self.rung.clear()


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """Hears of what other processes write, until it is told to stop; it is never torn out of a statement."""

    engine: AsyncEngine
    ring: Ring
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """A database that is away is waited for, and then the log looked at anew."""
        watch = self._file if self.engine.dialect.name == "sqlite" else self._channel
        while not self.stopped.is_set():
            try:
                async with self.engine.connect() as connection:
                    self.ring()
                    await watch(connection)
            except Exception as error:
                log.warning("bell_away", error=type(error).__name__)
                await self._pause(AGAIN_SECONDS)

    async def _pause(self, seconds: float) -> bool:
        """Whether to go on after it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.stopped.wait()
        return not self.stopped.is_set()

    async def _file(self, connection: AsyncConnection) -> None:
        """SQLite counts, for each connection, the commits of all others."""
        known: int | None = None
        while await self._pause(GLANCE_SECONDS):
            version = (await connection.exec_driver_sql("PRAGMA data_version")).scalar_one()
            if version != known:
                known = version
                self.ring()

    async def _channel(self, connection: AsyncConnection) -> None:
        """PostgreSQL notifies when a transaction that has written events commits."""
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.add_listener(CHANNEL, self._heard)
        try:
            while await self._pause(HEARTBEAT_SECONDS):
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await connection.exec_driver_sql("SELECT 1")
        finally:
            await connection.invalidate()

    def _heard(self, *_: object) -> None:
        self.ring()


@dataclass(slots=True, eq=False)
class Bell:
    """Of one process. The log is the truth: a ring that nobody hears costs time, never an event."""

    engine: AsyncEngine
    listeners: set[Listener] = field(default_factory=set[Listener])
    watch: Watch | None = None
    tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    def ring(self) -> None:
        for listener in self.listeners:
            listener.rung.set()

    @asynccontextmanager
    async def listening(self) -> AsyncGenerator[Listener]:
        """While anybody listens, other processes are watched too."""
        listener = Listener()
        self.listeners.add(listener)
        self._begin()
        try:
            yield listener
        finally:
            self.listeners.discard(listener)
            if not self.listeners:
                self._end()

    def _begin(self) -> None:
        if self.watch is None:
            self.watch = Watch(self.engine, self.ring)
            task = asyncio.create_task(self.watch.run())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    def _end(self) -> None:
        if self.watch:
            self.watch.stopped.set()
            self.watch = None

    async def close(self) -> None:
        """A watch that waits for a server that doesn't answer is torn out of its statement."""
        self._end()
        if self.tasks:
            _, late = await asyncio.wait(self.tasks, timeout=CLOSE_SECONDS)
            for task in late:
                task.cancel()
