"""`tenantry import`: data from elsewhere."""

import typer

from server.cli.commands.import_clerk import import_clerk
from server.cli.commands.import_tenantry import import_tenantry

app = typer.Typer(no_args_is_help=True, help="Import data from another product or instance.")
app.command("clerk")(import_clerk)
app.command("tenantry")(import_tenantry)
