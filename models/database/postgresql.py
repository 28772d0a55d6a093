"""The driver of PostgreSQL: asyncpg, with a bound on every wait."""

import socket
from collections.abc import AsyncGenerator, Sequence
from typing import Any, NoReturn

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError

from models.base import loads
from models.database import limits
from models.database.drivers import Parameters, get_dialect

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


class PostgreSQL:
    """asyncpg. Waits for a lock, a statement, and a silent server are bounded."""

    begin = "BEGIN ISOLATION LEVEL READ COMMITTED"
    begin_snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    ends_reads_at_once = False

    def __init__(self, url: URL) -> None:
        self.dialect = get_dialect(url.drivername)
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
        if begin and not parameters:
            # Only a text without parameters can be sent with another one.
            text, begin = f"{begin}; {text}", None
        if begin:
            await connection.execute(begin)
        # Like "UPDATE 3" or "INSERT 0 1"; what isn't about rows has no number.
        *_, number = (await connection.execute(text, *parameters)).split(" ")
        return int(number) if number.isdecimal() else 0

    async def run_many(
        self, connection: Any, text: str, parameters: Sequence[Parameters], begin: str | None
    ) -> None:
        if len(parameters) == 1:
            # This takes less time than a list of one.
            await self.run(connection, text, parameters[0], begin)
            return
        if begin:
            await connection.execute(begin)
        await connection.executemany(text, parameters)

    async def stream(
        self, connection: Any, text: str, parameters: Parameters, size: int
    ) -> AsyncGenerator[Sequence[Any]]:
        await connection.execute(f"SET LOCAL statement_timeout = {limits.STREAM_SECONDS * 1000}")
        cursor = await connection.cursor(text, *parameters)
        seconds = limits.STREAM_SECONDS + limits.ANSWER_SECONDS
        while rows := await cursor.fetch(size, timeout=seconds):
            yield rows

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
