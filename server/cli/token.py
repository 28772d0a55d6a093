"""`tenantry token`."""

from typing import Annotated

import typer


def token(
    email: Annotated[
        str, typer.Option(help="The email address of the user, such as ada@example.com.")
    ],
    verified: Annotated[bool, typer.Option(help="Whether the email address is verified.")] = True,
    subject: Annotated[
        str | None,
        typer.Option(help="The subject. By default, it is derived from the email address."),
    ] = None,
    first_name: Annotated[str | None, typer.Option(help="The first name of the user.")] = None,
    last_name: Annotated[str | None, typer.Option(help="The last name of the user.")] = None,
    minutes: Annotated[
        int, typer.Option(min=1, max=525_600, help="The number of minutes until the token expires.")
    ] = 720,
) -> None:
    """Create an identity token for a development server. Production servers reject it.

    Run the command in the folder where `tenantry dev` runs, because the key of the built-in issuer
    is there, in ./var. Send the token as
    `Authorization: Bearer $(tenantry token --email ada@example.com)`.
    """
    from models.errors import InputError
    from server.cli.console import error_console, fail
    from server.development.issuer import KEY_FILE, DevelopmentIssuer
    from server.settings.names import VAR

    if not (VAR / KEY_FILE).exists():
        error_console.print(
            f"Created an issuer in {VAR.resolve()}. A server that was started in another folder"
            " rejects its tokens."
        )
    try:
        issuer = DevelopmentIssuer(VAR)
        names = {"given_name": first_name, "family_name": last_name}
        typer.echo(
            issuer.token(email, verified=verified, minutes=minutes, subject=subject, **names)
        )
    except InputError as error:
        raise fail(str(error)) from error
