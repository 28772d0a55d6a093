"""The event log: what each mutation writes, in one table, and in which order."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from models.base import now
from models.events import EventType
from resolvers.authority.access import SYSTEM
from resolvers.foundation.transaction import begin
from schema import schema
from tests.support.api import JSON, SERVICE, Api, Caller, contents, events
from tests.support.data.api_keys import OF_API_KEYS
from tests.support.data.billing import make_feature, make_plan, subscribe, switch_billing
from tests.support.data.factories import Acme, a_member, an_invitation, an_organization
from tests.support.data.images import LOGO
from tests.support.data.keys import OF_KEYS
from tests.support.data.roles import a_role_model
from tests.support.data.sessions import a_session
from tests.support.data.webhooks import URL, a_failed_delivery, an_endpoint
from tests.support.documents.domain_mutations import OF_DOMAINS

INVITATION = "organizationInvitation"
CREATED, UPDATED, DELETED = (
    f"organizationMembership.{what}" for what in ("created", "updated", "deleted")
)


def of(acme: Acme) -> JSON:
    return {"organizationId": acme.id}


def member_of(acme: Acme) -> JSON:
    return {"organizationId": acme.id, "userId": acme.member.id}


def invitation_of(acme: Acme) -> JSON:
    return {"organizationId": acme.id, "invitationId": acme.invitation_id}


def own_invitation(acme: Acme) -> JSON:
    return {"invitationId": acme.invitation_id}


def of_nothing(session_id: str, acme: Acme) -> JSON:
    return {}


def of_session(session_id: str, acme: Acme) -> JSON:
    return {"sessionId": session_id}


MERGE: JSON = {"mode": "MERGE", "publicMetadata": {"a": 1}}

PRIMARY, OTHER = "role_set:primary", "role_set:other"
NEW_SET: JSON = {
    "name": "New",
    "roles": ["org:admin"],
    "defaultRole": "org:admin",
    "creatorRole": "org:admin",
}
MAPPINGS = [{"from": "org:member", "to": "org:editor"}]

TABLE: dict[str, tuple[Callable[[Acme], JSON], list[str]]] = {
    "createOrganization": (
        lambda acme: {"name": "New", "createdBy": acme.member.id},
        ["organization.created", CREATED],
    ),
    "updateOrganization": (lambda acme: {**of(acme), "name": "New"}, ["organization.updated"]),
    "setOrganizationLogo": (lambda acme: {**of(acme), "data": LOGO}, ["organization.updated"]),
    "updateOrganizationMetadata": (lambda acme: {**of(acme), **MERGE}, ["organization.updated"]),
    "deleteOrganization": (of, [DELETED, DELETED, "organization.deleted"]),
    "createMembership": (lambda acme: {**of(acme), "userId": acme.outsider.id}, [CREATED]),
    "createMemberships": (
        lambda acme: {**of(acme), "members": [{"userId": acme.outsider.id}]},
        [CREATED],
    ),
    "updateMembership": (
        lambda acme: {**member_of(acme), "role": "org:admin"},
        ["organizationMembership.updated"],
    ),
    "updateMembershipMetadata": (
        lambda acme: {**member_of(acme), **MERGE},
        ["organizationMembership.updated"],
    ),
    "removeMembership": (member_of, [DELETED]),
    "leaveOrganization": (of, [DELETED]),
    "createInvitation": (
        lambda acme: {**of(acme), "emailAddress": "new@example.com"},
        [f"{INVITATION}.created"],
    ),
    "createInvitations": (
        lambda acme: {
            **of(acme),
            "recipients": [{"emailAddress": f"{one}@example.com"} for one in ("new", "other")],
        },
        [f"{INVITATION}.created", f"{INVITATION}.created"],
    ),
    "resendInvitation": (invitation_of, [f"{INVITATION}.resent"]),
    "revokeInvitation": (invitation_of, [f"{INVITATION}.revoked"]),
    "acceptInvitation": (own_invitation, [f"{INVITATION}.accepted", CREATED]),
    "declineInvitation": (own_invitation, [f"{INVITATION}.declined"]),
    "createUser": (lambda acme: {"emailAddress": "new@example.com"}, ["user.created"]),
    "createUsers": (
        lambda acme: {
            "users": [{"emailAddress": f"{one}@example.com"} for one in ("new", "other")]
        },
        ["user.created", "user.created"],
    ),
    "updateUser": (lambda acme: {"userId": acme.member.id, "firstName": "New"}, ["user.updated"]),
    "deleteUser": (lambda acme: {"userId": acme.member.id}, [DELETED, "user.deleted"]),
    "createRole": (
        lambda acme: {"key": "org:new", "name": "New", "permissions": []},
        ["role.created"],
    ),
    "updateRole": (lambda acme: {"key": "org:member", "name": "New"}, ["role.updated"]),
    "deleteRole": (lambda acme: {"key": "org:spare"}, ["role.deleted"]),
    "createPermission": (
        lambda acme: {"key": "org:new:read", "name": "New"},
        ["feature.created", "permission.created"],
    ),
    "updatePermission": (
        lambda acme: {"key": "org:reports:read", "name": "New"},
        ["permission.updated"],
    ),
    "deletePermission": (lambda acme: {"key": "org:reports:read"}, ["permission.deleted"]),
    "createRoleSet": (lambda acme: NEW_SET, ["roleSet.created"]),
    "updateRoleSet": (lambda acme: {"key": PRIMARY, "name": "New"}, ["roleSet.updated"]),
    "replaceRoleInRoleSet": (
        lambda acme: {"roleSet": PRIMARY, "role": "org:member", "withRole": "org:editor"},
        [UPDATED, "roleSet.updated"],
    ),
    "replaceRoleSet": (
        lambda acme: {"key": PRIMARY, "withKey": OTHER, "mappings": MAPPINGS},
        [UPDATED, "organization.updated", "roleSet.updated", "roleSet.deleted"],
    ),
    "setOrganizationRoleSet": (
        lambda acme: {**of(acme), "roleSet": OTHER, "mappings": MAPPINGS},
        [UPDATED, "organization.updated"],
    ),
    "updateInstance": (lambda acme: {"slugsEnabled": False}, ["instance.updated"]),
    "createWebhookEndpoint": (lambda acme: {"url": URL}, []),
}


def caller_of(acme: Acme, mutation: str) -> Caller:
    """A secret key, where it is not something that only people do."""
    people = {
        "leaveOrganization": acme.member,
        "acceptInvitation": acme.outsider,
        "declineInvitation": acme.outsider,
    }
    return people.get(mutation, SERVICE)


@pytest.mark.parametrize("mutation", TABLE)
async def test_each_mutation_writes_its_events_and_answers_with_the_last(
    api: Api, acme: Acme, mutation: str
) -> None:
    input, expected = TABLE[mutation]
    if input in (invitation_of, own_invitation):
        acme = await an_invitation(api, acme)
    if "Role" in mutation or "Permission" in mutation:
        await a_role_model(api)
    by = caller_of(acme, mutation)
    before = await events(api.store)

    answer = await api.mutate(mutation, input(acme), by=by)

    log = await events(api.store)
    written = log[len(before) :]
    # No mutation edits or deletes what the log holds.
    assert log[: len(before)] == before
    assert [event["type"] for event in written] == expected
    assert answer.payload["cursor"] == (str(written[-1]["cursor"]) if written else None)
    for event in written:
        assert event["actor_type"] == ("service" if by is SERVICE else "user")
        assert event["actor_id"]
        assert event["occurred_at"] == api.clock()
        assert event["object_id"] == event["data"]["id"]


OF_SESSIONS: dict[str, tuple[Callable[[str, Acme], JSON], list[str]]] = {
    "createSession": (of_nothing, ["session.created"]),
    "setActiveOrganization": (lambda session_id, acme: {"sessionId": session_id, **of(acme)}, []),
    "createSessionToken": (of_session, []),
    "endSession": (of_session, ["session.ended"]),
    "revokeSession": (of_session, ["session.revoked"]),
}


@pytest.mark.both_databases
@pytest.mark.parametrize("mutation", OF_SESSIONS)
async def test_what_is_done_with_a_session_writes_its_event(
    api: Api, acme: Acme, mutation: str
) -> None:
    input, expected = OF_SESSIONS[mutation]
    by = SERVICE if mutation == "revokeSession" else acme.member
    session_id = await a_session(api, by=acme.member)
    api.clock.forward(minutes=1)
    before = len(await events(api.store))

    answer = await api.mutate(mutation, input(session_id, acme), "session { id status }", by=by)

    written = (await events(api.store))[before:]
    assert [event["type"] for event in written] == expected
    assert answer.payload["cursor"] == (str(written[-1]["cursor"]) if written else None)
    for event in written:
        assert event["actor_type"] == ("service" if by is SERVICE else "user")
        assert (event["organization_id"], event["user_id"]) == (None, acme.member.id)
        assert event["object_id"] == event["data"]["id"] == answer.payload["session"]["id"]
        assert event["data"]["status"] == answer.payload["session"]["status"].lower()


OF_PLANS: dict[str, tuple[Callable[[Acme], JSON], list[str]]] = {
    "createFeature": (lambda acme: {"key": "new", "name": "New"}, ["feature.created"]),
    "updateFeature": (lambda acme: {"key": "spare", "name": "New"}, ["feature.updated"]),
    "deleteFeature": (lambda acme: {"key": "spare"}, ["feature.deleted"]),
    "createPlan": (lambda acme: {"key": "new", "name": "New", "features": []}, ["plan.created"]),
    "updatePlan": (lambda acme: {"key": "pro", "name": "New"}, ["plan.updated"]),
    "replacePlan": (
        lambda acme: {"key": "pro", "withKey": "team"},
        ["subscription.updated", "plan.deleted"],
    ),
    "setSubscription": (
        lambda acme: {**of(acme), "plan": "team"},
        ["subscription.updated"],
    ),
}


@pytest.mark.both_databases
@pytest.mark.parametrize("mutation", OF_PLANS)
async def test_what_is_done_with_plans_writes_its_events(
    api: Api, acme: Acme, mutation: str
) -> None:
    input, expected = OF_PLANS[mutation]
    await switch_billing(api)
    await make_feature(api, "spare")
    await make_plan(api, "pro")
    await make_plan(api, "team")
    await subscribe(api, acme.id, "pro")
    before = len(await events(api.store))

    answer = await api.mutate(mutation, input(acme), by=SERVICE)

    written = (await events(api.store))[before:]
    assert [event["type"] for event in written] == expected
    assert answer.payload["cursor"] == str(written[-1]["cursor"])
    for event in written:
        is_subscription = event["type"].startswith("subscription")
        assert event["organization_id"] == (acme.id if is_subscription else None)
        assert event["object_id"] == event["data"]["id"]
        assert event["data"].get("deleted", False) == event["type"].endswith("deleted")


OF_WEBHOOKS: dict[str, JSON] = {
    "updateWebhookEndpoint": {"description": "New"},
    "deleteWebhookEndpoint": {},
    "rotateWebhookSecret": {},
    "replayWebhookDeliveries": {"failedSince": "2026-01-01T00:00:00Z"},
}


@pytest.mark.parametrize("mutation", OF_WEBHOOKS)
async def test_what_is_done_with_a_webhook_endpoint_writes_no_event(
    api: Api, mutation: str
) -> None:
    endpoint = await an_endpoint(api)
    await a_failed_delivery(api, endpoint["id"])
    before = await contents(api.store)

    input = {"webhookEndpointId": endpoint["id"], **OF_WEBHOOKS[mutation]}
    answer = await api.mutate(mutation, input, by=SERVICE)

    after = await contents(api.store)
    assert answer.payload["cursor"] is None
    assert after != before
    assert after["event"] == before["event"]


GONE: dict[str, JSON] = {
    "deleteRole": {"key": "org:spare"},
    "deletePermission": {"key": "org:reports:read"},
    "replaceRoleSet": {
        "key": OTHER,
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


def test_every_mutation_has_a_row() -> None:
    names = set(schema._schema.mutation_type.fields)  # pyright: ignore[reportPrivateUsage, reportOptionalMemberAccess]

    assert names == {
        *TABLE,
        *OF_SESSIONS,
        *OF_PLANS,
        *OF_WEBHOOKS,
        *OF_DOMAINS,
        *OF_KEYS,
        *OF_API_KEYS,
    }


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
