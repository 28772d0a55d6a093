"""The wake-up signal of the event log: there may be new events (docs/decisions/0005)."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from dataclasses import dataclass, field

import structlog

from models.database.connection import Connection, Pool

CHANNEL = "tenantry_events"
# How often a database file is checked for writes by another process.
FILE_POLL_SECONDS = 0.1
# How often PostgreSQL is queried: a lost connection is not noticed by listening alone.
HEARTBEAT_SECONDS = 5.0
RETRY_SECONDS = 1.0
# How long a watcher may take to end its last statement when the server stops.
CLOSE_SECONDS = 1.0

Notify = Callable[[], None]
log = structlog.stdlib.get_logger("tenantry.bell")


@dataclass(frozen=True, slots=True, eq=False)
class Waiter:
    """One waiter for the signal."""

    signaled: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self, seconds: float) -> None:
        """Waits for a signal, including one since the last wait, or until the time is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.signaled.wait()
        self.signaled.clear()


@dataclass(frozen=True, slots=True, eq=False)
class Watcher:
    """Notices what other processes write, until it is stopped; never canceled mid-statement."""

    pool: Pool
    notify: Notify
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Reconnects to an unavailable database, and signals after every connect."""
        is_file = self.pool.driver.dialect.name == "sqlite"
        watch = self._watch_file if is_file else self._watch_channel
        while not self.stopped.is_set():
            try:
                async with self.pool.connect() as connection:
                    self.notify()
                    await watch(connection)
            except Exception as error:
                log.warning("database wake-up signal unavailable", error=type(error).__name__)
                await self._pause(RETRY_SECONDS)

    async def _pause(self, seconds: float) -> bool:
        """Pauses, or returns false as soon as the watcher is stopped."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.stopped.wait()
        return not self.stopped.is_set()

    async def _watch_file(self, connection: Connection) -> None:
        """Polls the counter that SQLite keeps of commits by other connections."""
        known: int | None = None
        while await self._pause(FILE_POLL_SECONDS):
            ((version,),) = await connection.run_text("PRAGMA data_version")
            if version != known:
                known = version
                self.notify()

    async def _watch_channel(self, connection: Connection) -> None:
        """Listens for the notification that every transaction with events sends when it commits."""
        await connection.raw.add_listener(CHANNEL, self._on_notification)
        try:
            while await self._pause(HEARTBEAT_SECONDS):
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await connection.run_text("SELECT 1")
        finally:
            # Nobody else may get the listener.
            connection.is_lost = True

    def _on_notification(self, *_: object) -> None:
        self.notify()


@dataclass(slots=True, eq=False)
class Wakeup:
    """The signal of one process; a signal that is lost delays events, but loses none."""

    pool: Pool
    waiters: set[Waiter] = field(default_factory=set[Waiter])
    watcher: Watcher | None = None
    tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    def notify(self) -> None:
        for waiter in self.waiters:
            waiter.signaled.set()

    @asynccontextmanager
    async def listen(self) -> AsyncGenerator[Waiter]:
        """Registers a waiter; while there are any, other processes are watched as well."""
        waiter = Waiter()
        self.waiters.add(waiter)
        if self.watcher is None:
            self.watcher = Watcher(self.pool, self.notify)
            task = asyncio.create_task(self.watcher.run(), context=Context())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        try:
            yield waiter
        finally:
            self.waiters.discard(waiter)
            if not self.waiters:
                self._stop_watching()

    def _stop_watching(self) -> None:
        if self.watcher:
            self.watcher.stopped.set()
            self.watcher = None

    async def close(self) -> None:
        """Stops watching, and cancels a watcher whose server does not answer."""
        self._stop_watching()
        if self.tasks:
            _, late = await asyncio.wait(self.tasks, timeout=CLOSE_SECONDS)
            for task in late:
                task.cancel()
