"""Turns: a limited number of users at a time, first come, first served."""

import asyncio
from collections import deque

from sqlalchemy.exc import TimeoutError as PoolTimeout

from models.database import limits


class Turns:
    """Lets a number of users in at a time.

    Each statement takes a turn and most find one that is free, which must cost less than it does
    with a semaphore of asyncio.
    """

    def __init__(self, number: int) -> None:
        # While a turn is free, nobody waits for one.
        self.free = number
        # How many users wait.
        self.waiting = 0
        self._queue: deque[asyncio.Future[None]] = deque()

    async def take(self, *, is_patient: bool = False) -> None:
        """Waits for a turn; raises PoolTimeout after WAIT_SECONDS unless the user is patient."""
        if self.free:
            self.free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        self.waiting += 1
        try:
            async with asyncio.timeout(None if is_patient else limits.WAIT_SECONDS):
                await turn
        except BaseException as error:
            if not turn.cancelled():
                # It came together with the cancellation, so it is the next one's.
                self.release()
            if isinstance(error, TimeoutError):
                raise PoolTimeout("it is busy") from error
            raise
        finally:
            self.waiting -= 1

    def release(self) -> None:
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self.free += 1
