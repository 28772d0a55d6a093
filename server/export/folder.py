"""The folder of an export: its files, and the manifest that says what they must be."""

import os
import shutil
import stat
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import IO, Literal, TypeVar, cast

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Table

from models.database.revision import head
from server.export.rows import LINE_BYTES
from server.export.tables import PLAIN_TABLES

FORMAT = 1
MANIFEST, SNAPSHOT, SECRETS = "manifest.json", "snapshot.json", "secrets.ndjson.enc"
# A manifest lists some thirty files.
MANIFEST_BYTES = 64 * 1024


ModelT = TypeVar("ModelT", bound=BaseModel)


class FolderError(Exception):
    """A folder can't be written or read; the message says why."""


class FileEntry(BaseModel):
    """What a file must be."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    rows: int = Field(ge=0)
    sha256: str


class Manifest(BaseModel):
    """What an export consists of; equal for equal data."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    format: Literal[1] = FORMAT
    # The revision of the tables.
    schema_revision: str
    files: Mapping[str, FileEntry]


class Snapshot(BaseModel):
    """When an export was created: what differs between exports of equal data."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    # The newest event: a mirror of the data continues after it.
    cursor: str = Field(pattern=r"^(0|[1-9][0-9]{0,17})$")
    exported_at: str
    version: str


def get_file_name(table: Table) -> str:
    return f"{table.name}.ndjson"


# ------------------------------------------------------------------------------------------ writing


class NewFile:
    """A file that is being written; raises FolderError if it can't be."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._digest = sha256()
        self.rows = 0
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
        try:
            self._file = os.fdopen(os.open(path, flags, 0o600), "wb")
        except OSError as error:
            raise _refuse_to_write(path, error) from error

    def __enter__(self) -> "NewFile":
        return self

    def __exit__(self, *_: object) -> None:
        # What is still in the buffer can't be written if the disk is full.
        with suppress(OSError):
            self._file.close()

    def write(self, data: bytes) -> None:
        self._digest.update(data)
        try:
            self._file.write(data)
        except OSError as error:
            raise _refuse_to_write(self._path, error) from error

    def finish(self) -> FileEntry:
        """Returns after the file is on the disk."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _refuse_to_write(self._path, error) from error
        return FileEntry(rows=self.rows, sha256=self._digest.hexdigest())


def write_json(path: Path, content: BaseModel) -> None:
    with NewFile(path) as file:
        file.write(
            orjson.dumps(content.model_dump(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
            + b"\n"
        )
        file.finish()


def _refuse_to_write(path: Path, error: OSError) -> FolderError:
    return FolderError(f"{path} can't be written: {error.strerror}.")


@contextmanager
def new_folder(target: Path) -> Generator[Path]:
    """Makes a folder that only its owner can read, and that appears once it is complete.

    Raises FolderError.
    """
    if target.exists() or target.is_symlink():
        raise FolderError(f"{target} already exists. Choose another name.")
    partial = target.with_name(f"{target.name}.partial")
    try:
        partial.mkdir(0o700)
    except FileExistsError as error:
        raise FolderError(
            f"{partial} is left from an export that was interrupted. Remove it."
        ) from error
    except OSError as error:
        raise _refuse_to_write(partial, error) from error
    try:
        yield partial
        try:
            partial.rename(target)
        except OSError as error:
            raise _refuse_to_write(target, error) from error
    finally:
        with suppress(FileNotFoundError):
            shutil.rmtree(partial)


# ------------------------------------------------------------------------------------------ reading


class Folder:
    """A folder to read; no link in it is followed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise FolderError(
                f"{path} isn't a folder that can be read: {error.strerror}."
            ) from error
        try:
            self.manifest = self._read_manifest()
        except BaseException:
            os.close(self._folder)
            raise

    def __enter__(self) -> "Folder":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._folder)

    @property
    def has_secrets(self) -> bool:
        return SECRETS in self.manifest.files

    @property
    def has_webhooks(self) -> bool:
        return self.manifest.files["webhook_endpoint.ndjson"].rows > 0

    def open(self, name: str) -> IO[bytes]:
        """Opens a file; raises FolderError for what isn't an ordinary one."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        path = self.path / name
        try:
            file = os.fdopen(os.open(name, flags, dir_fd=self._folder), "rb")
        except OSError as error:
            if path.is_symlink():
                raise FolderError(f"{path} is a link. Replace it with the file.") from error
            raise FolderError(f"{path} can't be read: {error.strerror}.") from error
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            file.close()
            raise FolderError(f"{path} isn't an ordinary file.")
        return file

    def _read_manifest(self) -> Manifest:
        values = self._read_json(MANIFEST)
        if values.get("format") != FORMAT:
            raise self._refuse(
                MANIFEST, f"this version of Tenantry reads the format {FORMAT} of exports only"
            )
        if (revision := values.get("schema_revision")) != head():
            raise self._refuse(
                MANIFEST,
                f"the export is of schema revision {str(revision)[:20]!r}, but this version of"
                f" Tenantry has {head()!r}. Export and import with the same version",
            )
        manifest = self._validate(MANIFEST, Manifest, values)
        expected = {get_file_name(table) for table in PLAIN_TABLES}
        if different := sorted((manifest.files.keys() - {SECRETS}) ^ expected):
            raise self._refuse(MANIFEST, f"it must list one file for each table: {different[0]!r}")
        return manifest

    def read_snapshot(self) -> Snapshot:
        return self._validate(SNAPSHOT, Snapshot, self._read_json(SNAPSHOT))

    def _read_json(self, name: str) -> dict[str, object]:
        with self.open(name) as file:
            data = file.read(MANIFEST_BYTES + 1)
        if len(data) > MANIFEST_BYTES:
            raise self._refuse(name, f"it has more than {MANIFEST_BYTES:,} bytes")
        try:
            values = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise self._refuse(name, f"it isn't valid JSON ({error.msg})") from error
        if not isinstance(values, dict):
            raise self._refuse(name, "it isn't a JSON object")
        return cast(dict[str, object], values)

    def _validate(self, name: str, model: type[ModelT], values: object) -> ModelT:
        try:
            return model.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part)[:80] for part in first["loc"])
            raise self._refuse(name, f"{place}: {first['msg']}") from error

    def _refuse(self, name: str, why: str) -> FolderError:
        return FolderError(f"{self.path / name} can't be imported: {why}.")

    # ---------------------------------------------------------------------------------------- rows

    def check(self, show_progress: Callable[[int], None]) -> None:
        """Checks that each file is the one that was exported; raises FolderError."""
        for name, entry in self.manifest.files.items():
            digest, rows = sha256(), 0
            with self.open(name) as file:
                parts = iter(lambda: file.read(LINE_BYTES), b"")
                for part in parts if name == SECRETS else self.read_lines(file, name):
                    digest.update(part)
                    rows += 1
            is_counted = name == SECRETS or rows == entry.rows
            if digest.hexdigest() != entry.sha256 or not is_counted:
                raise self._refuse(name, "it was changed or truncated after the export")
            show_progress(entry.rows)

    def read_lines(self, file: IO[bytes], name: str) -> Iterator[bytes]:
        """Reads the lines of a file, without reading a whole one that is too long."""
        for number, line in enumerate(iter(lambda: file.readline(LINE_BYTES + 1), b""), 1):
            if len(line) > LINE_BYTES:
                raise self._refuse(f"{name}:{number}", f"it has more than {LINE_BYTES:,} bytes")
            yield line
