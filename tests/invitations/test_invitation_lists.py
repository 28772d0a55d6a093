"""Who sees which invitations, and how they are listed (rules 14, 15 and 17)."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from models.database.store import Store
from server.settings.settings import Environment
from tests.conftest import counted, settings
from tests.support.api import JSON, NOBODY, SECRET_KEY, SERVICE, Api, Caller, Clock, test_issuer
from tests.support.application import make_application
from tests.support.factories import Acme, an_organization, create_acme
from tests.support.invitations import (
    FIELDS,
    a_member_who_was_invited,
    accept,
    again,
    decline,
    invite_many,
    invited,
    revoke,
    ticket,
)

LISTED = f"""query($id: ID!, $first: Int, $after: String, $statuses: [InvitationStatus!], $query: String) {{
    organization(by: {{id: $id}}) {{ pendingInvitationsCount
        invitations(first: $first, after: $after, statuses: $statuses, query: $query) {{
            totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ {FIELDS} }} }} }} }}"""
MINE = f"""query($first: Int, $statuses: [InvitationStatus!]) {{
    viewer {{ invitations(first: $first, statuses: $statuses) {{ totalCount nodes {{ {FIELDS} }} }} }} }}"""
PENDING_MINE = f"{{ viewer {{ invitations {{ totalCount nodes {{ {FIELDS} }} }} }} }}"
NODE = f"query($id: ID!) {{ node(id: $id) {{ id ... on Invitation {{ {FIELDS} }} }} }}"


async def listed(api: Api, organization_id: str, *, by: Caller, **variables: Any) -> JSON:
    return (await api.run(LISTED, {"id": organization_id, **variables}, by=by)).data["organization"]


async def mine(api: Api, *, by: Caller) -> list[JSON]:
    return (await api.run(PENDING_MINE, by=by)).data["viewer"]["invitations"]["nodes"]


async def node(api: Api, id: str, *, by: Caller) -> JSON | None:
    return (await api.run(NODE, {"id": id}, by=by)).data["node"]


async def test_who_manages_members_lists_the_invitations_newest_first(api: Api, acme: Acme) -> None:
    first = await invited(api, acme.id, "one@example.com", by=acme.admin)
    api.clock.forward(seconds=1)
    second = await invited(api, acme.id, "two@example.com", by=acme.admin)

    for by in (acme.admin, SERVICE):
        found = await listed(api, acme.id, by=by)
        assert found["invitations"]["nodes"] == [
            {**second, "privateMetadata": {} if by is SERVICE else None},
            {**first, "privateMetadata": {} if by is SERVICE else None},
        ]
        assert found["pendingInvitationsCount"] == found["invitations"]["totalCount"] == 2
    page = (await listed(api, acme.id, by=acme.admin, first=1))["invitations"]
    rest = await listed(api, acme.id, by=acme.admin, first=1, after=page["pageInfo"]["endCursor"])
    assert [one["id"] for one in (*page["nodes"], *rest["invitations"]["nodes"])] == [
        second["id"],
        first["id"],
    ]


async def test_a_plain_member_sees_no_invitations(api: Api, acme: Acme) -> None:
    await invited(api, acme.id, by=acme.admin)

    for field in ("invitations { totalCount }", "pendingInvitationsCount"):
        document = f'{{ organization(by: {{id: "{acme.id}"}}) {{ {field} }} }}'
        refused = await api.run(document, by=acme.member)
        assert (refused.code, refused.reason) == ("FORBIDDEN", "missing_organization_permission")
        assert (await api.run(document, by=acme.outsider)).data["organization"] is None


async def test_invitations_are_filtered_by_status_and_by_a_part_of_the_address(
    api: Api, acme: Acme
) -> None:
    made = {
        status: await invited(api, acme.id, f"{status}@example.com", by=acme.admin, expiresInDays=2)
        for status in ("pending", "revoked", "declined", "accepted")
    }
    lapsed = await invited(api, acme.id, "expired@example.com", by=acme.admin, expiresInDays=1)
    await revoke(api, acme.id, made["revoked"]["id"], by=acme.admin)
    for status, act in (("declined", decline), ("accepted", accept)):
        person = await api.person(f"{status}@example.com")
        assert (await act(api, by=person, ticket=await ticket(api, made[status]["id"]))).payload
    api.clock.forward(days=1)
    admin = await again(api, acme.admin)

    for status, id in {
        **{status: one["id"] for status, one in made.items()},
        "expired": lapsed["id"],
    }.items():
        found = (await listed(api, acme.id, by=admin, statuses=[status.upper()]))["invitations"]
        assert ([one["id"] for one in found["nodes"]], found["totalCount"]) == ([id], 1)
        assert found["nodes"][0]["status"] == status.upper()
        for query in (f"{status.upper()}@", id):
            found = (await listed(api, acme.id, by=admin, query=query))["invitations"]
            assert [one["id"] for one in found["nodes"]] == [id]
    everything = await listed(api, acme.id, by=admin)
    assert (everything["invitations"]["totalCount"], everything["pendingInvitationsCount"]) == (
        5,
        1,
    )
    assert (await listed(api, acme.id, by=admin, query="%"))["invitations"]["totalCount"] == 0


async def test_the_invited_person_sees_their_own_without_what_is_the_organizations(
    api: Api, acme: Acme
) -> None:
    notes = {"publicMetadata": {"a": 1}, "inviterUserId": acme.admin.id}
    made = await invited(api, acme.id, "New@Example.com", by=SERVICE, **notes)
    other = await an_organization(api, by=acme.outsider, name="Other")
    await invited(api, other, "somebody@example.com", by=acme.outsider)
    newcomer = await api.person("new@example.com")

    (seen,) = await mine(api, by=newcomer)

    hidden = dict.fromkeys(("url", "mail", "inviter", "organization", "privateMetadata"))
    assert seen == {**made, **hidden}
    assert await node(api, made["id"], by=newcomer) == seen
    assert (
        await api.run(f'{{ organization(by: {{id: "{acme.id}"}}) {{ name }} }}', by=newcomer)
    ).data == {"organization": None}


async def test_an_unverified_address_sees_nothing(api: Api, acme: Acme) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    claimer = await api.person("new@example.com", verified=False)

    assert await mine(api, by=claimer) == []
    assert await node(api, made["id"], by=claimer) is None
    api.clock.forward(seconds=1)
    assert len(await mine(api, by=await api.person("new@example.com"))) == 1


async def test_who_has_no_address_is_invited_to_nothing(api: Api, acme: Acme) -> None:
    await invited(api, acme.id, by=acme.admin)
    nameless = Caller(f"Bearer {api.token(None)}")

    assert await mine(api, by=nameless) == []


async def test_an_invitation_by_its_id_for_each_kind_of_caller(api: Api, acme: Acme) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    other_admin = await api.person("boss@example.com")
    await an_organization(api, by=other_admin, name="Other")

    assert await node(api, made["id"], by=acme.admin) == made
    assert await node(api, made["id"], by=SERVICE) == {**made, "privateMetadata": {}}
    for by in (acme.member, acme.outsider, other_admin):
        assert await node(api, made["id"], by=by) is None
    assert (await api.run(NODE, {"id": made["id"]}, by=NOBODY)).code == "UNAUTHENTICATED"


async def test_an_invited_member_who_may_not_manage_sees_the_organization_but_no_link(
    api: Api, acme: Acme
) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    newcomer = await a_member_who_was_invited(api, acme.id)

    (seen,) = await mine(api, by=newcomer)

    assert seen == {**made, "url": None, "mail": None, "inviter": None}


async def test_settled_invitations_are_listed_to_the_invited_only_when_asked_for(
    api: Api, acme: Acme
) -> None:
    made = await invited(api, acme.id, by=acme.admin, expiresInDays=1)
    api.clock.forward(days=1)
    newcomer = await api.person("new@example.com")

    assert await mine(api, by=newcomer) == []
    found = (await api.run(MINE, {"statuses": ["EXPIRED"]}, by=newcomer)).data["viewer"][
        "invitations"
    ]
    assert (found["totalCount"], found["nodes"][0]["id"]) == (1, made["id"])


async def test_time_is_read_to_the_millisecond_at_the_end(api: Api, acme: Acme) -> None:
    made = await invited(api, acme.id, by=acme.admin, expiresInDays=1)
    api.clock.forward(hours=23, minutes=59, seconds=59, milliseconds=999)
    newcomer = await api.person("new@example.com")

    assert [one["id"] for one in await mine(api, by=newcomer)] == [made["id"]]
    api.clock.forward(milliseconds=1)
    assert await mine(api, by=newcomer) == []
    seen = await node(api, made["id"], by=newcomer)
    assert seen
    assert (seen["status"], datetime.fromisoformat(seen["expiresAt"])) == ("EXPIRED", api.clock())


# --------------------------------------------------------------------------------- statement counts


class RunningClock(Clock):
    """Time that goes on whenever somebody looks, as it really does."""

    def __call__(self) -> datetime:
        self.moment += timedelta(microseconds=50)
        return self.moment


@pytest.fixture
async def running(store: Store) -> AsyncIterator[Api]:
    clock = RunningClock()
    chosen = settings(
        env=Environment.DEVELOPMENT, identity_issuers=(test_issuer(),), secret_keys=(SECRET_KEY,)
    )
    api = Api(make_application(chosen, store=store, clock=clock), store, clock)
    yield api
    await api.client.aclose()


async def statements_of(api: Api, document: str, by: Caller, variables: JSON | None = None) -> int:
    with counted(api.store) as statements:
        answer = await api.run(document, variables, by=by)
    assert answer.data
    return len(statements)


async def test_a_list_of_invitations_takes_the_same_statements_for_one_and_for_twenty(
    running: Api,
) -> None:
    acme = await create_acme(running)
    await invited(running, acme.id, "first@example.com", by=acme.admin)
    one = await statements_of(running, LISTED, acme.admin, {"id": acme.id})

    await invite_many(running, acme.id, [f"p{n}@example.com" for n in range(19)], by=acme.admin)

    assert await statements_of(running, LISTED, acme.admin, {"id": acme.id}) == one <= 14


async def test_the_own_invitations_take_the_same_statements_for_one_and_for_twenty(
    running: Api,
) -> None:
    newcomer = await running.person("new@example.com")

    async def invite_from(name: str) -> None:
        organization_id = await an_organization(running, by=SERVICE, name=name)
        await invited(running, organization_id, newcomer.email, by=SERVICE, notify=False)

    await invite_from("Acme")
    one = await statements_of(running, PENDING_MINE, newcomer)
    for number in range(19):
        await invite_from(f"Acme {number}")

    assert await statements_of(running, PENDING_MINE, newcomer) == one <= 12
    assert len(await mine(running, by=newcomer)) == 20


async def test_the_lists_of_many_organizations_are_read_together(running: Api) -> None:
    owner = await running.person("owner@example.com")
    document = """{ viewer { memberships { nodes { organization { pendingInvitationsCount
        invitations(statuses: [PENDING]) { totalCount nodes { url mail { status } inviter { id } } } } } } } }"""

    async def an_inviting_organization(name: str) -> None:
        await invited(
            running, await an_organization(running, by=owner, name=name), by=owner, notify=False
        )

    await an_inviting_organization("Acme")
    one = await statements_of(running, document, owner)
    for number in range(4):
        await an_inviting_organization(f"Acme {number}")

    assert await statements_of(running, document, owner) == one


async def test_with_organizations_off_nobody_is_told_of_invitations(api: Api, acme: Acme) -> None:
    await invited(api, acme.id, acme.outsider.email, by=acme.admin)
    assert (await api.send("my-invitations", by=acme.outsider)).data["viewer"]["invitations"][
        "totalCount"
    ] == 1

    assert (await api.mutate("updateInstance", {"organizationsEnabled": False}, by=SERVICE)).payload

    answer = await api.send("my-invitations", by=acme.outsider)
    assert (answer.code, answer.reason) == ("FORBIDDEN", "organization_not_enabled_in_instance")
