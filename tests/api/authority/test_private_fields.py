"""Fields that not everybody who sees an object may
read: role by field, on every road to the object.
"""

from typing import Any

import pytest

from models.roles import MEMBERSHIPS_READ
from tests.support.api import JSON, SERVICE, Answer, Api, Caller
from tests.support.data.factories import Acme, a_member, an_organization
from tests.support.data.rows import a_role

PRIVATE = """id externalId emailAddress emailVerified privateMetadata createOrganizationEnabled createOrganizationsLimit
  memberships { totalCount }"""
OWN = {
    "externalId",
    "emailAddress",
    "emailVerified",
    "createOrganizationEnabled",
    "createOrganizationsLimit",
}
# The fields of User that each caller reads of Grace; the others are null.
SHOWN = {
    "self": OWN | {"memberships"},
    "fellow": set[str](),
    "admin": set[str](),
    "service": OWN | {"memberships", "privateMetadata"},
}

ROADS = {
    "user": f"user(id: $user) {{ {PRIVATE} }}",
    "node": f"node(id: $user) {{ ... on User {{ {PRIVATE} }} }}",
    "membership": f"membership(organizationId: $id, userId: $user) {{ user {{ {PRIVATE} }} }}",
    "member": f"organization(by: {{ id: $id }})"
    f" {{ membership(userId: $user) {{ user {{ {PRIVATE} }} }} }}",
    "members": f"""organization(by: {{ id: $id }}) {{
      memberships(query: "grace") {{ nodes {{ user {{ {PRIVATE} }} }} }} }}""",
    "creator": f"organization(by: {{ id: $id }}) {{ createdBy {{ {PRIVATE} }} }}",
    "members'"
    " members": f"""organization(by: {{ id: $id }}) {{ memberships(first: 1) {{ nodes {{ organization {{
      memberships(query: "grace") {{ nodes {{ user {{ {PRIVATE} }} }} }} }} }} }} }}""",
}


async def read(api: Api, selection: str, by: Caller, **ids: str) -> Answer:
    """Sends a query of which each variable is an id."""
    used = {name: value for name, value in ids.items() if f"${name}" in selection}
    declared = "".join(f"${name}: ID! " for name in used)
    return await api.run(
        f"query({declared}) {{ {selection} }}" if used else f"{{ {selection} }}", used, by=by
    )


def user_in(found: Any) -> JSON:
    """The user at the end of the road."""
    while "externalId" not in found:
        found = next(iter(found if "append" in dir(found) else found.values()))
    return found


@pytest.fixture
async def callers(api: Api, acme: Acme) -> dict[str, Caller]:
    """Grace has something in every private field; Ada administers the organization that Grace made."""
    given = {
        "userId": acme.member.id,
        "createOrganizationEnabled": True,
        "createOrganizationsLimit": 5,
        "privateMetadata": {"plan": "secret"},
    }
    assert (await api.mutate("updateUser", given, by=SERVICE)).payload
    fellow = await a_member(api, acme.id, "fellow@example.com")
    return {"self": acme.member, "fellow": fellow, "admin": acme.admin, "service": SERVICE}


@pytest.fixture
async def made_by_grace(api: Api, acme: Acme, callers: dict[str, Caller]) -> str:
    organization_id = await an_organization(api, by=acme.member, name="Made by Grace")
    await a_member(api, organization_id, acme.admin, "org:admin")
    await a_member(api, organization_id, callers["fellow"])
    return organization_id


async def test_private_fields_of_a_user_are_for_the_user_and_secret_keys(
    api: Api, acme: Acme, callers: dict[str, Caller], made_by_grace: str
) -> None:
    for name, caller in callers.items():
        for way, road in ROADS.items():
            user = user_in(
                (await read(api, road, caller, id=made_by_grace, user=acme.member.id)).data
            )

            assert user.pop("id") == acme.member.id
            assert {field for field, value in user.items() if value is not None} == SHOWN[name], (
                name,
                way,
            )


ORGANIZATION = """query($id: ID!) { organization(by: { id: $id }) {
  privateMetadata viewerMembership { privateMetadata } memberships { nodes { privateMetadata publicMetadata } } } }"""


async def test_private_metadata_is_for_secret_keys(
    api: Api, acme: Acme, callers: dict[str, Caller]
) -> None:
    note = {"organizationId": acme.id, "mode": "MERGE", "privateMetadata": {"plan": "secret"}}
    assert (await api.mutate("updateOrganizationMetadata", note, by=SERVICE)).payload
    for person in (acme.admin, acme.member, callers["fellow"]):
        assert (
            await api.mutate("updateMembershipMetadata", {**note, "userId": person.id}, by=SERVICE)
        ).payload

    for name in ("self", "fellow", "admin"):
        found = (await api.run(ORGANIZATION, {"id": acme.id}, by=callers[name])).data[
            "organization"
        ]
        assert found["privateMetadata"] is found["viewerMembership"]["privateMetadata"] is None
        assert [one["privateMetadata"] for one in found["memberships"]["nodes"]] == [None] * 3
        assert [one["publicMetadata"] for one in found["memberships"]["nodes"]] == [{}] * 3
    found = (await api.run(ORGANIZATION, {"id": acme.id}, by=SERVICE)).data["organization"]
    assert found["privateMetadata"] == {"plan": "secret"}
    assert [one["privateMetadata"] for one in found["memberships"]["nodes"]] == [
        {"plan": "secret"}
    ] * 3


async def test_what_is_private_is_not_found_by_searching(
    api: Api, acme: Acme, callers: dict[str, Caller]
) -> None:
    document = """query($id: ID!, $query: String) { organization(by: { id: $id }) {
      memberships(query: $query) { totalCount } } }"""

    for query, total in {"grace@": 1, "sub|grace": 0, "secret": 0, "plan": 0}.items():
        for caller in (callers["fellow"], SERVICE):
            answer = await api.run(document, {"id": acme.id, "query": query}, by=caller)
            assert answer.data["organization"]["memberships"]["totalCount"] == total, query


# ----------------------------------------------------------------------------------- fellow members

ELSEWHERE = """query($id: ID!, $acme: ID!) { organization(by: { id: $acme }) { memberships { nodes {
  user { identifier memberships { nodes { organization { name memberships { nodes { id } } } } } }
} } } user(id: $id) { memberships { nodes { organization { name } } } } }"""


async def test_a_fellow_members_other_organizations_are_not_to_be_seen(
    api: Api, acme: Acme
) -> None:
    await an_organization(api, by=acme.member, name="Elsewhere")

    seen = await api.run(ELSEWHERE, {"id": acme.member.id, "acme": acme.id}, by=acme.admin)

    assert "Elsewhere" not in repr(seen.data)
    assert seen.data["user"] == {"memberships": None}
    users = [one["user"] for one in seen.data["organization"]["memberships"]["nodes"]]
    assert [user["identifier"] for user in users] == ["grace@example.com", "ada@example.com"]
    assert [user["memberships"] is None for user in users] == [True, False]
    own = await api.run(ELSEWHERE, {"id": acme.member.id, "acme": acme.id}, by=acme.member)
    assert "Elsewhere" in repr(own.data["user"])


CREATOR = "query($id: ID!) { organization(by: { id: $id }) { createdBy { identifier } } }"


async def test_a_creator_who_left_is_shown_to_secret_keys_only(api: Api, acme: Acme) -> None:
    who = {"organizationId": acme.id, "userId": acme.member.id}
    assert (
        await api.mutate("updateMembership", {**who, "role": "org:admin"}, by=acme.admin)
    ).payload
    before = (await api.run(CREATOR, {"id": acme.id}, by=acme.member)).data["organization"]

    assert (
        await api.mutate("leaveOrganization", {"organizationId": acme.id}, by=acme.admin)
    ).payload

    assert before == {"createdBy": {"identifier": "ada@example.com"}}
    assert (await api.run(CREATOR, {"id": acme.id}, by=acme.member)).data["organization"] == {
        "createdBy": None
    }
    assert (await api.run(CREATOR, {"id": acme.id}, by=SERVICE)).data["organization"] == before


# ------------------------------------------------------------------- without the permission to read

MEMBERS = "organization(by: { id: $id }) { id memberships { totalCount } }"
MEMBER = "organization(by: { id: $id }) { id membership(userId: $user) { id } }"
OWN_VIEW = """
  organization(by: { id: $id }) {
    name membersCount createdBy { id } viewerPermissions viewerMembership { user { id } } }
  membership(organizationId: $id, userId: $user) { user { id } }
  viewer { membership(organizationId: $id) { user { id } } memberships { nodes { organization { name } } } }"""
OTHERS = "membership(organizationId: $id, userId: $user) { id } user(id: $user) { id }"


async def test_members_are_listed_to_who_holds_the_permission(api: Api, acme: Acme) -> None:
    await a_role(api.store, "org:blind", "org:sys_billing:read")
    blind = await a_member(api, acme.id, "blind@example.com", "org:blind")
    ids = {"id": acme.id, "user": acme.admin.id}
    refusal = {
        "code": "FORBIDDEN",
        "reason": "missing_organization_permission",
        "permissions": [MEMBERSHIPS_READ],
    }

    for selection, field in ((MEMBERS, "memberships"), (MEMBER, "membership")):
        assert (await read(api, selection, acme.member, **ids)).data["organization"][field]
        refused = await read(api, selection, blind, **ids)
        assert refused.error["extensions"] == refusal
        assert refused.body["data"] == {"organization": {"id": acme.id, field: None}}
    assert all((await read(api, OTHERS, acme.member, **ids)).data.values())
    assert (await read(api, OTHERS, blind, **ids)).data == {"membership": None, "user": None}


async def test_without_the_permission_one_still_sees_the_organization_and_oneself(
    api: Api, acme: Acme
) -> None:
    await a_role(api.store, "org:blind", "org:sys_billing:read")
    blind = await a_member(api, acme.id, "blind@example.com", "org:blind")

    seen = (await read(api, OWN_VIEW, blind, id=acme.id, user=blind.id)).data

    own = {"user": {"id": blind.id}}
    assert seen == {
        "organization": {
            "name": "Acme",
            "membersCount": 3,
            "createdBy": None,
            "viewerMembership": own,
            "viewerPermissions": ["org:sys_billing:read"],
        },
        "membership": own,
        "viewer": {
            "membership": own,
            "memberships": {"nodes": [{"organization": {"name": "Acme"}}]},
        },
    }


# ------------------------------------------------------------------------------------- switched off

OFF = {
    "organization": "organization(by: { id: $id }) { id }",
    "organization by slug": 'organization(by: { slug: "acme" }) { id }',
    "node": "node(id: $id) { id }",
    "node of a membership": "node(id: $membership) { id }",
    "nodes": "nodes(ids: [$id, $membership, $user]) { id }",
    "membership": "membership(organizationId: $id, userId: $user) { id }",
    "user's memberships": "user(id: $user) { memberships { nodes { id } } }",
}
OFF_FOR_THE_VIEWER = {
    "viewer's memberships": "viewer { memberships { nodes { id } } }",
    "viewer's membership": "viewer { membership(organizationId: $id) { id } }",
}
STILL_ON = (
    "viewer { user { id } canCreateOrganization } instance { organizationsEnabled } roles { key }"
)


async def test_when_organizations_are_off_users_read_none_and_secret_keys_do(
    api: Api, acme: Acme
) -> None:
    ids = {"id": acme.id, "user": acme.admin.id}
    ids["membership"] = (await read(api, OFF["membership"], acme.admin, **ids)).data["membership"][
        "id"
    ]
    for selection in {**OFF, **OFF_FOR_THE_VIEWER}.values():
        assert (await read(api, selection, acme.admin, **ids)).data

    assert (await api.mutate("updateInstance", {"organizationsEnabled": False}, by=SERVICE)).data

    for name, selection in {**OFF, **OFF_FOR_THE_VIEWER}.items():
        refused = await read(api, selection, acme.admin, **ids)
        assert (refused.code, refused.reason) == (
            "FORBIDDEN",
            "organization_not_enabled_in_instance",
        ), name
    for name, selection in OFF.items():
        assert all((await read(api, selection, SERVICE, **ids)).data.values()), name
    still = (await read(api, STILL_ON, acme.admin)).data
    assert still["viewer"] == {"user": {"id": acme.admin.id}, "canCreateOrganization": False}
    assert still["instance"] == {"organizationsEnabled": False}
