"""Reads of the store that callers share, although each of them may be canceled at any time."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextvars import Context
from typing import Any, Generic, TypeVar

# More keys in one statement would delay all other callers.
KEYS_AT_ONCE = 500

K = TypeVar("K")
V = TypeVar("V")


class SharedRead(Generic[K, V]):
    """One read answers all callers that are waiting when it begins; nothing is cached.

    The reads run one after the other in a task of their own. Canceling a caller stops none of them,
    and any number of callers takes one connection.
    """

    def __init__(self, read: Callable[[list[K]], Coroutine[Any, Any, V]]) -> None:
        self.task: asyncio.Task[None] | None = None
        self._read = read
        self._requests: list[tuple[K, asyncio.Future[V]]] = []

    async def ask(self, key: K) -> V:
        """Waits for the result of a read that includes the key; raises what the read raises."""
        answer: asyncio.Future[V] = asyncio.get_running_loop().create_future()
        self._requests.append((key, answer))
        if self.task is None:
            self.task = asyncio.create_task(self._answer_all(), context=Context())
        return await answer

    async def _answer_all(self) -> None:
        try:
            while waiting := [request for request in self._requests if not request[1].done()]:
                self._requests = waiting[KEYS_AT_ONCE:]
                await self._answer(waiting[:KEYS_AT_ONCE])
        finally:
            self.task = None

    async def _answer(self, waiting: Sequence[tuple[K, asyncio.Future[V]]]) -> None:
        try:
            value = await self._read([key for key, _ in waiting])
        except Exception as error:
            for _, answer in waiting:
                if not answer.done():
                    answer.set_exception(error)
        else:
            for _, answer in waiting:
                if not answer.done():
                    answer.set_result(value)
