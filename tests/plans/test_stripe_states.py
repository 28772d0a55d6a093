"""What becomes of a plan when readings fail, and when states at Stripe disagree."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from sqlmodel import col, select

from models.stripe import StripeSubscription
from resolvers.authority.access import SYSTEM
from resolvers.foundation.transaction import begin
from resolvers.stripe.queue import load_problems
from resolvers.stripe.receive import ReportedEvent, receive_event
from server.delivery.queue import DeliveryQueue
from server.delivery.stripe import StripeChannel
from server.delivery.webhook_client import Answer
from tests.support.api import JSON, SERVICE, Api
from tests.support.data.billing import bill, make_plan, plan_key, subscribe, switch_billing
from tests.support.data.factories import Acme
from tests.support.servers.stripe import CREATED, FakeStripe, a_queue, a_subscription

DAY = 86_400


@pytest.fixture
async def sold(api: Api, acme: Acme) -> Acme:
    """Acme on an instance with two plans that have a price at Stripe, at the time of the tests."""
    api.clock.moment = datetime.fromtimestamp(CREATED, UTC)
    await switch_billing(api)
    await make_plan(api, "pro", stripePrices=["price_pro"])
    await make_plan(api, "team", stripePrices=["price_team"])
    return acme


async def ring(api: Api, id: str = "sub_1") -> None:
    """Receives an event about the subscription."""
    async with begin(api.server, SYSTEM) as tx:
        await receive_event(tx, ReportedEvent(tx.new_id("evt"), CREATED, id))


async def read(api: Api, fake: FakeStripe, id: str = "sub_1") -> None:
    await ring(api, id)
    await a_queue(api.server, fake).deliver()


@pytest.mark.parametrize("is_known", [True, False])
async def test_a_changed_plan_does_not_hurry_readings_that_fail(
    api: Api, sold: Acme, is_known: bool
) -> None:
    """Else the worker would read again and again without a pause."""
    fake = FakeStripe({"sub_1": a_subscription(sold.id)})
    await read(api, fake)
    api.clock.forward(minutes=1)
    await bill(api, "updatePlan", key="team", name="Teams")
    if is_known:
        fake.failure = Answer(500, "Broken.")
    else:
        fake.subscriptions.clear()
    await ring(api)
    queue = a_queue(api.server, fake)

    attempts = [await queue.deliver() for _ in range(3)]

    assert attempts == [1, 0, 0]


@pytest.mark.parametrize("values", [{}, {"current_period_end": CREATED + 30 * DAY}])
@pytest.mark.parametrize("days", [10, 300])
async def test_a_plan_ends_when_its_subscription_is_to_be_canceled(
    api: Api, sold: Acme, values: JSON, days: int
) -> None:
    """Stripe can cancel before the end of the period, or some periods later."""
    end = CREATED + days * DAY
    fake = FakeStripe({"sub_1": a_subscription(sold.id, cancel_at=end, **values)})
    await read(api, fake)

    seen: list[str | None] = []
    for seconds in (-1, 0):
        api.clock.moment = datetime.fromtimestamp(end + seconds, UTC)
        seen.append(await plan_key(api, sold.id))

    assert seen == ["pro", "free_org"]


async def test_states_of_the_other_mode_count_no_longer(api: Api, sold: Acme) -> None:
    """A server that gets a live key forgets what was bought in tests."""
    fake = FakeStripe({"sub_1": a_subscription(sold.id)})
    await read(api, fake)
    fake.subscriptions["sub_2"] = a_subscription(
        sold.id,
        id="sub_2",
        customer="cus_2",
        price="price_team",
        created=CREATED - DAY,
        livemode=True,
    )
    await ring(api, "sub_2")
    channel = cast(StripeChannel, a_queue(api.server, fake).channel)

    await DeliveryQueue(api.server, replace(channel, is_live=True)).deliver()

    assert await plan_key(api, sold.id) == "team"


async def test_a_plan_ends_beside_a_subscription_to_something_else(api: Api, sold: Acme) -> None:
    fake = FakeStripe(
        {
            "sub_1": a_subscription(sold.id),
            "sub_2": a_subscription(sold.id, id="sub_2", price="price_support"),
        }
    )
    await read(api, fake)
    await read(api, fake, "sub_2")
    before = await plan_key(api, sold.id)

    fake.subscriptions["sub_1"]["status"] = "canceled"
    await read(api, fake)

    assert (before, await plan_key(api, sold.id)) == ("pro", "free_org")


async def test_an_unpaid_checkout_takes_no_plan_that_an_operator_has_set(
    api: Api, sold: Acme
) -> None:
    await subscribe(api, sold.id, "team")
    fake = FakeStripe({"sub_1": a_subscription(sold.id)})

    seen: list[Any] = []
    for status in ("incomplete", "incomplete_expired", "active"):
        fake.subscriptions["sub_1"]["status"] = status
        await read(api, fake)
        seen.append(await plan_key(api, sold.id))

    assert seen == ["team", "team", "pro"]


@pytest.mark.both_databases
@pytest.mark.parametrize("values", [{"plan": "team"}, {"plan": "pro", "status": "ENDED"}])
async def test_a_paid_subscription_replaces_what_an_operator_has_set(
    api: Api, sold: Acme, values: JSON
) -> None:
    """At the next reading, which comes within a day even without an event."""
    fake = FakeStripe({"sub_1": a_subscription(sold.id)})
    await read(api, fake)
    await subscribe(api, sold.id, **values)
    set_by_hand = await plan_key(api, sold.id)

    api.clock.forward(days=1)
    await a_queue(api.server, fake).deliver()

    assert set_by_hand == ("free_org" if "status" in values else "team")
    assert await plan_key(api, sold.id) == "pro"


@pytest.mark.parametrize("named", ["org_\x00", "user_00000000000000000000000000", "x" * 10_000])
async def test_what_is_no_id_of_an_organization_is_a_problem(
    api: Api, sold: Acme, named: str
) -> None:
    await read(api, FakeStripe({"sub_1": a_subscription(named)}))

    ((_, problem),) = await load_problems(api.store)
    assert "in the metadata doesn't exist" in problem


@pytest.mark.both_databases
async def test_an_organization_is_deleted_while_its_customers_are_bound(
    api: Api, sold: Acme
) -> None:
    ids = [f"sub_{number}" for number in range(8)]
    fake = FakeStripe(
        {id: a_subscription(sold.id, id=id, customer=id.replace("sub", "cus")) for id in ids}
    )
    for id in ids:
        await ring(api, id)

    await asyncio.gather(
        *(a_queue(api.server, fake).deliver() for _ in range(4)),
        api.mutate("deleteOrganization", {"organizationId": sold.id}, by=SERVICE),
    )

    is_unsettled = col(StripeSubscription.claimed_until).is_not(None)
    async with api.store.read() as connection:
        unsettled = await connection.execute(select(StripeSubscription.id).where(is_unsettled))
        assert unsettled.all() == []


async def test_what_is_over_is_no_problem_even_without_an_organization(
    api: Api, sold: Acme
) -> None:
    fake = FakeStripe({"sub_1": a_subscription(sold.id, price="price_support")})
    await read(api, fake)
    await api.mutate("deleteOrganization", {"organizationId": sold.id}, by=SERVICE)
    await read(api, fake)
    before = await load_problems(api.store)

    fake.subscriptions["sub_1"]["status"] = "canceled"
    await read(api, fake)

    assert [id for id, _ in before] == ["sub_1"]
    assert await load_problems(api.store) == []
