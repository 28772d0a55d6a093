"""`tenantry keys`: secret keys, and the key that signs session tokens."""

from typing import Annotated

import typer

KEYS_ARE_GIVEN = (
    "TENANTRY_SIGNING_KEYS gives the keys: put the file of a new key after the others and restart;"
    " two minutes later, put it before them and restart again."
)

app = typer.Typer(
    no_args_is_help=True, help="Secret keys, for your services, and the key that signs tokens."
)


@app.command("create")
def create_key(
    name: Annotated[str, typer.Option(help="What the key is for, for the list.")],
) -> None:
    """Make a secret key and print it. It is shown once: only its digest is kept."""
    from resolvers.keys import secret_keys
    from server.cli.console import error_console
    from server.cli.runner import run_in_transaction

    _, secret = run_in_transaction(lambda tx: secret_keys.create_key(tx, name=name))
    error_console.print("Keep it safe, it is not shown again:")
    typer.echo(secret)


@app.command("list")
def list_keys(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """List the secret keys: id, first letters, when made, when revoked, name."""
    import json

    from resolvers.keys import secret_keys
    from server.cli.console import print_columns
    from server.cli.runner import run_in_transaction

    entries = [
        {
            "id": key.id,
            "starts_with": key.visible,
            "made": key.created_at.isoformat(timespec="seconds"),
            "revoked": key.revoked_at and key.revoked_at.isoformat(timespec="seconds"),
            "name": key.name,
        }
        for key in run_in_transaction(secret_keys.list_keys)
    ]
    if as_json:
        typer.echo(json.dumps(entries, indent=2))
        return
    columns = ["ID", "STARTS WITH", "MADE", "REVOKED", "NAME"]
    print_columns(columns, [[*entry.values()] for entry in entries])


@app.command("revoke")
def revoke_key(
    key: Annotated[str, typer.Argument(help="The key's id, or its first letters as `list` shows.")],
) -> None:
    """Revoke a secret key: the next request with it is refused."""
    from models.validation.text import escape_controls
    from resolvers.keys import secret_keys
    from server.cli.console import console
    from server.cli.runner import run_in_transaction

    revoked = run_in_transaction(lambda tx: secret_keys.revoke_key(tx, id_or_visible=key))
    console.print(f"{revoked.id} ({escape_controls(revoked.name)}) is revoked.", markup=False)


@app.command("rotate-signing")
def rotate_signing() -> None:
    """Create the next key for session tokens.

    It is published at once and signs two minutes later, when no cache lacks it any more.

    Running servers follow within seconds. Tokens of the old key stay valid until they expire, and
    its public key stays published for ten minutes. The first key of a database signs at once.

    Needs the TENANTRY_SECRET of the server, which `tenantry secret rotate` replaces; for a
    development server run it in the folder where `tenantry dev` runs. Keys given by
    TENANTRY_SIGNING_KEYS are changed there.
    """
    from datetime import datetime

    from models import base
    from models.database.store import Store
    from models.keys import signing_keys
    from resolvers.access import SYSTEM
    from resolvers.keys.signing_keys import replace_key
    from resolvers.transaction import begin
    from server.cli.console import console, fail
    from server.cli.database import ensure_migrated
    from server.cli.environment import load_settings
    from server.cli.root_secret import load_secrets
    from server.cli.runner import run
    from server.settings.server import make_server

    settings = load_settings()
    if settings.signing_keys:
        raise fail(KEYS_ARE_GIVEN)
    key = signing_keys.generate_key()
    kid = signing_keys.compute_thumbprint(key.public_key())

    async def replace(store: Store) -> tuple[datetime, bool]:
        await ensure_migrated(store)
        cipher = signing_keys.make_cipher(await load_secrets(settings, store))
        async with begin(make_server(settings, store, base.now), SYSTEM) as tx:
            signs_from = await replace_key(
                tx, kid=kid, private_key=signing_keys.encrypt_key(cipher, key)
            )
            return signs_from, signs_from == tx.now

    signs_from, is_first = run(settings, replace)
    minutes = int(signing_keys.PUBLISHED_AFTER.total_seconds() // 60)
    console.print(
        f"{kid} signs session tokens now."
        if is_first
        else f"{kid} is published now and signs session tokens from {signs_from:%H:%M:%S} UTC on."
        f" The key before it stays published for {minutes} minutes more.",
        markup=False,
    )
