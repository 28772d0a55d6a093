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
    from pathlib import Path

    from models.errors.input import InputError
    from server.cli.runtime.console import error_console
    from server.cli.runtime.failures import fail
    from server.development.files import SECRET_KEY_FILE
    from server.development.issuer import DevelopmentIssuer
    from server.settings.names import VAR

    try:
        issuer = DevelopmentIssuer(VAR)
        names = {"given_name": first_name, "family_name": last_name}
        minted = issuer.token(email, verified=verified, minutes=minutes, subject=subject, **names)
    except InputError as error:
        raise fail(str(error)) from error
    if not (VAR / SECRET_KEY_FILE).exists():
        error_console.print(
            f"No development server has run in {Path.cwd()}. A server that runs in another folder"
            " rejects this token.",
            markup=False,
        )
    typer.echo(minted)
