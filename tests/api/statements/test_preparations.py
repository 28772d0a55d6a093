"""SQLite prepares a statement once, whatever its values are.

It prepares one again whenever it runs if a parameter is compared with the condition of a partial
index, such as the status of an invitation.
"""

import sqlite3

import pytest

from models.database.connection import Pool
from tests.support.api import SERVICE, Api, operation
from tests.support.data.factories import Acme

PREPARED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_INSERT}
LISTS = """query($id: ID!) { organization(by: { id: $id }) {
    pendingInvitationsCount invitations(statuses: [PENDING, EXPIRED]) { totalCount nodes { id } }
    membershipRequests { totalCount nodes { id } } pendingMembershipRequestsCount
    domains { nodes { totalPendingInvitations totalPendingSuggestions } } seats { members limit }
    memberships { nodes { user { sessions { totalCount } } } } plan { key }
    subscription { status } apiKeys { nodes { name } } } }"""


@pytest.fixture(autouse=True)
def on_sqlite(api: Api) -> None:
    if not api.store.is_sqlite:
        pytest.skip("PostgreSQL decides by itself when to plan a statement again.")


async def record_preparations(api: Api, pool: Pool) -> list[str]:
    """Records the statements that the connection prepares from now on."""
    running, prepared = [""], list[str]()

    def note(action: int, *_: object) -> int:
        if action in PREPARED:
            prepared.append(running[-1])
        return sqlite3.SQLITE_OK

    # SQLite asks the authorizer only while it prepares a statement.
    async with pool.connect() as connection:
        connection.raw.sync.set_authorizer(note)
    api.store.listeners.append(running.append)
    return prepared


async def test_the_statements_of_mutations_are_prepared_once(api: Api, acme: Acme) -> None:
    prepared = await record_preparations(api, api.store.writers)
    for number in range(3):
        prepared.clear()
        person = await api.person(f"p{number}@example.com")
        member = {"organizationId": acme.id, "userId": person.id}
        address = {"organizationId": acme.id, "emailAddress": person.email}
        sent = await api.mutate("createInvitation", address, "invitation { id }", by=acme.admin)
        proof = {"invitationId": sent.payload["invitation"]["id"]}
        assert (await api.run(operation("accept-invitation"), {"proof": proof}, by=person)).payload
        changed = {**member, "role": "org:admin"}
        assert (await api.run(operation("change-role"), changed, by=acme.admin)).payload
        assert (await api.run(operation("remove-member"), member, by=acme.admin)).payload

    assert set(prepared) == set()


async def test_the_statements_of_lists_are_prepared_once(api: Api, acme: Acme) -> None:
    prepared = await record_preparations(api, api.store.readers)
    for _ in range(3):
        prepared.clear()
        answer = await api.run(LISTS, {"id": acme.id}, by=SERVICE)
        assert answer.data["organization"]["memberships"]["nodes"]

    assert set(prepared) == set()
