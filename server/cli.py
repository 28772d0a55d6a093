"""The command line: `tenantry`."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
import uvicorn
from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy.exc import IntegrityError

from models import base, migrations
from models.errors import Denial, Refusal
from models.store import Store
from resolvers import keys
from resolvers.access import SYSTEM
from resolvers.work import Work, work_on
from server import development, doctor, logs
from server.app import application
from server.settings import LOOPBACK, Environment, Settings, WrongSettings, ensure_production, read

VAR = Path("var")
SHUTDOWN_SECONDS = 20

app = typer.Typer(
    name="tenantry",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Organizations, memberships and invitations as a self-hosted GraphQL server. Settings are environment variables"
    " named TENANTRY_…, or lines of a file `.env`; see the README for their list.",
)
keys_app = typer.Typer(no_args_is_help=True, help="Secret keys: what your services call with.")
app.add_typer(keys_app, name="keys")

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

T = TypeVar("T")

Port = Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def fail(*sentences: str) -> typer.Exit:
    for sentence in sentences:
        err.print(sentence, style="bold red", markup=False)
    return typer.Exit(2)


def settings_for(environment: Environment | None = None) -> Settings:
    """The settings; `dev` and the commands that only make sense there say which environment it is."""
    try:
        settings = read(**({"env": environment} if environment else {}))
        if not settings.is_development:
            return settings
        return read(env=Environment.DEVELOPMENT, **_development_defaults(settings))
    except WrongSettings as error:
        raise fail(*error.sentences) from error


def _development_defaults(settings: Settings) -> dict[str, Any]:
    return {} if settings.secret else {"secret": development.development_secret(VAR)}


def with_store(settings: Settings, use: Callable[[Store], Awaitable[T]]) -> T:
    """Runs something with the store; a refusal or an absent database ends the command with a sentence."""

    async def run() -> T:
        store = Store(settings.database_url)
        try:
            return await use(store)
        finally:
            await store.close()

    try:
        return asyncio.run(run())
    except (Denial, Refusal) as error:
        raise fail(str(error)) from error


def in_work(settings: Settings, operation: Callable[[Work], Awaitable[T]]) -> T:
    async def use(store: Store) -> T:
        async with work_on(store, SYSTEM, base.now) as work:
            return await operation(work)

    return with_store(settings, use)


async def _serve(app_: Any, host: str, port: int) -> None:
    config = uvicorn.Config(
        app_, host=host, port=port, log_config=None, access_log=False, server_header=False, loop="uvloop", http="httptools",
        timeout_graceful_shutdown=SHUTDOWN_SECONDS, proxy_headers=False, ws="none",
    )  # fmt: skip
    await uvicorn.Server(config).serve()


@app.command()
def dev(
    port: Port = 8000,
    demo: Annotated[bool, typer.Option(help="Load a small demo company into an empty database.")] = True,
) -> None:
    """Serve on this machine for development: migrates, loads a demo company, and opens GraphiQL signed in.

    Answers on 127.0.0.1 only. Everything is kept in ./var: delete that folder to start anew.
    """
    settings = settings_for(Environment.DEVELOPMENT)
    if not settings.public_url or settings.public_url.endswith(":8000"):
        settings = settings.model_copy(update={"public_url": f"http://127.0.0.1:{port}"})
    logs.configure(settings)

    async def run() -> None:
        store = Store(settings.database_url)
        await migrations.migrate(store)
        await development.stamp(store)
        if demo:
            await development.load_demo(store)
        extra = await development.development(store, VAR)
        _greet(port, extra.secret_key)
        await _serve(application(settings, store=store, development=extra), "127.0.0.1", port)

    _run(run())


def _run(server: Any) -> None:
    try:
        asyncio.run(server)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
    except Denial as error:
        raise fail(f"TENANTRY_DATABASE_URL: {error}") from error


def _greet(port: int, key: str) -> None:
    lines = Table.grid(padding=(0, 2))
    lines.add_row("GraphiQL", f"[bold]http://127.0.0.1:{port}/graphql[/bold]  (signed in as Ada, an admin)")
    lines.add_row("Schema", f"http://127.0.0.1:{port}/schema.graphql")
    lines.add_row("A token", "tenantry token --email grace@example.com")
    lines.add_row("Secret key", key)
    out.print(Panel(lines, title="Tenantry, for development", expand=False))


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Port = 8000,
) -> None:
    """Serve for production: refuses to start with an unsafe or missing setting, and names it.

    In production the database has to be migrated before; with TENANTRY_ENV=development this migrates by itself.
    """
    settings = settings_for()
    logs.configure(settings)
    extra = None
    try:
        if settings.is_development and host not in LOOPBACK:
            raise WrongSettings(["A development server answers on 127.0.0.1 only: set TENANTRY_ENV=production."])
        if not settings.is_development:
            ensure_production(settings)
    except WrongSettings as error:
        raise fail(*error.sentences) from error

    async def run() -> None:
        nonlocal extra
        store = Store(settings.database_url)
        if settings.is_development:
            await migrations.migrate(store)
            await development.stamp(store)
            extra = await development.development(store, VAR)
        else:
            await _ensure_ready(store)
        await _serve(application(settings, store=store, development=extra), host, port)

    _run(run())


async def _ensure_ready(store: Store) -> None:
    """Production takes only a migrated database that no development server has written to."""
    if await migrations.current(store) != migrations.head():
        raise fail("TENANTRY_DATABASE_URL: the database is not migrated. Run: tenantry migrate")
    if await doctor.is_stamped(store):
        raise fail(
            "TENANTRY_DATABASE_URL: a development server has used this database; its tokens must not count here."
        )


@app.command()
def migrate() -> None:
    """Bring the database to the newest step; safe to run at any time, by several at once."""
    settings = settings_for()
    with_store(settings, migrations.migrate)
    out.print(f"The database is at step {migrations.head()}.")


@app.command()
def token(
    email: Annotated[str, typer.Option(help="The address the token is for, such as ada@example.com.")],
    verified: Annotated[bool, typer.Option(help="Whether the issuer vouches for the address.")] = True,
    subject: Annotated[str | None, typer.Option(help="The subject; made from the address when absent.")] = None,
    first_name: Annotated[str | None, typer.Option(help="The given name.")] = None,
    last_name: Annotated[str | None, typer.Option(help="The family name.")] = None,
    minutes: Annotated[int, typer.Option(min=1, max=525_600, help="How long it lives.")] = development.TOKEN_MINUTES,
) -> None:
    """Mint an identity token of the built-in development issuer; production servers refuse it.

    Use it as `Authorization: Bearer $(tenantry token --email ada@example.com)`.
    """
    if "@" not in email:
        raise fail(f"{email!r} is no e-mail address.")
    issuer = development.DevelopmentIssuer(VAR)
    names = {"given_name": first_name, "family_name": last_name}
    print(issuer.token(email, verified=verified, minutes=minutes, subject=subject, **names))


@keys_app.command("create")
def create_key(name: Annotated[str, typer.Option(help="What the key is for, for the list.")]) -> None:
    """Make a secret key. It is shown once: only its digest is kept."""
    _, secret = in_work(settings_for(), lambda work: keys.create_key(work, name=name))
    err.print("Keep it safe, it is not shown again:")
    print(secret)


@keys_app.command("list")
def list_keys() -> None:
    """List the secret keys: id, first letters, name, and whether they still work."""
    table = Table("Id", "Starts with", "Name", "Made", "Revoked")
    for key in in_work(settings_for(), keys.list_keys):
        revoked = key.revoked_at.isoformat(timespec="seconds") if key.revoked_at else ""
        table.add_row(key.id, key.visible, key.name, key.created_at.isoformat(timespec="seconds"), revoked)
    out.print(table)


@keys_app.command("revoke")
def revoke_key(id: Annotated[str, typer.Argument(help="The key's id, or its first letters.")]) -> None:
    """Revoke a secret key: the next request with it is refused."""
    key = in_work(settings_for(), lambda work: keys.revoke_key(work, id_or_visible=id))
    out.print(f"{key.id} ({key.name}) is revoked.")


@app.command()
def seed(
    organizations: Annotated[int, typer.Option(min=0, max=1_000_000, help="How many organizations.")] = 100,
    users: Annotated[int, typer.Option(min=0, max=10_000_000, help="How many users.")] = 1_000,
    sequence: Annotated[int, typer.Option(min=1, max=1_000, help="Another number makes other people.")] = 1,
) -> None:
    """Fill a development database with demo data: the same for the same numbers. Half of all users join one organization.

    The users belong to the development issuer: `tenantry token --email user0.1@example.com` signs in as the first.
    """
    from server.seed import Seeder
    from server.seed import seed as run

    settings = settings_for(Environment.DEVELOPMENT)
    seeder = Seeder(organizations, users, sequence)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err) as bar:
        task = bar.add_task("Rows", total=None)

        async def use(store: Store) -> None:
            await migrations.migrate(store)
            await development.stamp(store)
            await run(store, seeder, lambda rows: bar.advance(task, rows))

        try:
            with_store(settings, use)
        except IntegrityError as error:
            raise fail("These demo data are there already: choose another --sequence.") from error
    out.print(f"{organizations} organizations and {users} users are there.")


@app.command("export-schema")
def export_schema(
    to: Annotated[Path | None, typer.Option(help="The file to write; standard output when absent.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail when the file differs.")] = False,
) -> None:
    """Print the schema in the schema definition language, sorted."""
    from schema import schema
    from schema.sdl import sdl

    text = sdl(schema)
    if check and to and (not to.exists() or to.read_text() != text):
        raise fail(f"{to} is not the schema of the code. Run: tenantry export-schema --to {to}")
    if to and not check:
        to.write_text(text)
    elif not to:
        sys.stdout.write(text)


@app.command("doctor")
def examine() -> None:
    """Check settings, database and identity providers, and say what to do about what is wrong."""
    settings = settings_for()
    findings = with_store(settings, lambda store: doctor.examine(settings, store))
    for finding in findings:
        mark = "[green]ok[/green]" if finding.is_fine else "[bold red]wrong[/bold red]"
        out.print(f"{mark:>8}  {finding.what}: ", end="")
        out.print(finding.detail, markup=False)
    if not all(finding.is_fine for finding in findings):
        raise typer.Exit(1)


def main() -> None:
    app()
