"""The statements of an invitation, in their order: nothing is read twice."""

import pytest

from tests.conftest import counted
from tests.support.api import Api
from tests.support.data.factories import Acme
from tests.support.database.statements import find_table


@pytest.fixture(autouse=True)
def counts(api: Api) -> None:
    if not api.store.is_sqlite:
        pytest.skip("Statements are counted on SQLite.")


async def statements_of(api: Api, acme: Acme, field: str, **input: object) -> list[str]:
    with counted(api.store) as statements:
        answer = await api.mutate(field, {"organizationId": acme.id, **input}, by=acme.admin)
    assert answer.payload
    return [f"{one.split()[0]} {find_table(one)}" for one in statements]


def expected(*newest: str) -> list[str]:
    return [
        "SELECT instance",  # who calls, with the settings
        # The settings, the organization, what the caller holds, and whether invitations have expired.
        "SELECT instance",
        "SELECT role",  # the roles of the role set
        "SELECT user",  # rule 12: the members and pending invitations with these addresses
        "SELECT invitation",  # how many this organization has sent in an hour
        "SELECT mail",  # rule 21: how many these addresses have got in an hour
        "INSERT invitation",
        "INSERT mail",
        "INSERT event",  # which returns the cursors of a few events
        *newest,
    ]


@pytest.mark.parametrize("role", [{"role": "org:member"}, {}])
async def test_an_invitation_is_nine_statements(api: Api, acme: Acme, role: dict[str, str]) -> None:
    input = {"emailAddress": "new@example.com", **role}

    assert await statements_of(api, acme, "createInvitation", **input) == expected()


async def test_many_invitations_are_as_many_statements_as_one(api: Api, acme: Acme) -> None:
    for number in (1, 20):
        recipients = [{"emailAddress": f"{number}.{one}@example.com"} for one in range(number)]
        found = await statements_of(api, acme, "createInvitations", recipients=recipients)

        assert found == expected(*["SELECT event"] * (number > 1)), number


async def test_resending_is_eight_statements(api: Api, acme: Acme) -> None:
    input = {"organizationId": acme.id, "emailAddress": "new@example.com"}
    answer = await api.mutate("createInvitation", input, "invitation { id }", by=acme.admin)
    invitation_id = answer.payload["invitation"]["id"]
    api.clock.forward(minutes=5)

    found = await statements_of(api, acme, "resendInvitation", invitationId=invitation_id)

    assert found.count("SELECT role") == 1
    assert len(found) == 8, found
