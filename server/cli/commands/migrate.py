"""`tenantry migrate`."""

import typer


def migrate() -> None:
    """Migrate the database to the latest version.

    You can run it at any time, and several times at once: one run migrates the database of
    TENANTRY_DATABASE_URL, and the others wait.
    """
    from models.database.revision import head, read_revision
    from server.cli.runtime.environment import load_settings

    settings = load_settings()
    if read_revision(settings.database_url) != head():
        from models.database import migrations
        from server.cli.runtime.runner import run

        run(settings, migrations.migrate)
    typer.echo(f"The database is at revision {head()}.")
