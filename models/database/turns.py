"""Turns: a limited number of users at a time, first come, first served."""

import asyncio

from sqlalchemy.exc import TimeoutError as PoolTimeout

from models.database import limits


class Turns:
    """Lets a number of users in at a time."""

    def __init__(self, number: int) -> None:
        self.free = number
        # How many users wait.
        self.waiting = 0
        self._semaphore = asyncio.Semaphore(number)

    async def take(self, *, is_patient: bool = False) -> None:
        """Waits for a turn; raises PoolTimeout after WAIT_SECONDS unless the user is patient."""
        if self._semaphore.locked():
            self.waiting += 1
            try:
                async with asyncio.timeout(None if is_patient else limits.WAIT_SECONDS):
                    await self._semaphore.acquire()
            except TimeoutError as error:
                raise PoolTimeout("it is busy") from error
            finally:
                self.waiting -= 1
        else:
            # Returns at once.
            await self._semaphore.acquire()
        self.free -= 1

    def release(self) -> None:
        self.free += 1
        self._semaphore.release()
