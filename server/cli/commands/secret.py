"""`tenantry secret`: the root secret."""

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Replace the root secret, TENANTRY_SECRET.")


@app.command("rotate")
def rotate_secret(
    discard_unreadable: Annotated[
        bool,
        typer.Option(
            "--discard-unreadable",
            help="Discard everything that no secret in TENANTRY_SECRET can decrypt. Use this if the"
            " old secret is lost.",
        ),
    ] = False,
) -> None:
    """Replace TENANTRY_SECRET without breaking tokens, webhooks, or invitation links.

    1. Put the new secret first and keep the old one: `TENANTRY_SECRET=NEW,OLD`. Restart every
      `serve` and `worker` with it.

    2. Run `tenantry secret rotate` with the same TENANTRY_SECRET. It encrypts everything that is
      stored encrypted (keys that sign session tokens, keys that sign invitation links, and webhook
      secrets) with NEW, completely or not at all. Servers keep running, and you can run the
      command again.

    3. Remove OLD and restart: `TENANTRY_SECRET=NEW`. Links of pending invitations stay valid until
      they expire.

    `serve` and `worker` refuse to start without a secret that is still needed, and `tenantry
    doctor` reports what is missing. To restart processes one by one, first restart them with
    `OLD,NEW`, and then with `NEW,OLD`: a process that doesn't have NEW yet can't read what others
    encrypt with it.

    For a development server without TENANTRY_SECRET, OLD is the content of
    ./var/development-secret.

    The keys and webhook secrets themselves stay the same. If OLD was exposed together with the
    database, also run `tenantry keys rotate-signing`, call `rotateWebhookSecret` for each endpoint,
    and resend pending invitations.

    With `--discard-unreadable`, a webhook secret that can't be decrypted is replaced by a new one,
    which you must give to its receiver. A key that can't be decrypted is deleted, and the session
    tokens or invitation links that it signed become invalid.
    """
    from server.cli.runtime import root_secret

    root_secret.rotate_secret(discard_unreadable=discard_unreadable)
