"""`tenantry export-schema`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

SDL = Path("graphql/schema.graphql")


def export_schema(
    to: Annotated[
        Path | None, typer.Option(help="The file to write. Defaults to standard output.")
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Write nothing, and fail if the file differs from the schema. Without --to, check"
            f" {SDL}.",
        ),
    ] = False,
) -> None:
    """Print the GraphQL schema in the schema definition language (SDL), sorted."""
    from schema import get_schema
    from schema.foundation.sdl import sdl
    from server.cli.runtime.failures import fail

    text = sdl(get_schema())
    if check:
        file = to or SDL
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            raise fail(
                f"{file} differs from the schema in the code. Run: tenantry export-schema --to"
                f" {file}"
            )
    elif to:
        to.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
