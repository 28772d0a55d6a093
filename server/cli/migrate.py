"""`tenantry migrate`."""

import typer


def migrate() -> None:
    """Bring the database of TENANTRY_DATABASE_URL to the newest step.

    Safe to run at any time and by several at once: one does the work, the others wait.
    """
    from models.database.revision import head, read_revision
    from server.cli.environment import load_settings

    settings = load_settings()
    if read_revision(settings.database_url) != head():
        from models.database import migrations
        from server.cli.runner import run

        run(settings, migrations.migrate)
    typer.echo(f"The database is at step {head()}.")
