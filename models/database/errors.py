"""Translates what database drivers raise into the errors that callers handle."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from models.errors.request import Busy, Unavailable

DEADLOCK_STATES = {"40001", "40P01"}
# SQLSTATE: the lock is not available, the statement was canceled because it took too long.
BUSY_STATES = {"55P03", "57014"}
# SQLSTATE: the transaction is read-only, as on a server that has become a replica.
READ_ONLY_STATE = "25006"
# SQLSTATE: the server doesn't know the outcome of the transaction.
COMMIT_UNKNOWN_STATES = {"08007", "40003"}
# SQLSTATE classes: no connection, access refused, no such database, out of resources, object not
# in the required state, operator intervention, I/O error.
UNAVAILABLE_CLASSES = {"08", "28", "3D", "53", "55", "57", "58"}

SQLITE_BUSY_CODES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
# Reopening the file can fix these: it was replaced, or its file system was mounted again.
SQLITE_STALE_CODES = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
SQLITE_UNAVAILABLE_CODES = {*SQLITE_STALE_CODES, sqlite3.SQLITE_FULL, sqlite3.SQLITE_PROTOCOL}


class Deadlock(Busy):
    """The transaction lost a conflict; it changed nothing and can be retried at once."""


def get_sqlstate(error: object) -> str:
    """Returns the SQLSTATE of an error from PostgreSQL, or an empty text."""
    return str(getattr(error, "sqlstate", None) or "")


def get_sqlite_code(error: object) -> int | None:
    """Returns the primary result code of an error from SQLite."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def is_stale_connection(error: object) -> bool:
    """Whether a connection does not answer, or leads to a database that rejects writes by now."""
    return (
        isinstance(error, TimeoutError)
        or get_sqlstate(error) == READ_ONLY_STATE
        or get_sqlite_code(error) in SQLITE_STALE_CODES
    )


def is_commit_rejected(error: Exception) -> bool:
    """Whether the database is still connected and has answered a COMMIT with an error."""
    return (
        isinstance(error, DBAPIError)
        and not error.connection_invalidated
        and get_sqlstate(error.orig) not in COMMIT_UNKNOWN_STATES
    )


@contextmanager
def translate_errors(*, is_unchanged: bool) -> Generator[None]:
    """Raises Unavailable in place of errors that mean the database is unreachable or busy."""
    try:
        yield
    except Exception as error:
        raise_translated(error, is_unchanged=is_unchanged)
        raise


def raise_translated(error: BaseException | None, *, is_unchanged: bool) -> None:
    """Raises Unavailable if the error means that the database is unreachable or busy."""
    if isinstance(error, (DBAPIError, PoolTimeout, OSError)):
        unavailable = _to_unavailable(error, is_unchanged=is_unchanged)
        if unavailable is not None:
            raise unavailable from error


def _to_unavailable(error: Exception, *, is_unchanged: bool) -> Unavailable | None:
    """Returns None for an error that has nothing to do with reaching the database."""
    if isinstance(error, PoolTimeout):
        return Busy(is_unchanged=is_unchanged)
    if not isinstance(error, DBAPIError):
        return Unavailable(is_unchanged=is_unchanged)
    state, code = get_sqlstate(error.orig), get_sqlite_code(error.orig)
    if state in DEADLOCK_STATES:
        return Deadlock(is_unchanged=is_unchanged)
    if state in BUSY_STATES or code in SQLITE_BUSY_CODES:
        return Busy(is_unchanged=is_unchanged)
    if _is_unreachable(error, state, code):
        return Unavailable(is_unchanged=is_unchanged)
    return None


def _is_unreachable(error: DBAPIError, state: str, code: int | None) -> bool:
    if error.connection_invalidated or state[:2] in UNAVAILABLE_CLASSES:
        return True
    if state:
        return False
    # On a full disk SQLite rolls back the whole transaction; the first error that shows is about
    # the savepoint that was rolled back with it.
    if "no such savepoint" in str(error.orig):
        return True
    return isinstance(error, InterfaceError) if code is None else code in SQLITE_UNAVAILABLE_CODES
