"""`tenantry token`."""

from typing import Annotated

import typer


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
