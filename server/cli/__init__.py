"""The command line: `tenantry`.

A module imports at its top only what its help needs, and the rest when its command runs: importing
everything takes over a second.
"""

import gc
import sys
from io import TextIOWrapper

import typer

from server.cli.commands import (
    backup,
    doctor,
    export,
    import_,
    keys,
    migrate,
    plans,
    roles,
    schema,
    secret,
    seed,
    serve,
    token,
)

app = typer.Typer(
    name="tenantry",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Run a self-hosted GraphQL server for organizations, memberships, and invitations.\n\nTo"
    " configure it, set environment variables named TENANTRY_…, or add them to a file `.env` in the"
    " current folder. The documentation lists them. To try it, run `tenantry dev`.\n\nExit codes: 0"
    " for success, 1 if `doctor` finds a problem, 2 if the command fails, with the reason on"
    " standard error, and 3 if `import` leaves something out.",
)
app.add_typer(keys.app, name="keys")
app.add_typer(secret.app, name="secret")
app.add_typer(roles.app, name="roles")
app.add_typer(plans.app, name="plans")
app.add_typer(import_.app, name="import")
app.command()(serve.dev)
app.command()(serve.serve)
app.command()(serve.worker)
app.command()(migrate.migrate)
app.command()(backup.backup)
app.command()(export.export)
app.command()(token.token)
app.command()(seed.seed)
app.command()(schema.export_schema)
app.command()(doctor.doctor)


def main() -> None:
    # What is printed ends up in files and in other programs: the locale of the terminal, which can
    # be Latin-1 or ASCII, decides nothing.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    # Imports leave no garbage, and looking for it takes a tenth of the start. `run` looks again.
    gc.disable()
    app()
