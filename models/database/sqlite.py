"""The driver of SQLite: aiosqlite, with short statements on the event loop.

Each connection has a thread of its own. A trip to it and back costs ten times what a short
statement takes, so these run on the event loop (docs/decisions/0009): reads with a limit of time,
and writes of single rows within a transaction, which only change pages in memory. What can wait for
a lock or for the disk runs on the thread.
"""

import asyncio
import os
import sqlite3
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from math import inf
from pathlib import Path
from time import monotonic, perf_counter, sleep
from typing import Any, NoReturn

import aiosqlite
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError

from models.database import limits
from models.database.drivers import Parameters, get_dialect

# How long a read may take on the event loop. After that it begins again on the thread.
LOOP_SECONDS = 0.002
# The time is checked after this many steps of SQLite, which takes about 50 µs.
STEPS = 1_000
# How long a reader waits on its thread before it tries again to read from a locked file, and how
# long a statement may continue before it is interrupted again.
RETRY_SECONDS = 0.01
# How many rows are written on the event loop.
FEW = 20
# Statements that a connection keeps prepared.
PREPARED_STATEMENTS = 512
# What begins a statement that is short: a read, or the begin or end of a savepoint.
SHORT = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK TO")
# A read that fails with one of these codes on the event loop begins again on the thread.
RETRIED_CODES = {sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def write_pragmas(*, read_only: bool) -> str:
    """Returns the statements that set up a connection."""
    pragmas = {
        "busy_timeout": limits.WAIT_SECONDS * 1000,
        "journal_mode": "WAL",
        "synchronous": "FULL",
        "journal_size_limit": limits.JOURNAL_BYTES,
        "foreign_keys": "ON",
        "query_only": "ON" if read_only else "OFF",
    }
    statements = [f"PRAGMA {name}={value}" for name, value in pragmas.items()]
    if read_only:
        # Once it is set up, a reader must not wait on the event loop.
        statements.append("PRAGMA busy_timeout=0")
    return ";".join(statements)


@dataclass(slots=True, eq=False)
class OpenConnection:
    """A connection of aiosqlite, which one task uses at a time."""

    aio: Any
    read_only: bool
    # The connection itself, for its thread, or for the event loop while the thread is idle.
    sync: sqlite3.Connection
    # When a read on the event loop must end, and whether SQLite asks for it.
    read_end: float = inf
    is_limited: bool = False

    async def run(self, function: Any, *arguments: Any) -> Any:
        """Runs a function on the thread, where SQLite doesn't have to ask whether it's late."""
        if self.is_limited:
            self.is_limited = False
            self.sync.set_progress_handler(None, 0)
        return await self.aio._execute(function, self.sync, *arguments)

    def fetch_in_time(self, text: str, parameters: Parameters) -> Sequence[Any] | None:
        """Runs a read on the event loop; returns None if it's late, or the file is locked."""
        if not self.is_limited:
            # It stays, because this takes as long as a short read.
            self.sync.set_progress_handler(lambda: perf_counter() > self.read_end, STEPS)
            self.is_limited = True
        self.read_end = perf_counter() + LOOP_SECONDS
        try:
            return self.sync.execute(text, parameters).fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in RETRIED_CODES:
                return None
            raise
        finally:
            self.read_end = inf

    def begin(self, begin: str | None) -> str | None:
        """Begins a transaction on the event loop; returns what the thread still has to run."""
        if begin is None:
            return None
        if begin != SQLite.begin:
            self.sync.execute(begin)
            return None
        self.sync.execute("PRAGMA busy_timeout=0")
        try:
            self.sync.execute(begin)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in RETRIED_CODES:
                raise
            return begin
        finally:
            self.sync.execute(f"PRAGMA busy_timeout={limits.WAIT_SECONDS * 1000}")
        return None


class SQLite:
    """aiosqlite.

    A reader is in autocommit, because the driver begins no transaction by itself. A transaction
    takes the lock of the file when it begins.
    """

    begin = "BEGIN IMMEDIATE"
    begin_snapshot = "BEGIN"
    ends_reads_at_once = True

    def __init__(self, url: URL) -> None:
        self.dialect = get_dialect(url.drivername)
        self.arguments: Any = self.dialect.create_connect_args(url)
        if url.database and "uri" not in url.query:
            _create_private_file(Path(url.database))

    async def open(self, *, read_only: bool) -> OpenConnection:
        positional, named = self.arguments
        options = {**named, "isolation_level": None, "cached_statements": PREPARED_STATEMENTS}
        aio: Any = aiosqlite.connect(*positional, **options)
        # A thread that waits for a lock must not keep the process from ending.
        aio._thread.daemon = True
        try:
            await aio
        except Exception:
            # It ends at once; later, its event loop may be closed.
            aio._thread.join(limits.CHECK_SECONDS)
            raise
        connection = OpenConnection(aio, read_only, aio._conn)
        try:
            await aio.executescript(write_pragmas(read_only=read_only))
        except BaseException:
            self.terminate(connection)
            raise
        return connection

    async def fetch(
        self, connection: OpenConnection, text: str, parameters: Parameters, begin: str | None
    ) -> Sequence[Any]:
        begin = connection.begin(begin)
        if begin is None and text.startswith(SHORT):
            rows = connection.fetch_in_time(text, parameters)
            if rows is not None:
                return rows
        if begin is None and _inserts_rows(text):
            return connection.sync.execute(text, parameters).fetchall()
        return await connection.run(_fetch, text, parameters, begin, connection.read_only)

    async def run(
        self, connection: OpenConnection, text: str, parameters: Parameters, begin: str | None
    ) -> int:
        begin = connection.begin(begin)
        if begin is None and _inserts_rows(text):
            return connection.sync.execute(text, parameters).rowcount
        return await connection.run(_run, text, parameters, begin)

    async def run_many(
        self,
        connection: OpenConnection,
        text: str,
        parameters: Sequence[Parameters],
        begin: str | None,
    ) -> None:
        begin = connection.begin(begin)
        if begin is None and len(parameters) <= FEW:
            connection.sync.executemany(text, parameters)
        else:
            await connection.run(_run_many, text, parameters, begin)

    async def stream(
        self, connection: OpenConnection, text: str, parameters: Parameters, size: int
    ) -> AsyncGenerator[Sequence[Any]]:
        cursor: sqlite3.Cursor = await connection.run(sqlite3.Connection.execute, text, parameters)
        while rows := await connection.run(_fetch_part, cursor, size):
            yield rows

    async def roll_back(self, connection: OpenConnection) -> None:
        # A full disk has rolled back the transaction already.
        if connection.read_only:
            connection.sync.rollback()
        else:
            await connection.run(sqlite3.Connection.rollback)

    async def check(self, connection: OpenConnection) -> None:
        """A file doesn't stop answering while it's idle."""

    def is_closed(self, connection: OpenConnection, error: Exception | None = None) -> bool:
        return connection.aio._connection is None

    async def close(self, connection: OpenConnection) -> None:
        await connection.aio.close()

    def terminate(self, connection: OpenConnection) -> None:
        # Like its own `stop`, but nobody waits for the end of the thread.
        connection.aio._running = False
        connection.aio._tx.put_nowait((None, partial(_close, connection.aio)))
        _interrupt(connection)

    def raise_wrapped(self, error: Exception, *, is_lost: bool) -> NoReturn:
        if isinstance(error, sqlite3.IntegrityError):
            raise IntegrityError(None, None, error) from error
        if isinstance(error, sqlite3.InterfaceError):
            raise InterfaceError(None, None, error, connection_invalidated=is_lost) from error
        if isinstance(error, sqlite3.Error):
            raise DBAPIError(None, None, error, connection_invalidated=is_lost) from error
        raise error


def _create_private_file(path: Path) -> None:
    """Creates the file for its owner only; SQLite gives those beside it the same mode."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # If it can't be created, SQLite says why.
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))


def _interrupt(connection: OpenConnection) -> None:
    """Interrupts what the thread runs, until it has closed the connection.

    A statement that continues would keep its lock, and others would wait for that. It may not have
    begun yet, so one interrupt is not enough.
    """
    # It is closed.
    with suppress(sqlite3.ProgrammingError):
        connection.sync.interrupt()
        asyncio.get_running_loop().call_later(RETRY_SECONDS, _interrupt, connection)


def _inserts_rows(text: str) -> bool:
    """Whether a statement inserts the rows that it is given."""
    return text.startswith("INSERT") and " VALUES (" in text


# These run on the thread of a connection: aiosqlite offers no call for several steps in one trip.


def _close(aio: Any) -> object:
    """Closes the connection once its statement has ended; returns what ends its thread."""
    if aio._connection is not None:
        aio._connection.close()
        aio._connection = None
    return aiosqlite.core._STOP_RUNNING_SENTINEL  # pyright: ignore[reportPrivateUsage]


def _fetch(
    connection: sqlite3.Connection,
    text: str,
    parameters: Parameters,
    begin: str | None,
    read_only: bool,
) -> Sequence[Any]:
    """Runs a statement; a reader waits for a locked file as a writer does by itself."""
    end = monotonic() + limits.WAIT_SECONDS
    while True:
        try:
            if begin:
                connection.execute(begin)
            return connection.execute(text, parameters).fetchall()
        except sqlite3.OperationalError as error:
            is_locked = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not (read_only and is_locked) or monotonic() > end:
                raise
            sleep(RETRY_SECONDS)


def _fetch_part(connection: sqlite3.Connection, cursor: sqlite3.Cursor, size: int) -> Sequence[Any]:
    return cursor.fetchmany(size)


def _run(
    connection: sqlite3.Connection, text: str, parameters: Parameters, begin: str | None
) -> int:
    if begin:
        connection.execute(begin)
    return connection.execute(text, parameters).rowcount


def _run_many(
    connection: sqlite3.Connection, text: str, parameters: Sequence[Parameters], begin: str | None
) -> None:
    if begin:
        connection.execute(begin)
    connection.executemany(text, parameters)
