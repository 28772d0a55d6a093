"""The transactions of a caller, which are run again after a deadlock."""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
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


@asynccontextmanager
async def begin_for_caller(context: Context) -> AsyncGenerator[Transaction]:
    """Begins a transaction; even if it is rejected, it stores which invitations it found expired.

    The rollback undoes their new status, so it's written again in a transaction of its own
    (rule 13).
    """
    rejected: Transaction | None = None
    try:
        async with begin(context.server, context.caller) as rejected:
            yield rejected
    except (InputError, InputErrors, RequestError):
        if rejected is not None and rejected.expired_in is not None:
            async with begin(context.server, SYSTEM) as tx:
                await expire_overdue_of(tx, rejected.expired_in)
        raise


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
