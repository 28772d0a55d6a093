"""What `roles export` and `roles apply` do."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import typer

from models.validation.text import escape_controls
from resolvers.role_model.apply import MovedOn, apply_model, compare
from resolvers.role_model.model import Differences, ModelError, load_model
from resolvers.transaction import Transaction
from server.cli.commands import in_work
from server.cli.console import console, fail
from server.roles_file.diff import render_differences
from server.roles_file.document import LIMIT, RoleFile, dump_model, read_role_file
from server.roles_file.yaml_lines import construct

STYLES = {"+": "green", "-": "red", "~": "yellow"}

T = TypeVar("T")


class _Undone(Exception):
    """The end of a dry run: what was done is rolled back."""


def export_roles(to: Path | None) -> None:
    text = dump_model(in_work(load_model))
    if to is None:
        sys.stdout.write(text)
        return
    try:
        to.write_text(text, encoding="utf-8")
    except OSError as error:
        raise fail(f"{to}: {error.strerror}") from error


def apply_roles(path: Path, *, dry_run: bool, yes: bool) -> None:
    file = _read(path)
    differences = _told(path, file, lambda tx: compare(tx, file.wanted))
    if differences.is_empty:
        console.print("Nothing to change.")
        return
    _show(differences, file)
    if dry_run:
        _try(path, file, differences)
        return
    _ensure_wanted(yes=yes)
    _told(path, file, lambda tx: apply_model(tx, file.wanted, differences))
    console.print("Applied.")


def _refused(path: Path, error: ModelError) -> typer.Exit:
    return fail(*(f"{path}: {fault.message}" for fault in error.problems))


def _read(path: Path) -> RoleFile:
    try:
        with path.open("rb") as opened:
            return read_role_file(opened.read(LIMIT + 1))
    except OSError as error:
        raise fail(f"{path}: {error.strerror}") from error
    except ModelError as error:
        raise _refused(path, error) from error


def _told(path: Path, file: RoleFile, operation: Callable[[Transaction], Awaitable[T]]) -> T:
    """Runs the operation in a transaction; what is refused
    is told with its line, and nothing has changed.
    """
    try:
        return in_work(operation)
    except ModelError as error:
        raise _refused(path, ModelError(construct(error.problems, file.lines))) from error
    except MovedOn as error:
        raise fail(
            "Somebody else has changed the roles meanwhile: nothing was changed, start again."
        ) from error


def _show(differences: Differences, file: RoleFile) -> None:
    for line in render_differences(differences, file.wanted):
        console.print(escape_controls(line), style=STYLES.get(line.strip()[:1]), markup=False)


def _try(path: Path, file: RoleFile, differences: Differences) -> None:
    """Does all of it and undoes it, so that a dry run tells the refusals too."""

    async def undone(tx: Transaction) -> None:
        await apply_model(tx, file.wanted, differences)
        await tx.session.flush()
        raise _Undone

    try:
        _told(path, file, undone)
    except _Undone:
        console.print("It can be applied. Nothing was changed: this was a dry run.")


def _ensure_wanted(*, yes: bool) -> None:
    """Asks the person at the terminal; where there is none, it has to be said beforehand."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise fail(
            "Nothing was changed: give --yes to apply it without being asked, or --dry-run to try"
            " it."
        )
    if not typer.confirm("Apply this?", err=True):
        raise fail("Nothing was changed.")
