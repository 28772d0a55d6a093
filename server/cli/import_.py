"""`tenantry import`: data from elsewhere."""

import typer

from server.cli.import_tenantry import import_tenantry

app = typer.Typer(no_args_is_help=True, help="Import data from another instance.")
app.command("tenantry")(import_tenantry)
