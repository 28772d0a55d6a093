"""Webhooks as they arrive: what is in them, who can
prove it, that each event comes once and none is held up.
"""

import asyncio
import base64
import importlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError
from structlog.testing import capture_logs

from models.database import limits
from models.database.store import Store
from models.keys import encryption
from resolvers.delivery.fan_out import fan_out
from resolvers.delivery.webhooks import WEBHOOK_QUEUE
from server.delivery import queue as queue_module
from server.delivery.webhooks import AT_ONCE, RESERVED
from server.settings.settings import Environment
from tests.conftest import settings
from tests.support.api import SECRET, SECRET_KEY, SERVICE, Api, contents, events, test_issuer
from tests.support.application import make_application
from tests.support.data.factories import Acme
from tests.support.servers.smtp import until
from tests.support.servers.webhook_receiver import (
    ENDPOINT_SECRET,
    INSTANCE,
    STORAGE,
    Behaviour,
    Received,
    Receiver,
    an_endpoint,
    answering,
    changed,
    deliveries,
    endpoint,
    hanging,
    listening,
    many_events,
    renamed,
    resetting,
    sender,
    working,
)

CLERK = Path(__file__).parents[1] / "clients" / "clerk"
NODE = Path(sys.executable).with_name("node")
LEASE = WEBHOOK_QUEUE.lease
FORMER_SECRET = "whsec_" + base64.b64encode(b"the key before the rotation").decode()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with listening() as receiver:
        yield receiver


def another(store: Store) -> Store:
    return Store(store.url.render_as_string(hide_password=False))


async def one_received(api: Api, acme: Acme, receiver: Receiver, **values: Any) -> Received:
    """A webhook that was sent."""
    await an_endpoint(api, receiver.url(), **values)
    await renamed(api, acme)
    await sender(api.store, api.clock).deliver()
    (received,) = receiver.received
    return received


# --------------------------------------------------------------------------------------------- what


async def test_an_event_arrives_in_its_envelope(api: Api, acme: Acme, receiver: Receiver) -> None:
    received = await one_received(api, acme, receiver)

    event = (await events(api.store))[-1]
    assert json.loads(received.body) == {
        "type": "organization.updated",
        "object": "event",
        "data": event["data"] | {"private_metadata": {}},
        "timestamp": int(api.clock().timestamp() * 1000),
        "cursor": str(event["cursor"]),
        "instance_id": INSTANCE,
        "event_attributes": {"http_request": {"client_ip": "", "user_agent": ""}},
    }
    assert event["data"]["name"] == "Renamed"
    assert received.headers["content-type"] == "application/json"
    assert received.headers["user-agent"].startswith("Tenantry/")
    assert received.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert received.headers["webhook-id"] == event["id"]
    assert received.headers["tenantry-cursor"] == str(event["cursor"])
    assert received.headers["webhook-timestamp"] == str(int(api.clock().timestamp()))
    for name in ("id", "timestamp", "signature"):
        assert received.headers[f"svix-{name}"] == received.headers[f"webhook-{name}"]


async def test_private_metadata_is_told_to_webhooks(
    api: Api, acme: Acme, receiver: Receiver
) -> None:
    await an_endpoint(api, receiver.url())
    private = {"organizationId": acme.id, "mode": "MERGE", "privateMetadata": {"plan": "gold"}}
    assert (await api.mutate("updateOrganizationMetadata", private, by=SERVICE)).payload
    await many_events(api, 1)

    await sender(api.store, api.clock).deliver()

    merged, other = (
        json.loads(one.body) for one in sorted(receiver.received, key=lambda one: one.id)
    )
    assert merged["data"]["private_metadata"] == {"plan": "gold"}
    assert "private_metadata" not in other["data"]


async def test_every_try_and_every_replay_has_the_same_id_and_body_and_a_time_of_its_own(
    api: Api, acme: Acme, receiver: Receiver
) -> None:
    receiver.behaves["/"] = answering(500)
    first = await one_received(api, acme, receiver)

    api.clock.forward(seconds=5)
    await sender(api.store, api.clock).deliver()

    _, second = receiver.received
    assert (second.id, second.body) == (first.id, first.body)
    assert int(second.headers["webhook-timestamp"]) == int(first.headers["webhook-timestamp"]) + 5
    assert second.headers["webhook-signature"] != first.headers["webhook-signature"]


async def test_an_endpoint_gets_the_types_it_wants_from_where_it_stands(
    api: Api, acme: Acme, receiver: Receiver
) -> None:
    await renamed(api, acme, "Before")
    await an_endpoint(api, receiver.url("/all"))
    await an_endpoint(api, receiver.url("/some"), types=["role.updated", "organization.deleted"])
    await an_endpoint(api, receiver.url("/off"), enabled=False)
    await renamed(api, acme)
    await many_events(api, 2)

    await sender(api.store, api.clock).deliver()

    def types(path: str) -> list[str]:
        return sorted(json.loads(one.body)["type"] for one in receiver.at(path))

    assert types("/all") == ["organization.updated", "role.updated", "role.updated"]
    assert types("/some") == ["role.updated", "role.updated"]
    assert types("/off") == []


async def test_a_change_of_the_settings_is_sent(api: Api, receiver: Receiver) -> None:
    await an_endpoint(api, receiver.url(), types=["instance.updated"])
    answer = await api.mutate("updateInstance", {"name": "Engine"}, by=SERVICE)

    await sender(api.store, api.clock).deliver()

    (received,) = receiver.received
    body = json.loads(received.body)
    assert (body["type"], body["cursor"]) == ("instance.updated", answer.payload["cursor"])
    assert (body["data"]["object"], body["data"]["name"]) == ("instance", "Engine")
    assert body["data"].keys().isdisjoint({"environment", "forgotten_cursor", "private_metadata"})


# --------------------------------------------------------------------------------------- signatures


async def test_the_published_library_verifies(api: Api, acme: Acme, receiver: Receiver) -> None:
    received = await one_received(api, acme, receiver)
    late = received.headers | {
        "webhook-timestamp": str(int(received.headers["webhook-timestamp"]) - 301)
    }
    other_id = received.headers | {"webhook-id": "evt_other"}

    assert (
        Webhook(ENDPOINT_SECRET).verify(received.body, received.headers)["type"]
        == "organization.updated"
    )
    for body, headers, secret in (
        (received.body + b" ", received.headers, ENDPOINT_SECRET),
        (received.body, late, ENDPOINT_SECRET),
        (received.body, other_id, ENDPOINT_SECRET),
        (received.body, received.headers, FORMER_SECRET),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, headers)


async def test_during_a_rotation_both_secrets_sign(
    api: Api, acme: Acme, receiver: Receiver
) -> None:
    former = encryption.encrypt(STORAGE, FORMER_SECRET)
    until_then = api.clock() + timedelta(seconds=5)
    receiver.behaves["/"] = answering(500)

    both = await one_received(
        api, acme, receiver, previous_secret=former, previous_signs_until=until_then
    )
    api.clock.forward(seconds=5)
    await sender(api.store, api.clock).deliver()

    _, alone = receiver.received
    assert len(both.headers["webhook-signature"].split(" ")) == 2
    for secret in (ENDPOINT_SECRET, FORMER_SECRET):
        assert Webhook(secret).verify(both.body, both.headers)
    assert Webhook(ENDPOINT_SECRET).verify(alone.body, alone.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(FORMER_SECRET).verify(alone.body, alone.headers)


async def test_the_original_s_sdk_verifies_by_either_naming(
    api: Api, acme: Acme, receiver: Receiver
) -> None:
    received = await one_received(api, acme, receiver)
    body = received.body.decode()
    svix = {
        name: value for name, value in received.headers.items() if not name.startswith("webhook-")
    }
    old = svix | {"svix-timestamp": str(int(svix["svix-timestamp"]) - 301)}
    good = {"headers": received.headers, "body": body, "secret": ENDPOINT_SECRET}
    asked = [good, good | {"headers": svix}, good | {"headers": old}, good | {"body": f"{body} "}]

    command = [NODE, CLERK / "webhook-verify.mjs", "--modules", CLERK]
    run = await asyncio.to_thread(
        subprocess.run, command, input=json.dumps(asked), capture_output=True, text=True, timeout=60
    )

    assert run.stdout, run.stderr
    both, alone, late, tampered = json.loads(run.stdout)
    sent = json.loads(body)
    for seen in (both, alone):
        assert (seen["event"]["type"], seen["event"]["data"]) == (sent["type"], sent["data"])
        assert seen["event"]["instance_id"] == INSTANCE
    assert "error" in late
    assert "error" in tampered


async def test_the_example_takes_what_we_sign_and_nothing_else(
    api: Api, acme: Acme, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    received = await one_received(api, acme, receiver)
    monkeypatch.setenv("WEBHOOK_SECRET", ENDPOINT_SECRET)
    example = importlib.reload(importlib.import_module("examples.webhook"))

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(example.app), base_url="http://app"
    ) as client:
        answers = [
            (await client.post("/webhooks", content=body, headers=received.headers)).status_code
            for body in (
                received.body,
                received.body,
                received.body.replace(b"Renamed", b"Mallory"),
            )
        ]

    assert answers == [204, 204, 400]
    assert example.known == {received.id: "organization.updated"}


async def test_the_example_ignores_an_older_event_that_arrives_later(
    api: Api, acme: Acme, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await an_endpoint(api, receiver.url())
    for name in ("First", "Second"):
        await renamed(api, acme, name)
        await sender(api.store, api.clock).deliver()
    monkeypatch.setenv("WEBHOOK_SECRET", ENDPOINT_SECRET)
    example = importlib.reload(importlib.import_module("examples.webhook"))
    older, newer = receiver.received

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(example.app), base_url="http://app"
    ) as client:
        for received in (newer, older, newer):
            await client.post("/webhooks", content=received.body, headers=received.headers)

    assert example.known == {newer.id: "organization.updated"}
    assert example.newest == {acme.id: int(newer.headers["tenantry-cursor"])}
    after = "query($after: String) { events(after: $after) { nodes { id } } }"
    cursor = older.headers["tenantry-cursor"]
    (missed,) = (await api.run(after, {"after": cursor}, by=SERVICE)).data["events"]["nodes"]
    assert missed["id"] == newer.id


async def test_the_recipe_of_the_guide_verifies(
    api: Api, acme: Acme, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    received = await one_received(api, acme, receiver)
    monkeypatch.setenv("WEBHOOK_SECRET", ENDPOINT_SECRET)
    part = (CLERK.parents[2] / "docs" / "guides" / "webhooks.md").read_text()
    recipe: dict[str, Any] = {}
    exec(part.split("```python\n")[1].split("```")[0], recipe)

    assert recipe["verified"](received.body, received.headers)["type"] == "organization.updated"
    with pytest.raises(WebhookVerificationError):
        recipe["verified"](received.body + b" ", received.headers)


async def test_a_secret_that_can_t_be_read_is_told_and_nothing_is_sent(
    api: Api, acme: Acme, receiver: Receiver
) -> None:
    await an_endpoint(api, receiver.url())
    await renamed(api, acme)

    await sender(api.store, api.clock, root_secret=SECRET[::-1]).deliver()

    (delivery,) = await deliveries(api.store)
    assert (delivery.status, receiver.received) == ("pending", [])
    assert (delivery.last_error or "").startswith("TENANTRY_SECRET can't decrypt")


# ---------------------------------------------------------------------------------------- each once


@pytest.mark.both_databases
async def test_two_senders_deliver_each_event_once(
    api: Api, acme: Acme, receiver: Receiver
) -> None:
    ids = [await an_endpoint(api, receiver.url(f"/{number}")) for number in range(3)]
    stores = [another(api.store) for _ in range(2)]

    with capture_logs() as logs:
        async with working(*(sender(store, api.clock) for store in stores)):
            for _ in range(10):
                await many_events(api, 20)
            await until(lambda: len(receiver.received) >= 600, 30)
            await asyncio.sleep(0.2)

    assert logs == [], "neither gets in the other's way"
    for number in range(3):
        assert (
            len({one.id for one in receiver.at(f"/{number}")})
            == 200
            == len(receiver.at(f"/{number}"))
        )
    made = await deliveries(api.store)
    assert {(one.status, one.attempts) for one in made} == {("succeeded", 1)}
    assert {one.endpoint_id for one in made} == set(ids)
    for store in stores:
        await store.close()


async def test_an_endpoint_far_behind_misses_none_of_a_thousand_events(
    api: Api, acme: Acme, receiver: Receiver
) -> None:
    id = await an_endpoint(api, receiver.url(), types=["organization.updated"])
    await many_events(api, 1001)
    await renamed(api, acme)

    with capture_logs() as logs:
        await sender(api.store, api.clock).deliver()

    assert len(receiver.received) == 1
    newest = (await events(api.store))[-1]["cursor"]
    assert (await endpoint(api.store, id)).cursor == newest
    assert logs == []


async def test_an_endpoint_that_the_log_has_left_behind_goes_on_with_the_oldest_event(
    api: Api, acme: Acme, receiver: Receiver
) -> None:
    id = await an_endpoint(api, receiver.url())
    await many_events(api, 3)
    async with api.store.write() as session:
        await session.execute(text("DELETE FROM event WHERE object_id <> 'role_2'"))
        await session.execute(
            text("UPDATE instance SET forgotten_cursor = (SELECT min(cursor) - 1 FROM event)")
        )

    with capture_logs() as logs:
        await sender(api.store, api.clock).deliver()

    (received,) = receiver.received
    assert json.loads(received.body)["data"]["number"] == 2
    assert [(one["event"], one["endpoint"]) for one in logs] == [
        ("webhook events deleted before they were sent", id)
    ]


async def test_who_is_killed_before_writing_down_a_success_sends_again_with_the_same_id(
    api: Api, acme: Acme, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_module, "GRACE_SECONDS", 0.0)
    gate = asyncio.Event()

    async def thinking(writer: asyncio.StreamWriter) -> None:
        await gate.wait()
        await answering(200)(writer)

    receiver.behaves["/"] = thinking
    await an_endpoint(api, receiver.url())
    async with working(sender(api.store, api.clock)):
        await renamed(api, acme)
        await until(lambda: len(receiver.received) == 1)
    gate.set()
    (delivery,) = await deliveries(api.store)
    assert (delivery.status, delivery.claimed_until) == ("pending", api.clock() + LEASE)
    worker = sender(api.store, api.clock)

    api.clock.moment = api.clock() + LEASE - timedelta(milliseconds=1)
    assert await worker.deliver() == 0
    api.clock.forward(milliseconds=1)
    assert await worker.deliver() == 1

    first, second = receiver.received
    assert (first.id, first.body) == (second.id, second.body)
    assert [(one.status, one.attempts) for one in await deliveries(api.store)] == [("succeeded", 1)]


@pytest.mark.both_databases
async def test_who_lost_the_lease_writes_nothing_down(
    api: Api, acme: Acme, receiver: Receiver
) -> None:
    async def slow(writer: asyncio.StreamWriter) -> None:
        receiver.behaves.clear()
        api.clock.moment += LEASE
        await sender(api.store, api.clock).deliver()
        await answering(500)(writer)

    receiver.behaves["/"] = slow
    await an_endpoint(api, receiver.url())
    await renamed(api, acme)

    await sender(api.store, api.clock).deliver()

    assert len(receiver.received) == 2
    (delivery,) = await deliveries(api.store)
    assert (delivery.status, delivery.attempts, delivery.last_status_code) == ("succeeded", 1, 200)


@pytest.mark.both_databases
@pytest.mark.parametrize("status", [200, 500, 410])
@pytest.mark.parametrize("attempts", [0, 7])
async def test_a_replay_during_an_attempt_begins_when_the_attempt_has_ended(
    api: Api, acme: Acme, receiver: Receiver, status: int, attempts: int
) -> None:
    """Also during the last attempt, whose failure would end the delivery."""
    id = await an_endpoint(api, receiver.url())
    await renamed(api, acme)

    async def slow(writer: asyncio.StreamWriter) -> None:
        receiver.behaves.clear()
        (delivery,) = await deliveries(api.store)
        answer = await api.mutate(
            "replayWebhookDeliveries",
            {"webhookEndpointId": id, "deliveryId": delivery.id},
            by=SERVICE,
        )
        assert answer.payload
        async with api.store.write() as session:
            await session.execute(text(f"UPDATE webhook_delivery SET attempts = {attempts}"))
        await answering(status)(writer)

    receiver.behaves["/"] = slow
    await sender(api.store, api.clock).deliver()
    await changed(api, id, enabled=True)
    await sender(api.store, api.clock).deliver()

    first, second = receiver.received
    assert (first.id, first.body) == (second.id, second.body)
    (delivery,) = await deliveries(api.store)
    assert (delivery.status, delivery.attempts, delivery.is_replay_due) == ("succeeded", 1, False)


# -------------------------------------------------------------------------------------- undisturbed


async def test_an_endpoint_that_hangs_holds_up_no_other(
    api: Api, acme: Acme, receiver: Receiver
) -> None:
    receiver.behaves["/hanging"] = hanging
    await an_endpoint(api, receiver.url("/hanging"))
    await an_endpoint(api, receiver.url("/healthy"))
    await many_events(api, 200)

    async with working(sender(api.store, api.clock), patience=0):
        await until(lambda: len(receiver.at("/healthy")) == 200, 30)

    assert len(receiver.at("/hanging")) == 8
    assert len({one.id for one in receiver.at("/healthy")}) == 200


async def test_a_healthy_endpoint_is_not_held_up_by_others(
    api: Api, acme: Acme, receiver: Receiver
) -> None:
    receiver.behaves |= {
        "/hanging": hanging,
        "/failing": answering(500),
        "/moved": answering(301, "Location: /"),
        "/gone": answering(410),
        "/busy": answering(429, "Retry-After: 60"),
        "/resetting": resetting,
    }
    for path in receiver.behaves:
        await an_endpoint(api, receiver.url(path))
    await an_endpoint(api, receiver.url("/healthy"))
    await many_events(api, 200)

    async with working(sender(api.store, api.clock), patience=0):
        await until(lambda: len(receiver.at("/healthy")) == 200, 20)

    assert len(receiver.at("/hanging")) == 8
    assert len({one.id for one in receiver.at("/healthy")}) == 200


async def test_many_hanging_endpoints_leave_room_for_a_healthy_one(
    api: Api, acme: Acme, receiver: Receiver
) -> None:
    for number in range(30):
        receiver.behaves[f"/hanging{number}"] = hanging
        await an_endpoint(api, receiver.url(f"/hanging{number}"))
    await many_events(api, 10)

    async with working(sender(api.store, api.clock), patience=0):
        await until(lambda: len(receiver.received) == AT_ONCE - RESERVED)
        await asyncio.sleep(0.5)
        assert len(receiver.received) == AT_ONCE - RESERVED
        await an_endpoint(api, receiver.url("/healthy"))
        await many_events(api, 5)
        await until(lambda: len(receiver.at("/healthy")) == 5, 5)


async def test_an_endpoint_that_fails_is_tried_one_by_one_until_it_recovers(
    api: Api, acme: Acme, receiver: Receiver
) -> None:
    receiver.behaves["/"] = hanging
    id = await an_endpoint(api, receiver.url())
    await changed(api, id, failing_since=api.clock())
    await many_events(api, 20)

    async with working(sender(api.store, api.clock), patience=0):
        await until(lambda: len(receiver.received) == 1)
        await asyncio.sleep(0.3)

    assert len(receiver.received) == 1


# --------------------------------------------------------------------------------------------- life


async def test_an_event_is_sent_at_once(api: Api, acme: Acme, receiver: Receiver) -> None:
    await an_endpoint(api, receiver.url())

    async with working(sender(api.store, api.clock)):
        await asyncio.sleep(0.1)
        for name in ("First", "Second", "Third"):
            receiver.received.clear()
            await renamed(api, acme, name)
            await until(lambda: len(receiver.received) == 1, 0.8)


async def test_who_is_stopped_lets_arrive_what_is_on_its_way(
    api: Api, acme: Acme, receiver: Receiver
) -> None:
    async def slow(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.3)
        await answering(200)(writer)

    receiver.behaves["/"] = slow
    await an_endpoint(api, receiver.url())

    async with working(sender(api.store, api.clock)):
        await renamed(api, acme)
        await until(lambda: len(receiver.received) == 1)

    assert [one.status for one in await deliveries(api.store)] == ["succeeded"]


@pytest.mark.both_databases
async def test_a_database_that_is_away_for_a_while_loses_no_webhook_and_sends_none_twice(
    api: Api, acme: Acme, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WAIT_SECONDS", 1)
    impatient, other, gate = another(api.store), another(api.store), asyncio.Event()
    lock = (
        "SELECT 1"
        if api.store.is_sqlite
        else "LOCK TABLE webhook_delivery IN ACCESS EXCLUSIVE MODE"
    )

    async def thinking(writer: asyncio.StreamWriter) -> None:
        await gate.wait()
        await answering(200)(writer)

    receiver.behaves["/"] = thinking
    await an_endpoint(api, receiver.url())
    await renamed(api, acme)
    async with working(sender(impatient, api.clock)) as tasks:
        await until(lambda: len(receiver.received) == 1)
        async with other.write() as session:
            await session.execute(text(lock))
            gate.set()
            await asyncio.sleep(2.5)
            assert not tasks[0].done()

        async def is_written_down() -> bool:
            return [(one.status, one.attempts) for one in await deliveries(api.store)] == [
                ("succeeded", 1)
            ]

        await until(is_written_down)
    assert len(receiver.received) == 1
    await impatient.close()
    await other.close()


@pytest.mark.parametrize("delivers", [True, False])
async def test_the_server_sends_unless_a_worker_is_left_to_do_that(
    api: Api, acme: Acme, receiver: Receiver, delivers: bool
) -> None:
    chosen = settings(
        env=Environment.DEVELOPMENT,
        identity_issuers=(test_issuer(),),
        secret_keys=(SECRET_KEY,),
        public_url=INSTANCE,
    )
    await an_endpoint(api, receiver.url())
    await renamed(api, acme)
    before = await contents(api.store)
    app = make_application(chosen, store=another(api.store), clock=api.clock, delivers=delivers)

    async with app.router.lifespan_context(app):
        if delivers:
            await until(lambda: len(receiver.received) == 1)
        await asyncio.sleep(0.3)

    assert len(receiver.received) == int(delivers)
    assert (await contents(api.store) != before) == delivers
    if delivers:
        assert Webhook(ENDPOINT_SECRET).verify(
            receiver.received[0].body, receiver.received[0].headers
        )


# ------------------------------------------------------------------------------ a clock that is set


def slow(seconds: float, status: int = 200) -> Behaviour:
    async def behave(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(seconds)
        await answering(status)(writer)

    return behave


async def test_a_clock_that_leaps_ahead_sends_nothing_twice(
    api: Api, acme: Acme, receiver: Receiver
) -> None:
    receiver.behaves["/"] = slow(1.5)
    await an_endpoint(api, receiver.url())
    await renamed(api, acme)
    worker = sender(api.store, api.clock)

    async def is_sent() -> bool:
        return [one.status for one in await deliveries(api.store)] == ["succeeded"]

    async with working(worker):
        await until(lambda: len(receiver.received) == 1)
        api.clock.forward(minutes=5)
        assert await worker.deliver() == 0
        await until(is_sent)

    assert [one.attempts for one in await deliveries(api.store)] == [1]
    assert len(receiver.received) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_try_that_can_not_be_written_down_within_the_lease_is_not_repeated(
    api: Api, acme: Acme, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The transaction that holds the row must not be idle for too long.
    monkeypatch.setattr(queue_module, "POLL_SECONDS", 0.5)
    receiver.behaves["/"] = answering(500)
    id = await an_endpoint(api, receiver.url())
    await renamed(api, acme)
    other = another(api.store)

    async def is_written_down() -> bool:
        # By the clock, the next attempt is due at once.
        return [one.attempts >= 1 for one in await deliveries(api.store)] == [True]

    # Nothing is fanned out to an endpoint whose row is locked.
    await fan_out(api.store, api.clock)
    async with AsyncExitStack() as lock:
        session = await lock.enter_async_context(other.write())
        await session.execute(
            text("SELECT 1 FROM webhook_endpoint WHERE id = :id FOR UPDATE"), {"id": id}
        )
        async with working(sender(api.store, api.clock)):
            await until(lambda: len(receiver.received) == 1)
            api.clock.forward(seconds=LEASE.total_seconds() + 1)
            await asyncio.sleep(2 * queue_module.POLL_SECONDS)
            assert len(receiver.received) == 1

            await lock.aclose()
            await until(is_written_down)
    await other.close()


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_clock_that_is_set_back_makes_no_webhook_wait_for_it(
    api: Api, acme: Acme, receiver: Receiver, restarted: bool
) -> None:
    receiver.behaves["/"] = answering(500)
    await an_endpoint(api, receiver.url())
    worker = sender(api.store, api.clock)
    await renamed(api, acme)
    await worker.deliver()
    receiver.behaves.clear()

    api.clock.forward(hours=-1)
    if restarted:
        worker = sender(api.store, api.clock)
    await worker.deliver()

    (sent,) = await deliveries(api.store)
    assert (sent.status, sent.attempts) == ("succeeded", 2)
