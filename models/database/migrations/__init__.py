"""Alembic, run from the installed package: one step a file, never edited once merged."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from models.database.store import Store

MIGRATION_LOCK = 7_236_001


def config() -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.set_main_option("path_separator", "os")
    return settings


@cache
def head() -> str:
    """The newest step that this program knows."""
    return ScriptDirectory.from_config(config()).get_current_head() or ""


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
    settings = config()
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")


async def migrate(store: Store) -> None:
    """Brings the database to the newest step in one
    transaction; of several processes one does the work.
    """
    async with store.write() as session:
        await (await session.connection()).run_sync(_upgrade)


async def current(store: Store) -> str | None:
    """The step that the database is at; None before the first."""
    async with store.read() as connection:
        return await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_revision()
        )
