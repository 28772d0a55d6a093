"""Importing an export of our own into an empty database, completely or not at all."""

import binascii
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import IO, TypeVar, cast

from sqlalchemy import Table, delete, exists, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from models.database.session import DatabaseSession
from models.database.store import Store
from models.keys.encryption import encrypt, make_cipher
from models.webhooks import PURPOSE, generate_secret
from resolvers.foundation.locks import is_on_postgresql, take_lock
from server.export.folder import SECRETS, Folder, FolderError, get_file_name
from server.export.progress import Progress
from server.export.rows import LINE_BYTES, RowFormat, Values, WrongRow, make_format, parse_line
from server.export.secrets import WrongSecrets, open_secrets
from server.export.tables import (
    FILLED_BY_MIGRATIONS,
    PLAIN_TABLES,
    SECRET_COLUMNS,
    TABLES_WITH_SECRETS,
)
from server.export.write import list_encrypted, make_secret_format

# How many rows are written at a time, unless their lines are long.
BATCH = 1_000

# The sequence of cursors continues after the last event that there was, even if it was deleted.
SET_SEQUENCE = {
    "sqlite": (
        "INSERT INTO sqlite_sequence (name, seq) SELECT 'event', 0 WHERE NOT EXISTS"
        " (SELECT 1 FROM sqlite_sequence WHERE name = 'event')",
        "UPDATE sqlite_sequence SET seq = max(seq, {cursor}) WHERE name = 'event'",
    ),
    "postgresql": (
        "SELECT setval(pg_get_serial_sequence('event', 'cursor'), last) FROM"
        " (SELECT greatest({cursor}, (SELECT max(cursor) FROM event)) AS last) AS ends"
        " WHERE last > 0",
    ),
}

T = TypeVar("T")


class NotEmpty(Exception):
    """The database has data already; the message says which."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    rows: int
    # The webhook endpoints with a new secret, because the export has none for them.
    renewed: Sequence[str]


@dataclass(eq=False)
class Importer:
    """The transaction of an import."""

    session: DatabaseSession
    folder: Folder
    root_secrets: Sequence[str]
    passphrase: str
    progress: Progress
    rows: int = 0
    # A set of IDs in order.
    renewed: dict[str, None] = field(default_factory=dict[str, None])

    async def run(self) -> ImportReport:
        cursor = int(self.folder.read_snapshot().cursor)
        await self._ensure_empty()
        for table in reversed(PLAIN_TABLES):
            if table.name in FILLED_BY_MIGRATIONS:
                await self.session.execute(delete(table))
        for table in PLAIN_TABLES:
            await self._import_table(table)
        if self.folder.has_secrets:
            await self._import_secrets()
        await self._set_sequence(cursor)
        return ImportReport(self.rows, [*self.renewed])

    async def _ensure_empty(self) -> None:
        """Keeps others from writing, and raises NotEmpty if they have written already."""
        secret = TABLES_WITH_SECRETS if self.folder.has_secrets else ()
        tables = [*dict.fromkeys((*PLAIN_TABLES, *secret))]
        quoted = ", ".join(f'"{table.name}"' for table in tables)
        await take_lock(self.session, f"LOCK TABLE {quoted} IN EXCLUSIVE MODE")
        is_filled = [
            exists(select(literal(1)).select_from(table)).label(table.name)
            for table in tables
            if table.name not in FILLED_BY_MIGRATIONS
        ]
        (found,) = (await self.session.execute(select(*is_filled))).mappings()
        if names := [name for name, filled in found.items() if filled]:
            raise NotEmpty(
                f"The database isn't empty: there are rows in {', '.join(names)}. Set"
                " TENANTRY_DATABASE_URL to a new database, and run: tenantry migrate"
            )

    # -------------------------------------------------------------------------------------- tables

    async def _import_table(self, table: Table) -> None:
        name = get_file_name(table)
        secret = SECRET_COLUMNS.get(table.name, ())
        format = make_format(table, without=secret)
        with self.folder.open(name) as file:
            for place, rows in self._read_batches(name, file, format.read):
                values = [self._renew_secrets(row, secret) for row in rows] if secret else rows
                await self._insert(table, values, place)

    def _read_batches(
        self, name: str, file: IO[bytes], read: Callable[[object], T]
    ) -> Iterator[tuple[str, list[T]]]:
        """Reads lines in batches, each with the place of its last line; raises FolderError."""
        rows, size, place = list[T](), 0, ""
        for number, line in enumerate(self.folder.read_lines(file, name), 1):
            place = f"{self.folder.path / name}:{number}"
            try:
                rows.append(read(parse_line(line)))
            except WrongRow as error:
                raise FolderError(f"{place} can't be imported: {error}.") from error
            size += len(line)
            if len(rows) == BATCH or size > LINE_BYTES:
                yield place, rows
                rows, size = [], 0
        if rows:
            yield place, rows

    async def _insert(self, table: Table, rows: Sequence[Values], place: str) -> None:
        try:
            await self.session.execute(insert(table), rows)
        except IntegrityError as error:
            raise FolderError(
                f"{place} can't be imported: one of the {len(rows):,} rows that end there"
                f" contradicts another one, or refers to one that doesn't exist ({error.orig})."
            ) from error
        self.rows += len(rows)
        self.progress.advance(len(rows))

    def _renew_secrets(self, endpoint: Values, columns: Iterable[str]) -> Values:
        """Gives a webhook endpoint a new secret, until that of the export replaces it."""
        self.renewed[endpoint["id"]] = None
        secret = encrypt(make_cipher(self.root_secrets, PURPOSE), generate_secret())
        return {**endpoint, **dict.fromkeys(columns), "secret": secret}

    async def _set_sequence(self, cursor: int) -> None:
        kind = "postgresql" if is_on_postgresql(self.session) else "sqlite"
        connection = await self.session.connection()
        for statement in SET_SEQUENCE[kind]:
            await connection.run_text(statement.format(cursor=cursor))

    # ------------------------------------------------------------------------------------- secrets

    async def _import_secrets(self) -> None:
        formats = {table.name: make_secret_format(table) for table in TABLES_WITH_SECRETS}
        with self.folder.open(SECRETS) as encrypted:
            try:
                file = open_secrets(encrypted, self.passphrase)
            except WrongSecrets as error:
                raise FolderError(
                    f"{self.folder.path / SECRETS} can't be read: {error}."
                ) from error

            def read(line: object) -> tuple[Table, Values]:
                return self._read_secret(formats, line)

            for place, batch in self._read_batches(SECRETS, file, read):
                for table, rows in groupby(batch, itemgetter(0)):
                    values = [row for _, row in rows]
                    if table.name in SECRET_COLUMNS:
                        await self._update(table, values, place)
                    else:
                        await self._insert(table, values, place)

    def _read_secret(self, formats: dict[str, RowFormat], line: object) -> tuple[Table, Values]:
        """Returns a row, encrypted with the root secret of this database; raises WrongRow."""
        values = cast(Values, line if isinstance(line, dict) else {})
        format = formats.get(str(values.get("table")))
        if format is None:
            raise WrongRow("it doesn't name a table of secrets")
        row = format.read(values.get("row"))
        for one in list_encrypted(format):
            secret = row[one.column.name]
            if secret is not None:
                try:
                    data = b64decode(secret, validate=True)
                except binascii.Error as error:
                    raise WrongRow(f"{one.column.name} isn't Base64") from error
                text = make_cipher(self.root_secrets, one.purpose).encrypt(data).decode()
                row[one.column.name] = text
        return format.table, row

    async def _update(self, table: Table, rows: Sequence[Values], place: str) -> None:
        (key,) = table.primary_key
        for row in rows:
            changed = update(table).where(key == row[key.name]).values(row)
            if not (await self.session.execute(changed)).rowcount:
                raise FolderError(f"{place} can't be imported: {row[key.name]} doesn't exist.")
            self.renewed.pop(row[key.name], None)
        self.progress.advance(len(rows))


async def import_folder(
    store: Store,
    folder: Folder,
    progress: Progress,
    *,
    root_secrets: Sequence[str] = (),
    passphrase: str = "",
) -> ImportReport:
    """Imports an export in one transaction; raises FolderError and NotEmpty."""
    rows = sum(entry.rows for entry in folder.manifest.files.values())
    progress.begin("Checking", rows)
    folder.check(progress.advance)
    progress.begin("Importing", rows)
    async with store.write() as session:
        return await Importer(session, folder, root_secrets, passphrase, progress).run()
