"""Who sees which invitations, and how they are listed (rules 14, 15 and 17)."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from models.database.store import Store
from server.settings.settings import Environment
from tests.conftest import counted, settings
from tests.support.api import JSON, NOBODY, SECRET_KEY, SERVICE, Api, Caller, Clock, test_issuer
from tests.support.application import make_application
from tests.support.data.factories import Acme, an_organization, create_acme
from tests.support.data.invitations import (
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


# ----------------------------------------------------------------------------- orders and pages

PAGED = "$first: Int, $after: String, $last: Int, $before: String, $offset: Int, $orderBy: InvitationOrder"
PAGE = """first: $first, after: $after, last: $last, before: $before, offset: $offset, orderBy: $orderBy"""
SHOWN = "{ nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }"
SORTED = f"""query($id: ID!, {PAGED}) {{ organization(by: {{ id: $id }}) {{
    invitations({PAGE}) {SHOWN} }} }}"""
SORTED_MINE = f"query({PAGED}) {{ viewer {{ invitations({PAGE}) {SHOWN} }} }}"
ORDERS = ["CREATED_AT", "EMAIL_ADDRESS", "EXPIRES_AT"]


async def page_of(api: Api, document: str, *, by: Caller, **variables: Any) -> JSON:
    data = (await api.run(document, variables, by=by)).data
    return next(iter(data.values()))["invitations"]


async def walk(
    api: Api, document: str, *, by: Caller, backward: bool, **variables: Any
) -> list[str]:
    """Goes through the list, two invitations at a time."""
    ids, cursor, ends = list[str](), None, False
    while not ends:
        part = {"last": 2, "before": cursor} if backward else {"first": 2, "after": cursor}
        page = await page_of(api, document, by=by, **part, **variables)
        found = [one["id"] for one in page["nodes"]]
        ids = found + ids if backward else ids + found
        info = page["pageInfo"]
        cursor = info["startCursor"] if backward else info["endCursor"]
        ends = not info["hasPreviousPage" if backward else "hasNextPage"]
    return ids


async def five_invitations(api: Api, acme: Acme) -> list[tuple[str, str, str]]:
    """Invites five people; returns what the invitations are sorted by: ID, address, and expiry."""
    found: list[tuple[str, str, str]] = []
    people = [("Zoe@example.com", 3), ("adam@example.com", 9), ("Éve@example.com", 3)]
    for address, days in [*people, ("bob@example.com", 30), ("carl@example.com", 1)]:
        api.clock.forward(seconds=1)
        input = {"organizationId": acme.id, "emailAddress": address, "role": "org:member"}
        answer = await api.mutate(
            "createInvitation",
            {**input, "expiresInDays": days},
            "invitation { id expiresAt }",
            by=acme.admin,
        )
        invitation = answer.payload["invitation"]
        found.append((invitation["id"], address, invitation["expiresAt"]))
    return found


@pytest.mark.both_databases
@pytest.mark.parametrize("field", ORDERS)
async def test_invitations_are_sorted_and_walked_in_both_directions(
    api: Api, acme: Acme, field: str
) -> None:
    found = await five_invitations(api, acme)
    keys: dict[str, Callable[[tuple[str, str, str]], Any]] = {
        "CREATED_AT": lambda one: one[0],
        "EMAIL_ADDRESS": lambda one: (one[1].replace("Z", "z"), one[0]),
        "EXPIRES_AT": lambda one: (one[2], one[0]),
    }
    ascending = [one[0] for one in sorted(found, key=keys[field])]

    for direction, expected in (("ASC", ascending), ("DESC", ascending[::-1])):
        order = {"field": field, "direction": direction}
        for backward in (False, True):
            walked = await walk(
                api, SORTED, by=acme.admin, backward=backward, id=acme.id, orderBy=order
            )
            assert walked == expected
        numbered = await page_of(
            api, SORTED, by=acme.admin, id=acme.id, orderBy=order, first=2, offset=2
        )
        assert [one["id"] for one in numbered["nodes"]] == expected[2:4]


async def test_an_invited_person_sorts_and_walks_their_invitations(api: Api, acme: Acme) -> None:
    invitee = await api.person("invitee@example.com")
    expiries: dict[str, str] = {}
    for days in (5, 2, 9):
        organization_id = await an_organization(api, by=acme.admin, name=f"Company {days}")
        input = {"organizationId": organization_id, "emailAddress": invitee.email}
        answer = await api.mutate(
            "createInvitation",
            {**input, "role": "org:member", "expiresInDays": days},
            "invitation { id expiresAt }",
            by=acme.admin,
        )
        invitation = answer.payload["invitation"]
        expiries[invitation["id"]] = invitation["expiresAt"]
    soonest = sorted(expiries, key=lambda id: expiries[id])
    order = {"field": "EXPIRES_AT", "direction": "ASC"}

    for backward in (False, True):
        walked = await walk(api, SORTED_MINE, by=invitee, backward=backward, orderBy=order)
        assert walked == soonest
    numbered = await page_of(api, SORTED_MINE, by=invitee, orderBy=order, last=1, offset=1)
    assert [one["id"] for one in numbered["nodes"]] == [soonest[1]]
    assert numbered["pageInfo"]["hasNextPage"]
    assert numbered["pageInfo"]["hasPreviousPage"]


@pytest.mark.parametrize(
    "key",
    [
        1,
        None,
        "",
        "tomorrow",
        "2026-01-01T00:00:00",
        "2026-01-01T00:00:00+01:00",
        "0001-01-01T00:00:00+05:00",
        "2026-01-01",
    ],
)
async def test_an_edited_time_in_a_cursor_is_refused(api: Api, acme: Acme, key: Any) -> None:
    await five_invitations(api, acme)
    order = {"field": "EXPIRES_AT", "direction": "ASC"}
    page = await page_of(api, SORTED, by=acme.admin, id=acme.id, orderBy=order, first=1)
    cursor = page["pageInfo"]["endCursor"]
    name, parent, _, row_id = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    edited = urlsafe_b64encode(orjson.dumps([name, parent, key, row_id])).decode().rstrip("=")

    variables = {"id": acme.id, "orderBy": order, "after": edited}
    answer = await api.run(SORTED, variables, by=acme.admin)

    assert answer.code == "BAD_USER_INPUT"
