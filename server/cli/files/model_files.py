"""What the commands `export` and `apply` of a model in a file do."""

import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import typer

from models.validation.text import escape_controls
from resolvers.foundation.model_changes import ModelError, MovedOn
from resolvers.foundation.transaction import Transaction
from server.cli.runtime.console import console
from server.cli.runtime.failures import fail
from server.cli.runtime.runner import run_in_transaction
from server.yaml_files.shape import LIMIT
from server.yaml_files.yaml_lines import Lines, add_lines

STANDARD_INPUT = Path("-")
STYLES = {"+": "green", "-": "red", "~": "yellow"}


class AnyDifferences(Protocol):
    @property
    def is_empty(self) -> bool: ...


T = TypeVar("T")
WantedT = TypeVar("WantedT")
DifferencesT = TypeVar("DifferencesT", bound=AnyDifferences)


@dataclass(frozen=True, slots=True)
class ModelFile(Generic[WantedT, DifferencesT]):
    """A kind of file, and how what it describes is applied."""

    # What the file is about, for messages.
    name: str
    dump: Callable[[Transaction], Awaitable[str]]
    read: Callable[[bytes], tuple[WantedT, Lines]]
    compare: Callable[[Transaction, WantedT], Awaitable[DifferencesT]]
    render: Callable[[DifferencesT, WantedT], list[str]]
    apply: Callable[[Transaction, WantedT, DifferencesT], Awaitable[None]]


class DryRun(Exception):
    """The end of a dry run, which rolls everything back."""


def export_model(kind: ModelFile[WantedT, DifferencesT], to: Path | None) -> None:
    text = run_in_transaction(kind.dump)
    if to is None:
        sys.stdout.write(text)
        return
    try:
        to.write_text(text, encoding="utf-8")
    except OSError as error:
        raise fail(f"{to}: {error.strerror}") from error


def apply_file(
    kind: ModelFile[WantedT, DifferencesT], path: Path, *, dry_run: bool, yes: bool
) -> None:
    wanted, lines = load_file(kind, path)

    def run(operation: Callable[[Transaction], Awaitable[T]]) -> T:
        return run_with_lines(path, lines, kind.name, operation)

    differences = run(lambda tx: kind.compare(tx, wanted))
    if differences.is_empty:
        console.print("Nothing to change.")
        return
    for line in kind.render(differences, wanted):
        console.print(escape_controls(line), style=STYLES.get(line.strip()[:1]), markup=False)

    async def apply(tx: Transaction) -> None:
        await kind.apply(tx, wanted, differences)
        if dry_run:
            await tx.session.flush()
            raise DryRun

    if not dry_run:
        ensure_confirmed(yes=yes)
    try:
        run(apply)
    except DryRun:
        console.print("The file can be applied. This was a dry run, so nothing was changed.")
    else:
        console.print("Applied.")


def load_file(kind: ModelFile[WantedT, DifferencesT], path: Path) -> tuple[WantedT, Lines]:
    try:
        if path == STANDARD_INPUT:
            return kind.read(sys.stdin.buffer.read(LIMIT + 1))
        with path.open("rb") as file:
            return kind.read(file.read(LIMIT + 1))
    except OSError as error:
        raise fail(f"{path}: {error.strerror}") from error
    except ModelError as error:
        raise fail_at(path, error) from error


def run_with_lines(
    path: Path, lines: Lines, name: str, operation: Callable[[Transaction], Awaitable[T]]
) -> T:
    """Runs the operation in a transaction; an error ends the command with the lines of the file."""
    try:
        return run_in_transaction(operation)
    except ModelError as error:
        raise fail_at(path, ModelError(add_lines(error.problems, lines))) from error
    except MovedOn as error:
        raise fail(
            f"Someone else has changed the {name} in the meantime. Nothing was changed. Run the"
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
