"""A connection that runs statements, and the pool that lends connections."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, TypeVarTuple, overload

from sqlalchemy import Dialect, Executable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql.selectable import TypedReturnsRows

from models.database import limits
from models.database.compiled import Statements
from models.database.drivers import Driver
from models.database.errors import is_commit_rejected, is_stale_connection
from models.database.rows import AnyRows, Rows, make_rows
from models.database.statements import Template, Values
from models.errors.request import CommitUnknown

Columns = TypeVarTuple("Columns")
# Is called with the text of a statement before it runs, and may return a function that is called
# after it with its error. It is called as well for what begins and ends a transaction.
Listener = Callable[[str], Callable[[BaseException | None], None] | None]

COMMIT = "COMMIT;"
ROLLBACK = "ROLLBACK;"


@dataclass(eq=False)
class Connection:
    """A connection to the database that belongs to one task at a time."""

    driver: Driver
    statements: Statements
    listeners: Sequence[Listener]
    raw: Any
    opened_at: float = field(default_factory=monotonic)
    idle_since: float = field(default_factory=monotonic)
    # What to run before the next statement, to begin a transaction.
    begin: str | None = None
    is_in_transaction: bool = False
    # A lost connection can't be used again.
    is_lost: bool = False
    # Whether the connections that were opened before this one failed can't be used again either.
    is_stale: bool = False

    @property
    def dialect(self) -> Dialect:
        return self.driver.dialect

    @overload
    async def execute(
        self,
        statement: TypedReturnsRows[*Columns],
        values: Values | Sequence[Values] | None = None,
    ) -> Rows[*Columns]: ...
    @overload
    async def execute(
        self, statement: Executable | Template, values: Values | Sequence[Values] | None = None
    ) -> AnyRows: ...
    async def execute(self, statement: Any, values: Values | Sequence[Values] | None = None) -> Any:
        """Runs a statement, or runs it once for each set of values."""
        if isinstance(statement, ExecutableDDLElement):
            await self.run_text(str(statement.compile(dialect=self.dialect)))
            return make_rows(rowcount=0)
        if values is not None and not isinstance(values, Mapping):
            text, many = self.statements.prepare_many(statement, values)
            await self._run(self.driver.run_many, text, many)
            return make_rows()
        compiled, text, parameters = self.statements.prepare(statement, values)
        if not compiled.returns_rows:
            return make_rows(rowcount=await self._run(self.driver.run, text, parameters))
        rows = await self._run(self.driver.fetch, text, parameters)
        return make_rows(rows if compiled.is_plain else compiled.make_rows(rows))

    async def fetch(self, statement: Executable) -> Sequence[Any]:
        """Runs a query; its rows have the names of the columns as attributes."""
        compiled, text, parameters = self.statements.prepare(statement, None)
        rows = await self._run(self.driver.fetch, text, parameters)
        return list(map(compiled.lazy_row, rows))

    async def stream(self, statement: Executable, size: int) -> AsyncGenerator[Sequence[Any]]:
        """Runs a query in a transaction, and yields its rows in parts, however many there are."""
        if self.begin is not None:
            await self.run_text("SELECT 1")
        compiled, text, parameters = self.statements.prepare(statement, None)
        after = self._announce(text)
        try:
            async for rows in self.driver.stream(self.raw, text, parameters, size):
                yield compiled.make_rows(rows)
        except BaseException as error:
            for listener in after:
                listener(error)
            self._note(error)
            raise
        for listener in after:
            listener(None)

    async def run_text(self, text: str) -> Sequence[Any]:
        """Runs a text without parameters."""
        return await self._run(self.driver.fetch, text, ())

    async def run_command(self, text: str) -> None:
        """Runs a text without parameters whose rows, if there are any, nobody needs."""
        await self._run(self.driver.run, text, ())

    async def _run(self, call: Callable[..., Any], text: str, parameters: Sequence[Any]) -> Any:
        begin, self.begin = self.begin, None
        if begin is not None:
            self.is_in_transaction = True
            self._announce(begin)
        after = self._announce(text)
        try:
            answer = await call(self.raw, text, parameters, begin)
        except BaseException as error:
            for listener in after:
                listener(error)
            self._note(error)
            raise
        for listener in after:
            listener(None)
        return answer

    def _announce(self, text: str) -> Sequence[Callable[[BaseException | None], None]]:
        """Calls all listeners, and returns what to call after the statement."""
        return [after for listener in self.listeners if (after := listener(text))]

    def _note(self, error: BaseException) -> None:
        """Notes whether the connection can be used again.

        Raises an error of the driver as SQLAlchemy does.
        """
        if not isinstance(error, Exception):
            # The statement may still be running.
            self.is_lost = True
            return
        self.is_lost |= self.driver.is_closed(self.raw, error) or is_stale_connection(error)
        self.is_stale |= self.is_lost
        self.driver.raise_wrapped(error, is_lost=self.is_lost)

    async def commit(self) -> None:
        """Commits the transaction, if a statement has begun one.

        Raises CommitUnknown unless the database itself says that it didn't commit.
        """
        if not self.is_in_transaction:
            return
        try:
            await self._run(self.driver.run, COMMIT, ())
        except (DBAPIError, OSError) as error:
            if is_commit_rejected(error):
                raise
            raise CommitUnknown from error
        self.is_in_transaction = False

    async def roll_back(self) -> None:
        """Rolls back the transaction; a connection that can't is lost."""
        self.begin = None
        if self.is_in_transaction and not self.is_lost:
            self.is_in_transaction = False
            self._announce(ROLLBACK)
            try:
                await self.driver.roll_back(self.raw)
            except BaseException:
                self.is_lost = True
                raise


@dataclass(eq=False)
class Pool:
    """The connections of one kind that are open; how many there are, its users decide."""

    driver: Driver
    statements: Statements
    listeners: Sequence[Listener]
    read_only: bool
    idle: list[Connection] = field(default_factory=list[Connection])
    used: set[Connection] = field(default_factory=set[Connection])
    # Connections that were opened before this time are not used again.
    valid_since: float = 0.0
    is_closed: bool = False

    @asynccontextmanager
    async def connect(self) -> AsyncGenerator[Connection]:
        """Lends a connection until the end of the block."""
        connection = await self.take()
        try:
            yield connection
        finally:
            await self.give_back(connection)

    async def take(self, *, begin: str | None = None) -> Connection:
        """Lends a connection until `give_back`; `begin` is run before its first statement."""
        connection = None
        while connection is None and self.idle:
            connection = self.idle.pop()
            is_over = connection.opened_at < self.valid_since
            is_over = is_over or self.driver.is_closed(connection.raw)
            is_doubtful = monotonic() - connection.idle_since >= limits.IDLE_SECONDS
            if is_over or (is_doubtful and not await self._answers(connection)):
                self._terminate(connection)
                connection = None
        if connection is None:
            connection = await self._open()
        connection.begin = begin
        self.used.add(connection)
        return connection

    async def _open(self) -> Connection:
        try:
            raw = await self.driver.open(read_only=self.read_only)
        except Exception as error:
            self.driver.raise_wrapped(error, is_lost=True)
        return Connection(self.driver, self.statements, self.listeners, raw)

    async def _answers(self, connection: Connection) -> bool:
        """Whether the connection answers; if it doesn't, neither will any that is as old."""
        try:
            await self.driver.check(connection.raw)
        except Exception:
            self.valid_since = monotonic()
            return False
        except BaseException:
            self._terminate(connection)
            raise
        return True

    async def give_back(self, connection: Connection) -> None:
        """Takes a connection back; a transaction that isn't committed is rolled back."""
        try:
            if connection.is_in_transaction or connection.begin:
                ends_at_once = self.read_only and self.driver.ends_reads_at_once
                with suppress(Exception):
                    # Nothing can cancel what doesn't wait, and a task takes longer than it does.
                    rollback = connection.roll_back()
                    await (rollback if ends_at_once else asyncio.shield(rollback))
        except BaseException:
            # The rollback may still be running.
            connection.is_lost = True
            raise
        finally:
            self.used.discard(connection)
            if connection.is_stale:
                self.valid_since = monotonic()
            if connection.is_lost or self.is_closed or connection.opened_at < self.valid_since:
                self._terminate(connection)
            else:
                connection.idle_since = monotonic()
                self.idle.append(connection)

    def _terminate(self, connection: Connection) -> None:
        connection.is_lost = True
        self.driver.terminate(connection.raw)

    async def close(self) -> None:
        """Closes the idle connections; the others are closed when they are returned."""
        self.is_closed = True
        while self.idle:
            with suppress(Exception):
                await self.driver.close(self.idle.pop().raw)

    def terminate(self) -> None:
        """Closes all connections without waiting for anything."""
        self.is_closed = True
        for connection in [*self.idle, *self.used]:
            self._terminate(connection)
        self.idle.clear()
