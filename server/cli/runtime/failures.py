"""How a command ends that can't do what it was asked for."""

import os

import typer

from models.validation.text import escape_controls


def fail(*sentences: str) -> typer.Exit:
    """Prints why the command ends; raise the result."""
    # Typer colors text on every terminal. Rich, which prints everything else, asks for these.
    is_plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    for sentence in sentences:
        typer.secho(
            escape_controls(sentence),
            fg=typer.colors.RED,
            bold=True,
            err=True,
            color=False if is_plain else None,
        )
    return typer.Exit(2)
