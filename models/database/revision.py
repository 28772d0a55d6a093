"""The schema revision of a database and of this program, read without Alembic."""

import asyncio
import re
import sqlite3
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

# `tenantry migrate` imports this module, and SQLAlchemy takes longer to import than everything else
# that the command needs.
if TYPE_CHECKING:
    from models.database.store import Store

VERSIONS = Path(__file__).parent / "migrations" / "versions"
SELECT_REVISION = "SELECT version_num FROM alembic_version"
# Database URLs in their usual form, which mean the same here as to SQLAlchemy. Other valid URLs
# are left to SQLAlchemy.
SQLITE_URL = re.compile(r"sqlite\+aiosqlite:///(?P<path>[\w./ -]+)")
POSTGRESQL_URL = re.compile(
    r"postgresql\+asyncpg://(?P<user>[^:/@?\s]+)(:(?P<password>[^:/@?\s]+))?"
    r"@((?P<host>[\w.-]+)(:(?P<port>[0-9]+))?)?/(?P<database>[^:/@?\s]+)"
    r"(?(host)|\?host=(?P<socket>/[\w./-]+))"
)
# How long `read_revision` waits. It may give up early, because its caller then uses the store.
READ_SECONDS = 1.0


class UnknownRevision(Exception):
    """The database is at a revision that this program does not have."""


def head() -> str:
    """The newest revision of this program: each file name in `versions` begins with its own."""
    return max(path.name for path in VERSIONS.glob("[0-9]*.py")).partition("_")[0]


async def load_revision(store: "Store") -> str | None:
    """Loads the revision of the database; None before the first migration."""
    has_table = (
        "SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'"
        if store.is_sqlite
        else "SELECT count(to_regclass('alembic_version'))"
    )
    async with store.read() as connection:
        ((tables,),) = await connection.run_text(has_table)
        rows = await connection.run_text(SELECT_REVISION) if tables else ()
    return rows[0][0] if rows else None


def is_usual_url(url: str) -> bool:
    """Whether the URL is valid and in the usual form; other valid URLs are not."""
    return bool(SQLITE_URL.fullmatch(url) or POSTGRESQL_URL.fullmatch(url))


def read_revision(url: str) -> str | None:
    """Reads the revision of the database without SQLAlchemy.

    None if it can't be read this way, for whatever reason.
    """
    try:
        if match := SQLITE_URL.fullmatch(url):
            return _read_sqlite(match["path"])
        if match := POSTGRESQL_URL.fullmatch(url):
            return asyncio.run(_read_postgresql(match))
    except Exception:
        # The store finds the same problem, and has the words for it.
        return None
    return None


def _read_sqlite(path: str) -> str | None:
    # Not read-only: such a connection can't remove the files of the write-ahead log when it closes.
    uri = f"file:{quote(path)}?mode=rw"
    with closing(sqlite3.connect(uri, uri=True, timeout=READ_SECONDS)) as connection:
        row = connection.execute(SELECT_REVISION).fetchone()
    return row[0] if row else None


async def _read_postgresql(url: re.Match[str]) -> str | None:
    # It has no types.
    asyncpg: Any = import_module("asyncpg")
    async with asyncio.timeout(READ_SECONDS):
        connection = await asyncpg.connect(
            host=url["host"] or url["socket"],
            port=url["port"] and int(url["port"]),
            user=unquote(url["user"]),
            password=url["password"] and unquote(url["password"]),
            database=unquote(url["database"]),
        )
        try:
            return await connection.fetchval(SELECT_REVISION)
        finally:
            await connection.close()
