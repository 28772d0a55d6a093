"""How a command ends that can't do what it was asked for."""

import typer

from models.validation.text import escape_controls


def fail(*sentences: str) -> typer.Exit:
    """Prints why the command ends; raise the result."""
    for sentence in sentences:
        typer.secho(escape_controls(sentence), fg=typer.colors.RED, bold=True, err=True)
    return typer.Exit(2)
