"""Letters over SMTP, to a real mail server on loopback in each of its moods (rule 21)."""

import asyncio
import time
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP

from server.delivery import smtp
from server.delivery.mail import UNREACHABLE
from tests.support.api import Api
from tests.support.data.factories import Acme
from tests.support.servers.smtp import (
    OK,
    Post,
    delivery,
    invited,
    link_in,
    listening,
    shown_mail,
    until,
    working,
)

NEW = "new@example.com"


async def test_a_letter_arrives_once(api: Api, acme: Acme) -> None:
    await invited(api, acme, "New+tag@Example.com")

    async with listening(Post()) as post:
        worker = delivery(api.store, api.clock, post.url)
        assert [await worker.deliver(), await worker.deliver()] == [1, 0]

    assert post.addresses == ["New+tag@Example.com"]
    assert [(one["To"], one["From"]) for one in post.letters] == [
        ("New+tag@Example.com", "Acme Accounts <no-reply@example.com>")
    ]
    assert [one.mail_from for one in post.envelopes] == ["no-reply@example.com"]


async def test_inviting_answers_at_once_while_the_mail_server_is_down_and_the_mail_arrives_later_once(
    api: Api, acme: Acme
) -> None:
    async with listening(Post()) as post:
        pass

    async with working(delivery(api.store, api.clock, post.url)):
        began = time.monotonic()
        await invited(api, acme, NEW)
        took = time.monotonic() - began

        async def was_tried() -> bool:
            # An attempt counts from its beginning, and the next one is planned when it has failed.
            return (await shown_mail(api, acme))[NEW]["lastError"] is not None

        await until(was_tried)
        async with listening(post):
            api.clock.forward(minutes=1)
            await until(lambda: bool(post.letters))
            api.clock.forward(days=2)
            await asyncio.sleep(0.3)

    assert took < 2
    assert post.addresses == [NEW]


async def test_a_greylisted_letter_arrives_at_the_second_try(api: Api, acme: Acme) -> None:
    await invited(api, acme, NEW)

    async with listening(Post(recipient=lambda address: "451 4.7.1 Greylisted, try again")) as post:
        worker = delivery(api.store, api.clock, post.url)
        await worker.deliver()
        put_off = (await shown_mail(api, acme))[NEW]
        post.recipient = lambda address: OK
        api.clock.forward(seconds=5)
        await worker.deliver()

    assert (put_off["status"], put_off["lastError"]) == (
        "QUEUED",
        "451 4.7.1 Greylisted, try again",
    )
    assert (await shown_mail(api, acme))[NEW]["status"] == "SENT"
    assert post.addresses == [NEW]


async def test_an_address_that_the_server_refuses_is_final_and_the_others_go_out(
    api: Api, acme: Acme
) -> None:
    await invited(api, acme, NEW, "gone@example.com", "other@example.com")

    def answer(address: str) -> str:
        return "550 5.1.1 No such user here" if address.startswith("gone") else OK

    async with listening(Post(recipient=answer)) as post:
        worker = delivery(api.store, api.clock, post.url)
        await worker.deliver()
        api.clock.forward(days=2)
        assert await worker.deliver() == 0

    gone = (await shown_mail(api, acme))["gone@example.com"]
    assert (gone["status"], gone["lastError"]) == ("FAILED", "550 5.1.1 No such user here")
    assert post.addresses == [NEW, "other@example.com"]


async def test_a_refusal_that_quotes_the_link_shows_nobody_the_ticket(api: Api, acme: Acme) -> None:
    await invited(api, acme, NEW)
    links: list[str] = []

    def answer(letter: Any) -> str:
        links.append(link_in(letter))
        return f"554 5.7.1 Blocked: {links[0]} looks bad"

    async with listening(Post(content=answer)) as post:
        await delivery(api.store, api.clock, post.url).deliver()

    shown = (await shown_mail(api, acme))[NEW]
    assert shown["status"] == "FAILED"
    assert shown["lastError"].startswith("554 5.7.1 Blocked: ")
    assert links[0].rpartition(".")[2] not in shown["lastError"]
    assert links[0].rpartition(".")[2][5:] not in shown["lastError"]


@pytest.mark.parametrize("code", [530, 535, 538])
async def test_a_server_that_wants_another_sign_in_is_tried_again(
    api: Api, acme: Acme, code: int
) -> None:
    await invited(api, acme, NEW)

    async with listening(Post(recipient=lambda address: f"{code} Sign in first")) as post:
        await delivery(api.store, api.clock, post.url).deliver()

    assert (await shown_mail(api, acme))[NEW]["status"] == "QUEUED"


async def test_a_sender_that_the_server_refuses_is_not_the_fault_of_the_address(
    api: Api, acme: Acme
) -> None:
    await invited(api, acme, NEW)

    async with listening(Post(sender=lambda: "553 5.7.1 Not your address")) as post:
        worker = delivery(api.store, api.clock, post.url)
        await worker.deliver()
        put_off = (await shown_mail(api, acme))[NEW]
        post.sender = lambda: OK
        api.clock.forward(seconds=5)
        await worker.deliver()

    assert (put_off["status"], put_off["lastError"]) == ("QUEUED", UNREACHABLE)
    assert post.addresses == [NEW]


# ------------------------------------------------------------------------------------- slow servers


async def test_a_slow_yes_is_waited_for(api: Api, acme: Acme) -> None:
    await invited(api, acme, NEW)

    async with listening(Post(wait=lambda letter: asyncio.sleep(1))) as post:
        await delivery(api.store, api.clock, post.url).deliver()

    assert (await shown_mail(api, acme))[NEW]["status"] == "SENT"
    assert post.addresses == [NEW]


async def test_a_server_that_never_answers_is_given_up_within_the_lease(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "SEND_SECONDS", 0.5)
    await invited(api, acme, NEW)

    async with listening(Post(wait=lambda letter: asyncio.sleep(3))) as post:
        async with asyncio.timeout(2):
            await delivery(api.store, api.clock, post.url).deliver()
        put_off = (await shown_mail(api, acme))[NEW]
        post.wait = None
        monkeypatch.undo()
        api.clock.forward(seconds=5)
        await delivery(api.store, api.clock, post.url).deliver()

    assert (put_off["status"], put_off["attempts"]) == ("QUEUED", 1)
    assert len({letter["Message-ID"] for letter in post.letters}) == 1


async def test_the_time_for_a_letter_is_counted_over_all_its_commands(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dripping(Post):
        async def handle_MAIL(
            self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
        ) -> str:
            await asyncio.sleep(0.7)
            return await super().handle_MAIL(server, session, envelope, address, options)

        async def handle_RCPT(
            self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
        ) -> str:
            await asyncio.sleep(0.7)
            return await super().handle_RCPT(server, session, envelope, address, options)

    monkeypatch.setattr(smtp, "SEND_SECONDS", 1)
    await invited(api, acme, NEW)

    async with listening(Dripping()) as post:
        await delivery(api.store, api.clock, post.url).deliver()

    assert (await shown_mail(api, acme))[NEW]["status"] == "QUEUED"
    assert post.letters == []


async def test_a_server_that_hangs_up_after_taking_the_letter_gets_it_once(
    api: Api, acme: Acme
) -> None:
    class Rude(Post):
        async def handle_QUIT(self, server: SMTP, session: Any, envelope: Any) -> str:
            await asyncio.sleep(0.2)
            return "421 Leaving"

    await invited(api, acme, NEW)

    async with listening(Rude()) as post:
        worker = delivery(api.store, api.clock, post.url)
        await worker.deliver()
        api.clock.forward(days=2)
        await worker.deliver()

    assert post.addresses == [NEW]


# ------------------------------------------------------------------------------ non-ASCII addresses


async def test_an_address_in_another_script_is_delivered_where_the_server_can(
    api: Api, acme: Acme
) -> None:
    await invited(api, acme, "grüße@example.com")

    async with listening(Post()) as able, listening(Post(), enable_SMTPUTF8=False) as unable:
        first = delivery(api.store, api.clock, unable.url)
        second = delivery(api.store, api.clock, able.url)
        await first.deliver()
        failed = (await shown_mail(api, acme))["grüße@example.com"]
        await invited(api, acme, "møøse@example.com")
        await second.deliver()

    assert (failed["status"], failed["lastError"]) == (
        "FAILED",
        "The mail server can't deliver to this address.",
    )
    assert able.addresses == ["møøse@example.com"]
    assert able.letters[0]["To"] == "møøse@example.com"


async def test_a_domain_in_another_script_needs_nothing_of_the_server(api: Api, acme: Acme) -> None:
    await invited(api, acme, "Info@bücher.example")

    async with listening(Post(), enable_SMTPUTF8=False) as post:
        await delivery(api.store, api.clock, post.url).deliver()

    assert post.addresses == ["Info@xn--bcher-kva.example"]
    assert post.letters[0]["To"] == "Info@xn--bcher-kva.example"
