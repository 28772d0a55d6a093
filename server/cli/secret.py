"""`tenantry secret`: the root secret."""

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="The root secret, TENANTRY_SECRET.")


@app.command("rotate")
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
      `serve` and `worker` with it.

    2. Run `tenantry secret rotate` with the same TENANTRY_SECRET. Everything that is stored
      encrypted (keys that sign session tokens, keys that sign invitation links, webhook secrets)
      is encrypted under NEW, all of it or nothing. Servers keep running, and the command can be
      run again.

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
    from server.cli import root_secret

    root_secret.rotate_secret(discard_unreadable=discard_unreadable)
