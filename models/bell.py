"""The doorbell of the event log: it says that there may be something new, and nothing else (DESIGN 9)."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

CHANNEL = "tenantry_events"
GLANCE_SECONDS = 0.1
"""How often a database file is asked whether another process has written to it."""
HEARTBEAT_SECONDS = 5.0
"""A server that has gone without a word is noticed by asking, not by listening."""
AGAIN_SECONDS = 1.0

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


@dataclass(slots=True, eq=False)
class Bell:
    """Of one process. The log is the truth: a ring that nobody hears costs time, never an event."""

    engine: AsyncEngine
    listeners: set[Listener] = field(default_factory=set[Listener])
    watching: asyncio.Task[None] | None = None

    def ring(self) -> None:
        for listener in self.listeners:
            listener.rung.set()

    @asynccontextmanager
    async def listening(self) -> AsyncGenerator[Listener]:
        """While anybody listens, other processes are watched too."""
        listener = Listener()
        self.listeners.add(listener)
        if self.watching is None:
            watch = _watch_file if self.engine.dialect.name == "sqlite" else _watch_channel
            self.watching = asyncio.create_task(_kept_up(watch, self.engine, self.ring))
        try:
            yield listener
        finally:
            self.listeners.discard(listener)
            if not self.listeners:
                self.stop()

    def stop(self) -> None:
        if self.watching:
            self.watching.cancel()
            self.watching = None


async def _kept_up(
    watch: Callable[[AsyncConnection, Ring], Coroutine[Any, Any, None]], engine: AsyncEngine, ring: Ring
) -> None:
    """Watches until it is cancelled; a database that is away is waited for, and then the log looked at anew."""
    while True:
        try:
            async with engine.connect() as connection:
                ring()
                await watch(connection, ring)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("bell_away", error=type(error).__name__)
        await asyncio.sleep(AGAIN_SECONDS)


async def _watch_file(connection: AsyncConnection, ring: Ring) -> None:
    """SQLite counts, for each connection, the commits of all others."""
    known: int | None = None
    while True:
        version = (await connection.exec_driver_sql("PRAGMA data_version")).scalar_one()
        if version != known:
            known = version
            ring()
        await asyncio.sleep(GLANCE_SECONDS)


async def _watch_channel(connection: AsyncConnection, ring: Ring) -> None:
    """PostgreSQL notifies when a transaction that has written events commits."""
    driver: Any = (await connection.get_raw_connection()).driver_connection

    def heard(*_: object) -> None:
        ring()

    await driver.add_listener(CHANNEL, heard)
    try:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                await connection.exec_driver_sql("SELECT 1")
    finally:
        await connection.invalidate()
