"""Exporting: reads one snapshot of the database, and writes it to a folder."""

from base64 import b64encode
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
from cryptography.fernet import InvalidToken
from sqlalchemy import ColumnElement, Table, case, func, or_, select
from sqlmodel import col

from models.database.connection import Connection
from models.database.revision import head
from models.database.store import Store
from models.instance import Instance
from models.keys.encryption import make_cipher
from models.organizations import Organization
from resolvers.events.event_log import select_cursor_of_snapshot
from resolvers.keys.root_secret import ENCRYPTED_COLUMNS, EncryptedColumn
from server.export.folder import (
    MANIFEST,
    SECRETS,
    SNAPSHOT,
    FileEntry,
    Manifest,
    NewFile,
    Snapshot,
    get_file_name,
    new_folder,
    write_json,
)
from server.export.progress import Progress
from server.export.rows import RowFormat, Values, WrongRow, make_format
from server.export.secrets import SecretsWriter
from server.export.tables import (
    PLAIN_TABLES,
    SECRET_COLUMNS,
    TABLES_WITH_SECRETS,
    belongs_to,
)

# How many rows are in memory at a time; an image can have 150 KB.
BATCH = 200


class ExportError(Exception):
    """The data can't be exported; the message says why."""


@dataclass(frozen=True, slots=True)
class SecretsRequest:
    """What an export with secrets needs."""

    passphrase: str
    # The root secrets that the stored secrets are encrypted under.
    root_secrets: Sequence[str]


@dataclass(frozen=True, slots=True, eq=False)
class Exporter:
    """One snapshot of the database."""

    connection: Connection
    now: datetime
    # None stands for all.
    organization_ids: Sequence[str] | None
    progress: Progress

    async def write(self, folder: Path, secrets: SecretsRequest | None) -> Manifest:
        await self._count()
        cursor = await self._load_cursor()
        files: dict[str, FileEntry] = {}
        for table in PLAIN_TABLES:
            name = get_file_name(table)
            format = make_format(table, without=SECRET_COLUMNS.get(table.name, ()))
            with NewFile(folder / name) as file:
                async for row in self._read(format, {}):
                    file.write(format.write(row) + b"\n")
                    file.rows += 1
                files[name] = file.finish()
        if secrets is not None:
            with NewFile(folder / SECRETS) as file:
                await self._write_secrets(file, secrets)
                files[SECRETS] = file.finish()
        manifest = Manifest(schema_revision=head(), files=files)
        write_json(folder / MANIFEST, manifest)
        at = f"{self.now:%Y-%m-%dT%H:%M:%SZ}"
        snapshot = Snapshot(cursor=str(cursor), exported_at=at, version=version("tenantry"))
        write_json(folder / SNAPSHOT, snapshot)
        return manifest

    async def _load_cursor(self) -> int:
        statement = select(select_cursor_of_snapshot()).select_from(Instance)
        return (await self.connection.execute(statement)).scalar_one()

    async def _count(self) -> None:
        rows = 0
        for table in PLAIN_TABLES:
            counted = select(func.count()).select_from(table)
            counted = counted.where(belongs_to(table, self.organization_ids))
            async for part in self.connection.stream(counted, 1):
                rows += part[0][0]
        self.progress.begin("Exporting", rows)

    async def _read(
        self, format: RowFormat, replaced: Mapping[str, ColumnElement[Any]]
    ) -> AsyncGenerator[Sequence[Any]]:
        is_postgresql = self.connection.dialect.name == "postgresql"
        statement = format.select(replaced, is_postgresql=is_postgresql)
        statement = statement.where(belongs_to(format.table, self.organization_ids))
        async for rows in self.connection.stream(statement, BATCH):
            for row in rows:
                yield row
            self.progress.advance(len(rows))

    async def _write_secrets(self, file: NewFile, secrets: SecretsRequest) -> None:
        """Writes the secrets that are still in use, without the encryption by the root secret."""
        writer = SecretsWriter(file.write, secrets.passphrase)
        for table in TABLES_WITH_SECRETS:
            format = make_secret_format(table)
            encrypted = list_encrypted(format)
            in_use = {
                one.column.name: case((one.is_needed(self.now), one.column)) for one in encrypted
            }
            async for row in self._read(format, in_use):
                values = dict(zip(format.names, row, strict=True))
                _decrypt(values, encrypted, secrets.root_secrets)
                if all(values[one.name] is not None for one in format.columns if not one.nullable):
                    line = orjson.Fragment(format.write([*values.values()]))
                    writer.write(orjson.dumps({"table": table.name, "row": line}) + b"\n")
                    file.rows += 1
        writer.finish()


def make_secret_format(table: Table) -> RowFormat:
    """Makes the format of a table's secrets: its key and its secret columns, or all columns."""
    names = SECRET_COLUMNS.get(table.name)
    if names is None:
        return make_format(table)
    return RowFormat(table, [*table.primary_key, *(table.c[name] for name in names)])


def list_encrypted(format: RowFormat) -> list[EncryptedColumn]:
    return [one for one in ENCRYPTED_COLUMNS if one.column.table is format.table]


def _decrypt(values: Values, columns: Sequence[EncryptedColumn], secrets: Sequence[str]) -> None:
    """Replaces encrypted values by the secrets themselves, in Base64: not all of them are text."""
    for one in columns:
        text = values[one.column.name]
        if text is not None:
            try:
                secret = make_cipher(secrets, one.purpose).decrypt(text.encode())
            except InvalidToken as error:
                raise ExportError(
                    f"TENANTRY_SECRET can't decrypt the {one.name} of {values[one.key.name]}. Add"
                    " the previous secret to the end of TENANTRY_SECRET."
                ) from error
            values[one.column.name] = b64encode(secret).decode()


async def export(
    store: Store,
    target: Path,
    progress: Progress,
    now: datetime,
    *,
    organizations: Sequence[str] = (),
    secrets: SecretsRequest | None = None,
) -> Manifest:
    """Exports the instance, or some organizations, to a new folder, while servers use the database.

    Raises ExportError and FolderError; the folder appears only if it is complete.
    """
    with new_folder(target) as folder:
        async with store.read_transaction() as connection:
            ids = await _find_organizations(connection, organizations) if organizations else None
            try:
                return await Exporter(connection, now, ids, progress).write(folder, secrets)
            except WrongRow as error:
                raise ExportError(str(error)) from error


async def _find_organizations(connection: Connection, named: Sequence[str]) -> list[str]:
    """Finds organizations by ID or slug; raises ExportError if there is none."""
    columns = select(col(Organization.id), col(Organization.slug))
    by_name = or_(col(Organization.id).in_(named), col(Organization.slug).in_(named))
    rows = (await connection.execute(columns.where(by_name))).all()
    known = {name for row in rows for name in row}
    if unknown := [name for name in named if name not in known]:
        raise ExportError(f"The organization {unknown[0][:80]!r} doesn't exist.")
    return [row.id for row in rows]
