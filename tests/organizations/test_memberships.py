"""Memberships: rules 7 to 10."""

from typing import Any

import pytest

from models.roles import MANAGER_PERMISSIONS
from tests.support.api import JSON, SERVICE, Api, Caller, contents, events
from tests.support.data.api_keys import a_key
from tests.support.data.factories import Acme, a_member, a_role, an_organization
from tests.support.data.roles import a_role_model

MEMBERSHIP = "membership { id role { key } user { id } permissions publicMetadata privateMetadata }"
LEAD = ["org:sys_memberships:manage", "org:sys_memberships:read"]
NEVER = "user_01m803rqhgwgafn17w2nqwqyh5"


async def change_role(
    api: Api, acme: Acme, user: Caller, role: str, by: Caller | None = None
) -> Any:
    return await api.send(
        "change-role", by=by or acme.admin, organizationId=acme.id, userId=user.id, role=role
    )


async def remove(api: Api, acme: Acme, user: Caller, by: Caller | None = None) -> Any:
    return await api.send(
        "remove-member", by=by or acme.admin, organizationId=acme.id, userId=user.id
    )


async def leave(api: Api, acme: Acme, by: Caller) -> Any:
    return await api.send("leave-organization", by=by, organizationId=acme.id)


def codes(answer: Any) -> list[tuple[str, list[str]]]:
    return [(error["code"], error["field"]) for error in answer.user_errors]


# --------------------------------------------------------------------------------------- direct add


async def test_a_direct_add_takes_the_default_role_and_both_metadata(api: Api, acme: Acme) -> None:
    input: JSON = {
        "organizationId": acme.id,
        "userId": acme.outsider.id,
        "publicMetadata": {"a": 1},
    }

    answer = await api.mutate(
        "createMembership", {**input, "privateMetadata": {"b": 2}}, MEMBERSHIP, by=SERVICE
    )

    membership = answer.payload["membership"]
    assert membership["role"]["key"] == "org:member"
    assert (membership["publicMetadata"], membership["privateMetadata"]) == ({"a": 1}, {"b": 2})


@pytest.mark.parametrize(
    ("input", "expected"),
    [
        ({"userId": NEVER}, [("resource_not_found", ["input", "userId"])]),
        ({"role": "org:none"}, [("resource_not_found", ["input", "role"])]),
        (
            {"userId": NEVER, "role": "org:none", "publicMetadata": {"a": "x" * 9000}},
            [
                ("form_param_exceeds_allowed_size", ["input", "publicMetadata"]),
                ("resource_not_found", ["input", "userId"]),
                ("resource_not_found", ["input", "role"]),
            ],
        ),
    ],
)
async def test_a_bad_direct_add_is_refused_with_all_its_faults(
    api: Api, acme: Acme, input: JSON, expected: list[Any]
) -> None:
    before = await contents(api.store)

    answer = await api.mutate(
        "createMembership",
        {"organizationId": acme.id, "userId": acme.outsider.id, **input},
        by=SERVICE,
    )

    assert codes(answer) == expected
    assert await contents(api.store) == before


async def test_who_is_a_member_is_not_added_again(api: Api, acme: Acme) -> None:
    before = await contents(api.store)

    answer = await api.send(
        "add-member", by=SERVICE, organizationId=acme.id, newUserId=acme.member.id
    )

    assert codes(answer) == [("already_a_member_in_organization", ["input", "userId"])]
    assert await contents(api.store) == before


async def test_an_unknown_role_comes_with_the_near_ones(api: Api, acme: Acme) -> None:
    answer = await change_role(api, acme, acme.member, "org:admn")

    (error,) = answer.user_errors
    assert (error["code"], error["meta"]["nearest"][0]) == ("resource_not_found", "org:admin")


async def test_a_role_outside_the_role_set_can_not_be_given(api: Api, acme: Acme) -> None:
    await a_role(api, "org:stranger", ["org:sys_memberships:read"], in_set=False)
    before = await contents(api.store)

    answer = await change_role(api, acme, acme.member, "org:stranger")

    assert codes(answer) == [("resource_not_found", ["input", "role"])]
    assert await contents(api.store) == before


# ---------------------------------------------------------------------------------- changes of role


async def test_a_changed_role_shows_at_once_and_leaves_an_event(api: Api, acme: Acme) -> None:
    answer = await change_role(api, acme, acme.member, "org:admin")

    last = (await events(api.store))[-1]
    assert "org:sys_memberships:manage" in answer.payload["membership"]["permissions"]
    assert (last["type"], last["changes"]) == (
        "organizationMembership.updated",
        {"role": "org:member"},
    )
    assert (last["actor_id"], last["user_id"], last["organization_id"]) == (
        acme.admin.id,
        acme.member.id,
        acme.id,
    )
    assert answer.payload["cursor"] == str(last["cursor"])
    assert (
        await api.mutate(
            "updateOrganization", {"organizationId": acme.id, "name": "Mine"}, by=acme.member
        )
    ).payload


async def test_the_same_role_again_changes_nothing(api: Api, acme: Acme) -> None:
    before = await contents(api.store)

    answer = await change_role(api, acme, acme.member, "org:member")

    assert answer.payload["cursor"] is None
    assert await contents(api.store) == before


async def test_a_member_of_another_organization_is_not_found(api: Api, acme: Acme) -> None:
    other = await an_organization(api, by=acme.outsider, name="Other")
    await a_member(api, other, "theirs@example.com")
    theirs = await api.person("theirs@example.com")
    before = await contents(api.store)

    for answer in (
        await change_role(api, acme, theirs, "org:admin"),
        await remove(api, acme, theirs),
        await change_role(api, acme, Caller(id=NEVER), "org:admin"),
    ):
        assert codes(answer) == [("resource_not_found", ["input", "userId"])]
    assert await contents(api.store) == before


# ---------------------------------------------------------------------------------- 8, last manager


async def test_the_last_manager_is_not_demoted_removed_or_let_go(api: Api, acme: Acme) -> None:
    await a_role(api, "org:lead", LEAD)
    await change_role(api, acme, acme.member, "org:lead")
    key = await a_key(api, acme, *MANAGER_PERMISSIONS)
    before = await contents(api.store)

    refused = [
        # Neither caller is a member who can manage the organization.
        await remove(api, acme, acme.admin, by=key),
        await change_role(api, acme, acme.admin, "org:lead", by=acme.member),
        await remove(api, acme, acme.admin, by=acme.member),
        await change_role(api, acme, acme.admin, "org:member"),
        await remove(api, acme, acme.admin),
        await leave(api, acme, acme.admin),
        await change_role(api, acme, acme.admin, "org:member", by=SERVICE),
        await remove(api, acme, acme.admin, by=SERVICE),
    ]

    for answer in refused:
        assert [code for code, _ in codes(answer)] == ["organization_minimum_permissions_needed"]
    assert await contents(api.store) == before


async def test_with_a_second_manager_the_first_may_go(api: Api, acme: Acme) -> None:
    await change_role(api, acme, acme.member, "org:admin")

    assert (await leave(api, acme, acme.admin)).payload
    assert (await remove(api, acme, acme.member, by=acme.member)).user_errors


async def test_it_is_permissions_that_make_a_manager_and_no_role_name(api: Api, acme: Acme) -> None:
    await a_role(
        api,
        "org:owner",
        ["org:sys_memberships:manage", "org:sys_memberships:read", "org:sys_profile:delete"],
    )
    await a_role(api, "org:almost", ["org:sys_memberships:manage", "org:sys_memberships:read"])
    await change_role(api, acme, acme.member, "org:almost")
    refused = await leave(api, acme, acme.admin)
    await change_role(api, acme, acme.member, "org:owner")

    assert [code for code, _ in codes(refused)] == ["organization_minimum_permissions_needed"]
    assert (await leave(api, acme, acme.admin)).payload


async def test_an_organization_without_a_manager_lets_members_go(api: Api, acme: Acme) -> None:
    await api.mutate("deleteUser", {"userId": acme.admin.id}, by=SERVICE)

    state = await api.run(
        f'{{ organization(by: {{id: "{acme.id}"}}) {{ missingMemberWithElevatedPermissions }} }}',
        by=acme.member,
    )

    assert state.data["organization"] == {"missingMemberWithElevatedPermissions": True}
    assert (await leave(api, acme, acme.member)).payload


# ----------------------------------------------------------------------------- 9, what one may give


async def test_nobody_gives_a_role_that_holds_what_they_lack(api: Api, acme: Acme) -> None:
    await a_role(api, "org:lead", [*LEAD, "org:sys_profile:manage"])
    lead = await a_member(api, acme.id, "lead@example.com", "org:lead")
    before = await contents(api.store)

    raised = [
        await change_role(api, acme, acme.member, "org:admin", by=lead),
        await change_role(api, acme, lead, "org:admin", by=lead),
        await change_role(api, acme, acme.admin, "org:admin", by=lead),
    ]

    for answer in raised:
        assert (answer.code, answer.reason) == ("FORBIDDEN", "role_not_grantable")
        assert "org:sys_profile:delete" in answer.error["extensions"]["permissions"]
        assert "org:sys_memberships:manage" not in answer.error["extensions"]["permissions"]
    assert await contents(api.store) == before
    assert (await change_role(api, acme, acme.member, "org:lead", by=acme.admin)).payload


async def test_a_manager_gives_what_they_hold(api: Api, acme: Acme) -> None:
    await a_role(api, "org:lead", [*LEAD, "org:sys_billing:read"])
    lead = await a_member(api, acme.id, "lead@example.com", "org:lead")
    await a_role(api, "org:junior", LEAD)

    assert (await change_role(api, acme, acme.member, "org:junior", by=lead)).payload


# -------------------------------------------------------------------------------------- 10, removal


async def test_removal_takes_effect_with_the_next_request(api: Api, acme: Acme) -> None:
    seen = await api.send("members", by=acme.member, organizationId=acme.id)

    answer = await remove(api, acme, acme.member)

    last = (await events(api.store))[-1]
    assert seen.data["organization"]
    assert answer.payload["membership"]["user"]["identifier"] == "grace@example.com"
    assert (await api.send("members", by=acme.member, organizationId=acme.id)).data[
        "organization"
    ] is None
    assert (
        await api.send("update-organization", by=acme.member, organizationId=acme.id)
    ).code == "NOT_FOUND"
    assert last["type"] == "organizationMembership.deleted"
    assert last["data"]["public_user_data"]["identifier"] == "grace@example.com"


async def test_a_role_in_the_token_decides_nothing(api: Api, acme: Acme) -> None:
    claims = {
        "org_id": acme.id,
        "org_role": "org:admin",
        "org_permissions": ["org:sys_profile:manage"],
    }
    liar = await api.person("grace@example.com", **claims)

    answer = await api.mutate(
        "updateOrganization", {"organizationId": acme.id, "name": "Mine"}, by=liar
    )

    assert answer.reason == "missing_organization_permission"


async def test_who_comes_back_after_a_removal_is_a_new_member(api: Api, acme: Acme) -> None:
    first = await remove(api, acme, acme.member)
    again = await api.mutate(
        "createMembership",
        {"organizationId": acme.id, "userId": acme.member.id},
        MEMBERSHIP,
        by=SERVICE,
    )

    assert again.payload["membership"]["id"] != first.payload["membership"]["id"]


# ----------------------------------------------------------------------------------------- metadata


async def test_membership_metadata_is_merged_or_replaced(api: Api, acme: Acme) -> None:
    who = {"organizationId": acme.id, "userId": acme.member.id}

    async def write(mode: str, **input: Any) -> Any:
        return await api.mutate(
            "updateMembershipMetadata", {**who, "mode": mode, **input}, MEMBERSHIP, by=SERVICE
        )

    await write("MERGE", publicMetadata={"a": {"b": 1}}, privateMetadata={"x": 1})
    merged = (await write("MERGE", publicMetadata={"a": {"c": 2}})).payload["membership"]
    replaced = (await write("REPLACE", publicMetadata={})).payload["membership"]
    before = await contents(api.store)
    same = await write("MERGE", publicMetadata={})
    refused = await write(
        "MERGE", publicMetadata={"a": "x" * 9000}, privateMetadata={"a": "x" * 9000}
    )
    absent = await api.mutate(
        "updateMembershipMetadata",
        {**who, "userId": NEVER, "mode": "MERGE", "publicMetadata": {}},
        by=SERVICE,
    )

    assert merged["publicMetadata"] == {"a": {"b": 1, "c": 2}}
    assert (replaced["publicMetadata"], replaced["privateMetadata"]) == ({}, {"x": 1})
    assert same.payload["cursor"] is None
    assert [field[-1] for _, field in codes(refused)] == ["publicMetadata", "privateMetadata"]
    assert codes(absent) == [("resource_not_found", ["input", "userId"])]
    assert await contents(api.store) == before


async def test_a_changed_membership_shows_memberships_with_roles_of_other_sets(
    api: Api, acme: Acme
) -> None:
    """The mutation knows the roles of its own organization, and reads those of the others."""
    await a_role_model(api)
    other = await an_organization(api, by=SERVICE, name="Other", roleSet="role_set:other")
    await a_member(api, other, acme.member, "org:editor")
    selection = (
        "membership { user { memberships(first: 5) { nodes { role { key } permissions } } } }"
    )
    input = {"organizationId": acme.id, "userId": acme.member.id, "role": "org:admin"}

    answer = await api.mutate("updateMembership", input, selection, by=SERVICE)

    nodes = answer.payload["membership"]["user"]["memberships"]["nodes"]
    shown = {node["role"]["key"]: node["permissions"] for node in nodes}
    assert shown["org:editor"] == ["org:sys_memberships:read"]
    assert "org:sys_memberships:manage" in shown["org:admin"]
