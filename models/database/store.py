"""The store: the only place that opens connections and begins transactions."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from functools import partial
from typing import Protocol, TypeVar

from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from models.database.compiled import get_statements
from models.database.connection import Connection, Listener, Pool
from models.database.drivers import Driver
from models.database.errors import raise_translated
from models.database.group_commit import GroupCommit
from models.database.postgresql import PostgreSQL
from models.database.sqlite import SQLite
from models.database.turns import Turns
from models.database.wakeup import Wakeup
from models.database.writing import PooledWriters, WriterLender, Writing
from models.errors.request import Unavailable

# How long work that has begun may continue once its caller has been canceled.
FINISH_SECONDS = 10
# How long connections may take to close when the store closes.
CLOSE_SECONDS = 2.0

T = TypeVar("T")


async def shield(awaitable: Awaitable[T]) -> T:
    """Finishes an operation before its caller is canceled.

    Interrupting a statement would cost its connection. An operation that is given up after
    FINISH_SECONDS may still be committed, so never report that nothing was changed.
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
    transaction. With SQLite each process has one writer, because waiting in a queue is much cheaper
    than waiting for the lock of the file, and because those who wait are committed together.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.driver: Driver = SQLite(self.url) if self.is_sqlite else PostgreSQL(self.url)
        # Called with the text of each statement.
        self.listeners: list[Listener] = []
        pool = partial(Pool, self.driver, get_statements(self.driver.dialect), self.listeners)
        self.readers = pool(read_only=True)
        self.writers = pool(read_only=False)
        reads, snapshots = (4, 4) if self.is_sqlite else (5, 10)
        self.reader_turns = Turns(reads)
        # Snapshots have turns of their own: an operation that holds one can still wait for a single
        # read.
        self.snapshot_turns = Turns(snapshots)
        self.writer_turns = Turns(1 if self.is_sqlite else 10)
        lend = GroupCommit if self.is_sqlite else PooledWriters
        self.lender: WriterLender = lend(self.writers, self.writer_turns)
        self.wakeup = Wakeup(self.readers)

    def read(self) -> "Reading":
        """Opens a connection for reads; raises Unavailable if none is available."""
        return Reading(self.readers, self.reader_turns)

    def read_transaction(self) -> "Reading":
        """Opens a connection whose reads all see the moment of the first one."""
        return Reading(self.readers, self.snapshot_turns, self.driver.begin_snapshot)

    def write(self) -> Writing:
        """Runs one transaction: committed when the block ends, rolled back when it raises."""
        return Writing(self.lender)

    async def ensure_writable(self) -> None:
        """Runs an update that changes nothing; raises Unavailable if the database rejects it.

        A read-only PostgreSQL rejects it without a matching row. SQLite has to write the row as it
        is, because only then does it notice that the disk is full.
        """
        statement = "UPDATE instance SET id = id"
        async with self.write() as session:
            await session.execute(text(statement if self.is_sqlite else f"{statement} WHERE false"))

    async def close(self) -> None:
        """Closes every connection, forcibly if it is in use or does not close in time."""
        await self.wakeup.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.readers.close()
                await self.writers.close()
        self.readers.terminate()
        self.writers.terminate()


class Reading:
    """A connection for reads, until the end of the block.

    Each query needs several, so this is faster than a generator with `asynccontextmanager`.
    """

    __slots__ = ("_begin", "_connection", "_pool", "_turns")

    def __init__(self, pool: Pool, turns: Turns, begin: str | None = None) -> None:
        self._pool = pool
        self._turns = turns
        self._begin = begin

    async def __aenter__(self) -> Connection:
        try:
            await self._turns.take()
            try:
                self._connection = await self._pool.take(begin=self._begin)
            except BaseException:
                self._turns.release()
                raise
        except Exception as error:
            raise_translated(error, is_unchanged=False)
            raise
        return self._connection

    async def __aexit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        try:
            await self._pool.give_back(self._connection)
        finally:
            self._turns.release()
        if error is not None:
            raise_translated(error, is_unchanged=False)


class Readable(Protocol):
    """Something to read from: the store as it is now, or a snapshot of it."""

    def read(self) -> AbstractAsyncContextManager[Connection]: ...


class Snapshot:
    """The store at one moment, for all reads of an operation.

    The first read takes a connection. Reads take turns, because the fields of a level are resolved
    at the same time. After an error PostgreSQL reads nothing more in a transaction, so the other
    reads fail with the same error.
    """

    def __init__(self, connect: Callable[[], AbstractAsyncContextManager[Connection]]) -> None:
        self._connect = connect
        self._turn = asyncio.Lock()
        # What lends the connection, and the connection, once a read has asked for it.
        self._reading: AbstractAsyncContextManager[Connection] | None = None
        self._connection: Connection | None = None
        self._error: Exception | None = None

    def read(self) -> AbstractAsyncContextManager[Connection]:
        """Lends the connection until the block ends; raises Unavailable if none is available."""
        return SnapshotReading(self)

    async def begin_reading(self) -> Connection:
        await self._turn.acquire()
        try:
            if self._error is not None:
                raise self._error
            if self._connection is None:
                reading = self._connect()
                self._connection = await reading.__aenter__()
                self._reading = reading
        except BaseException as error:
            self.end_reading(error)
            raise
        return self._connection

    def end_reading(self, error: BaseException | None) -> None:
        self._turn.release()
        if error is None:
            return
        if isinstance(error, asyncio.CancelledError):
            self._error = Unavailable(is_unchanged=False)
        elif isinstance(error, (DBAPIError, Unavailable)):
            self._error = error
        try:
            raise_translated(error, is_unchanged=False)
        except Unavailable as unavailable:
            self._error = unavailable
            raise

    async def close(self) -> None:
        """Returns the connection after the read that is running; later reads raise."""
        self._error = self._error or RuntimeError("This snapshot is closed.")
        if self._reading is not None and not self._turn.locked():
            await self._release()
        elif self._turn.locked():
            await shield(self._release_in_turn())

    async def _release_in_turn(self) -> None:
        async with self._turn:
            await self._release()

    async def _release(self) -> None:
        reading, self._reading = self._reading, None
        if reading is not None:
            # All reads have been answered, so it doesn't matter if the connection is lost by now.
            with suppress(Unavailable):
                await reading.__aexit__(None, None, None)


class SnapshotReading:
    """A read of a snapshot, until the end of the block."""

    __slots__ = ("_snapshot",)

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    async def __aenter__(self) -> Connection:
        return await self._snapshot.begin_reading()

    async def __aexit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        self._snapshot.end_reading(error)
