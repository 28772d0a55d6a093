"""The end of a subscription's life doesn't depend on the order of its events (EN5)."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any

import pytest
from sqlmodel import col, select

from models.organizations import Organization
from models.plans import Plan, PlanSubscription, SubscriptionStatus
from models.roles import RoleSet
from resolvers.authority.access import SYSTEM
from resolvers.foundation.transaction import begin
from resolvers.stripe.queue import load_problems
from resolvers.stripe.receive import ReportedEvent, receive_event
from resolvers.stripe.states import parse_state
from tests.support.api import JSON, Api
from tests.support.data.billing import make_plan, switch_billing
from tests.support.servers.stripe import CREATED, FakeStripe, a_queue, a_subscription

# Each organization has an order of its own.
ORDERS = [25, pytest.param(100, marks=pytest.mark.slow)]
# The plan, the status, the seats, and the beginning of the ID at Stripe.
State = tuple[str, str, int | None, str | None]
END: State = ("team", SubscriptionStatus.CANCELED.value, 8, "new")


@dataclass(frozen=True)
class Life:
    """What happens to the subscriptions of one organization, oldest first."""

    organization_id: str
    states: Sequence[JSON]

    @property
    def events(self) -> list[ReportedEvent]:
        """The events, each with the state at that time."""
        return [
            ReportedEvent(
                f"evt_{self.organization_id}_{number}",
                CREATED + number,
                state["id"],
                parse_state(state),
                state,
            )
            for number, state in enumerate(self.states)
        ]


def a_life(organization_id: str) -> Life:
    """A trial is paid and lapses; another subscription is bought, grows, and will end."""

    def old(**values: Any) -> JSON:
        return a_subscription(
            organization_id,
            id=f"old_{organization_id}",
            customer=f"cus_{organization_id}",
            **values,
        )

    def new(**values: Any) -> JSON:
        chosen: JSON = {"price": "price_team", "created": CREATED + 5, **values}
        return a_subscription(
            organization_id,
            id=f"new_{organization_id}",
            customer=f"cus_{organization_id}",
            **chosen,
        )

    return Life(
        organization_id,
        [
            old(status="incomplete", quantity=1),
            old(status="trialing", quantity=1),
            old(quantity=3),
            old(status="past_due", quantity=3),
            new(status="incomplete", quantity=2),
            new(quantity=2),
            old(status="canceled", quantity=3),
            new(quantity=8),
            new(quantity=8, cancel_at_period_end=True),
        ],
    )


@pytest.fixture
async def sold(api: Api) -> Api:
    """An instance with two plans that have a price at Stripe, at the time of the tests."""
    api.clock.moment = datetime.fromtimestamp(CREATED, UTC)
    await switch_billing(api)
    await make_plan(api, "pro", stripePrices=["price_pro"])
    await make_plan(api, "team", stripePrices=["price_team"])
    return api


async def make_lives(api: Api, number: int) -> list[Life]:
    """Makes organizations, each with a life of its own."""
    async with begin(api.server, SYSTEM) as tx:
        initial = select(RoleSet.id).where(col(RoleSet.is_initial))
        role_set_id = (await tx.session.execute(initial)).scalar_one()
        organizations = [
            Organization(
                id=tx.new_id(Organization.prefix),
                created_at=tx.now,
                updated_at=tx.now,
                name="Acme",
                role_set_id=role_set_id,
            )
            for _ in range(number)
        ]
        tx.session.add_all(organizations)
        return [a_life(organization.id) for organization in organizations]


async def receive(api: Api, events: Sequence[ReportedEvent | None]) -> None:
    async with begin(api.server, SYSTEM) as tx:
        for event in events:
            if event:
                await receive_event(tx, event)


async def load_ends(api: Api) -> list[State]:
    """Loads the live subscriptions of all organizations."""
    columns: Any = select(
        Plan.key, PlanSubscription.status, PlanSubscription.seats, PlanSubscription.external_id
    )
    live = columns.join(Plan, col(Plan.id) == col(PlanSubscription.plan_id)).where(
        col(PlanSubscription.status) != SubscriptionStatus.ENDED.value
    )
    async with api.store.read() as connection:
        rows: Any = await connection.execute(live)
        return [(plan, status, seats, id[:3]) for plan, status, seats, id in rows]


@pytest.mark.parametrize("number", ORDERS)
async def test_states_in_events_end_alike_in_every_order(sold: Api, number: int) -> None:
    """Without a key: all but the last event of each subscription can be lost or repeated."""
    chance = random.Random(number)
    arrivals: list[list[ReportedEvent]] = []
    for life in await make_lives(sold, number):
        events = life.events
        last = {event.subscription_id: event for event in events}.values()
        lossy = [event for event in events if event in last or chance.random() < 0.9]
        arriving = lossy + chance.sample(lossy, 2)
        chance.shuffle(arriving)
        arrivals.append(arriving)

    queue = a_queue(sold.server)
    for step, events in enumerate(zip_longest(*arrivals)):
        await receive(sold, events)
        if step % 4 == 1:
            await queue.deliver()
    await queue.deliver()

    assert await load_ends(sold) == [END] * number
    assert await load_problems(sold.store) == []


@pytest.mark.parametrize("number", ORDERS)
async def test_states_that_are_read_end_alike_in_every_order(sold: Api, number: int) -> None:
    """With a key: an event says only that something has changed, and any but one can be lost."""
    chance = random.Random(number)
    lives = await make_lives(sold, number)
    arrivals: list[list[ReportedEvent | None]] = []
    for life in lives:
        # The first event of each subscription makes it known; without one, nobody asks for it.
        first = {event.subscription_id: event for event in reversed(life.events)}.values()
        arriving = [
            ReportedEvent(event.id, event.created, event.subscription_id)
            if event in first or chance.random() < 0.7
            else None
            for event in life.events
        ]
        chance.shuffle(arriving)
        arrivals.append(arriving)

    # An event never comes before its subscription exists.
    oldest_last = [state for life in lives for state in reversed(life.states)]
    fake = FakeStripe({state["id"]: state for state in oldest_last})
    queue = a_queue(sold.server, fake)
    for step, events in enumerate(zip(*arrivals, strict=True)):
        states = [life.states[step] for life in lives]
        fake.subscriptions |= {state["id"]: state for state in states}
        await receive(sold, events)
        if step == 4:
            await queue.deliver()
    sold.clock.forward(days=1)
    await queue.deliver()

    assert await load_ends(sold) == [END] * number
    assert await load_problems(sold.store) == []
