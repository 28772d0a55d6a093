"""`tenantry roles`: the role model as one file."""

import typer

from server.cli.files.options import DryRun, File, To, Yes

app = typer.Typer(
    no_args_is_help=True, help="Manage permissions, roles, and role sets in one file."
)


@app.command("export")
def export_roles(to: To = None) -> None:
    """Print all custom permissions, roles, and role sets as YAML.

    The output is sorted: the same roles always give the same file.
    """
    from server.cli.files import model_files
    from server.cli.files.role_model import ROLES

    model_files.export_model(ROLES, to)


@app.command("apply")
def apply_roles(file: File, dry_run: DryRun = False, yes: Yes = False) -> None:
    """Change permissions, roles, and role sets to match a file, after showing the changes.

    The changes are applied completely or not at all. If one can't be applied, nothing changes, and
    each error is reported with its line.

    Everything that the file leaves out is deleted. To remove a role from a role set, map it to
    another role in the `mappings` of the set, such as `org:editor: org:member`. To delete a role
    set, replace its entry with `replaced_with: role_set:primary`, and add `mappings` if its roles
    differ.
    """
    from server.cli.files import model_files
    from server.cli.files.role_model import ROLES

    model_files.apply_file(ROLES, file, dry_run=dry_run, yes=yes)
