"""SQLite on the event loop: what takes long, or waits, does so on the thread."""

import asyncio
import os
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text

from models.database import sqlite
from models.database.migrations import migrate
from models.database.sqlite import SQLite
from models.database.store import Store
from tests.support.http import ONLY_SQLITE

# Takes about half a second.
SLOW = """SELECT count(*) FROM (WITH RECURSIVE numbers(n) AS (
  SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 3000000) SELECT n FROM numbers)"""
# How long the event loop may stand still; tests share their machine with others.
STALL_SECONDS = 0.2


async def longest_stall(reading: asyncio.Task[object]) -> float:
    """Returns for how long the event loop stood still at most until the task was done."""
    longest, last = 0.0, time.thread_time()
    while not reading.done():
        await asyncio.sleep(0.001)
        now = time.thread_time()
        longest, last = max(longest, now - last), now
    return longest


async def read(store: Store, statement: str) -> object:
    async with store.read() as connection:
        return (await connection.execute(text(statement))).scalar_one()


@ONLY_SQLITE
async def test_a_slow_read_does_not_hold_the_event_loop(store: Store) -> None:
    reading = asyncio.create_task(read(store, SLOW))

    assert await longest_stall(reading) < STALL_SECONDS
    assert await reading == 3_000_000


@ONLY_SQLITE
async def test_only_reads_on_the_event_loop_are_interrupted(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = SLOW.replace("3000000", "10000")
    fetch, on_thread = vars(sqlite)["_fetch"], list[str]()

    def note(connection: sqlite3.Connection, statement: str, *rest: Any) -> Any:
        on_thread.append(statement)
        return fetch(connection, statement, *rest)

    monkeypatch.setattr(sqlite, "LOOP_SECONDS", -1)
    monkeypatch.setattr(sqlite, "_fetch", note)
    async with store.write() as session:
        connection = await session.connection()
        await connection.run_text("CREATE TABLE counted (number INTEGER)")
        assert await connection.run_text("SELECT 1") == [(1,)]
        await connection.run_text(f"INSERT INTO counted VALUES (({count}))")
        assert [await connection.run_text(count) for _ in range(2)] == [[(10_000,)]] * 2

    assert [statement.split(" ")[0] for statement in on_thread] == ["CREATE", "SELECT", "SELECT"]


async def test_a_read_of_a_locked_file_waits_on_the_thread(tmp_path: Path) -> None:
    file = tmp_path / "locked.db"
    driver = SQLite(make_url(f"sqlite+aiosqlite:///{file}"))
    reader = await driver.open(read_only=False)
    # With a write-ahead log, readers wait only while another process recovers the file.
    reader.sync.execute("PRAGMA journal_mode=DELETE")
    reader.sync.execute("PRAGMA busy_timeout=0")
    reader.read_only = True
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")

    reading = asyncio.create_task(
        driver.fetch(reader, "SELECT count(*) FROM sqlite_master", (), None)
    )
    await asyncio.sleep(0.1)
    assert not reading.done()
    holder.rollback()

    assert await reading == [(0,)]
    holder.close()
    await driver.close(reader)


async def test_only_the_owner_can_read_the_files_of_a_new_database(tmp_path: Path) -> None:
    usual = os.umask(0o022)
    store = Store(f"sqlite+aiosqlite:///{tmp_path}/data/tenantry.db")
    await migrate(store)
    await read(store, "SELECT 1")

    modes = {path.suffix: path.stat().st_mode & 0o777 for path in (tmp_path / "data").iterdir()}
    await store.close()
    os.umask(usual)
    assert modes == {".db": 0o600, ".db-wal": 0o600, ".db-shm": 0o600}


async def test_a_file_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "tenantry.db"
    path.touch(mode=0o660)
    path.chmod(0o660)

    await migrate(store := Store(f"sqlite+aiosqlite:///{path}"))

    await store.close()
    assert path.stat().st_mode & 0o777 == 0o660


def test_the_uri_of_a_file_is_left_to_sqlite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    SQLite(make_url("sqlite+aiosqlite:///file:tenantry.db?uri=true"))

    assert list(tmp_path.iterdir()) == []
