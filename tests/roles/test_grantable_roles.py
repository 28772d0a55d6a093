"""Which roles a caller can give: exactly those that a mutation doesn't refuse (rule 9)."""

import pytest

from tests.conftest import counted
from tests.support.api import JSON, SERVICE, Api, Caller
from tests.support.data.billing import make_plan, subscribe, switch_billing
from tests.support.data.factories import Acme, a_member, an_organization
from tests.support.data.roles import MANAGE, READ, make_permission, make_role
from tests.support.data.rows import a_membership, ids_by_key, write
from tests.support.data.rows import an_organization as an_organization_row
from tests.support.http import ONLY_SQLITE

GRANTABLE = """query($id: ID!) { organization(by: { id: $id }) {
    roles { key } grantableRoles { key } } }"""
MINE = """{ viewer { memberships(first: 100) { nodes { organization { grantableRoles { key } } } } } }"""
ALL = "{ organizations(first: 100) { nodes { grantableRoles { key } } } }"


async def grantable(api: Api, organization_id: str, *, by: Caller) -> set[str]:
    answer = await api.run(GRANTABLE, {"id": organization_id}, by=by)
    return {role["key"] for role in answer.data["organization"]["grantableRoles"]}


@pytest.fixture
async def lead(api: Api, acme: Acme) -> Caller:
    """A member who can manage members, and lacks permissions of other roles."""
    await make_permission(api, "org:reports:read")
    await make_role(api, "org:lead", READ, MANAGE, initially=True)
    await make_role(api, "org:reader", READ, initially=True)
    await make_role(api, "org:analyst", READ, "org:reports:read", initially=True)
    await make_role(api, "org:elsewhere", READ)
    return await a_member(api, acme.id, "lead@example.com", "org:lead")


async def test_a_caller_is_offered_what_the_mutation_grants(
    api: Api, acme: Acme, lead: Caller
) -> None:
    answer = await api.run(GRANTABLE, {"id": acme.id}, by=lead)
    roles = [role["key"] for role in answer.data["organization"]["roles"]]
    offered = [role["key"] for role in answer.data["organization"]["grantableRoles"]]

    granted: list[str] = []
    for number, role in enumerate(roles):
        email = f"new{number}@example.com"
        input = {"organizationId": acme.id, "emailAddress": email, "role": role}
        tried = await api.mutate("createInvitation", input, by=lead)
        if "errors" not in tried.body:
            granted.append(role)
        else:
            assert tried.reason == "role_not_grantable"

    assert offered == granted == ["org:lead", "org:reader"]
    assert "org:analyst" in roles


@pytest.mark.parametrize("mutation", ["createInvitation", "updateMembership"])
async def test_every_caller_is_offered_what_every_mutation_grants(
    api: Api, acme: Acme, lead: Caller, mutation: str
) -> None:
    """Also while a plan lacks the feature of a permission, which counts for grants all the same."""
    await make_role(api, "org:chief", READ, MANAGE, "org:reports:read", initially=True)
    chief = await a_member(api, acme.id, "chief@example.com", "org:chief")
    reader = await a_member(api, acme.id, "reader@example.com", "org:reader")
    await switch_billing(api)
    await make_plan(api, "bare")
    await subscribe(api, acme.id, "bare")
    target = await a_member(api, acme.id, "target@example.com")
    answer = await api.run(GRANTABLE, {"id": acme.id}, by=SERVICE)
    roles = [role["key"] for role in answer.data["organization"]["roles"]]

    for number, by in enumerate((acme.admin, lead, chief, reader, acme.member, SERVICE)):
        granted: set[str] = set()
        for role in roles:
            api.clock.forward(minutes=1)
            input: JSON = {"organizationId": acme.id, "role": role}
            if mutation == "createInvitation":
                input["emailAddress"] = f"{role.removeprefix('org:')}.{number}@example.com"
            else:
                input["userId"] = target.id
            tried = await api.mutate(mutation, input, by=by)
            if "errors" not in tried.body:
                assert tried.payload
                granted.add(role)

        assert await grantable(api, acme.id, by=by) == granted


async def test_who_cannot_manage_members_is_offered_nothing(api: Api, acme: Acme) -> None:
    assert await grantable(api, acme.id, by=acme.member) == set()
    assert await grantable(api, acme.id, by=acme.admin) == {"org:admin", "org:member"}


async def test_a_secret_key_can_give_every_role_of_the_set(
    api: Api, acme: Acme, lead: Caller
) -> None:
    found = await grantable(api, acme.id, by=SERVICE)

    assert found == {"org:admin", "org:member", "org:lead", "org:reader", "org:analyst"}


async def test_what_is_offered_follows_the_role_of_the_caller(
    api: Api, acme: Acme, lead: Caller
) -> None:
    before = await grantable(api, acme.id, by=lead)
    input = {"organizationId": acme.id, "userId": lead.id, "role": "org:reader"}
    assert (await api.mutate("updateMembership", input, by=SERVICE)).payload

    assert before == {"org:lead", "org:reader"}
    assert await grantable(api, acme.id, by=lead) == set()


async def test_each_organization_has_its_own_answer(api: Api, acme: Acme, lead: Caller) -> None:
    own = await an_organization(api, by=lead, name="Own")

    assert "org:admin" in await grantable(api, own, by=lead)
    assert "org:admin" not in await grantable(api, acme.id, by=lead)


@ONLY_SQLITE
@pytest.mark.parametrize(("by", "expected"), [("user", 4), ("service", 3)])
async def test_any_number_of_organizations_takes_the_same_statements(
    api: Api, by: str, expected: int
) -> None:
    roles, role_sets = await ids_by_key(api.store, "role"), await ids_by_key(api.store, "role_set")
    viewer = await api.person("viewer@example.com")

    async def count() -> int:
        with counted(api.store) as statements:
            answer = await api.run(
                MINE if by == "user" else ALL, by=viewer if by == "user" else SERVICE
            )
        assert answer.data
        return len(statements)

    counts: list[int] = []
    for number in (1, 19):
        rows = [
            an_organization_row(f"Org {number}.{one}", role_sets["role_set:primary"])
            for one in range(number)
        ]
        members = [a_membership(row["id"], viewer.id, roles["org:admin"]) for row in rows]
        await write(api.store, organization=rows, membership=members)
        counts.append(await count())

    assert counts == [expected, expected]
