"""Webhook endpoints: made, changed, rotated, deleted, and their deliveries sent again."""

import asyncio
import base64
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import InvalidToken
from sqlalchemy import delete, func, select

from models.database import wakeup
from models.database.wakeup import Waiter
from models.errors.input import ValueInvalid
from models.events import Event, EventType
from models.keys.encryption import Purpose, decrypt, encrypt, make_cipher
from models.webhooks import DISABLED_BY_HAND, PURPOSE, check_types, generate_secret
from resolvers.authority.access import SYSTEM
from resolvers.foundation.transaction import begin
from resolvers.webhooks.endpoints import rotate_secret
from tests.support.api import SERVICE, Api, contents
from tests.support.data.factories import Acme
from tests.support.data.invitations import codes, fields
from tests.support.data.rows import an_endpoint as endpoint_row
from tests.support.data.rows import write
from tests.support.data.webhooks import (
    ENDPOINTS,
    NEVER,
    STORAGE,
    URL,
    a_failed_delivery,
    alter,
    an_endpoint,
    change,
    create,
    deliveries,
    happen,
    kept,
    replay,
    update_endpoint,
)

UNKNOWN = "whdl_01m803rqhgwgafn17w2nqwqyh5"


async def in_store(api: Api, row_id: str) -> Any:
    found = await kept(api, row_id)
    assert found is not None
    return found


# ------------------------------------------------------------------------------------------- create


async def test_an_endpoint_is_made_with_a_secret_of_its_own(api: Api) -> None:
    first = await an_endpoint(
        api, description="Billing", types=["USER_DELETED", "ROLE_CREATED", "USER_DELETED"]
    )
    second = await an_endpoint(api)

    assert (first["url"], first["description"], first["types"]) == (
        URL,
        "Billing",
        ["ROLE_CREATED", "USER_DELETED"],
    )
    assert (second["url"], second["description"], second["types"]) == (URL, None, None)
    assert (second["enabled"], second["disabledReason"]) == (True, None)
    for one in (first, second):
        assert one["secret"].startswith("whsec_")
        assert len(base64.b64decode(one["secret"].removeprefix("whsec_"), validate=True)) == 32
    assert first["secret"] != second["secret"]


async def test_a_secret_is_stored_encrypted_and_shown_on_every_read(api: Api) -> None:
    made = await an_endpoint(api)

    read = (await api.run("{ webhookEndpoints { secret } }", by=SERVICE)).data["webhookEndpoints"]

    row = await in_store(api, made["id"])
    assert read == [{"secret": made["secret"]}]
    assert made["secret"] not in row["secret"]
    assert decrypt(STORAGE, row["secret"]) == made["secret"]


BAD_INPUTS: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "no URL": ({"url": "hooks"}, [("form_param_format_invalid", "input.url")]),
    "another scheme": (
        {"url": "ftp://hooks.example.com/"},
        [("form_param_format_invalid", "input.url")],
    ),
    "no types": ({"types": []}, [("form_param_value_invalid", "input.types")]),
    "everything": (
        {"url": "hooks", "description": "x" * 2_000, "types": []},
        [
            ("form_param_format_invalid", "input.url"),
            ("form_param_max_length_exceeded", "input.description"),
            ("form_param_value_invalid", "input.types"),
        ],
    ),
}


@pytest.mark.parametrize("what", BAD_INPUTS)
async def test_what_is_wrong_with_an_endpoint_is_told_at_once_and_nothing_is_made(
    api: Api, what: str
) -> None:
    input, expected = BAD_INPUTS[what]
    before = await contents(api.store)

    refused = await create(api, **input)

    assert list(zip(codes(refused), fields(refused), strict=True)) == expected
    assert await contents(api.store) == before
    assert await an_endpoint(api)


@pytest.mark.parametrize("what", BAD_INPUTS)
async def test_what_is_wrong_with_a_change_is_told_at_once_and_nothing_is_changed(
    api: Api, what: str
) -> None:
    endpoint_id = (await an_endpoint(api))["id"]
    input, expected = BAD_INPUTS[what]
    before = await contents(api.store)

    refused = await update_endpoint(api, endpoint_id, **input)

    assert list(zip(codes(refused), fields(refused), strict=True)) == expected
    assert await contents(api.store) == before
    assert (await update_endpoint(api, endpoint_id, url=f"{URL}/2", types=["USER_CREATED"])).payload


async def test_there_can_be_fifty_endpoints(api: Api) -> None:
    await write(api.store, webhook_endpoint=[endpoint_row(URL) for _ in range(49)])
    await an_endpoint(api)
    before = await contents(api.store)

    refused = await create(api)

    assert codes(refused) == ["quota_exceeded"]
    assert refused.user_errors[0]["meta"] == {"limit": 50}
    assert await contents(api.store) == before


async def test_the_last_place_for_an_endpoint_is_taken_once(api: Api) -> None:
    await write(api.store, webhook_endpoint=[endpoint_row(URL) for _ in range(49)])

    answers = await asyncio.gather(*(create(api, f"{URL}/{one}") for one in range(4)))

    assert sorted(codes(one) for one in answers) == [[], *[["quota_exceeded"]] * 3]
    async with api.store.read() as connection:
        assert (
            await connection.execute(select(func.count()).select_from(ENDPOINTS))
        ).scalar_one() == 50


async def test_an_endpoint_gets_what_happens_from_now_on(api: Api) -> None:
    before = (await happen(api, 3))[-1]

    endpoint_id = (await an_endpoint(api))["id"]

    after = (await happen(api, 1))[0]
    assert before == (await in_store(api, endpoint_id))["cursor"] < after


async def test_an_endpoint_begins_at_the_end_of_a_log_that_was_emptied(api: Api) -> None:
    last = (await happen(api, 3))[-1]
    async with api.store.write() as session:
        await session.execute(delete(Event))

    assert (await in_store(api, (await an_endpoint(api))["id"]))["cursor"] == last


async def test_an_endpoint_gets_what_is_about_to_be_committed(api: Api) -> None:
    if api.store.is_sqlite:
        pytest.skip("SQLite has one writer at a time.")
    await happen(api, 1)

    async with begin(api.server, SYSTEM) as slow:
        slow.record(EventType.USER_UPDATED, "user_slow", {})
        await slow.events.write()
        slow.events.rows.clear()
        endpoint_id = (await an_endpoint(api))["id"]

    assert slow.events.cursor is not None
    assert (await in_store(api, endpoint_id))["cursor"] < slow.events.cursor


def test_types_are_the_names_of_events() -> None:
    assert check_types(None) is None
    assert check_types({"user.deleted", "role.created"}) == ["role.created", "user.deleted"]
    with pytest.raises(ValueInvalid, match=r"'user\.vanished'"):
        check_types(["user.deleted", "user.vanished"])


def test_what_is_sealed_for_one_purpose_stays_shut_for_another() -> None:
    secret = generate_secret()
    text = encrypt(make_cipher(("old secret",), PURPOSE), secret)

    assert decrypt(make_cipher(("new secret", "old secret"), PURPOSE), text) == secret
    for other in (
        make_cipher(("old secret",), Purpose.SIGNING_KEYS),
        make_cipher(("new secret",), PURPOSE),
    ):
        with pytest.raises(InvalidToken):
            decrypt(other, text)


# ------------------------------------------------------------------------------------------- update


async def test_what_is_absent_stays_and_null_clears(api: Api) -> None:
    made = await an_endpoint(api, description="Billing", types=["USER_DELETED"])
    api.clock.forward(minutes=1)

    moved = (await update_endpoint(api, made["id"], url=f"{URL}/2")).payload["webhookEndpoint"]
    cleared = (await update_endpoint(api, made["id"], description=None, types=None)).payload[
        "webhookEndpoint"
    ]

    assert moved == {**made, "url": f"{URL}/2", "updatedAt": moved["updatedAt"]}
    assert moved["updatedAt"] > made["updatedAt"]
    assert cleared == {**moved, "description": None, "types": None}


async def test_a_change_that_changes_nothing_leaves_everything_as_it_is(api: Api) -> None:
    made = await an_endpoint(api, types=["USER_DELETED"])
    await deliveries(api, made["id"])
    api.clock.forward(minutes=1)
    before = await contents(api.store)

    again = await update_endpoint(api, made["id"], url=URL, types=["USER_DELETED"], enabled=True)

    assert again.payload["webhookEndpoint"] == made
    assert await contents(api.store) == before


async def test_url_and_enabled_can_t_be_null(api: Api) -> None:
    endpoint_id = (await an_endpoint(api))["id"]
    before = await contents(api.store)

    refused = await update_endpoint(api, endpoint_id, url=None, enabled=None, description="New")

    assert codes(refused) == ["form_param_nil"] * 2
    assert sorted(map(str, fields(refused))) == ["input.enabled", "input.url"]
    assert await contents(api.store) == before


async def test_a_disabled_endpoint_says_why_and_goes_on_where_it_stopped(api: Api) -> None:
    endpoint_id = (await an_endpoint(api))["id"]
    later = api.clock() + timedelta(hours=5)
    (waiting,) = await deliveries(api, endpoint_id, attempts=5, next_attempt_at=later)
    failed, other = await a_failed_delivery(api, endpoint_id), (await an_endpoint(api))["id"]
    (foreign,) = await deliveries(api, other, next_attempt_at=later)
    await alter(api, endpoint_id, failing_since=api.clock())
    cursor = (await in_store(api, endpoint_id))["cursor"]

    disabled = (await update_endpoint(api, endpoint_id, enabled=False)).payload["webhookEndpoint"]
    assert (disabled["enabled"], disabled["disabledReason"]) == (False, DISABLED_BY_HAND)
    assert (await in_store(api, waiting))["next_attempt_at"] == later
    api.clock.forward(minutes=1)
    enabled = (await update_endpoint(api, endpoint_id, enabled=True)).payload["webhookEndpoint"]

    row, due = await in_store(api, endpoint_id), await in_store(api, waiting)
    assert (enabled["enabled"], enabled["disabledReason"]) == (True, None)
    assert (row["failing_since"], row["cursor"]) == (None, cursor)
    assert (due["next_attempt_at"], due["attempts"], due["status"]) == (api.clock(), 5, "pending")
    assert (await in_store(api, failed))["next_attempt_at"] is None
    assert (await in_store(api, foreign))["next_attempt_at"] == later


async def test_the_reason_of_the_sender_stays_while_the_endpoint_is_disabled(api: Api) -> None:
    endpoint_id = (await an_endpoint(api))["id"]
    await alter(api, endpoint_id, enabled=False, disabled_reason="It answered with 410.")

    again = (await update_endpoint(api, endpoint_id, enabled=False, description="New")).payload[
        "webhookEndpoint"
    ]

    assert (again["description"], again["disabledReason"]) == ("New", "It answered with 410.")


# -------------------------------------------------------------------------------- rotate and delete


async def test_the_secret_before_a_rotation_signs_on_for_a_day(api: Api) -> None:
    made = await an_endpoint(api)
    api.clock.forward(minutes=1)

    rotated = (await change(api, "rotateWebhookSecret", made["id"])).payload["webhookEndpoint"]

    row = await in_store(api, made["id"])
    assert rotated["secret"] != made["secret"]
    assert rotated == {**made, "secret": rotated["secret"], "updatedAt": rotated["updatedAt"]}
    assert [decrypt(STORAGE, row[one]) for one in ("secret", "previous_secret")] == [
        rotated["secret"],
        made["secret"],
    ]
    assert row["previous_signs_until"] == api.clock() + timedelta(hours=24)


@pytest.mark.both_databases
async def test_a_rotation_waits_for_one_that_is_not_committed_yet(api: Api) -> None:
    made = await an_endpoint(api)

    async with begin(api.server, SYSTEM) as tx:
        first = (await rotate_secret(tx, endpoint_id=made["id"])).secret
        await tx.session.flush()
        second = asyncio.create_task(change(api, "rotateWebhookSecret", made["id"]))
        await asyncio.sleep(0.3)

    assert (await second).payload
    assert (await in_store(api, made["id"]))["previous_secret"] == first


async def test_a_deleted_endpoint_takes_its_deliveries_along(api: Api) -> None:
    endpoint_id, other = (await an_endpoint(api))["id"], (await an_endpoint(api))["id"]
    (own,) = await deliveries(api, endpoint_id)
    (foreign,) = await deliveries(api, other)

    input = {"webhookEndpointId": endpoint_id}
    deleted = await api.mutate("deleteWebhookEndpoint", input, "deletedId", by=SERVICE)

    assert deleted.payload["deletedId"] == endpoint_id
    assert [await kept(api, one) for one in (endpoint_id, own)] == [None, None]
    assert await kept(api, other)
    assert await kept(api, foreign)


REFERRING: dict[str, dict[str, Any]] = {
    "updateWebhookEndpoint": {"description": "New"},
    "deleteWebhookEndpoint": {},
    "rotateWebhookSecret": {},
    "replayWebhookDeliveries": {"failedSince": "2026-01-01T00:00:00Z"},
}


@pytest.mark.parametrize("mutation", REFERRING)
async def test_an_endpoint_that_never_was_is_not_found(api: Api, mutation: str) -> None:
    endpoint_id = (await an_endpoint(api))["id"]
    before = await contents(api.store)

    refused = await api.mutate(
        mutation, {"webhookEndpointId": NEVER, **REFERRING[mutation]}, by=SERVICE
    )

    assert (codes(refused), fields(refused)) == (
        ["resource_not_found"],
        ["input.webhookEndpointId"],
    )
    assert await contents(api.store) == before
    input = {"webhookEndpointId": endpoint_id, **REFERRING[mutation]}
    assert (await api.mutate(mutation, input, by=SERVICE)).payload


# ------------------------------------------------------------------------------------------- replay


@pytest.mark.parametrize("status", ["failed", "succeeded", "pending"])
async def test_a_delivery_begins_anew_whatever_became_of_it(api: Api, status: str) -> None:
    endpoint_id = (await an_endpoint(api))["id"]
    chosen, other = (
        await a_failed_delivery(api, endpoint_id, status=status),
        await a_failed_delivery(api, endpoint_id),
    )
    before, untouched = await in_store(api, chosen), await in_store(api, other)
    api.clock.forward(minutes=1)

    assert (await replay(api, endpoint_id, deliveryId=chosen)).payload["webhookEndpoint"][
        "id"
    ] == endpoint_id

    anew = {
        "status": "pending",
        "attempts": 0,
        "next_attempt_at": api.clock(),
        "updated_at": api.clock(),
        "is_replay_due": True,
    }
    assert await in_store(api, chosen) == {**before, **anew}
    assert before["last_error"]
    assert await in_store(api, other) == untouched


async def test_all_that_failed_since_a_time_begin_anew(api: Api) -> None:
    endpoint_id, other = (await an_endpoint(api))["id"], (await an_endpoint(api))["id"]
    since = api.clock()
    at, after, before = since, since + timedelta(minutes=1), since - timedelta(milliseconds=1)
    failed = [
        await a_failed_delivery(api, endpoint_id, created_at=one) for one in (at, after, before)
    ]
    succeeded = await a_failed_delivery(api, endpoint_id, status="succeeded", created_at=after)
    (waiting,) = await deliveries(api, endpoint_id, attempts=3, created_at=after)
    foreign = await a_failed_delivery(api, other, created_at=after)

    assert (await replay(api, endpoint_id, failedSince=since.isoformat())).payload

    states = [(await in_store(api, one))["status"] for one in [*failed, succeeded, foreign]]
    assert states == ["pending", "pending", "failed", "succeeded", "failed"]
    assert (await in_store(api, waiting))["attempts"] == 3
    for one in failed[:2]:
        row = await in_store(api, one)
        assert (row["attempts"], row["next_attempt_at"]) == (0, api.clock())


async def test_a_replay_leaves_a_delivery_to_who_is_sending_it(api: Api) -> None:
    endpoint_id = (await an_endpoint(api))["id"]
    until = api.clock() + timedelta(minutes=2)
    (sending,) = await deliveries(api, endpoint_id, claimed_until=until)

    assert (await replay(api, endpoint_id, deliveryId=sending)).payload

    assert (await in_store(api, sending))["claimed_until"] == until


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({}, "form_param_missing", "input.deliveryId"),
        ({"both": True}, "form_param_value_invalid", "input.failedSince"),
        ({"deliveryId": UNKNOWN}, "resource_not_found", "input.deliveryId"),
        ({"foreign": True}, "resource_not_found", "input.deliveryId"),
    ],
)
async def test_a_replay_is_of_one_delivery_of_the_endpoint_or_of_those_that_failed(
    api: Api, given: dict[str, Any], code: str, field: str
) -> None:
    endpoint_id, other = (await an_endpoint(api))["id"], (await an_endpoint(api))["id"]
    own, foreign = await a_failed_delivery(api, endpoint_id), await a_failed_delivery(api, other)
    since = {"failedSince": "2026-01-01T00:00:00Z"}
    special = {"both": {"deliveryId": own, **since}, "foreign": {"deliveryId": foreign}}
    input = next((special[name] for name in given if name in special), given)
    before = await contents(api.store)

    refused = await replay(api, endpoint_id, **input)

    assert (codes(refused), fields(refused)) == ([code], [field])
    assert await contents(api.store) == before
    assert (await replay(api, endpoint_id, deliveryId=own)).payload


async def test_a_disabled_endpoint_replays_nothing(api: Api) -> None:
    endpoint_id = (await an_endpoint(api))["id"]
    failed = await a_failed_delivery(api, endpoint_id)
    await update_endpoint(api, endpoint_id, enabled=False)
    before = await contents(api.store)

    refused = [
        await replay(api, endpoint_id, deliveryId=failed),
        await replay(api, endpoint_id, failedSince="2026-01-01T00:00:00Z"),
    ]

    assert [codes(one) for one in refused] == [["webhook_endpoint_disabled"]] * 2
    assert [fields(one) for one in refused] == [["input.webhookEndpointId"]] * 2
    assert await contents(api.store) == before
    await update_endpoint(api, endpoint_id, enabled=True)
    assert (await replay(api, endpoint_id, deliveryId=failed)).payload


@pytest.mark.both_databases
async def test_who_waits_at_the_bell_finds_what_was_replayed_or_enabled(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wakeup, "FILE_POLL_SECONDS", 60.0)
    endpoint_id = (await an_endpoint(api))["id"]
    failed = await a_failed_delivery(api, endpoint_id)

    async def woken(listener: Waiter) -> tuple[str, bool]:
        """What somebody finds who looks as soon as the bell rings."""
        await asyncio.wait_for(listener.signaled.wait(), 5)
        listener.signaled.clear()
        return (await in_store(api, failed))["status"], (await in_store(api, endpoint_id))[
            "enabled"
        ]

    async with api.store.wakeup.listen() as listener:
        await listener.wait(0.2)
        found: list[tuple[str, bool]] = []
        for calling in (
            replay(api, endpoint_id, deliveryId=failed),
            update_endpoint(api, endpoint_id, enabled=False),
            update_endpoint(api, endpoint_id, enabled=True),
        ):
            seen, answer = await asyncio.gather(woken(listener), calling)
            assert answer.payload
            found.append(seen)

    assert found == [("pending", True), ("pending", False), ("pending", True)]


# -------------------------------------------------------------------------------------------- users


async def test_an_administrator_of_an_organization_has_no_say_in_webhooks(
    api: Api, acme: Acme
) -> None:
    await an_endpoint(api)
    before = await contents(api.store)

    reading = await api.run("{ webhookEndpoints { id secret } }", by=acme.admin)
    writing = await api.mutate("createWebhookEndpoint", {"url": URL}, by=acme.admin)

    assert [(one.code, one.reason) for one in (reading, writing)] == [
        ("FORBIDDEN", "secret_key_required")
    ] * 2
    assert reading.body["data"] == {"webhookEndpoints": None}
    assert await contents(api.store) == before
