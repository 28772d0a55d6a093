"""How the server runs: for development with everything
at hand, for production with nothing unsafe.
"""

import asyncio
import errno
import signal
import socket
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import structlog
import uvicorn
from rich.panel import Panel
from rich.table import Table
from starlette.types import ASGIApp

from models import base
from models.database import migrations
from models.database.store import Store
from models.keys.encryption import Purpose
from models.validation.text import escape_controls
from schema.foundation.context import noop
from server.cli import doctor, root_secret
from server.cli.commands import UNMIGRATED, run, settings_for
from server.cli.console import console, fail
from server.delivery.worker import Background, make_worker
from server.development import demo_data
from server.development.issuer import ADA, GRACE
from server.http.app import DevelopmentExtras, make_application
from server.http.connection import UNSENT_BYTES, HttpProtocol, SocketProtocol
from server.http.middleware import OWN_NAMES
from server.http.websocket import MESSAGE_BYTES
from server.identity.signing import make_signer
from server.settings.names import VAR
from server.settings.server import make_server
from server.settings.settings import (
    Environment,
    Settings,
    SettingsError,
    ensure_production,
    ensure_worker,
    read_settings,
)

# How long running requests may take once the server stops.
SHUTDOWN_SECONDS = 7
# Longer than load balancers keep a connection: the one who closes first must not be the one who
# answers.
KEEP_ALIVE_SECONDS = 75
STAMPED = (
    "TENANTRY_DATABASE_URL: a development server has used this database; its tokens must not count"
    " here."
)

log = structlog.stdlib.get_logger("tenantry.server")


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections already; who comes early waits until the server is there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise fail(
                f"Port {port} is in use: is a server running already? Choose another one with"
                f" --port."
            ) from error
        raise fail(f"Can't listen on {host} port {port}: {error.strerror}.") from error
    if option := getattr(socket, "TCP_NOTSENT_LOWAT", None):
        listener.setsockopt(socket.IPPROTO_TCP, option, UNSENT_BYTES)
    return listener


@contextmanager
def _obeyed_once() -> Generator[None]:
    """uvicorn raises the signal that stopped it once
    more when all is done: by then it has been obeyed.
    """

    def ignore(number: int, frame: object) -> None: ...

    before = {one: signal.signal(one, ignore) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


class Server(uvicorn.Server):
    """Waits for the requests that run; `stop` ends what would run for ever, such as streams."""

    def __init__(self, config: uvicorn.Config, stop: Callable[[], None]) -> None:
        super().__init__(config)
        self.stop = stop

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.stop()
        await super().shutdown(sockets)


async def serve_on(listener: socket.socket, app: ASGIApp, stop: Callable[[], None] = noop) -> None:
    """Serves until SIGINT or SIGTERM, then lets running
    requests finish; sockets are closed with 1012.
    """
    config = uvicorn.Config(
        app,
        http=HttpProtocol,
        ws=SocketProtocol,
        ws_max_size=MESSAGE_BYTES,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    with _obeyed_once():
        await Server(config, stop).serve(sockets=[listener])


# -------------------------------------------------------------------------------------- development


def _for_development(port: int = 8000) -> Settings:
    """The settings, with a root secret of this folder's own,
    and its own address as public URL where none is set.
    """
    settings = settings_for(Environment.DEVELOPMENT)
    given = (
        {}
        if "public_url" in settings.model_fields_set
        else {"public_url": f"http://127.0.0.1:{port}"}
    )
    secret = {} if settings.secret else {"secret": demo_data.development_secret(VAR)}
    return read_settings(env=Environment.DEVELOPMENT, **given, **secret)


async def _prepared(settings: Settings, store: Store, *, demo: bool) -> DevelopmentExtras:
    await migrations.migrate(store)
    await demo_data.stamp(store)
    server = make_server(settings, store, base.now)
    await root_secret.prepare(server, root_secret.required(settings))
    await make_signer(settings, server).published()
    if demo:
        await demo_data.load_demo(server)
    return await demo_data.development(server, VAR, tell=_tell)


def _tell(message: EmailMessage, path: Path) -> None:
    """What somebody who develops wants of a mail: who it is for, and its link."""
    text = message.get_body(("plain",))
    link = (
        next((line for line in text.get_content().splitlines() if "ticket=" in line), "")
        if text
        else ""
    )
    sentence = escape_controls(f"Mail to {message['To']}, {path}")
    console.print(f"\n{sentence}\n  {link}", markup=False, highlight=False, soft_wrap=True)


def serve_development(port: int, *, demo: bool, host: str = "127.0.0.1") -> None:
    """Migrates, loads the demo company into an empty database, and serves on this machine only."""
    settings = _for_development(port)
    listener = listen(host, port)

    async def use(store: Store) -> None:
        extra = await _prepared(settings, store, demo=demo)
        _greet(f"http://{host}:{port}", extra.secret_key)
        app = make_application(settings, store=store, development=extra)
        await serve_on(listener, app, app.state.stop)

    with listener:
        run(settings, use)


def _greet(url: str, key: str) -> None:
    lines = Table.grid(padding=(0, 2))
    lines.add_row("GraphiQL", f"[bold]{url}/graphql[/bold]  (signed in as {ADA[1]} {ADA[2]})")
    lines.add_row("Schema", f"{url}/schema.graphql")
    lines.add_row("A token", f"tenantry token --email {GRACE[0]}")
    lines.add_row("Secret key", key)
    console.print(
        Panel(lines, title="Tenantry, for development", subtitle="Ctrl+C stops it", expand=False)
    )


# --------------------------------------------------------------------------------------- production


async def _ensure_ready(store: Store) -> None:
    """Production takes only a migrated database that no development server has written to.

    Raises WrongSettings.
    """
    if await migrations.current(store) != migrations.head():
        raise SettingsError([UNMIGRATED])
    if await doctor.is_stamped(store):
        raise SettingsError([STAMPED])


def serve(host: str, port: int, *, delivers: bool) -> None:
    """Serves for production, or for development where the settings say so."""
    settings = settings_for()
    if settings.is_development:
        if host not in OWN_NAMES:
            raise fail(
                "A development server answers on 127.0.0.1 only: set TENANTRY_ENV=production."
            )
        serve_development(port, demo=False, host=host)
        return
    try:
        ensure_production(settings)
    except SettingsError as error:
        raise fail(*error.messages) from error
    listener = listen(host, port)

    async def use(store: Store) -> None:
        await _ensure_ready(store)
        server = make_server(settings, store, base.now)
        await root_secret.prepare(server, root_secret.required(settings))
        await make_signer(settings, server).published()
        log.info("serving", host=host, port=port)
        app = make_application(settings, store=store, delivers=delivers)
        await serve_on(listener, app, app.state.stop)
        log.info("stopped")

    with listener:
        run(settings, use)


# ------------------------------------------------------------------------------------------- worker


async def _until_stopped(coroutine: Coroutine[Any, Any, None]) -> None:
    """Runs something endless until SIGINT or SIGTERM, then lets it finish what it has begun."""
    background, loop = Background(coroutine), asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, background.stop)
    await background.ended()
    if background.task.done() and not background.task.cancelled():
        background.task.result()


def run_worker() -> None:
    """Sends mail and webhooks, writes down what lapsed, and serves nothing."""
    settings = _for_development() if settings_for().is_development else settings_for()
    try:
        ensure_worker(settings)
    except SettingsError as error:
        raise fail(*error.messages) from error

    async def use(store: Store) -> None:
        if settings.is_development:
            await migrations.migrate(store)
            await demo_data.stamp(store)
        else:
            await _ensure_ready(store)
        server = make_server(settings, store, base.now)
        await root_secret.prepare(server, {Purpose.WEBHOOK_SECRETS})
        log.info("delivering")
        await _until_stopped(make_worker(settings, server, _tell).run())
        log.info("stopped")

    run(settings, use)
