"""`tenantry export-schema`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

SDL = Path("graphql/schema.graphql")


def export_schema(
    to: Annotated[
        Path | None, typer.Option(help="The file to write; standard output when absent.")
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help=f"Write nothing; fail when the file (without --to: {SDL}) differs."
        ),
    ] = False,
) -> None:
    """Print the schema in the schema definition language, sorted."""
    from schema import schema
    from schema.foundation.sdl import sdl
    from server.cli.console import fail

    text = sdl(schema)
    if check:
        file = to or SDL
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            raise fail(
                f"{file} is not the schema of the code. Run: tenantry export-schema --to {file}"
            )
    elif to:
        to.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
