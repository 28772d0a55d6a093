"""The statements of mutations, in their order: nothing is read twice."""

from collections.abc import Mapping

import pytest

from tests.conftest import counted
from tests.support.api import SERVICE, Api, Caller, operation
from tests.support.data.factories import Acme
from tests.support.database.statements import find_table

# The settings, the organization, what the caller holds in it, and whether invitations have expired.
AUTHORITY = "SELECT instance"


@pytest.fixture(autouse=True)
def counts(api: Api) -> None:
    if not api.store.is_sqlite:
        pytest.skip("Statements are counted on SQLite.")


async def statements_of(
    api: Api, name: str, variables: Mapping[str, object], *, by: Caller
) -> list[str]:
    """The statements of an operation, without the first one, which loads the caller."""
    with counted(api.store) as statements:
        answer = await api.run(operation(name), dict(variables), by=by)
    assert answer.payload
    return [f"{one.split()[0]} {find_table(one)}" for one in statements][1:]


async def test_creating_an_organization_is_nine_statements(api: Api, acme: Acme) -> None:
    found = await statements_of(api, "create-organization", {"name": "Second"}, by=acme.admin)

    assert found == [
        "SELECT instance",
        "SELECT user",  # the creator, locked
        "SELECT organization",  # how many they have created
        "SELECT role_set",
        "SELECT organization",  # the slug is free
        "INSERT organization",
        "SELECT role",  # the creator role
        "INSERT membership",
        "INSERT event",
    ]


async def test_adding_a_member_is_seven_statements(api: Api, acme: Acme) -> None:
    variables = {"organizationId": acme.id, "newUserId": acme.outsider.id, "role": "org:member"}

    assert await statements_of(api, "add-member", variables, by=SERVICE) == [
        AUTHORITY,
        "SELECT user",  # the user, locked, and whether they are a member
        "SELECT role",
        "SELECT invitation",  # which the membership replaces
        "INSERT membership",
        "INSERT event",
        "SELECT user",  # the payload
    ]


async def test_changing_a_role_is_four_statements(api: Api, acme: Acme) -> None:
    variables = {"organizationId": acme.id, "userId": acme.member.id, "role": "org:admin"}

    assert await statements_of(api, "change-role", variables, by=acme.admin) == [
        AUTHORITY,
        "SELECT membership",  # with the user, the role, and the new role, which the payload shows
        "UPDATE membership",
        "INSERT event",
    ]


async def test_removing_a_member_is_seven_statements(api: Api, acme: Acme) -> None:
    variables = {"organizationId": acme.id, "userId": acme.member.id}

    assert await statements_of(api, "remove-member", variables, by=acme.admin) == [
        AUTHORITY,
        "SELECT membership",  # with the user and the role
        "SELECT api_key",  # which the member created
        "DELETE membership",
        "INSERT event",
        "SELECT membership",  # the payload: whether the caller can read it
        "SELECT user",
    ]


async def test_accepting_an_invitation_is_eight_statements(api: Api, acme: Acme) -> None:
    input = {"organizationId": acme.id, "emailAddress": acme.outsider.email}
    answer = await api.mutate("createInvitation", input, "invitation { id }", by=acme.admin)
    variables = {"proof": {"invitationId": answer.payload["invitation"]["id"]}}

    assert await statements_of(api, "accept-invitation", variables, by=acme.outsider) == [
        "SELECT instance",  # with the invitation's organization
        AUTHORITY,
        "SELECT invitation",
        "SELECT user",  # the caller, locked
        "SELECT role",
        "INSERT membership",
        "UPDATE invitation",
        "INSERT event",
    ]
