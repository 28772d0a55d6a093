"""`tenantry import tenantry`."""

from pathlib import Path
from typing import Annotated

import typer

from server.cli.files.passphrase import PassphraseFile, read_passphrase


def import_tenantry(
    folder: Annotated[Path, typer.Argument(help="A folder that `tenantry export` has created.")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Import an export of Tenantry into an empty database, completely or not at all.

    The database of TENANTRY_DATABASE_URL must be new: run `tenantry migrate` first, and start the
    servers after the import. The export must be of the same version of Tenantry.

    IDs and times stay the same. The import leaves no events: the event log, sessions, and the
    queues of email and webhooks continue where they were.

    For an export with secrets, the passphrase is needed. Without secrets, each webhook endpoint
    gets a new secret, and the command lists them. Secret keys and API keys must be created again.
    Links of pending invitations stay valid if TENANTRY_SECRET is the same as before.
    """
    from collections.abc import Sequence

    from models.database.store import Store
    from server.cli.files.row_progress import show_progress
    from server.cli.runtime.database import ensure_migrated
    from server.cli.runtime.environment import load_settings
    from server.cli.runtime.failures import fail
    from server.cli.runtime.root_secret import load_secrets
    from server.cli.runtime.runner import run
    from server.export.folder import Folder, FolderError
    from server.export.read import ImportReport, NotEmpty, import_folder

    settings = load_settings()

    def read(source: Folder) -> ImportReport:
        passphrase = read_passphrase(passphrase_file, is_new=False) if source.has_secrets else ""

        async def write(store: Store) -> ImportReport:
            await ensure_migrated(store)
            root_secrets: Sequence[str] = ()
            if source.has_secrets or source.has_webhooks:
                root_secrets = await load_secrets(settings, store)
            with show_progress() as progress:
                return await import_folder(
                    store, source, progress, root_secrets=root_secrets, passphrase=passphrase
                )

        return run(settings, write)

    try:
        with Folder(folder) as source:
            report = read(source)
    except (FolderError, NotEmpty) as error:
        raise fail(str(error)) from error
    typer.echo(f"Imported {report.rows:,} rows from {folder}.")
    for endpoint_id in report.renewed:
        typer.echo(f"{endpoint_id} has a new secret. Give it to the receiver.")
