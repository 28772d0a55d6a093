"""How a development server runs: with demo data, and pages that explain it."""

from email.message import EmailMessage
from pathlib import Path

from rich.panel import Panel
from rich.table import Table

from models import base
from models.database import migrations
from models.database.store import Store
from models.validation.text import escape_controls
from resolvers.foundation.server import Server
from server.cli.runtime import root_secret
from server.cli.runtime.console import console
from server.cli.runtime.environment import load_development_settings
from server.cli.runtime.failures import fail
from server.cli.runtime.http_server import listen, serve_on
from server.cli.runtime.readiness import warn_of_unknown_variables
from server.cli.runtime.runner import run
from server.development.demo_company import load_demo
from server.development.extras import make_development_extras
from server.development.files import load_development_secret
from server.development.issuer import ADA, GRACE
from server.development.stamp import stamp
from server.http.app import DevelopmentExtras, make_application
from server.http.middleware import OWN_NAMES
from server.identity.signing import make_signer
from server.settings.names import VAR
from server.settings.server import make_server
from server.settings.settings import Environment, Settings, read_settings


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


def serve(port: int, *, demo: bool, host: str = "127.0.0.1") -> None:
    """Migrates, loads the demo company into an empty database, and serves on this machine only."""
    if host not in OWN_NAMES:
        raise fail(
            "A development server listens only on 127.0.0.1. To listen on other addresses, set"
            " TENANTRY_ENV=production."
        )
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
