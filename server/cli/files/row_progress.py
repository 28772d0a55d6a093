"""A progress bar that counts rows."""

from collections.abc import Generator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as ProgressBar

from server.cli.runtime.console import error_console
from server.export.progress import Progress


@contextmanager
def show_progress() -> Generator[Progress]:
    """Shows a bar for each phase, unless standard error isn't a terminal."""
    with ProgressBar(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=error_console,
        transient=True,
        disable=not error_console.is_terminal,
    ) as bar:

        def begin(what: str, rows: int) -> None:
            bar.add_task(what, total=rows)

        def advance(rows: int) -> None:
            bar.update(bar.task_ids[-1], advance=rows)

        yield Progress(begin, advance)
