"""Stripe as a source: signed events, and what becomes of a subscription."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
import stripe

from models.database.store import Store
from resolvers.stripe.queue import load_problems
from server.delivery.webhook_client import Answer, WebhookClient
from server.settings.settings import Environment
from tests.conftest import settings
from tests.support.api import JSON, SECRET_KEY, SERVICE, Api, Clock, contents, test_issuer
from tests.support.application import make_application
from tests.support.data.billing import bill, make_plan, plan_key, subscribe, switch_billing
from tests.support.data.factories import Acme, a_member, an_organization
from tests.support.servers.stripe import (
    CREATED,
    KEY,
    OLD_SECRET,
    SECRET,
    FakeStripe,
    a_queue,
    a_subscription,
    an_event,
    deliver,
    sign,
)


@pytest.fixture
async def api(store: Store, clock: Clock) -> AsyncIterator[Api]:
    """The application with the webhook of Stripe and with a key, without a worker."""
    chosen = settings(
        env=Environment.DEVELOPMENT,
        identity_issuers=(test_issuer(),),
        secret_keys=(SECRET_KEY,),
        stripe_webhook_secrets=(SECRET, OLD_SECRET),
        stripe_api_key=KEY,
    )
    api = Api(make_application(chosen, store=store, clock=clock), store, clock)
    yield api
    await api.client.aclose()


@pytest.fixture
async def keyless(store: Store, clock: Clock) -> AsyncIterator[Api]:
    """The application without a key: it believes what events say."""
    chosen = settings(
        env=Environment.DEVELOPMENT,
        identity_issuers=(test_issuer(),),
        secret_keys=(SECRET_KEY,),
        stripe_webhook_secrets=(SECRET,),
    )
    api = Api(make_application(chosen, store=store, clock=clock), store, clock)
    yield api
    await api.client.aclose()


@pytest.fixture
async def sold(api: Api, acme: Acme) -> Acme:
    """Acme on an instance whose plan `pro` has a price at Stripe."""
    await switch_billing(api)
    await make_plan(api, "pro", stripePrices=["price_pro"])
    await make_plan(api, "team", stripePrices=["price_team"])
    return acme


async def state_of(api: Api, acme: Acme) -> Any:
    document = """query($id: ID!) { organization(by: { id: $id }) { plan { key } subscription {
        status seats source externalId plan { key } } seats { overLimit } } }"""
    return (await api.run(document, {"id": acme.id}, by=SERVICE)).data["organization"]


ACTIVE = {
    "status": "ACTIVE",
    "seats": 5,
    "source": "STRIPE",
    "externalId": "sub_1",
    "plan": {"key": "pro"},
}


async def test_a_doorbell_leads_to_the_state_at_stripe(api: Api, sold: Acme) -> None:
    fake = FakeStripe({"sub_1": a_subscription(sold.id)})
    outdated = a_subscription(sold.id, status="incomplete", price="price_team", quantity=1)

    answer = await deliver(api, an_event(outdated))
    await a_queue(api.server, fake).deliver()

    assert (answer.status_code, answer.json()) == (200, {"received": True})
    seen = await state_of(api, sold)
    assert seen["subscription"] == ACTIVE
    assert seen["plan"] == {"key": "pro"}
    assert fake.reads == ["sub_1"]


async def test_an_event_counts_once(api: Api, sold: Acme) -> None:
    fake = FakeStripe({"sub_1": a_subscription(sold.id)})
    event = an_event(fake.subscriptions["sub_1"])

    answers = await asyncio.gather(*(deliver(api, event) for _ in range(10)))
    await a_queue(api.server, fake).deliver()
    later = await deliver(api, event)
    await a_queue(api.server, fake).deliver()

    assert {one.status_code for one in (*answers, later)} == {200}
    assert fake.reads == ["sub_1"]


@pytest.mark.parametrize(
    ("object", "rings"),
    [
        ({"object": "invoice", "id": "in_1", "subscription": "sub_1"}, True),
        ({"object": "invoice", "id": "in_1", "subscription": {"id": "sub_1"}}, True),
        (
            {
                "object": "invoice",
                "id": "in_1",
                "parent": {"subscription_details": {"subscription": "sub_1"}},
            },
            True,
        ),
        ({"object": "customer", "id": "cus_1"}, False),
        ({"object": "invoice", "id": "in_1", "subscription": None, "parent": None}, False),
    ],
)
async def test_events_about_what_belongs_to_a_subscription_ring_too(
    api: Api, sold: Acme, object: JSON, rings: bool
) -> None:
    fake = FakeStripe({"sub_1": a_subscription(sold.id)})

    answer = await deliver(api, an_event(object))
    await a_queue(api.server, fake).deliver()

    assert answer.status_code == 200
    assert fake.reads == (["sub_1"] if rings else [])


# ------------------------------------------------------------------------------------------ forgery


def forge(body: str, header: str, change: str) -> tuple[str, str]:
    """Changes one thing about a signed event."""
    time, _, signature = header.partition(",")
    changed: dict[str, Callable[[], tuple[str, str]]] = {
        "body": lambda: (body.replace("price_pro", "price_team"), header),
        "space": lambda: (body + " ", header),
        "time": lambda: (body, f"t={int(time[2:]) + 1},{signature}"),
        "two times": lambda: (body, f"{time},{header}"),
        "no time": lambda: (body, signature),
        "no signature": lambda: (body, time),
        "other scheme": lambda: (body, header.replace("v1=", "v0=")),
        "shorter": lambda: (body, header[:-1]),
        "upper case": lambda: (body, f"{time},v1={signature[3:].upper()}"),
        "empty": lambda: (body, ""),
        "unicode": lambda: (body, f"{time},v1=\u00e9"),
        "not a time": lambda: (body, f"t=x,{signature}"),
    }
    return changed[change]()


@pytest.mark.parametrize(
    "change",
    [
        "body",
        "space",
        "time",
        "two times",
        "no time",
        "no signature",
        "other scheme",
        "shorter",
        "upper case",
        "empty",
        "unicode",
        "not a time",
    ],
)
async def test_a_forged_event_stores_nothing(api: Api, sold: Acme, change: str) -> None:
    """EN5."""
    body = json.dumps(an_event(a_subscription(sold.id)))
    forged, header = forge(body, sign(body, api.clock()), change)
    before = await contents(api.store)

    answer = await deliver(api, forged, header)

    assert answer.status_code == 400
    assert await contents(api.store) == before


@pytest.mark.parametrize(("seconds", "status"), [(-301, 400), (-300, 200), (300, 200), (301, 400)])
async def test_a_signature_is_accepted_for_five_minutes(
    api: Api, sold: Acme, seconds: int, status: int
) -> None:
    body = json.dumps(an_event(a_subscription(sold.id)))

    answer = await deliver(api, body, sign(body, api.clock() + timedelta(seconds=seconds)))

    assert answer.status_code == status


async def test_every_secret_and_every_signature_is_tried(api: Api, sold: Acme) -> None:
    body = json.dumps(an_event(a_subscription(sold.id)))
    by_old = sign(body, api.clock(), OLD_SECRET)
    by_other = sign(body, api.clock(), "whsec_c29tZWJvZHkgZWxzZQ")

    answers = [
        await deliver(api, body, by_other),
        await deliver(api, body, by_old),
        await deliver(api, body, f"{by_other},v1={by_old.partition('v1=')[2]}"),
    ]

    assert [one.status_code for one in answers] == [400, 200, 200]


async def test_the_vendors_library_accepts_what_we_accept(api: Api, sold: Acme) -> None:
    body = json.dumps(an_event(a_subscription(sold.id)))
    header = sign(body, api.clock())

    library: Any = stripe.WebhookSignature
    verified = library.verify_header(body, header, SECRET)

    assert verified
    assert (await deliver(api, body, header)).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "{}",
        "null",
        "not JSON",
        '{"id": "evt_1", "created": 1, "livemode": false, "data": null}',
        '{"id": "x", "created": 1, "livemode": false, "data": {"object": {}}}',
        '{"id": "evt_1", "created": "1", "livemode": false, "data": {"object": {}}}',
    ],
)
async def test_a_signed_body_that_is_no_event_is_rejected(api: Api, sold: Acme, body: str) -> None:
    before = await contents(api.store)

    assert (await deliver(api, body)).status_code == 400
    assert await contents(api.store) == before


async def test_events_of_the_other_mode_are_ignored(api: Api, sold: Acme) -> None:
    before = await contents(api.store)

    answer = await deliver(api, an_event(a_subscription(sold.id), livemode=True))

    assert answer.status_code == 200
    assert await contents(api.store) == before


async def test_a_subscription_of_the_other_mode_is_ignored(api: Api, sold: Acme) -> None:
    fake = FakeStripe({"sub_1": a_subscription(sold.id, livemode=True)})
    await deliver(api, an_event(fake.subscriptions["sub_1"]))

    await a_queue(api.server, fake).deliver()

    assert (await state_of(api, sold))["subscription"] is None
    assert await load_problems(api.store) == []


async def test_without_secrets_there_is_no_endpoint(store: Store, clock: Clock) -> None:
    chosen = settings(env=Environment.DEVELOPMENT, stripe_api_key=KEY)
    api = Api(make_application(chosen, store=store, clock=clock), store, clock)

    answer = await deliver(api, an_event({}))

    assert answer.status_code == 404
    await api.client.aclose()


# ------------------------------------------------------------------------------------ order and loss


def a_life(organization_id: str) -> list[JSON]:
    """What happens to a subscription, with the state at each event."""
    states: list[JSON] = [
        a_subscription(organization_id, status="incomplete", quantity=1),
        a_subscription(organization_id, status="trialing", quantity=1),
        a_subscription(organization_id, quantity=3),
        a_subscription(organization_id, price="price_team", quantity=8),
        a_subscription(organization_id, status="past_due", price="price_team", quantity=8),
        a_subscription(organization_id, price="price_team", quantity=8, cancel_at_period_end=True),
    ]
    return [
        an_event(state, id=f"evt_{number}", created=CREATED + number)
        for number, state in enumerate(states)
    ]


@pytest.mark.parametrize("seed", range(8))
async def test_a_life_ends_in_the_same_state_in_every_order(
    keyless: Api, acme: Acme, seed: int
) -> None:
    """EN5: events that are shuffled, lost, and repeated; the last one arrives at least once."""
    await switch_billing(keyless)
    await make_plan(keyless, "pro", stripePrices=["price_pro"])
    await make_plan(keyless, "team", stripePrices=["price_team"])
    chance, life = random.Random(seed), a_life(acme.id)
    for _ in range(3):
        arriving = [one for one in life[:-1] if chance.random() < 0.8] + [life[-1]] + life[:2]
        chance.shuffle(arriving)
        for event in arriving:
            assert (await deliver(keyless, event)).status_code == 200
            if chance.random() < 0.5:
                await a_queue(keyless.server).deliver()
    await a_queue(keyless.server).deliver()

    assert (await state_of(keyless, acme))["subscription"] == {
        "status": "CANCELED",
        "seats": 8,
        "source": "STRIPE",
        "externalId": "sub_1",
        "plan": {"key": "team"},
    }


async def test_an_event_during_a_reading_leads_to_another_one(api: Api, sold: Acme) -> None:
    fake = FakeStripe({"sub_1": a_subscription(sold.id, quantity=3)})
    queue = a_queue(api.server, fake)
    await deliver(api, an_event(fake.subscriptions["sub_1"]))
    read = fake.get

    async def change_meanwhile(url: str, headers: Any) -> Any:
        answer = await read(url, headers)
        if len(fake.reads) == 1:
            fake.subscriptions["sub_1"] = a_subscription(sold.id, quantity=9)
            await deliver(api, an_event(fake.subscriptions["sub_1"], id="evt_2"))
        return answer

    fake.get = change_meanwhile
    await queue.deliver()

    assert fake.reads == ["sub_1", "sub_1"]
    assert (await state_of(api, sold))["subscription"]["seats"] == 9


async def test_an_event_that_was_lost_is_found_within_a_day(api: Api, sold: Acme) -> None:
    fake = FakeStripe({"sub_1": a_subscription(sold.id)})
    await deliver(api, an_event(fake.subscriptions["sub_1"]))
    queue = a_queue(api.server, fake)
    await queue.deliver()
    fake.subscriptions["sub_1"] = a_subscription(sold.id, status="canceled")

    api.clock.forward(hours=23)
    early = await queue.deliver()
    api.clock.forward(hours=1)
    await queue.deliver()
    api.clock.forward(days=3)
    over = await queue.deliver()

    assert (early, over) == (0, 0)
    assert (await state_of(api, sold))["subscription"] is None


async def test_a_reading_that_fails_is_repeated(api: Api, sold: Acme) -> None:
    fake = FakeStripe({"sub_1": a_subscription(sold.id)}, failure=Answer(500, "Broken."))
    await deliver(api, an_event(fake.subscriptions["sub_1"]))
    queue = a_queue(api.server, fake)

    first = await queue.deliver()
    problems = await load_problems(api.store)
    again = await queue.deliver()
    fake.failure = None
    api.clock.forward(seconds=5)
    await queue.deliver()

    assert (first, again) == (1, 0)
    assert problems == [("sub_1", "Stripe can't be read: Broken.")]
    assert (await state_of(api, sold))["subscription"] == ACTIVE
    assert await load_problems(api.store) == []


async def test_a_subscription_that_stripe_does_not_know_is_not_guessed(
    api: Api, sold: Acme
) -> None:
    await subscribe(api, sold.id, "team")
    await deliver(api, an_event(a_subscription(sold.id)))

    await a_queue(api.server, FakeStripe()).deliver()

    assert await load_problems(api.store) == [("sub_1", "Stripe has no subscription with this ID.")]
    assert await plan_key(api, sold.id) == "team"


# ------------------------------------------------------------------------------------------ mapping


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("values", "status", "plan"),
    [
        ({"status": "trialing"}, "TRIALING", "pro"),
        ({"status": "past_due"}, "PAST_DUE", "pro"),
        ({"status": "incomplete"}, "INCOMPLETE", "free_org"),
        ({"cancel_at_period_end": True}, "CANCELED", "pro"),
        ({"status": "canceled"}, None, "free_org"),
        ({"status": "unpaid"}, None, "free_org"),
        ({"status": "paused"}, None, "free_org"),
        ({"status": "incomplete_expired"}, None, "free_org"),
        ({"status": "a new one"}, None, "free_org"),
    ],
)
async def test_each_status_has_its_meaning(
    api: Api, sold: Acme, values: JSON, status: str | None, plan: str
) -> None:
    api.clock.moment = api.clock.moment.fromtimestamp(CREATED, api.clock.moment.tzinfo)
    fake = FakeStripe({"sub_1": a_subscription(sold.id, **values)})
    await deliver(api, an_event(fake.subscriptions["sub_1"]))

    await a_queue(api.server, fake).deliver()

    seen = await state_of(api, sold)
    shown = seen["subscription"]
    assert (shown and shown["status"]) == status
    assert seen["plan"] == {"key": plan}


async def test_unknown_prices_are_kept_until_the_catalogue_has_them(api: Api, sold: Acme) -> None:
    fake = FakeStripe({"sub_1": a_subscription(sold.id, price="price_new")})
    await deliver(api, an_event(fake.subscriptions["sub_1"]))
    queue = a_queue(api.server, fake)
    await queue.deliver()
    problems, before = await load_problems(api.store), await plan_key(api, sold.id)

    api.clock.forward(minutes=1)
    await bill(api, "updatePlan", key="team", stripePrices=["price_team", "price_new"])
    api.clock.forward(minutes=1)
    await queue.deliver()

    assert problems == [
        ("sub_1", "No plan for organizations has the price of the subscription: price_new.")
    ]
    assert before == "free_org"
    assert await plan_key(api, sold.id) == "team"
    assert await load_problems(api.store) == []


async def test_a_known_plan_is_kept_while_the_new_price_is_unknown(api: Api, sold: Acme) -> None:
    fake = FakeStripe({"sub_1": a_subscription(sold.id)})
    queue = a_queue(api.server, fake)
    await deliver(api, an_event(fake.subscriptions["sub_1"]))
    await queue.deliver()
    fake.subscriptions["sub_1"] = a_subscription(sold.id, price="price_new")
    await deliver(api, an_event(fake.subscriptions["sub_1"], id="evt_2"))
    await queue.deliver()

    assert (await state_of(api, sold))["subscription"] == ACTIVE


@pytest.mark.parametrize("named", [None, "org_00000000000000000000000000", "", "acme"])
async def test_an_unknown_organization_is_kept(api: Api, sold: Acme, named: str | None) -> None:
    fake = FakeStripe({"sub_1": a_subscription(named)})
    await deliver(api, an_event(fake.subscriptions["sub_1"]))

    await a_queue(api.server, fake).deliver()

    ((id, problem),) = await load_problems(api.store)
    assert id == "sub_1"
    assert "metadata" in problem
    found = await api.run("{ subscriptions { totalCount } }", by=SERVICE)
    assert found.data["subscriptions"]["totalCount"] == 0


async def test_a_customer_stays_with_its_organization(api: Api, sold: Acme) -> None:
    """EN6: metadata of a later subscription, or of the customer, move nothing."""
    other = await an_organization(api, by=sold.outsider, name="Beta")
    fake = FakeStripe({"sub_1": a_subscription(sold.id)})
    queue = a_queue(api.server, fake)
    await deliver(api, an_event(fake.subscriptions["sub_1"]))
    await queue.deliver()

    customer = {"id": "cus_1", "metadata": {"tenantry_organization_id": other}}
    fake.subscriptions["sub_1"] = a_subscription(other, price="price_team", customer=customer)
    await deliver(api, an_event(fake.subscriptions["sub_1"], id="evt_2"))
    await queue.deliver()

    assert await plan_key(api, sold.id) == "team"
    assert await plan_key(api, other) == "free_org"
    ((_, problem),) = await load_problems(api.store)
    assert problem.startswith(f"The customer cus_1 belongs to {sold.id}")


async def test_metadata_of_the_customer_bind_nothing(api: Api, sold: Acme) -> None:
    """EN6."""
    customer = {"id": "cus_1", "metadata": {"tenantry_organization_id": sold.id}}
    fake = FakeStripe({"sub_1": a_subscription(None, customer=customer)})
    await deliver(api, an_event(fake.subscriptions["sub_1"]))

    await a_queue(api.server, fake).deliver()

    assert await plan_key(api, sold.id) == "free_org"


async def test_the_newest_of_several_subscriptions_counts(api: Api, sold: Acme) -> None:
    fake = FakeStripe(
        {
            "sub_1": a_subscription(sold.id, price="price_team", created=CREATED + 9),
            "sub_2": a_subscription(sold.id, id="sub_2"),
            "sub_3": a_subscription(sold.id, id="sub_3", status="incomplete", created=CREATED + 99),
        }
    )
    queue = a_queue(api.server, fake)
    for number, id in enumerate(["sub_3", "sub_1", "sub_2"]):
        await deliver(api, an_event(fake.subscriptions[id], id=f"evt_{number}"))
        await queue.deliver()
    both = await plan_key(api, sold.id)
    fake.subscriptions["sub_1"]["status"] = "canceled"
    await deliver(api, an_event(fake.subscriptions["sub_1"], id="evt_9"))
    await queue.deliver()

    assert both == "team"
    assert (await state_of(api, sold))["subscription"]["externalId"] == "sub_2"


async def test_too_few_seats_are_a_fact(api: Api, sold: Acme) -> None:
    """Rule 46: everybody stays, and nobody is added."""
    await a_member(api, sold.id, "third@example.com")
    fake = FakeStripe({"sub_1": a_subscription(sold.id, quantity=2)})
    await deliver(api, an_event(fake.subscriptions["sub_1"]))

    await a_queue(api.server, fake).deliver()

    seen = await state_of(api, sold)
    assert (seen["subscription"]["seats"], seen["seats"]) == (2, {"overLimit": True})


async def test_what_an_operator_set_by_hand_does_not_end_with_stripe(api: Api, sold: Acme) -> None:
    await subscribe(api, sold.id, "team")
    fake = FakeStripe({"sub_1": a_subscription(sold.id, status="canceled")})
    await deliver(api, an_event(fake.subscriptions["sub_1"]))

    await a_queue(api.server, fake).deliver()

    assert await plan_key(api, sold.id) == "team"


# --------------------------------------------------------------------------------------------- HTTP


async def test_the_state_is_read_over_http(api: Api, sold: Acme) -> None:
    """By the client that checks addresses, from a server of the test."""
    requests: list[bytes] = []
    body = json.dumps(a_subscription(sold.id)).encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await reader.readuntil(b"\r\n\r\n"))
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    served = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = served.sockets[0].getsockname()[1]
    client = WebhookClient(api.server.webhook_targets)
    queue = a_queue(api.server, client)
    object.__setattr__(queue.channel, "api_url", f"http://127.0.0.1:{port}")
    await deliver(api, an_event(a_subscription(sold.id)))

    await queue.deliver()
    served.close()

    assert requests[0].startswith(b"GET /v1/subscriptions/sub_1 HTTP/1.1\r\n")
    assert f"authorization: bearer {KEY}".lower().encode() in requests[0].lower()
    assert (await state_of(api, sold))["subscription"] == ACTIVE
