"""`tenantry backup`."""

from pathlib import Path
from typing import Annotated

import typer


def backup(
    path: Annotated[Path, typer.Argument(help="The file to create. It must not exist.")],
) -> None:
    """Copy the SQLite database to a file, while servers use it.

    The copy shows the database of TENANTRY_DATABASE_URL at one moment. It is checked, and appears
    at PATH only when it is complete. Back up TENANTRY_SECRET too: the copy can't be used without
    it.
    """
    from rich.progress import Progress
    from sqlalchemy import make_url

    from server.backup import BackupError, copy_database
    from server.cli.runtime.console import error_console
    from server.cli.runtime.environment import load_settings
    from server.cli.runtime.failures import fail

    url = make_url(load_settings().database_url)
    if url.get_backend_name() != "sqlite":
        raise fail(
            "TENANTRY_DATABASE_URL is a PostgreSQL database. Back it up with pg_dump or continuous"
            " archiving."
        )
    is_quiet = not error_console.is_terminal
    with Progress(console=error_console, transient=True, disable=is_quiet) as progress:
        task = progress.add_task("Copying", total=None)

        def show(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        try:
            size = copy_database(Path(url.database or ""), path, show)
        except BackupError as error:
            raise fail(str(error)) from error
    typer.echo(f"{path} contains a copy of the database ({size:,} bytes).")
