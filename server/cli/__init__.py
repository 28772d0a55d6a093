"""The command line: `tenantry`.

What a command needs is imported when it runs: all of it takes a second.
"""

import gc
import sys
from pathlib import Path
from typing import Annotated

import typer

SDL = Path("graphql/schema.graphql")

app = typer.Typer(
    name="tenantry",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Organizations, memberships and invitations as a self-hosted GraphQL server.\n\nSettings"
    " are environment"
    " variables named TENANTRY_…, or lines of a file `.env` in the current folder; the README"
    " lists them. Start with"
    " `tenantry dev`.\n\nExit codes: 0 done, 1 `doctor` found something, 2 refused, with the"
    " reason on standard error.",
)
keys_app = typer.Typer(
    no_args_is_help=True, help="Secret keys, for your services, and the key that signs tokens."
)
app.add_typer(keys_app, name="keys")
secret_app = typer.Typer(no_args_is_help=True, help="The root secret, TENANTRY_SECRET.")
app.add_typer(secret_app, name="secret")
roles_app = typer.Typer(
    no_args_is_help=True, help="Permissions, roles and role sets: the whole model as one file."
)
app.add_typer(roles_app, name="roles")

Port = Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")]


@app.command()
def dev(
    port: Port = 8000,
    demo: Annotated[
        bool, typer.Option(help="Load a small demo company into an empty database.")
    ] = True,
) -> None:
    """Serve on this machine for development, with a demo company and GraphiQL signed in.

    Answers on 127.0.0.1 only. Everything is kept in ./var: delete that folder to start anew. The
    database is marked, so that no production server uses it.
    """
    _serving().serve_development(port, demo=demo)


@app.command()
def serve(
    host: Annotated[
        str, typer.Option(help="The address to listen on; 0.0.0.0 is all of them.")
    ] = "127.0.0.1",
    port: Port = 8000,
    worker: Annotated[
        bool, typer.Option(help="Deliver mail too; without, `tenantry worker` has to run.")
    ] = True,
) -> None:
    """Serve for production: refuses to start with an unsafe or missing setting, and names it.

    Needs TENANTRY_SECRET, TENANTRY_IDENTITY_ISSUERS, TENANTRY_PUBLIC_URL and a database that
    `tenantry migrate` has brought to the newest step; to send invitations by mail,
    TENANTRY_SMTP_URL. Put a proxy in front that speaks TLS. SIGTERM stops it once running requests
    are answered.

    With TENANTRY_ENV=development it is `dev` without demo data: it migrates by itself and answers
    on this machine only.
    """
    _serving().serve(host, port, delivers=worker)


@app.command()
def worker() -> None:
    """Deliver mail and webhooks and expire invitations, without serving.

    `serve` does all of that by itself, unless it runs with `--no-worker`.

    Needs TENANTRY_SECRET, TENANTRY_PUBLIC_URL and the database; to send mail, TENANTRY_SMTP_URL.
    Several may run: none sends what another one has taken. SIGTERM stops it once what is on its way
    has arrived.
    """
    _serving().run_worker()


def _serving():
    """The module, imported without looking for garbage:
    there is none, and the search takes a tenth of the start.
    """
    gc.disable()
    try:
        from server.cli import serving
    finally:
        gc.freeze()
        gc.enable()
    return serving


@app.command()
def migrate() -> None:
    """Bring the database of TENANTRY_DATABASE_URL to the newest step.

    Safe to run at any time and by several at once: one does the work, the others wait.
    """
    from server.cli import commands

    commands.migrate()


@app.command()
def token(
    email: Annotated[
        str, typer.Option(help="The address the token is for, such as ada@example.com.")
    ],
    verified: Annotated[
        bool, typer.Option(help="Whether the issuer vouches for the address.")
    ] = True,
    subject: Annotated[
        str | None, typer.Option(help="The subject; made from the address when absent.")
    ] = None,
    first_name: Annotated[str | None, typer.Option(help="The given name.")] = None,
    last_name: Annotated[str | None, typer.Option(help="The family name.")] = None,
    minutes: Annotated[int, typer.Option(min=1, max=525_600, help="How long it lives.")] = 720,
) -> None:
    """Mint an identity token of the built-in development issuer; production servers refuse it.

    Run it in the folder where `tenantry dev` runs, for the issuer's key lies there in ./var. Use it
    as `Authorization: Bearer $(tenantry token --email ada@example.com)`.
    """
    from models.errors import InputError
    from server.cli.console import error_console, fail
    from server.development.issuer import KEY_FILE, DevelopmentIssuer
    from server.settings.names import VAR

    if not (VAR / KEY_FILE).exists():
        error_console.print(
            f"A new issuer in {VAR.resolve()}: a server that was started in another folder refuses"
            f" its tokens."
        )
    try:
        issuer = DevelopmentIssuer(VAR)
        names = {"given_name": first_name, "family_name": last_name}
        typer.echo(
            issuer.token(email, verified=verified, minutes=minutes, subject=subject, **names)
        )
    except InputError as error:
        raise fail(str(error)) from error


@keys_app.command("create")
def create_key(
    name: Annotated[str, typer.Option(help="What the key is for, for the list.")],
) -> None:
    """Make a secret key and print it. It is shown once: only its digest is kept."""
    from server.cli import commands

    commands.create_key(name)


@keys_app.command("list")
def list_keys(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """List the secret keys: id, first letters, when made, when revoked, name."""
    from server.cli import commands

    commands.list_keys(as_json=as_json)


@keys_app.command("revoke")
def revoke_key(
    key: Annotated[str, typer.Argument(help="The key's id, or its first letters as `list` shows.")],
) -> None:
    """Revoke a secret key: the next request with it is refused."""
    from server.cli import commands

    commands.revoke_key(key)


@keys_app.command("rotate-signing")
def rotate_signing() -> None:
    """Make a new key for session tokens.

    Tokens of the key before it are good until they lapse, a minute later.

    Running servers sign with the new key within seconds. The old public key stays published for ten
    minutes. Needs the TENANTRY_SECRET of the server, which `tenantry secret rotate` replaces; for a
    development server run it in the folder where `tenantry dev` runs. Keys given by
    TENANTRY_SIGNING_KEYS are changed there.
    """
    from server.cli import commands

    commands.rotate_signing()


@secret_app.command("rotate")
def rotate_secret(
    discard_unreadable: Annotated[
        bool,
        typer.Option(
            "--discard-unreadable",
            help="Give up what no secret in TENANTRY_SECRET can decrypt, when the old secret is"
            " lost.",
        ),
    ] = False,
) -> None:
    """Replace TENANTRY_SECRET without breaking tokens, webhooks or invitation links.

    1. Put the new secret first and keep the old one: `TENANTRY_SECRET=NEW,OLD`. Restart every
      `serve` and `worker`
    with it.

    2. Run `tenantry secret rotate` with the same TENANTRY_SECRET. Everything that is stored
      encrypted (keys that sign
    session tokens, keys that sign invitation links, webhook secrets) is encrypted under NEW, all of
      it or nothing.
    Servers keep running, and the command can be run again.

    3. Remove OLD and restart: `TENANTRY_SECRET=NEW`. Links of open invitations stay valid until
      they expire.

    `serve` and `worker` refuse to start without a secret that is still needed, and `tenantry
    doctor` names what is missing. To restart processes one by one, first restart them with
    `OLD,NEW`, then with `NEW,OLD`: a process that does not have NEW yet can't read what others
    encrypt under it.

    For a development server without TENANTRY_SECRET, OLD is the content of
    ./var/development-secret.

    The keys and webhook secrets themselves stay the same. If OLD was exposed together with the
    database, also run `tenantry keys rotate-signing`, call `rotateWebhookSecret` for each endpoint,
    and resend open invitations.

    With `--discard-unreadable`, a webhook secret that can't be decrypted is replaced by a new one,
    which its receiver needs; a key that can't be decrypted is deleted, and session tokens or
    invitation links that it signed are invalid.
    """
    from server.cli import commands

    commands.rotate_secret(discard_unreadable=discard_unreadable)


@roles_app.command("export")
def export_roles(
    to: Annotated[
        Path | None, typer.Option(help="The file to write; standard output when absent.")
    ] = None,
) -> None:
    """Print all custom permissions, roles and role sets
    as YAML: sorted, so that equal models are equal files.
    """
    from server.cli import roles

    roles.export_roles(to)


@roles_app.command("apply")
def apply_roles(
    file: Annotated[
        Path, typer.Argument(help="The YAML file, such as `tenantry roles export` writes.")
    ],
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Show the difference, try it, undo it; tells every refusal."
        ),
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Apply without asking; needed where nobody can be asked.")
    ] = False,
) -> None:
    """Make permissions, roles and role sets what the file says, and show the difference first.

    All or nothing: when a part is refused, nothing changes, and each refusal is told with its line.
    What is not in the file is deleted. A role that leaves a role set needs one that its members
    get, under `mappings` of the set: `org:editor: org:member`. A role set that goes stays in the
    file as `replaced_with: role_set:primary`, with `mappings` where roles differ.
    """
    from server.cli import roles

    roles.apply_roles(file, dry_run=dry_run, yes=yes)


@app.command()
def seed(
    organizations: Annotated[
        int, typer.Option(min=0, max=1_000_000, help="How many organizations.")
    ] = 100,
    users: Annotated[int, typer.Option(min=0, max=10_000_000, help="How many users.")] = 1_000,
    sequence: Annotated[
        int, typer.Option(min=1, max=1_000, help="Another number makes other people.")
    ] = 1,
) -> None:
    """Fill a development database with demo data, the same for the same numbers.

    Everybody joins an organization, some two or three, and half of all users the first one.

    The users belong to the development issuer: `tenantry token --email user0.1@example.com` signs
    in as the first of sequence 1. All or nothing: an interrupted seed leaves nothing behind.
    """
    from server.cli import commands

    commands.seed(organizations, users, sequence)


@app.command("export-schema")
def export_schema(
    to: Annotated[
        Path | None, typer.Option(help="The file to write; standard output when absent.")
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help=f"Write nothing; fail when the file (without --to: {SDL}) differs."
        ),
    ] = False,
) -> None:
    """Print the schema in the schema definition language, sorted."""
    from schema import schema
    from schema.foundation.sdl import sdl
    from server.cli.console import fail

    text = sdl(schema)
    if check:
        file = to or SDL
        if not file.exists() or file.read_text() != text:
            raise fail(
                f"{file} is not the schema of the code. Run: tenantry export-schema --to {file}"
            )
    elif to:
        to.write_text(text)
    else:
        sys.stdout.write(text)


@app.command("doctor")
def examine(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The port of a server on this machine.")
    ] = None,
) -> None:
    """Check settings, database, workers, mail server and identity providers.

    Says what to do about what is wrong.

    Asks a server that listens on this machine whether it's ready: at --port, else at the port of
      TENANTRY_PUBLIC_URL or
    8000. Changes nothing. Exit code 1 when something is wrong.
    """
    from server.cli import commands

    commands.examine(port)


def main() -> None:
    app()
