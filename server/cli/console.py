"""How commands talk to the person: answers to
standard output, everything else to standard error.
"""

import typer
from rich.console import Console

from models.validation.text import escape_controls

# Without emoji: rich would make a picture of `org:key:read`.
console = Console(highlight=False, soft_wrap=True, emoji=False)
error_console = Console(highlight=False, soft_wrap=True, emoji=False, stderr=True)


def fail(*sentences: str) -> typer.Exit:
    """The end of a command, told in sentences; raise it."""
    for sentence in sentences:
        error_console.print(escape_controls(sentence), style="bold red", markup=False)
    return typer.Exit(2)
