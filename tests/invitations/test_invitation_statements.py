"""The statements of an invitation, in their order: nothing is read twice."""

import re

import pytest

from tests.conftest import counted
from tests.support.api import Api
from tests.support.factories import Acme

TABLE = re.compile(r'\b(?:FROM|INTO|UPDATE) "?(\w+)')


@pytest.fixture(autouse=True)
def counts(api: Api) -> None:
    if not api.store.is_sqlite:
        pytest.skip("Statements are counted on SQLite.")


def summarize(statement: str) -> str:
    """The verb and the first table of a statement."""
    table = TABLE.search(statement)
    return f"{statement.split()[0]} {table[1] if table else '?'}"


async def statements_of(api: Api, acme: Acme, field: str, **input: object) -> list[str]:
    with counted(api.store) as statements:
        answer = await api.mutate(field, {"organizationId": acme.id, **input}, by=acme.admin)
    assert answer.payload
    return [summarize(statement) for statement in statements]


def expected(*roles: str) -> list[str]:
    return [
        "SELECT instance",  # who calls, with the settings
        "SELECT organization",  # locked, if the caller is a member
        "SELECT instance",  # the settings, after the lock
        "SELECT membership",  # what the caller holds
        "SELECT invitation",  # rule 13: what has expired
        *roles,
        "SELECT user",  # rule 12: the members and pending invitations with these addresses
        "SELECT invitation",  # how many this organization has sent in an hour
        "SELECT mail",  # rule 21: how many these addresses have got in an hour
        "INSERT invitation",
        "INSERT mail",
        "INSERT event",
        "SELECT event",  # the cursor of the newest event
    ]


async def test_an_invitation_in_a_named_role_is_thirteen_statements(api: Api, acme: Acme) -> None:
    input = {"emailAddress": "new@example.com", "role": "org:member"}

    assert await statements_of(api, acme, "createInvitation", **input) == expected(
        "SELECT role"  # the roles of the role set
    )


async def test_an_invitation_in_the_default_role_is_fourteen_statements(
    api: Api, acme: Acme
) -> None:
    found = await statements_of(api, acme, "createInvitation", emailAddress="new@example.com")

    assert found == expected("SELECT role", "SELECT role")


async def test_many_invitations_are_as_many_statements_as_one(api: Api, acme: Acme) -> None:
    for number in (1, 20):
        recipients = [{"emailAddress": f"{number}.{one}@example.com"} for one in range(number)]
        found = await statements_of(api, acme, "createInvitations", recipients=recipients)

        assert found == expected("SELECT role", "SELECT role"), number


async def test_resending_is_twelve_statements(api: Api, acme: Acme) -> None:
    input = {"organizationId": acme.id, "emailAddress": "new@example.com"}
    answer = await api.mutate("createInvitation", input, "invitation { id }", by=acme.admin)
    invitation_id = answer.payload["invitation"]["id"]
    api.clock.forward(minutes=5)

    found = await statements_of(api, acme, "resendInvitation", invitationId=invitation_id)

    assert found.count("SELECT role") == 1
    assert len(found) == 12, found
