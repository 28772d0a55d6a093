"""How servers and workers run: in development with demo data, in production with safe settings."""

import asyncio
import signal
from email.message import EmailMessage
from pathlib import Path

import structlog
from rich.panel import Panel
from rich.table import Table

from models import base
from models.database import migrations
from models.database.store import Store
from models.keys.encryption import Purpose
from models.validation.text import escape_controls
from resolvers.foundation.server import Server
from server.cli.runtime import root_secret
from server.cli.runtime.console import console, fail
from server.cli.runtime.database import ensure_migrated
from server.cli.runtime.environment import load_development_settings, load_settings
from server.cli.runtime.http_server import listen, serve_on
from server.cli.runtime.runner import run
from server.delivery.worker import Background, make_worker
from server.development.demo_company import load_demo
from server.development.extras import make_development_extras
from server.development.files import load_development_secret
from server.development.issuer import ADA, GRACE
from server.development.stamp import is_stamped, stamp
from server.http.app import DevelopmentExtras, make_application
from server.http.middleware import OWN_NAMES
from server.http.monitoring.worker_app import make_worker_application
from server.identity.signing import make_signer
from server.observability.observer import make_observer
from server.observability.tracing import make_tracing
from server.settings.checks import ensure_production, ensure_worker
from server.settings.names import VAR
from server.settings.server import make_server
from server.settings.settings import Environment, Settings, SettingsError, read_settings
from server.settings.unknown import find_unknown_variables

STAMPED = (
    "TENANTRY_DATABASE_URL names a database that a development server has used, so a production"
    " server can't use it. Set the URL of another database."
)

log = structlog.stdlib.get_logger("tenantry.server")


def warn_of_unknown_variables() -> None:
    for sentence in find_unknown_variables():
        log.warning("unknown setting", detail=sentence)


# -------------------------------------------------------------------------------------- development


def complete_development_settings(port: int = 8000) -> Settings:
    """Returns the settings, with defaults for the root secret and the public URL."""
    settings = load_development_settings()
    defaults: dict[str, str] = {}
    if "public_url" not in settings.model_fields_set:
        defaults["public_url"] = f"http://127.0.0.1:{port}"
    if not settings.secret:
        defaults["secret"] = load_development_secret(VAR)
    return read_settings(env=Environment.DEVELOPMENT, **defaults)


async def prepare_development(
    settings: Settings, server: Server, *, demo: bool
) -> DevelopmentExtras:
    await migrations.migrate(server.store)
    await stamp(server.store)
    await root_secret.prepare(server, root_secret.get_required_purposes(settings))
    await make_signer(settings, server).published()
    if demo:
        await load_demo(server)
    return await make_development_extras(server, VAR, on_written=print_mail)


def print_mail(message: EmailMessage, path: Path) -> None:
    """Prints what a developer needs from a mail: its recipient, its file and its link or code."""
    text = message.get_body(("plain",))
    content: str = text.get_content() if text else ""
    lines = content.splitlines()
    link = next((line for line in lines if "ticket=" in line or line.isdecimal()), "")
    sentence = escape_controls(f"Email to {message['To']}, {path}")
    console.print(f"\n{sentence}\n  {link}", markup=False, highlight=False, soft_wrap=True)


def print_welcome(url: str, key: str) -> None:
    lines = Table.grid(padding=(0, 2))
    lines.add_row("Demo", f"[bold]{url}/demo/[/bold]  (begin here)")
    lines.add_row("GraphiQL", f"[bold]{url}/graphql[/bold]  (signed in as {ADA[1]} {ADA[2]})")
    lines.add_row("Schema", f"{url}/schema.graphql")
    lines.add_row("Outbox", f"{url}/dev/outbox")
    lines.add_row("A token", f"tenantry token --email {GRACE[0]}")
    lines.add_row("Secret key", key)
    console.print(
        Panel(
            lines, title="Tenantry for development", subtitle="Press Ctrl+C to stop", expand=False
        )
    )


def serve_development(port: int, *, demo: bool, host: str = "127.0.0.1") -> None:
    """Migrates, loads the demo company into an empty database, and serves on this machine only."""
    settings = complete_development_settings(port)
    listener = listen(host, port)

    async def use(store: Store) -> None:
        server = make_server(settings, store, base.now)
        extras = await prepare_development(settings, server, demo=demo)
        warn_of_unknown_variables()
        print_welcome(f"http://{host}:{port}", extras.secret_key)
        app = make_application(settings, server, development=extras)
        await serve_on(listener, app, app.state.stop)

    with listener:
        run(settings, use)


# --------------------------------------------------------------------------------------- production


async def ensure_ready(store: Store) -> None:
    """Ensures that the database is migrated and that no development server has used it.

    Raises SettingsError.
    """
    await ensure_migrated(store)
    if await is_stamped(store):
        raise SettingsError([STAMPED])


def serve(host: str, port: int, *, delivers: bool) -> None:
    """Serves for production, or for development if the settings say so."""
    settings = load_settings()
    if settings.is_development:
        if host not in OWN_NAMES:
            raise fail(
                "A development server listens only on 127.0.0.1. To listen on other addresses, set"
                " TENANTRY_ENV=production."
            )
        serve_development(port, demo=False, host=host)
        return
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


# ------------------------------------------------------------------------------------------- worker


def stop_if_failed(task: asyncio.Task[None]) -> None:
    """Stops the server of a worker that has failed."""
    if not task.cancelled():
        signal.raise_signal(signal.SIGTERM)


def run_worker(host: str) -> None:
    """Sends mail and webhooks and expires invitations, until SIGINT or SIGTERM.

    With TENANTRY_METRICS_PORT it serves its metrics and its health at that port.
    """
    settings = load_settings()
    if settings.is_development:
        settings = complete_development_settings()
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
        worker = make_worker(settings, server, observer, print_mail)
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
