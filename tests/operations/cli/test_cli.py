"""The commands that end: what they do, what they say, and with which exit code."""

import asyncio
import json
import os
import re
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
import typer
from sqlalchemy import text

from models.database import limits
from models.database.revision import head
from models.database.store import Store
from schema import get_schema
from schema.foundation.sdl import sdl
from server import cli
from tests.operations.cli.test_settings import KEYS_URL, SECRET_KEY
from tests.support.processes.commands import (
    INSTALLED,
    PRODUCTION,
    done,
    invoke,
    refused,
    started,
    tenantry,
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the test's own, and none of the machine's settings."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --------------------------------------------------------------------------------------------- help


def commands() -> list[tuple[str, Any]]:
    top: Any = typer.main.get_command(cli.app)
    found = list(top.commands.items())
    groups = [
        (group, top.commands[group].commands.items())
        for group in ("import", "keys", "plans", "secret", "roles")
    ]
    return [
        *found,
        *((f"{group} {name}", one) for group, commands in groups for name, one in commands),
    ]


@pytest.mark.parametrize(("name", "command"), commands(), ids=[name for name, _ in commands()])
def test_help_is_the_manual(name: str, command: Any) -> None:
    shown = done(invoke(*name.split(), "--help"))

    assert command.help.splitlines()[0].endswith(".")
    for parameter in command.params:
        assert parameter.help, f"{name} {parameter.name}"
        assert parameter.help.endswith("."), f"{name} {parameter.name}"
    assert "Usage: tenantry" in shown


def test_without_a_command_there_is_the_list_of_them() -> None:
    result = invoke()

    for name, _ in commands():
        assert name.split()[0] in result.output


# --------------------------------------------------------------------------------- database trouble


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (
            "postgresql+asyncpg://ada:hunter2@127.0.0.1:1/orgs",
            "postgresql+asyncpg://ada:***@127.0.0.1:1/orgs can't be used",
        ),
        (
            "postgresql+asyncpg://ada:hunter2@nowhere.invalid/orgs",
            "nowhere.invalid/orgs can't be used",
        ),
        ("sqlite+aiosqlite:///garbage.db", "garbage.db can't be used: file is not a database"),
        ("sqlite+aiosqlite:////dev/null/x.db", "/dev/null"),
        (
            "mysql://x",
            "TENANTRY_DATABASE_URL must start with sqlite+aiosqlite:/// or postgresql+asyncpg://",
        ),
    ],
)
@pytest.mark.parametrize("command", [["migrate"], ["keys", "list"]])
def test_a_database_that_can_not_be_used_is_one_sentence(
    folder: Path, url: str, sentence: str, command: list[str]
) -> None:
    (folder / "garbage.db").write_bytes(b"garbage" * 1_000)

    result = invoke(*command, TENANTRY_DATABASE_URL=url)

    refused(result, sentence)
    assert "hunter2" not in result.output


def test_a_postgresql_without_the_database_or_the_user_is_one_sentence(postgresql: str) -> None:
    unknown = postgresql.format("nowhere")

    refused(invoke("migrate", TENANTRY_DATABASE_URL=unknown), 'database "nowhere" does not exist')
    refused(
        invoke("migrate", TENANTRY_DATABASE_URL=unknown.replace("tenantry@", "nobody@")),
        'role "nobody" does not',
    )


def test_a_busy_database_is_not_blamed_on_its_setting(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WAIT_SECONDS", 1)
    done(invoke("migrate"))
    with sqlite3.connect(folder / "var" / "tenantry.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        results = [
            invoke("keys", "create", "--name", "billing"),
            invoke("keys", "rotate-signing", **PRODUCTION),
            invoke("seed", TENANTRY_ENV="development"),
        ]
        diagnosis = invoke("doctor")
        other.execute("ROLLBACK")

    for result in results:
        assert result.exit_code != 0
        assert "The database is busy. Nothing was changed. Try again in a moment." in result.stderr
        assert "TENANTRY_DATABASE_URL" not in result.stderr
    assert "can't be used" not in diagnosis.output
    assert done(invoke("keys", "create", "--name", "billing"))


def test_several_wrong_settings_are_told_at_once() -> None:
    result = invoke(
        "migrate", TENANTRY_ENV="staging", TENANTRY_LOG_LEVEL="loud", TENANTRY_IDENTITY_ISSUERS="{"
    )

    assert result.exit_code == 2
    assert "TENANTRY_" in result.stderr


# ------------------------------------------------------------------------------------------ migrate


def test_migrate_can_be_run_again(folder: Path) -> None:
    first, second = done(invoke("migrate")), done(invoke("migrate"))

    assert first == second == f"The database is at revision {head()}.\n"
    assert (folder / "var" / "tenantry.db").exists()


async def emptied(url: str) -> None:
    store = Store(url)
    async with store.write() as session:
        await session.execute(text("DROP SCHEMA public CASCADE"))
        await session.execute(text("CREATE SCHEMA public"))
    await store.close()


@pytest.mark.slow
def test_two_migrations_at_once_both_succeed(database_url: str, folder: Path) -> None:
    if database_url.startswith("sqlite"):
        (folder / "tenantry.db").unlink()
    else:
        asyncio.run(emptied(database_url))

    with ThreadPoolExecutor(2) as pool:
        runs = [
            pool.submit(tenantry, "migrate", folder=folder, TENANTRY_DATABASE_URL=database_url)
            for _ in range(2)
        ]
        ended = [run.result() for run in runs]

    assert [(one.returncode, one.stdout) for one in ended] == [
        (0, f"The database is at revision {head()}.\n")
    ] * 2
    assert done(invoke("keys", "list", TENANTRY_DATABASE_URL=database_url))


def test_a_database_of_a_newer_program_is_left_alone(folder: Path) -> None:
    done(invoke("migrate"))
    with sqlite3.connect(folder / "var" / "tenantry.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()

    refused(invoke("migrate"), "the database was migrated by a newer version of Tenantry")
    refused(invoke("keys", "list"), "the database is not migrated")


# --------------------------------------------------------------------------------------------- keys


def test_keys_are_made_listed_and_revoked() -> None:
    done(invoke("migrate"))

    made = invoke("keys", "create", "--name", "billing")
    secret = done(made).strip()
    listed = done(invoke("keys", "list"))
    (entry,) = json.loads(done(invoke("keys", "list", "--json")))
    revoked = done(invoke("keys", "revoke", secret[:15]))
    again = done(invoke("keys", "revoke", entry["id"]))
    (after,) = json.loads(done(invoke("keys", "list", "--json")))

    assert "not shown again" in made.stderr
    assert entry["starts_with"] == secret[:15]
    assert (entry["name"], entry["revoked"]) == ("billing", None)
    head, row = listed.splitlines()
    assert [title.strip() for title in re.split("  +", head)] == [
        *("ID", "STARTS WITH", "CREATED", "LAST USED", "EXPIRES", "REVOKED"),
        *("SCOPES", "ORGANIZATIONS", "NAME"),
    ]
    assert row.split() == [
        *(entry["id"], secret[:15], entry["created"], "-", "-", "-", "-", "-", "billing")
    ]
    assert revoked == again == f"{entry['id']} (billing) is revoked.\n"
    assert after["revoked"]
    assert secret not in listed


def test_keys_can_be_narrowed() -> None:
    done(invoke("migrate"))
    with sqlite3.connect("var/tenantry.db") as connection:
        (role_set,) = connection.execute("SELECT id FROM role_set").fetchone()
        connection.execute(
            "INSERT INTO organization (id, created_at, updated_at, name, public_metadata,"
            " private_metadata, max_allowed_memberships, admin_delete_enabled, role_set_id,"
            " search_text) VALUES ('org_1', '2026-01-01', '2026-01-01', 'Acme', '{}', '{}', 0, 1,"
            " ?, 'acme')",
            (role_set,),
        )
    scopes = ("--scope", "users:write", "--scope", "events:read")
    others = ("--organization", "org_1", "--expires-in-days", "90")

    done(invoke("keys", "create", "--name", "narrowed", *scopes, *others))

    (entry,) = json.loads(done(invoke("keys", "list", "--json")))
    assert entry["scopes"] == ["events:read", "users:write"]
    assert entry["organizations"] == ["org_1"]
    age = datetime.fromisoformat(entry["expires"]) - datetime.fromisoformat(entry["created"])
    assert age == timedelta(days=90)
    assert "events:read,users:write  org_1" in done(invoke("keys", "list"))


def test_keys_that_make_no_sense_are_refused() -> None:
    refused(invoke("keys", "list"), "the database is not migrated. Run: tenantry migrate")
    done(invoke("migrate"))

    refused(invoke("keys", "revoke", "sk_unknown"), "The key 'sk_unknown' doesn't exist.")
    refused(invoke("keys", "create", "--name", " "), "The name must not be empty.")
    wrong = ("--scope", "users:red", "--organization", "org_x", "--expires-in-days", "0")
    refused(
        invoke("keys", "create", "--name", "x", *wrong),
        "No scope has the key 'users:red'.",
        "These organizations don't exist: 'org_x'.",
        "A key must expire after 1 to 365 days, or never.",
    )
    assert json.loads(done(invoke("keys", "list", "--json"))) == []


# -------------------------------------------------------------------------------------------- token


def test_a_token_is_minted_for_an_address(folder: Path) -> None:
    first = invoke(
        "token",
        "--email",
        "zoe@example.com",
        "--first-name",
        "Zoë",
        "--no-verified",
        "--minutes",
        "5",
    )
    second = invoke("token", "--email", "ada@example.com", "--subject", "ada")

    zoe, ada = (
        jwt.decode(done(one).strip(), options={"verify_signature": False})
        for one in (first, second)
    )
    assert (zoe["email"], zoe["given_name"], zoe["email_verified"]) == (
        "zoe@example.com",
        "Zoë",
        False,
    )
    assert (ada["sub"], ada["family_name"], zoe["exp"] - zoe["iat"]) == ("ada", "Lovelace", 300)
    (folder / "var" / "development-key").touch()
    third = invoke("token", "--email", "ada@example.com")
    warning = f"No development server has run in {folder}."
    assert warning in first.stderr
    assert warning in second.stderr
    assert third.stderr == ""


def test_a_token_for_what_is_no_address_is_refused() -> None:
    done(invoke("token", "--email", "ada@example.com"))

    refused(invoke("token", "--email", "ada"), "'ada' is not a valid email address.")


# --------------------------------------------------------------------------------------------- seed


def test_seed_fills_a_database_once() -> None:
    numbers = ("--organizations", "10", "--users", "50")

    first = invoke("seed", *numbers)
    again = invoke("seed", *numbers)
    more = invoke("seed", *numbers, "--sequence", "2")

    assert done(first).splitlines() == [
        "Created 10 organizations and 50 users.",
        "To sign in as the first user, run: tenantry token --email user0.1@example.com",
    ]
    bar = first.stderr.splitlines()[-1]
    count, _, total = bar.split()[2].partition("/")
    assert (bar.split()[0], count) == ("Rows", total)
    assert int(total) > 10 + 50 + 50
    assert again.exit_code == 2
    assert "The demo data of sequence 1 already exists. Choose another --sequence." in again.stderr
    assert "Traceback" not in again.output
    assert "user0.2@example.com" in done(more)


@pytest.mark.parametrize("command", [["seed"], ["dev"]])
def test_what_is_for_development_is_refused_in_production(command: list[str], folder: Path) -> None:
    refused(
        invoke(*command, TENANTRY_ENV="production"),
        "TENANTRY_ENV is production. This command is for development",
    )

    assert list(folder.iterdir()) == []


# ------------------------------------------------------------------------------------------- schema


def test_the_schema_is_printed_written_and_checked(folder: Path) -> None:
    printed = done(invoke("export-schema"))
    missing = invoke("export-schema", "--check")
    (folder / "graphql").mkdir()
    written = done(invoke("export-schema", "--to", "graphql/schema.graphql"))
    same = done(invoke("export-schema", "--check"))
    (folder / "graphql" / "schema.graphql").write_text(printed + "# edited\n")

    assert printed == sdl(get_schema())
    assert (written, same) == ("", "")
    command = "Run: tenantry export-schema --to graphql/schema.graphql"
    refused(missing, command)
    refused(invoke("export-schema", "--check"), command)
    refused(
        invoke("export-schema", "--check", "--to", "other.graphql"),
        "other.graphql differs from the schema in the code.",
    )
    assert (folder / "graphql" / "schema.graphql").read_text().endswith("# edited\n")


# ----------------------------------------------------------------------------------- a real process


def test_the_installed_command_answers_as_a_process(folder: Path) -> None:
    token = tenantry("token", "--email", "ada@example.com", folder=folder, program=INSTALLED)
    refusal = tenantry("serve", folder=folder, program=INSTALLED)

    assert (token.returncode, len(token.stdout.split("."))) == (0, 3)
    assert refusal.returncode == 2
    assert (
        "TENANTRY_SECRET is missing. Set it to at least 32 random bytes, such as the output of:"
        " openssl rand -base64 48" in refusal.stderr.splitlines()
    )
    assert "Traceback" not in refusal.stderr


# ------------------------------------------------------------------------------------ what is loaded

SLOW = {
    "alembic",
    "asyncpg",
    "cryptography",
    "graphql",
    "httpx",
    "jwt",
    "pydantic_settings",
    "sqlalchemy",
    "sqlmodel",
    "starlette",
    "strawberry",
    "structlog",
    "uvicorn",
    "uvloop",
}
# Runs a command as `tenantry` does, then writes the names of the imported packages to a file.
LIST_PACKAGES = """
import atexit, sys
from pathlib import Path
packages = Path(sys.argv.pop(1))
atexit.register(
    lambda: packages.write_text(" ".join({name.partition(".")[0] for name in sys.modules}))
)
from server.cli import main
main()
"""


def imported_by(*arguments: str, folder: Path, **environment: str) -> set[str]:
    """The packages that a command imports in a process of its own."""
    packages = folder / "packages.txt"
    subprocess.run(
        [sys.executable, "-c", LIST_PACKAGES, packages, *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        check=True,
    )
    return set(packages.read_text().split())


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["--help"], set[str]()),
        (["keys", "--help"], set[str]()),
        (["serve", "--help"], set[str]()),
        (["token", "--email", "ada@example.com"], {"cryptography", "jwt"}),
        (
            ["keys", "list"],
            {"cryptography", "pydantic_settings", "sqlalchemy", "sqlmodel", "structlog", "uvloop"},
        ),
    ],
)
def test_a_command_imports_only_what_it_needs(
    arguments: list[str], needed: set[str], folder: Path
) -> None:
    done(invoke("migrate"))

    assert imported_by(*arguments, folder=folder) & (SLOW - needed) == set()


def test_a_migration_with_nothing_to_do_imports_only_settings_and_driver(
    database_url: str, folder: Path
) -> None:
    settings = PRODUCTION | {
        "TENANTRY_DATABASE_URL": database_url,
        "TENANTRY_SECRET_KEYS": SECRET_KEY,
        "TENANTRY_IDENTITY_ISSUERS": f"[{json.dumps(KEYS_URL)}]",
    }
    driver = set[str]() if database_url.startswith("sqlite") else {"asyncpg"}

    packages = imported_by("migrate", folder=folder, **settings)

    assert packages & (SLOW | {"rich"}) == {"pydantic_settings", *driver}


def test_only_the_public_key_of_an_issuer_needs_cryptography(folder: Path) -> None:
    done(invoke("migrate"))

    packages = imported_by("migrate", folder=folder, **PRODUCTION)

    assert packages & SLOW == {"pydantic_settings", "cryptography", "jwt"}


@pytest.mark.slow
@pytest.mark.parametrize("command", ["serve", "dev"])
def test_a_server_with_a_migrated_database_answers_without_alembic(
    command: str, folder: Path
) -> None:
    done(invoke("migrate"))
    # Python imports this module at its start; None makes every later import fail.
    (folder / "sitecustomize.py").write_text("import sys; sys.modules['alembic'] = None\n")

    path = {"PYTHONPATH": str(folder)}
    with started(command, folder=folder, program=INSTALLED, **path, **PRODUCTION) as server:
        answer = server.graphql("{ __typename }")

    assert answer.json()["data"] == {"__typename": "Query"}
    refusal = tenantry(
        "migrate",
        folder=folder,
        program=INSTALLED,
        **path,
        TENANTRY_DATABASE_URL="sqlite+aiosqlite:///new.db",
    )
    assert "import of alembic halted" in refusal.stderr
