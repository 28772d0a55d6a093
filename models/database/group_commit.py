"""Group commit: the transactions that wait for SQLite's one writer are committed together.

A commit waits for the disk, which takes longer than most transactions. So whoever has to wait for
the writer joins the open transaction with a savepoint, and all of them are committed at once. A
transaction that is rejected is rolled back to its savepoint. Nothing is reported as done before the
commit, and a transaction that nobody waits for is committed by itself, without a savepoint.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy.exc import DBAPIError

from models.database.connection import Connection, Pool
from models.database.turns import Turns
from models.errors.request import CommitUnknown, Unavailable

SAVEPOINT = "SAVEPOINT member"
RELEASE = "RELEASE SAVEPOINT member"
UNDO = "ROLLBACK TO SAVEPOINT member"


@dataclass(eq=False)
class Group:
    """One transaction of the database, with all members of the group."""

    connection: Connection
    # The members that have ended and wait for the commit; each gets None, or why it failed.
    ended: list[asyncio.Future[Exception | None]] = field(
        default_factory=list[asyncio.Future[Exception | None]]
    )
    # Commits once everyone who was waiting has had a turn.
    committer: asyncio.Task[None] | None = None


class GroupCommit:
    """The writer of a SQLite database, which its users take turns with."""

    def __init__(self, pool: Pool, turns: Turns) -> None:
        self._pool = pool
        self._turns = turns
        self._group: Group | None = None

    async def begin(self) -> Connection:
        """Waits for a turn, and lends the writer until its user commits or rolls back."""
        await self._turns.take()
        try:
            group = self._group = self._group or await self._open()
        except BaseException:
            self._turns.release()
            raise
        if group.connection.is_in_transaction:
            group.connection.begin = SAVEPOINT
        return group.connection

    async def commit(self, connection: Connection) -> None:
        """Ends the turn, and returns after the commit.

        Raises what a commit can raise: an error of the driver, Unavailable, and CommitUnknown.
        """
        group = self._current
        try:
            if connection.begin is not None or not connection.is_in_transaction:
                await self._leave_unchanged(group)
                return
            if group.ended:
                await self._release(group)
            result = asyncio.get_running_loop().create_future()
            group.ended.append(result)
            if not self._turns.waiting:
                await self._commit(group)
            elif group.committer is None:
                group.committer = asyncio.create_task(self._commit_in_turn(group))
        finally:
            self._turns.release()
        if error := await result:
            raise error

    async def roll_back(self, connection: Connection) -> None:
        """Ends the turn; nothing that was changed in it is committed."""
        try:
            await self._undo(self._current)
        finally:
            self._turns.release()

    @property
    def _current(self) -> Group:
        """The group of the user whose turn it is."""
        assert self._group, "whoever has a turn belongs to a group"
        return self._group

    async def _open(self) -> Group:
        return Group(await self._pool.take(begin=self._pool.driver.begin))

    async def _commit_in_turn(self, group: Group) -> None:
        await self._turns.take(is_patient=True)
        try:
            if self._group is group:
                await self._commit(group)
        finally:
            self._turns.release()

    async def _commit(self, group: Group) -> None:
        try:
            await group.connection.commit()
        except Exception as error:
            await self._close(group, error)
        except BaseException:
            # Whoever is canceled during the commit doesn't know whether it happens.
            await self._close(group, CommitUnknown())
            raise
        else:
            await self._close(group, None)

    async def _leave_unchanged(self, group: Group) -> None:
        """Ends a turn in which no statement was run."""
        group.connection.begin = None
        if not group.ended:
            await self._close(group, None)

    async def _release(self, group: Group) -> None:
        try:
            await group.connection.run_text(RELEASE)
        except BaseException:
            await self._undo(group)
            raise

    async def _undo(self, group: Group) -> None:
        """Rolls back a member; if that fails, the whole group has failed, and changed nothing."""
        is_undone = False
        try:
            if group.ended and not group.connection.is_lost:
                with suppress(DBAPIError, OSError):
                    await self._undo_member(group.connection)
                    is_undone = True
        finally:
            # Also if it is canceled: what the member wrote may still be there.
            if not is_undone:
                await self._close(group, Unavailable(is_unchanged=True))

    async def _undo_member(self, connection: Connection) -> None:
        if connection.begin is not None:
            connection.begin = None
            return
        await connection.run_text(UNDO)
        await connection.run_text(RELEASE)

    async def _close(self, group: Group, error: Exception | None) -> None:
        """Returns the connection, which rolls back what isn't done, and reports to all members."""
        self._group = None
        try:
            await self._pool.give_back(group.connection)
        finally:
            for result in group.ended:
                if not result.done():
                    result.set_result(error)
