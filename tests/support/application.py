"""The application with the settings, the store and the clock that a test chooses."""

from starlette.applications import Starlette

from models.base import now
from models.database.store import Store
from resolvers.foundation.server import Clock
from server.http import app
from server.http.app import DevelopmentExtras
from server.observability.tracing import Tracing
from server.settings.server import make_server
from server.settings.settings import Settings


def make_application(
    settings: Settings,
    *,
    store: Store,
    clock: Clock = now,
    development: DevelopmentExtras | None = None,
    delivers: bool = True,
    tracing: Tracing | None = None,
) -> Starlette:
    server = make_server(settings, store, clock)
    return app.make_application(
        settings, server, development=development, delivers=delivers, tracing=tracing
    )
