"""The options of the commands `export` and `apply` of a model in a file."""

from pathlib import Path
from typing import Annotated

import typer

To = Annotated[Path | None, typer.Option(help="The file to write. Defaults to standard output.")]
File = Annotated[
    Path,
    typer.Argument(
        help="A YAML file like the output of the command `export`, or `-` for standard input."
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Show the changes and check that they can be applied, without applying them.",
    ),
]
Yes = Annotated[
    bool,
    typer.Option("--yes", help="Apply the changes without a prompt. Required without a terminal."),
]
