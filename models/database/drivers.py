"""What the store needs of a database driver.

Drivers are called directly, one awaited call for a statement. SQLAlchemy writes the statements but
doesn't run them, because its own calls take longer than those of the database.
"""

from collections.abc import AsyncGenerator, Sequence
from functools import cache
from typing import Any, NoReturn, Protocol

from sqlalchemy import Dialect
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from models.base import dumps, loads

Parameters = Sequence[Any]


class Driver(Protocol):
    """What the store needs of a driver. A connection is one of the driver's own."""

    dialect: Dialect
    # The statements that begin a transaction, and a transaction that reads one moment.
    begin: str
    begin_snapshot: str
    # Whether a transaction that only reads ends at once, without waiting for anything.
    ends_reads_at_once: bool

    async def open(self, *, read_only: bool) -> Any: ...

    async def fetch(
        self, connection: Any, text: str, parameters: Parameters, begin: str | None
    ) -> Sequence[Any]:
        """Runs a statement and returns its rows; `begin` is run before it."""
        ...

    async def run(
        self, connection: Any, text: str, parameters: Parameters, begin: str | None
    ) -> int:
        """Runs a statement and returns the number of rows that it has changed."""
        ...

    async def run_many(
        self, connection: Any, text: str, parameters: Sequence[Parameters], begin: str | None
    ) -> None:
        """Runs a statement that changes one row, once for each element of `parameters`."""
        ...

    def stream(
        self, connection: Any, text: str, parameters: Parameters, size: int
    ) -> AsyncGenerator[Sequence[Any]]:
        """Runs a statement in an open transaction, and yields its rows in parts of this size."""
        ...

    async def roll_back(self, connection: Any) -> None: ...

    async def check(self, connection: Any) -> None:
        """Raises an error if the connection doesn't answer in time."""
        ...

    def is_closed(self, connection: Any, error: Exception | None = None) -> bool:
        """Whether the connection can't be used again, also according to its last error."""
        ...

    async def close(self, connection: Any) -> None: ...

    def terminate(self, connection: Any) -> None:
        """Closes a connection without waiting for anything."""
        ...

    def raise_wrapped(self, error: Exception, *, is_lost: bool) -> NoReturn:
        """Raises an error of the driver as SQLAlchemy does, with the original in `orig`."""
        ...


@cache
def get_dialect(name: str) -> Dialect:
    """Returns the dialect of a driver such as `sqlite+aiosqlite`, the same for all its stores."""

    def to_json(value: object) -> str:
        return dumps(value).decode()

    engine = create_async_engine(
        f"{name}://", poolclass=NullPool, json_serializer=to_json, json_deserializer=loads
    )
    return engine.dialect
