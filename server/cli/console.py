"""How commands talk to the person: answers to standard output, everything else to standard error."""

import typer
from rich.console import Console

from models.validation.text import escaped

# Without emoji: rich would make a picture of `org:key:read`.
out = Console(highlight=False, soft_wrap=True, emoji=False)
err = Console(highlight=False, soft_wrap=True, emoji=False, stderr=True)


def fail(*sentences: str) -> typer.Exit:
    """The end of a command, told in sentences; raise it."""
    for sentence in sentences:
        err.print(escaped(sentence), style="bold red", markup=False)
    return typer.Exit(2)
