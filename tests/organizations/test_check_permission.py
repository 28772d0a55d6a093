"""checkPermission and viewerCan: every reason, and that
no answer tells of an organization one does not belong to.
"""

from typing import Any

from models.roles import SYSTEM_PERMISSIONS
from tests.support.api import JSON, NOBODY, SERVICE, Api, Caller
from tests.support.data.factories import Acme, a_member
from tests.support.data.rows import a_role

MANAGE = "org:sys_memberships:manage"
UNKNOWN = [
    "org:none:such",
    "",
    "org:sys_memberships: manage",
    "ORG:SYS_MEMBERSHIPS:MANAGE",
    "%",
    "' OR 1=1 --",
]
ABSENT = "org_00000000000000000000000000"
CHECK = """query($id: ID!, $permission: String!, $user: ID) {
  checkPermission(organizationId: $id, permission: $permission, userId: $user) {
    allowed reason permission role { key } } }"""


async def decision(
    api: Api, by: Caller, id: str, permission: str = MANAGE, user: str | None = None
) -> Any:
    variables = {"id": id, "permission": permission, "user": user}
    return (await api.run(CHECK, variables, by=by)).data["checkPermission"]


def answer(reason: str, role: str | None = None, permission: str = MANAGE) -> JSON:
    allowed = reason in {"GRANTED_BY_ROLE", "SECRET_KEY"}
    return {
        "allowed": allowed,
        "reason": reason,
        "permission": permission,
        "role": role and {"key": role},
    }


async def test_the_role_grants_or_fails_to_grant(api: Api, acme: Acme) -> None:
    await a_role(api.store, "org:empty")
    empty = await a_member(api, acme.id, "empty@example.com", "org:empty")

    assert await decision(api, acme.admin, acme.id) == answer("GRANTED_BY_ROLE", "org:admin")
    assert await decision(api, acme.member, acme.id) == answer(
        "ROLE_LACKS_PERMISSION", "org:member"
    )
    assert await decision(api, empty, acme.id) == answer("ROLE_LACKS_PERMISSION", "org:empty")


async def test_who_is_no_member_learns_nothing_of_the_organization(api: Api, acme: Acme) -> None:
    for id in (acme.id, ABSENT, "acme", acme.admin.id, ""):
        assert await decision(api, acme.outsider, id) == answer("NOT_A_MEMBER"), id
        assert await decision(api, SERVICE, id, user=acme.outsider.id) == answer("NOT_A_MEMBER"), id
    assert await decision(api, acme.outsider, acme.id, "org:none:such") == answer(
        "UNKNOWN_PERMISSION", permission="org:none:such"
    )


async def test_an_unknown_permission_is_an_answer(api: Api, acme: Acme) -> None:
    for permission in UNKNOWN:
        expected = answer("UNKNOWN_PERMISSION", permission=permission)
        for caller, user in (
            (acme.admin, None),
            (acme.outsider, None),
            (SERVICE, None),
            (SERVICE, acme.admin.id),
        ):
            assert await decision(api, caller, acme.id, permission, user) == expected, permission


async def test_a_secret_key_holds_every_permission_everywhere(api: Api, acme: Acme) -> None:
    for permission in SYSTEM_PERMISSIONS:
        expected = answer("SECRET_KEY", permission=permission)
        assert await decision(api, SERVICE, acme.id, permission) == expected
    assert await decision(api, SERVICE, ABSENT) == answer("SECRET_KEY")


async def test_a_secret_key_asks_about_anybody(api: Api, acme: Acme) -> None:
    people = {
        acme.admin.id: answer("GRANTED_BY_ROLE", "org:admin"),
        acme.member.id: answer("ROLE_LACKS_PERMISSION", "org:member"),
        acme.outsider.id: answer("NOT_A_MEMBER"),
        "user_00000000000000000000000000": answer("NOT_A_MEMBER"),
        "": answer("NOT_A_MEMBER"),
    }

    for user, expected in people.items():
        assert await decision(api, SERVICE, acme.id, user=user) == expected, user


async def test_a_user_asks_about_nobody_else(api: Api, acme: Acme) -> None:
    variables = {"id": acme.id, "permission": MANAGE}

    assert await decision(api, acme.admin, acme.id, user=acme.admin.id) == answer(
        "GRANTED_BY_ROLE", "org:admin"
    )
    for user in (acme.member.id, acme.outsider.id, "user_00000000000000000000000000", ""):
        refused = await api.run(CHECK, {**variables, "user": user}, by=acme.admin)
        assert (refused.code, refused.reason) == ("FORBIDDEN", "secret_key_required")
        assert refused.body["data"] == {"checkPermission": None}


async def test_nobody_asks_nothing(api: Api, acme: Acme) -> None:
    assert (
        await api.run(CHECK, {"id": acme.id, "permission": MANAGE}, by=NOBODY)
    ).code == "UNAUTHENTICATED"


async def test_a_removed_member_is_one_at_once_no_more(api: Api, acme: Acme) -> None:
    before = await decision(api, acme.member, acme.id)

    await api.mutate(
        "removeMembership", {"organizationId": acme.id, "userId": acme.member.id}, by=acme.admin
    )

    assert before == answer("ROLE_LACKS_PERMISSION", "org:member")
    assert await decision(api, acme.member, acme.id) == answer("NOT_A_MEMBER")


async def test_when_organizations_are_off_that_is_the_answer(api: Api, acme: Acme) -> None:
    assert (await api.mutate("updateInstance", {"organizationsEnabled": False}, by=SERVICE)).data

    for permission in (MANAGE, "org:none:such"):
        expected = answer("ORGANIZATIONS_DISABLED", permission=permission)
        for caller in (acme.admin, acme.member, acme.outsider):
            assert await decision(api, caller, acme.id, permission) == expected
        assert await decision(api, SERVICE, acme.id, permission, acme.admin.id) == expected
    assert await decision(api, SERVICE, acme.id) == answer("SECRET_KEY")


# ---------------------------------------------------------------------------------------- viewerCan

CAN = """query($id: ID!, $permission: String!) { organization(by: { id: $id }) {
  viewerCan(permission: $permission) viewerPermissions } }"""


async def can(api: Api, by: Caller, id: str, permission: str) -> bool:
    found = (await api.run(CAN, {"id": id, "permission": permission}, by=by)).data["organization"]
    assert found["viewerCan"] == (permission in found["viewerPermissions"])
    assert found["viewerPermissions"] == sorted(found["viewerPermissions"])
    return found["viewerCan"]


async def test_viewer_can_what_the_role_holds(api: Api, acme: Acme) -> None:
    of_members = {"org:sys_memberships:read", "org:sys_billing:read"}

    for permission in SYSTEM_PERMISSIONS:
        assert await can(api, acme.admin, acme.id, permission)
        assert await can(api, SERVICE, acme.id, permission)
        assert await can(api, acme.member, acme.id, permission) == (permission in of_members)


async def test_viewer_can_nothing_unknown(api: Api, acme: Acme) -> None:
    for permission in UNKNOWN:
        for caller in (acme.admin, acme.member, SERVICE):
            assert not await can(api, caller, acme.id, permission), permission
