"""A transaction that a mutation shares with what reads its payload."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from models.database.connection import Connection
from models.database.errors import Deadlock, translate_errors
from models.errors.request import Busy
from resolvers.foundation.transaction import Transaction


@dataclass(eq=False)
class SharedTransaction:
    """A transaction that a mutation joins, so that its payload is read within it as well.

    It begins when the mutation joins it: what the mutation waits for before, such as a counter on
    another machine, holds no lock. The request that it belongs to commits it, or rolls it back and
    perhaps begins again.
    """

    begin: Callable[[], Awaitable[Transaction]]
    # None until the mutation has joined.
    tx: Transaction | None = None
    # What the mutation, or the beginning of the transaction, raised.
    error: Exception | None = None

    @asynccontextmanager
    async def join(self) -> AsyncGenerator[Transaction]:
        """Begins the transaction and runs the mutation; the end of the block writes its events."""
        try:
            with translate_errors(is_unchanged=True):
                self.tx = await self.begin()
                yield self.tx
                await self.tx.events.write()
        except Deadlock as error:
            self.error = error
            # Not a deadlock for the mutation, which can't begin the transaction again.
            raise Busy(is_unchanged=True) from error
        except Exception as error:
            self.error = error
            raise

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[Connection]:
        """Lends the connection, which sees what the transaction has changed."""
        assert self.tx, "nothing is read before the mutation"
        yield await self.tx.session.connection()
