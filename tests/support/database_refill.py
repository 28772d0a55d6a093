"""One PostgreSQL database for many tests: its rows are
replaced, a hundred times cheaper than the database.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
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


@asynccontextmanager
async def connected(url: str, database: str) -> AsyncGenerator[Any]:
    """A plain connection: `url` has a place for the database's name."""
    parts = make_url(url.format(database))
    connection = await connect(
        host=str(parts.query["host"]), user=parts.username, database=database
    )
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
    """Everything that a database holds, to be put into another one of the same shape."""

    shape: str
    tables: dict[str, bytes]
    sequences: dict[str, int | None]

    async def fill(self, connection: Any) -> bool:
        """Replaces all rows and sets the sequences; False,
        with nothing done, where a test has changed the tables.
        """
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


async def refill(url: str, database: str, contents: Content, template: str) -> None:
    """The database with just these contents; made anew where it is missing or has another shape."""
    try:
        async with connected(url, database) as connection:
            if await contents.fill(connection):
                return
    except asyncpg.InvalidCatalogNameError:
        pass
    await administer(
        url,
        f"DROP DATABASE IF EXISTS {database} WITH (FORCE)",
        f"CREATE DATABASE {database} TEMPLATE {template}",
    )
