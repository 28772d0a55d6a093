"""The event log: what each mutation writes, in one table, and in which order."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from models.base import now
from models.events import EventType
from resolvers.authority.access import SYSTEM
from resolvers.foundation.event_writer import FEW
from resolvers.foundation.locks import EVENTS_LOCK, take_advisory_lock
from resolvers.foundation.transaction import begin
from tests.support.api import JSON, SERVICE, Api, contents, events
from tests.support.data.factories import Acme, a_member, an_organization
from tests.support.data.roles import PRIMARY, a_role_model
from tests.support.documents.mutations import (
    NAMES,
    PLAN_INPUTS,
    SESSION_INPUTS,
    caller_of,
    case,
    of,
    prepare,
)
from tests.support.servers.smtp import until

INVITATION = "organizationInvitation"
WAITING = f"SELECT 1 FROM pg_locks WHERE objid = {EVENTS_LOCK} AND NOT granted"
CREATED, UPDATED, DELETED = (
    f"organizationMembership.{what}" for what in ("created", "updated", "deleted")
)


EVENTS = {
    "createOrganization": ["organization.created", CREATED],
    "updateOrganization": ["organization.updated"],
    "setOrganizationLogo": ["organization.updated"],
    "updateOrganizationMetadata": ["organization.updated"],
    "deleteOrganization": [DELETED, DELETED, "organization.deleted"],
    "createMembership": [CREATED],
    "createMemberships": [CREATED],
    "updateMembership": [UPDATED],
    "updateMembershipMetadata": [UPDATED],
    "removeMembership": [DELETED],
    "leaveOrganization": [DELETED],
    "createInvitation": [f"{INVITATION}.created"],
    "createInvitations": [f"{INVITATION}.created", f"{INVITATION}.created"],
    "resendInvitation": [f"{INVITATION}.resent"],
    "revokeInvitation": [f"{INVITATION}.revoked"],
    "acceptInvitation": [f"{INVITATION}.accepted", CREATED],
    "declineInvitation": [f"{INVITATION}.declined"],
    "createUser": ["user.created"],
    "createUsers": ["user.created", "user.created"],
    "updateUser": ["user.updated"],
    "deleteUser": [DELETED, "user.deleted"],
    "createRole": ["role.created"],
    "updateRole": ["role.updated"],
    "deleteRole": ["role.deleted"],
    "createPermission": ["feature.created", "permission.created"],
    "updatePermission": ["permission.updated"],
    "deletePermission": ["permission.deleted"],
    "createRoleSet": ["roleSet.created"],
    "updateRoleSet": ["roleSet.updated"],
    "replaceRoleInRoleSet": [UPDATED, "roleSet.updated"],
    "replaceRoleSet": [UPDATED, "organization.updated", "roleSet.updated", "roleSet.deleted"],
    "setOrganizationRoleSet": [UPDATED, "organization.updated"],
    "updateInstance": ["instance.updated"],
    "createSession": ["session.created"],
    "setActiveOrganization": [],
    "createSessionToken": [],
    "endSession": ["session.ended"],
    "revokeSession": ["session.revoked"],
    "createFeature": ["feature.created"],
    "updateFeature": ["feature.updated"],
    "deleteFeature": ["feature.deleted"],
    "createPlan": ["plan.created"],
    "updatePlan": ["plan.updated"],
    "replacePlan": ["subscription.updated", "plan.deleted"],
    "setSubscription": ["subscription.updated"],
    "createWebhookEndpoint": [],
    "updateWebhookEndpoint": [],
    "deleteWebhookEndpoint": [],
    "rotateWebhookSecret": [],
    "replayWebhookDeliveries": [],
}


@pytest.mark.parametrize("mutation", [case(name) for name in NAMES])
async def test_each_mutation_writes_its_events_and_answers_with_the_last(
    api: Api, acme: Acme, mutation: str
) -> None:
    by = caller_of(acme, mutation)
    input = await prepare(api, acme, mutation)
    if mutation == "createOrganization":
        input["createdBy"] = acme.member.id
    before = await contents(api.store)
    known = await events(api.store)

    selection = "session { id status }" if mutation in SESSION_INPUTS else ""
    answer = await api.mutate(mutation, input, selection, by=by)

    log = await events(api.store)
    written = log[len(known) :]
    # No mutation edits or deletes what the log holds.
    assert log[: len(known)] == known
    assert [event["type"] for event in written] == EVENTS[mutation]
    assert answer.payload["cursor"] == (str(written[-1]["cursor"]) if written else None)
    assert await contents(api.store) != before
    for event in written:
        assert event["actor_type"] == ("service" if by is SERVICE else "user")
        assert event["actor_id"]
        assert event["occurred_at"] == api.clock()
        assert event["object_id"] == event["data"]["id"]
        if mutation in PLAN_INPUTS:
            is_subscription = event["type"].startswith("subscription.")
            assert event["organization_id"] == (acme.id if is_subscription else None)
            assert event["data"].get("deleted", False) == event["type"].endswith(".deleted")
        if mutation in SESSION_INPUTS:
            session = answer.payload["session"]
            assert (event["organization_id"], event["user_id"]) == (None, acme.member.id)
            assert event["object_id"] == session["id"]
            assert event["data"]["status"] == session["status"].lower()


GONE: dict[str, JSON] = {
    "deleteRole": {"key": "org:spare"},
    "deletePermission": {"key": "org:reports:read"},
    "replaceRoleSet": {
        "key": "role_set:other",
        "withKey": PRIMARY,
        "mappings": [{"from": "org:editor", "to": "org:member"}],
    },
}


async def test_what_is_gone_is_told_as_it_was_and_as_deleted(api: Api, acme: Acme) -> None:
    await a_role_model(api)
    for mutation, input in GONE.items():
        assert (await api.mutate(mutation, input, by=SERVICE)).payload
    assert (await api.mutate("deleteOrganization", of(acme), by=SERVICE)).payload
    assert (await api.mutate("deleteUser", {"userId": acme.member.id}, by=SERVICE)).payload

    log = await events(api.store)

    told = {event["type"] for event in log if event["data"].get("deleted") is True}
    last = {event["data"]["object"]: event["data"] for event in log if event["type"] in told}
    assert told == {
        f"{noun}.deleted" for noun in ("organization", "role", "permission", "roleSet", "user")
    }
    assert last["organization"]["name"] == "Acme"
    assert last["user"]["email_address"] == acme.member.email
    assert (last["role"]["key"], last["permission"]["key"]) == ("org:spare", "org:reports:read")
    assert last["role_set"]["roles"] == ["org:admin", "org:editor"]


async def test_a_refused_mutation_writes_no_event(api: Api, acme: Acme) -> None:
    before = await contents(api.store)

    await api.send("remove-member", by=acme.admin, organizationId=acme.id, userId=acme.admin.id)

    assert await contents(api.store) == before


async def test_several_mutations_of_a_request_are_transactions_of_their_own(
    api: Api, acme: Acme
) -> None:
    document = """mutation($id: ID!) {
        a: updateOrganization(input: {organizationId: $id, name: "First"}) { cursor organization { name } }
        b: updateOrganization(input: {organizationId: $id, name: ""}) { cursor userErrors { code } }
        c: updateOrganization(input: {organizationId: $id, slug: "third"}) { cursor organization { name slug } }
    }"""

    data: Any = (await api.run(document, {"id": acme.id}, by=acme.admin)).data

    assert data["a"]["organization"] == {"name": "First"}
    assert data["b"] == {"cursor": None, "userErrors": [{"code": "form_param_missing"}]}
    assert data["c"]["organization"] == {"name": "First", "slug": "third"}
    assert int(data["a"]["cursor"]) < int(data["c"]["cursor"])


@pytest.mark.both_databases
async def test_cursors_grow_in_the_order_of_commits(api: Api, acme: Acme) -> None:
    """A transaction that began first and commits last has
    the larger cursor: no reader can have passed it by.
    """
    if api.store.is_sqlite:
        pytest.skip("SQLite has one writer at a time.")
    slow_has_written, may_commit = asyncio.Event(), asyncio.Event()

    async def slow() -> int | None:
        async with begin(replace(api.server, clock=now), SYSTEM) as tx:
            tx.record(EventType.USER_UPDATED, "user_slow", {})
            slow_has_written.set()
            await may_commit.wait()
        return tx.events.cursor

    async def fast() -> int | None:
        await slow_has_written.wait()
        async with begin(replace(api.server, clock=now), SYSTEM) as tx:
            tx.record(EventType.USER_UPDATED, "user_fast", {})
        may_commit.set()
        return tx.events.cursor

    slow_cursor, fast_cursor = await asyncio.gather(slow(), fast())

    assert slow_cursor is not None
    assert fast_cursor is not None
    assert fast_cursor < slow_cursor


async def test_a_writer_with_its_cursor_holds_up_every_later_one_until_it_commits(api: Api) -> None:
    """The guard itself: without the lock the second writer
    would commit a larger cursor before the first commits.
    """
    if api.store.is_sqlite:
        pytest.skip("SQLite has one writer at a time.")
    order: list[str] = []
    first_has_cursor = asyncio.Event()

    async def first() -> None:
        async with begin(replace(api.server, clock=now), SYSTEM) as tx:
            tx.record(EventType.USER_UPDATED, "user_first", {})
            await tx.events.write()
            tx.events.rows.clear()
            first_has_cursor.set()
            await tx.session.execute(text("SELECT pg_sleep(0.3)"))
            order.append("first")

    async def second() -> None:
        await first_has_cursor.wait()
        async with begin(replace(api.server, clock=now), SYSTEM) as tx:
            tx.record(EventType.USER_UPDATED, "user_second", {})
        order.append("second")

    await asyncio.gather(first(), second())

    assert order == ["first", "second"]


async def test_writers_that_wait_for_the_log_have_no_cursors_yet(api: Api) -> None:
    """Their statements take the lock before the numbers of their events, however many there are."""
    if api.store.is_sqlite:
        pytest.skip("SQLite has one writer at a time.")
    numbers = [1, 2, FEW, FEW + 1]
    first_has_lock = asyncio.Event()

    async def first() -> int | None:
        async with begin(replace(api.server, clock=now), SYSTEM) as tx:
            await take_advisory_lock(tx.session, EVENTS_LOCK)
            first_has_lock.set()
            await until(all_are_waiting)
            tx.record(EventType.USER_UPDATED, "first", {})
        return tx.events.cursor

    async def all_are_waiting() -> bool:
        async with api.store.read() as connection:
            waiting = await connection.run_text(WAITING)
        return len(waiting) == len(numbers)

    async def write(number: int) -> int | None:
        await first_has_lock.wait()
        async with begin(replace(api.server, clock=now), SYSTEM) as tx:
            for event in range(number):
                tx.record(EventType.USER_UPDATED, f"{number}-{event}", {})
        return tx.events.cursor

    found = await asyncio.gather(first(), *map(write, numbers))

    log = await events(api.store)
    assert log[0]["object_id"] == "first"
    written = {event["object_id"]: event["cursor"] for event in log}
    for number, newest in zip(numbers, found[1:], strict=True):
        own = [written[f"{number}-{event}"] for event in range(number)]
        assert newest == own[-1]
        assert own == list(range(own[0], own[0] + number)), number


async def test_the_log_survives_what_it_tells_of(api: Api, acme: Acme) -> None:
    second = await an_organization(api, by=acme.admin, name="Second")
    await a_member(api, second, acme.outsider)
    await api.send("delete-organization", by=acme.admin, organizationId=second)
    await api.mutate("deleteUser", {"userId": acme.outsider.id}, by=SERVICE)

    log = await events(api.store)

    about = [event["type"] for event in log if event["organization_id"] == second]
    assert about == [
        "organization.created",
        CREATED,
        CREATED,
        DELETED,
        DELETED,
        "organization.deleted",
    ]
    assert [event["cursor"] for event in log] == sorted(event["cursor"] for event in log)
