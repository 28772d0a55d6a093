"""`tenantry export` and `tenantry import tenantry`: nothing is lost, and no secret gets out."""

import json
import re
import shutil
import stat
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from sqlalchemy import Executable, Integer
from sqlalchemy.dialects.postgresql import dialect

from models.database.connection import Connection
from models.database.revision import head
from models.database.tables import metadata
from models.keys.encryption import make_cipher
from resolvers.events.event_log import load_newest_cursor
from resolvers.keys.root_secret import ENCRYPTED_COLUMNS
from server.export.folder import MANIFEST, SECRETS, SNAPSHOT, FolderError
from server.export.rows import make_format
from server.export.tables import PLAIN_TABLES, SECRET_COLUMNS, SECRET_TABLES
from server.export.write import ExportError, SecretsRequest
from tests.conftest import counted, make_api
from tests.support.api import SECRET, Api, contents, events
from tests.support.data.exports import (
    MakeFile,
    exported,
    files_of,
    imported,
    lines_of,
    load_rows,
    opened,
)
from tests.support.data.factories import Acme, an_organization
from tests.support.data.filled import Contents, fill
from tests.support.data.invitations import invited
from tests.support.data.sessions import open_session
from tests.support.data.webhooks import an_endpoint
from tests.support.database.database_refill import administer
from tests.support.http import ONLY_SQLITE
from tests.support.servers.webhook_receiver import renamed

PASSPHRASE = "correct horse battery staple"
OTHER_SECRET = "kP2mQ8rT4vX6zB1cD3fG5hJ7lN9sW0yA-eUiOtRqZxE"
# Columns with such a name that hold no secret, and nothing that is made from one. Tickets and codes
# are made from a nonce, but with a key of the server.
HARMLESS = {
    "deleted_role.key",
    "event.address_key",
    "feature.key",
    "invitation.address_key",
    "invitation.api_key_id",
    "invitation.nonce",
    "mail.address_key",
    "mail.nonce",
    "organization_domain.affiliation_nonce",
    "organization_domain.ownership_nonce",
    "permission.key",
    "plan.key",
    "role.key",
    "role_set.key",
    "user.address_key",
    "user.verified_by_ticket",
    "webhook_delivery.last_status_code",
}
SUSPICIOUS = re.compile("answer|code|digest|hash|key|nonce|pass|private|secret|ticket|token")


# ------------------------------------------------------------------------------------- completeness


def test_each_table_is_exported_or_a_secret() -> None:
    plain = [table.name for table in PLAIN_TABLES]

    assert sorted([*plain, *SECRET_TABLES]) == sorted(metadata.tables), (
        "add the table to server/export/tables.py"
    )
    for name, columns in SECRET_COLUMNS.items():
        assert name in plain
        assert set(columns) < set(metadata.tables[name].c.keys())


def test_no_column_that_may_be_secret_is_exported_by_default() -> None:
    found = {
        f"{table.name}.{column.name}"
        for table in PLAIN_TABLES
        for column in table.columns
        if SUSPICIOUS.search(column.name)
        and column.name != "private_metadata"
        and column.name not in SECRET_COLUMNS.get(table.name, ())
    }

    assert found == HARMLESS, (
        "add the column to SECRET_COLUMNS in server/export/tables.py, or to HARMLESS here"
    )
    encrypted = {(one.column.table.name, one.column.name) for one in ENCRYPTED_COLUMNS}
    for table, column in encrypted:
        assert table in SECRET_TABLES or column in SECRET_COLUMNS[table]


# ---------------------------------------------------------------------------------------- round trip


def test_rows_are_sorted_by_bytes_whatever_the_collation_is() -> None:
    """The databases of the tests have no other collation, so this reads the statements."""
    for table in PLAIN_TABLES:
        statement = make_format(table).select({}, is_postgresql=True)
        order = str(statement.compile(dialect=dialect())).split("ORDER BY ")[1]
        for column, text in zip(table.primary_key, order.split(", "), strict=True):
            is_number = isinstance(column.type, Integer)
            assert text.endswith(column.name if is_number else f'{column.name} COLLATE "C"')


async def test_a_round_trip_through_both_databases_changes_no_byte(
    new_file: MakeFile, postgresql: str, tmp_path: Path
) -> None:
    await administer(postgresql, "CREATE DATABASE exported TEMPLATE empty")
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    async with opened(new_file("source")) as source:
        rows = await fill(source)
        manifest = await exported(source, first)
        before = await contents(source)
    async with opened(postgresql.format("exported")) as middle:
        report = await imported(middle, first)
        await exported(middle, second)
    async with opened(new_file("target")) as target:
        await imported(target, second)
        await exported(target, third)
        after = await contents(target)

    assert files_of(first) == files_of(second) == files_of(third)
    assert report.rows == sum(len(rows[table.name]) for table in PLAIN_TABLES)
    assert manifest.schema_revision == head()
    for table in PLAIN_TABLES:
        if table.name not in SECRET_COLUMNS:
            assert after[table.name] == before[table.name], table.name
    # Sorted by bytes, whatever the collation of the database is.
    for table in PLAIN_TABLES:
        lines = lines_of(first, table.name)
        keys = [[line[key.name] for key in table.primary_key] for line in lines]
        assert keys == sorted(keys)
        assert len(keys) == len(rows[table.name])


# -------------------------------------------------------------------------------------------- secrets


def plain_secrets(rows: Contents, root_secret: str) -> dict[tuple[str, str], set[bytes]]:
    """Decrypts the encrypted columns, by table and column."""
    return {
        (table := one.column.table.name, name := one.column.name): {
            make_cipher((root_secret,), one.purpose).decrypt(row[name].encode())
            for row in rows[table]
            if row[name] is not None
        }
        for one in ENCRYPTED_COLUMNS
    }


def list_secret_texts(rows: Contents) -> set[str]:
    """Lists every text that an export must not contain as it is."""
    stored = {
        row[column.name]
        for name in (*SECRET_TABLES, *SECRET_COLUMNS)
        for column in metadata.tables[name].columns
        if column.name in SECRET_COLUMNS.get(name, (column.name,)) and not column.foreign_keys
        for row in rows[name]
        if isinstance(row[column.name], str)
    }
    return stored | {
        one.decode() for found in plain_secrets(rows, SECRET).values() for one in found
    }


def decrypt(file: Path) -> list[Any]:
    """Decrypts a file of secrets as everybody can who has the passphrase."""
    head, ciphertext = file.read_bytes().split(b"\n", 1)
    values = json.loads(head)
    cost = {name: values[name] for name in ("n", "r", "p")}
    key = Scrypt(salt=bytes.fromhex(values["salt"]), length=32, **cost).derive(PASSPHRASE.encode())
    text = AESGCM(key).decrypt(bytes.fromhex(values["nonce"]), ciphertext, head + b"\n")
    return [json.loads(line) for line in text.splitlines()]


async def test_only_the_passphrase_gets_secrets_out(new_file: MakeFile, tmp_path: Path) -> None:
    plain, folder = tmp_path / "plain", tmp_path / "secrets"
    async with opened(new_file("source")) as source:
        rows = await fill(source)
        await exported(source, plain)
        await exported(source, folder, secrets=SecretsRequest(PASSPHRASE, (SECRET,)))

    assert not (plain / SECRETS).exists()
    for path in (*plain.iterdir(), *folder.iterdir()):
        content = path.read_bytes()
        assert [text for text in list_secret_texts(rows) if text.encode() in content] == []
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    # Both have the same rows, and only the file of secrets differs.
    data, more = files_of(plain), files_of(folder)
    assert {name for name in more if more[name] != data.get(name)} == {MANIFEST, SECRETS}

    # What is no longer in use is left behind: the first signing key has retired.
    named = Counter(line["table"] for line in decrypt(folder / SECRETS))
    assert named == {name: 3 for name in (*SECRET_TABLES, *SECRET_COLUMNS)} | {"signing_key": 2}

    async with opened(new_file("target")) as target:
        before = await contents(target)
        for passphrase, broken, sentence in (
            ("another passphrase", 0, "passphrase is wrong, or the file was changed"),
            ("", 0, "passphrase is wrong"),
            (PASSPHRASE, 1, "changed or truncated"),
        ):
            copied = tmp_path / "copied"
            shutil.copytree(folder, copied)
            if broken:
                content = bytearray((copied / SECRETS).read_bytes())
                content[-20] ^= 1
                (copied / SECRETS).write_bytes(content)
            with pytest.raises(FolderError, match=sentence):
                await imported(target, copied, (OTHER_SECRET,), passphrase)
            shutil.rmtree(copied)
            assert await contents(target) == before

        report = await imported(target, folder, (OTHER_SECRET,), PASSPHRASE)
        after = await load_rows(target)

    assert report.renewed == []
    rows["signing_key"] = rows["signing_key"][1:]
    assert plain_secrets(after, OTHER_SECRET) == plain_secrets(rows, SECRET)
    for name in ("idempotent_answer", "secret_key"):
        assert after[name] == sorted(rows[name], key=lambda row: row["id"])


async def test_an_import_without_secrets_gives_endpoints_new_ones(
    new_file: MakeFile, tmp_path: Path
) -> None:
    async with opened(new_file("source")) as source:
        rows = await fill(source)
        await exported(source, tmp_path / "folder")
    async with opened(new_file("target")) as target:
        report = await imported(target, tmp_path / "folder", (OTHER_SECRET,))
        after = await load_rows(target)

    assert report.renewed == [row["id"] for row in rows["webhook_endpoint"]]
    assert not any(after[name] for name in SECRET_TABLES)
    secrets = plain_secrets(after, OTHER_SECRET)["webhook_endpoint", "secret"]
    assert len(secrets) == len(rows["webhook_endpoint"])
    assert all(secret.startswith(b"whsec_") for secret in secrets)
    assert {row["previous_secret"] for row in after["webhook_endpoint"]} == {None}


# ----------------------------------------------------------------------------------------- one moment


async def test_an_export_is_one_moment_of_a_database_that_is_written_to(
    api: Api, acme: Acme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, written, folder = Connection.stream, 0, tmp_path / "folder"

    async def write_first(
        self: Connection, statement: Executable, size: int
    ) -> AsyncGenerator[Sequence[Any]]:
        """Renames Acme before each table is read; the moment is before that, when rows are counted."""
        nonlocal written
        if size > 1:
            await renamed(api, acme, f"Acme {written}")
            written += 1
        async for rows in read(self, statement, size):
            yield rows

    await renamed(api, acme, "Before")
    monkeypatch.setattr(Connection, "stream", write_first)
    await exported(api.store, folder)

    assert written == len(PLAIN_TABLES)
    (organization,) = lines_of(folder, "organization")
    newest = lines_of(folder, "event")[-1]
    assert organization["name"] == newest["data"]["name"] == "Before"
    snapshot = json.loads((folder / SNAPSHOT).read_text())
    assert snapshot["cursor"] == str(newest["cursor"])
    assert not (tmp_path / "folder.partial").exists()


@ONLY_SQLITE
async def test_an_export_reads_each_table_once(api: Api, acme: Acme, tmp_path: Path) -> None:
    with counted(api.store) as statements:
        await exported(api.store, tmp_path / "folder")

    reads = [one for one in statements if "ORDER BY" in one]
    assert len(reads) == len(PLAIN_TABLES)
    # The others count the rows, and load the cursor.
    assert len(statements) - len(reads) == len(PLAIN_TABLES) + 2


# ---------------------------------------------------------------------------------- of organizations


@ONLY_SQLITE
async def test_an_organization_takes_only_its_own_along(
    api: Api, acme: Acme, new_file: MakeFile, tmp_path: Path
) -> None:
    await invited(api, acme.id, "new@example.com", by=acme.admin)
    other = await an_organization(api, by=acme.outsider, name="Other")
    await open_session(api, by=acme.admin, organizationId=acme.id)
    await an_endpoint(api)
    folder = tmp_path / "acme"

    await exported(api.store, folder, organizations=[acme.id])

    text = b"".join(files_of(folder).values()).decode()
    assert [
        one for one in (other, "Other", acme.outsider.id, acme.outsider.email) if one in text
    ] == []
    assert {row["id"] for row in lines_of(folder, "user")} == {acme.admin.id, acme.member.id}
    for table in ("session", "webhook_endpoint", "webhook_delivery"):
        assert lines_of(folder, table) == []
    assert len(lines_of(folder, "invitation")) == len(lines_of(folder, "mail")) == 1
    async with opened(new_file("target")) as target:
        await imported(target, folder)
        await exported(target, tmp_path / "again")
        # The next event comes after every event of the whole log.
        newest = await load_newest_cursor(api.store)
        new = make_api(target, api.clock)
        await renamed(new, acme)
        assert (await events(target))[-1]["cursor"] == newest + 1
        await new.client.aclose()
    assert files_of(tmp_path / "again") == files_of(folder)

    with pytest.raises(ExportError, match="The organization 'nobody' doesn't exist."):
        await exported(api.store, tmp_path / "none", organizations=["acme", "nobody"])
    assert not (tmp_path / "none").exists()
