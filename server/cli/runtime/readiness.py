"""What servers and workers check before they start."""

import structlog

from models.database.store import Store
from server.cli.runtime.database import ensure_migrated
from server.development.stamp import is_stamped
from server.settings.settings import SettingsError
from server.settings.unknown import find_unknown_variables

STAMPED = (
    "TENANTRY_DATABASE_URL names a database that a development server has used, so a production"
    " server can't use it. Set the URL of another database."
)

log = structlog.stdlib.get_logger("tenantry.server")


async def ensure_ready(store: Store) -> None:
    """Ensures that the database is migrated and that no development server has used it.

    Raises SettingsError.
    """
    await ensure_migrated(store)
    if await is_stamped(store):
        raise SettingsError([STAMPED])


def warn_of_unknown_variables() -> None:
    for sentence in find_unknown_variables():
        log.warning("unknown setting", detail=sentence)
