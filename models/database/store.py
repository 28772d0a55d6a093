"""The store: the only place that opens connections,
begins transactions and tells that the database is away.
"""

import asyncio
import math
import socket
import sqlite3
from collections.abc import AsyncGenerator, Awaitable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Any, Protocol, TypeVar
from weakref import WeakSet

from sqlalchemy import URL, event, make_url, text
from sqlalchemy.engine.interfaces import AdaptedConnection, ExceptionContext
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from models.base import dumps, loads
from models.database.wakeup import Wakeup
from models.errors import Busy, CommitUnknown, Unavailable

# How long anything waits for a lock or a connection before the caller is told to try again.
WAIT_SECONDS = 5

# How long what has begun may go on though nobody waits for it any more.
FINISH_SECONDS = 10

# A transaction may make the write-ahead log of SQLite longer than this, and the next one cuts it
# back.
JOURNAL_BYTES = 64 * 1024 * 1024

# How long the server lets one statement run. The client waits a second longer: by then the server
# has answered, or the link to it is dead.
READ_SECONDS = 5
WRITE_SECONDS = 10
ANSWER_SECONDS = 1

# A connection that was idle for longer is checked before it's used, and must answer in time.
IDLE_SECONDS = 1.0
CHECK_SECONDS = 2.0

# How long connections may take to say goodbye when the store closes.
CLOSE_SECONDS = 2.0

# The client's side of a TCP connection asks a silent server whether it's still there, and gives up
# after about ten seconds. Not every system knows all of these.
KEEPALIVE = {
    "TCP_KEEPIDLE": 4,
    "TCP_KEEPINTVL": 2,
    "TCP_KEEPCNT": 3,
    "TCP_USER_TIMEOUT": 10_000,
}

# The last five make the server notice a client that is gone, and release its locks.
POSTGRESQL_SETTINGS = {
    "lock_timeout": str(WAIT_SECONDS * 1000),
    "jit": "off",
    "timezone": "UTC",
    "idle_in_transaction_session_timeout": "10000",
    "tcp_keepalives_idle": "4",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
DEADLOCK_STATES = {"40001", "40P01"}
# SQLSTATE: the lock is taken, the statement took too long.
BUSY_STATES = {"55P03", "57014"}
# SQLSTATE: the transaction is read-only, as on a server that has become a replica.
READ_ONLY_STATE = "25006"
# SQLSTATE: the server doesn't know what became of the transaction.
COMMIT_UNKNOWN_STATES = {"08007", "40003"}
# SQLSTATE classes: no connection, access refused, no such database, no resources, wrong state for
# this, an operator stopped it, I/O error.
UNAVAILABLE_CLASSES = {"08", "28", "3D", "53", "55", "57", "58"}

SQLITE_BUSY_CODES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
# What opening the file anew can mend: it was replaced, or its file system was mounted again.
SQLITE_STALE_CODES = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
SQLITE_UNAVAILABLE_CODES = {*SQLITE_STALE_CODES, sqlite3.SQLITE_FULL, sqlite3.SQLITE_PROTOCOL}

T = TypeVar("T")


class Deadlock(Busy):
    """Lost against another transaction; nothing was changed, the same one may succeed at once."""


def _dumps(value: object) -> str:
    return dumps(value).decode()


def _sqlite_engine(url: URL, *, pool: int, read_only: bool) -> AsyncEngine:
    """The driver begins nothing by itself: a reader stays
    in autocommit, a writer takes the lock when it begins.
    """
    reset = None if read_only else "rollback"
    engine = create_async_engine(
        url,
        pool_size=pool,
        max_overflow=0,
        pool_reset_on_return=reset,
        pool_timeout=WAIT_SECONDS,
        connect_args={"isolation_level": None},
        json_serializer=_dumps,
        json_deserializer=loads,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, record: object) -> None:  # pyright: ignore[reportUnusedFunction]
        cursor = connection.cursor()
        settings = {
            "busy_timeout": WAIT_SECONDS * 1000,
            "journal_mode": "WAL",
            "synchronous": "FULL",
        }
        settings["journal_size_limit"] = JOURNAL_BYTES
        for name, value in (
            settings | {"foreign_keys": "ON", "query_only": "ON" if read_only else "OFF"}
        ).items():
            cursor.execute(f"PRAGMA {name}={value}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        if not read_only:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _postgresql_engine(url: URL, *, pool: int, read_only: bool) -> AsyncEngine:
    seconds = READ_SECONDS if read_only else WRITE_SECONDS
    engine = create_async_engine(
        url,
        pool_size=pool,
        max_overflow=0,
        pool_timeout=WAIT_SECONDS,
        pool_use_lifo=True,
        isolation_level="AUTOCOMMIT" if read_only else "READ COMMITTED",
        connect_args={
            "server_settings": POSTGRESQL_SETTINGS | {"statement_timeout": str(seconds * 1000)},
            "timeout": WAIT_SECONDS,
            "command_timeout": seconds + ANSWER_SECONDS,
        },
        json_serializer=_dumps,
        json_deserializer=loads,
    )
    event.listen(engine.sync_engine, "connect", _keep_alive)
    event.listen(engine.sync_engine, "checkin", _note_idle)
    event.listen(engine.sync_engine, "checkout", _check_idle)
    return engine


def _keep_alive(connection: AdaptedConnection, record: object) -> None:
    peer = connection.driver_connection._transport.get_extra_info("socket")
    if peer.family in (socket.AF_INET, socket.AF_INET6):
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in KEEPALIVE.items():
            if hasattr(socket, name):
                peer.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _note_idle(connection: object, record: ConnectionPoolEntry) -> None:
    record.info["idle_since"] = monotonic()


def _check_idle(connection: AdaptedConnection, record: ConnectionPoolEntry, proxy: object) -> None:
    """One dead connection condemns all that are as old: the pool replaces them."""
    if monotonic() - record.info.get("idle_since", math.inf) < IDLE_SECONDS:
        return
    try:
        connection.run_async(lambda driver: driver.execute("SELECT 1", timeout=CHECK_SECONDS))
    except Exception as error:
        connection.driver_connection.terminate()
        raise InvalidatePoolError from error


def _give_up_stale(context: ExceptionContext) -> None:
    """Replaces connections that don't answer, or lead to a database that takes no writes any more.

    Like a disconnection that the driver finds, this condemns all connections that are as old.
    """
    error: Any = context.original_exception
    is_stale = (
        isinstance(error, TimeoutError) or getattr(error, "sqlstate", None) == READ_ONLY_STATE
    )
    if is_stale or _sqlite_code(error) in SQLITE_STALE_CODES:
        context.is_disconnect = context.invalidate_pool_on_disconnect = True
        if isinstance(error, TimeoutError) and context.connection:
            # A graceful end would wait for the peer once more.
            driver: Any = context.connection.connection.driver_connection
            driver.terminate()


def _sqlite_code(error: object) -> int | None:
    """The primary result code of an error from SQLite."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _to_unavailable(error: BaseException, *, is_unchanged: bool) -> Unavailable | None:
    """What a driver's error means for the caller; None
    when it is no matter of reaching the database.
    """
    if isinstance(error, PoolTimeout):
        return Busy(is_unchanged=is_unchanged)
    if not isinstance(error, DBAPIError):
        return Unavailable(is_unchanged=is_unchanged)
    state = str(getattr(error.orig, "sqlstate", None) or "")
    code = _sqlite_code(error.orig)
    if state in DEADLOCK_STATES:
        return Deadlock(is_unchanged=is_unchanged)
    if state in BUSY_STATES or code in SQLITE_BUSY_CODES:
        return Busy(is_unchanged=is_unchanged)
    is_away = (
        isinstance(error, InterfaceError) if code is None else code in SQLITE_UNAVAILABLE_CODES
    )
    # A full disk has SQLite undo the whole transaction; what is seen first is the savepoint that
    # went with it.
    is_away = is_away or "no such savepoint" in str(error.orig)
    is_away = (
        error.connection_invalidated or state[:2] in UNAVAILABLE_CLASSES or (not state and is_away)
    )
    return Unavailable(is_unchanged=is_unchanged) if is_away else None


@asynccontextmanager
async def _translating_errors(*, is_unchanged: bool) -> AsyncGenerator[None]:
    try:
        yield
    except (DBAPIError, PoolTimeout, OSError) as error:
        unavailable = _to_unavailable(error, is_unchanged=is_unchanged)
        if unavailable is None:
            raise
        raise unavailable from error


async def _commit(session: AsyncSession) -> None:
    """Raises CommitUnknown, unless the database itself says that it didn't commit."""
    await session.flush()
    try:
        await session.commit()
    except (DBAPIError, OSError) as error:
        if isinstance(error, DBAPIError) and _is_refused(error):
            raise
        raise CommitUnknown from error


def _is_refused(error: DBAPIError) -> bool:
    """Whether the database is still there, and has answered a COMMIT with an error."""
    state = getattr(error.orig, "sqlstate", None)
    return not error.connection_invalidated and state not in COMMIT_UNKNOWN_STATES


async def shield(awaitable: Awaitable[T]) -> T:
    """Finishes what has begun before a cancellation
    counts: a statement that is torn costs a connection.

    What is given up after a while may still be committed: nobody may be told that nothing was
    changed.
    """
    task = asyncio.ensure_future(awaitable)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=FINISH_SECONDS)
        raise


class Store:
    """One database, with a pool of readers and a pool of writers.

    A reader is in autocommit: each statement is a short read of its own. A writer is one
    transaction; with SQLite there is one writer a process, for waiting in line is much cheaper than
    waiting for the file's lock.
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
        self._opened = WeakSet[Any]()
        for engine in (self.reader, self.writer):
            event.listen(engine.sync_engine, "handle_error", _give_up_stale)
            event.listen(engine.sync_engine, "connect", self._note_opened)
        self._writer_lock = asyncio.Lock() if self.is_sqlite else None
        # First come, first served: who waits at the pool itself can be passed by newcomers for
        # ever.
        self._reader_slots = asyncio.Semaphore(reads)
        # Snapshots have seats of their own: an operation that holds one can still wait for a single
        # read.
        self._snapshot_seats = asyncio.Semaphore(snapshots)
        one_moment = (
            {}
            if self.is_sqlite
            else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
        self._snapshots = self.reader.execution_options(**one_moment)
        self.wakeup = Wakeup(self.reader)

    def _note_opened(self, connection: AdaptedConnection, record: object) -> None:
        self._opened.add(connection.driver_connection)

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        """A connection for reads; raises Unavailable when there is none to be had."""
        async with (
            _translating_errors(is_unchanged=False),
            self._acquired(self._reader_slots),
            self.reader.connect() as connection,
        ):
            yield connection

    @asynccontextmanager
    async def read_transaction(self) -> AsyncGenerator[AsyncConnection]:
        """A connection whose reads all see the same moment: that of the first one."""
        async with self._acquired(self._snapshot_seats), self._snapshots.connect() as connection:
            if self.is_sqlite:
                await connection.exec_driver_sql("BEGIN")
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[AsyncSession]:
        """One transaction: committed when the block ends, rolled back when it raises.

        Raises Unavailable when nothing was committed, and CommitUnknown when nobody can tell.
        """
        async with (
            _translating_errors(is_unchanged=True),
            self._acquired(self._writer_lock),
            AsyncSession(self.writer, expire_on_commit=False) as session,
        ):
            yield session
            await _commit(session)

    @asynccontextmanager
    async def _acquired(
        self, line: asyncio.Lock | asyncio.Semaphore | None
    ) -> AsyncGenerator[None]:
        """This one's turn, where there is a line to wait in; who waits too long is told so."""
        if line is None:
            yield
            return
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await line.acquire()
        except TimeoutError as error:
            raise PoolTimeout("it is busy") from error
        try:
            yield
        finally:
            line.release()

    async def ensure_writable(self) -> None:
        """Makes a change that changes nothing; raises Unavailable when it can't be made.

        PostgreSQL need not find a row to refuse it when it is read-only. SQLite writes the row as
        it is: only then does it notice that the disk is full.
        """
        statement = "UPDATE instance SET id = id"
        async with self.write() as session:
            await session.execute(text(statement if self.is_sqlite else f"{statement} WHERE false"))

    async def close(self) -> None:
        """Ends every connection; those that don't end in time, or are still in use, are cut off."""
        await self.wakeup.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.reader.dispose()
                await self.writer.dispose()
        for driver in self._opened if not self.is_sqlite else ():
            driver.terminate()


class Readable(Protocol):
    """Something to read from: the store as it is now, or a snapshot of it."""

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]: ...


class Snapshot:
    """The store at one moment, for all reads of an operation.

    The first read takes a connection. Reads take turns, because the fields of a level are resolved
    at the same time. After an error PostgreSQL reads nothing more in a transaction, so the other
    reads fail with the same error.
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
                async with _translating_errors(is_unchanged=False):
                    if self._connection is None:
                        self._connection = await self._held.enter_async_context(
                            self._store.read_transaction()
                        )
                    yield self._connection
            except (DBAPIError, Unavailable) as error:
                self._error = error
                raise
            except asyncio.CancelledError:
                self._error = Unavailable(is_unchanged=False)
                raise

    async def close(self) -> None:
        """Gives the connection back after the read that
        is running; nothing can be read from now on.
        """
        self._error = self._error or RuntimeError("This snapshot is closed.")
        if self._connection is not None or self._turn.locked():
            await shield(self._release())

    async def _release(self) -> None:
        # A connection that was lost in between takes nothing with it: all reads have been answered.
        async with self._turn:
            with suppress(Unavailable):
                async with _translating_errors(is_unchanged=False):
                    await self._held.aclose()
