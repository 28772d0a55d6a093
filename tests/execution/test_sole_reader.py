"""Who reads alone for an operation reads at once; who doesn't still shares a statement."""

import asyncio
import gc
import warnings
from collections.abc import Coroutine, Sequence
from typing import Any

import pytest

from resolvers.queries.batching import BatchLoader, SoleReader
from tests.support.api import Api, operation
from tests.support.data.factories import Acme
from tests.support.subscriptions import until


def record(batches: list[list[str]]) -> BatchLoader[str, str]:
    async def fetch(keys: list[str]) -> Sequence[str | BaseException]:
        batches.append(keys)
        return [LookupError(key) if key == "missing" else key.upper() for key in keys]

    sole_reader = SoleReader()
    sole_reader.task = asyncio.current_task()
    return BatchLoader(fetch, sole_reader)


async def test_a_check_of_a_permission_starts_no_task(api: Api, acme: Acme) -> None:
    given = {"organizationId": acme.id, "permission": "org:sys_memberships:manage"}
    request = operation("check-permission"), given
    await api.run(*request, by=acme.admin)
    started: list[Coroutine[Any, Any, Any]] = []

    def start(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> asyncio.Task[Any]:
        started.append(coroutine)
        return asyncio.Task(coroutine, loop=loop, **options)

    loop = asyncio.get_running_loop()
    loop.set_task_factory(start)
    try:
        answer = await api.run(*request, by=acme.admin)
    finally:
        loop.set_task_factory(None)

    assert answer.data["checkPermission"]["allowed"]
    # PostgreSQL is waited for, and its rollback must not be canceled.
    expected = [] if api.store.is_sqlite else ["Connection.roll_back"]
    assert [coroutine.__qualname__ for coroutine in started] == expected


async def test_each_read_is_a_batch_of_its_own_and_is_kept() -> None:
    batches: list[list[str]] = []
    loader = record(batches)

    assert await loader.load("a") == "A"
    assert await loader.load_many(["a", "b", "b"]) == ["A", "B", "B"]

    assert batches == [["a"], ["b"]]
    assert loader.get_known("b") == "B"


async def test_a_failed_entry_fails_only_itself() -> None:
    loader = record([])

    one, failed = await asyncio.gather(
        loader.load("a"), loader.load("missing"), return_exceptions=True
    )

    assert one == "A"
    assert isinstance(failed, LookupError)


async def test_a_read_that_fails_fails_each_entry_and_is_not_repeated() -> None:
    batches: list[list[str]] = []

    async def fetch(keys: list[str]) -> Sequence[str]:
        batches.append(keys)
        raise LookupError

    sole_reader = SoleReader()
    loader = BatchLoader(fetch, sole_reader)
    sole_reader.task = asyncio.current_task()

    assert [type(entry) for entry in await loader.load_many(["a", "b"])] == [LookupError] * 2
    with pytest.raises(LookupError):
        await loader.load("b")
    assert batches == [["a", "b"]]


async def test_what_is_gathered_is_one_batch() -> None:
    batches: list[list[str]] = []
    loader = record(batches)

    assert await asyncio.gather(loader.load("a"), loader.load("b")) == ["A", "B"]

    assert batches == [["a", "b"]]


async def test_a_batch_that_waits_gets_the_keys_of_the_sole_reader() -> None:
    batches: list[list[str]] = []
    loader = record(batches)

    other = asyncio.ensure_future(loader.load("a"))
    await asyncio.sleep(0)
    assert await loader.load("b") == "B"

    assert await other == "A"
    assert batches == [["a", "b"]]


def hold(
    batches: list[list[str]], may_read: asyncio.Event, sole_reader: SoleReader
) -> BatchLoader[str, str]:
    """Makes a loader that notes the keys of its batches, and reads them once it may."""

    async def fetch(keys: list[str]) -> Sequence[str]:
        batches.append(keys)
        await may_read.wait()
        return [key.upper() for key in keys]

    return BatchLoader(fetch, sole_reader)


async def test_what_is_being_read_is_waited_for() -> None:
    """As when a field that gathers fails, while others that it has gathered still read."""
    batches: list[list[str]] = []
    may_read = asyncio.Event()
    sole_reader = SoleReader()
    loader = hold(batches, may_read, sole_reader)
    sole_reader.task = asyncio.current_task()
    given_up = asyncio.ensure_future(loader.load("a"))
    await until(lambda: bool(batches))
    given_up.cancel()
    asyncio.get_running_loop().call_soon(may_read.set)

    assert await loader.load("a") == "A"
    assert batches == [["a"]]


@pytest.mark.parametrize("is_alone", [True, False])
async def test_a_read_with_too_few_answers_fails_for_each_key(is_alone: bool) -> None:
    async def fetch(keys: list[str]) -> Sequence[str]:
        return keys[1:]

    sole_reader = SoleReader()
    sole_reader.task = asyncio.current_task() if is_alone else None
    answers = await BatchLoader(fetch, sole_reader).load_many(["a", "b"])

    assert [type(one) for one in answers] == [ValueError, ValueError]


async def test_who_asks_for_what_is_being_read_waits_for_it() -> None:
    batches: list[list[str]] = []
    may_read = asyncio.Event()
    loader = hold(batches, may_read, SoleReader())
    first = asyncio.ensure_future(loader.load("a"))
    await until(lambda: bool(batches))
    assert loader.knows("a")
    second = asyncio.ensure_future(loader.load_many(["a", "b"]))
    await until(lambda: len(batches) == 2)
    may_read.set()

    assert (await first, await second) == ("A", ["A", "B"])
    assert batches == [["a"], ["b"]]


async def test_a_read_that_is_canceled_before_it_starts_leaves_nothing() -> None:
    loader = record([])

    with warnings.catch_warnings(record=True) as noted:
        warnings.simplefilter("always")
        given_up = asyncio.ensure_future(loader.load("a"))
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)
        gc.collect()

    assert [str(one.message) for one in noted] == []


@pytest.mark.parametrize("has_begun", [True, False])
async def test_who_waits_for_a_canceled_read_is_canceled(has_begun: bool) -> None:
    begun: list[list[str]] = []

    async def fetch(keys: list[str]) -> Sequence[str]:
        begun.append(keys)
        return await asyncio.Future()

    loader = BatchLoader(fetch, SoleReader())
    asked = loader.load("a"), loader.load("b"), loader.load_many(["a", "b"])
    waiting = [asyncio.ensure_future(one) for one in asked]
    others = asyncio.all_tasks()
    # It begins in the round of the event loop after that in which its task is created.
    for _ in iter(
        lambda: len(asyncio.all_tasks()) > len(others) and has_begun <= bool(begun), True
    ):
        await asyncio.sleep(0)
    (read,) = asyncio.all_tasks() - others
    read.cancel()
    await asyncio.wait(waiting)

    assert bool(begun) is has_begun
    assert all(one.cancelled() for one in waiting)
    assert not loader.knows("a")
