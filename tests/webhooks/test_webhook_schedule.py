"""When a webhook is tried again, and when it is given up (docs/rules.md, Delivery)."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest

from models.webhooks import DISABLED_AFTER
from server.delivery.queue import DeliveryQueue
from server.delivery.retries import WEBHOOK_PAUSES
from server.delivery.webhook_client import Answer
from tests.support.api import Api, contents
from tests.support.data.factories import Acme
from tests.support.servers.webhook_receiver import (
    Behaviour,
    Receiver,
    an_endpoint,
    answering,
    changed,
    deliveries,
    endpoint,
    listening,
    renamed,
    resetting,
    sender,
)

AFTER = ["5 seconds", "5 minutes", "30 minutes", "2 hours", "5 hours", "10 hours", "10 hours"]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with listening() as receiver:
        yield receiver


async def next_try(api: Api) -> datetime | None:
    (delivery,) = await deliveries(api.store)
    return delivery.next_attempt_at


async def until_settled(api: Api, worker: DeliveryQueue[Answer]) -> list[datetime]:
    """The moments of all tries; just before each of them nothing is sent."""
    moments: list[datetime] = []
    while True:
        assert await worker.deliver() == 1
        moments.append(api.clock())
        following = await next_try(api)
        if following is None:
            return moments
        api.clock.moment = following - timedelta(milliseconds=1)
        assert await worker.deliver() == 0
        api.clock.moment = following


async def test_a_failing_delivery_is_tried_eight_times_at_the_published_moments(
    api: Api, acme: Acme, receiver: Receiver
) -> None:
    receiver.behaves["/"] = answering(500)
    await an_endpoint(api, receiver.url())
    await renamed(api, acme)

    moments = await until_settled(api, sender(api.store, api.clock))

    pauses = [later - earlier for earlier, later in zip(moments, moments[1:], strict=False)]
    assert pauses == [
        timedelta(**{unit: int(number)}) for number, unit in (text.split() for text in AFTER)
    ]
    assert len(receiver.received) == 8
    (delivery,) = await deliveries(api.store)
    assert (delivery.status, delivery.attempts, delivery.last_status_code) == ("failed", 8, 500)
    assert delivery.last_attempt_at == moments[-1]


async def test_pauses_are_spread_by_a_tenth_at_most(
    api: Api, acme: Acme, receiver: Receiver
) -> None:
    receiver.behaves["/"] = answering(500)
    await an_endpoint(api, receiver.url())
    await renamed(api, acme)

    moments = await until_settled(api, sender(api.store, api.clock, jitter=1.0))

    pauses = [later - earlier for earlier, later in zip(moments, moments[1:], strict=False)]
    assert pauses == [pause * 1.1 for pause in WEBHOOK_PAUSES]


async def test_a_receiver_that_recovers_gets_what_it_missed(
    api: Api, acme: Acme, receiver: Receiver
) -> None:
    receiver.behaves["/"] = answering(500)
    id = await an_endpoint(api, receiver.url())
    worker = sender(api.store, api.clock)
    await renamed(api, acme)
    await worker.deliver()
    assert (await endpoint(api.store, id)).failing_since == api.clock()

    receiver.behaves.clear()
    api.clock.forward(seconds=5)
    await worker.deliver()

    (delivery,) = await deliveries(api.store)
    assert (delivery.status, delivery.attempts, delivery.last_error) == ("succeeded", 2, None)
    assert (await endpoint(api.store, id)).failing_since is None


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("120", 120),
        ("1", 5),
        ("0", 5),
        ("-5", 5),
        ("soon", 5),
        ("9" * 40, 24 * 3600),
        ("90000", 24 * 3600),
        ("Thu, 99 Foo", 5),
    ],
)
async def test_a_receiver_may_ask_for_more_time_up_to_a_day(
    api: Api, acme: Acme, receiver: Receiver, retry_after: str, seconds: int
) -> None:
    receiver.behaves["/"] = answering(429, f"Retry-After: {retry_after}")
    await an_endpoint(api, receiver.url())
    await renamed(api, acme)

    await sender(api.store, api.clock).deliver()

    assert await next_try(api) == api.clock() + timedelta(seconds=seconds)


@pytest.mark.parametrize(("days", "seconds"), [(-1, 5), (0.01, 864), (30, 24 * 3600)])
async def test_a_receiver_may_ask_to_wait_until_a_date(
    api: Api, acme: Acme, receiver: Receiver, days: float, seconds: int
) -> None:
    date = format_datetime(api.clock() + timedelta(days=days), usegmt=True)
    receiver.behaves["/"] = answering(503, f"Retry-After: {date}")
    await an_endpoint(api, receiver.url())
    await renamed(api, acme)

    await sender(api.store, api.clock).deliver()

    assert await next_try(api) == api.clock() + timedelta(seconds=seconds)


async def test_410_ends_the_delivery_and_disables_the_endpoint(
    api: Api, acme: Acme, receiver: Receiver
) -> None:
    receiver.behaves["/gone"] = answering(410)
    id, other = (
        await an_endpoint(api, receiver.url("/gone")),
        await an_endpoint(api, receiver.url("/other")),
    )
    worker = sender(api.store, api.clock)
    await renamed(api, acme)
    await worker.deliver()

    gone, still = await endpoint(api.store, id), await endpoint(api.store, other)
    assert (gone.enabled, gone.disabled_reason) == (False, "The endpoint responded with 410 Gone.")
    assert (still.enabled, still.disabled_reason) == (True, None)
    by_endpoint = {one.endpoint_id: one.status for one in await deliveries(api.store)}
    assert by_endpoint == {id: "failed", other: "succeeded"}
    await renamed(api, acme, "Again")
    await worker.deliver()
    assert (len(receiver.at("/gone")), len(receiver.at("/other"))) == (1, 2)


async def test_an_endpoint_that_fails_for_five_days_is_disabled(
    api: Api, acme: Acme, receiver: Receiver
) -> None:
    receiver.behaves["/"] = answering(500)
    id = await an_endpoint(api, receiver.url())
    worker = sender(api.store, api.clock)
    await renamed(api, acme)
    await worker.deliver()

    api.clock.forward(seconds=DISABLED_AFTER.total_seconds() - 1)
    await worker.deliver()
    assert (await endpoint(api.store, id)).enabled
    await renamed(api, acme, "Later")
    api.clock.forward(seconds=1)
    await worker.deliver()

    found = await endpoint(api.store, id)
    assert (found.enabled, found.disabled_reason) == (
        False,
        "All deliveries failed for 5 days.",
    )


async def test_a_failure_long_after_the_last_try_starts_a_new_period(
    api: Api, acme: Acme, receiver: Receiver
) -> None:
    receiver.behaves["/"] = answering(503)
    id = await an_endpoint(api, receiver.url())
    worker = sender(api.store, api.clock)
    await renamed(api, acme)
    await until_settled(api, worker)
    api.clock.forward(days=6)
    await renamed(api, acme, "After six quiet days")

    await worker.deliver()

    found = await endpoint(api.store, id)
    assert (found.enabled, found.failing_since) == (True, api.clock())
    receiver.behaves.clear()
    api.clock.forward(seconds=10)
    await worker.deliver()
    assert [one.status for one in await deliveries(api.store)] == ["failed", "succeeded"]
    assert (await endpoint(api.store, id)).failing_since is None


async def test_days_that_the_server_was_off_do_not_count(
    api: Api, acme: Acme, receiver: Receiver
) -> None:
    receiver.behaves["/"] = answering(503)
    id = await an_endpoint(api, receiver.url())
    await renamed(api, acme)
    await sender(api.store, api.clock).deliver()

    api.clock.forward(days=20)
    await sender(api.store, api.clock).deliver()
    restarted = api.clock()
    assert (await endpoint(api.store, id)).failing_since == restarted

    while (await endpoint(api.store, id)).enabled:
        api.clock.forward(hours=20)
        await renamed(api, acme, f"At {api.clock()}")
        await sender(api.store, api.clock).deliver()
    assert timedelta() <= api.clock() - restarted - DISABLED_AFTER < timedelta(hours=20)


async def test_a_receiver_that_puts_off_each_try_by_a_day_is_disabled_after_five(
    api: Api, acme: Acme, receiver: Receiver
) -> None:
    receiver.behaves["/"] = answering(503, "Retry-After: 86400")
    id = await an_endpoint(api, receiver.url())
    worker = sender(api.store, api.clock)
    await renamed(api, acme)

    for _ in range(6):
        assert (await endpoint(api.store, id)).enabled
        assert await worker.deliver() == 1
        api.clock.forward(days=1, seconds=2)

    assert not (await endpoint(api.store, id)).enabled


async def test_one_success_in_five_days_keeps_an_endpoint(
    api: Api, acme: Acme, receiver: Receiver
) -> None:
    receiver.behaves["/"] = answering(500)
    id = await an_endpoint(api, receiver.url())
    worker = sender(api.store, api.clock)
    await renamed(api, acme)
    await worker.deliver()

    for behaviour, days in ((answering(204), 3), (answering(500), 3.5), (answering(500), 4)):
        receiver.behaves["/"] = behaviour
        await renamed(api, acme, f"After {days}")
        api.clock.forward(days=days)
        await worker.deliver()

    assert (await endpoint(api.store, id)).enabled


async def test_deliveries_of_a_disabled_endpoint_wait_untried(
    api: Api, acme: Acme, receiver: Receiver
) -> None:
    receiver.behaves["/"] = answering(500)
    id = await an_endpoint(api, receiver.url())
    worker = sender(api.store, api.clock)
    await renamed(api, acme)
    await worker.deliver()
    await renamed(api, acme, "Meanwhile")
    await changed(api, id, enabled=False)
    before = await contents(api.store)

    api.clock.forward(days=2)
    assert await worker.deliver() == 0
    assert await contents(api.store) == before
    receiver.behaves.clear()
    await changed(api, id, enabled=True)

    assert await worker.deliver() == 2
    assert [one.status for one in await deliveries(api.store)] == ["succeeded", "succeeded"]


@pytest.mark.parametrize(
    ("behaviour", "status", "told"),
    [
        (
            answering(301, "Location: http://127.0.0.1/"),
            301,
            "The endpoint responded with 301. Redirects are not followed.",
        ),
        (answering(404), 404, "The endpoint responded with 404."),
        (
            answering(500, body=b"out of\r\n paper"),
            500,
            "The endpoint responded with 500: out of paper",
        ),
        (answering(500, body=b"\x1f\x8b\x00"), 500, "The endpoint responded with 500."),
        (answering(500, body=b"x" * 1000), 500, f"The endpoint responded with 500: {'x' * 200}"),
        (resetting, None, "The connection was closed before a response arrived."),
    ],
)
async def test_what_went_wrong_is_told_on_one_line(
    api: Api, acme: Acme, receiver: Receiver, behaviour: Behaviour, status: int | None, told: str
) -> None:
    receiver.behaves["/"] = behaviour
    await an_endpoint(api, receiver.url())
    await renamed(api, acme)

    await sender(api.store, api.clock).deliver()

    (delivery,) = await deliveries(api.store)
    assert (delivery.status, delivery.attempts) == ("pending", 1)
    assert (delivery.last_status_code, delivery.last_error) == (status, told)
    assert delivery.next_attempt_at == api.clock() + timedelta(seconds=5)
    assert len(receiver.received) == 1
