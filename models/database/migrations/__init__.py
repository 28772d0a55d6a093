"""The migrations: one revision per file, never edited once merged; Alembic runs them."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from models.database.revision import UnknownRevision, head, load_revision
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
    async with store.write() as session:
        await (await session.connection()).run_sync(_upgrade)


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
