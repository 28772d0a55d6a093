"""The delivery worker's life: slow letters, a database
that is away, being stopped, the sweep (rule 13).
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from email.message import EmailMessage

import pytest
from sqlalchemy import text

from models.database import limits
from models.database.store import Store
from models.events import EventType
from resolvers.delivery.mail import MAIL_QUEUE
from server.delivery import cleanup as cleanup_module
from server.delivery import queue as queue_module
from tests.support.api import SERVICE, Api, events
from tests.support.data.factories import Acme, an_organization
from tests.support.servers.smtp import Memory, cleanup, delivery, invited, mails, until, working

EXPIRED = EventType.INVITATION_EXPIRED.value


async def test_a_slow_letter_holds_up_no_other(api: Api, acme: Acme) -> None:
    gate = asyncio.Event()

    class Slow(Memory):
        async def send(self, message: EmailMessage) -> None:
            if message["To"] == "slow@example.com":
                await gate.wait()
            await super().send(message)

    memory = Slow()
    await invited(api, acme, "slow@example.com")

    async with working(delivery(api.store, api.clock, memory)):
        await asyncio.sleep(0.1)
        await invited(api, acme, "a@example.com")
        await until(lambda: [one["To"] for one in memory.letters] == ["a@example.com"])
        gate.set()
        await until(lambda: len(memory.letters) == 2)


@pytest.mark.both_databases
async def test_an_email_is_sent_without_waiting_for_the_next_look(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_module, "POLL_SECONDS", 60.0)
    memory, store = Memory(), another(api.store)

    async with working(delivery(store, api.clock, memory)):
        await asyncio.sleep(0.3)
        for number in range(3):
            await invited(api, acme, f"new{number}@example.com")
            await until(lambda number=number: len(memory.letters) == number + 1, 3)
    await store.close()


async def test_a_worker_that_is_stopped_lets_letters_on_their_way_arrive(
    api: Api, acme: Acme
) -> None:
    memory = Memory(pause=0.3)
    await invited(api, acme, "new@example.com")

    async with working(delivery(api.store, api.clock, memory)):
        await until(lambda: bool(memory.tried))

    assert len(memory.letters) == 1
    assert [one.status for one in await mails(api.store)] == ["sent"]


async def test_a_worker_that_is_stopped_does_not_wait_for_ever(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_module, "GRACE_SECONDS", 0.1)
    memory = Memory(pause=60)
    await invited(api, acme, "new@example.com")

    async with asyncio.timeout(5), working(delivery(api.store, api.clock, memory)):
        await until(lambda: bool(memory.tried))

    (mail,) = await mails(api.store)
    assert (mail.status, mail.claimed_until) == ("queued", api.clock() + MAIL_QUEUE.lease)


# -------------------------------------------------------------------------- a database that is away


def another(store: Store) -> Store:
    return Store(store.url.render_as_string(hide_password=False))


@pytest.fixture
async def impatient(api: Api, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Store]:
    """The same database for somebody who waits a second for its locks."""
    monkeypatch.setattr(limits, "WAIT_SECONDS", 1)
    store = another(api.store)
    yield store
    await store.close()


@asynccontextmanager
async def locked(store: Store) -> AsyncGenerator[None]:
    """Nobody else can write mails meanwhile."""
    other = another(store)
    async with other.write() as session:
        await session.execute(
            text("SELECT 1" if store.is_sqlite else "LOCK TABLE mail IN ACCESS EXCLUSIVE MODE")
        )
        yield
    await other.close()


@pytest.mark.both_databases
async def test_a_database_that_is_away_for_a_while_does_not_end_the_worker(
    api: Api, acme: Acme, impatient: Store
) -> None:
    memory = Memory()
    await invited(api, acme, "new@example.com")

    async with AsyncExitStack() as running:
        async with locked(api.store):
            (task,) = await running.enter_async_context(
                working(delivery(impatient, api.clock, memory))
            )
            await asyncio.sleep(2.5)
            tried_meanwhile, is_running = len(memory.tried), not task.done()
        await until(lambda: bool(memory.letters))

    assert (tried_meanwhile, is_running) == (0, True)


async def test_a_letter_is_not_sent_again_though_its_outcome_could_not_be_written_down_at_once(
    api: Api, acme: Acme, impatient: Store
) -> None:
    memory = Memory(pause=0.3)
    await invited(api, acme, "new@example.com")

    async with working(delivery(impatient, api.clock, memory)):
        await until(lambda: bool(memory.tried))
        async with locked(api.store):
            await until(lambda: bool(memory.letters))
            await asyncio.sleep(1.5)

    assert [(one.status, one.attempts) for one in await mails(api.store)] == [("sent", 1)]


# -------------------------------------------------------------------------------------------- sweep


async def lapsed(api: Api) -> list[str]:
    """What the log says has expired."""
    return [event["object_id"] for event in await events(api.store) if event["type"] == EXPIRED]


async def test_what_lapsed_is_written_down_once_in_every_organization(api: Api, acme: Acme) -> None:
    other = await an_organization(api, by=acme.admin, name="Other")
    made = await invited(api, acme, "a@example.com", "b@example.com", expiresInDays=1)
    made += await invited(api, replace(acme, id=other), "a@example.com", expiresInDays=1)
    await invited(api, acme, "later@example.com", expiresInDays=2)
    worker = cleanup(api.store, api.clock)

    api.clock.forward(days=1, seconds=-1)
    await worker.clean_up()
    assert await lapsed(api) == []
    api.clock.forward(seconds=1)
    await worker.clean_up()
    await worker.clean_up()

    assert sorted(await lapsed(api)) == sorted(one["id"] for one in made)


@pytest.mark.both_databases
async def test_two_workers_and_an_operation_at_once_write_one_event(api: Api, acme: Acme) -> None:
    made = await invited(
        api, acme, *(f"new{number}@example.com" for number in range(5)), expiresInDays=1
    )
    stores = [another(api.store) for _ in range(2)]
    api.clock.forward(days=1)
    admin = await api.person(acme.admin.email)
    again = {"organizationId": acme.id, "emailAddress": "new0@example.com"}

    inviting = asyncio.create_task(
        api.mutate("createInvitation", again, "invitation { status }", by=admin)
    )
    await asyncio.gather(*(cleanup(store, api.clock).clean_up() for store in stores * 3))
    answer = await inviting

    assert answer.payload["invitation"]["status"] == "PENDING"
    assert sorted(await lapsed(api)) == sorted(one["id"] for one in made)
    for store in stores:
        await store.close()


async def test_the_worker_sweeps_when_it_starts_and_then_now_and_then(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cleanup_module, "CLEANUP_SECONDS", 0.05)
    (first,) = await invited(api, acme, "a@example.com", expiresInDays=1)
    (second,) = await invited(api, acme, "b@example.com", expiresInDays=2)
    api.clock.forward(days=1)

    async def are_expired(ids: list[str]) -> bool:
        return await lapsed(api) == ids

    async with working(cleanup(api.store, api.clock)):
        await until(lambda: are_expired([first["id"]]))
        api.clock.forward(days=1)
        await until(lambda: are_expired([first["id"], second["id"]]))


async def test_mails_are_forgotten_a_month_after_their_invitation_is_gone(
    api: Api, acme: Acme
) -> None:
    other = await an_organization(api, by=acme.admin, name="Other")
    await invited(api, acme, "stays@example.com", expiresInDays=365)
    await invited(api, replace(acme, id=other), "gone@example.com")
    await delivery(api.store, api.clock, Memory()).deliver()
    worker = cleanup(api.store, api.clock)
    await api.mutate("deleteOrganization", {"organizationId": other}, by=acme.admin)

    api.clock.forward(days=30)
    await worker.clean_up()
    assert len(await mails(api.store)) == 2
    api.clock.forward(seconds=1)
    await worker.clean_up()

    assert [one.address_key for one in await mails(api.store)] == ["stays@example.com"]


async def test_sessions_are_forgotten_a_month_after_they_are_over(api: Api, acme: Acme) -> None:
    query = "query($id: ID!) { node(id: $id) { id } }"
    made = (await api.send("create-session", by=acme.member)).payload["session"]
    worker = cleanup(api.store, api.clock)
    found: list[bool] = []

    for days in (0, 36, 2):
        api.clock.forward(days=days)
        await worker.clean_up()
        found.append(
            (await api.run(query, {"id": made["id"]}, by=SERVICE)).data["node"] is not None
        )

    assert found == [True, True, False]
