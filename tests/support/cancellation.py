"""Cancels a coroutine at any of the points where it waits."""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from typing import Any, TypeVar

T = TypeVar("T")


class Watched(Coroutine[Any, Any, T]):
    """A coroutine that calls `on_wait` in the turn of the event loop that begins its nth wait."""

    def __init__(
        self, coroutine: Coroutine[Any, Any, T], nth: int, on_wait: Callable[[], object]
    ) -> None:
        self._coroutine = coroutine
        self._remaining = nth
        self._on_wait = on_wait

    def send(self, value: Any, /) -> Any:
        return self._counted(self._coroutine.send(value))

    def throw(self, *error: Any) -> Any:
        return self._counted(self._coroutine.throw(*error))

    def close(self) -> None:
        self._coroutine.close()

    def __await__(self) -> Generator[Any, Any, T]:
        raise NotImplementedError("run it as a task")

    def _counted(self, awaited: Any) -> Any:
        self._remaining -= 1
        if self._remaining == 0:
            self._on_wait()
        return awaited


def cancelled_at(coroutine: Coroutine[Any, Any, T], *, wait: int, turns: int) -> asyncio.Task[T]:
    """Runs the coroutine as a task, and cancels it some turns after its nth wait has begun.

    With 0 turns, it is cancelled before anything else runs.
    """

    def cancel_after(remaining: int) -> None:
        if remaining:
            asyncio.get_running_loop().call_soon(cancel_after, remaining - 1)
        else:
            task.cancel()

    task = asyncio.create_task(Watched(coroutine, wait, lambda: cancel_after(turns)))
    return task
