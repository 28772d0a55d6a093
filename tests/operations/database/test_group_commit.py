"""Group commit: writers that wait for SQLite's one writer are committed together."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from models.base import now
from models.database.connection import COMMIT
from models.database.group_commit import RELEASE, UNDO
from models.database.store import Store
from models.errors.request import CommitUnknown, Unavailable
from models.users import User, make_user
from tests.support.http import ONLY_SQLITE
from tests.support.subscriptions import until

pytestmark = ONLY_SQLITE
WRITERS = 64


async def write(store: Store, number: int, error: Exception | None = None) -> None:
    async with store.write() as session:
        session.add(make_user(f"user_{number:02}", now()))
        await session.flush()
        # Others come to wait for the writer.
        await asyncio.sleep(0)
        if error:
            raise error


async def ids(store: Store) -> list[str]:
    async with store.read() as connection:
        return list((await connection.execute(select(User.id).order_by(col(User.id)))).scalars())


@contextmanager
def listened(store: Store) -> Generator[list[str]]:
    texts: list[str] = []
    store.listeners.append(texts.append)
    yield texts
    store.listeners.remove(texts.append)


@asynccontextmanager
async def held_commits(
    store: Store, monkeypatch: pytest.MonkeyPatch, *failures: BaseException | None
) -> AsyncGenerator[asyncio.Event]:
    """Holds each commit until the event is set; then it fails with the next of the failures."""
    run, released, due = store.driver.run, asyncio.Event(), list(failures)

    async def hold(connection: Any, statement: str, *rest: Any) -> int:
        if statement == COMMIT:
            await released.wait()
            if due and (failure := due.pop(0)):
                raise failure
        return await run(connection, statement, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(store.driver, "run", hold)
        yield released
        released.set()


async def start_writers(store: Store) -> list[asyncio.Task[None]]:
    """Starts three writers, and waits until they can do no more before the commit."""
    writers = [asyncio.create_task(write(store, number)) for number in range(3)]
    await asyncio.sleep(0.1)
    return writers


async def outcomes(*writers: Any) -> list[BaseException | None]:
    return await asyncio.gather(*writers, return_exceptions=True)


async def test_writers_that_wait_are_committed_together(store: Store) -> None:
    with listened(store) as texts:
        await asyncio.gather(*(write(store, number) for number in range(WRITERS)))

    assert len(await ids(store)) == WRITERS
    assert texts.count(COMMIT) <= 2
    assert texts.count("BEGIN IMMEDIATE") == texts.count(COMMIT)
    # Open savepoints would make each page that is changed more expensive.
    savepoints = [text.split(" ")[0] for text in texts if text.endswith("member")]
    assert savepoints == ["SAVEPOINT", "RELEASE"] * (WRITERS - texts.count(COMMIT))


async def test_a_writer_that_nobody_waits_for_has_a_transaction_of_its_own(store: Store) -> None:
    with listened(store) as texts:
        await write(store, 1)
        await write(store, 2)

    kinds = [statement.split(" ")[0] for statement in texts]
    assert kinds == ["BEGIN", "INSERT", COMMIT, "BEGIN", "INSERT", COMMIT]


async def test_nothing_is_reported_before_the_commit(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with held_commits(store, monkeypatch) as released:
        writers = await start_writers(store)
        assert not any(writer.done() for writer in writers)
        assert await ids(store) == []

        released.set()
        await asyncio.gather(*writers)
    assert await ids(store) == ["user_00", "user_01", "user_02"]


@pytest.mark.parametrize("rejected", [{0}, {1}, {3}, {1, 2}, {0, 1, 2, 3}])
async def test_a_rejected_member_changes_nothing_and_the_others_are_committed(
    store: Store, rejected: set[int]
) -> None:
    errors = {number: RuntimeError("rejected") for number in rejected}

    found = await outcomes(*(write(store, number, errors.get(number)) for number in range(4)))

    assert found == [errors.get(number) for number in range(4)]
    assert await ids(store) == [
        f"user_{number:02}" for number in range(4) if number not in rejected
    ]
    assert store.writer_turns.free == 1
    await write(store, 9)


async def test_a_rejected_member_may_have_run_no_statement(store: Store) -> None:
    async def refuse() -> None:
        async with store.write():
            raise RuntimeError("rejected")

    async def leave() -> None:
        async with store.write():
            pass

    with listened(store) as texts:
        found = await outcomes(write(store, 1), refuse(), leave(), write(store, 2), leave())

    assert [type(error) for error in found] == [type(None), RuntimeError, *[type(None)] * 3]
    assert await ids(store) == ["user_01", "user_02"]
    kinds = [statement.split(" ")[0] for statement in texts]
    assert kinds == ["BEGIN", "INSERT", "SAVEPOINT", "INSERT", "RELEASE", COMMIT]


async def test_a_writer_after_one_that_ran_no_statement_begins_a_transaction(store: Store) -> None:
    async with store.write():
        pass
    with pytest.raises(RuntimeError):
        await write(store, 1, RuntimeError("rejected"))
    assert await ids(store) == []


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (lambda: operational_error(sqlite3.SQLITE_FULL), Unavailable),
        (lambda: TimeoutError("no answer"), CommitUnknown),
    ],
    ids=["rejected", "unknown"],
)
async def test_a_commit_that_fails_fails_for_all_members(
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    failure: Callable[[], Exception],
    expected: type[Exception],
) -> None:
    # The first writer finds nobody waiting at its end only if it is the last one.
    async with held_commits(store, monkeypatch, failure()) as released:
        released.set()
        found = await outcomes(*(write(store, number) for number in range(5)))

    assert [type(error) for error in found] == [expected] * 5
    assert await ids(store) == []
    await write(store, 7)
    assert await ids(store) == ["user_07"]


def operational_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("the disk is full")
    error.sqlite_errorcode = code
    return error


async def test_a_connection_that_is_lost_takes_the_group_along(store: Store) -> None:
    entered = asyncio.Event()

    async def hang() -> None:
        async with store.write() as session:
            entered.set()
            # On the thread. It ends only if it is interrupted.
            await session.execute(
                text(
                    "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t)"
                    " SELECT count(*) FROM t"
                )
            )

    first = asyncio.create_task(write(store, 1))
    second = asyncio.create_task(hang())
    third = asyncio.create_task(write(store, 3))
    await entered.wait()
    assert not first.done()
    # Comes after the task that would have committed the group.
    fourth = asyncio.create_task(write(store, 4))
    await until(lambda: store.writer_turns.waiting == 3)
    second.cancel()

    found = await outcomes(first, second, third, fourth)

    # Nothing was committed for the first; the others got a connection of their own.
    assert isinstance(found[0], Unavailable)
    assert not isinstance(found[0], CommitUnknown)
    assert isinstance(found[1], asyncio.CancelledError)
    assert found[2:] == [None, None]
    assert await ids(store) == ["user_03", "user_04"]


@pytest.mark.parametrize("end", [RELEASE, UNDO])
async def test_a_member_that_is_canceled_at_its_end_takes_the_group_along(
    store: Store, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    """What it wrote must not be committed with what others write."""
    fetch, entered = store.driver.fetch, asyncio.Event()

    async def hang(connection: Any, statement: str, *rest: Any) -> Any:
        if statement == end and not entered.is_set():
            entered.set()
            await asyncio.Event().wait()
        return await fetch(connection, statement, *rest)

    monkeypatch.setattr(store.driver, "fetch", hang)
    error = RuntimeError("rejected") if end == UNDO else None
    first = asyncio.create_task(write(store, 1))
    second = asyncio.create_task(write(store, 2, error))
    third = asyncio.create_task(write(store, 3))
    await entered.wait()
    second.cancel()

    found = await outcomes(first, second, third)

    expected = [Unavailable, asyncio.CancelledError, type(None)]
    assert [type(error) for error in found] == expected
    assert await ids(store) == ["user_03"]
    assert store.writer_turns.free == 1


async def test_a_transaction_that_the_database_ended_fails_for_all_members(store: Store) -> None:
    async def end() -> None:
        async with store.write() as session:
            await session.execute(text('INSERT INTO "user" SELECT * FROM "user" WHERE false'))
            # As SQLite does by itself when the disk is full.
            await session.transaction.run_text("ROLLBACK")
            raise RuntimeError("the disk is full")

    found = await outcomes(write(store, 1), end(), write(store, 3))

    assert [type(error) for error in found] == [Unavailable, RuntimeError, type(None)]
    assert await ids(store) == ["user_03"]


async def test_a_waiting_writer_that_leaves_does_not_hold_the_commit_up(store: Store) -> None:
    first = asyncio.create_task(write(store, 1))
    second = asyncio.create_task(write(store, 2))
    await asyncio.sleep(0)
    second.cancel()

    async with asyncio.timeout(60):
        await first
    assert "user_01" in await ids(store)


async def test_a_member_that_is_canceled_during_the_commit_is_committed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with held_commits(store, monkeypatch) as released:
        writers = await start_writers(store)
        writers[0].cancel()
        await asyncio.sleep(0.01)
        assert [writer.done() for writer in writers] == [True, False, False]
        released.set()
        await asyncio.gather(*writers[1:])

    assert await ids(store) == ["user_00", "user_01", "user_02"]


async def test_a_commit_that_is_interrupted_may_have_happened(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with held_commits(store, monkeypatch):
        writers = await start_writers(store)
        for task in asyncio.all_tasks():
            if "commit_in_turn" in str(task.get_coro()):
                task.cancel()
        found = await outcomes(*writers)

    assert [type(error) for error in found] == [CommitUnknown] * 3
    await write(store, 7)
