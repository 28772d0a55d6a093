"""The event log as an API: who reads which events, in which order, and what a cursor promises."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, text, update

from models.base import new_id
from models.database.tables import metadata
from models.events import EventType, get_readable_types
from models.instance import Instance
from models.roles import MEMBERSHIPS_MANAGE, MEMBERSHIPS_READ
from resolvers.authority.access import SYSTEM
from resolvers.events import event_log
from resolvers.events.event_log import load_events_after
from resolvers.events.retention import delete_old_events
from resolvers.events.scopes import EventPageRequest, Scope
from resolvers.foundation.transaction import begin
from tests.api.statements.test_statements import WIDTHS, Company, a_company, read_by
from tests.conftest import counted
from tests.support.api import (
    JSON,
    NOBODY,
    SERVICE,
    Answer,
    Api,
    Caller,
    contents,
    events,
    operation,
)
from tests.support.data.factories import Acme, a_member, an_organization
from tests.support.data.invitations import (
    accept,
    decline,
    invited,
    link_ticket,
    resend,
    revoke,
    ticket,
)
from tests.support.data.roles import make_permission
from tests.support.data.rows import Row, a_role
from tests.support.data.sessions import a_session

LOG = metadata.tables["event"]
INSTANCE = """query($first: Int, $after: String, $organizationId: ID, $types: [EventType!]) {
  events(first: $first, after: $after, organizationId: $organizationId, types: $types) {
    edges { cursor node { cursor } }
    nodes { __typename id cursor type name occurredAt organizationId actor { type id } data }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
ALL_TYPES = {one.name for one in EventType}


def of_organization(answer: Answer) -> JSON:
    return answer.data["organization"]["events"]


async def log_of(api: Api, acme: Acme, by: Caller, **arguments: Any) -> JSON:
    """What the caller reads of Acme's log."""
    return of_organization(
        await api.send("events", by=by, organizationId=acme.id, **{"first": 100, **arguments})
    )


async def log(api: Api, **arguments: Any) -> JSON:
    """What a secret key reads of the whole log."""
    return (await api.run(INSTANCE, {"first": 100, **arguments}, by=SERVICE)).data["events"]


async def newest(api: Api, by: Caller = SERVICE) -> str:
    return (await api.run("{ cursor }", by=by)).data["cursor"]


def names(page: JSON) -> list[str]:
    return [one["name"] for one in page["nodes"]]


def cursors(page: JSON) -> list[str]:
    return [one["cursor"] for one in page["nodes"]]


async def rename(api: Api, acme: Acme, name: str = "New") -> str:
    """A change; gives its cursor."""
    return (
        await api.mutate(
            "updateOrganization", {"organizationId": acme.id, "name": name}, by=SERVICE
        )
    ).payload["cursor"]


async def forget(api: Api, *, up_to: str) -> None:
    """What the retention of the log will do."""
    async with api.store.write() as session:
        await session.execute(delete(LOG).where(LOG.c.cursor <= int(up_to)))
        await session.execute(update(Instance).values(forgotten_cursor=int(up_to)))


async def promote(api: Api, acme: Acme, role: str = "org:admin") -> Answer:
    return await api.mutate(
        "updateMembership",
        {"organizationId": acme.id, "userId": acme.member.id, "role": role},
        by=acme.admin,
    )


async def remove(api: Api, acme: Acme) -> Answer:
    return await api.mutate(
        "removeMembership", {"organizationId": acme.id, "userId": acme.member.id}, by=acme.admin
    )


@pytest.fixture
async def eventful(api: Api, acme: Acme) -> JSON:
    """Acme after something of every kind: invitations of each
    fate, a promotion, metadata, a session, a permission.
    """
    note = {"organizationId": acme.id, "mode": "MERGE", "privateMetadata": {"plan": "secret"}}
    assert (await api.mutate("updateOrganizationMetadata", note, by=SERVICE)).payload
    assert (
        await api.mutate("updateMembershipMetadata", {**note, "userId": acme.member.id}, by=SERVICE)
    ).payload
    assert (await promote(api, acme)).payload
    assert (await promote(api, acme, "org:member")).payload
    made = [
        await invited(api, acme.id, email, by=SERVICE, privateMetadata={"plan": "secret"})
        for email in ("revoked@example.com", acme.outsider.email, "refusing@example.com")
    ]
    assert (await revoke(api, acme.id, made[0]["id"], by=acme.admin)).payload
    api.clock.forward(minutes=1)
    assert (await resend(api, acme.id, made[1]["id"], by=acme.admin)).payload
    refusing = await api.person("refusing@example.com")
    assert (await decline(api, by=refusing, invitationId=made[2]["id"])).payload
    await a_session(api, by=acme.member)
    await make_permission(api, "org:reports:read")
    return {"invitations": made}


# ------------------------------------------------------------------------------------- what is told


async def test_an_organizations_log_is_read_in_the_order_of_what_happened(
    api: Api, acme: Acme, eventful: JSON
) -> None:
    page = await log_of(api, acme, acme.admin)

    stored = [one for one in await events(api.store) if one["organization_id"] == acme.id]
    assert names(page) == [one["type"] for one in stored]
    assert cursors(page) == [str(one["cursor"]) for one in stored]
    assert [one["actor"] for one in page["nodes"]] == [
        {"type": one["actor_type"].upper(), "id": one["actor_id"]} for one in stored
    ]
    assert [one["data"] for one in page["nodes"]] == [one["data"] for one in stored]
    assert page["pageInfo"] == {"hasNextPage": False, "endCursor": cursors(page)[-1]}


async def test_a_secret_key_reads_everything_that_ever_happened(
    api: Api, acme: Acme, eventful: JSON
) -> None:
    page = await log(api)

    stored = await events(api.store)
    assert [(one["id"], one["name"], one["organizationId"]) for one in page["nodes"]] == [
        (one["id"], one["type"], one["organization_id"]) for one in stored
    ]
    assert {one["type"] for one in page["nodes"]} <= ALL_TYPES
    assert [one["type"] for one in page["nodes"]] == [EventType(one["type"]).name for one in stored]
    assert [one["occurredAt"] for one in page["nodes"]] == [
        one["occurred_at"].isoformat(timespec="milliseconds").replace("+00:00", "Z")
        for one in stored
    ]
    assert {(one["name"].partition(".")[0], one["__typename"]) for one in page["nodes"]} == {
        ("organization", "OrganizationEvent"),
        ("organizationMembership", "MembershipEvent"),
        ("organizationInvitation", "InvitationEvent"),
        ("user", "InstanceEvent"),
        ("session", "InstanceEvent"),
        ("permission", "InstanceEvent"),
        ("feature", "InstanceEvent"),
    }


OBJECTS = """query($id: ID!, $types: [EventType!]) { organization(by: { id: $id }) {
  events(types: $types, first: 100) { nodes {
    ... on OrganizationEvent { organization { id name } }
    ... on MembershipEvent {
      membershipId userId role previousRole membership { id role { key } } user { id } organization { id } }
    ... on InvitationEvent { invitationId invitation { id status } organization { id } } } } } }"""


async def objects(api: Api, acme: Acme, by: Caller, *types: str) -> list[JSON]:
    return of_organization(await api.run(OBJECTS, {"id": acme.id, "types": types}, by=by))["nodes"]


async def test_an_event_of_an_organization_leads_to_it_as_it_is_now(api: Api, acme: Acme) -> None:
    await rename(api, acme, "Between")
    await rename(api, acme, "Last")

    (seen,) = await objects(api, acme, acme.member, "ORGANIZATION_CREATED")

    assert seen == {"organization": {"id": acme.id, "name": "Last"}}


async def test_a_changed_role_is_told_with_the_one_before(api: Api, acme: Acme) -> None:
    membership = (await promote(api, acme)).payload and await api.run(
        "query($id: ID!, $user: ID!) { membership(organizationId: $id, userId: $user) { id } }",
        {"id": acme.id, "user": acme.member.id},
        by=SERVICE,
    )
    note = {
        "organizationId": acme.id,
        "userId": acme.member.id,
        "mode": "MERGE",
        "publicMetadata": {"a": 1},
    }
    assert (await api.mutate("updateMembershipMetadata", note, by=SERVICE)).payload

    _, joined = await objects(api, acme, acme.admin, "MEMBERSHIP_CREATED")
    promoted, noted = await objects(api, acme, acme.admin, "MEMBERSHIP_UPDATED")

    id = membership.data["membership"]["id"]
    own = {
        "membershipId": id,
        "userId": acme.member.id,
        "user": {"id": acme.member.id},
        "organization": {"id": acme.id},
        "membership": {"id": id, "role": {"key": "org:admin"}},
    }
    assert joined == {**own, "role": "org:member", "previousRole": None}
    assert promoted == {**own, "role": "org:admin", "previousRole": "org:member"}
    assert noted == {**own, "role": "org:admin", "previousRole": None}


async def test_slugs_that_are_switched_off_are_hidden_in_the_log_too(api: Api, acme: Acme) -> None:
    await invited(api, acme.id, by=acme.admin)
    query = "query($id: ID!) { organization(by: { id: $id }) { events(first: 100) { nodes { data } } } }"

    async def slugs() -> list[Any]:
        """Those of organizations, of the organization in memberships, and of that in invitations."""
        page = (await api.run(query, {"id": acme.id}, by=acme.admin)).data["organization"]["events"]
        data = [node["data"] for node in page["nodes"]]
        holders = [
            one.get("organization") or one.get("public_organization_data") or one for one in data
        ]
        assert {one["object"] for one in data} == {
            "organization",
            "organization_membership",
            "organization_invitation",
        }
        return [holder["slug"] for holder in holders]

    assert set(await slugs()) == {"acme"}
    for enabled, shown in ((False, {None}), (True, {"acme"})):
        await api.mutate("updateInstance", {"slugsEnabled": enabled}, by=SERVICE)
        assert set(await slugs()) == shown


async def test_what_is_gone_is_null_and_its_event_stays(api: Api, acme: Acme) -> None:
    before = await objects(api, acme, acme.admin, "MEMBERSHIP_CREATED")

    assert (await remove(api, acme)).payload

    after = await objects(api, acme, acme.admin, "MEMBERSHIP_CREATED", "MEMBERSHIP_DELETED")
    assert before[1]["membership"]
    assert before[1]["user"]
    assert after == [before[0], *({**before[1], "membership": None, "user": None},) * 2]
    for_service = await objects(api, acme, SERVICE, "MEMBERSHIP_DELETED")
    assert for_service == [{**before[1], "membership": None}]


async def test_an_event_of_an_invitation_leads_to_it_as_it_is_now(
    api: Api, acme: Acme, eventful: JSON
) -> None:
    created = await objects(api, acme, acme.admin, "INVITATION_CREATED")

    assert created == [
        {
            "invitationId": one["id"],
            "invitation": {"id": one["id"], "status": status},
            "organization": {"id": acme.id},
        }
        for one, status in zip(
            eventful["invitations"], ("REVOKED", "PENDING", "DECLINED"), strict=True
        )
    ]


async def test_the_log_of_a_deleted_organization_is_kept_for_secret_keys(
    api: Api, acme: Acme
) -> None:
    before = await log(api, organizationId=acme.id)

    assert (
        await api.mutate("deleteOrganization", {"organizationId": acme.id}, by=acme.admin)
    ).payload

    document = """query($id: ID!) { events(organizationId: $id, types: [ORGANIZATION_CREATED, MEMBERSHIP_CREATED]) {
      nodes { ... on OrganizationEvent { organization { id } }
              ... on MembershipEvent { organization { id } membership { id } user { id } } } } }"""
    gone = "organizationMembership.deleted"
    assert names(await log(api, organizationId=acme.id)) == [
        *names(before),
        gone,
        gone,
        "organization.deleted",
    ]
    assert (await api.run(document, {"id": acme.id}, by=SERVICE)).data["events"]["nodes"] == [
        {"organization": None},
        {"organization": None, "membership": None, "user": {"id": acme.admin.id}},
        {"organization": None, "membership": None, "user": {"id": acme.member.id}},
    ]
    assert (await api.send("events", by=acme.admin, organizationId=acme.id)).data == {
        "organization": None
    }


# ------------------------------------------------------------------------------------ who sees what


def test_a_permission_opens_the_events_that_it_is_about() -> None:
    assert get_readable_types(frozenset({MEMBERSHIPS_READ})) == {
        f"{noun}.{what}"
        for noun in ("organization", "organizationMembership")
        for what in ("created", "updated", "deleted")
    }
    assert get_readable_types(frozenset({MEMBERSHIPS_MANAGE})) == {
        f"organizationInvitation.{what}"
        for what in ("created", "resent", "accepted", "revoked", "declined", "expired")
    } | {
        "organizationSuggestion.created",
        "organizationSuggestion.accepted",
        "organizationMembershipRequest.created",
        "organizationMembershipRequest.accepted",
        "organizationMembershipRequest.rejected",
    }
    assert get_readable_types(frozenset[str]()) == frozenset()


async def test_events_of_invitations_are_for_who_manages_them(
    api: Api, acme: Acme, eventful: JSON
) -> None:
    for_admin, for_member = (
        await log_of(api, acme, acme.admin),
        await log_of(api, acme, acme.member),
    )

    assert {name.partition(".")[0] for name in names(for_admin)} == {
        "organization",
        "organizationMembership",
        "organizationInvitation",
    }
    assert for_member["nodes"] == [
        one for one in for_admin["nodes"] if not one["name"].startswith("organizationInvitation")
    ]
    asked = {"types": ["INVITATION_CREATED", "ORGANIZATION_CREATED"]}
    assert names(await log_of(api, acme, acme.member, **asked)) == ["organization.created"]
    assert len((await log_of(api, acme, acme.admin, **asked))["nodes"]) == 4
    assert names(await log_of(api, acme, acme.admin)) == names(await log_of(api, acme, SERVICE))


async def test_an_organizations_log_needs_the_permission_to_read_members(
    api: Api, acme: Acme
) -> None:
    await a_role(api.store, "org:blind", "org:sys_billing:read", MEMBERSHIPS_MANAGE)
    blind = await a_member(api, acme.id, "blind@example.com", "org:blind")

    assert len((await log_of(api, acme, acme.member))["nodes"]) == 4
    refused = await api.send("events", by=blind, organizationId=acme.id)

    assert refused.error["extensions"] == {
        "code": "FORBIDDEN",
        "reason": "missing_organization_permission",
        "permissions": [MEMBERSHIPS_READ],
    }
    assert refused.body["data"] == {"organization": {"name": "Acme", "events": None}}
    for stranger in (acme.outsider, await api.person("other@example.com")):
        assert (await api.send("events", by=stranger, organizationId=acme.id)).data == {
            "organization": None
        }
    assert (await api.send("events", by=NOBODY, organizationId=acme.id)).code == "UNAUTHENTICATED"


async def test_a_demotion_counts_with_the_next_request(api: Api, acme: Acme) -> None:
    assert (await promote(api, acme)).payload
    await invited(api, acme.id, by=acme.admin)
    before = names(await log_of(api, acme, acme.member))

    assert (await promote(api, acme, "org:member")).payload

    assert before[-1] == "organizationInvitation.created"
    assert names(await log_of(api, acme, acme.member)) == [
        *before[:-1],
        "organizationMembership.updated",
    ]
    assert (await remove(api, acme)).payload
    assert (await api.send("events", by=acme.member, organizationId=acme.id)).data == {
        "organization": None
    }


async def test_organizations_see_nothing_of_each_other(api: Api, acme: Acme) -> None:
    rival = await an_organization(api, by=acme.outsider, name="Rival")
    await a_member(api, rival, acme.member)

    theirs = of_organization(await api.send("events", by=acme.member, organizationId=rival))
    ours = await log_of(api, acme, acme.member)

    assert [one["data"].get("organization", one["data"])["name"] for one in theirs["nodes"]] == [
        "Rival"
    ] * 3
    assert [one["data"].get("organization", one["data"])["name"] for one in ours["nodes"]] == [
        "Acme"
    ] * 3
    assert len((await log(api, organizationId=rival))["nodes"]) == 3
    assert (await log(api, organizationId="org_none"))["nodes"] == []
    behind = await log_of(api, acme, acme.member, after=cursors(theirs)[0])
    assert behind["nodes"] == []


async def test_the_instances_log_is_for_secret_keys(api: Api, acme: Acme) -> None:
    assert (await log(api))["nodes"]
    for user in (acme.admin, acme.outsider):
        refused = await api.run(INSTANCE, by=user)
        assert (refused.code, refused.reason) == ("FORBIDDEN", "secret_key_required")
        assert refused.body["data"] == {"events": None}
    assert (await api.run(INSTANCE)).code == "UNAUTHENTICATED"


async def test_private_metadata_is_told_to_secret_keys(
    api: Api, acme: Acme, eventful: JSON
) -> None:
    for caller in (acme.admin, acme.member):
        page = await log_of(api, acme, caller)
        assert page["nodes"]
        assert "private" not in repr(page)
        assert "secret" not in repr(page)

    for page in (await log_of(api, acme, SERVICE), await log(api)):
        told = {one["name"]: one["data"].get("private_metadata") for one in page["nodes"]}
        assert told["organization.updated"] == {"plan": "secret"}
        assert told["organizationMembership.updated"] == {"plan": "secret"}
        assert told["organizationInvitation.revoked"] == {"plan": "secret"}
    assert (await log(api, types=["USER_CREATED"]))["nodes"][0]["data"]["private_metadata"] == {}
    assert (
        "private_metadata" not in (await log(api, types=["PERMISSION_CREATED"]))["nodes"][0]["data"]
    )


async def test_no_event_holds_a_ticket(api: Api, acme: Acme, eventful: JSON) -> None:
    waiting = await invited(api, acme.id, by=acme.admin)
    secrets = [link_ticket(waiting), await ticket(api, waiting["id"])]
    joining = eventful["invitations"][1]
    assert (await accept(api, by=acme.outsider, ticket=await ticket(api, joining["id"]))).payload

    page = await log(api, types=[one for one in ALL_TYPES if one.startswith("INVITATION")])

    assert {name.partition(".")[2] for name in names(page)} == {
        "created",
        "resent",
        "accepted",
        "revoked",
        "declined",
    }
    assert {one["data"]["url"] for one in page["nodes"]} == {None}
    assert all(one not in repr(page) and one.partition(".")[2] not in repr(page) for one in secrets)
    assert "nonce" not in repr(page)


async def test_when_organizations_are_off_the_log_is_for_secret_keys(api: Api, acme: Acme) -> None:
    assert (await log_of(api, acme, acme.admin))["nodes"]

    assert (await api.mutate("updateInstance", {"organizationsEnabled": False}, by=SERVICE)).data

    refused = await api.send("events", by=acme.admin, organizationId=acme.id)
    assert refused.reason == "organization_not_enabled_in_instance"
    assert (await log_of(api, acme, SERVICE))["nodes"]


# -------------------------------------------------------------------------------------------- pages


@pytest.mark.both_databases
async def test_pages_follow_each_other_without_a_gap_or_a_repeat(
    api: Api, acme: Acme, eventful: JSON
) -> None:
    whole = cursors(await log_of(api, acme, acme.admin))
    everything = cursors(await log(api))

    for size in (1, 2, 3, len(whole) - 1, len(whole)):
        found: list[str] = []
        page: JSON = {"pageInfo": {"hasNextPage": True, "endCursor": None}}
        while page["pageInfo"]["hasNextPage"]:
            page = await log_of(
                api, acme, acme.admin, first=size, after=page["pageInfo"]["endCursor"]
            )
            assert len(page["nodes"]) == min(size, len(whole) - len(found))
            found += cursors(page)
        assert found == whole
    first = await log(api, first=2)
    second = await log(api, first=2, after=everything[1])
    assert [one["cursor"] for one in first["edges"]] == [
        one["node"]["cursor"] for one in first["edges"]
    ]
    assert cursors(first) + cursors(second) == everything[:4]
    assert second["pageInfo"] == {
        "hasNextPage": True,
        "hasPreviousPage": True,
        "startCursor": everything[2],
        "endCursor": everything[3],
    }
    assert first["pageInfo"]["hasPreviousPage"] is False


async def test_types_choose_and_none_chooses_nothing(api: Api, acme: Acme, eventful: JSON) -> None:
    whole = (await log_of(api, acme, acme.admin))["nodes"]
    for asked in (
        ["MEMBERSHIP_UPDATED"],
        ["MEMBERSHIP_UPDATED", "INVITATION_CREATED"],
        ["USER_CREATED"],
        [],
    ):
        wanted = [EventType[one].value for one in asked]
        assert (await log_of(api, acme, acme.admin, types=asked))["nodes"] == [
            one for one in whole if one["name"] in wanted
        ]
    assert set(names(await log(api, types=["USER_CREATED", "SESSION_CREATED"]))) == {
        "user.created",
        "session.created",
    }
    paged = await log_of(api, acme, acme.admin, types=["MEMBERSHIP_UPDATED"], first=2)
    assert paged["pageInfo"]["hasNextPage"] is True


async def test_a_page_has_a_size(api: Api, acme: Acme) -> None:
    empty = await log_of(api, acme, acme.admin, first=0)
    assert (empty["nodes"], empty["pageInfo"]) == ([], {"hasNextPage": True, "endCursor": None})
    for first, code in ((101, "LIMIT_EXCEEDED"), (-1, "BAD_USER_INPUT")):
        assert (
            await api.send("events", by=acme.admin, organizationId=acme.id, first=first)
        ).code == code
        assert (await api.run(INSTANCE, {"first": first}, by=SERVICE)).code == code


async def test_one_event_is_one_object_on_every_road(api: Api, acme: Acme) -> None:
    document = """query($id: ID!) { organization(by: { id: $id }) { all: events { nodes { id } }
      one: events(first: 1) { nodes { id } } updates: events(types: [ORGANIZATION_UPDATED]) { nodes { id } } } }"""

    found = (await api.run(document, {"id": acme.id}, by=acme.member)).data["organization"]

    assert found["one"]["nodes"] == found["all"]["nodes"][:1]
    assert found["updates"]["nodes"] == []


# ------------------------------------------------------------------------------------------ cursors


async def test_the_cursor_is_that_of_the_newest_event(api: Api, acme: Acme) -> None:
    for caller, name in ((acme.member, "First"), (acme.outsider, "Second"), (SERVICE, "Third")):
        written = await rename(api, acme, name)
        assert await newest(api, caller) == written
    refused = await api.run("{ cursor }")
    assert (refused.code, refused.body["data"]) == ("UNAUTHENTICATED", {"cursor": None})


async def test_behind_the_cursor_comes_what_happens_next(api: Api, acme: Acme) -> None:
    read_before = await newest(api)
    nothing = await log_of(api, acme, acme.member, after=read_before)

    written = [await rename(api, acme, "First"), await rename(api, acme, "Second")]

    assert nothing == {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    assert cursors(await log_of(api, acme, acme.member, after=read_before)) == written
    assert cursors(await log_of(api, acme, acme.member, after=written[0])) == written[1:]
    assert cursors(await log(api, after=written[0])) == written[1:]


async def both_logs(api: Api, acme: Acme, after: str) -> list[Answer]:
    """The answers of the two lists for one cursor."""
    return [
        await api.send("events", by=acme.member, organizationId=acme.id, after=after),
        await api.run(INSTANCE, {"after": after}, by=SERVICE),
    ]


async def test_a_cursor_that_was_edited_is_refused(api: Api, acme: Acme) -> None:
    cursor = await newest(api)
    edited = [
        "",
        " ",
        "abc",
        f"1 {cursor}",
        f"+{cursor}",
        f"-{cursor}",
        f"0{cursor}",
        f"{cursor}.0",
        "1e0",
        "0x1",
        "٣",
        "９",
        str(2**63),
        "9" * 40,
        "null",
        "evt_1",
    ]
    for answer in await both_logs(api, acme, cursor):
        assert answer.data
    for after in edited:
        for answer in await both_logs(api, acme, after):
            assert answer.code == "BAD_USER_INPUT", after


async def test_a_cursor_beyond_the_head_is_expired(api: Api, acme: Acme) -> None:
    head = await newest(api)
    for answer in await both_logs(api, acme, head):
        assert answer.data
    for after in (str(int(head) + 1), str(2**63 - 1)):
        for answer in await both_logs(api, acme, after):
            assert answer.code == "CURSOR_EXPIRED", after


async def test_a_cursor_behind_which_something_was_forgotten_is_expired(
    api: Api, acme: Acme
) -> None:
    first, second, third = [await rename(api, acme, name) for name in ("First", "Second", "Third")]
    for answer in await both_logs(api, acme, first):
        assert answer.data

    await forget(api, up_to=second)

    for answer in await both_logs(api, acme, first):
        assert answer.code == "CURSOR_EXPIRED"
    for answer in await both_logs(api, acme, "0"):
        assert answer.code == "CURSOR_EXPIRED"
    assert cursors(await log_of(api, acme, acme.member, after=second)) == [third]
    assert cursors(await log(api, after=second)) == [third]
    assert cursors(await log_of(api, acme, acme.member)) == [third]
    assert (await log_of(api, acme, acme.member, after=third))["nodes"] == []


class Undone(Exception):
    """Rolls a transaction back."""


async def test_a_cursor_before_a_gap_that_nothing_ever_filled_is_not_expired(
    api: Api, acme: Acme
) -> None:
    """On PostgreSQL, an insert that is rolled back leaves a gap; it is no event."""
    first, second = [await rename(api, acme, name) for name in ("First", "Second")]
    with suppress(Undone):
        async with begin(api.server, SYSTEM) as tx:
            tx.record(EventType.USER_UPDATED, "user_gone", {"id": "user_gone"})
            await tx.events.write()
            raise Undone
    api.clock.forward(days=30)
    third = await rename(api, acme, "Third")
    api.clock.forward(seconds=1)

    await delete_old_events(api.store, api.clock() - timedelta(days=30))

    assert int(third) - int(second) == (1 if api.store.is_sqlite else 2)
    assert cursors(await log(api)) == [third]
    assert cursors(await log(api, after=second)) == [third]
    assert (await api.run(INSTANCE, {"after": first}, by=SERVICE)).code == "CURSOR_EXPIRED"


# --------------------------------------------------------------------------------------- rare types


@pytest.fixture
def short_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_log, "MAXIMUM_READ", 10)


async def pages(api: Api, document: Callable[[str | None], Awaitable[JSON]]) -> list[JSON]:
    """All pages of a log, each after the end of the one before."""
    found: list[JSON] = []
    after: str | None = None
    while not found or found[-1]["pageInfo"]["hasNextPage"]:
        found.append(await document(after))
        assert len(found) < 50
        after = found[-1]["pageInfo"]["endCursor"] or after
    return found


@pytest.mark.usefixtures("short_reads")
async def test_a_page_that_finds_little_is_short_and_says_where_to_go_on(
    api: Api, acme: Acme
) -> None:
    begun = await newest(api)
    for number in range(25):
        await rename(api, acme, f"Acme {number}")
    assert (await remove(api, acme)).payload
    rare = ["MEMBERSHIP_DELETED", "ROLE_CREATED"]

    async def whole(after: str | None) -> JSON:
        return await log(api, types=rare, after=after or begun)

    async def own(after: str | None) -> JSON:
        return await log_of(api, acme, acme.admin, types=rare, after=after or begun)

    for read in (whole, own):
        found = await pages(api, read)
        assert [len(page["nodes"]) for page in found] == [0, 0, 1]
        ends = [page["pageInfo"]["endCursor"] for page in found]
        assert ends[:2] == [str(int(begun) + 10), str(int(begun) + 20)]
        assert names(found[-1]) == ["organizationMembership.deleted"]


@pytest.mark.usefixtures("short_reads")
async def test_the_other_types_and_one_type_of_an_organization_are_never_short(
    api: Api, acme: Acme
) -> None:
    for number in range(25):
        await rename(api, acme, f"Acme {number}")
    assert (await remove(api, acme)).payload

    everything = await log(api)
    own = await log_of(api, acme, acme.admin)
    rare = await log(api, types=["MEMBERSHIP_DELETED"], organizationId=acme.id)

    assert len(everything["nodes"]) >= 26
    assert not everything["pageInfo"]["hasNextPage"]
    assert names(rare) == ["organizationMembership.deleted"]
    assert not rare["pageInfo"]["hasNextPage"]
    assert own["pageInfo"]["endCursor"]


@pytest.mark.usefixtures("short_reads")
async def test_a_replay_of_a_rare_type_reads_on_to_the_end(api: Api, acme: Acme) -> None:
    begun = await newest(api)
    for number in range(35):
        await rename(api, acme, f"Acme {number}")
    removed = (await remove(api, acme)).payload["cursor"]
    request = EventPageRequest(5, int(begun), frozenset({"organizationMembership.deleted"}))
    read: list[str] = []

    is_end = False
    while not is_end:
        found, reached, is_end = await load_events_after(api.store, request, Scope())
        read += [str(event.cursor) for event in found]
        request = replace(request, after=reached)

    assert read == [removed]
    assert request.after == int(removed)


async def test_an_index_serves_an_organization_and_a_type(api: Api, acme: Acme) -> None:
    await many_events_of(api, acme, 5_000)
    scope = Scope(acme.id)
    statement, _ = scope.select(
        EventPageRequest(20, 1, frozenset({"organization.deleted"})), 10_000
    )
    async with api.store.write() as session:
        await session.execute(text("ANALYZE"))

    async with api.store.read() as connection:
        compiled = statement.compile(
            dialect=connection.dialect, compile_kwargs={"literal_binds": True}
        )
        explain = "EXPLAIN QUERY PLAN" if api.store.is_sqlite else "EXPLAIN"
        plan = str((await connection.execute(text(f"{explain} {compiled}"))).all())

    assert "ix_event_organization_id_type_cursor" in plan


async def many_events_of(api: Api, acme: Acme, number: int) -> None:
    async with begin(api.server, SYSTEM) as tx:
        for one in range(number):
            type = (
                EventType.ORGANIZATION_DELETED if one % 100 == 0 else EventType.MEMBERSHIP_CREATED
            )
            tx.record(type, f"x_{one}", {}, organization_id=acme.id)


async def test_lists_with_good_and_expired_cursors_are_answered_each_by_itself(
    api: Api, acme: Acme
) -> None:
    good = await newest(api)
    document = """query($id: ID!, $good: String, $beyond: String) { organization(by: { id: $id }) {
      good: events(after: $good) { nodes { id } } beyond: events(after: $beyond) { nodes { id } } } }"""

    answer = await api.run(
        document, {"id": acme.id, "good": good, "beyond": f"{good}0"}, by=acme.member
    )

    assert answer.body["data"] == {"organization": {"good": {"nodes": []}, "beyond": None}}
    assert (answer.code, answer.error["path"]) == ("CURSOR_EXPIRED", ["organization", "beyond"])


async def test_an_empty_log_has_a_cursor(api: Api) -> None:
    cursor = await newest(api)

    assert cursor == "0"
    assert (await log(api, after=cursor))["nodes"] == (await log(api))["nodes"] == []
    assert (await api.run(INSTANCE, {"after": "1"}, by=SERVICE)).code == "CURSOR_EXPIRED"
    await api.person("ada@example.com")
    assert names(await log(api, after=cursor)) == ["user.created"]


async def test_a_log_that_was_emptied_goes_on_where_it_was(api: Api, acme: Acme) -> None:
    last = await newest(api)

    await forget(api, up_to=last)

    assert await newest(api, acme.member) == last
    assert (
        (await log_of(api, acme, acme.member, after=last))["nodes"]
        == (await log(api, after=last))["nodes"]
        == []
    )
    for answer in await both_logs(api, acme, str(int(last) - 1)):
        assert answer.code == "CURSOR_EXPIRED"
    written = await rename(api, acme)
    assert int(written) > int(last)
    assert cursors(await log_of(api, acme, acme.member, after=last)) == [written]


async def test_the_cursor_of_an_empty_log_passes_no_writer_by(api: Api, acme: Acme) -> None:
    """An event that has its cursor and is not committed
    is still to come: who begins now must get it.
    """
    if api.store.is_sqlite:
        pytest.skip("SQLite shows a cursor with its commit.")
    await forget(api, up_to=await newest(api))
    has_cursor, may_commit = asyncio.Event(), asyncio.Event()

    async def write_slowly() -> None:
        async with begin(api.server, SYSTEM) as tx:
            tx.record(EventType.USER_UPDATED, "user_slow", {"id": "user_slow"})
            await tx.events.write()
            tx.events.rows.clear()
            has_cursor.set()
            await may_commit.wait()
            await tx.session.execute(text("SELECT pg_sleep(0.2)"))

    async def read_meanwhile() -> tuple[str, list[str]]:
        await has_cursor.wait()
        reading = asyncio.ensure_future(newest(api))
        await asyncio.sleep(0.05)
        may_commit.set()
        cursor = await reading
        return cursor, [one["object_id"] for one in await events(api.store)]

    _, (cursor, seen) = await asyncio.gather(write_slowly(), read_meanwhile())

    assert seen == ["user_slow"]
    assert cursor == await newest(api)


# --------------------------------------------------------------------------------------- statements


def an_event(number: int, organization_id: str, membership: Row, invitation_id: str) -> Row:
    """One of the three kinds that an organization's log holds."""
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    kinds = [
        ("organization.updated", organization_id),
        ("organizationMembership.updated", membership["id"]),
        ("organizationInvitation.created", invitation_id),
    ]
    type, object_id = kinds[number % 3]
    return {
        "id": new_id("evt", moment),
        "type": type,
        "occurred_at": moment,
        "organization_id": organization_id,
        "object_id": object_id,
        "user_id": membership["user_id"],
        "actor_type": "user",
        "actor_id": None,
        "data": {"role": "org:admin"},
        "private_metadata": None,
        "changes": None,
    }


async def fill(api: Api, company: Company) -> None:
    """An event of each kind for every membership but the viewer's, in the log of its organization."""
    others = [one for one in company.memberships if one["user_id"] != company.viewer.id]
    rows = [
        an_event(number, one["organization_id"], one, new_id("orginv", datetime.now(UTC)))
        for one in others
        for number in range(3)
    ]
    async with api.store.write() as session:
        await session.execute(insert(LOG), rows)


DEEP = """query($after: String) { viewer { memberships(first: 50) { nodes { organization {
  events(first: 50, after: $after) { pageInfo { hasNextPage endCursor } edges { cursor } nodes {
    id name type actor { id } data
    ... on OrganizationEvent { organization { name } }
    ... on MembershipEvent { membership { id } user { identifier } organization { name } }
    ... on InvitationEvent { invitation { id } organization { name } } } } } } } } }"""


async def test_the_logs_of_all_my_organizations_are_one_statement(api: Api) -> None:
    expected = [
        "instance",  # who calls, with the settings
        "membership",  # viewer.memberships with their organizations, which the guard of organization.events and the events need too
        "permission",  # the guard, and whether invitations are among what the viewer reads
        "event",  # organization.events
        "membership",  # the memberships, of which only the visible ones are read
        "membership",  # whether the viewer shares an organization with the users
        "user",  # the users
    ]
    for organizations, each in WIDTHS.values():
        company = await a_company(api, organizations, each)
        cursor = await newest(api)
        await fill(api, company)
        assert await read_by(api, company.viewer, DEEP) == sorted(expected), (organizations, each)
        assert await read_by(api, company.viewer, DEEP, after=cursor) == sorted(expected), (
            organizations,
            each,
        )


async def test_the_whole_log_is_one_statement_whatever_its_length(api: Api) -> None:
    document = """{ events(first: 100) { nodes { id data
      ... on MembershipEvent { membership { id } user { identifier } organization { name } }
      ... on InvitationEvent { invitation { id } } } } }"""
    for organizations, each in WIDTHS.values():
        await fill(api, await a_company(api, organizations, each))
        read = await read_by(api, SERVICE, document)
        assert read == sorted(
            ["instance", "event", "membership", "organization", "user", "invitation"]
        )
    assert await read_by(api, SERVICE, "{ cursor }") == ["event", "instance"]


async def test_a_page_of_a_long_log_is_found_by_index(api: Api, acme: Acme) -> None:
    """Behind any cursor the database goes straight to
    the organization's next event, and reads a page.
    """
    if not api.store.is_sqlite:
        pytest.skip("PostgreSQL scans what is small, whatever index there is.")
    with counted(api.store) as statements:
        await log_of(api, acme, acme.member, after=await newest(api))
        await log(api, organizationId=acme.id, after=await newest(api))
        await log(api, after=await newest(api))

    of_log = [one for one in statements if "AS newest," in one]
    async with api.store.read() as connection:
        plans = [
            [
                detail
                for _, _, _, detail in await api.store.driver.fetch(
                    connection.raw, f"EXPLAIN QUERY PLAN {one}", (1,) * one.count("?"), None
                )
            ]
            for one in of_log
        ]
    own = "INDEX ix_event_organization_id_cursor (organization_id=? AND cursor>?"
    assert len(plans) == 3
    assert any(own in step for step in plans[0])
    assert any(own in step for step in plans[1])
    assert any("INTEGER PRIMARY KEY (rowid>?" in step for step in plans[2])
    scans = {step for plan in plans for step in plan if step.startswith("SCAN ")}
    assert {step for step in scans if "event" in step} == set()


async def test_reading_changes_nothing(api: Api, acme: Acme) -> None:
    before = await contents(api.store)

    await log_of(api, acme, acme.member)
    await log(api)
    await newest(api)

    assert await contents(api.store) == before
    assert "cursor" in operation("events")
