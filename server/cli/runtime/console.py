"""How commands talk to people: answers to standard output, everything else to standard error."""

from collections.abc import Sequence

import typer
from rich.console import Console

from models.validation.text import escape_controls

# Without emoji: rich would replace the `:key:` in `org:key:read` with a picture.
console = Console(highlight=False, soft_wrap=True, emoji=False)
error_console = Console(highlight=False, soft_wrap=True, emoji=False, stderr=True)


def print_columns(head: Sequence[str], rows: Sequence[Sequence[str | None]]) -> None:
    """Prints columns that stay whole in a pipe, whatever the width of the terminal."""
    lines = [head, *([escape_controls(cell or "-") for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=True)]
        typer.echo("  ".join(cells).rstrip())
