"""How a worker runs."""

import asyncio
import signal

import structlog

from models import base
from models.database import migrations
from models.database.store import Store
from models.keys.encryption import Purpose
from server.cli.runtime import root_secret
from server.cli.runtime.failures import fail
from server.cli.runtime.http_server import listen, serve_on
from server.cli.runtime.readiness import ensure_ready, warn_of_unknown_variables
from server.cli.runtime.runner import run
from server.delivery.smtp import OnWritten
from server.delivery.worker import Background, make_worker
from server.development.stamp import stamp
from server.http.monitoring.worker_app import make_worker_application
from server.observability.observer import make_observer
from server.observability.tracing import make_tracing
from server.settings.checks import ensure_worker
from server.settings.server import make_server
from server.settings.settings import Settings, SettingsError

log = structlog.stdlib.get_logger("tenantry.server")


def stop_if_failed(task: asyncio.Task[None]) -> None:
    """Stops the server of a worker that has failed."""
    if not task.cancelled():
        signal.raise_signal(signal.SIGTERM)


def run_worker(settings: Settings, host: str, on_written: OnWritten | None = None) -> None:
    """Sends mail and webhooks and expires invitations, until SIGINT or SIGTERM.

    With TENANTRY_METRICS_PORT it serves its metrics and its health at that port.
    """
    try:
        ensure_worker(settings)
    except SettingsError as error:
        raise fail(*error.messages) from error

    async def use(store: Store) -> None:
        if settings.is_development:
            await migrations.migrate(store)
            await stamp(store)
        else:
            await ensure_ready(store)
        server = make_server(settings, store, base.now)
        await root_secret.prepare(server, {Purpose.WEBHOOK_SECRETS})
        warn_of_unknown_variables()
        log.info("delivering")
        tracing = make_tracing(trusts_traceparent=False)
        observer = make_observer(settings, server, tracing)
        worker = make_worker(settings, server, observer, on_written)
        background = Background(worker.run())
        stalls = asyncio.create_task(observer.metrics.measure_stalls())
        if settings.metrics_port:
            background.task.add_done_callback(stop_if_failed)
            with listen(host, settings.metrics_port) as listener:
                app = make_worker_application(settings, observer, worker)
                await serve_on(listener, app, background.stop)
        else:
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, background.stop)
        await background.ended()
        stalls.cancel()
        if tracing:
            await asyncio.to_thread(tracing.shut_down)
        if background.task.done() and not background.task.cancelled():
            background.task.result()
        log.info("stopped")

    run(settings, use)
