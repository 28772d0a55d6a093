"""The database of a command: whether it can be used, and why not."""

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from models.database.revision import head, load_revision
from models.database.store import Store
from models.errors.request import Busy, Unavailable
from server.settings.settings import Settings, SettingsError

UNMIGRATED = "TENANTRY_DATABASE_URL: the database is not migrated. Run: tenantry migrate"


async def ensure_migrated(store: Store) -> None:
    """Raises SettingsError."""
    if await load_revision(store) != head():
        raise SettingsError([UNMIGRATED])


def to_display_url(settings: Settings) -> str:
    """Renders the URL of the database without the password."""
    return make_url(settings.database_url).render_as_string(hide_password=True)


def explain_unreachable(settings: Settings, error: BaseException) -> str:
    """Returns what the driver says is wrong, on one line; a busy database isn't a wrong setting."""
    if isinstance(error, Busy):
        return str(error)
    while isinstance(error, (Unavailable, DBAPIError)):
        cause = error.orig if isinstance(error, DBAPIError) else error.__cause__
        error = cause or RuntimeError("no answer")
    reason = str(error).strip().partition("\n")[0].rpartition(">: ")[2]
    detail = reason or type(error).__name__
    return f"TENANTRY_DATABASE_URL: {to_display_url(settings)} can't be used: {detail}"
