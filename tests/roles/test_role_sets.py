"""Role sets: who may use which roles, and what
becomes of people when a role leaves (rules 24 to 26).
"""

import pytest

from tests.conftest import counted
from tests.support.api import JSON, SERVICE, Api, Caller, events
from tests.support.data.factories import Acme, a_member, an_organization
from tests.support.data.invitations import (
    accept,
    codes,
    fields,
    invite,
    invited,
    stored,
    ticket,
    unchanged,
)
from tests.support.data.roles import (
    DELETE,
    MANAGE,
    PRIMARY,
    READ,
    ROLE_SET,
    make_role,
    make_set,
    role,
    role_set,
    roles_of,
    shape,
)

OTHER = "role_set:other"
MAPPINGS = [{"from": "org:member", "to": "org:editor"}]
MANAGER = (READ, MANAGE, DELETE)
FIRST = ["org:admin", "org:member"]


def keys(found: JSON) -> list[str]:
    roles: list[dict[str, str]] = found["roles"]
    return [one["key"] for one in roles]


async def stored_role(api: Api, key: str) -> str:
    found = await role(api, key)
    assert found
    return found["id"]


async def since(api: Api, start: int) -> list[str]:
    return [event["type"] for event in (await events(api.store))[start:]]


# ------------------------------------------------------------------------------------------- making


async def test_a_role_set_is_made(api: Api) -> None:
    await make_role(api, "org:editor", READ)

    made = await make_set(api, OTHER, "org:admin", "org:editor", "org:editor")

    assert made == {
        "id": made["id"],
        "key": OTHER,
        "name": "Set",
        "isInitial": False,
        "roles": [{"key": "org:admin"}, {"key": "org:editor"}],
        "defaultRole": {"key": "org:editor"},
        "creatorRole": {"key": "org:admin"},
    }
    assert await role_set(api, OTHER) == made


async def test_a_role_set_without_a_key_is_named_after_its_name(api: Api) -> None:
    values = {
        "name": "Partners & Friends",
        "roles": FIRST,
        "defaultRole": "org:member",
        "creatorRole": "org:admin",
    }

    first = (await shape(api, "createRoleSet", ROLE_SET, **values)).payload["roleSet"]["key"]
    second = (await shape(api, "createRoleSet", ROLE_SET, **values)).payload["roleSet"]["key"]

    assert first == "role_set:partners_friends"
    assert second.startswith(f"{first}_")


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"key": PRIMARY}, "form_identifier_exists", "key"),
        ({"key": "role_set:Other"}, "form_param_format_invalid", "key"),
        ({"key": "other"}, "form_param_format_invalid", "key"),
        ({"name": " "}, "form_param_missing", "name"),
        ({"roles": []}, "form_param_missing", "roles"),
        ({"roles": ["org:admin", "org:nobody"]}, "resource_not_found", "roles"),
        ({"defaultRole": "org:editor"}, "form_param_value_invalid", "defaultRole"),
        ({"creatorRole": "org:editor"}, "form_param_value_invalid", "creatorRole"),
        (
            {"creatorRole": "org:member"},
            "organization_missing_creator_role_permissions",
            "creatorRole",
        ),
    ],
)
async def test_what_is_wrong_with_a_role_set_is_named(
    api: Api, changed: dict[str, object], code: str, field: str
) -> None:
    await make_role(api, "org:editor", READ)
    good = {
        "key": OTHER,
        "name": "Set",
        "roles": FIRST,
        "defaultRole": "org:member",
        "creatorRole": "org:admin",
    }

    async with unchanged(api):
        refused = await shape(api, "createRoleSet", **{**good, **changed})

    assert codes(refused) == [code]
    assert fields(refused) == [f"input.{field}"]
    assert (await shape(api, "createRoleSet", **good)).payload


# ----------------------------------------------------------------------------------------- changing


async def test_a_role_set_is_renamed_and_grows(api: Api, acme: Acme) -> None:
    await make_role(api, "org:editor", READ)
    start = len(await events(api.store))

    changed = (
        await shape(
            api,
            "updateRoleSet",
            ROLE_SET,
            key=PRIMARY,
            name="First",
            addRoles=["org:editor"],
            defaultRole="org:editor",
        )
    ).payload["roleSet"]
    made = await invited(api, acme.id, by=acme.admin)

    assert (changed["name"], keys(changed), changed["defaultRole"]) == (
        "First",
        [*FIRST, "org:editor"],
        {"key": "org:editor"},
    )
    assert made["role"] == {"key": "org:editor"}
    (event,) = [
        event for event in (await events(api.store))[start:] if event["type"] == "roleSet.updated"
    ]
    assert event["changes"] == {"name": "Primary", "default_role": "org:member", "roles": FIRST} | {
        "name": event["changes"]["name"]
    }


async def test_a_change_that_changes_nothing_leaves_no_event(api: Api) -> None:
    async with unchanged(api):
        same = await shape(
            api,
            "updateRoleSet",
            key=PRIMARY,
            addRoles=FIRST,
            creatorRole="org:admin",
            makeInitial=True,
        )

    assert same.payload["cursor"] is None


async def test_a_creator_role_can_manage(api: Api) -> None:
    async with unchanged(api):
        refused = await shape(
            api, "updateRoleSet", key=PRIMARY, creatorRole="org:member", defaultRole="org:nobody"
        )

    assert codes(refused) == [
        "form_param_value_invalid",
        "organization_missing_creator_role_permissions",
    ]


async def test_another_set_becomes_initial_and_old_organizations_keep_theirs(
    api: Api, acme: Acme
) -> None:
    await make_role(api, "org:editor", READ)
    await make_set(api, OTHER, "org:admin", "org:editor")
    start = len(await events(api.store))

    crowned = (await shape(api, "updateRoleSet", ROLE_SET, key=OTHER, makeInitial=True)).payload[
        "roleSet"
    ]
    written = await since(api, start)
    new = await an_organization(api, by=acme.admin, name="New")
    added = await a_member(api, new, acme.member)
    async with unchanged(api):
        refused = await shape(api, "updateRoleSet", key=OTHER, makeInitial=False)

    primary = await role_set(api)
    assert primary
    assert (crowned["isInitial"], primary["isInitial"]) == (True, False)
    assert written == ["roleSet.updated"] * 2
    assert (await roles_of(api, new))[added.email] == "org:editor"
    assert (await roles_of(api, acme.id))[acme.member.email] == "org:member"
    assert codes(refused) == ["form_param_value_invalid"]


# --------------------------------------------------------------------------------- replacing a role


async def test_who_has_a_role_that_leaves_gets_the_other_one(api: Api, acme: Acme) -> None:
    await make_role(api, "org:editor", READ)
    made = await invited(api, acme.id, by=acme.admin)
    revoked = await invited(api, acme.id, "revoked@example.com", by=acme.admin)
    await api.send(
        "revoke-invitation", by=acme.admin, organizationId=acme.id, invitationId=revoked["id"]
    )
    start = len(await events(api.store))

    replaced = (
        await shape(
            api,
            "replaceRoleInRoleSet",
            ROLE_SET,
            roleSet=PRIMARY,
            role="org:member",
            withRole="org:editor",
        )
    ).payload["roleSet"]

    written = (await events(api.store))[start:]
    new = await api.person("new@example.com")
    joined = (await accept(api, by=new, ticket=await ticket(api, made["id"]))).payload["membership"]
    assert (keys(replaced), replaced["defaultRole"]) == (
        ["org:admin", "org:editor"],
        {"key": "org:editor"},
    )
    assert await roles_of(api, acme.id) == {
        acme.admin.email: "org:admin",
        acme.member.email: "org:editor",
        "new@example.com": "org:editor",
    }
    assert joined["role"] == {"key": "org:editor"}
    assert (await stored(api, revoked["id"]))["role_id"] == (await stored_role(api, "org:member"))
    assert [event["type"] for event in written] == [
        "organizationMembership.updated",
        "roleSet.updated",
    ]
    assert (written[0]["changes"], written[0]["data"]["role"]) == (
        {"role": "org:member"},
        "org:editor",
    )
    assert written[0]["data"]["permissions"] == [READ]
    assert written[0]["user_id"] == acme.member.id
    assert written[1]["changes"] == {"default_role": "org:member", "roles": FIRST}
    assert (
        await invite(api, acme.id, "third@example.com", by=acme.admin, role="org:member")
    ).user_errors


async def test_a_role_leaves_one_set_and_stays_in_the_others(api: Api, acme: Acme) -> None:
    await make_role(api, "org:editor", READ)
    await make_set(api, OTHER, "org:admin", "org:member", "org:editor")
    second = await an_organization(api, by=SERVICE, name="Second", roleSet=OTHER)
    await a_member(api, second, acme.member, "org:member")

    assert (
        await shape(
            api, "replaceRoleInRoleSet", roleSet=OTHER, role="org:member", withRole="org:editor"
        )
    ).payload

    assert (await roles_of(api, second))[acme.member.email] == "org:editor"
    assert (await roles_of(api, acme.id))[acme.member.email] == "org:member"


@pytest.mark.parametrize(
    ("input", "code", "field"),
    [
        ({"roleSet": "role_set:none"}, "resource_not_found", "roleSet"),
        ({"role": "org:editor"}, "form_param_value_invalid", "role"),
        ({"withRole": "org:nobody"}, "resource_not_found", "withRole"),
        ({"withRole": "org:admin"}, "form_param_value_invalid", "withRole"),
        ({"withRole": "org:editor"}, "organization_missing_creator_role_permissions", "withRole"),
    ],
)
async def test_a_replacement_that_can_t_be_is_refused(
    api: Api, acme: Acme, input: dict[str, str], code: str, field: str
) -> None:
    await make_role(api, "org:editor", READ)
    await make_role(api, "org:chief", *MANAGER)
    good = {"roleSet": PRIMARY, "role": "org:admin", "withRole": "org:chief"}

    async with unchanged(api):
        refused = await shape(api, "replaceRoleInRoleSet", **{**good, **input})

    assert (codes(refused), fields(refused)) == ([code], [f"input.{field}"])
    assert (await shape(api, "replaceRoleInRoleSet", **good)).payload


async def test_a_replacement_keeps_every_organization_s_manager(api: Api, acme: Acme) -> None:
    await make_role(api, "org:chief", *MANAGER, initially=True)
    change = {"organizationId": acme.id, "userId": acme.admin.id, "role": "org:chief"}
    assert (await api.mutate("updateMembership", change, by=SERVICE)).payload
    lesser = {"roleSet": PRIMARY, "role": "org:chief", "withRole": "org:member"}

    async with unchanged(api):
        refused = await shape(api, "replaceRoleInRoleSet", **lesser)
    await a_member(api, acme.id, "second@example.com", "org:admin")

    assert codes(refused) == ["organization_minimum_permissions_needed"]
    assert refused.user_errors[0]["meta"] == {
        "organizations": [{"id": acme.id, "name": "Acme"}],
        "count": 1,
    }
    assert (await shape(api, "replaceRoleInRoleSet", **lesser)).payload


# ---------------------------------------------------------------------------------- replacing a set


async def test_a_set_is_deleted_and_its_organizations_move(api: Api, acme: Acme) -> None:
    await make_role(api, "org:editor", READ)
    await make_set(api, OTHER, "org:admin", "org:editor")
    second = await an_organization(api, by=acme.admin, name="Second")
    await invited(api, second, by=acme.admin)
    start = len(await events(api.store))

    answer = await shape(
        api,
        "replaceRoleSet",
        ROLE_SET,
        key=PRIMARY,
        withKey=OTHER,
        mappings=MAPPINGS,
    )

    moved = answer.payload["roleSet"]
    assert (moved["key"], moved["isInitial"]) == (OTHER, True)
    assert await role_set(api) is None
    assert (await roles_of(api, acme.id))[acme.member.email] == "org:editor"
    assert await roles_of(api, second) == {
        acme.admin.email: "org:admin",
        "new@example.com": "org:editor",
    }
    assert await since(api, start) == [
        "organizationMembership.updated",
        "organization.updated",
        "organization.updated",
        "roleSet.updated",
        "roleSet.deleted",
    ]
    assert (await an_organization(api, by=acme.admin, name="Third")) != second


async def test_roles_that_need_a_mapping_are_listed(api: Api, acme: Acme) -> None:
    await make_role(api, "org:editor", READ, initially=True)
    await make_role(api, "org:author", READ)
    await make_set(api, OTHER, "org:admin", "org:author")
    await invited(api, acme.id, by=acme.admin, role="org:editor")

    async with unchanged(api):
        refused = await shape(api, "replaceRoleSet", key=PRIMARY, withKey=OTHER)
        half = await shape(
            api,
            "replaceRoleSet",
            key=PRIMARY,
            withKey=OTHER,
            mappings=[{"from": "org:editor", "to": "org:author"}],
        )

    assert (codes(refused), fields(refused)) == (["form_param_missing"], ["input.mappings"])
    assert refused.user_errors[0]["meta"] == {"roles": ["org:editor", "org:member"]}
    assert half.user_errors[0]["meta"] == {"roles": ["org:member"]}


async def test_an_invitation_that_lapsed_needs_no_mapping_and_keeps_its_role(
    api: Api, acme: Acme
) -> None:
    await make_role(api, "org:editor", READ, initially=True)
    await make_set(api, OTHER, "org:admin", "org:member")
    made = await invited(api, acme.id, by=acme.admin, role="org:editor", expiresInDays=1)
    needed = await shape(api, "replaceRoleSet", key=PRIMARY, withKey=OTHER)
    api.clock.forward(days=2)

    assert (await shape(api, "replaceRoleSet", key=PRIMARY, withKey=OTHER)).payload

    assert needed.user_errors[0]["meta"] == {"roles": ["org:editor"]}
    assert (await stored(api, made["id"]))["role_id"] == await stored_role(api, "org:editor")


@pytest.mark.parametrize(
    ("mappings", "code"),
    [
        ([("org:member", "org:nobody")], "resource_not_found"),
        ([("org:member", "org:member")], "resource_not_found"),
        ([("org:member", "org:author"), ("org:member", "org:admin")], "form_param_value_invalid"),
    ],
)
async def test_a_mapping_that_can_t_be_is_refused(
    api: Api, acme: Acme, mappings: list[tuple[str, str]], code: str
) -> None:
    await make_role(api, "org:author", READ)
    await make_set(api, OTHER, "org:admin", "org:author")
    bad = [{"from": source, "to": target} for source, target in mappings]
    good = [{"from": "org:member", "to": "org:author"}]

    async with unchanged(api):
        refused = await shape(
            api, "setOrganizationRoleSet", organizationId=acme.id, roleSet=OTHER, mappings=bad
        )

    assert (codes(refused), fields(refused)) == ([code], ["input.mappings"])
    set_ = await shape(
        api, "setOrganizationRoleSet", organizationId=acme.id, roleSet=OTHER, mappings=good
    )
    assert set_.payload


@pytest.mark.parametrize(
    ("input", "found"),
    [
        ({"key": "role_set:none"}, [("resource_not_found", "input.key")]),
        ({"withKey": "role_set:none"}, [("resource_not_found", "input.withKey")]),
        ({"withKey": PRIMARY}, [("form_param_value_invalid", "input.withKey")]),
    ],
)
async def test_a_set_is_replaced_by_another_that_is_there(
    api: Api, input: dict[str, str], found: list[tuple[str, str]]
) -> None:
    await make_set(api, OTHER, *FIRST)

    async with unchanged(api):
        refused = await shape(api, "replaceRoleSet", **{"key": PRIMARY, "withKey": OTHER, **input})

    assert list(zip(codes(refused), fields(refused), strict=True)) == found


# --------------------------------------------------------------------------- one organization's set


async def test_an_organization_gets_another_set(api: Api, acme: Acme) -> None:
    await make_role(api, "org:author", READ)
    await make_set(api, OTHER, "org:admin", "org:author")
    mappings = [
        {"from": "org:member", "to": "org:author"},
        {"from": "org:admin", "to": "org:admin"},
    ]
    selection = "organization { id roleSet { key } roles { key } }"

    answer = await shape(
        api,
        "setOrganizationRoleSet",
        selection,
        organizationId=acme.id,
        roleSet=OTHER,
        mappings=mappings,
    )

    assert answer.payload["organization"] == {
        "id": acme.id,
        "roleSet": {"key": OTHER},
        "roles": [{"key": "org:admin"}, {"key": "org:author"}],
    }
    assert await roles_of(api, acme.id) == {
        acme.admin.email: "org:admin",
        acme.member.email: "org:author",
    }
    (event,) = [one for one in await events(api.store) if one["type"] == "organization.updated"]
    assert event["changes"] == {"role_set": PRIMARY}


async def test_the_last_manager_is_not_mapped_to_less(api: Api, acme: Acme) -> None:
    await make_set(api, OTHER, *FIRST)
    mappings = [{"from": "org:admin", "to": "org:member"}]

    async with unchanged(api):
        refused = await shape(
            api, "setOrganizationRoleSet", organizationId=acme.id, roleSet=OTHER, mappings=mappings
        )

    assert codes(refused) == ["organization_minimum_permissions_needed"]
    assert (
        await shape(api, "setOrganizationRoleSet", organizationId=acme.id, roleSet=OTHER)
    ).payload


async def test_an_organization_that_is_not_there_has_no_set(api: Api) -> None:
    answer = await shape(
        api,
        "setOrganizationRoleSet",
        organizationId="org_01m803rqhgwgafn17w2nqwqyh5",
        roleSet=PRIMARY,
    )

    assert answer.code == "NOT_FOUND"


# --------------------------------------------------------------------------------------- statements


@pytest.mark.both_databases
@pytest.mark.parametrize("members", [1, 20])
async def test_a_move_takes_hardly_more_statements_for_many_than_for_one(
    api: Api, acme: Acme, members: int
) -> None:
    await make_role(api, "org:author", READ)
    people: list[Caller] = [
        await a_member(api, acme.id, f"user{number}@example.com") for number in range(members)
    ]

    with counted(api.store) as statements:
        assert (
            await shape(
                api,
                "replaceRoleInRoleSet",
                roleSet=PRIMARY,
                role="org:member",
                withRole="org:author",
            )
        ).payload

    assert len(people) == members
    assert (
        len(
            [
                one
                for one in statements
                if "membership" in one and one.startswith(("UPDATE", "INSERT"))
            ]
        )
        == 1
    )
    # A few events are one statement. Many are one more, and on PostgreSQL one for the lock of the log.
    few, many = (21, 22) if api.store.is_sqlite else (22, 24)
    assert len(statements) == (many if members > 1 else few)
