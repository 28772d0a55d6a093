"""Metadata: how deep and how large they can be,
that they come back unchanged, and who can set them.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.api import JSON, SERVICE, Answer, Api, Caller, events
from tests.support.data.factories import Acme
from tests.support.data.invitations import codes, unchanged
from tests.support.http import ONLY_SQLITE

PUBLIC, PRIVATE = "publicMetadata", "privateMetadata"
BOTH = f"{PUBLIC} {PRIVATE}"
INVITATION = f"invitation {{ {BOTH} }}"
MEMBERSHIP = f"membership {{ {BOTH} }}"
ORGANIZATION = f"organization {{ {BOTH} }}"
USER = f"user {{ {BOTH} }}"

Given = Callable[[Acme, JSON], JSON]

# Every mutation that stores metadata: its input, given some, and what to select.
STORING: dict[str, tuple[Given, str]] = {
    "createOrganization": (lambda acme, given: {"name": "New", **given}, ORGANIZATION),
    "updateOrganizationMetadata": (
        lambda acme, given: {"organizationId": acme.id, "mode": "REPLACE", **given},
        ORGANIZATION,
    ),
    "createMembership": (
        lambda acme, given: {"organizationId": acme.id, "userId": acme.outsider.id, **given},
        MEMBERSHIP,
    ),
    "updateMembershipMetadata": (
        lambda acme, given: {
            "organizationId": acme.id,
            "userId": acme.member.id,
            "mode": "MERGE",
            **given,
        },
        MEMBERSHIP,
    ),
    "createInvitation": (
        lambda acme, given: {"organizationId": acme.id, "emailAddress": "new@example.com", **given},
        INVITATION,
    ),
    "createInvitations": (
        lambda acme, given: {
            "organizationId": acme.id,
            "recipients": [{"emailAddress": "new@example.com", **given}],
        },
        f"invitations {{ {BOTH} }}",
    ),
    "createUser": (lambda acme, given: {"emailAddress": "new@example.com", **given}, USER),
    "updateUser": (lambda acme, given: {"userId": acme.member.id, **given}, USER),
}
# Those that only a secret key can call at all have no place here.
OPEN_TO_USERS = ("createOrganization", "createInvitation", "createInvitations")


async def store(
    api: Api, acme: Acme, mutation: str, *, by: Caller = SERVICE, **metadata: Any
) -> Answer:
    input_of, selection = STORING[mutation]
    return await api.mutate(mutation, input_of(acme, metadata), selection, by=by)


def stored(answer: Answer) -> JSON:
    """The metadata of the one object in the payload."""
    (found,) = [
        value for name, value in answer.payload.items() if name not in {"userErrors", "cursor"}
    ]
    return found[0] if isinstance(found, list) else found  # pyright: ignore[reportUnknownVariableType]


def nested(levels: int, innermost: Any = 1) -> JSON:
    """An object that many levels deep; every other level is an array."""
    for level in range(levels, 0, -1):
        innermost = {"a": innermost} if level % 2 else [innermost]
    return innermost


# -------------------------------------------------------------------------------------------- depth


@pytest.mark.both_databases
@pytest.mark.parametrize("mutation", STORING)
async def test_metadata_can_be_32_levels_deep(api: Api, acme: Acme, mutation: str) -> None:
    deepest: dict[str, Any] = {PUBLIC: nested(32), PRIVATE: nested(32)}

    assert stored(await store(api, acme, mutation, **deepest)) == deepest


@pytest.mark.parametrize("levels", [33, 253, 300, 900])
@pytest.mark.parametrize("mutation", STORING)
async def test_deeper_metadata_is_refused(api: Api, acme: Acme, mutation: str, levels: int) -> None:
    async with unchanged(api):
        answer = await store(
            api, acme, mutation, publicMetadata=nested(levels), privateMetadata=nested(levels)
        )

    # createInvitations reports each kind of fault once, with the addresses.
    faults = ["recipients"] if mutation == "createInvitations" else [PUBLIC, PRIVATE]
    assert [error["field"][-1] for error in answer.user_errors] == faults
    for error in answer.user_errors:
        assert (error["code"], error["meta"]["limit"]) == ("form_param_exceeds_allowed_size", 32)
        assert "32 levels" in error["message"]


async def test_a_merge_is_as_deep_as_what_it_leads_to(api: Api, acme: Acme) -> None:
    merge = {"organizationId": acme.id, "mode": "MERGE"}
    half = {PUBLIC: {"a": nested(31)}}
    assert (await api.mutate("updateOrganizationMetadata", {**merge, **half}, by=SERVICE)).payload

    deeper: JSON = {"b": 1}
    for _ in range(31):
        deeper = {"a": deeper}
    fits = await api.mutate(
        "updateOrganizationMetadata", {**merge, PUBLIC: deeper}, ORGANIZATION, by=SERVICE
    )
    async with unchanged(api):
        over = await api.mutate(
            "updateOrganizationMetadata", {**merge, PUBLIC: {"a": deeper}}, by=SERVICE
        )

    assert stored(fits)[PUBLIC] == deeper
    assert codes(over) == ["form_param_exceeds_allowed_size"]


# ------------------------------------------------------------------------------------------ numbers


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "number",
    [
        0,
        1,
        True,
        False,
        None,
        1.0,
        -1.5,
        0.1,
        1e15,
        5e-324,
        2**53 - 1,
        1 - 2**53,
        -0.0,
        "9007199254740993",
    ],
)
async def test_a_value_comes_back_as_it_was_sent(api: Api, acme: Acme, number: Any) -> None:
    given = {"a": number, "b": [{"c": number}]}
    await store(api, acme, "updateOrganizationMetadata", publicMetadata={"a": "other"})

    written = stored(await store(api, acme, "updateOrganizationMetadata", publicMetadata=given))[
        PUBLIC
    ]
    read = await api.run(
        f'{{ organization(by: {{id: "{acme.id}"}}) {{ publicMetadata }} }}', by=acme.admin
    )
    logged = (await events(api.store))[-1]["data"]["public_metadata"]

    for found in (written, read.data["organization"]["publicMetadata"], logged):
        assert repr(found) == repr(given)


@pytest.mark.parametrize(
    "number", [2**53, -(2**53), 2**63, 2**64 - 1, 2**64, 10**23, 1e23, -(2**63) - 1, 1e300]
)
async def test_a_number_that_readers_of_json_would_round_is_bad_input(
    api: Api, acme: Acme, number: float
) -> None:
    async with unchanged(api):
        answer = await store(
            api, acme, "updateOrganizationMetadata", publicMetadata={"a": [{"b": number}]}
        )

    assert answer.code == "BAD_USER_INPUT"
    assert "between -9007199254740991 and 9007199254740991" in answer.error["message"]


@pytest.mark.parametrize(
    "literal", ["1e999", "-1e999", "1" * 23, "1" * 5000, "9007199254740992", "9007199254740992.0"]
)
async def test_a_literal_that_is_too_large_a_number_is_bad_input(
    api: Api, acme: Acme, literal: str
) -> None:
    def document(number: str) -> str:
        return f"""mutation {{ updateOrganizationMetadata(input: {{organizationId: "{acme.id}", mode: REPLACE,
            publicMetadata: {{a: [{number}]}}}}) {{ {ORGANIZATION} userErrors {{ code }} cursor }} }}"""

    async with unchanged(api):
        refused = await api.run(document(literal), by=SERVICE)
    fine = await api.run(document("9007199254740991"), by=SERVICE)

    # A number of more than 256 digits exceeds the limit on the length of words.
    codes = {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}
    assert refused.code in ({"LIMIT_EXCEEDED"} if len(literal) > 256 else codes)
    assert stored(fine)[PUBLIC] == {"a": [9007199254740991]}


@pytest.mark.parametrize("key", ["a\0b", "\0"])
async def test_a_nul_character_in_a_key_or_a_string_is_bad_input(
    api: Api, acme: Acme, key: str
) -> None:
    for given in ({key: 1}, {"a": [key]}):
        async with unchanged(api):
            answer = await store(api, acme, "updateOrganizationMetadata", publicMetadata=given)

        assert answer.code == "BAD_USER_INPUT"


@ONLY_SQLITE
async def test_half_a_character_is_no_text(api: Api, acme: Acme) -> None:
    body = b'{"query": "mutation($m: JSONObject) { createUser(input: {emailAddress: \\"a@example.com\\", '
    body += b'publicMetadata: $m}) { cursor } }", "variables": {"m": {"a": "\\ud800"}}}'
    document = 'mutation { createUser(input: {emailAddress: "a@example.com", publicMetadata: {a: "\\uD800"}}) { cursor } }'

    headers = {"authorization": SERVICE.authorization or "", "content-type": "application/json"}
    async with unchanged(api):
        in_variables = await api.client.post("/graphql", content=body, headers=headers)
        in_document = await api.run(document, by=SERVICE)

    assert in_variables.status_code == 400
    assert in_document.code == "GRAPHQL_PARSE_FAILED"


# ----------------------------------------------------------------------------------------- equality

# Pairs that are equal in Python and not in JSON.
DIFFERENT = [
    ({"a": 1}, {"a": True}),
    ({"a": False}, {"a": 0}),
    ({"a": 1}, {"a": 1.0}),
    ({"a": [0]}, {"a": [False]}),
    ({"a": {"b": True}}, {"a": {"b": 1}}),
]
UPDATING = ("updateOrganizationMetadata", "updateMembershipMetadata", "updateUser")


@pytest.mark.both_databases
@pytest.mark.parametrize(("before", "after"), DIFFERENT)
@pytest.mark.parametrize("mutation", UPDATING)
async def test_values_that_differ_in_json_only_are_a_change(
    api: Api, acme: Acme, mutation: str, before: JSON, after: JSON
) -> None:
    await store(api, acme, mutation, publicMetadata=before, privateMetadata=before)

    answer = await store(api, acme, mutation, publicMetadata=after, privateMetadata=after)

    again = stored(await store(api, acme, mutation, publicMetadata={**after, "next": None}))
    event = (await events(api.store))[-1 if mutation == "updateMembershipMetadata" else -2]
    assert answer.payload["cursor"]
    assert repr(stored(answer)) == repr({PUBLIC: after, PRIVATE: after})
    assert repr(again[PRIVATE]) == repr(after)
    assert repr(event["data"]["public_metadata"]) == repr(after)
    assert repr(event["private_metadata"]) == repr(after)


async def test_such_a_change_is_written_beside_another_one(api: Api, acme: Acme) -> None:
    await store(api, acme, "updateUser", publicMetadata={"beta": 1})

    both = {"userId": acme.member.id, "firstName": "Grace", PUBLIC: {"beta": True}}
    await api.mutate("updateUser", both, by=SERVICE)

    read = await api.run(
        f'{{ user(id: "{acme.member.id}") {{ firstName publicMetadata }} }}', by=SERVICE
    )
    assert read.data["user"]["firstName"] == "Grace"
    assert read.data["user"][PUBLIC]["beta"] is True


@pytest.mark.both_databases
@pytest.mark.parametrize("mutation", UPDATING)
async def test_the_same_metadata_in_another_order_of_keys_is_no_change(
    api: Api, acme: Acme, mutation: str
) -> None:
    await store(api, acme, mutation, publicMetadata={"a": 1, "b": {"c": [1, 2], "d": "x"}})

    async with unchanged(api):
        answer = await store(
            api, acme, mutation, publicMetadata={"b": {"d": "x", "c": [1, 2]}, "a": 1}
        )

    assert answer.payload["cursor"] is None


# -------------------------------------------------------------------------------------- who can set


@pytest.mark.parametrize("name", [PUBLIC, PRIVATE])
@pytest.mark.parametrize("mutation", OPEN_TO_USERS)
async def test_only_a_secret_key_can_set_metadata(
    api: Api, acme: Acme, mutation: str, name: str
) -> None:
    async with unchanged(api):
        refused = await store(api, acme, mutation, by=acme.admin, **{name: {"plan": "enterprise"}})
    without = await store(api, acme, mutation, by=acme.admin)

    assert (refused.code, refused.reason) == ("FORBIDDEN", "secret_key_required")
    assert name in refused.error["message"]
    assert stored(without) == {PUBLIC: {}, PRIVATE: None}


@pytest.mark.parametrize("mutation", OPEN_TO_USERS)
async def test_a_secret_key_sets_metadata(api: Api, acme: Acme, mutation: str) -> None:
    given: dict[str, Any] = {PUBLIC: {"plan": "enterprise"}, PRIVATE: {"seats": 3}}

    assert stored(await store(api, acme, mutation, by=SERVICE, **given)) == given
