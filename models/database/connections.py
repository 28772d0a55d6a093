"""How connections to each database are set up, pooled, checked and replaced."""

import math
import socket
from time import monotonic
from typing import Any

from sqlalchemy import URL, event
from sqlalchemy.engine.interfaces import AdaptedConnection, ExceptionContext
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from models.base import dumps, loads
from models.database.errors import is_stale_connection

# How long anything waits for a lock or a connection before the caller is asked to try again.
WAIT_SECONDS = 5

# A transaction can grow the write-ahead log of SQLite beyond this; the next one truncates it.
JOURNAL_BYTES = 64 * 1024 * 1024

# How long the server lets one statement run. The client waits a second longer: by then the server
# has answered, or the connection to it is dead.
READ_SECONDS = 5
WRITE_SECONDS = 10
ANSWER_SECONDS = 1

# A connection that was idle for longer is checked before it's used, and must answer in time.
IDLE_SECONDS = 1.0
CHECK_SECONDS = 2.0

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
    "lock_timeout": str(WAIT_SECONDS * 1000),
    "jit": "off",
    "timezone": "UTC",
    "idle_in_transaction_session_timeout": "10000",
    "tcp_keepalives_idle": "4",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10000",
}


def _to_json(value: object) -> str:
    return dumps(value).decode()


# ------------------------------------------------------------------------------------------- SQLite


def make_sqlite_engine(url: URL, *, pool: int, read_only: bool) -> AsyncEngine:
    """Makes an engine whose writers take the lock of the file when their transaction begins.

    The driver itself begins no transaction, so a reader stays in autocommit.
    """
    engine = create_async_engine(
        url,
        # The log holds the messages of errors.
        hide_parameters=True,
        pool_size=pool,
        max_overflow=0,
        pool_reset_on_return=None if read_only else "rollback",
        pool_timeout=WAIT_SECONDS,
        connect_args={"isolation_level": None},
        json_serializer=_to_json,
        json_deserializer=loads,
    )
    pragmas = {
        "busy_timeout": WAIT_SECONDS * 1000,
        "journal_mode": "WAL",
        "synchronous": "FULL",
        "journal_size_limit": JOURNAL_BYTES,
        "foreign_keys": "ON",
        "query_only": "ON" if read_only else "OFF",
    }

    @event.listens_for(engine.sync_engine, "connect")
    def set_pragmas(connection: Any, record: object) -> None:  # pyright: ignore[reportUnusedFunction]
        cursor = connection.cursor()
        for name, value in pragmas.items():
            cursor.execute(f"PRAGMA {name}={value}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        if not read_only:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    event.listen(engine.sync_engine, "handle_error", _replace_stale_connections)
    return engine


# --------------------------------------------------------------------------------------- PostgreSQL


def make_postgresql_engine(url: URL, *, pool: int, read_only: bool) -> AsyncEngine:
    """Makes an engine that bounds every wait: for a lock, a statement, and a silent server."""
    seconds = READ_SECONDS if read_only else WRITE_SECONDS
    engine = create_async_engine(
        url,
        # The log holds the messages of errors.
        hide_parameters=True,
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
        json_serializer=_to_json,
        json_deserializer=loads,
    )
    event.listen(engine.sync_engine, "connect", _enable_keepalive)
    event.listen(engine.sync_engine, "checkin", _note_idle)
    event.listen(engine.sync_engine, "checkout", _check_idle)
    event.listen(engine.sync_engine, "handle_error", _replace_stale_connections)
    return engine


def _enable_keepalive(connection: AdaptedConnection, record: object) -> None:
    peer = connection.driver_connection._transport.get_extra_info("socket")
    if peer.family not in (socket.AF_INET, socket.AF_INET6):
        return
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE.items():
        if hasattr(socket, name):
            peer.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _note_idle(connection: object, record: ConnectionPoolEntry) -> None:
    record.info["idle_since"] = monotonic()


def _check_idle(connection: AdaptedConnection, record: ConnectionPoolEntry, proxy: object) -> None:
    """Makes the pool replace every connection that is as old as the one that does not answer."""
    if monotonic() - record.info.get("idle_since", math.inf) < IDLE_SECONDS:
        return
    try:
        connection.run_async(lambda driver: driver.execute("SELECT 1", timeout=CHECK_SECONDS))
    except Exception as error:
        connection.driver_connection.terminate()
        raise InvalidatePoolError from error


# --------------------------------------------------------------------------------------------- both


def _replace_stale_connections(context: ExceptionContext) -> None:
    """Invalidates a stale connection, and all that are as old, as after a disconnection."""
    error: Any = context.original_exception
    if not is_stale_connection(error):
        return
    context.is_disconnect = context.invalidate_pool_on_disconnect = True
    if isinstance(error, TimeoutError) and context.connection:
        # A graceful close would wait for the peer once more.
        driver: Any = context.connection.connection.driver_connection
        driver.terminate()
