"""Users that the instance's owner makes, changes and deletes."""

import asyncio
from typing import Any

import pytest

from tests.support.api import ISSUER, JSON, SERVICE, Api, contents, events
from tests.support.data.factories import Acme, an_organization

USER = """user { id identifier emailAddress emailVerified firstName lastName externalId imageUrl publicMetadata
    privateMetadata createOrganizationEnabled createOrganizationsLimit }"""
NEVER = "user_01m803rqhgwgafn17w2nqwqyh5"


async def create(api: Api, **input: Any) -> Any:
    return await api.mutate(
        "createUser", {"emailAddress": "new@example.com", **input}, USER, by=SERVICE
    )


async def update(api: Api, user_id: str, **input: Any) -> Any:
    return await api.mutate("updateUser", {"userId": user_id, **input}, USER, by=SERVICE)


def faults(answer: Any) -> set[tuple[str, str]]:
    return {(error["field"][-1], error["code"]) for error in answer.user_errors}


async def test_a_user_is_made_before_the_first_visit_and_recognised_by_subject(api: Api) -> None:
    made = (await create(api, externalId="sub|new@example.com", firstName="New")).payload["user"]

    visitor = await api.person("new@example.com")

    assert visitor.id == made["id"]
    assert (made["identifier"], made["firstName"], made["emailVerified"]) == (
        "new@example.com",
        "New",
        False,
    )
    assert [event["type"] for event in await events(api.store)] == ["user.created", "user.updated"]


async def test_without_a_subject_the_first_verified_token_adopts_the_user(api: Api) -> None:
    made = (await create(api)).payload["user"]

    stranger = await api.person("New@example.com", verified=False, sub="stranger")
    owner = await api.person("NEW@example.com", sub="owner")

    assert stranger.id != made["id"]
    assert owner.id == made["id"]


@pytest.mark.parametrize(
    ("input", "expected"),
    [
        ({"emailAddress": "no address"}, {("emailAddress", "form_param_format_invalid")}),
        ({"issuer": "https://other.example.com"}, {("issuer", "form_param_value_invalid")}),
        ({"externalId": ""}, {("externalId", "form_param_missing")}),
        ({"externalId": "x" * 256}, {("externalId", "form_param_max_length_exceeded")}),
        ({"externalId": "sub|ada@example.com"}, {("externalId", "form_identifier_exists")}),
        (
            {
                "emailAddress": "a@b\r\n.com",
                "firstName": "<b>",
                "lastName": "",
                "imageUrl": "javascript:1",
            },
            {
                ("emailAddress", "form_param_format_invalid"),
                ("firstName", "form_param_value_invalid"),
                ("lastName", "form_param_missing"),
                ("imageUrl", "form_param_format_invalid"),
            },
        ),
        (
            {"publicMetadata": {"a": "x" * 9000}, "privateMetadata": {"a": "x" * 9000}},
            {
                ("publicMetadata", "form_param_exceeds_allowed_size"),
                ("privateMetadata", "form_param_exceeds_allowed_size"),
            },
        ),
    ],
)
async def test_a_bad_user_is_refused_with_all_faults(
    api: Api, input: JSON, expected: set[tuple[str, str]]
) -> None:
    await api.person("ada@example.com")
    before = await contents(api.store)

    answer = await create(api, **input)

    assert faults(answer) == expected
    assert await contents(api.store) == before


# A first visit adopts one user, and none if two wait for it with the same address.
ISSUERS = [{}, {"issuer": ISSUER}]


@pytest.mark.both_databases
@pytest.mark.parametrize("first", ISSUERS)
@pytest.mark.parametrize("second", [*ISSUERS, {"externalId": "sub|new@example.com"}])
async def test_a_user_who_waits_is_not_created_again(api: Api, first: JSON, second: JSON) -> None:
    made = (await create(api, **first)).payload["user"]["id"]
    before = await contents(api.store)

    refused = await create(api, emailAddress="NEW@example.com", **second)

    assert faults(refused) == {("emailAddress", "form_identifier_exists")}
    assert await contents(api.store) == before
    assert (await api.person("new@example.com")).id == made


async def test_a_user_who_has_signed_in_waits_no_longer(api: Api) -> None:
    known = await api.person("new@example.com", verified=False)

    assert (await create(api)).payload["user"]["id"] != known.id


@pytest.mark.parametrize("first", ISSUERS)
async def test_a_user_gets_no_address_of_one_who_waits(api: Api, first: JSON) -> None:
    made = (await create(api, **first)).payload["user"]["id"]
    other = (await create(api, emailAddress="other@example.com")).payload["user"]["id"]
    before = await contents(api.store)

    refused = await update(api, other, emailAddress="New@example.com")

    assert faults(refused) == {("emailAddress", "form_identifier_exists")}
    assert await contents(api.store) == before
    assert (await update(api, made, emailAddress="NEW@example.com")).payload
    assert (await update(api, other, emailAddress="free@example.com")).payload


@pytest.mark.both_databases
async def test_of_many_who_create_a_user_at_once_one_does(api: Api) -> None:
    answers = await asyncio.gather(*(create(api) for _ in range(10)))

    assert len([answer for answer in answers if not answer.user_errors]) == 1
    assert len((await contents(api.store))["user"]) == 1


@pytest.mark.both_databases
async def test_of_many_who_get_an_address_at_once_one_does(api: Api) -> None:
    users = [
        (await create(api, emailAddress=f"p{n}@example.com")).payload["user"]["id"]
        for n in range(10)
    ]

    answers = await asyncio.gather(*(update(api, id, emailAddress="x@example.com") for id in users))

    assert len([answer for answer in answers if not answer.user_errors]) == 1


async def test_an_update_changes_what_is_given_and_null_clears(api: Api) -> None:
    ada = await api.person("ada@example.com", given_name="Ada", family_name="Lovelace")
    input: JSON = {
        "lastName": None,
        "imageUrl": "https://example.com/ada.png",
        "createOrganizationEnabled": False,
        "createOrganizationsLimit": 3,
        "publicMetadata": {"a": 1},
        "privateMetadata": {"b": 1},
    }

    user = (await update(api, ada.id, **input)).payload["user"]

    assert (user["firstName"], user["lastName"]) == ("Ada", None)
    assert {name: user[name] for name in input} == input
    last = (await events(api.store))[-1]
    assert last["type"] == "user.updated"
    assert last["changes"]["last_name"] == "Lovelace"
    assert "private_metadata" not in last["changes"]
    assert "private_metadata" not in last["data"]


async def test_an_update_that_changes_nothing_leaves_no_event(api: Api) -> None:
    ada = await api.person("ada@example.com", given_name="Ada")
    before = await contents(api.store)

    assert (await update(api, ada.id, firstName="Ada")).payload["cursor"] is None
    assert await contents(api.store) == before


async def test_a_changed_address_is_unverified_unless_said_otherwise(api: Api) -> None:
    ada = await api.person("ada@example.com")

    other = (await update(api, ada.id, emailAddress="other@example.com")).payload["user"]
    said = (
        await update(api, ada.id, emailAddress="third@example.com", emailVerified=True)
    ).payload["user"]
    same = (await update(api, ada.id, emailAddress="THIRD@example.com")).payload["user"]
    none = (await update(api, ada.id, emailAddress=None)).payload["user"]

    assert (other["emailVerified"], said["emailVerified"], same["emailVerified"]) == (
        False,
        True,
        True,
    )
    assert (none["emailAddress"], none["emailVerified"], none["identifier"]) == (
        None,
        False,
        "sub|ada@example.com",
    )


@pytest.mark.parametrize(
    ("input", "expected"),
    [
        ({"emailAddress": "x"}, {("emailAddress", "form_param_format_invalid")}),
        ({"emailAddress": None}, {("emailAddress", "form_param_nil")}),
        (
            {"createOrganizationsLimit": -1},
            {("createOrganizationsLimit", "form_param_value_invalid")},
        ),
        (
            {
                "emailVerified": None,
                "publicMetadata": None,
                "privateMetadata": None,
                "firstName": "x" * 257,
            },
            {
                ("emailVerified", "form_param_nil"),
                ("publicMetadata", "form_param_nil"),
                ("privateMetadata", "form_param_nil"),
                ("firstName", "form_param_max_length_exceeded"),
            },
        ),
    ],
)
async def test_a_bad_update_is_refused_with_all_faults(
    api: Api, input: JSON, expected: set[tuple[str, str]]
) -> None:
    waiting = (await create(api)).payload["user"]["id"]
    before = await contents(api.store)

    answer = await update(api, waiting, **input)

    assert faults(answer) == expected
    assert await contents(api.store) == before


async def test_a_user_who_never_was_is_not_found(api: Api) -> None:
    answers = [
        await update(api, NEVER, firstName="X"),
        await api.mutate("deleteUser", {"userId": NEVER}, by=SERVICE),
    ]

    for answer in answers:
        assert faults(answer) == {("userId", "resource_not_found")}


async def test_deletion_takes_the_memberships_along(api: Api, acme: Acme) -> None:
    await an_organization(api, by=acme.admin, name="Second")

    answer = await api.mutate("deleteUser", {"userId": acme.admin.id}, "deletedId", by=SERVICE)

    rows, log = await contents(api.store), await events(api.store)
    assert answer.payload["deletedId"] == acme.admin.id
    assert [event["type"] for event in log[-3:]] == [
        *["organizationMembership.deleted"] * 2,
        "user.deleted",
    ]
    assert len(rows["membership"]) == 1
    assert len(rows["organization"]) == 2
    assert answer.payload["cursor"] == str(log[-1]["cursor"])


async def test_a_deleted_user_who_comes_back_is_a_new_user(api: Api, acme: Acme) -> None:
    await api.mutate("deleteUser", {"userId": acme.member.id}, by=SERVICE)

    again = await api.run("{ viewer { user { id } memberships { totalCount } } }", by=acme.member)

    assert again.data["viewer"]["user"]["id"] != acme.member.id
    assert again.data["viewer"]["memberships"]["totalCount"] == 0
