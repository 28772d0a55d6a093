"""`tenantry export`."""

from pathlib import Path
from typing import Annotated

import typer

from server.cli.files.passphrase import PassphraseFile, read_passphrase


def export(
    folder: Annotated[Path, typer.Argument(help="The folder to create. It must not exist.")],
    organization: Annotated[
        list[str] | None,
        typer.Option(
            help="The ID or slug of an organization. Exports only this organization, and the users"
            " that it refers to. You can repeat the option."
        ),
    ] = None,
    with_secrets: Annotated[
        bool,
        typer.Option(
            "--with-secrets",
            help="Also export secret keys, API keys, signing keys, webhook secrets, and the keys"
            " of invitation links, in a file that is encrypted with a passphrase.",
        ),
    ] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Export all data to a folder, while servers use the database.

    `tenantry import tenantry` imports the folder into an empty database of either kind: this is how
    to move from SQLite to PostgreSQL, and back. The folder has a file of JSON lines for each table,
    and shows the database at one moment.

    The folder contains personal data. It contains no secrets, unless you use --with-secrets, which
    requires the TENANTRY_SECRET of the servers.
    """
    from models import base
    from models.database.store import Store
    from server.cli.files.row_progress import show_progress
    from server.cli.runtime.database import ensure_migrated
    from server.cli.runtime.environment import load_settings
    from server.cli.runtime.failures import fail
    from server.cli.runtime.root_secret import load_secrets
    from server.cli.runtime.runner import run
    from server.export.folder import FolderError, Manifest
    from server.export.write import ExportError, SecretsRequest
    from server.export.write import export as export_to

    if with_secrets and organization:
        raise fail(
            "--with-secrets can't be combined with --organization: the secrets are those of the"
            " whole instance."
        )
    settings = load_settings()
    passphrase = read_passphrase(passphrase_file, is_new=True) if with_secrets else ""

    async def write(store: Store) -> Manifest:
        await ensure_migrated(store)
        secrets = None
        if with_secrets:
            secrets = SecretsRequest(passphrase, await load_secrets(settings, store))
        with show_progress() as progress:
            return await export_to(
                store,
                folder,
                progress,
                base.now(),
                organizations=organization or (),
                secrets=secrets,
            )

    try:
        manifest = run(settings, write)
    except (ExportError, FolderError) as error:
        raise fail(str(error)) from error
    rows = sum(entry.rows for entry in manifest.files.values())
    typer.echo(f"{folder} contains {rows:,} rows.")
