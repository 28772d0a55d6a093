"""The messages of a socket that the application has not received yet."""

import asyncio
from collections import deque
from typing import Any


class Inbox:
    """A queue with one reader.

    There are thousands of idle sockets, and an `asyncio.Queue` takes 3 KiB, even if it's empty. So
    an empty queue is None.
    """

    __slots__ = ("_messages", "_waiter")

    def __init__(self) -> None:
        self._messages: deque[Any] | None = None
        self._waiter: asyncio.Future[None] | None = None

    def put_nowait(self, message: Any) -> None:
        self._messages = self._messages or deque()
        self._messages.append(message)
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    async def get(self) -> Any:
        while not self._messages:
            self._messages = None
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return self._messages.popleft()

    def empty(self) -> bool:
        return not self._messages
