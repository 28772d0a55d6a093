"""`tenantry keys`: secret keys, and the key that signs session tokens."""

from typing import Annotated

import typer

KEYS_ARE_GIVEN = (
    "TENANTRY_SIGNING_KEYS sets the keys. To replace one, add the file of the new key at the end"
    " and restart. Two minutes later, move it to the front and restart again."
)

app = typer.Typer(
    no_args_is_help=True,
    help="Manage secret keys for your services, and the key that signs session tokens.",
)


@app.command("create")
def create_key(
    name: Annotated[str, typer.Option(help="A name that says what the key is for.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="A scope to narrow the key to, such as memberships:read. You can repeat the"
            " option."
        ),
    ] = None,
    organization: Annotated[
        list[str] | None,
        typer.Option(
            help="The ID of an organization to narrow the key to. You can repeat the option."
        ),
    ] = None,
    expires_in_days: Annotated[
        int | None,
        typer.Option(help="The number of days until the key expires, from 1 to 365."),
    ] = None,
) -> None:
    """Create a secret key and print it.

    Without a scope and an organization, the key can do everything. The key is shown only once,
    because the database keeps only its digest.
    """
    from resolvers.keys import secret_keys
    from server.cli.runtime.console import error_console
    from server.cli.runtime.runner import run_in_transaction

    # Typer gives an empty list for an option that isn't there.
    new = secret_keys.NewKey(name, scope or None, organization or None, expires_in_days)
    _, secret = run_in_transaction(lambda tx: secret_keys.create_key(tx, new))
    error_console.print("Store this key now. It is not shown again:")
    typer.echo(secret)


@app.command("list")
def list_keys(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the secret keys: ID, prefix, times, what they are narrowed to, and name.

    The times are those of the creation, the last use, the expiry, and the revocation.
    """
    import json
    from datetime import datetime

    from resolvers.keys import secret_keys
    from server.cli.runtime.console import print_columns
    from server.cli.runtime.runner import run_in_transaction

    def show_time(moment: datetime | None) -> str | None:
        return moment and moment.isoformat(timespec="seconds")

    entries = [
        {
            "id": key.id,
            "starts_with": key.visible,
            "created": show_time(key.created_at),
            "last_used": show_time(key.last_used_at),
            "expires": show_time(key.expires_at),
            "revoked": show_time(key.revoked_at),
            "scopes": key.scopes,
            "organizations": key.organization_ids,
            "name": key.name,
        }
        for key in run_in_transaction(secret_keys.list_keys)
    ]
    if as_json:
        typer.echo(json.dumps(entries, indent=2))
        return
    columns = ["ID", "STARTS WITH", "CREATED", "LAST USED", "EXPIRES", "REVOKED"]
    columns += ["SCOPES", "ORGANIZATIONS", "NAME"]
    rows = [
        [",".join(value) if isinstance(value, list) else value for value in entry.values()]
        for entry in entries
    ]
    print_columns(columns, rows)


@app.command("revoke")
def revoke_key(
    key: Annotated[
        str, typer.Argument(help="The ID of the key, or its prefix, as shown by `list`.")
    ],
) -> None:
    """Revoke a secret key. Requests that use it are rejected immediately."""
    from models.validation.text import escape_controls
    from resolvers.keys import secret_keys
    from server.cli.runtime.console import console
    from server.cli.runtime.runner import run_in_transaction

    revoked = run_in_transaction(lambda tx: secret_keys.revoke_key(tx, key_id=key))
    console.print(f"{revoked.id} ({escape_controls(revoked.name)}) is revoked.", markup=False)


@app.command("rotate-signing")
def rotate_signing() -> None:
    """Create the next key for session tokens.

    The key is published immediately and signs two minutes later, when every cache contains it.
    The first key of a database signs immediately.

    Running servers use the new key within seconds. Tokens of the old key stay valid until they
    expire, and its public key stays published for ten minutes.

    Requires the TENANTRY_SECRET of the server, which `tenantry secret rotate` replaces. For a
    development server, run the command in the folder where `tenantry dev` runs. To change keys
    that TENANTRY_SIGNING_KEYS sets, change that setting.
    """
    from datetime import datetime

    from models import base
    from models.database.store import Store
    from models.keys import signing_keys
    from resolvers.authority.access import SYSTEM
    from resolvers.foundation.transaction import begin
    from resolvers.keys.signing_keys import replace_key
    from server.cli.runtime.console import console
    from server.cli.runtime.database import ensure_migrated
    from server.cli.runtime.environment import load_settings
    from server.cli.runtime.failures import fail
    from server.cli.runtime.root_secret import load_secrets
    from server.cli.runtime.runner import run
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
        else f"{kid} is published now, and signs session tokens starting at"
        f" {signs_from:%H:%M:%S} UTC. The previous key stays published for another {minutes}"
        " minutes.",
        markup=False,
    )
