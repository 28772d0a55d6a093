"""The batch loader: a level of a query is one statement, however wide it is."""

from asyncio import Future, ensure_future, shield, wait
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from strawberry.dataloader import DataLoader

from models.database.store import Readable
from models.errors import DeletedMeanwhile

if TYPE_CHECKING:
    from resolvers.queries.loaders import Loaders

# The most keys in one statement; a larger one would block all others.
BATCH = 500
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class BatchLoader(DataLoader[K, V]):
    """A loader that answers a level of the query as a whole.

    A key that is known already is answered together with the unknown ones of its batch. If it were
    answered sooner, the level below would be two batches, and two statements.
    """

    def __init__(
        self, fetch: Callable[[list[K]], Coroutine[Any, Any, Sequence[V | BaseException]]]
    ) -> None:
        super().__init__(self._load_batch, cache=False)
        self._fetch = fetch
        # Where the answer for a key is: the batch that it was read in, and its index there.
        self._known: dict[K, tuple[Future[Sequence[V | BaseException]], int]] = {}
        self._pending: dict[K, Awaitable[V]] = {}

    def load(self, key: K) -> Awaitable[V]:
        """Shares one answer among all callers that come before the batch is read.

        A caller that is cancelled doesn't cancel it for the others.
        """
        if key not in self._pending:
            self._pending[key] = super().load(key)
        return shield(self._pending[key])

    def remember(self, answers: Mapping[K, V]) -> None:
        """Keeps what was read elsewhere, so that it is not read again."""
        batch: Future[Sequence[V | BaseException]] = self.loop.create_future()
        batch.set_result(list(answers.values()))
        self._keep(batch, answers)

    def _keep(self, batch: Future[Sequence[V | BaseException]], keys: Iterable[K]) -> None:
        for index, key in enumerate(keys):
            self._known.setdefault(key, (batch, index))

    async def _load_batch(self, keys: list[K]) -> list[V | BaseException]:
        self._pending.clear()
        unknown = [key for key in keys if key not in self._known]
        for start in range(0, len(unknown), BATCH):
            chunk = unknown[start : start + BATCH]
            self._keep(ensure_future(self._fetch(chunk)), chunk)
        await wait({self._known[key][0] for key in keys})
        answers = [self._known[key] for key in keys]
        return [batch.exception() or batch.result()[index] for batch, index in answers]


async def load_existing(loader: DataLoader[K, V | None], key: K) -> V:
    """Loads the row that a foreign key refers to.

    Raises DeletedMeanwhile: an event, or the payload of a mutation, is older than what is read
    about it.
    """
    row = await loader.load(key)
    if row is None:
        raise DeletedMeanwhile
    return row


class Batched(Generic[K, V]):
    """Declares a loader of `Loaders` by what it fetches; each operation creates it on first use."""

    def __init__(
        self, fetch: Callable[[Readable, list[K]], Coroutine[Any, Any, Sequence[V | BaseException]]]
    ) -> None:
        self.fetch = fetch

    def __set_name__(self, owner: type["Loaders"], name: str) -> None:
        self.name = name

    def __get__(self, loaders: "Loaders", owner: type["Loaders"]) -> BatchLoader[K, V]:
        loader = BatchLoader(partial(self.fetch, loaders.store))
        # Found there from now on, before this descriptor.
        loaders.__dict__[self.name] = loader
        return loader
