"""`tenantry backup`: a whole copy of a database that is written to meanwhile."""

import asyncio
import os
import sqlite3
import stat
from pathlib import Path

import pytest

from models.database.store import Store
from server.backup import BackupError, copy_database
from tests.conftest import make_api
from tests.support.api import Api, Clock
from tests.support.data.factories import Acme
from tests.support.http import ONLY_SQLITE
from tests.support.processes.commands import PRODUCTION, done, invoke, refused


async def rename(api: Api, acme: Acme, number: int) -> None:
    answer = await api.mutate(
        "updateOrganization",
        {"organizationId": acme.id, "name": f"Acme {number}"},
        by=acme.admin,
    )
    assert answer.payload["cursor"]


@ONLY_SQLITE
async def test_a_copy_is_one_moment_of_a_database_that_is_written_to(
    api: Api, acme: Acme, tmp_path: Path, clock: Clock
) -> None:
    source, target = tmp_path / "tenantry.db", tmp_path / "copy.db"
    # Large enough for many steps.
    async with api.store.write() as session:
        connection = await session.connection()
        await connection.run_text("CREATE TABLE filler (data BLOB)")
        await connection.run_text(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
            " INSERT INTO filler SELECT randomblob(20000) FROM n"
        )
    steps: list[tuple[int, int]] = []
    stopping, written = asyncio.Event(), 1

    async def keep_writing() -> None:
        nonlocal written
        while not stopping.is_set():
            await rename(api, acme, written)
            written += 1

    await rename(api, acme, 0)
    writer = asyncio.create_task(keep_writing())
    await asyncio.sleep(0.1)
    before = written
    size = await asyncio.to_thread(
        copy_database, source, target, lambda done, total: steps.append((done, total))
    )
    during = written
    stopping.set()
    await writer

    assert size == target.stat().st_size > 50_000_000
    assert steps[-1][0] == steps[-1][1]
    assert len(steps) > 5
    assert during > before, "writers went on"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert "copy.db.partial" not in os.listdir(tmp_path)

    # The event log and the organizations of the copy are of the same moment.
    with sqlite3.connect(target) as copy:
        (name,) = copy.execute("SELECT name FROM organization WHERE id = ?", [acme.id]).fetchone()
        (newest,) = copy.execute(
            "SELECT json_extract(data, '$.name') FROM event"
            " WHERE type = 'organization.updated' ORDER BY cursor DESC"
        ).fetchone()
    assert name == newest
    assert before - 1 <= int(name.removeprefix("Acme ")) <= during

    # It restores: a server on the copy answers and goes on writing.
    store = Store(f"sqlite+aiosqlite:///{target}")
    restored = make_api(store, clock)
    await rename(restored, acme, 1_000_000)
    await restored.client.aclose()
    await store.close()


def test_the_command_copies_and_never_replaces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done(invoke("migrate"))

    assert "copy.db contains a copy of the database" in done(
        invoke("backup", "copy.db", **PRODUCTION)
    )
    kept = (tmp_path / "copy.db").read_bytes()
    refused(invoke("backup", "copy.db", **PRODUCTION), "copy.db already exists")

    assert (tmp_path / "copy.db").read_bytes() == kept
    url = f"sqlite+aiosqlite:///{tmp_path}/copy.db"
    assert "at revision" in done(invoke("migrate", TENANTRY_DATABASE_URL=url))


def test_what_cannot_be_copied_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    refused(invoke("backup", "copy.db"), "tenantry.db doesn't exist.")
    refused(
        invoke("backup", "copy.db", TENANTRY_DATABASE_URL="postgresql+asyncpg://u@h/d"), "pg_dump"
    )
    (tmp_path / "broken.db").write_bytes(b"SQLite format 3\0" + os.urandom(5_000))

    def ignore(done: int, total: int) -> None: ...

    with pytest.raises(BackupError, match="can't be copied"):
        copy_database(tmp_path / "broken.db", tmp_path / "copy.db", ignore)

    assert [path.name for path in tmp_path.iterdir()] == ["broken.db"]
