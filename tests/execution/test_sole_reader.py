"""Who reads alone for an operation reads at once; who doesn't still shares a statement."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from resolvers.queries.batching import BatchLoader, SoleReader
from tests.support.api import Api, operation
from tests.support.data.factories import Acme


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
