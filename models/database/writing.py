"""A transaction that writes, until the end of a block."""

from typing import Protocol

from models.database.connection import Connection, Pool
from models.database.errors import raise_translated
from models.database.session import DatabaseSession
from models.database.turns import Turns


class WriterLender(Protocol):
    """Lends connections for transactions that write."""

    async def begin(self) -> Connection:
        """Lends a connection until its user commits or rolls back."""
        ...

    async def commit(self, connection: Connection) -> None: ...

    async def roll_back(self, connection: Connection) -> None: ...


class PooledWriters:
    """The writers of PostgreSQL, of which several are used at the same time."""

    def __init__(self, pool: Pool, turns: Turns) -> None:
        self._pool = pool
        self._turns = turns

    async def begin(self) -> Connection:
        await self._turns.take()
        try:
            return await self._pool.take(begin=self._pool.driver.begin)
        except BaseException:
            self._turns.release()
            raise

    async def commit(self, connection: Connection) -> None:
        try:
            await connection.commit()
        finally:
            await self.roll_back(connection)

    async def roll_back(self, connection: Connection) -> None:
        """Returns the connection to the pool, which rolls back what isn't committed."""
        try:
            await self._pool.give_back(connection)
        finally:
            self._turns.release()


class WriteBlock:
    """The base of a block that is one transaction.

    It is committed when the block ends, and rolled back when it raises. Raises Unavailable if
    nothing was committed, and CommitUnknown unless the database itself says that it didn't commit.

    Each mutation needs one, so this is faster than a generator with `asynccontextmanager`.
    """

    session: DatabaseSession

    def __init__(self, lender: WriterLender) -> None:
        self._lender = lender

    async def begin(self) -> DatabaseSession:
        try:
            self.session = DatabaseSession(await self._lender.begin())
        except Exception as error:
            raise_translated(error, is_unchanged=True)
            raise
        return self.session

    async def write_rest(self) -> None:
        """Writes what is left to write before the commit."""
        await self.session.flush()

    async def __aexit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        try:
            if error is None:
                await self._commit()
            else:
                await self._lender.roll_back(self.session.transaction)
        except Exception as failure:
            raise_translated(failure, is_unchanged=True)
            raise
        raise_translated(error, is_unchanged=True)

    async def _commit(self) -> None:
        try:
            await self.write_rest()
        except BaseException:
            await self._lender.roll_back(self.session.transaction)
            raise
        await self._lender.commit(self.session.transaction)


class Writing(WriteBlock):
    """A transaction without an actor and events."""

    async def __aenter__(self) -> DatabaseSession:
        return await self.begin()
