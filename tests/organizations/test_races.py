"""Races with real concurrency: what must hold, holds exactly, on SQLite and on PostgreSQL."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from models.database.store import Store
from models.database.tables import metadata
from models.validation.text import to_search_text
from server.settings.settings import Environment
from tests.conftest import settings
from tests.support.api import SECRET_KEY, SERVICE, Api, Caller, Clock, events, test_issuer
from tests.support.application import make_application
from tests.support.data.factories import Acme, a_member, an_organization

pytestmark = pytest.mark.both_databases

CALLERS = 20


def wins(answers: list[Any]) -> list[Any]:
    return [answer for answer in answers if not answer.user_errors]


def losing_codes(answers: list[Any]) -> set[str]:
    return {error["code"] for answer in answers for error in answer.user_errors}


async def test_two_administrators_who_demote_each_other_leave_one(api: Api, acme: Acme) -> None:
    admins = [
        acme.admin,
        *[await a_member(api, acme.id, f"a{n}@example.com", "org:admin") for n in range(5)],
    ]

    async def demote(by: Caller, whom: Caller) -> Any:
        return await api.send(
            "change-role", by=by, organizationId=acme.id, userId=whom.id, role="org:member"
        )

    pairs = zip(admins, [*admins[1:], admins[0]], strict=True)
    answers = await asyncio.gather(*(demote(by, whom) for by, whom in pairs))

    members = await api.send("members", by=SERVICE, organizationId=acme.id, roles=["org:admin"])
    assert members.data["organization"]["memberships"]["totalCount"] >= 1
    # Who was demoted before their own call was heard lacks the permission by then.
    refused = [answer for answer in answers if "errors" in answer.body]
    assert {answer.code for answer in refused} <= {"FORBIDDEN"}


@pytest.mark.parametrize("by_service", [False, True])
async def test_when_all_administrators_leave_at_once_one_stays(
    api: Api, acme: Acme, by_service: bool
) -> None:
    admins = [
        acme.admin,
        *[await a_member(api, acme.id, f"a{n}@example.com", "org:admin") for n in range(7)],
    ]

    async def go(who: Caller) -> Any:
        if by_service:
            return await api.send(
                "remove-member", by=SERVICE, organizationId=acme.id, userId=who.id
            )
        return await api.send("leave-organization", by=who, organizationId=acme.id)

    answers = await asyncio.gather(*map(go, admins))

    assert len(wins(answers)) == len(admins) - 1
    assert losing_codes(answers) == {"organization_minimum_permissions_needed"}
    removed = [
        event
        for event in await events(api.store)
        if event["type"] == "organizationMembership.deleted"
    ]
    assert len(removed) == len(admins) - 1


async def test_one_of_many_gets_the_slug(api: Api) -> None:
    people = [await api.person(f"p{n}@example.com") for n in range(CALLERS)]

    answers = await asyncio.gather(
        *(api.send("create-organization", by=one, name="Acme", slug="acme") for one in people)
    )

    assert len(wins(answers)) == 1
    assert losing_codes(answers) == {"form_identifier_exists"}


async def test_many_of_one_name_get_slugs_of_their_own(api: Api) -> None:
    people = [await api.person(f"p{n}@example.com") for n in range(CALLERS)]

    answers = await asyncio.gather(
        *(api.send("create-organization", by=one, name="Acme") for one in people)
    )

    assert len({answer.payload["organization"]["slug"] for answer in answers}) == CALLERS
    table = metadata.tables["organization"]
    async with api.store.read() as connection:
        rows = (await connection.execute(select(table.c.slug, table.c.search_text))).all()
    assert [text for _, text in rows] == [to_search_text("Acme", slug) for slug, _ in rows]


async def test_renaming_to_one_slug_at_once_gives_it_to_one(api: Api) -> None:
    ada = await api.person("ada@example.com")
    ids = [await an_organization(api, by=ada, name=f"Acme {n}") for n in range(8)]

    answers = await asyncio.gather(
        *(api.send("update-organization", by=ada, organizationId=id, slug="best") for id in ids)
    )

    assert len(wins(answers)) == 1
    assert losing_codes(answers) == {"form_identifier_exists"}


async def test_the_limit_of_organizations_is_exact(api: Api) -> None:
    ada = await api.person("ada@example.com")
    await api.mutate("updateInstance", {"createOrganizationsLimit": 3}, by=SERVICE)

    answers = await asyncio.gather(
        *(api.send("create-organization", by=ada, name=f"N {n}") for n in range(CALLERS))
    )

    assert len(wins(answers)) == 3
    assert losing_codes(answers) == {"quota_exceeded"}


async def test_one_user_added_many_times_is_one_member(api: Api, acme: Acme) -> None:
    variables = {"organizationId": acme.id, "newUserId": acme.outsider.id}

    answers = await asyncio.gather(
        *(api.send("add-member", by=SERVICE, **variables) for _ in range(CALLERS))
    )

    assert len(wins(answers)) == 1
    assert losing_codes(answers) == {"already_a_member_in_organization"}


async def test_the_last_seats_are_taken_exactly(api: Api, acme: Acme) -> None:
    people = [await api.person(f"p{n}@example.com") for n in range(CALLERS)]
    limit = {"organizationId": acme.id, "maxAllowedMemberships": 7}
    await api.mutate("updateOrganization", limit, by=SERVICE)

    answers = await asyncio.gather(
        *(
            api.send("add-member", by=SERVICE, organizationId=acme.id, newUserId=one.id)
            for one in people
        )
    )

    assert len(wins(answers)) == 5
    assert losing_codes(answers) == {"organization_membership_quota_exceeded"}


async def test_an_organization_deleted_while_people_join_leaves_nothing_behind(
    api: Api, acme: Acme
) -> None:
    people = [await api.person(f"p{n}@example.com") for n in range(10)]

    joins = [
        api.send("add-member", by=SERVICE, organizationId=acme.id, newUserId=one.id)
        for one in people
    ]
    answers = await asyncio.gather(
        *joins[:5],
        api.send("delete-organization", by=acme.admin, organizationId=acme.id),
        *joins[5:],
    )

    log = await events(api.store)
    assert {answer.code for answer in answers if "errors" in answer.body} <= {"NOT_FOUND"}
    kinds = [event["type"] for event in log if event["organization_id"] == acme.id]
    assert kinds.count("organizationMembership.created") == kinds.count(
        "organizationMembership.deleted"
    )
    assert kinds[-1] == "organization.deleted"


async def test_a_user_deleted_while_joining_leaves_no_membership_without_its_event(
    api: Api,
) -> None:
    ada = await api.person("ada@example.com")
    ids = [await an_organization(api, by=SERVICE, name=f"N {n}") for n in range(10)]

    joins = [api.send("add-member", by=SERVICE, organizationId=id, newUserId=ada.id) for id in ids]
    deletion = api.mutate("deleteUser", {"userId": ada.id}, by=SERVICE)
    await asyncio.gather(*joins[:5], deletion, *joins[5:])

    kinds = [event["type"] for event in await events(api.store) if event["user_id"] == ada.id]
    assert kinds.count("organizationMembership.created") == kinds.count(
        "organizationMembership.deleted"
    )
    assert "user.deleted" in kinds


async def test_two_processes_on_one_database_keep_the_same_rules(
    api: Api, acme: Acme, database_url: str
) -> None:
    """Another application, with a store and a writer's
    lock of its own, as another process would have.
    """
    other_store = Store(database_url)
    chosen = settings(
        env=Environment.DEVELOPMENT, identity_issuers=(test_issuer(),), secret_keys=(SECRET_KEY,)
    )
    clock = Clock(api.clock.moment)
    other = Api(make_application(chosen, store=other_store, clock=clock), other_store, clock)
    admins = [
        acme.admin,
        *[await a_member(api, acme.id, f"a{n}@example.com", "org:admin") for n in range(5)],
    ]

    answers = await asyncio.gather(
        *(
            (api, other)[n % 2].send("leave-organization", by=one, organizationId=acme.id)
            for n, one in enumerate(admins)
        )
    )
    await other.client.aclose()
    await other_store.close()

    assert len(wins(answers)) == len(admins) - 1
    assert losing_codes(answers) == {"organization_minimum_permissions_needed"}


@pytest.mark.parametrize("turn", range(4))
async def test_a_user_is_deleted_while_their_organization_goes(
    api: Api, acme: Acme, turn: int
) -> None:
    await an_organization(api, by=acme.admin, name="Second")
    calls = [
        api.mutate("deleteOrganization", {"organizationId": acme.id}, by=SERVICE),
        api.mutate("deleteUser", {"userId": acme.admin.id}, by=SERVICE),
    ]

    answers = await asyncio.gather(*(calls if turn % 2 else calls[::-1]))

    assert len(wins(answers)) == 2
    assert (
        await api.run("query($id: ID!) { node(id: $id) { id } }", {"id": acme.admin.id}, by=SERVICE)
    ).data == {"node": None}
