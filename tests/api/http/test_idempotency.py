"""Idempotency keys: a mutation that is sent again is answered again, and has no second effect."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, text

from models.database import wakeup
from models.database.tables import metadata
from models.idempotency import compute_digest
from server.delivery.cleanup import make_cleanup
from tests.conftest import settings
from tests.support.api import (
    JSON,
    SECRET,
    SECRET_KEY,
    SERVICE,
    Api,
    Caller,
    contents,
    events,
    operation,
)
from tests.support.data.factories import Acme
from tests.support.data.invitations import change, invited
from tests.support.data.webhooks import a_failed_delivery, an_endpoint, kept
from tests.support.http import GRAPHQL_JSON, ONLY_SQLITE
from tests.support.processes.commands import PRODUCTION, started
from tests.support.servers.smtp import until

KEY = "4f6c0e2a-8a27-4f0e-9d53-0d9f1f6f3b51"
CREATE = """mutation($input: CreateOrganizationInput!) {
    createOrganization(input: $input) {
        organization { id name } userErrors { code message field meta } cursor } }"""
ANSWERS = metadata.tables["idempotent_answer"]
ORGANIZATIONS = metadata.tables["organization"]
INVITE = """mutation($input: CreateInvitationInput!) {
    createInvitation(input: $input) { invitation { id url } userErrors { code } cursor } }"""


async def send(
    api: Api,
    variables: JSON,
    *,
    by: Caller,
    key: str | list[str] | None = KEY,
    query: str = CREATE,
    name: str | None = None,
    accept: str = GRAPHQL_JSON,
) -> httpx.Response:
    keys = [key] if isinstance(key, str) else key or []
    headers = [("accept", accept), *(("idempotency-key", value) for value in keys)]
    if by.authorization:
        headers.append(("authorization", by.authorization))
    body = {"query": query, "variables": variables, "operationName": name}
    return await api.client.post("/graphql", json=body, headers=headers)


async def create(api: Api, name: str = "Once", *, by: Caller, **sent: Any) -> httpx.Response:
    return await send(api, {"input": {"name": name}}, by=by, **sent)


def code(response: httpx.Response) -> str:
    (error,) = response.json()["errors"]
    return error["extensions"]["code"]


async def count(api: Api, name: str = "Once") -> int:
    async with api.store.read() as connection:
        where = ORGANIZATIONS.c.name == name
        return (
            await connection.execute(select(func.count()).select_from(ORGANIZATIONS).where(where))
        ).scalar_one()


async def stored(api: Api) -> list[JSON]:
    async with api.store.read() as connection:
        return (await connection.execute(select(ANSWERS))).mappings()


# ------------------------------------------------------------------------------------------- replay


async def test_a_repeated_mutation_is_answered_byte_for_byte(api: Api, acme: Acme) -> None:
    before = len(await events(api.store))

    first = await create(api, by=acme.admin)
    after_first = await contents(api.store)
    second = await create(api, by=acme.admin)

    assert first.json()["data"]["createOrganization"]["organization"]["name"] == "Once"
    assert (second.status_code, second.content) == (200, first.content)
    assert first.headers["content-type"] == second.headers["content-type"]
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert await contents(api.store) == after_first
    assert await count(api) == 1
    # The organization and its first membership.
    assert len(await events(api.store)) == before + 2


async def test_a_new_session_is_answered_with_its_viewer(api: Api, acme: Acme) -> None:
    query = """mutation($input: CreateSessionInput!) { createSession(input: $input) {
        viewer { cursor activeOrganization { id } permissions } userErrors { code } cursor } }"""
    input = {"input": {"organizationId": acme.id}}

    first, second = [await send(api, input, by=acme.member, query=query) for _ in range(2)]

    payload = first.json()["data"]["createSession"]
    assert payload["viewer"]["activeOrganization"] == {"id": acme.id}
    assert int(payload["viewer"]["cursor"]) == int(payload["cursor"]) - 1
    assert second.content == first.content


async def test_the_answer_is_the_one_without_a_key(api: Api, acme: Acme) -> None:
    selection = """organization { name membersCount viewerMembership { role { key } }
        memberships(first: 5) { totalCount nodes { user { id } role { permissions { key } } } } }"""
    query = f"""mutation($input: CreateOrganizationInput!) {{
        createOrganization(input: $input) {{ {selection} userErrors {{ code }} }} }}"""

    without = await create(api, by=acme.admin, key=None, query=query)
    with_key = await create(api, by=acme.admin, query=query)

    assert with_key.content == without.content
    assert b'"totalCount":1' in with_key.content
    assert len(await stored(api)) == 1


async def test_the_payload_and_its_cursor_are_those_of_the_change(api: Api, acme: Acme) -> None:
    query = """mutation($input: CreateOrganizationInput!) {
        createOrganization(input: $input) { cursor userErrors { code } } }"""

    payload = (await create(api, by=acme.admin, query=query)).json()["data"]["createOrganization"]

    assert payload["cursor"] == str((await events(api.store))[-1]["cursor"])


async def test_another_request_with_the_same_key_is_refused(api: Api, acme: Acme) -> None:
    assert (await create(api, by=acme.admin)).json()["data"]["createOrganization"]["organization"]
    after = await contents(api.store)

    newer = await create(api, "Twice", by=acme.admin)
    older = await create(api, "Twice", by=acme.admin, accept="application/json")
    document = await create(api, by=acme.admin, query=CREATE + " ")

    assert (newer.status_code, code(newer)) == (422, "IDEMPOTENCY_MISMATCH")
    assert (older.status_code, code(older)) == (200, "IDEMPOTENCY_MISMATCH")
    assert (document.status_code, code(document)) == (422, "IDEMPOTENCY_MISMATCH")
    assert "data" not in newer.json()
    assert await contents(api.store) == after


@ONLY_SQLITE
async def test_another_operation_of_the_document_is_another_request(api: Api, acme: Acme) -> None:
    both = CREATE.replace("mutation", "mutation A") + CREATE.replace("mutation", "mutation B")
    variables = {"input": {"name": "Once"}}

    first = await send(api, variables, by=acme.admin, query=both, name="A")
    repeated = await send(api, variables, by=acme.admin, query=both, name="A")
    other = await send(api, variables, by=acme.admin, query=both, name="B")

    assert repeated.content == first.content
    assert code(other) == "IDEMPOTENCY_MISMATCH"
    assert await count(api) == 1


@pytest.mark.both_databases
@pytest.mark.parametrize(("value", "other"), [(1, True), (1, 1.0), (0, False)])
async def test_values_that_only_python_finds_equal_are_another_request(
    api: Api, acme: Acme, value: object, other: object
) -> None:
    def variables(number: object) -> JSON:
        return {"input": {"name": "Once", "publicMetadata": {"a": number, "b": 2}}}

    first = await send(api, variables(value), by=SERVICE)
    reordered = {"input": {"publicMetadata": {"b": 2, "a": value}, "name": "Once"}}

    assert (await send(api, reordered, by=SERVICE)).content == first.content
    assert code(await send(api, variables(other), by=SERVICE)) == "IDEMPOTENCY_MISMATCH"


async def test_a_key_belongs_to_its_caller(api: Api, acme: Acme) -> None:
    variables = {"input": {"name": "Once"}}
    answers = [
        await send(api, variables, by=caller) for caller in (acme.admin, acme.outsider, SERVICE)
    ]

    assert all("idempotency-replayed" not in answer.headers for answer in answers)
    assert await count(api) == 3
    assert len(await stored(api)) == 3


async def test_a_new_token_of_the_same_user_finds_the_answer(api: Api, acme: Acme) -> None:
    first = await create(api, by=acme.outsider)
    api.clock.forward(minutes=5)
    again = await api.person(acme.outsider.email)

    assert again.authorization != acme.outsider.authorization
    assert (await create(api, by=again)).content == first.content


async def test_another_key_is_another_request(api: Api, acme: Acme) -> None:
    await create(api, by=acme.admin)
    await create(api, by=acme.admin, key="other")

    assert await count(api) == 2


# ------------------------------------------------------------------------------------------ at once


@pytest.mark.both_databases
async def test_of_many_at_once_one_has_an_effect_and_all_have_its_answer(
    api: Api, acme: Acme
) -> None:
    answers = await asyncio.gather(*(create(api, by=acme.admin) for _ in range(20)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert [answer.headers.get("idempotency-replayed") for answer in answers].count("true") == 19
    assert await count(api) == 1


@pytest.mark.both_databases
async def test_a_deadlock_within_a_key_is_tried_again(api: Api, acme: Acme) -> None:
    if api.store.is_sqlite:
        pytest.skip("SQLite has one writer at a time.")
    digest = compute_digest("user", acme.admin.id, KEY)
    lock = int.from_bytes(bytes.fromhex(digest)[:8], signed=True)
    rename = """mutation($input: UpdateOrganizationInput!) {
        updateOrganization(input: $input) { organization { name } userErrors { code } } }"""
    input = {"organizationId": acme.id, "name": "New"}

    # PostgreSQL aborts the transaction that looks for a deadlock first; this one doesn't look.
    async with api.store.write() as other:
        await other.execute(text("SET LOCAL deadlock_timeout = '1min'"))
        await other.execute(text(f"SELECT FROM organization WHERE id = '{acme.id}' FOR UPDATE"))
        sent = asyncio.create_task(send(api, {"input": input}, by=acme.admin, query=rename))
        # The request has its own lock, and waits for the organization or will soon.
        locked = text(
            "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND granted"
            f" AND (classid::bigint << 32) + objid::bigint = {lock}"
        )

        async def has_lock() -> bool:
            return (await other.execute(locked)).scalar_one()

        await until(has_lock)
        await other.execute(text(f"SELECT pg_advisory_xact_lock({lock})"))
    answer = await sent

    assert answer.json()["data"]["updateOrganization"] == {
        "organization": {"name": "New"},
        "userErrors": [],
    }


async def test_workers_are_woken_once_the_change_is_committed(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wakeup, "FILE_POLL_SECONDS", 60.0)
    endpoint_id = (await an_endpoint(api))["id"]
    failed = await a_failed_delivery(api, endpoint_id)
    replay = """mutation($input: ReplayWebhookDeliveriesInput!) {
        replayWebhookDeliveries(input: $input) { userErrors { code } } }"""
    input = {"webhookEndpointId": endpoint_id, "deliveryId": failed}

    async with api.store.wakeup.listen() as listener:
        await listener.wait(0.2)
        sent = asyncio.create_task(send(api, {"input": input}, by=SERVICE, query=replay))
        async with asyncio.timeout(5):
            status = "failed"
            while status != "pending":
                await listener.signaled.wait()
                listener.signaled.clear()
                status = (await kept(api, failed) or {})["status"]

    assert (await sent).json()["data"]["replayWebhookDeliveries"] == {"userErrors": []}


@pytest.mark.both_databases
async def test_different_keys_do_not_wait_for_each_other(api: Api, acme: Acme) -> None:
    answers = await asyncio.gather(
        *(create(api, by=acme.admin, key=f"key-{number}") for number in range(20))
    )

    assert len({answer.content for answer in answers}) == 20
    assert await count(api) == 20


async def test_the_first_token_ever_is_signed_within_a_key(api: Api, acme: Acme) -> None:
    query = operation("create-session")
    sent = {"organizationId": acme.id}

    first = await send(api, sent, by=acme.admin, query=query)
    second = await send(api, sent, by=acme.admin, query=query)

    assert first.json()["data"]["createSession"]["token"]["jwt"]
    assert second.content == first.content


# ----------------------------------------------------------------------------------------- rejected


async def test_a_rejected_mutation_stores_nothing_and_can_be_repeated(api: Api, acme: Acme) -> None:
    # The key that signs tokens is created once, when it's first needed.
    await api.client.get("/.well-known/jwks.json")
    before = await contents(api.store)
    slug = {"input": {"name": "Once", "slug": "Not A Slug"}}

    user_error = await send(api, slug, by=acme.admin)
    unseen = """mutation($input: CreateOrganizationInput!) {
        createOrganization(input: $input) { organization { id } } }"""
    unselected = await send(api, slug, by=acme.admin, query=unseen)
    forbidden = await send(
        api, {"input": {"name": "Once", "privateMetadata": {"a": 1}}}, by=acme.admin
    )
    invalid = await send(api, {"input": {"name": 1}}, by=acme.admin)

    assert user_error.json()["data"]["createOrganization"]["userErrors"]
    assert unselected.json()["data"] == {"createOrganization": {"organization": None}}
    assert code(forbidden) == "FORBIDDEN"
    assert code(invalid) == "BAD_USER_INPUT"
    assert await contents(api.store) == before
    # The key is still free.
    assert (await create(api, by=acme.admin)).json()["data"]["createOrganization"]["organization"]
    assert len(await stored(api)) == 1


async def test_a_field_that_the_caller_cannot_see_does_not_reject_the_mutation(
    api: Api, acme: Acme
) -> None:
    invitation = await invited(api, acme.id, acme.outsider.email, by=acme.admin)
    proof = {"proof": {"invitationId": invitation["id"]}}
    query = """mutation($proof: AcceptInvitationInput!) { acceptInvitation(input: $proof) {
        membership { organization { name invitations(first: 1) { totalCount } } } } }"""

    first = await send(api, proof, by=acme.outsider, query=query)
    second = await send(api, proof, by=acme.outsider, query=query)

    assert code(first) == "FORBIDDEN"
    assert first.json()["data"]["acceptInvitation"]
    assert second.content == first.content
    assert second.headers["idempotency-replayed"] == "true"


async def test_a_rejected_mutation_keeps_what_it_found_expired(api: Api, acme: Acme) -> None:
    invitation = await invited(api, acme.id, acme.outsider.email, by=acme.admin)
    await change(api, invitation["id"], expires_at=api.clock())
    api.clock.forward(seconds=1)
    query = operation("accept-invitation")

    answer = await send(
        api, {"proof": {"invitationId": invitation["id"]}}, by=acme.outsider, query=query
    )

    assert answer.json()["data"]["acceptInvitation"]["userErrors"]
    assert [event["type"] for event in await events(api.store)][-1] == (
        "organizationInvitation.expired"
    )
    assert await stored(api) == []


# ------------------------------------------------------------------------------------- what is sent


@ONLY_SQLITE
@pytest.mark.parametrize("key", ["", "a b", "ü", "x" * 256, ["one", "two"], [KEY, KEY]], ids=repr)
async def test_a_key_has_visible_ascii_characters(
    api: Api, acme: Acme, key: str | list[str]
) -> None:
    before = await contents(api.store)
    keys = [key] if isinstance(key, str) else key
    headers = [(b"idempotency-key", value.encode()) for value in keys]
    headers += [(b"authorization", str(acme.admin.authorization).encode())]
    body = {"query": CREATE, "variables": {"input": {"name": "Once"}}}

    refused = await api.client.post("/graphql", json=body, headers=headers)

    assert code(refused) == "BAD_USER_INPUT"
    assert "Idempotency-Key" in refused.json()["errors"][0]["message"]
    assert await contents(api.store) == before
    assert (await create(api, by=acme.admin, key="~" * 255)).json()["data"]["createOrganization"]


@ONLY_SQLITE
@pytest.mark.parametrize(
    "fields",
    [
        "a: createOrganization(input: $input) { cursor } b: createOrganization(input: $input) { cursor }",
        "createOrganization(input: $input) { cursor } ...More",
        "... on Mutation { a: createOrganization(input: $input) { cursor } } ...More",
    ],
)
async def test_a_key_is_for_one_mutation(api: Api, acme: Acme, fields: str) -> None:
    before = await contents(api.store)
    more = "fragment More on Mutation { more: createOrganization(input: $input) { cursor } }"
    query = f"mutation($input: CreateOrganizationInput!) {{ {fields} }}"
    query += more if "More" in fields else ""

    refused = await create(api, by=acme.admin, query=query)

    assert (refused.status_code, code(refused)) == (400, "BAD_USER_INPUT")
    assert "exactly one mutation field" in refused.json()["errors"][0]["message"]
    assert await contents(api.store) == before
    # Without a key, the same document runs.
    assert "errors" not in (await create(api, by=acme.admin, query=query, key=None)).json()


@ONLY_SQLITE
async def test_queries_and_unauthenticated_callers_ignore_a_key(api: Api, acme: Acme) -> None:
    query = "{ viewer { user { id } } }"
    answers = [
        await send(api, {}, by=caller, query=query, key="not a key")
        for caller in (acme.admin, acme.member)
    ]
    nobody = await send(api, {"input": {"name": "Once"}}, by=Caller())

    assert answers[0].json()["data"] != answers[1].json()["data"]
    assert code(nobody) == "UNAUTHENTICATED"
    assert await stored(api) == []


@ONLY_SQLITE
async def test_a_stream_can_have_a_key(api: Api, acme: Acme) -> None:
    first = await create(api, by=acme.admin, accept="text/event-stream")
    second = await create(api, by=acme.admin, accept="text/event-stream")

    assert first.text.startswith("event: next")
    assert second.text == first.text
    assert await count(api) == 1


@ONLY_SQLITE
async def test_a_session_token_is_minted_anew(api: Api, acme: Acme) -> None:
    opened = await api.send("create-session", by=acme.admin, organizationId=acme.id)
    session = opened.data["createSession"]["session"]["id"]
    query, sent = operation("create-session-token"), {"sessionId": session}

    first = await send(api, sent, by=acme.admin, query=query)
    api.clock.forward(minutes=2)
    second = await send(api, sent, by=acme.admin, query=query)

    assert "errors" not in second.json()
    assert first.content != second.content


async def test_answers_are_unreadable_without_the_key(api: Api, acme: Acme) -> None:
    variables = {"input": {"organizationId": acme.id, "emailAddress": "new@example.com"}}
    answer = await send(api, variables, by=SERVICE, query=INVITE)
    url = answer.json()["data"]["createInvitation"]["invitation"]["url"]

    (row,) = await stored(api)
    assert url
    assert not any(text in str(row) for text in (url, KEY, "new@example.com"))


# -------------------------------------------------------------------------------------------- store


async def test_answers_are_kept_for_24_hours(api: Api, acme: Acme) -> None:
    cleanup = make_cleanup(settings(), api.server)
    await create(api, by=SERVICE)
    api.clock.forward(hours=24)
    await cleanup.clean_up()
    assert len(await stored(api)) == 1

    api.clock.forward(seconds=1)
    await cleanup.clean_up()
    assert await stored(api) == []
    assert "idempotency-replayed" not in (await create(api, by=SERVICE)).headers
    assert await count(api) == 2


def environment(database_url: str) -> dict[str, str]:
    keys = {"TENANTRY_DATABASE_URL": database_url, "TENANTRY_SECRET_KEYS": SECRET_KEY}
    return {**PRODUCTION, **keys, "TENANTRY_SECRET": SECRET}


@pytest.mark.slow
async def test_a_process_that_dies_after_the_commit_has_stored_the_answer(
    database_url: str, acme: Acme, api: Api, tmp_path: Path
) -> None:
    body = {"query": CREATE, "variables": {"input": {"name": "Once"}}}
    headers = {"authorization": str(SERVICE.authorization), "idempotency-key": KEY}

    def post(url: str) -> httpx.Response:
        return httpx.post(f"{url}/graphql", json=body, headers=headers, timeout=30)

    with started("serve", folder=tmp_path, **environment(database_url)) as server:
        sent = asyncio.create_task(asyncio.to_thread(post, server.url))

        async def has_committed() -> bool:
            return await count(api) > 0

        await until(has_committed)
        server.process.send_signal(signal.SIGKILL)
        await asyncio.gather(sent, return_exceptions=True)
    assert await count(api) == 1
    with started("serve", folder=tmp_path, **environment(database_url)) as server:
        repeated = await asyncio.to_thread(post, server.url)

    assert repeated.headers["idempotency-replayed"] == "true"
    assert repeated.json()["data"]["createOrganization"]["organization"]["name"] == "Once"
    assert await count(api) == 1
