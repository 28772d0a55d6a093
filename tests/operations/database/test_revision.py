"""The revision of a database, read without SQLAlchemy and without Alembic."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
import pytest
from hypothesis import given, settings
from hypothesis.strategies import from_regex
from sqlalchemy import make_url

from models.database.revision import (
    POSTGRESQL_URL,
    SQLITE_URL,
    head,
    is_usual_url,
    load_revision,
    read_revision,
)
from models.database.store import Store
from tests.operations.cli.test_cli import emptied

pytestmark = pytest.mark.both_databases


@settings(deadline=None, database=None)
@given(from_regex(SQLITE_URL, fullmatch=True))
def test_a_usual_url_of_sqlite_names_the_file_that_sqlalchemy_opens(url: str) -> None:
    match = SQLITE_URL.fullmatch(url)
    parts = make_url(url)

    assert match
    assert is_usual_url(url)
    assert (parts.drivername, parts.database) == ("sqlite+aiosqlite", match["path"])
    assert not parts.query


@settings(deadline=None, database=None)
@given(from_regex(POSTGRESQL_URL, fullmatch=True))
def test_a_usual_url_of_postgresql_is_what_sqlalchemy_connects_to(url: str) -> None:
    arguments: dict[str, Any] = {}

    async def connect(**given: Any) -> None:
        arguments.update(given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncpg, "connect", connect)
        assert read_revision(url) is None

    parts = make_url(url)
    assert is_usual_url(url)
    assert parts.drivername == "postgresql+asyncpg"
    assert set(parts.query) == (set[str]() if parts.host else {"host"})
    assert arguments == {
        "host": parts.host or parts.query["host"],
        "port": parts.port,
        "user": parts.username,
        "password": parts.password,
        "database": parts.database,
    }


@pytest.mark.parametrize(
    "url",
    [
        "sqlite+aiosqlite://",
        "sqlite+aiosqlite:///:memory:",
        "sqlite+aiosqlite:///file:x?mode=memory&uri=true",
        "sqlite:///tenantry.db",
        "postgresql://ada@db/orgs",
        "postgresql+asyncpg://ada@db:port/orgs",
        "postgresql+asyncpg://ada@db/orgs?ssl=require",
        "postgresql+asyncpg://ada@db/orgs?host=/run/postgresql",
        "postgresql+asyncpg://ada@/orgs",
        "postgresql+asyncpg://db/orgs",
    ],
)
def test_other_urls_are_left_to_sqlalchemy(url: str) -> None:
    assert not is_usual_url(url)
    assert read_revision(url) is None


def test_a_migrated_database_is_at_the_newest_revision(database_url: str, tmp_path: Path) -> None:
    files = sorted(tmp_path.iterdir())

    assert read_revision(database_url) == head()
    assert sorted(tmp_path.iterdir()) == files


async def _load(url: str) -> str | None:
    store = Store(url)
    try:
        return await load_revision(store)
    finally:
        await store.close()


def test_an_empty_database_has_no_revision(database_url: str, tmp_path: Path) -> None:
    if database_url.startswith("sqlite"):
        (tmp_path / "tenantry.db").write_bytes(b"")
    else:
        asyncio.run(emptied(database_url))

    assert read_revision(database_url) is None
    assert asyncio.run(_load(database_url)) is None


def test_reading_does_not_create_the_database(tmp_path: Path) -> None:
    assert read_revision(f"sqlite+aiosqlite:///{tmp_path}/tenantry.db") is None
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_can_not_be_read_has_no_revision(tmp_path: Path) -> None:
    (tmp_path / "garbage.db").write_bytes(b"garbage" * 1_000)

    assert read_revision(f"sqlite+aiosqlite:///{tmp_path}/garbage.db") is None
    assert read_revision("postgresql+asyncpg://ada:hunter2@127.0.0.1:1/orgs") is None


def test_a_database_without_a_row_has_no_revision(database_url: str, tmp_path: Path) -> None:
    if not database_url.startswith("sqlite"):
        pytest.skip("the same statement")
    with sqlite3.connect(tmp_path / "tenantry.db") as database:
        database.execute("DELETE FROM alembic_version")
    database.close()

    assert read_revision(database_url) is None
    assert asyncio.run(_load(database_url)) is None
