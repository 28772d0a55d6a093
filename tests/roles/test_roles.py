"""Roles and permissions as data that the owner shapes (rules 8, 9 and 23 to 25)."""

from collections.abc import Callable

import pytest

from tests.support.api import JSON, SERVICE, Api, events
from tests.support.data.factories import Acme, a_member, an_organization
from tests.support.data.invitations import codes, fields, invite, invited, unchanged
from tests.support.data.roles import (
    DELETE,
    MANAGE,
    READ,
    ROLE,
    make_permission,
    make_role,
    make_set,
    role,
    role_set,
    shape,
)

MANAGER = (READ, MANAGE, DELETE)


# -------------------------------------------------------------------------------------- permissions


async def test_a_permission_is_invented_described_and_deleted(api: Api) -> None:
    labels = {"name": "Read reports", "description": "All of them."}
    selection = "permission { id key name description type }"

    made = (
        await shape(api, "createPermission", selection, key="org:reports:read", **labels)
    ).payload["permission"]
    renamed = (
        await shape(api, "updatePermission", selection, key="org:reports:read", name="See reports")
    ).payload
    deleted = (await shape(api, "deletePermission", "deletedId", key="org:reports:read")).payload

    assert made == {"id": made["id"], "key": "org:reports:read", "type": "CUSTOM", **labels}
    assert renamed["permission"] == {**made, "name": "See reports"}
    assert deleted["deletedId"] == made["id"]
    log = [(event["type"], event["changes"]) for event in await events(api.store)]
    assert log == [
        ("feature.created", None),
        ("permission.created", None),
        ("permission.updated", {"name": "Read reports"}),
        ("permission.deleted", None),
    ]


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("org:sys_reports:read", "form_param_format_invalid"),
        ("reports:read", "form_param_format_invalid"),
        ("org:reports", "form_param_format_invalid"),
        ("org:reports:read:all", "form_param_format_invalid"),
        ("org:Reports:read", "form_param_format_invalid"),
        ("org:rep-orts:read", "form_param_format_invalid"),
        ("", "form_param_format_invalid"),
        ("org:reports:" + "r" * 200, "form_param_max_length_exceeded"),
        ("org:taken:read", "form_identifier_exists"),
    ],
)
async def test_a_permission_s_key_is_well_formed_and_free(api: Api, key: str, code: str) -> None:
    await make_permission(api, "org:taken:read")

    async with unchanged(api):
        refused = await shape(api, "createPermission", key=key, name="", description="d" * 1_025)

    assert codes(refused) == [code, "form_param_missing", "form_param_max_length_exceeded"]
    assert fields(refused) == ["input.key", "input.name", "input.description"]


@pytest.mark.parametrize("field", ["updatePermission", "deletePermission"])
async def test_system_permissions_stay_as_they_are(api: Api, field: str) -> None:
    async with unchanged(api):
        refused = await shape(api, field, key=MANAGE)
        unknown = await shape(api, field, key="org:sys_membership:manage")

    assert codes(refused) == ["organization_system_permission_not_modifiable"]
    assert codes(unknown) == ["resource_not_found"]
    assert unknown.user_errors[0]["meta"]["nearest"]["org:sys_membership:manage"][0] == MANAGE


async def test_a_permission_that_a_role_holds_can_t_be_deleted(api: Api) -> None:
    await make_permission(api, "org:reports:read")
    await make_role(api, "org:reader", "org:reports:read")

    async with unchanged(api):
        refused = await shape(api, "deletePermission", key="org:reports:read")
    await shape(api, "updateRole", key="org:reader", permissions=[])

    assert codes(refused) == ["resource_in_use"]
    assert refused.user_errors[0]["meta"] == {"roles": ["org:reader"]}
    assert (await shape(api, "deletePermission", key="org:reports:read")).payload


# -------------------------------------------------------------------------------------------- roles


async def test_a_role_is_made_changed_and_deleted(api: Api) -> None:
    await make_permission(api, "org:reports:read")

    made = await make_role(api, "org:reader", "org:reports:read", READ)
    changed = (
        await shape(
            api,
            "updateRole",
            ROLE,
            key="org:reader",
            newKey="org:analyst",
            name="Analyst",
            permissions=list(MANAGER),
        )
    ).payload["role"]
    deleted = (await shape(api, "deleteRole", "deletedId", key="org:analyst")).payload

    assert made["permissions"] == [{"key": "org:reports:read"}, {"key": READ}]
    assert (made["isCreatorEligible"], made["membersCount"]) == (False, 0)
    assert (changed["id"], changed["key"], changed["name"]) == (
        made["id"],
        "org:analyst",
        "Analyst",
    )
    assert changed["isCreatorEligible"]
    assert deleted["deletedId"] == made["id"]
    assert await role(api, "org:analyst") is None
    log = [(event["type"], event["changes"]) for event in await events(api.store)][2:]
    before = {"key": "org:reader", "name": "Reader", "permissions": ["org:reports:read", READ]}
    assert log == [("role.created", None), ("role.updated", before), ("role.deleted", None)]


async def test_a_change_that_changes_nothing_leaves_no_event(api: Api) -> None:
    await make_role(api, "org:reader", READ)

    async with unchanged(api):
        same = await shape(
            api,
            "updateRole",
            key="org:reader",
            newKey="org:reader",
            name="Reader",
            permissions=[READ, READ],
        )

    assert same.payload["cursor"] is None


async def test_all_that_is_wrong_with_a_role_comes_together(api: Api) -> None:
    async with unchanged(api):
        refused = await shape(
            api,
            "createRole",
            key="org:admin",
            name="<b>",
            permissions=["org:sys_profile:mange", READ, "nothing"],
        )

    assert codes(refused) == [
        "form_identifier_exists",
        "form_param_value_invalid",
        "resource_not_found",
    ]
    assert fields(refused) == ["input.key", "input.name", "input.permissions"]
    nearest = refused.user_errors[2]["meta"]["nearest"]
    assert (nearest["org:sys_profile:mange"][0], nearest["nothing"]) == (
        "org:sys_profile:manage",
        [],
    )


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("org:admin", "form_identifier_exists"),
        ("org:Reader", "form_param_format_invalid"),
        ("reader", "form_param_format_invalid"),
    ],
)
async def test_a_role_s_new_key_is_well_formed_and_free(api: Api, key: str, code: str) -> None:
    await make_role(api, "org:reader", READ)

    async with unchanged(api):
        refused = await shape(api, "updateRole", key="org:reader", newKey=key)

    assert (codes(refused), fields(refused)) == ([code], ["input.newKey"])


async def test_a_null_is_not_a_value_of_a_role(api: Api) -> None:
    async with unchanged(api):
        refused = await shape(
            api, "updateRole", key="org:member", newKey=None, name=None, permissions=None
        )

    assert codes(refused) == ["form_param_nil"] * 3
    assert sorted(map(str, fields(refused))) == ["input.name", "input.newKey", "input.permissions"]


async def test_a_new_role_may_be_offered_at_once(api: Api, acme: Acme) -> None:
    await make_role(api, "org:editor", READ, initially=True)

    change = {"organizationId": acme.id, "userId": acme.member.id, "role": "org:editor"}
    assert (await api.send("change-role", by=acme.admin, **change)).payload
    offered = await role_set(api)
    assert offered
    assert [one["key"] for one in offered["roles"]] == ["org:admin", "org:member", "org:editor"]


async def test_a_role_set_has_ten_roles_and_the_instance_fifty_of_its_own(api: Api) -> None:
    for number in range(8):
        await make_role(api, f"org:role_{number}", initially=True)
    async with unchanged(api):
        eleventh = await shape(
            api,
            "createRole",
            key="org:eleventh",
            name="Eleventh",
            permissions=[],
            addToInitialRoleSet=True,
        )
    for number in range(8, 50):
        await make_role(api, f"org:role_{number}")
    async with unchanged(api):
        too_many = await shape(
            api, "createRole", key="org:too_many", name="Too many", permissions=[]
        )

    assert codes(eleventh) == ["quota_exceeded"]
    assert eleventh.user_errors[0]["meta"] == {"limit": 10}
    assert codes(too_many) == ["organization_instance_roles_quota_exceeded"]
    assert too_many.user_errors[0]["meta"] == {"limit": 50}


async def test_what_a_role_holds_counts_with_the_next_request(api: Api, acme: Acme) -> None:
    rename = {"organizationId": acme.id, "name": "Renamed"}
    assert (await api.send("update-organization", by=acme.member, **rename)).code == "FORBIDDEN"

    await shape(api, "updateRole", key="org:member", permissions=[READ, "org:sys_profile:manage"])
    assert (await api.send("update-organization", by=acme.member, **rename)).payload
    await shape(api, "updateRole", key="org:member", permissions=[READ])

    assert (await api.send("update-organization", by=acme.member, **rename)).code == "FORBIDDEN"


# ---------------------------------------------------------------------------------- deleting a role


async def test_a_role_in_use_can_t_be_deleted_and_all_reasons_are_told(
    api: Api, acme: Acme
) -> None:
    made = await invited(api, acme.id, by=acme.admin)

    async with unchanged(api):
        member = await shape(api, "deleteRole", key="org:member")
        admin = await shape(api, "deleteRole", key="org:admin")
        unknown = await shape(api, "deleteRole", key="org:memer")

    assert made["role"]["key"] == "org:member"
    assert codes(member) == [
        "organization_role_assigned_members",
        "organization_role_exists_in_invitations",
        "organization_role_domain_default_role",
    ]
    assert codes(admin) == [
        "organization_role_assigned_members",
        "organization_role_default_creator_role",
    ]
    assert codes(unknown) == ["resource_not_found"]
    assert unknown.user_errors[0]["meta"]["nearest"]["org:memer"][0] == "org:member"


async def test_a_settled_invitation_outlives_its_role(api: Api, acme: Acme) -> None:
    await make_role(api, "org:editor", READ, initially=True)
    made = await invited(api, acme.id, by=acme.admin, role="org:editor")
    which = {"organizationId": acme.id, "invitationId": made["id"]}
    waiting = await shape(api, "deleteRole", key="org:editor")
    await api.send("revoke-invitation", by=acme.admin, **which)

    assert (await shape(api, "deleteRole", key="org:editor")).payload

    assert codes(waiting) == ["organization_role_exists_in_invitations"]
    listed = (await api.send("invitations", by=acme.admin, organizationId=acme.id)).data[
        "organization"
    ]["invitations"]
    assert [one["role"] for one in listed["nodes"]] == [{"key": "org:editor", "name": "Editor"}]
    offered = await role_set(api)
    assert offered
    assert [one["key"] for one in offered["roles"]] == ["org:admin", "org:member"]


async def test_an_invitation_that_lapsed_keeps_no_role(api: Api, acme: Acme) -> None:
    await make_role(api, "org:editor", READ, initially=True)
    await invited(api, acme.id, by=acme.admin, role="org:editor", expiresInDays=1)
    waiting = await shape(api, "deleteRole", key="org:editor")
    api.clock.forward(days=2)

    assert (await shape(api, "deleteRole", key="org:editor")).payload

    assert codes(waiting) == ["organization_role_exists_in_invitations"]
    log = [event["type"] for event in await events(api.store)]
    assert log[-3:] == ["organizationInvitation.expired", "roleSet.updated", "role.deleted"]


async def test_many_unknown_keys_are_told_of_by_the_first_ten(api: Api) -> None:
    refused = await shape(
        api, "createRole", key="org:x", name="X", permissions=[f"org:x:{n}" for n in range(1_000)]
    )

    assert len(refused.user_errors[0]["meta"]["nearest"]) == 10


async def test_an_expired_invitation_whose_role_is_gone_is_not_sent_again(
    api: Api, acme: Acme
) -> None:
    await make_role(api, "org:editor", READ, initially=True)
    made = await invited(api, acme.id, by=acme.admin, role="org:editor", expiresInDays=1)
    api.clock.forward(days=2)
    admin = await api.person(acme.admin.email)
    which = {"organizationId": acme.id, "invitationId": made["id"]}
    await api.send("revoke-invitation", by=admin, **which)
    assert (await shape(api, "deleteRole", key="org:editor")).payload

    async with unchanged(api):
        refused = await api.send("resend-invitation", by=admin, **which)

    assert codes(refused) == ["organization_invitation_not_grantable"]


# ------------------------------------------------------------------------------------- last manager


@pytest.mark.parametrize("lost", MANAGER)
async def test_no_edit_takes_an_organization_its_last_manager(
    api: Api, acme: Acme, lost: str
) -> None:
    await make_role(api, "org:chief", *MANAGER, initially=True)
    change = {"organizationId": acme.id, "userId": acme.admin.id, "role": "org:chief"}
    assert (await api.mutate("updateMembership", change, by=SERVICE)).payload
    lesser = [one for one in MANAGER if one != lost]

    async with unchanged(api):
        refused = await shape(api, "updateRole", key="org:chief", name="Lesser", permissions=lesser)
    await a_member(api, acme.id, "second@example.com", "org:admin")
    allowed = await shape(api, "updateRole", key="org:chief", name="Lesser", permissions=lesser)

    assert codes(refused) == ["organization_minimum_permissions_needed"]
    assert fields(refused) == ["input.permissions"]
    assert refused.user_errors[0]["meta"] == {
        "organizations": [{"id": acme.id, "name": "Acme"}],
        "count": 1,
    }
    assert allowed.payload


async def test_the_organizations_that_would_be_left_alone_are_named_up_to_ten(api: Api) -> None:
    await make_role(api, "org:chief", *MANAGER, initially=True)
    ada = await api.person("ada@example.com")
    ids: list[str] = []
    for number in range(12):
        ids.append(await an_organization(api, by=ada, name=f"Number {number}"))
        change = {"organizationId": ids[-1], "userId": ada.id, "role": "org:chief"}
        assert (await api.mutate("updateMembership", change, by=SERVICE)).payload
    managed = await an_organization(api, by=ada, name="Managed")

    refused = await shape(api, "updateRole", key="org:chief", permissions=[READ])

    (error,) = refused.user_errors
    assert error["meta"]["count"] == 12
    assert [one["id"] for one in error["meta"]["organizations"]] == ids[:10]
    assert error["message"].endswith("Number 9 and 2 more.")
    assert managed not in str(error)


async def test_an_organization_that_nobody_can_manage_already_blocks_no_edit(
    api: Api, acme: Acme
) -> None:
    await make_role(api, "org:chief", *MANAGER, initially=True)
    await a_member(api, acme.id, "chief@example.com", "org:chief")
    chief = await a_member(
        api, await an_organization(api, by=SERVICE, name="Lonely"), "lone@example.com", "org:member"
    )
    assert chief

    assert (await shape(api, "updateRole", key="org:member", permissions=[])).payload
    assert (await shape(api, "updateRole", key="org:chief", permissions=[])).payload


async def test_a_creator_role_keeps_what_creators_need(api: Api) -> None:
    await make_role(api, "org:founder", *MANAGER)
    await make_set(api, "role_set:other", "org:admin", "org:founder", creator="org:founder")

    async with unchanged(api):
        refused = await shape(api, "updateRole", key="org:founder", permissions=[READ, MANAGE])

    assert codes(refused) == ["organization_missing_creator_role_permissions"]
    assert refused.user_errors[0]["meta"] == {
        "role": "org:founder",
        "permissions": [DELETE],
        "role_sets": ["role_set:other"],
    }


# ----------------------------------------------------------------------------------------- granting


PATHS: dict[str, Callable[[Acme], tuple[str, JSON]]] = {
    "invite": lambda acme: (
        "createInvitation",
        {"emailAddress": "new@example.com", "role": "org:admin"},
    ),
    "bulk": lambda acme: (
        "createInvitations",
        {"recipients": [{"emailAddress": "new@example.com", "role": "org:admin"}]},
    ),
    "bulk for all": lambda acme: (
        "createInvitations",
        {"recipients": [{"emailAddress": "new@example.com"}], "role": "org:admin"},
    ),
    "promote": lambda acme: ("updateMembership", {"userId": acme.member.id, "role": "org:admin"}),
}


@pytest.mark.parametrize("path", PATHS)
async def test_who_manages_members_but_may_not_delete_gives_nobody_that_right(
    api: Api, acme: Acme, path: str
) -> None:
    await make_role(api, "org:recruiter", READ, MANAGE, initially=True)
    recruiter = await a_member(api, acme.id, "recruiter@example.com", "org:recruiter")
    mutation, input = PATHS[path](acme)
    input |= {"organizationId": acme.id}

    async with unchanged(api):
        refused = await api.mutate(mutation, input, by=recruiter)
    allowed = await api.mutate(mutation, input, by=acme.admin)

    assert (refused.code, refused.reason) == ("FORBIDDEN", "role_not_grantable")
    assert DELETE in refused.error["extensions"]["permissions"]
    assert allowed.payload


async def test_who_manages_members_but_may_not_delete_resends_nothing_greater(
    api: Api, acme: Acme
) -> None:
    await make_role(api, "org:recruiter", READ, MANAGE, initially=True)
    recruiter = await a_member(api, acme.id, "recruiter@example.com", "org:recruiter")
    made = await invited(api, acme.id, by=acme.admin, role="org:admin")
    which = {"organizationId": acme.id, "invitationId": made["id"]}

    async with unchanged(api):
        refused = await api.send("resend-invitation", by=recruiter, **which)

    assert (refused.code, refused.reason) == ("FORBIDDEN", "role_not_grantable")
    assert (
        await invite(api, acme.id, "other@example.com", by=recruiter, role="org:recruiter")
    ).payload


# -------------------------------------------------------------------------------------------- seeds


# The roles and the system permissions that exist from the start (rules 23 and 24).
SYSTEM = {
    "org:admin": {
        "org:sys_memberships:read",
        "org:sys_memberships:manage",
        "org:sys_profile:manage",
        "org:sys_profile:delete",
        "org:sys_domains:read",
        "org:sys_domains:manage",
        "org:sys_billing:read",
        "org:sys_billing:manage",
        "org:sys_entconns:manage",
        "org:sys_api_keys:read",
        "org:sys_api_keys:manage",
    },
    "org:member": {"org:sys_memberships:read", "org:sys_billing:read"},
}


async def test_the_roles_and_permissions_of_the_second_seed_document(api: Api, acme: Acme) -> None:
    """Its table, and permissions of one's own:
    org:<resource>:<action>; invented names are not silently false.
    """
    for key in ("org:posts:read", "org:posts:edit"):
        await make_permission(api, key)
    await make_role(api, "org:author", "org:posts:read", "org:posts:edit", initially=True)
    author = await a_member(api, acme.id, "author@example.com", "org:author")

    async def decided(permission: str) -> tuple[bool, str]:
        variables = {"organizationId": acme.id, "permission": permission}
        decision = (await api.send("check-permission", by=author, **variables)).data[
            "checkPermission"
        ]
        return decision["allowed"], decision["reason"]

    for key, permissions in SYSTEM.items():
        found = await role(api, key)
        assert found
        assert {one["key"] for one in found["permissions"]} == permissions
    assert await decided("org:posts:edit") == (True, "GRANTED_BY_ROLE")
    assert await decided("org:sys_memberships:manage") == (False, "ROLE_LACKS_PERMISSION")
    for invented in ("org:create", "org:manage_members", "org:update_metadata", "org:posts:delete"):
        assert await decided(invented) == (False, "UNKNOWN_PERMISSION")
        refused = await shape(api, "updateRole", key="org:author", permissions=[invented])
        assert codes(refused) == ["resource_not_found"]
        assert invented in refused.user_errors[0]["meta"]["nearest"]
    near = await shape(api, "updateRole", key="org:author", permissions=["org:posts:edt"])
    assert near.user_errors[0]["meta"]["nearest"]["org:posts:edt"][0] == "org:posts:edit"
