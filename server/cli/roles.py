"""`tenantry roles`: the role model as one file."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True, help="Permissions, roles and role sets: the whole model as one file."
)


@app.command("export")
def export_roles(
    to: Annotated[
        Path | None, typer.Option(help="The file to write; standard output when absent.")
    ] = None,
) -> None:
    """Print all custom permissions, roles and role sets as YAML.

    Sorted, so that equal models are equal files.
    """
    from server.cli import role_model

    role_model.export_roles(to)


@app.command("apply")
def apply_roles(
    file: Annotated[
        Path,
        typer.Argument(
            help="The YAML file, such as `tenantry roles export` writes; `-` for standard input."
        ),
    ],
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Show the difference, try it, undo it; tells every refusal."
        ),
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Apply without asking; needed where nobody can be asked.")
    ] = False,
) -> None:
    """Make permissions, roles and role sets what the file says, and show the difference first.

    All or nothing: when a part is refused, nothing changes, and each refusal is told with its line.
    What is not in the file is deleted. A role that leaves a role set needs one that its members
    get, under `mappings` of the set: `org:editor: org:member`. A role set that goes stays in the
    file as `replaced_with: role_set:primary`, with `mappings` where roles differ.
    """
    from server.cli import role_model

    role_model.apply_roles(file, dry_run=dry_run, yes=yes)
