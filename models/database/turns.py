"""Turns: a limited number of users at a time, first come, first served."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy.exc import TimeoutError as PoolTimeout

from models.database import limits


class Turns:
    """Lets a number of users in at a time."""

    def __init__(self, number: int) -> None:
        self.free = number
        self._semaphore = asyncio.Semaphore(number)
        # How many users wait.
        self.waiting = 0

    @asynccontextmanager
    async def take(self, *, is_patient: bool = False) -> AsyncGenerator[None]:
        """Waits for a turn; raises PoolTimeout after WAIT_SECONDS unless the user is patient."""
        if self._semaphore.locked():
            await self._wait(None if is_patient else limits.WAIT_SECONDS)
        else:
            # Returns at once.
            await self._semaphore.acquire()
        self.free -= 1
        try:
            yield
        finally:
            self.free += 1
            self._semaphore.release()

    async def _wait(self, seconds: float | None) -> None:
        self.waiting += 1
        try:
            async with asyncio.timeout(seconds):
                await self._semaphore.acquire()
        except TimeoutError as error:
            raise PoolTimeout("it is busy") from error
        finally:
            self.waiting -= 1
