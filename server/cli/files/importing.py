"""What the commands of `tenantry import` do."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from models import base
from models.database.store import Store
from models.validation.text import escape_controls
from resolvers.importing.choices import Missing
from resolvers.importing.records import ImportOptions, Kind
from resolvers.importing.report import Outcome, Report
from server.cli.runtime.console import console, error_console
from server.cli.runtime.database import ensure_migrated
from server.cli.runtime.environment import load_settings
from server.cli.runtime.failures import fail
from server.cli.runtime.runner import run
from server.importing.clerk.api import ClerkApi
from server.importing.clerk.folder import ClerkFolder
from server.importing.clerk.users_csv import ClerkUsersFile
from server.importing.report_file import write_report
from server.importing.role_names import read_role_names
from server.importing.run import Progress as ShowProgress
from server.importing.run import check, write
from server.importing.source import Source, SourceError
from server.settings.server import make_server

SECRET_KEY = "TENANTRY_IMPORT_SECRET_KEY"
REFUSED, SKIPPED = 2, 3


@contextmanager
def explain_source() -> Generator[None]:
    """Ends the command with a sentence if the source can't be read."""
    try:
        yield
    except SourceError as error:
        raise fail(*str(error).split("\n")) from error
    except OSError as error:
        raise fail(f"{error.filename}: {error.strerror or error}") from error


@contextmanager
def open_clerk(path: Path | None, api_url: str | None) -> Generator[Source]:
    if (path is None) == (api_url is None):
        raise fail("Give either a PATH or --api-url.")
    with explain_source():
        if path is not None:
            yield ClerkFolder(path) if path.is_dir() else ClerkUsersFile(path)
            return
        secret_key = os.environ.get(SECRET_KEY, "").strip()
        if not secret_key:
            raise fail(f"{SECRET_KEY} must be set to the secret key of the API.")
        with TemporaryDirectory(prefix="tenantry-import-") as folder:
            _download(ClerkApi(api_url or "", secret_key), Path(folder))
            yield ClerkFolder(Path(folder))


def _download(api: ClerkApi, folder: Path) -> None:
    with _make_bar() as bar:
        tasks: dict[str, TaskID] = {}

        def progress(name: str, number: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(f"Read {name}", total=None)
            bar.update(tasks[name], advance=number, refresh=True)

        api.download(folder, progress)


def _make_bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=error_console,
        auto_refresh=False,
    )


# ---------------------------------------------------------------------------------------- options


def make_options(
    source: str, *, issuer: str | None, roles: Path | None, **given: Any
) -> ImportOptions:
    settings = load_settings()
    issuers = [one.issuer for one in settings.identity_issuers]
    if issuer is None and len(issuers) == 1:
        issuer = issuers[0]
    if not issuers:
        raise fail(
            "TENANTRY_IDENTITY_ISSUERS: no identity provider is configured. Add the one whose"
            " tokens have the imported IDs of users as `sub`."
        )
    if issuer not in issuers:
        raise fail(f"--issuer must be one of: {', '.join(issuers)}.")
    with explain_source():
        names = read_role_names(roles) if roles else dict[str, str]()
    return ImportOptions(source=source, issuer=issuer, roles=names, **given)


# ----------------------------------------------------------------------------------------- import


def import_source(
    source: Source, options: ImportOptions, *, is_trial: bool, report_file: Path | None
) -> None:
    """Imports the source, prints the report, and ends the command with its exit code."""
    settings = load_settings()
    if report_file:
        with explain_source():
            # Fails now if the file can't be written, instead of after the import.
            write_report(report_file, [])

    async def use(store: Store) -> tuple[Report, bool]:
        await ensure_migrated(store)
        server = make_server(settings, store, base.now)
        if options.sends_mail and not server.can_mail:
            raise fail("--notify: this server can't send email. Set TENANTRY_SMTP_URL.")
        total = None
        if is_trial or options.missing is Missing.FAIL:
            with _make_bar() as bar:
                report = await check(server, source, options, _show(bar, "Check", None))
            if is_trial or report.refused:
                return report, False
            total = report
        with _make_bar() as bar:
            return await write(server, source, options, _show(bar, "Import", total)), True

    report, is_imported = run(settings, use)
    _print(report)
    if report_file:
        with explain_source():
            write_report(report_file, report.problems)
    # What has changed since the check can still be refused, when the rest is imported.
    is_stopped = options.missing is Missing.FAIL and not is_imported
    if is_trial:
        console.print("This was a dry run, so nothing was imported.")
    elif not is_imported:
        console.print("Nothing was imported. To leave out what is refused, use --missing skip.")
    if report.refused:
        raise typer.Exit(REFUSED if is_stopped else SKIPPED)


def _show(bar: Progress, verb: str, total: Report | None) -> ShowProgress:
    """Shows a bar for each kind; with the report of a check, how much there is."""
    tasks: dict[Kind, TaskID] = {}

    def progress(kind: Kind, number: int) -> None:
        if kind not in tasks:
            tasks[kind] = bar.add_task(f"{verb} {kind.value}", total=total and total.number(kind))
        bar.update(tasks[kind], advance=number, refresh=True)

    return progress


def _print(report: Report) -> None:
    for problem in report.problems:
        kind = "warning: " if problem.is_warning else ""
        line = f"{problem.place} {problem.code} {kind}{problem.message}"
        console.print(escape_controls(line), markup=False)
    for kind in Kind:
        counts = [
            f"{report.counts[kind, outcome]} {outcome.value}"
            for outcome in Outcome
            if report.counts[kind, outcome]
        ]
        if counts:
            console.print(f"{kind.value.capitalize()}: {', '.join(counts)}.")
    left = [f"{number} {name}" for name, number in sorted(report.left.items()) if number]
    if left:
        console.print(f"Not imported: {', '.join(left)}.")
