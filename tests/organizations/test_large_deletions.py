"""What is written once per member of a large organization:
in order, and without holding up everybody else.
"""

import asyncio
import gc
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from models.base import new_id, now, to_milliseconds
from models.database.limits import JOURNAL_BYTES
from models.events import EventType
from resolvers.authority.access import SYSTEM
from resolvers.foundation.event_writer import PIECE
from resolvers.foundation.transaction import Transaction, begin
from resolvers.organizations.manage import delete_organization
from tests.support.api import JSON, SERVICE, Api, contents, events
from tests.support.data.factories import Acme, a_role
from tests.support.data.factories import an_organization as an_organization_of
from tests.support.data.roles import make_set
from tests.support.data.rows import Row, a_membership, a_user, an_organization, ids_by_key, write
from tests.support.http import ONLY_SQLITE

MEMBERS = 8_000
# Far more than a piece takes, and less than all members at once.
LONGEST_SECONDS = 0.12


@asynccontextmanager
async def watched_loop() -> AsyncGenerator[list[float]]:
    """How long the event loop was busy between two turns,
    in its own processor time: other processes don't count.

    Nor does the garbage collector, which goes through everything that all tests have made.
    """
    gaps = list[float]()

    async def beat() -> None:
        last = time.thread_time()
        while True:
            await asyncio.sleep(0.005)
            gaps.append(time.thread_time() - last)
            last = time.thread_time()

    task = asyncio.create_task(beat())
    gc.collect()
    gc.disable()
    try:
        yield gaps
    finally:
        gc.enable()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def with_members(api: Api, organization_id: str, number: int) -> list[str]:
    """The ids of new members, oldest first."""
    role_id = (await ids_by_key(api.store, "role"))["org:member"]
    users = [a_user(f"user{one}@example.com") for one in range(number)]
    await write(
        api.store,
        user=users,
        membership=[a_membership(organization_id, one["id"], role_id) for one in users],
    )
    return [one["id"] for one in users]


async def since(api: Api, number: int) -> list[Row]:
    return (await events(api.store))[number:]


# ------------------------------------------------------------------------------------ organizations


async def test_deleting_a_large_organization_does_not_hold_up_the_event_loop(
    api: Api, acme: Acme
) -> None:
    before = len(await events(api.store))
    await with_members(api, acme.id, MEMBERS)

    async with watched_loop() as gaps:
        answer = await api.mutate(
            "deleteOrganization", {"organizationId": acme.id}, "deletedId", by=SERVICE
        )

    assert answer.payload["deletedId"] == acme.id
    assert max(gaps) < LONGEST_SECONDS
    *members, last = await since(api, before)
    assert len(members) == MEMBERS + 2
    assert {one["type"] for one in members} == {"organizationMembership.deleted"}
    assert [one["object_id"] for one in members] == sorted(one["object_id"] for one in members)
    assert (last["type"], str(last["cursor"])) == ("organization.deleted", answer.payload["cursor"])
    assert {one["data"]["organization"]["id"] for one in members} == {acme.id}
    assert len({one["data"]["public_user_data"]["identifier"] for one in members}) == MEMBERS + 2


async def test_its_events_leave_memory_piece_by_piece(api: Api, acme: Acme) -> None:
    await with_members(api, acme.id, 3 * PIECE)

    async with begin(replace(api.server, clock=now), SYSTEM) as tx:
        await delete_organization(tx, organization_id=acme.id)
        waiting = len(tx.events.rows)

    assert waiting < PIECE


async def test_deleting_a_user_of_many_organizations_tells_of_each_in_order(
    api: Api, acme: Acme
) -> None:
    roles, role_sets = await ids_by_key(api.store, "role"), await ids_by_key(api.store, "role_set")
    organizations = [
        an_organization(f"Org {one}", role_sets["role_set:primary"]) for one in range(2 * PIECE)
    ]
    memberships = [
        a_membership(one["id"], acme.member.id, roles["org:admin"]) for one in organizations
    ]
    await write(api.store, organization=organizations, membership=memberships)
    before = len(await events(api.store))

    async with watched_loop() as gaps:
        answer = await api.mutate("deleteUser", {"userId": acme.member.id}, "deletedId", by=SERVICE)

    assert answer.payload["deletedId"] == acme.member.id
    assert max(gaps) < LONGEST_SECONDS
    *members, last = await since(api, before)
    assert [one["object_id"] for one in members] == sorted(one["object_id"] for one in members)
    assert {one["organization_id"] for one in members} == {
        acme.id,
        *(one["id"] for one in organizations),
    }
    assert {one["data"]["role"] for one in members} == {"org:admin", "org:member"}
    assert (last["type"], str(last["cursor"])) == ("user.deleted", answer.payload["cursor"])


async def test_a_role_that_many_have_is_replaced_with_an_event_for_each(
    api: Api, acme: Acme
) -> None:
    users = await with_members(api, acme.id, 2 * PIECE)
    await a_role(api, "org:author", ["org:sys_memberships:read"])
    before = len(await events(api.store))
    input = {"roleSet": "role_set:primary", "role": "org:member", "withRole": "org:author"}

    async with watched_loop() as gaps:
        assert (await api.mutate("replaceRoleInRoleSet", input, by=SERVICE)).payload

    assert max(gaps) < LONGEST_SECONDS
    *members, last = await since(api, before)
    assert {one["user_id"] for one in members} == {acme.member.id, *users}
    assert len(members) == len(users) + 1
    assert all(one["changes"] == {"role": "org:member"} for one in members)
    assert {one["data"]["role"] for one in members} == {"org:author"}
    assert last["type"] == "roleSet.updated"


async def test_a_role_set_that_many_use_is_replaced_with_an_event_for_each(
    api: Api, acme: Acme
) -> None:
    await make_set(api, "role_set:other", "org:admin", "org:member")
    primary = (await ids_by_key(api.store, "role_set"))["role_set:primary"]
    organizations = [an_organization(f"Org {one}", primary) for one in range(PIECE + 1)]
    await write(api.store, organization=organizations)
    before = len(await events(api.store))
    input: JSON = {"key": "role_set:primary", "withKey": "role_set:other", "mappings": []}

    assert (await api.mutate("replaceRoleSet", input, by=SERVICE)).payload

    told = [one for one in await since(api, before) if one["type"] == "organization.updated"]
    ids = [one["object_id"] for one in told]
    assert ids == sorted(ids)
    assert set(ids) == {acme.id, *(one["id"] for one in organizations)}
    assert all(one["changes"] == {"role_set": "role_set:primary"} for one in told)
    assert {one["data"]["updated_at"] for one in told} == {to_milliseconds(api.clock())}


async def test_many_invitations_that_have_lapsed_expire_once_each(api: Api, acme: Acme) -> None:
    role_id, then = (
        (await ids_by_key(api.store, "role"))["org:member"],
        api.clock() - timedelta(days=1),
    )
    invitations: list[Row] = [
        {
            "id": new_id("orginv", then),
            "created_at": then,
            "updated_at": then,
            "organization_id": acme.id,
            "email_address": f"u{one}@example.com",
            "address_key": f"u{one}@example.com",
            "role_id": role_id,
            "status": "pending",
            "by_service": True,
            "nonce": "n",
            "expires_at": then,
            "public_metadata": {},
            "private_metadata": {},
        }
        for one in range(2 * PIECE)
    ]
    await write(api.store, invitation=invitations)
    before = len(await events(api.store))

    for email in ("one@example.com", "two@example.com"):
        input = {"organizationId": acme.id, "emailAddress": email, "notify": False}
        assert (await api.mutate("createInvitation", input, by=SERVICE)).payload

    told = await since(api, before)
    expired = [one["object_id"] for one in told if one["type"] == "organizationInvitation.expired"]
    assert expired == sorted(one["id"] for one in invitations)
    assert [one["type"] for one in told[len(expired) :]] == ["organizationInvitation.created"] * 2


# ------------------------------------------------------------------------------------ a transaction


def record_many(tx: Transaction, name: str) -> None:
    for one in range(PIECE):
        tx.record(EventType.USER_UPDATED, f"{name}_{one}", {"object": "user"})


@pytest.mark.both_databases
async def test_others_write_to_the_log_while_a_large_change_is_prepared(
    api: Api, acme: Acme
) -> None:
    """What commits first has the smaller cursors."""
    if api.store.is_sqlite:
        pytest.skip("SQLite has one writer.")
    before = len(await events(api.store))

    async with begin(replace(api.server, clock=now), SYSTEM) as tx:
        for _ in range(2):
            record_many(tx, "user")
            await tx.events.save()
        tx.record(EventType.USER_UPDATED, "last", {"object": "user"})
        async with asyncio.timeout(3):
            assert await an_organization_of(api, by=acme.admin, name="Meanwhile")

    told = await since(api, before)
    assert [one["type"] for one in told[:2]] == [
        "organization.created",
        "organizationMembership.created",
    ]
    ids = [f"user_{one}" for one in range(PIECE)]
    assert [one["object_id"] for one in told[2:]] == [*ids, *ids, "last"]
    assert str(told[-1]["cursor"]) == str(tx.events.cursor)


async def test_a_large_change_that_fails_leaves_nothing(api: Api, acme: Acme) -> None:
    before = await contents(api.store)

    async def fail() -> None:
        async with begin(replace(api.server, clock=now), SYSTEM) as tx:
            record_many(tx, "user")
            await tx.events.save()
            raise ZeroDivisionError

    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await fail()

    assert await contents(api.store) == before


@ONLY_SQLITE
async def test_the_log_of_the_file_shrinks_after_a_large_change(api: Api) -> None:
    async with api.store.write() as session:
        assert (
            await session.execute(text("PRAGMA journal_size_limit"))
        ).scalar_one() == JOURNAL_BYTES
