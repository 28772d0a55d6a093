"""The delivery worker: when letters are tried, by whom, and what becomes of them (rule 21)."""

import asyncio
from datetime import timedelta

import pytest

from models.database.store import Store
from resolvers.delivery.mail import MAIL_QUEUE
from server.delivery.mail import OVERTAKEN, UNREACHABLE
from server.delivery.messages import Undeliverable
from tests.support.api import Api
from tests.support.data.factories import Acme
from tests.support.data.invitations import resend
from tests.support.servers.smtp import Memory, delivery, invited, mails, shown_mail, until, working

LEASE = MAIL_QUEUE.lease


async def test_a_letter_is_sent_once(api: Api, acme: Acme) -> None:
    memory = Memory()
    worker = delivery(api.store, api.clock, memory)
    await invited(api, acme, "new@example.com")

    assert await worker.deliver() == 1
    assert await worker.deliver() == 0

    api.clock.forward(days=2)
    assert await worker.deliver() == 0
    assert [one["To"] for one in memory.letters] == ["new@example.com"]


async def test_the_outcome_is_shown_to_a_manager(api: Api, acme: Acme) -> None:
    worker = delivery(api.store, api.clock, Memory())
    await invited(api, acme, "new@example.com")
    queued = (await shown_mail(api, acme))["new@example.com"]

    await worker.deliver()

    sent = (await shown_mail(api, acme))["new@example.com"]
    assert queued == {"status": "QUEUED", "attempts": 0, "lastError": None, "sentAt": None}
    assert (sent["status"], sent["attempts"], sent["lastError"]) == ("SENT", 1, None)
    assert sent["sentAt"].startswith(api.clock().isoformat()[:19])


async def test_a_letter_is_tried_again_after_growing_pauses_and_then_no_more(
    api: Api, acme: Acme
) -> None:
    memory = Memory(lambda message: ConnectionRefusedError())
    worker = delivery(api.store, api.clock, memory)
    pauses = [
        timedelta(seconds=5),
        timedelta(seconds=30),
        timedelta(minutes=2),
        timedelta(minutes=10),
        timedelta(hours=1),
        timedelta(hours=6),
        timedelta(hours=24),
    ]
    await invited(api, acme, "new@example.com")

    assert await worker.deliver() == 1
    for pause in pauses:
        assert (await shown_mail(api, acme))["new@example.com"]["status"] == "QUEUED"
        api.clock.forward(seconds=pause.total_seconds() - 0.001)
        assert await worker.deliver() == 0
        api.clock.forward(seconds=0.001)
        assert await worker.deliver() == 1

    failed = (await shown_mail(api, acme))["new@example.com"]
    assert (failed["status"], failed["attempts"]) == ("FAILED", 8)
    assert failed["lastError"] == UNREACHABLE
    api.clock.forward(days=20)
    assert await worker.deliver() == 0
    assert len({message["Message-ID"] for message in memory.tried}) == 1


async def test_a_letter_that_arrives_at_last_has_no_error_left(api: Api, acme: Acme) -> None:
    memory = Memory(lambda message: ConnectionRefusedError())
    worker = delivery(api.store, api.clock, memory)
    await invited(api, acme, "new@example.com")
    await worker.deliver()
    memory.answer = lambda message: None

    api.clock.forward(seconds=5)
    await worker.deliver()

    shown = (await shown_mail(api, acme))["new@example.com"]
    assert (shown["status"], shown["attempts"], shown["lastError"]) == ("SENT", 2, None)


async def test_one_bad_address_stops_no_other(api: Api, acme: Acme) -> None:
    bad = "bad@example.com"
    worker = delivery(
        api.store,
        api.clock,
        Memory(lambda message: Undeliverable("550 no") if message["To"] == bad else None),
    )
    await invited(api, acme, "a@example.com", bad, "c@example.com")

    await worker.deliver()
    api.clock.forward(days=2)

    assert await worker.deliver() == 0
    shown = await shown_mail(api, acme)
    assert {address: one["status"] for address, one in shown.items()} == {
        "a@example.com": "SENT",
        bad: "FAILED",
        "c@example.com": "SENT",
    }
    assert (shown[bad]["attempts"], shown[bad]["lastError"]) == (1, "550 no")


@pytest.mark.parametrize("field", ["revokeInvitation", "resendInvitation"])
async def test_an_invitation_that_was_settled_or_sent_again_drops_its_letter(
    api: Api, acme: Acme, field: str
) -> None:
    memory = Memory()
    worker = delivery(api.store, api.clock, memory)
    (made,) = await invited(api, acme, "new@example.com")
    api.clock.forward(seconds=1)

    await api.mutate(field, {"organizationId": acme.id, "invitationId": made["id"]}, by=acme.admin)
    await worker.deliver()

    first = (await mails(api.store))[0]
    assert (first.status, first.attempts, first.last_error) == ("dropped", 0, OVERTAKEN)
    assert len(memory.letters) == (1 if field == "resendInvitation" else 0)


async def test_the_letter_of_an_organization_that_is_gone_is_dropped(api: Api, acme: Acme) -> None:
    memory = Memory()
    await invited(api, acme, "new@example.com")

    await api.mutate("deleteOrganization", {"organizationId": acme.id}, by=acme.admin)
    await delivery(api.store, api.clock, memory).deliver()

    assert memory.tried == []
    assert [one.status for one in await mails(api.store)] == ["dropped"]


async def test_an_expired_invitation_drops_its_letter(api: Api, acme: Acme) -> None:
    memory = Memory()
    await invited(api, acme, "new@example.com", expiresInDays=1)

    api.clock.forward(days=1)
    await delivery(api.store, api.clock, memory).deliver()

    assert memory.tried == []


@pytest.mark.both_databases
async def test_several_workers_never_send_one_letter_twice(api: Api, acme: Acme) -> None:
    memory = Memory(pause=0.005)
    stores = [Store(api.store.url.render_as_string(hide_password=False)) for _ in range(4)]
    workers = [delivery(store, api.clock, memory) for store in stores]
    await invited(api, acme, *(f"new{number}@example.com" for number in range(40)))

    async with working(*workers):
        await until(lambda: len(memory.letters) >= 40, 30)
        await asyncio.sleep(0.2)

    assert sorted(one["To"] for one in memory.letters) == sorted(
        f"new{number}@example.com" for number in range(40)
    )
    assert {(one.status, one.attempts) for one in await mails(api.store)} == {("sent", 1)}
    for store in stores:
        await store.close()


async def test_the_letter_of_a_worker_that_died_is_taken_over_after_the_lease(
    api: Api, acme: Acme
) -> None:
    dead, memory = Memory(pause=60), Memory()
    await invited(api, acme, "new@example.com")
    dying = asyncio.create_task(delivery(api.store, api.clock, dead).deliver())
    await until(lambda: bool(dead.tried))
    dying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dying
    other = delivery(api.store, api.clock, memory)

    api.clock.forward(seconds=LEASE.total_seconds() - 1)
    assert await other.deliver() == 0
    api.clock.forward(seconds=1)
    assert await other.deliver() == 1

    assert [(one.status, one.attempts) for one in await mails(api.store)] == [("sent", 2)]
    assert memory.letters[0]["Message-ID"] == dead.tried[0]["Message-ID"]


async def test_a_worker_whose_lease_is_over_overwrites_nothing(api: Api, acme: Acme) -> None:
    late, memory = Memory(lambda message: Undeliverable("550 no"), pause=0.5), Memory()
    await invited(api, acme, "new@example.com")
    sleeping = asyncio.create_task(delivery(api.store, api.clock, late).deliver())
    await until(lambda: bool(late.tried))

    api.clock.forward(seconds=LEASE.total_seconds())
    await delivery(api.store, api.clock, memory).deliver()
    await sleeping

    assert [(one.status, one.last_error) for one in await mails(api.store)] == [("sent", None)]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "said", ["550 \udcff no", "550 \x1b[31mno", "550 \x00no\u202e", "550 no\n"]
)
async def test_any_bytes_of_a_mail_server_can_be_written_down(
    api: Api, acme: Acme, said: str
) -> None:
    memory = Memory(lambda message: Undeliverable(said))
    await invited(api, acme, "new@example.com")

    await delivery(api.store, api.clock, memory).deliver()

    shown = (await shown_mail(api, acme))["new@example.com"]
    assert shown["status"] == "FAILED"
    assert shown["lastError"].startswith("550 ")
    assert shown["lastError"].isprintable()


async def test_the_last_mail_is_that_of_the_last_ticket_whatever_the_clock_said(
    api: Api, acme: Acme
) -> None:
    (made,) = await invited(api, acme, "new@example.com")
    await delivery(api.store, api.clock, Memory()).deliver()
    api.clock.forward(hours=-2)

    resent = (
        await resend(api, acme.id, made["id"], by=await api.person(acme.admin.email))
    ).payload["invitation"]
    await delivery(api.store, api.clock, Memory(lambda message: Undeliverable("550 no"))).deliver()
    listed = (await shown_mail(api, acme))["new@example.com"]

    assert resent["mail"] == {"status": "QUEUED", "attempts": 0}
    assert (listed["status"], listed["lastError"]) == ("FAILED", "550 no")


async def test_a_clock_that_leaps_ahead_sends_nothing_twice(api: Api, acme: Acme) -> None:
    memory = Memory(pause=1.5)
    await invited(api, acme, "new@example.com", "other@example.com")
    worker = delivery(api.store, api.clock, memory)

    async def are_sent() -> bool:
        return {one.status for one in await mails(api.store)} == {"sent"}

    async with working(worker):
        await until(lambda: len(memory.tried) == 2)
        api.clock.forward(minutes=15)
        assert await worker.deliver() == 0
        await until(are_sent)
        await asyncio.sleep(1.5)

    assert sorted(one["To"] for one in memory.tried) == ["new@example.com", "other@example.com"]
    assert {one.attempts for one in await mails(api.store)} == {1}
    assert worker.sending == {}


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_clock_that_is_set_back_makes_no_mail_wait_for_it(
    api: Api, acme: Acme, restarted: bool
) -> None:
    memory = Memory(
        lambda message: ConnectionRefusedError() if message["To"] == "new@example.com" else None
    )
    worker = delivery(api.store, api.clock, memory)
    await invited(api, acme, "new@example.com")
    await worker.deliver()
    await invited(api, acme, "other@example.com")

    api.clock.forward(hours=-1)
    if restarted:
        worker = delivery(api.store, api.clock, memory)
    for _ in range(2):
        await worker.deliver()
        api.clock.forward(seconds=5)

    assert [one["To"] for one in memory.letters] == ["other@example.com"]
    assert len(memory.tried) == 3


async def test_a_small_step_back_keeps_the_pauses(api: Api, acme: Acme) -> None:
    memory = Memory(lambda message: ConnectionRefusedError())
    await invited(api, acme, "new@example.com")
    await delivery(api.store, api.clock, memory).deliver()

    api.clock.forward(seconds=-30)

    assert await delivery(api.store, api.clock, memory).deliver() == 0
    api.clock.forward(seconds=35)
    assert await delivery(api.store, api.clock, memory).deliver() == 1
