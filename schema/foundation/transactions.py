"""The transactions of a caller, which are run again after a deadlock."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import TypeVar

from models.database.errors import Deadlock
from models.errors.input import InputError, InputErrors
from models.errors.request import RequestError
from resolvers.authority.access import SYSTEM
from resolvers.foundation.transaction import Transaction, begin
from resolvers.members.invitation_expiry import expire_overdue_of
from schema.foundation.context import Context

# How often a transaction that deadlocks is run before the caller gets the error.
ATTEMPTS = 5

REJECTIONS = (InputError, InputErrors, RequestError)

T = TypeVar("T")


async def retry_deadlocks(run: Callable[[], Awaitable[T]]) -> T:
    """Runs a transaction until it no longer deadlocks, with a longer random pause each time.

    Only a deadlock is retried, because the database guarantees that nothing was changed. After an
    unknown commit, running the transaction again could make the change twice.
    """
    for attempt in range(1, ATTEMPTS):
        try:
            return await run()
        except Deadlock:
            await asyncio.sleep(random.uniform(0, 0.02 * 2**attempt))
    return await run()


class CallerBlock:
    """The block of a transaction that stores, even if it's rejected, which invitations expired.

    The rollback undoes the new status of those that it found expired, so it's written again in a
    transaction of its own (rule 13).
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._block = begin(context.server, context.caller)

    async def __aenter__(self) -> Transaction:
        self._tx = await self._block.__aenter__()
        return self._tx

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            await self._block.__aexit__(kind, error, traceback)
        except REJECTIONS:
            await self._expire()
            raise
        if isinstance(error, REJECTIONS):
            await self._expire()

    async def _expire(self) -> None:
        if self._tx.expired_in is not None:
            async with begin(self._context.server, SYSTEM) as tx:
                await expire_overdue_of(tx, self._tx.expired_in)


def begin_for_caller(context: Context) -> CallerBlock:
    """Begins a transaction; even if it's rejected, it stores which invitations expired."""
    return CallerBlock(context)


async def run_for_caller(
    context: Context, operation: Callable[[Transaction], Awaitable[T]]
) -> tuple[T, Transaction]:
    """Runs an operation in a transaction; returns its result and the committed transaction."""

    async def run() -> tuple[T, Transaction]:
        async with begin_for_caller(context) as tx:
            result = await operation(tx)
        return result, tx

    return await retry_deadlocks(run)


async def run_authorized(
    context: Context,
    organization_id: str,
    permission: str,
    operation: Callable[[Transaction], Awaitable[T]],
) -> tuple[T, str | None]:
    """Runs one of several transactions of a mutation, and returns its result and newest cursor.

    Each locks the organization and checks the permission again, because time passes between them.
    """

    async def authorize_and_run(tx: Transaction) -> T:
        await tx.authorize(organization_id, permission)
        return await operation(tx)

    result, tx = await run_for_caller(context, authorize_and_run)
    return result, str(tx.events.cursor) if tx.events.cursor else None
