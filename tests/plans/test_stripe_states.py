"""What becomes of a plan when readings fail, and when states at Stripe disagree."""

from datetime import UTC, datetime

import pytest

from resolvers.access import SYSTEM
from resolvers.stripe.receive import ReportedEvent, receive_event
from resolvers.transaction import begin
from server.delivery.webhook_client import Answer
from tests.support.api import JSON, Api
from tests.support.billing import bill, make_plan, plan_key, switch_billing
from tests.support.factories import Acme
from tests.support.stripe import CREATED, FakeStripe, a_queue, a_subscription

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
