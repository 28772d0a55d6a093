"""Creating many users, and adding many members, at once (rule 19)."""

import asyncio
from typing import Any

import pytest

from tests.conftest import counted
from tests.support.api import ISSUER, JSON, SERVICE, Answer, Api, contents, events
from tests.support.data.factories import Acme, a_role, an_organization
from tests.support.data.invitations import codes, invited, seats, stored

UNKNOWN = "user_01m803rqhgwgafn17w2nqwqyh5"


def people(number: int, prefix: str = "p") -> list[JSON]:
    return [{"emailAddress": f"{prefix}{n}@example.com"} for n in range(number)]


async def create(api: Api, users: list[JSON], **input: Any) -> Answer:
    return await api.send("create-users", by=SERVICE, users=users, **input)


async def created(api: Api, users: list[JSON]) -> list[str]:
    return [user["id"] for user in (await create(api, users)).payload["users"]]


async def add(api: Api, acme: Acme, members: list[JSON], **input: Any) -> Answer:
    return await api.send(
        "add-members", by=SERVICE, organizationId=acme.id, members=members, **input
    )


def of(ids: list[str]) -> list[JSON]:
    return [{"userId": id} for id in ids]


def reported(answer: Answer, name: str) -> dict[str, list[str]]:
    return {error["code"]: error["meta"][name] for error in answer.user_errors}


def fields(answer: Answer) -> set[str]:
    return {".".join(error["field"]) for error in answer.user_errors}


# -------------------------------------------------------------------------------------------- users


async def test_a_hundred_users_are_created_with_an_event_each(api: Api) -> None:
    before = await contents(api.store)
    refused = await create(api, people(101))
    assert await contents(api.store) == before

    answer = await create(api, people(100))

    assert codes(refused) == ["bulk_size_exceeded"]
    assert (refused.user_errors[0]["meta"], fields(refused)) == ({"limit": 100}, {"input.users"})
    users = answer.payload["users"]
    assert [user["identifier"] for user in users] == [user["emailAddress"] for user in people(100)]
    log = await events(api.store)
    assert [event["type"] for event in log] == ["user.created"] * 100
    assert [event["object_id"] for event in log] == [user["id"] for user in users]
    assert answer.payload["cursor"] == str(log[-1]["cursor"])


BAD_USERS: list[JSON] = [
    {"emailAddress": "x"},
    {"emailAddress": "WAITING@example.com"},
    {"emailAddress": "Good@example.com", "issuer": ISSUER},
    {"emailAddress": "known@example.com", "externalId": "sub|ada@example.com"},
    {"emailAddress": "one@example.com", "externalId": "new"},
    {"emailAddress": "two@example.com", "externalId": "new"},
    {"emailAddress": "large@example.com", "publicMetadata": {"a": "x" * 8192}},
    {"emailAddress": "elsewhere@example.com", "issuer": "https://other.example.com"},
    {"emailAddress": "both", "firstName": "<b>"},
]
REPORTED_USERS = {
    "form_param_format_invalid": ["x", "both"],
    "form_identifier_exists": [
        "WAITING@example.com",
        "Good@example.com",
        "known@example.com",
        "two@example.com",
    ],
    "form_param_exceeds_allowed_size": ["large@example.com"],
    "form_param_value_invalid": ["elsewhere@example.com", "both"],
}


@pytest.fixture
async def somebody(api: Api) -> None:
    await api.person("ada@example.com")
    assert (await create(api, [{"emailAddress": "waiting@example.com"}])).payload


@pytest.mark.usefixtures("somebody")
async def test_reject_all_reports_every_invalid_user_and_creates_nobody(api: Api) -> None:
    before = await contents(api.store)

    refused = await create(api, [{"emailAddress": "good@example.com"}, *BAD_USERS])

    assert reported(refused, "email_addresses") == REPORTED_USERS
    assert fields(refused) == {"input.users"}
    assert refused.data["createUsers"]["users"] == []
    assert refused.data["createUsers"]["cursor"] is None
    assert await contents(api.store) == before


@pytest.mark.usefixtures("somebody")
async def test_skip_failed_creates_the_valid_users_and_reports_the_rest(api: Api) -> None:
    before = len(await events(api.store))

    answer = await create(
        api,
        [{"emailAddress": "good@example.com"}, *BAD_USERS, {"emailAddress": "last@example.com"}],
        onError="SKIP_FAILED",
    )

    assert reported(answer, "email_addresses") == REPORTED_USERS
    users = answer.data["createUsers"]["users"]
    assert [user["identifier"] for user in users] == [
        "good@example.com",
        "one@example.com",
        "last@example.com",
    ]
    assert len(await events(api.store)) == before + 3


async def test_the_statements_of_many_users_are_those_of_six(api: Api) -> None:
    numbers: list[int] = []
    for number in (6, 20, 100):
        users = [
            {**user, "externalId": f"{number}-{n}"}
            for n, user in enumerate(people(number, f"s{number}-"))
        ]
        with counted(api.store) as statements:
            assert (await create(api, users)).payload
        numbers.append(len(statements))

    assert len(set(numbers)) == 1


async def test_an_empty_call_creates_nobody(api: Api, acme: Acme) -> None:
    before = await contents(api.store)

    assert (await create(api, [])).payload["users"] == []
    assert (await add(api, acme, [])).payload["memberships"] == []

    assert await contents(api.store) == before


@pytest.mark.both_databases
async def test_the_same_call_many_times_at_once_creates_each_user_once(api: Api) -> None:
    users = [*people(5), {"emailAddress": "known@example.com", "externalId": "known"}]

    answers = await asyncio.gather(
        *(create(api, users[::step]) for step in (1, -1) for _ in range(5))
    )

    assert len([answer for answer in answers if not answer.user_errors]) == 1
    assert {code for answer in answers for code in codes(answer)} == {"form_identifier_exists"}
    assert len((await contents(api.store))["user"]) == 6


async def test_bulk_mutations_are_for_secret_keys(api: Api, acme: Acme) -> None:
    for answer in (
        await api.send("create-users", by=acme.admin, users=people(1)),
        await api.send(
            "add-members", by=acme.admin, organizationId=acme.id, members=of([acme.outsider.id])
        ),
    ):
        assert answer.reason == "secret_key_required"


# ------------------------------------------------------------------------------------------ members


async def test_a_hundred_users_are_added_with_an_event_each(api: Api, acme: Acme) -> None:
    ids = await created(api, people(100))
    before = await contents(api.store)
    refused = await add(api, acme, of([*ids, UNKNOWN]))
    assert await contents(api.store) == before

    answer = await add(api, acme, of(ids))

    assert codes(refused) == ["bulk_size_exceeded"]
    assert fields(refused) == {"input.members"}
    memberships = answer.payload["memberships"]
    assert {one["role"]["key"] for one in memberships} == {"org:member"}
    assert [one["user"]["identifier"] for one in memberships] == [
        user["emailAddress"] for user in people(100)
    ]
    log = (await events(api.store))[-100:]
    assert {event["type"] for event in log} == {"organizationMembership.created"}
    assert [event["object_id"] for event in log] == [one["id"] for one in memberships]
    assert answer.payload["cursor"] == str(log[-1]["cursor"])


async def test_each_member_has_a_role_and_metadata_of_their_own_or_the_calls(
    api: Api, acme: Acme
) -> None:
    await a_role(api, "org:guest", [])
    first, second = await created(api, people(2))

    answer = await api.mutate(
        "createMemberships",
        {
            "organizationId": acme.id,
            "role": "org:guest",
            "members": [
                {"userId": first, "role": "org:admin", "privateMetadata": {"a": 1}},
                {"userId": second},
            ],
        },
        "memberships { role { key } privateMetadata }",
        by=SERVICE,
    )

    assert answer.payload["memberships"] == [
        {"role": {"key": "org:admin"}, "privateMetadata": {"a": 1}},
        {"role": {"key": "org:guest"}, "privateMetadata": {}},
    ]


async def bad_members(api: Api, acme: Acme) -> tuple[list[JSON], dict[str, list[str]]]:
    boss, large, good = await created(api, people(3))
    members: list[JSON] = [
        {"userId": good},
        {"userId": UNKNOWN},
        {"userId": acme.member.id},
        {"userId": good},
        {"userId": boss, "role": "org:boss"},
        {"userId": large, "publicMetadata": {"a": "x" * 8192}},
        {"userId": acme.outsider.id},
    ]
    return members, {
        "resource_not_found": [UNKNOWN, boss],
        "already_a_member_in_organization": [acme.member.id, good],
        "form_param_exceeds_allowed_size": [large],
    }


async def test_reject_all_reports_everybody_who_cannot_be_added_and_adds_nobody(
    api: Api, acme: Acme
) -> None:
    members, expected = await bad_members(api, acme)
    before = await contents(api.store)

    refused = await add(api, acme, members)

    assert reported(refused, "user_ids") == expected
    assert fields(refused) == {"input.members"}
    assert refused.data["createMemberships"]["memberships"] == []
    assert await contents(api.store) == before


async def test_skip_failed_adds_the_others(api: Api, acme: Acme) -> None:
    members, expected = await bad_members(api, acme)

    answer = await add(api, acme, members, onError="SKIP_FAILED")

    assert reported(answer, "user_ids") == expected
    assert [
        one["user"]["identifier"] for one in answer.data["createMemberships"]["memberships"]
    ] == [
        "p2@example.com",
        acme.outsider.email,
    ]


async def test_seats_are_counted_for_all_of_the_call(api: Api, acme: Acme) -> None:
    """A seat that is kept for an invited user is used by that user, and by nobody else."""
    ids = await created(api, people(3))
    own = await invited(api, acme.id, acme.outsider.email, by=acme.admin)
    await seats(api, acme.id, 4)
    members = of([ids[0], acme.outsider.id, ids[1], ids[2]])
    before = await contents(api.store)

    refused = await add(api, acme, members)
    unchanged = await contents(api.store) == before
    some = await add(api, acme, members, onError="SKIP_FAILED")

    assert unchanged
    for answer in (refused, some):
        assert codes(answer) == ["organization_membership_quota_exceeded"]
        assert answer.user_errors[0]["meta"] == {"limit": 4, "user_ids": ids[1:]}
    assert [one["user"]["identifier"] for one in some.data["createMemberships"]["memberships"]] == [
        "p0@example.com",
        acme.outsider.email,
    ]
    assert (await stored(api, own["id"]))["status"] == "revoked"


async def test_pending_invitations_to_verified_addresses_are_revoked(api: Api, acme: Acme) -> None:
    unverified = await api.person("new@example.com", verified=False)
    own = await invited(api, acme.id, acme.outsider.email, by=acme.admin)
    stays = await invited(api, acme.id, unverified.email, by=acme.admin)
    before = len(await events(api.store))

    assert (await add(api, acme, of([unverified.id, acme.outsider.id]))).payload

    assert [event["type"] for event in (await events(api.store))[before:]] == [
        "organizationInvitation.revoked",
        "organizationMembership.created",
        "organizationMembership.created",
    ]
    assert (await stored(api, own["id"]))["status"] == "revoked"
    assert (await stored(api, stays["id"]))["status"] == "pending"


async def test_the_statements_of_many_members_are_those_of_six(api: Api, acme: Acme) -> None:
    numbers: list[int] = []
    await seats(api, acme.id, 500)
    for number in (6, 20, 100):
        prefix = f"m{number}-"
        users = [{**user, "emailVerified": True} for user in people(number, prefix)]
        ids = await created(api, users)
        await invited(api, acme.id, f"{prefix}0@example.com", by=acme.admin, notify=False)
        with counted(api.store) as statements:
            assert (await add(api, acme, of(ids), role="org:member")).payload
        numbers.append(len(statements))

    assert len(set(numbers)) == 1


@pytest.mark.both_databases
async def test_the_same_members_added_many_times_at_once_join_once(api: Api, acme: Acme) -> None:
    ids = await created(api, people(10))

    answers = await asyncio.gather(
        *(add(api, acme, of(ids[::step]), onError="SKIP_FAILED") for step in (1, -1) * 5)
    )

    joined = [one for answer in answers for one in answer.data["createMemberships"]["memberships"]]
    assert len(joined) == 10
    assert {code for answer in answers for code in codes(answer)} == {
        "already_a_member_in_organization"
    }


async def test_an_organization_that_does_not_exist_is_not_found(api: Api) -> None:
    owner = await api.person("owner@example.com")
    organization_id = await an_organization(api, by=owner)
    await api.mutate("deleteOrganization", {"organizationId": organization_id}, by=owner)

    answer = await api.send(
        "add-members", by=SERVICE, organizationId=organization_id, members=of([owner.id])
    )

    assert answer.code == "NOT_FOUND"
