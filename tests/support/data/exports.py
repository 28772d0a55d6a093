"""Exports to compare, and databases to import them into."""

import json
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select

from models.base import now
from models.database.store import Store
from models.database.tables import metadata
from server.export.folder import SNAPSHOT, Folder, Manifest
from server.export.progress import Progress
from server.export.read import ImportReport, import_folder
from server.export.write import export
from tests.support.api import JSON, SECRET

MakeFile = Callable[[str], str]


def quiet() -> Progress:
    return Progress(lambda what, rows: None, lambda rows: None)


@asynccontextmanager
async def opened(url: str) -> AsyncGenerator[Store]:
    store = Store(url)
    try:
        yield store
    finally:
        await store.close()


async def exported(store: Store, folder: Path, **options: Any) -> Manifest:
    return await export(store, folder, quiet(), now(), **options)


async def imported(
    store: Store, path: Path, root_secrets: Sequence[str] = (SECRET,), passphrase: str = ""
) -> ImportReport:
    with Folder(path) as folder:
        return await import_folder(
            store, folder, quiet(), root_secrets=root_secrets, passphrase=passphrase
        )


def files_of(folder: Path) -> dict[str, bytes]:
    """Reads what equal data makes equal: every file but the one with the time."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != SNAPSHOT}


def lines_of(folder: Path, table: str) -> list[JSON]:
    return [json.loads(line) for line in (folder / f"{table}.ndjson").read_bytes().splitlines()]


async def load_rows(store: Store) -> dict[str, list[JSON]]:
    """Loads every row of every table, by its columns."""
    async with store.read() as connection:
        return {
            table.name: (
                await connection.execute(select(table).order_by(*table.primary_key))
            ).mappings()
            for table in metadata.sorted_tables
        }
