"""The role model changed while organizations use it, with
real concurrency, on SQLite and PostgreSQL (rules 8, 26).
"""

import asyncio
from functools import partial
from typing import Any

import pytest

from tests.invitations.test_invitation_races import at_once, losing_codes, wins
from tests.support.api import JSON, SERVICE, Api
from tests.support.data.factories import Acme, a_member, an_organization
from tests.support.data.invitations import invite
from tests.support.data.roles import (
    DELETE,
    MANAGE,
    PRIMARY,
    READ,
    make_role,
    make_set,
    role_set,
    shape,
)

pytestmark = pytest.mark.both_databases

OTHER = "role_set:other"
MANAGER = (READ, MANAGE, DELETE)

MODEL = """{ organizations { nodes { name roleSet { key roles { key } } missingMemberWithElevatedPermissions
    memberships { nodes { role { key } } } invitations(statuses: [PENDING]) { nodes { role { key } } } } } }"""


async def ensure_sound(api: Api) -> list[JSON]:
    """Every organization has a manager, and every role in use is one of its set's."""
    found: list[Any] = (await api.run(MODEL, by=SERVICE)).data["organizations"]["nodes"]
    for organization in found:
        offered = {role["key"] for role in organization["roleSet"]["roles"]}
        lists = (organization["memberships"]["nodes"], organization["invitations"]["nodes"])
        used = {entry["role"]["key"] for entries in lists for entry in entries}
        assert used <= offered, organization
        assert not organization["missingMemberWithElevatedPermissions"], organization
    return found


@pytest.mark.parametrize("turn", range(3))
async def test_a_role_loses_its_rights_while_the_other_manager_leaves(
    api: Api, acme: Acme, turn: int
) -> None:
    await make_role(api, "org:chief", *MANAGER, initially=True)
    await a_member(api, acme.id, "chief@example.com", "org:chief")
    calls = [
        partial(shape, api, "updateRole", key="org:chief", permissions=[READ]),
        partial(api.send, "leave-organization", by=acme.admin, organizationId=acme.id),
    ]

    answers = await at_once(calls if turn % 2 else calls[::-1])

    assert len(wins(answers)) == 1
    assert losing_codes(answers) == {"organization_minimum_permissions_needed"}
    await ensure_sound(api)


@pytest.mark.parametrize("turn", range(3))
async def test_a_role_leaves_while_people_are_added_and_invited_in_it(
    api: Api, acme: Acme, turn: int
) -> None:
    await make_role(api, "org:editor", READ, initially=True)
    people = [await api.person(f"p{number}@example.com") for number in range(6)]
    replace = partial(
        shape,
        api,
        "replaceRoleInRoleSet",
        roleSet=PRIMARY,
        role="org:editor",
        withRole="org:member",
    )

    def add(user_id: str) -> JSON:
        return {"organizationId": acme.id, "userId": user_id, "role": "org:editor"}

    adding = [
        partial(api.mutate, "createMembership", add(one.id), by=SERVICE) for one in people[:3]
    ]
    inviting = [
        partial(invite, api, acme.id, one.email, by=acme.admin, role="org:editor")
        for one in people[3:]
    ]
    calls = [*adding, *inviting]

    answers = await at_once([*calls[: 2 * turn], replace, *calls[2 * turn :]])

    assert losing_codes(answers) <= {"resource_not_found"}
    offered = await role_set(api)
    assert offered
    assert {"key": "org:editor"} not in offered["roles"]
    await ensure_sound(api)


async def test_a_role_is_deleted_or_given_never_both(api: Api, acme: Acme) -> None:
    await make_role(api, "org:editor", READ, initially=True)
    promote = {"organizationId": acme.id, "userId": acme.member.id, "role": "org:editor"}

    answers = await at_once(
        [
            partial(shape, api, "deleteRole", key="org:editor"),
            partial(api.mutate, "updateMembership", promote, by=SERVICE),
            partial(invite, api, acme.id, by=acme.admin, role="org:editor"),
        ]
    )

    deleted = not answers[0].user_errors
    assert [bool(answer.user_errors) for answer in answers[1:]] == [deleted] * 2 or len(
        wins(answers)
    ) == 2
    await ensure_sound(api)


async def test_organizations_are_made_while_their_set_goes(api: Api, acme: Acme) -> None:
    await make_role(api, "org:author", READ)
    await make_set(api, OTHER, "org:admin", "org:author")
    mappings = [{"from": "org:member", "to": "org:author"}]
    replace = partial(shape, api, "replaceRoleSet", key=PRIMARY, withKey=OTHER, mappings=mappings)
    making = [
        partial(an_organization, api, by=acme.admin, name=f"Number {number}") for number in range(6)
    ]

    _, replaced, _ = await asyncio.gather(
        asyncio.gather(*(make() for make in making[:3])),
        replace(),
        asyncio.gather(*(make() for make in making[3:])),
    )

    assert replaced.payload
    assert {one["roleSet"]["key"] for one in await ensure_sound(api)} == {OTHER}


async def test_two_edits_that_each_leave_a_manager_do_not_leave_none_together(
    api: Api, acme: Acme
) -> None:
    await make_role(api, "org:chief", *MANAGER, initially=True)
    await make_role(api, "org:head", *MANAGER, initially=True)
    await a_member(api, acme.id, "chief@example.com", "org:chief")
    change = {"organizationId": acme.id, "userId": acme.admin.id, "role": "org:head"}
    assert (await api.mutate("updateMembership", change, by=SERVICE)).payload

    answers = await at_once(
        [
            partial(shape, api, "updateRole", key="org:chief", permissions=[READ]),
            partial(
                shape,
                api,
                "replaceRoleInRoleSet",
                roleSet=PRIMARY,
                role="org:head",
                withRole="org:member",
            ),
        ]
    )

    assert len(wins(answers)) == 1
    assert losing_codes(answers) == {"organization_minimum_permissions_needed"}
    await ensure_sound(api)
