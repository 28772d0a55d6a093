"""Rows that nobody can read or show any more, as older
versions or other hands wrote them: they stop nothing.
"""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from structlog.testing import capture_logs

from models.database.tables import metadata
from server.delivery.mail import UNREACHABLE
from server.delivery.webhooks import NOT_BUILT
from tests.support.api import JSON, SERVICE, Api, events
from tests.support.data.factories import Acme, a_member, an_invitation, an_organization
from tests.support.data.invitations import invited, stored
from tests.support.processes.commands import listening as serving
from tests.support.servers.smtp import Memory, cleanup, delivery
from tests.support.servers.webhook_receiver import (
    an_endpoint,
    deliveries,
    listening,
    renamed,
    sender,
)
from tests.support.subscriptions import a_subscription, server_sent, server_sent_events

UNREADABLE = {"unreadable": True}
# A text that PostgreSQL takes for JSON and no reader of JSON does: half a character.
BROKEN = '{"role": "\\ud800"}'


def deep(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


def depth(value: Any) -> int:
    """How many objects are nested in one another."""
    return repr(value).count("{")


async def overwrite(api: Api, table: str, where: str, **columns: str) -> None:
    """Writes texts into JSON columns, past every check."""
    value = "{}" if api.store.is_sqlite else "CAST({} AS JSON)"
    values = ", ".join(f"{name} = {value.format(f':{name}')}" for name in columns)
    statement = text(f"UPDATE {table} SET {values} WHERE {where}")
    async with api.store.write() as session:
        await session.execute(statement.bindparams(**columns))


async def make_deep(api: Api, acme: Acme, levels: int) -> None:
    await overwrite(api, "organization", f"id = '{acme.id}'", public_metadata=deep(levels))


async def log_of(api: Api, fields: str, after: str = "0") -> Any:
    document = f'{{ events(after: "{after}") {{ edges {{ cursor }} nodes {{ {fields} }} }} }}'
    return (await api.run(document, by=SERVICE)).data["events"]


# ------------------------------------------------------------------- metadata from before the limit


@pytest.mark.both_databases
@pytest.mark.parametrize("levels", [252, 254, 300])
async def test_deep_metadata_is_shown_in_every_answer(api: Api, acme: Acme, levels: int) -> None:
    await make_deep(api, acme, levels)
    one = f'organization(by: {{id: "{acme.id}"}}) {{ publicMetadata }}'

    answer = await api.run(
        f"{{ {one} viewer {{ memberships {{ nodes {{ organization {{ publicMetadata }} }} }} }} }}",
        by=acme.admin,
    )

    assert depth(answer.data["organization"]["publicMetadata"]) == levels
    (membership,) = answer.data["viewer"]["memberships"]["nodes"]
    assert depth(membership["organization"]["publicMetadata"]) == levels


@pytest.mark.both_databases
@pytest.mark.parametrize("levels", [252, 254, 300])
async def test_an_organization_with_deep_metadata_can_be_worked_with(
    api: Api, acme: Acme, levels: int
) -> None:
    await make_deep(api, acme, levels)
    await overwrite(api, '"user"', f"id = '{acme.member.id}'", public_metadata=deep(levels))

    member = await a_member(api, acme.id, "new@example.com")
    await a_member(api, acme.id, "newer@example.com")
    of = {"organizationId": acme.id}
    assert (await api.mutate("updateOrganization", {**of, "name": "New"}, by=acme.admin)).payload[
        "cursor"
    ]
    assert (
        await api.mutate("removeMembership", {**of, "userId": member.id}, by=acme.admin)
    ).payload["cursor"]
    assert (await api.mutate("deleteUser", {"userId": acme.member.id}, by=SERVICE)).payload[
        "cursor"
    ]
    assert (await api.mutate("deleteOrganization", of, by=acme.admin)).payload["cursor"]

    log = await events(api.store)
    deleted = [event for event in log if event["type"] == "organizationMembership.deleted"]
    assert [depth(event["data"]["organization"]["public_metadata"]) for event in deleted] == [
        levels
    ] * 4
    assert depth(log[-1]["data"]["public_metadata"]) == levels


@pytest.mark.both_databases
@pytest.mark.parametrize("levels", [252, 254, 300])
async def test_deep_metadata_can_be_replaced_and_not_kept_by_a_merge(
    api: Api, acme: Acme, levels: int
) -> None:
    await make_deep(api, acme, levels)

    async def write(mode: str, value: JSON) -> Any:
        given = {"organizationId": acme.id, "mode": mode, "publicMetadata": value}
        return await api.mutate(
            "updateOrganizationMetadata", given, "organization { publicMetadata }", by=SERVICE
        )

    kept = await write("MERGE", {"b": 1})
    merged = await write("MERGE", {"a": None, "b": 1})
    await make_deep(api, acme, levels)
    replaced = await write("REPLACE", {"b": 2})

    assert [error["code"] for error in kept.user_errors] == ["form_param_exceeds_allowed_size"]
    assert merged.payload["organization"]["publicMetadata"] == {"b": 1}
    assert replaced.payload["organization"]["publicMetadata"] == {"b": 2}


# ------------------------------------------------------------------------------------------ the log

# What stands in the log for an event, and what is shown of it.
ROWS = {
    "deep": deep(254),
    "deeper": deep(300),
    "bottomless": deep(2_000),
    "broken": BROKEN,
    "a list": "[]",
}


@pytest.mark.parametrize("what", ROWS)
async def test_a_page_of_events_shows_the_others(api: Api, acme: Acme, what: str) -> None:
    whole = await log_of(api, "type data")
    cursor = whole["edges"][-2]["cursor"]
    await overwrite(api, "event", f"cursor = {cursor}", data=ROWS[what])

    page = await log_of(api, "type data")
    document = (
        f'{{ organization(by: {{id: "{acme.id}"}}) {{ events {{ nodes {{ type data }} }} }} }}'
    )
    own = (await api.run(document, by=acme.admin)).data["organization"]["events"]

    assert page["nodes"][:-2] == whole["nodes"][:-2]
    assert page["nodes"][-1] == whole["nodes"][-1]
    assert [edge["cursor"] for edge in page["edges"]] == [edge["cursor"] for edge in whole["edges"]]
    assert len(own["nodes"]) == 3
    if not what.startswith("deep"):
        assert page["nodes"][-2]["data"] in (UNREADABLE, {**UNREADABLE, "private_metadata": {}})


async def test_an_event_of_a_newer_version_is_left_out(api: Api, acme: Acme) -> None:
    whole = await log_of(api, "type")
    cursor = whole["edges"][-2]["cursor"]
    async with api.store.write() as session:
        await session.execute(
            text(f"UPDATE event SET type = 'instance.unheard_of' WHERE cursor = {cursor}")
        )

    with capture_logs() as lines:
        page = await log_of(api, "type")

    assert page["nodes"] == [*whole["nodes"][:-2], whole["nodes"][-1]]
    # A set, because `--both-executors` reads the log twice.
    assert {
        (line["event"], str(line["cursor"])) for line in lines if line["event"] != "request"
    } == {("event not shown", cursor)}


@pytest.mark.parametrize("what", ROWS)
async def test_a_listener_is_told_of_it_and_of_what_comes_after_it(
    api: Api, acme: Acme, what: str
) -> None:
    cursor = (await log_of(api, "type"))["edges"][-2]["cursor"]
    await overwrite(api, "event", f"cursor = {cursor}", data=ROWS[what])
    query = 'subscription { membershipChanged(after: "0") { cursor type role data } }'

    async with serving(api.app) as port, a_subscription(port, SERVICE, query) as socket:
        replayed = [await socket.told(), await socket.told()]
        await a_member(api, acme.id, acme.outsider)
        live = await socket.told()
        async with server_sent(port, SERVICE, query) as response:
            sent = server_sent_events(response)
            by_sse = [(await anext(sent))[1]["data"]["membershipChanged"] for _ in range(3)]

    assert replayed[1]["cursor"] == cursor
    assert {one["type"] for one in [*replayed, live]} == {"MEMBERSHIP_CREATED"}
    assert (replayed[0]["role"], live["role"]) == ("org:admin", "org:member")
    assert by_sse == [*replayed, live]


async def test_a_listener_who_is_live_is_told_of_deep_metadata(api: Api, acme: Acme) -> None:
    await make_deep(api, acme, 254)
    query = "subscription { events { cursor type data } }"

    async with serving(api.app) as port, a_subscription(port, SERVICE, query) as socket:
        await socket.subscribe(query, id="2")
        while len(api.reader.streams) < 2 or not all(
            stream.is_live for stream in api.reader.streams
        ):
            await socket.quiet()
        await a_member(api, acme.id, acme.outsider)
        told = (await socket.receive())["payload"]["data"]["events"]

    assert depth(told["data"]["organization"]["public_metadata"]) == 254


# --------------------------------------------------------------------------------------- the queues


async def test_deep_metadata_are_sent_to_webhooks(api: Api, acme: Acme) -> None:
    async with listening() as receiver:
        await an_endpoint(api, receiver.url())
        await make_deep(api, acme, 254)
        await a_member(api, acme.id, acme.outsider)

        await sender(api.store, api.clock).deliver()

    assert [one.status for one in await deliveries(api.store)] == ["succeeded"]
    assert b'{"a":' * 254 in receiver.received[0].body


async def test_a_delivery_that_cannot_be_built_fails_and_holds_up_no_other(
    api: Api, acme: Acme
) -> None:
    async with listening() as receiver:
        await an_endpoint(api, receiver.url())
        await renamed(api, acme, "First")
        first = (await events(api.store))[-1]["cursor"]
        await renamed(api, acme, "Second")
        await overwrite(api, "event", f"cursor = {first}", data="[]")
        webhooks, tried_at = sender(api.store, api.clock), api.clock()

        with capture_logs() as lines:
            await webhooks.deliver()
        tried, sent = await deliveries(api.store)
        for _ in range(7):
            api.clock.forward(hours=11)
            await webhooks.deliver()
        failed, _ = await deliveries(api.store)

    assert (tried.status, tried.attempts, tried.last_error) == ("pending", 1, NOT_BUILT)
    assert (tried.claimed_until, tried.next_attempt_at) == (None, tried_at + timedelta(seconds=5))
    assert sent.status == "succeeded"
    assert [line["event"] for line in lines] == ["webhook not built"]
    assert (failed.status, failed.attempts, failed.last_error) == ("failed", 8, NOT_BUILT)
    assert len(receiver.received) == 1


async def test_an_event_that_is_not_json_any_more_holds_up_no_other(api: Api, acme: Acme) -> None:
    async with listening() as receiver:
        await an_endpoint(api, receiver.url())
        await renamed(api, acme, "First")
        first = (await events(api.store))[-1]["cursor"]
        await renamed(api, acme, "Second")
        await overwrite(api, "event", f"cursor = {first}", data=BROKEN)

        await sender(api.store, api.clock).deliver()

    assert [one.status for one in await deliveries(api.store)] == ["succeeded"] * 2
    assert sum(b"unreadable" in one.body for one in receiver.received) == 1


async def test_an_email_that_cannot_be_written_fails_and_holds_up_no_other(
    api: Api, acme: Acme
) -> None:
    memory = Memory()
    worker = delivery(api.store, api.clock, memory)
    strange = await invited(api, acme.id, "strange@example.com", by=acme.admin)
    await invited(api, acme.id, "fine@example.com", by=acme.admin)
    async with api.store.write() as session:
        await session.execute(
            text(f"UPDATE invitation SET status = 'odd' WHERE id = '{strange['id']}'")
        )

    async def mails() -> dict[str, Any]:
        table = metadata.tables["mail"]
        async with api.store.read() as connection:
            return {row.address_key: row for row in await connection.execute(select(table))}

    await worker.deliver()
    tried = await mails()
    for _ in range(7):
        api.clock.forward(days=1)
        await worker.deliver()
    failed = (await mails())["strange@example.com"]

    assert tried["fine@example.com"].status == "sent"
    one = tried["strange@example.com"]
    assert (one.status, one.attempts, one.claimed_until, one.last_error) == (
        "queued",
        1,
        None,
        UNREACHABLE,
    )
    assert (failed.status, failed.attempts) == ("failed", 8)
    assert len(memory.letters) == 1


async def test_an_organization_that_cannot_be_swept_holds_up_no_other(api: Api, acme: Acme) -> None:
    worker = cleanup(api.store, api.clock)
    other = await an_organization(api, by=acme.admin, name="Other")
    ids = [
        (await an_invitation(api, acme)).invitation_id,
        (await invited(api, other, by=acme.admin))["id"],
    ]
    api.clock.forward(days=16)
    await worker.clean_up()
    api.clock.forward(days=15)
    await overwrite(api, "invitation", "1 = 1", public_metadata=deep(3))
    # Deeper than it can be written into an event.
    await overwrite(api, "invitation", f"id = '{ids[0]}'", public_metadata=deep(1_000))

    with capture_logs() as lines:
        await worker.clean_up()

    assert [(await stored(api, id))["status"] for id in ids] == ["pending", "expired"]
    assert [line["event"] for line in lines] == ["organization not cleaned up"]
    expired = [
        event
        for event in await events(api.store)
        if event["type"] == "organizationInvitation.expired"
    ]
    assert [event["object_id"] for event in expired] == [ids[1]]


# -------------------------------------------------------------------------------------------- lists


async def test_one_unreadable_organization_hides_no_other(api: Api, acme: Acme) -> None:
    await an_organization(api, by=acme.admin, name="Other")
    await overwrite(api, "organization", f"id = '{acme.id}'", public_metadata=BROKEN)

    with capture_logs() as lines:
        answer = await api.run("{ organizations { nodes { name publicMetadata } } }", by=SERVICE)

    found = {one["name"]: one["publicMetadata"] for one in answer.data["organizations"]["nodes"]}
    assert found == {"Acme": UNREADABLE, "Other": {}}
    assert "stored JSON unreadable" in {line["event"] for line in lines}
