"""`tenantry import clerk`: its options, its report, its exit code, and its end by a signal."""

import asyncio
import os
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from models.database.store import Store
from resolvers.importing.records import Kind
from resolvers.importing.report import Report
from server.cli.files import importing
from server.importing.clerk.folder import LISTS
from server.importing.run import check
from tests.importing.support import ISSUER, imported
from tests.support.api import contents, test_issuer
from tests.support.data.clerk_export import (
    clerk_membership,
    clerk_user,
    write_company,
    write_list,
)
from tests.support.http import ONLY_SQLITE
from tests.support.processes.commands import (
    PRODUCTION,
    START_SECONDS,
    Running,
    done,
    invoke,
    process,
    refused,
)
from tests.support.servers.smtp import until

SETTINGS = {**PRODUCTION, "TENANTRY_LOG_LEVEL": "error"}


async def run(store: Store, *arguments: str, **environment: str) -> Result:
    """Runs the command in a thread, because it has a loop of its own."""
    url = store.url.render_as_string(hide_password=False)
    settings = {**SETTINGS, "TENANTRY_DATABASE_URL": url, **environment}
    return await asyncio.to_thread(invoke, "import", "clerk", *arguments, **settings)


@ONLY_SQLITE
async def test_the_exit_code_and_the_report_say_what_happened(store: Store, tmp_path: Path) -> None:
    folder, report = tmp_path / "clerk", tmp_path / "report.csv"
    write_company(folder, users=4, organizations=1)
    write_list(folder / "memberships", "org_000000", [clerk_membership(0, 9, "=org:admin")])
    empty = await contents(store)

    stopped = await run(store, str(folder), "--report", str(report))
    trial = await run(store, str(folder), "--missing", "skip", "--dry-run")
    after = await contents(store)
    skipped = await run(store, str(folder), "--missing", "skip")
    (folder / "memberships" / "org_000000" / "1.json").unlink()
    clean = await run(store, str(folder))

    lines = [
        "memberships/org_000000/1.json:2 resource_not_found The user 'user_000009' isn't here: the"
        " source lacks it, or it was refused.",
        "memberships/org_000000/1.json:2 resource_not_found The organization's role set doesn't"
        " contain the role '=org:admin'.",
    ]
    for result, code in ((stopped, 2), (trial, 3), (skipped, 3)):
        assert result.exit_code == code
        assert result.stdout.splitlines()[:2] == lines
        assert "Users: 4 created." in result.stdout
        assert "Memberships: 1 refused." in result.stdout
        assert "Not imported: 4 passwords." in result.stdout
    assert "Nothing was imported." in stopped.stdout
    assert "dry run" in trial.stdout
    assert after == empty
    assert len(report.read_text().splitlines()) == 3
    assert "Users: 4 unchanged." in done(clean)


@ONLY_SQLITE
async def test_what_changes_after_the_check_is_left_out(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what the check refuses keeps everything out."""
    folder = tmp_path / "clerk"
    write_company(folder, users=2, organizations=1)

    async def change_after_check(*given: Any) -> Report:
        report = await check(*given)
        write_list(folder, "users", [clerk_user(0), clerk_user(1, first_name="<b>")])
        return report

    monkeypatch.setattr(importing, "check", change_after_check)
    result = await run(store, str(folder))

    assert result.exit_code == 3
    assert "Users: 1 created, 1 refused." in result.stdout
    assert "Nothing was imported" not in result.stdout
    assert len((await imported(store))["user"]) == 1


@ONLY_SQLITE
async def test_options_that_can_not_be_used_are_told(store: Store, tmp_path: Path) -> None:
    folder, roles = tmp_path / "clerk", tmp_path / "roles.yaml"
    write_company(folder, users=1, organizations=1)
    roles.write_text("role: {a: b}")
    other = test_issuer().model_copy(update={"issuer": "https://other.example.com"})
    issuers = ",".join(
        issuer.model_dump_json(exclude_none=True) for issuer in (test_issuer(), other)
    )

    refused(await run(store), "Give either a PATH or --api-url.")
    refused(await run(store, str(folder), "--api-url", "http://x"), "Give either a PATH")
    refused(await run(store, "--api-url", "http://x"), "TENANTRY_IMPORT_SECRET_KEY must be set")
    key = {"TENANTRY_IMPORT_SECRET_KEY": "sk_test"}
    refused(await run(store, "--api-url", "http://x", **key), "http://x: use https")
    refused(await run(store, str(tmp_path / "nothing")), "No such file or directory")
    refused(await run(store, str(folder), "--issuer", "https://x"), f"must be one of: {ISSUER}.")
    several = {"TENANTRY_IDENTITY_ISSUERS": f"[{issuers}]"}
    refused(await run(store, str(folder), **several), "--issuer must be one of")
    refused(await run(store, str(folder), "--roles", str(roles)), "missing", "unknown")
    (tmp_path / "of_folders" / "users.json").mkdir(parents=True)
    unreadable = await run(store, str(tmp_path / "of_folders"))
    assert unreadable.exit_code == 2
    assert unreadable.stderr.split() == f"{tmp_path}/of_folders/users.json: Is a directory".split()
    refused(await run(store, str(folder), "--notify"), "--notify: this server can't send email")
    report = str(tmp_path / "nothing" / "report.csv")
    refused(await run(store, str(folder), "--report", report), f"{report}: No such file")
    assert not (await imported(store))["user"]


@pytest.mark.slow
async def test_an_import_that_is_killed_in_each_phase_goes_on(store: Store, tmp_path: Path) -> None:
    """The command is killed while it reads the last page of a list, which is a pipe."""
    folder = tmp_path / "clerk"
    write_company(folder, users=1_200, organizations=2)
    write_list(folder, "role_sets", [])
    for kind in Kind:
        pipe = folder / LISTS[kind].name / "999.json"
        os.mkfifo(pipe)
        with _importing(store, folder) as command:
            writer = await _open_pipe(command, pipe)
            command.kill()
            assert command.wait() == -9
        os.close(writer)
        pipe.unlink()
        # The batches of the lists before, and of the full batch of users.
        rows = await imported(store)
        assert len(rows["user"]) == (0 if kind in EARLY else 1_000 if kind is Kind.USERS else 1_200)

    with _importing(store, folder) as command:
        assert await asyncio.to_thread(command.wait) == 0
    rows = await imported(store)
    assert {name: len(rows[name]) for name in ("user", "organization", "invitation", "domain")} == {
        "user": 1_200,
        "organization": 2,
        "invitation": 2,
        "domain": 2,
    }
    assert len(rows["membership"]) == 2_000


EARLY = (Kind.PERMISSIONS, Kind.ROLES, Kind.ROLE_SETS)


async def _open_pipe(command: Running, pipe: Path) -> int:
    """Waits until the command reads the pipe: only then can it be opened."""
    writers: list[int] = []

    def is_read() -> bool:
        assert command.poll() is None
        with suppress(OSError):
            writers.append(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
        return bool(writers)

    await until(is_read, seconds=START_SECONDS)
    return writers[0]


def _importing(store: Store, folder: Path) -> AbstractContextManager[Running]:
    url = store.url.render_as_string(hide_password=False)
    settings = {**SETTINGS, "TENANTRY_DATABASE_URL": url}
    arguments = ("import", "clerk", str(folder), "--missing", "skip")
    return process(*arguments, folder=folder, **settings)
