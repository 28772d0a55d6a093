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
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        self._queue.append(turn)
        self.waiting += 1
        timer = None if is_patient else loop.call_later(limits.WAIT_SECONDS, _give_up, turn)
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled() and not turn.exception():
                # It came together with the cancellation, so it is the next one's.
                self.release()
            raise
        finally:
            self.waiting -= 1
            if timer:
                timer.cancel()

    def release(self) -> None:
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self.free += 1


def _give_up(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_exception(PoolTimeout("it is busy"))
