"""The store: rows as objects within a transaction, savepoints, and connections that are lost."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from models.base import now
from models.database.connection import Connection
from models.database.session import DatabaseSession
from models.database.store import Store
from models.errors.request import Unavailable
from models.instance import Instance
from models.users import User, make_user
from resolvers.authority.access import SYSTEM
from resolvers.foundation.locks import ROLES_LOCK
from resolvers.foundation.transaction import begin
from tests.conftest import counted
from tests.support.api import Api

pytestmark = pytest.mark.both_databases

AT = now()


def a_user(number: int) -> User:
    return make_user(f"user_{number}", AT)


async def names(store: Store) -> dict[str, str | None]:
    async with store.read() as connection:
        rows = await connection.execute(select(User.id, User.first_name).order_by(col(User.id)))
        return {row.id: row.first_name for row in rows}


async def test_what_was_added_and_changed_is_written_before_the_next_statement(
    store: Store,
) -> None:
    async with store.write() as session:
        users = [a_user(1), a_user(2)]
        session.add_all(users)
        users[0].first_name = "Ada"
        with counted(store) as statements:
            found = (await session.execute(select(User).order_by(col(User.id)))).scalars()
        assert len(statements) == 2
        assert found == users
        assert found[0] is users[0]
        with counted(store) as statements:
            for name in ("Grace", "Grace"):
                users[1].first_name = name
            for name in ("Augusta", "Ada"):
                users[0].first_name = name
            await session.flush()
            await session.flush()

    # The name of the first user is what it was.
    assert [statement.split(" ")[0] for statement in statements] == ["UPDATE"]
    assert await names(store) == {"user_1": "Ada", "user_2": "Grace"}


async def test_a_row_that_is_read_again_has_its_newest_values(store: Store) -> None:
    async with store.write() as session:
        session.add(a_user(1))
    async with store.write() as session:
        user = (await session.execute(select(User))).scalar_one()
        await session.execute(text("UPDATE \"user\" SET first_name = 'Ada'"))
        assert user.first_name is None
        user.first_name = None
        assert (await session.execute(select(User))).scalar_one() is user
        assert user.first_name == "Ada"
        assert await session.get_one(User, "user_1") is user
        user.first_name = None
    assert await names(store) == {"user_1": None}


async def test_a_savepoint_undoes_what_its_block_wrote_and_changed(store: Store) -> None:
    async with store.write() as session:
        user = a_user(1)
        session.add(user)
        with suppress(RuntimeError):
            async with session.begin_nested():
                user.first_name = "Ada"
                session.add(a_user(2))
                await session.flush()
                user.first_name, user.last_name = "Augusta", "Lovelace"
                raise RuntimeError
        assert (user.first_name, user.last_name) == (None, None)
        user.first_name = "Ada"
        async with session.begin_nested():
            session.add(a_user(3))
    assert await names(store) == {"user_1": "Ada", "user_3": None}


async def test_an_insert_that_leaves_columns_out_gives_them_their_defaults(store: Store) -> None:
    row = {"created_at": AT, "updated_at": AT, "identifier": "x"}
    async with store.write() as session:
        await session.execute(insert(User), {"id": "user_1", **row})
        await session.execute(insert(User), [{"id": f"user_{id}", **row} for id in (2, 3)])
        users = (await session.execute(select(User))).scalars()
    assert {
        (user.search_text, user.email_verified, str(user.public_metadata)) for user in users
    } == {("", False, "{}")}


def test_only_columns_can_be_set() -> None:
    with pytest.raises(AttributeError, match="User has no column 'fist_name'"):
        a_user(1).fist_name = "Ada"  # pyright: ignore[reportAttributeAccessIssue]


def test_new_rows_share_no_default() -> None:
    assert a_user(1) != a_user(1)
    assert a_user(1).public_metadata == {}
    assert a_user(1).public_metadata is not a_user(2).public_metadata


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_the_lock_of_the_roles_is_taken_once_in_the_message_that_begins(api: Api) -> None:
    sent: list[str] = []

    def note(message: Any) -> None:
        sent.append(message.query)

    async with begin(api.server, SYSTEM) as tx:
        tx.session.transaction.raw.add_query_logger(note)
        await tx.lock_roles_shared()
        await tx.lock_roles_shared()
        # It comes after the messages above, so the driver has reported those by now.
        await tx.session.execute(text("SELECT 1"))

    lock = f"SELECT pg_advisory_xact_lock_shared({ROLES_LOCK})"
    assert [message for message in sent if "lock" in message] == [
        f"{api.store.driver.begin}; {lock}"
    ]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_what_fails_in_the_message_that_begins_leaves_the_connection_in_order(
    store: Store,
) -> None:
    with pytest.raises(DBAPIError):
        async with store.write() as session:
            await session.transaction.run_command("SELECT 1 / 0")

    (connection,) = store.writers.idle
    ((transaction,),) = await connection.run_text("SELECT pg_current_xact_id_if_assigned()")
    assert (transaction, connection.is_in_transaction) == (None, False)


async def test_a_transaction_that_raises_leaves_nothing(store: Store) -> None:
    with suppress(RuntimeError):
        async with store.write() as session:
            session.add(a_user(1))
            await session.flush()
            raise RuntimeError
    assert await names(store) == {}


async def test_a_transaction_that_fails_or_is_canceled_at_any_step_leaves_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = {
        "take": store.writers,
        "flush": DatabaseSession,
        "commit": Connection,
        "roll_back": store.driver,
    }
    free, found = store.writer_turns.free, list[type[object]]()

    async def write(is_rejected: bool) -> None:
        async with store.write() as session:
            await session.transaction.execute(insert(User), vars(a_user(1)))
            if is_rejected:
                raise RuntimeError

    for failure in (OSError("no answer"), asyncio.CancelledError()):

        async def fail(*_: Any, failure: BaseException = failure, **__: Any) -> None:
            raise failure

        for step, owner in steps.items():
            with monkeypatch.context() as patch:
                patch.setattr(owner, step, fail)
                (error,) = await asyncio.gather(write(step == "roll_back"), return_exceptions=True)
            found.append(type(error))
            assert (step, store.writer_turns.free) == (step, free)
            assert not store.writers.used

    assert found == [*[Unavailable] * 3, RuntimeError, *[asyncio.CancelledError] * 4]
    assert await names(store) == {}


async def test_a_connection_whose_statement_was_cancelled_is_not_used_again(store: Store) -> None:
    long = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)"
        " SELECT count(*) FROM n"
    )
    async with store.read() as connection:
        first = connection

    async def read() -> None:
        async with store.read() as connection:
            assert connection is first
            await connection.run_text(long if store.is_sqlite else "SELECT pg_sleep(3)")

    task = asyncio.create_task(read())
    await asyncio.sleep(0.05)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task

    assert task.cancelled()
    async with store.read() as connection:
        assert connection is not first
        assert await connection.run_text("SELECT 1")
    assert not store.readers.used
    if store.is_sqlite:
        # The statement ends on the thread of its connection, which needs the event loop for that.
        await asyncio.to_thread(first.raw.aio._thread.join)


async def test_an_outer_join_without_a_row_is_none(store: Store) -> None:
    async with store.write() as session:
        nobody = select(Instance, User).outerjoin(User, col(User.id) == "user_none")
        instance, user = (await session.execute(nobody)).one()

    assert isinstance(instance, Instance)
    assert user is None
