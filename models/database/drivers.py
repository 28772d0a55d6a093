"""The drivers of both databases behind one interface: aiosqlite and asyncpg.

They are called directly, one awaited call for a statement. SQLAlchemy writes the statements but
doesn't run them, because its own calls take longer than those of the database.
"""

import socket
import sqlite3
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, Protocol

import aiosqlite
from sqlalchemy import URL, Dialect
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from models.base import dumps, loads
from models.database import limits

# The client's side of a TCP connection probes a silent server, and gives up after about ten
# seconds. Not every operating system supports all of these options.
KEEPALIVE = {
    "TCP_KEEPIDLE": 4,
    "TCP_KEEPINTVL": 2,
    "TCP_KEEPCNT": 3,
    "TCP_USER_TIMEOUT": 10_000,
}

# The last five make the server notice a lost client, and release its locks.
POSTGRESQL_SETTINGS = {
    "jit": "off",
    "timezone": "UTC",
    "idle_in_transaction_session_timeout": "10000",
    "tcp_keepalives_idle": "4",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
# Options of a database URL that are for SQLAlchemy's own connections.
SQLALCHEMY_OPTIONS = ("prepared_statement_cache_size", "prepared_statement_name_func")

Parameters = Sequence[Any]


class Driver(Protocol):
    """What the store needs of a driver. A connection is one of the driver's own."""

    dialect: Dialect
    # The statements that begin a transaction, and a transaction that reads one moment.
    begin: str
    begin_snapshot: str

    async def open(self, *, read_only: bool) -> Any: ...

    async def fetch(
        self, connection: Any, text: str, parameters: Parameters, begin: str | None
    ) -> Sequence[Any]:
        """Runs a statement and returns its rows; `begin` is run before it."""
        ...

    async def run(
        self, connection: Any, text: str, parameters: Parameters, begin: str | None
    ) -> int:
        """Runs a statement and returns the number of rows that it has changed."""
        ...

    async def run_many(
        self, connection: Any, text: str, parameters: Sequence[Parameters], begin: str | None
    ) -> None:
        """Runs a statement once for each element of `parameters`."""
        ...

    async def roll_back(self, connection: Any) -> None: ...

    async def check(self, connection: Any) -> None:
        """Raises an error if the connection doesn't answer in time."""
        ...

    def is_closed(self, connection: Any, error: Exception | None = None) -> bool:
        """Whether the connection can't be used again, also according to its last error."""
        ...

    async def close(self, connection: Any) -> None: ...

    def terminate(self, connection: Any) -> None:
        """Closes a connection without waiting for anything."""
        ...

    def raise_wrapped(self, error: Exception, *, is_lost: bool) -> NoReturn:
        """Raises an error of the driver as SQLAlchemy does, with the original in `orig`."""
        ...


def make_driver(url: URL) -> Driver:
    return SQLite(url) if url.get_backend_name() == "sqlite" else PostgreSQL(url)


def make_dialect(url: URL) -> Dialect:
    def to_json(value: object) -> str:
        return dumps(value).decode()

    engine = create_async_engine(
        url, poolclass=NullPool, json_serializer=to_json, json_deserializer=loads
    )
    return engine.dialect


# ------------------------------------------------------------------------------------------- SQLite


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
    return ";".join(f"PRAGMA {name}={value}" for name, value in pragmas.items())


class SQLite:
    """aiosqlite: each connection has a thread of its own, and each call is one trip to it.

    A reader is in autocommit, because the driver begins no transaction by itself. A transaction
    takes the lock of the file when it begins.
    """

    begin = "BEGIN IMMEDIATE"
    begin_snapshot = "BEGIN"

    def __init__(self, url: URL) -> None:
        self.dialect = make_dialect(url)
        self.arguments: Any = self.dialect.create_connect_args(url)
        if url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)

    async def open(self, *, read_only: bool) -> Any:
        positional, named = self.arguments
        connection: Any = aiosqlite.connect(*positional, **{**named, "isolation_level": None})
        # A thread that waits for a lock must not keep the process from ending.
        connection._thread.daemon = True
        try:
            await connection
        except Exception:
            # It ends at once; later, its event loop may be closed.
            connection._thread.join(limits.CHECK_SECONDS)
            raise
        try:
            await connection.executescript(write_pragmas(read_only=read_only))
        except BaseException:
            self.terminate(connection)
            raise
        return connection

    async def fetch(
        self, connection: Any, text: str, parameters: Parameters, begin: str | None
    ) -> Sequence[Any]:
        return await connection._execute(_fetch, connection._conn, text, parameters, begin)

    async def run(
        self, connection: Any, text: str, parameters: Parameters, begin: str | None
    ) -> int:
        return await connection._execute(_run, connection._conn, text, parameters, begin)

    async def run_many(
        self, connection: Any, text: str, parameters: Sequence[Parameters], begin: str | None
    ) -> None:
        await connection._execute(_run_many, connection._conn, text, parameters, begin)

    async def roll_back(self, connection: Any) -> None:
        # A full disk has rolled back the transaction already.
        await connection._execute(connection._conn.rollback)

    async def check(self, connection: Any) -> None:
        """A file doesn't stop answering while it's idle."""

    def is_closed(self, connection: Any, error: Exception | None = None) -> bool:
        return connection._connection is None

    async def close(self, connection: Any) -> None:
        await connection.close()

    def terminate(self, connection: Any) -> None:
        # Like its own `stop`, but nobody waits for the end of the thread.
        connection._running = False
        connection._tx.put_nowait((None, partial(_close, connection)))

    def raise_wrapped(self, error: Exception, *, is_lost: bool) -> NoReturn:
        if isinstance(error, sqlite3.IntegrityError):
            raise IntegrityError(None, None, error) from error
        if isinstance(error, sqlite3.InterfaceError):
            raise InterfaceError(None, None, error, connection_invalidated=is_lost) from error
        if isinstance(error, sqlite3.Error):
            raise DBAPIError(None, None, error, connection_invalidated=is_lost) from error
        raise error


# These run on the thread of a connection: aiosqlite offers no call for several steps in one trip.


def _close(connection: Any) -> object:
    """Closes the connection once its statement has ended; returns what ends its thread."""
    if connection._connection is not None:
        connection._connection.close()
        connection._connection = None
    return aiosqlite.core._STOP_RUNNING_SENTINEL  # pyright: ignore[reportPrivateUsage]


def _fetch(
    connection: sqlite3.Connection, text: str, parameters: Parameters, begin: str | None
) -> Sequence[Any]:
    if begin:
        connection.execute(begin)
    return connection.execute(text, parameters).fetchall()


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


# --------------------------------------------------------------------------------------- PostgreSQL


class PostgreSQL:
    """asyncpg, with a bound on every wait: for a lock, a statement, and a silent server."""

    begin = "BEGIN ISOLATION LEVEL READ COMMITTED"
    begin_snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

    def __init__(self, url: URL) -> None:
        self.dialect = make_dialect(url)
        _, named = self.dialect.create_connect_args(url)
        self.arguments = {
            name: value for name, value in named.items() if name not in SQLALCHEMY_OPTIONS
        }

    async def open(self, *, read_only: bool) -> Any:
        # Imported here, because it takes longer than anything that a command on SQLite does.
        import asyncpg  # pyright: ignore[reportMissingTypeStubs]

        seconds = limits.READ_SECONDS if read_only else limits.WRITE_SECONDS
        connect: Any = asyncpg.connect  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        connection = await connect(
            **self.arguments,
            server_settings={
                **POSTGRESQL_SETTINGS,
                "lock_timeout": str(limits.WAIT_SECONDS * 1000),
                "statement_timeout": str(seconds * 1000),
            },
            timeout=limits.WAIT_SECONDS,
            command_timeout=seconds + limits.ANSWER_SECONDS,
        )
        _enable_keepalive(connection)
        for name in ("json", "jsonb"):
            await connection.set_type_codec(
                name, schema="pg_catalog", encoder=str, decoder=loads, format="text"
            )
        return connection

    async def fetch(
        self, connection: Any, text: str, parameters: Parameters, begin: str | None
    ) -> Sequence[Any]:
        if begin:
            await connection.execute(begin)
        return await connection.fetch(text, *parameters)

    async def run(
        self, connection: Any, text: str, parameters: Parameters, begin: str | None
    ) -> int:
        if begin:
            await connection.execute(begin)
        # Like "UPDATE 3" or "INSERT 0 1"; what isn't about rows has no number.
        *_, number = (await connection.execute(text, *parameters)).split(" ")
        return int(number) if number.isdecimal() else 0

    async def run_many(
        self, connection: Any, text: str, parameters: Sequence[Parameters], begin: str | None
    ) -> None:
        if begin:
            await connection.execute(begin)
        await connection.executemany(text, parameters)

    async def roll_back(self, connection: Any) -> None:
        await connection.execute("ROLLBACK;")

    async def check(self, connection: Any) -> None:
        await connection.execute("SELECT 1", timeout=limits.CHECK_SECONDS)

    def is_closed(self, connection: Any, error: Exception | None = None) -> bool:
        import asyncpg  # pyright: ignore[reportMissingTypeStubs]

        # The driver loses its place when the server ends a connection that is idle.
        return connection.is_closed() or isinstance(error, asyncpg.InternalClientError)

    async def close(self, connection: Any) -> None:
        await connection.close()

    def terminate(self, connection: Any) -> None:
        connection.terminate()

    def raise_wrapped(self, error: Exception, *, is_lost: bool) -> NoReturn:
        import asyncpg  # pyright: ignore[reportMissingTypeStubs]

        if isinstance(error, asyncpg.IntegrityConstraintViolationError):
            raise IntegrityError(None, None, error) from error
        if isinstance(error, (asyncpg.InterfaceError, asyncpg.InternalClientError)):
            raise InterfaceError(None, None, error, connection_invalidated=is_lost) from error
        if isinstance(error, asyncpg.PostgresError):
            raise DBAPIError(None, None, error, connection_invalidated=is_lost) from error
        raise error


def _enable_keepalive(connection: Any) -> None:
    peer = connection._transport.get_extra_info("socket")
    if peer.family not in (socket.AF_INET, socket.AF_INET6):
        return
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE.items():
        if hasattr(socket, name):
            peer.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
