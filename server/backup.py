"""Copies a SQLite database that is in use."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

# The pages that are copied at a time, between two reports of the progress.
PAGES = 2_000


class BackupError(Exception):
    """The copy failed; the message says why."""


def copy_database(source: Path, target: Path, show_progress: Callable[[int, int], None]) -> int:
    """Copies a database as it is at this moment, and returns the size of the copy in bytes.

    One read transaction lasts for the whole copy, so that writers neither wait for it nor make it
    start again. Raises BackupError.
    """
    if not source.is_file():
        raise BackupError(f"{source} doesn't exist.")
    partial = target.with_name(f"{target.name}.partial")
    try:
        # Reserves the name without replacing a file, and keeps others from reading the copy.
        os.close(os.open(target, os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError as error:
        raise BackupError(f"{target} already exists. Choose another name.") from error
    except OSError as error:
        raise BackupError(f"{target} can't be written: {error.strerror}.") from error
    try:
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL, 0o600))
        _copy_pages(source, partial, show_progress)
        with partial.open("rb+") as copy:
            os.fsync(copy.fileno())
        partial.replace(target)
    except (OSError, sqlite3.Error) as error:
        target.unlink(missing_ok=True)
        raise BackupError(f"{source} can't be copied: {error}.") from error
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    finally:
        partial.unlink(missing_ok=True)
    return target.stat().st_size


def _copy_pages(source: Path, partial: Path, show_progress: Callable[[int, int], None]) -> None:
    uri = f"{source.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT 1 FROM sqlite_master").fetchone()
        with closing(sqlite3.connect(partial)) as copy:
            reader.backup(
                copy,
                pages=PAGES,
                progress=lambda status, remaining, total: show_progress(total - remaining, total),
                sleep=0,
            )
            copy.execute("PRAGMA journal_mode = DELETE")
            (result,) = copy.execute("PRAGMA quick_check").fetchone()
            if result != "ok":
                raise sqlite3.DatabaseError(f"the copy is damaged: {result}")
