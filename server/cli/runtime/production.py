"""How a production server runs: with safe settings only."""

import structlog

from models import base
from models.database.store import Store
from server.cli.runtime import root_secret
from server.cli.runtime.failures import fail
from server.cli.runtime.http_server import listen, serve_on
from server.cli.runtime.readiness import ensure_ready, warn_of_unknown_variables
from server.cli.runtime.runner import run
from server.http.app import make_application
from server.identity.signing import make_signer
from server.settings.checks import ensure_production
from server.settings.server import make_server
from server.settings.settings import Settings, SettingsError

log = structlog.stdlib.get_logger("tenantry.server")


def serve(settings: Settings, host: str, port: int, *, delivers: bool) -> None:
    """Serves unless a setting is unsafe; with `delivers`, it sends mail and webhooks too."""
    try:
        ensure_production(settings)
    except SettingsError as error:
        raise fail(*error.messages) from error
    listener = listen(host, port)

    async def use(store: Store) -> None:
        await ensure_ready(store)
        server = make_server(settings, store, base.now)
        await root_secret.prepare(server, root_secret.get_required_purposes(settings))
        await make_signer(settings, server).published()
        warn_of_unknown_variables()
        log.info("serving", host=host, port=port)
        app = make_application(settings, server, delivers=delivers)
        await serve_on(listener, app, app.state.stop)
        log.info("stopped")

    with listener:
        run(settings, use)
