"""The batch loader: a level of a query is one statement, however wide it is."""

from asyncio import Future, Task, current_task, get_running_loop
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from models.database.store import Readable
from models.errors.request import DeletedMeanwhile

if TYPE_CHECKING:
    from resolvers.queries.loaders import Loaders

# The most keys in one statement; a larger one would block all others.
BATCH = 500
R = TypeVar("R", bound=Hashable)
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
T = TypeVar("T")


class SoleReader:
    """The task that alone reads for an operation, while nothing else of the operation runs."""

    __slots__ = ("task",)

    def __init__(self) -> None:
        self.task: Task[Any] | None = None

    def is_current(self) -> bool:
        return self.task is not None and self.task is current_task()


class BatchLoader(Generic[K, V]):
    """A loader that answers a level of the query as a whole.

    A key that is known already is answered together with the unknown ones of its batch. If it were
    answered sooner, the level below would be two batches, and two statements.

    The sole reader of an operation waits for no batch, because nobody could join it.
    """

    def __init__(
        self,
        fetch: Callable[[list[K]], Coroutine[Any, Any, Sequence[V | BaseException]]],
        sole_reader: SoleReader,
    ) -> None:
        self._fetch = fetch
        self._sole_reader = sole_reader
        self._answers: dict[K, V | BaseException] = {}
        # The keys that are being read, with the tasks that do so.
        self._reading: dict[K, Task[None]] = {}
        # The keys of the batch that others can still join, and who waits for it.
        self._keys: dict[K, None] = {}
        self._waiters: list[Future[None]] = []

    def load(self, key: K) -> Awaitable[V]:
        """Shares one answer among all callers that come before the batch is read.

        A caller that is cancelled doesn't cancel it for the others.
        """
        return self._answer(self._begin([key]), key)

    def load_many(self, keys: Sequence[K]) -> Awaitable[list[V]]:
        """Loads the answers for several keys, which may repeat, in the same batch as `load`.

        What `load` would raise is in the list, as the values of a batch resolver can be.
        """
        return self._answer_many(self._begin(keys), keys)

    def knows(self, key: K) -> bool:
        """Whether the answer has been read, or somebody has asked for it."""
        return key in self._answers or key in self._reading or key in self._keys

    def get_known(self, key: K) -> V | None:
        """Returns an answer that was read or remembered, for a caller that no level waits for."""
        answer = self._answers.get(key)
        return None if isinstance(answer, BaseException) else answer

    def remember(self, answers: Mapping[K, V]) -> None:
        """Keeps what was read elsewhere, so that it is not read again."""
        for key, answer in answers.items():
            self._answers.setdefault(key, answer)

    def _begin(self, keys: Iterable[K]) -> Future[None] | None:
        """Joins the batch, unless whoever awaits the answer may be the sole reader."""
        return self._join(keys) if self._sole_reader.task is None else None

    async def _read_alone(self, keys: Sequence[K]) -> None:
        # Another task can run this, such as one of several that are gathered. After one of those
        # has failed, the others may still be reading.
        is_alone = not self._keys and self._sole_reader.is_current()
        if not is_alone or not self._reading.keys().isdisjoint(keys):
            await self._join(keys)
            return
        unknown = [key for key in dict.fromkeys(keys) if key not in self._answers]
        for start in range(0, len(unknown), BATCH):
            await self._read(unknown[start : start + BATCH])

    async def _read(self, keys: list[K]) -> None:
        """Reads keys; what that raises is the answer for each of them."""
        answers: Mapping[K, V | BaseException]
        try:
            answers = dict(zip(keys, await self._fetch(keys), strict=True))
        except Exception as error:
            answers = dict.fromkeys(keys, error)
        for key, answer in answers.items():
            self._answers.setdefault(key, answer)

    def _join(self, keys: Iterable[K]) -> Future[None]:
        """Adds keys to the batch; returns a future of this caller alone, who can cancel it."""
        loop = get_running_loop()
        self._keys.update(dict.fromkeys(keys))
        if not self._waiters:
            # Who asks in this round of the event loop, or in the next one, joins the batch.
            loop.call_soon(loop.call_soon, self._read_batch)
        waiter = loop.create_future()
        self._waiters.append(waiter)
        return waiter

    def _read_batch(self) -> None:
        keys, self._keys = self._keys, {}
        waiters, self._waiters = self._waiters, []
        unknown = [key for key in keys if key not in self._answers and key not in self._reading]
        for start in range(0, len(unknown), BATCH):
            chunk = unknown[start : start + BATCH]
            task = get_running_loop().create_task(self._read(chunk))
            self._reading.update(dict.fromkeys(chunk, task))
            task.add_done_callback(partial(self._end_read, chunk))
        pending = {task for key in keys if (task := self._reading.get(key))}

        def end(task: Task[None] | None = None) -> None:
            if task:
                pending.discard(task)
            for waiter in waiters:
                # Who waits for what was canceled is canceled as well.
                if task and task.cancelled():
                    waiter.cancel()
                elif not pending and not waiter.done():
                    waiter.set_result(None)

        for task in [*pending]:
            task.add_done_callback(end)
        end()

    def _end_read(self, keys: list[K], task: Task[None]) -> None:
        for key in keys:
            del self._reading[key]

    async def _answer(self, waiter: Future[None] | None, key: K) -> V:
        await (waiter or self._read_alone([key]))
        return get_value(self._answers[key])

    async def _answer_many(self, waiter: Future[None] | None, keys: Sequence[K]) -> list[V]:
        await (waiter or self._read_alone(keys))
        return cast(list[V], [self._answers[key] for key in keys])


class LoadersByRequest(dict[R, BatchLoader[K, V]]):
    """A loader for each request, such as that for the first page of a list."""

    def __init__(
        self,
        fetch: Callable[[R, list[K]], Coroutine[Any, Any, Sequence[V | BaseException]]],
        sole_reader: SoleReader,
    ) -> None:
        super().__init__()
        self._fetch = fetch
        self._sole_reader = sole_reader

    def __missing__(self, request: R) -> BatchLoader[K, V]:
        loader = self[request] = BatchLoader(partial(self._fetch, request), self._sole_reader)
        return loader


def get_value(answer: T | BaseException) -> T:
    """Returns an answer of `load_many`, or raises what `load` would raise."""
    if isinstance(answer, BaseException):
        raise answer
    return answer


async def load_existing(loader: BatchLoader[K, V | None], key: K) -> V:
    """Loads the row that a foreign key refers to.

    Raises DeletedMeanwhile: an event, or the payload of a mutation, is older than what is read
    about it.
    """
    row = await loader.load(key)
    if row is None:
        raise DeletedMeanwhile
    return row


async def load_many_existing(loader: BatchLoader[K, V | None], keys: Sequence[K]) -> list[V]:
    """Loads the rows that foreign keys refer to; in place of a missing one is DeletedMeanwhile."""
    rows = await loader.load_many(keys)
    return cast(list[V], [DeletedMeanwhile() if row is None else row for row in rows])


class Batched(Generic[K, V]):
    """Declares a loader of `Loaders` by what it fetches; each operation creates it on first use."""

    def __init__(
        self, fetch: Callable[[Readable, list[K]], Coroutine[Any, Any, Sequence[V | BaseException]]]
    ) -> None:
        self.fetch = fetch

    def __set_name__(self, owner: type["Loaders"], name: str) -> None:
        self.name = name

    def __get__(self, loaders: "Loaders", owner: type["Loaders"]) -> BatchLoader[K, V]:
        loader = BatchLoader(partial(self.fetch, loaders.store), loaders.sole_reader)
        # Found there from now on, before this descriptor.
        loaders.__dict__[self.name] = loader
        return loader


class BatchedByRequest(Generic[R, K, V]):
    """Declares loaders of `Loaders`, one for each request."""

    def __init__(
        self,
        fetch: Callable[[Readable, R, list[K]], Coroutine[Any, Any, Sequence[V | BaseException]]],
    ) -> None:
        self.fetch = fetch

    def __set_name__(self, owner: type["Loaders"], name: str) -> None:
        self.name = name

    def __get__(self, loaders: "Loaders", owner: type["Loaders"]) -> LoadersByRequest[R, K, V]:
        fetch = partial(self.fetch, loaders.store)
        by_request = LoadersByRequest[R, K, V](fetch, loaders.sole_reader)
        loaders.__dict__[self.name] = by_request
        return by_request


class BatchedAt(Batched[K, V]):
    """Declares a loader whose answers depend on the time of each read."""

    def __init__(
        self,
        fetch: Callable[
            [Readable, datetime, list[K]], Coroutine[Any, Any, Sequence[V | BaseException]]
        ],
    ) -> None:
        self.fetch_at = fetch

    def __get__(self, loaders: "Loaders", owner: type["Loaders"]) -> BatchLoader[K, V]:
        store, clock = loaders.store, loaders.clock
        loader = BatchLoader[K, V](
            lambda keys: self.fetch_at(store, clock(), keys), loaders.sole_reader
        )
        loaders.__dict__[self.name] = loader
        return loader
