"""Reads of the store that callers share although each of them may leave at any moment."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Generic, TypeVar

KEYS_AT_ONCE = 500  # More keys in one statement would hold up everyone else.

K = TypeVar("K")
V = TypeVar("V")


class SharedRead(Generic[K, V]):
    """One read answers everyone who is waiting when it begins; nothing is remembered.

    The reads run one after the other in a task of their own. A caller that is cancelled stops none
    of them, and a crowd of callers takes one connection.
    """

    def __init__(self, read: Callable[[list[K]], Coroutine[Any, Any, V]]) -> None:
        self.task: asyncio.Task[None] | None = None
        self._read = read
        self._asked: list[tuple[K, asyncio.Future[V]]] = []

    async def ask(self, key: K) -> V:
        """Raises what the read raises."""
        answer: asyncio.Future[V] = asyncio.get_running_loop().create_future()
        self._asked.append((key, answer))
        if self.task is None:
            self.task = asyncio.create_task(self._answer_all())
        return await answer

    async def _answer_all(self) -> None:
        try:
            while waiting := self._take():
                await self._answer(waiting)
        finally:
            self.task = None

    def _take(self) -> Sequence[tuple[K, asyncio.Future[V]]]:
        """The next callers who have not left."""
        waiting = [one for one in self._asked if not one[1].done()]
        self._asked = waiting[KEYS_AT_ONCE:]
        return waiting[:KEYS_AT_ONCE]

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
