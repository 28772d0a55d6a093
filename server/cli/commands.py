"""What the commands do that work on the database: migrate, keys, seed, doctor."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

import typer
import uvloop
from alembic.util import CommandError
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from sqlalchemy.exc import DBAPIError, IntegrityError

from models import base
from models.database import migrations
from models.database.store import Store
from models.errors import Busy, CommitUnknown, InputError, Unavailable
from models.keys import signing_keys
from models.keys.secret_keys import SecretKey
from models.validation.text import escape_controls
from resolvers.access import SYSTEM
from resolvers.keys import secret_keys, ticket_keys
from resolvers.keys.root_secret import EncryptedValue, State, reencrypt
from resolvers.keys.signing_keys import replace_key
from resolvers.transaction import Transaction, begin
from server.cli import doctor, root_secret
from server.cli.console import console, error_console, fail
from server.development.demo_data import AlreadyInUse, development_secret, stamp
from server.development.seed import Seeder
from server.development.seed import seed as write_seed
from server.settings import logs
from server.settings.names import VAR
from server.settings.server import make_server
from server.settings.settings import Environment, Settings, SettingsError, read_settings

UNMIGRATED = "TENANTRY_DATABASE_URL: the database is not migrated. Run: tenantry migrate"
KEYS_ARE_GIVEN = (
    "TENANTRY_SIGNING_KEYS gives the keys: put the file of a new key before the others, and"
    " restart."
)
NO_SECRET = "TENANTRY_SECRET is missing: give the value that the servers run with."
UNUSED_SECRET = (
    "TENANTRY_SECRET: no process has started with its first secret yet, and would not be able to"
    " read what it encrypts."
    " Restart every `serve` and `worker` with this TENANTRY_SECRET first."
)

T = TypeVar("T")


# ------------------------------------------------------------------------------- settings and store


def settings_for(environment: Environment | None = None) -> Settings:
    """The settings, with logs set up; a command that
    is for development only names that environment.
    """
    try:
        settings = read_settings()
        if environment is Environment.DEVELOPMENT:
            if "env" in settings.model_fields_set and not settings.is_development:
                raise SettingsError(
                    ["TENANTRY_ENV is production: this command is for development only."]
                )
            settings = read_settings(env=environment)
    except SettingsError as error:
        raise fail(*error.messages) from error
    logs.configure(settings)
    return settings


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[Store]:
    store = Store(settings.database_url)
    try:
        yield store
    finally:
        await store.close()


@contextmanager
def _told_plainly(settings: Settings) -> Generator[None]:
    """Ends the command with a sentence where there would
    be a trace: the database is not what it should be.
    """
    try:
        yield
    except SettingsError as error:
        raise fail(*error.messages) from error
    except (InputError, AlreadyInUse, Busy, CommitUnknown) as error:
        raise fail(str(error)) from error
    except CommandError as error:
        raise fail(
            f"TENANTRY_DATABASE_URL: a newer Tenantry has migrated the database ({error})."
        ) from error
    except (Unavailable, DBAPIError) as error:
        raise fail(doctor.explain_unreachable(settings, error)) from error
    except OSError as error:
        raise fail(
            f"{error.filename or doctor.to_display_url(settings)}: {error.strerror or error}"
        ) from error


def run(settings: Settings, use: Callable[[Store], Awaitable[T]]) -> T:
    """Runs something with the store; what is wrong
    with the database ends the command with a sentence.
    """

    async def main() -> T:
        async with opened(settings) as store:
            return await use(store)

    with _told_plainly(settings), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main())


def in_work(operation: Callable[[Transaction], Awaitable[T]]) -> T:
    """Runs an operation in a transaction of a migrated database."""

    settings = settings_for()

    async def use(store: Store) -> T:
        await _ensure_migrated(store)
        async with begin(make_server(settings, store, base.now), SYSTEM) as tx:
            return await operation(tx)

    return run(settings, use)


async def _ensure_migrated(store: Store) -> None:
    if await migrations.current(store) != migrations.head():
        raise SettingsError([UNMIGRATED])


# ----------------------------------------------------------------------------------------- commands


def migrate() -> None:
    run(settings_for(), migrations.migrate)
    console.print(f"The database is at step {migrations.head()}.")


def create_key(name: str) -> None:
    _, secret = in_work(lambda tx: secret_keys.create_key(tx, name=name))
    error_console.print("Keep it safe, it is not shown again:")
    typer.echo(secret)


def _shown(key: SecretKey) -> dict[str, str | None]:
    revoked = key.revoked_at.isoformat(timespec="seconds") if key.revoked_at else None
    made = key.created_at.isoformat(timespec="seconds")
    return {
        "id": key.id,
        "starts_with": key.visible,
        "made": made,
        "revoked": revoked,
        "name": key.name,
    }


def list_keys(*, as_json: bool) -> None:
    shown = [_shown(key) for key in in_work(secret_keys.list_keys)]
    if as_json:
        typer.echo(json.dumps(shown, indent=2))
        return
    _print_columns(
        ["ID", "STARTS WITH", "MADE", "REVOKED", "NAME"], [[*one.values()] for one in shown]
    )


def _print_columns(head: Sequence[str], rows: Sequence[Sequence[str | None]]) -> None:
    """Columns that stay whole in a pipe, whatever the width."""
    lines = [head, *([escape_controls(cell or "-") for cell in row] for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    for line in lines:
        typer.echo(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        )


def revoke_key(id_or_visible: str) -> None:
    key = in_work(lambda tx: secret_keys.revoke_key(tx, id_or_visible=id_or_visible))
    console.print(f"{key.id} ({escape_controls(key.name)}) is revoked.", markup=False)


def rotate_signing() -> None:
    settings, key = settings_for(), signing_keys.generate_key()
    if settings.signing_keys:
        raise fail(KEYS_ARE_GIVEN)
    kid = signing_keys.compute_thumbprint(key.public_key())

    async def use(store: Store) -> None:
        await _ensure_migrated(store)
        storage = signing_keys.make_cipher(await _secrets(settings, store))
        async with begin(make_server(settings, store, base.now), SYSTEM) as tx:
            await replace_key(tx, kid=kid, private_key=signing_keys.encrypt_key(storage, key))

    run(settings, use)
    minutes = int(signing_keys.PUBLISHED_AFTER.total_seconds() // 60)
    console.print(
        f"{kid} signs session tokens now. The key before it stays published for {minutes} minutes.",
        markup=False,
    )


def rotate_secret(*, discard_unreadable: bool) -> None:
    settings = settings_for()

    async def use(store: Store) -> None:
        await _ensure_migrated(store)
        secrets = await _secrets(settings, store)
        server = replace(make_server(settings, store, base.now), secrets=secrets)
        async with begin(server, SYSTEM) as tx:
            is_in_use = await ticket_keys.is_registered(tx.session, server.ticket_keys)
            values = await reencrypt(tx, discard_unreadable=discard_unreadable)
            if not discard_unreadable:
                root_secret.ensure_readable(values)
                if not is_in_use and root_secret.counted(values, State.OUTDATED):
                    raise SettingsError([UNUSED_SECRET])
            invitations = await ticket_keys.count_open_invitations(tx.session, tx.now)
        _report(values, secrets, invitations, discarded=discard_unreadable)

    run(settings, use)


def _report(
    values: Sequence[EncryptedValue],
    secrets: Sequence[str],
    invitations: tuple[int, datetime | None],
    *,
    discarded: bool,
) -> None:
    number, last = invitations
    renewed = root_secret.counted(values, State.OUTDATED) or "nothing"
    unchanged = root_secret.counted(values, State.CURRENT) or "nothing"
    lines = [
        f"Encrypted under the first secret: {renewed}.",
        f"Already encrypted under it: {unchanged}.",
    ]
    if discarded and (lost := root_secret.counted(values, State.UNREADABLE)):
        lines.append(f"Discarded, or replaced by a new one: {lost}.")
        ids = [
            one.row_id for one in values if one.state is State.UNREADABLE and one.column.replacement
        ]
        lines += [f"{one} has a new secret: give it to the receiver." for one in ids]
    if last:
        lines.append(
            f"Open invitations: {number}. Their links stay valid; the last one expires on"
            f" {last:%Y-%m-%d}."
        )
    if len(secrets) > 1:
        lines.append(
            "The first secret is enough from now on: remove the others from TENANTRY_SECRET, and"
            " restart every process."
        )
    for line in lines:
        typer.echo(line)


async def _secrets(settings: Settings, store: Store) -> Sequence[str]:
    """The root secrets; a development server has one in its folder.

    Raises WrongSettings where there is none.
    """
    if settings.secret:
        return settings.secret
    if not await doctor.is_stamped(store):
        raise SettingsError([NO_SECRET])
    return (development_secret(VAR),)


def seed(organizations: int, users: int, sequence: int) -> None:
    settings = settings_for(Environment.DEVELOPMENT)
    seeder = Seeder(organizations, users, sequence)
    columns: tuple[Any, ...] = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns,
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=error_console,
        auto_refresh=False,
    ) as bar:
        task = bar.add_task("Rows", total=seeder.count())

        async def use(store: Store) -> None:
            await migrations.migrate(store)
            await stamp(store)
            try:
                await write_seed(
                    store, seeder, lambda rows: bar.update(task, advance=rows, refresh=True)
                )
            except IntegrityError as error:
                raise fail(
                    f"Demo data of sequence {sequence} are there already: choose another"
                    f" --sequence."
                ) from error

        run(settings, use)
    console.print(f"{organizations} organizations and {users} users are there.")
    if users:
        console.print(f"Sign in as the first of them: tenantry token --email {seeder.email(0)}")


def examine(port: int | None) -> None:
    settings = settings_for()
    with asyncio.Runner() as runner:
        findings = runner.run(doctor.examine(settings, port))
    for finding in findings:
        mark = "[green]   ok[/green]" if finding.is_fine else "[bold red]wrong[/bold red]"
        console.print(f"{mark}  {finding.what}: ", end="")
        console.print(escape_controls(finding.detail), markup=False)
    if not all(finding.is_fine for finding in findings):
        raise typer.Exit(1)
