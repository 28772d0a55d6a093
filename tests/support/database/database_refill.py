"""One PostgreSQL database for many tests.

Replacing its rows takes a hundredth of the time that a new database takes.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
from sqlalchemy import make_url

TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname"
SHAPE = """SELECT md5(string_agg(concat_ws(' ', relname, attname, attnum, attisdropped), ',' ORDER BY relname, attnum))
    FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid WHERE relnamespace = 'public'::regnamespace"""
SEQUENCES = (
    "SELECT quote_ident(sequencename), last_value FROM pg_sequences WHERE schemaname = 'public'"
)
OTHERS = """SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""

# A binary COPY of no rows: a header of 19 bytes and the end mark of 2.
NO_ROWS = 21

connect: Any = asyncpg.connect  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


async def open_connection(url: str, database: str) -> Any:
    """Opens a plain connection; `url` has a placeholder for the name of the database."""
    parts = make_url(url.format(database))
    return await connect(host=str(parts.query["host"]), user=parts.username, database=database)


@asynccontextmanager
async def connected(url: str, database: str) -> AsyncGenerator[Any]:
    connection = await open_connection(url, database)
    try:
        yield connection
    finally:
        await connection.close()


async def administer(url: str, *statements: str) -> None:
    async with connected(url, "postgres") as connection:
        for statement in statements:
            await connection.execute(statement)


@dataclass(frozen=True)
class Content:
    """All rows of a database, to copy into another one with the same tables."""

    shape: str
    tables: dict[str, bytes]
    sequences: dict[str, int | None]

    async def fill(self, connection: Any) -> bool:
        """Replaces all rows and sets the sequences; returns False if the tables have changed."""
        await connection.execute(OTHERS)
        if await connection.fetchval(SHAPE) != self.shape:
            return False
        statements = ["SET session_replication_role = replica"]
        statements += [f'DELETE FROM "{table}"' for table in self.tables]
        statements += [
            f"SELECT setval('{name}', {value or 1}, {value is not None})"
            for name, value in self.sequences.items()
        ]
        await connection.execute(";".join(statements))
        for table, rows in self.tables.items():
            if len(rows) > NO_ROWS:
                await connection.copy_to_table(table, source=BytesIO(rows), format="binary")
        return True


async def content(url: str, database: str) -> Content:
    async with connected(url, database) as connection:
        tables = {row[0]: await _rows(connection, row[0]) for row in await connection.fetch(TABLES)}
        sequences = {row[0]: row[1] for row in await connection.fetch(SEQUENCES)}
        return Content(await connection.fetchval(SHAPE), tables, sequences)


async def _rows(connection: Any, table: str) -> bytes:
    rows = BytesIO()
    await connection.copy_from_table(table, output=rows, format="binary")
    return rows.getvalue()


class Refill:
    """Gives each test its initial rows, in one database and over one connection."""

    def __init__(self, url: str, database: str) -> None:
        self.url = url
        self.database = database
        # The connection outlives the event loops of the tests, so it has a loop of its own.
        self.runner = asyncio.Runner()
        self.connection: Any = None

    def __call__(self, contents: Content, template: str) -> None:
        self.runner.run(self._refill(contents, template))

    def close(self) -> None:
        self.runner.run(self._disconnect())
        self.runner.close()

    async def _refill(self, contents: Content, template: str) -> None:
        """Recreates the database if it is missing, or if a test has changed its tables."""
        # A test may have cut all connections: the second one is new.
        for _ in range(2):
            with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                self.connection = self.connection or await open_connection(self.url, self.database)
                if await contents.fill(self.connection):
                    return
            await self._disconnect()
        await administer(
            self.url,
            f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)",
            f"CREATE DATABASE {self.database} TEMPLATE {template}",
        )

    async def _disconnect(self) -> None:
        connection, self.connection = self.connection, None
        if connection is not None and not connection.is_closed():
            # A test may have cut it.
            with suppress(OSError):
                await connection.close()
