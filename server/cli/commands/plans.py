"""`tenantry plans`: the features and plans as one file."""

import typer

from server.cli.files.options import DryRun, File, To, Yes

app = typer.Typer(no_args_is_help=True, help="Manage features and plans in one file.")


@app.command("export")
def export_plans(to: To = None) -> None:
    """Print all features and plans as YAML.

    The output is sorted, so that equal plans have equal files.
    """
    from server.cli.files import model_files
    from server.cli.files.catalogue import PLANS

    model_files.export_model(PLANS, to)


@app.command("apply")
def apply_plans(file: File, dry_run: DryRun = False, yes: Yes = False) -> None:
    """Change features and plans to match a file, after showing the changes.

    The changes are applied completely or not at all. If one can't be applied, nothing changes, and
    each error is reported with its line. You can apply a file before you enable billing.

    Every feature that the file leaves out is deleted. To delete a plan, replace its entry with
    `replaced_with: pro`: its subscriptions get that plan.
    """
    from server.cli.files import model_files
    from server.cli.files.catalogue import PLANS

    model_files.apply_file(PLANS, file, dry_run=dry_run, yes=yes)
