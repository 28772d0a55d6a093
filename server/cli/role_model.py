"""What `roles export` and `roles apply` do."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import typer

from models.validation.text import escape_controls
from resolvers.role_model.apply import MovedOn, apply_model, compare
from resolvers.role_model.model import ModelError, load_model
from resolvers.transaction import Transaction
from server.cli.console import console, fail
from server.cli.runner import run_in_transaction
from server.roles_file.diff import render_differences
from server.roles_file.document import LIMIT, RoleFile, read_role_file
from server.roles_file.dump import dump_model
from server.roles_file.yaml_lines import add_lines

STANDARD_INPUT = Path("-")
STYLES = {"+": "green", "-": "red", "~": "yellow"}

T = TypeVar("T")


class DryRun(Exception):
    """The end of a dry run, which rolls everything back."""


def export_roles(to: Path | None) -> None:
    text = dump_model(run_in_transaction(load_model))
    if to is None:
        sys.stdout.write(text)
        return
    try:
        to.write_text(text, encoding="utf-8")
    except OSError as error:
        raise fail(f"{to}: {error.strerror}") from error


def apply_roles(path: Path, *, dry_run: bool, yes: bool) -> None:
    file = load_file(path)
    differences = run_with_lines(path, file, lambda tx: compare(tx, file.wanted))
    if differences.is_empty:
        console.print("Nothing to change.")
        return
    for line in render_differences(differences, file.wanted):
        console.print(escape_controls(line), style=STYLES.get(line.strip()[:1]), markup=False)

    async def apply(tx: Transaction) -> None:
        await apply_model(tx, file.wanted, differences)
        if dry_run:
            await tx.session.flush()
            raise DryRun

    if not dry_run:
        ensure_confirmed(yes=yes)
    try:
        run_with_lines(path, file, apply)
    except DryRun:
        console.print("The file can be applied. This was a dry run, so nothing was changed.")
    else:
        console.print("Applied.")


def load_file(path: Path) -> RoleFile:
    try:
        if path == STANDARD_INPUT:
            return read_role_file(sys.stdin.buffer.read(LIMIT + 1))
        with path.open("rb") as file:
            return read_role_file(file.read(LIMIT + 1))
    except OSError as error:
        raise fail(f"{path}: {error.strerror}") from error
    except ModelError as error:
        raise fail_at(path, error) from error


def run_with_lines(
    path: Path, file: RoleFile, operation: Callable[[Transaction], Awaitable[T]]
) -> T:
    """Runs the operation in a transaction; an error ends the command with the lines of the file."""
    try:
        return run_in_transaction(operation)
    except ModelError as error:
        raise fail_at(path, ModelError(add_lines(error.problems, file.lines))) from error
    except MovedOn as error:
        raise fail(
            "Someone else has changed the roles in the meantime. Nothing was changed. Run the"
            " command again."
        ) from error


def fail_at(path: Path, error: ModelError) -> typer.Exit:
    return fail(*(f"{path}: {fault.message}" for fault in error.problems))


def ensure_confirmed(*, yes: bool) -> None:
    """Asks the person at the terminal; without a terminal, `--yes` is needed."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise fail(
            "Nothing was changed. To apply the file without a prompt, add --yes. To try it, add"
            " --dry-run."
        )
    if not typer.confirm("Apply these changes?", err=True):
        raise fail("Nothing was changed.")
