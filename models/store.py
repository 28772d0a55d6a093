"""The store: the only place that opens connections, begins transactions and tells that the database is away."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Awaitable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

import orjson
from sqlalchemy import URL, event, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from models.bell import Bell
from models.errors import Unavailable

WAIT_SECONDS = 5
"""How long anything waits for a lock or a connection before the caller is told to try again."""

FINISH_SECONDS = 10
"""How long what has begun may go on though nobody waits for it any more."""

# A transaction may make the write-ahead log of SQLite longer than this, and the next one cuts it back.
JOURNAL_BYTES = 64 * 1024 * 1024

POSTGRESQL_SETTINGS = {
    "lock_timeout": str(WAIT_SECONDS * 1000),
    "statement_timeout": "15000",
    "idle_in_transaction_session_timeout": "30000",
    "jit": "off",
    "timezone": "UTC",
}
DEADLOCK = {"40001", "40P01"}
AWAY = {"08", "53", "55", "57"}
"""SQLSTATE classes: no connection, no resources, lock not to be had, told to stop."""
SQLITE_AWAY = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
}


T = TypeVar("T")


class Deadlock(Unavailable):
    """Lost against another transaction; nothing was changed, the same one may succeed at once."""


def _dumps(value: object) -> str:
    return orjson.dumps(value).decode()


def _sqlite_engine(url: URL, *, pool: int, read_only: bool) -> AsyncEngine:
    """The driver begins nothing by itself: a reader stays in autocommit, a writer takes the lock when it begins."""
    reset = None if read_only else "rollback"
    engine = create_async_engine(
        url, pool_size=pool, max_overflow=0, pool_reset_on_return=reset, pool_timeout=WAIT_SECONDS,
        connect_args={"isolation_level": None}, json_serializer=_dumps, json_deserializer=orjson.loads,
    )  # fmt: skip

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, record: object) -> None:  # pyright: ignore[reportUnusedFunction]
        cursor = connection.cursor()
        settings = {"busy_timeout": WAIT_SECONDS * 1000, "journal_mode": "WAL", "synchronous": "FULL"}
        settings["journal_size_limit"] = JOURNAL_BYTES
        for name, value in (settings | {"foreign_keys": "ON", "query_only": "ON" if read_only else "OFF"}).items():
            cursor.execute(f"PRAGMA {name}={value}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        if not read_only:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _postgresql_engine(url: URL, *, pool: int, read_only: bool) -> AsyncEngine:
    return create_async_engine(
        url, pool_size=pool, max_overflow=0, pool_timeout=WAIT_SECONDS, pool_use_lifo=True,
        isolation_level="AUTOCOMMIT" if read_only else "READ COMMITTED",
        connect_args={"server_settings": POSTGRESQL_SETTINGS, "timeout": WAIT_SECONDS},
        json_serializer=_dumps, json_deserializer=orjson.loads,
    )  # fmt: skip


def _away(error: BaseException) -> Unavailable | None:
    """What a driver's error means for the caller; None when it is no matter of reaching the database."""
    if isinstance(error, (PoolTimeout, OSError, asyncio.TimeoutError)):
        return Unavailable()
    if not isinstance(error, DBAPIError):
        return None
    state = str(getattr(error.orig, "sqlstate", None) or "")
    if state in DEADLOCK:
        return Deadlock()
    code = getattr(error.orig, "sqlite_errorcode", None)
    is_away = isinstance(error, InterfaceError) if code is None else code & 0xFF in SQLITE_AWAY
    # A full disk has SQLite undo the whole transaction; what is seen first is the savepoint that went with it.
    is_away = is_away or "no such savepoint" in str(error.orig)
    return Unavailable() if error.connection_invalidated or state[:2] in AWAY or (not state and is_away) else None


@asynccontextmanager
async def _telling_when_away() -> AsyncGenerator[None]:
    try:
        yield
    except (DBAPIError, PoolTimeout, OSError, TimeoutError) as error:
        unavailable = _away(error)
        if unavailable is None:
            raise
        raise unavailable from error


async def unbroken(work: Awaitable[T]) -> T:
    """Finishes what has begun before a cancellation counts: a statement that is torn costs a connection."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=FINISH_SECONDS)
        raise


class Store:
    """One database, with a pool of readers and a pool of writers.

    A reader is in autocommit: each statement is a short read of its own. A writer is one transaction; with SQLite
    there is one writer a process, for waiting in line is much cheaper than waiting for the file's lock.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        make = _sqlite_engine if self.is_sqlite else _postgresql_engine
        # One reader more than who read at a time: the bell keeps one.
        reads, snapshots = (4, 4) if self.is_sqlite else (5, 10)
        self.reader = make(self.url, pool=reads + snapshots + 1, read_only=True)
        self.writer = make(self.url, pool=1 if self.is_sqlite else 10, read_only=False)
        self._line = asyncio.Lock() if self.is_sqlite else None
        # First come, first served: who waits at the pool itself can be passed by newcomers for ever.
        self._seats = asyncio.Semaphore(reads)
        # Snapshots have seats of their own: an operation that holds one can still wait for a single read.
        self._snapshot_seats = asyncio.Semaphore(snapshots)
        one_moment = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._snapshots = self.reader.execution_options(**one_moment)
        self.bell = Bell(self.reader)

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        """A connection for reads; raises Unavailable when there is none to be had."""
        async with _telling_when_away(), self._in_turn(self._seats), self.reader.connect() as connection:
            yield connection

    @asynccontextmanager
    async def read_transaction(self) -> AsyncGenerator[AsyncConnection]:
        """A connection whose reads all see the same moment: that of the first one."""
        async with self._in_turn(self._snapshot_seats), self._snapshots.connect() as connection:
            if self.is_sqlite:
                await connection.exec_driver_sql("BEGIN")
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[AsyncSession]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        async with (
            _telling_when_away(),
            self._in_turn(self._line),
            AsyncSession(self.writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @asynccontextmanager
    async def _in_turn(self, line: asyncio.Lock | asyncio.Semaphore | None) -> AsyncGenerator[None]:
        """This one's turn, where there is a line to wait in; who waits too long is told so."""
        if line is None:
            yield
            return
        async with asyncio.timeout(WAIT_SECONDS):
            await line.acquire()
        try:
            yield
        finally:
            line.release()

    async def close(self) -> None:
        await self.bell.close()
        await self.reader.dispose()
        await self.writer.dispose()


class Readable(Protocol):
    """Something to read from: the store as it is now, or a snapshot of it."""

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]: ...


class Snapshot:
    """The store at one moment, for all reads of an operation.

    The first read takes a connection. Reads take turns, because the fields of a level are resolved at the same time.
    After an error PostgreSQL reads nothing more in a transaction, so the other reads fail with the same error.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._turn = asyncio.Lock()
        self._held = AsyncExitStack()
        self._connection: AsyncConnection | None = None
        self._error: Exception | None = None

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        """The connection, until the block ends; raises Unavailable when there is none to be had."""
        async with self._turn:
            if self._error is not None:
                raise self._error
            try:
                async with _telling_when_away():
                    if self._connection is None:
                        self._connection = await self._held.enter_async_context(self._store.read_transaction())
                    yield self._connection
            except (DBAPIError, Unavailable) as error:
                self._error = error
                raise
            except asyncio.CancelledError:
                self._error = Unavailable()
                raise

    async def close(self) -> None:
        """Gives the connection back after the read that is running; nothing can be read from now on."""
        self._error = self._error or RuntimeError("This snapshot is closed.")
        if self._connection is not None or self._turn.locked():
            await unbroken(self._release())

    async def _release(self) -> None:
        # A connection that was lost in between takes nothing with it: all reads have been answered.
        async with self._turn:
            with suppress(Unavailable):
                async with _telling_when_away():
                    await self._held.aclose()
