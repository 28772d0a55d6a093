"""The migrations: one revision per file, never edited once merged; Alembic runs them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from models.database.errors import translate_errors
from models.database.revision import UnknownRevision, head, load_revision
from models.database.sqlite import SQLite, write_pragmas
from models.database.store import Store

# Alembic is imported only when there is something to migrate.
if TYPE_CHECKING:
    from alembic.config import Config

MIGRATION_LOCK = 7_236_001


def make_config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    return config


async def migrate(store: Store) -> None:
    """Brings the database to the newest revision in one transaction.

    If several processes do this at once, one does the work. Raises UnknownRevision.
    """
    if await load_revision(store) == head():
        return
    engine = make_engine(store)
    try:
        with translate_errors(is_unchanged=True):
            async with engine.begin() as connection:
                await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def make_engine(store: Store) -> AsyncEngine:
    """Makes an engine for Alembic, which needs a connection of SQLAlchemy."""
    if not store.is_sqlite:
        return create_async_engine(store.url, poolclass=NullPool)
    engine = create_async_engine(
        store.url, poolclass=NullPool, connect_args={"isolation_level": None}
    )

    @event.listens_for(engine.sync_engine, "connect")
    def set_up(connection: Any, record: object) -> None:  # pyright: ignore[reportUnusedFunction]
        cursor = connection.cursor()
        for pragma in write_pragmas(read_only=False).split(";"):
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        connection.exec_driver_sql(SQLite.begin)

    return engine


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.util import CommandError

    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
    config = make_config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise UnknownRevision(str(error)) from error
