"""A query reads one moment of the store, whatever is
deleted meanwhile, and gives its connection back afterwards.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from models.database import limits
from models.database.store import Snapshot, Store
from models.errors.request import Unavailable
from models.instance import Instance
from models.users import User
from resolvers.foundation.rate_limits import RateLimits, Rates
from resolvers.queries.roles import load_all
from schema.foundation.context import Context
from server.identity.signing import make_signer
from tests.api.http.test_faults import all_done, locked, taken
from tests.conftest import settings
from tests.support.api import JSON, SERVICE, Answer, Api, Caller
from tests.support.data.factories import Acme, a_member, an_invitation, an_organization
from tests.support.data.roles import make_set
from tests.support.data.webhooks import a_failed_delivery, an_endpoint
from tests.support.http import ONLY_SQLITE
from tests.support.processes.commands import listening
from tests.support.subscriptions import a_subscription, begun, organization_events

pytestmark = pytest.mark.both_databases

Action = Callable[[], Awaitable[Any]]


@contextmanager
def before_reading(store: Store, table: str, action: Action) -> Generator[None]:
    """Runs the action once, right before the first statement of a reader on the table."""
    reads, has_run = re.compile(rf'\bFROM "?{table}\b'), list[bool]()

    fetch = store.driver.fetch

    async def act(connection: Any, statement: str, *rest: Any) -> Any:
        readers = [one.raw for one in store.readers.used]
        if not has_run and connection in readers and reads.search(statement):
            has_run.append(True)
            await action()
        return await fetch(connection, statement, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store.driver, "fetch", act)
        yield
    assert has_run


def free_seats(store: Store) -> list[int]:
    return [store.reader_turns.free, store.snapshot_turns.free]


def deletion(api: Api, kind: str, id: str) -> Action:
    return lambda: api.mutate(f"delete{kind}", {f"{kind[0].lower()}{kind[1:]}Id": id}, by=SERVICE)


# ---------------------------------------------------------------------------- deleted in the middle

MEMBERS = "query($id: ID!) { organization(by: { id: $id }) { memberships { nodes { user { identifier emailAddress } } } } }"
MINE = "{ viewer { memberships { nodes { organization { name viewerPermissions } } } } }"
INVITATIONS = """query($id: ID!) { organization(by: { id: $id }) {
  invitations { nodes { publicOrganization { name } } } } }"""
INVITED = "{ viewer { invitations { nodes { publicOrganization { name } } } } }"


async def test_a_list_shows_a_member_who_is_deleted_while_it_is_read(api: Api, acme: Acme) -> None:
    with before_reading(api.store, "user", deletion(api, "User", acme.member.id)):
        seen = await api.run(MEMBERS, {"id": acme.id}, by=acme.admin)
    afterwards = await api.run(MEMBERS, {"id": acme.id}, by=acme.admin)

    members = [
        one["user"]["identifier"] for one in seen.data["organization"]["memberships"]["nodes"]
    ]
    assert members == ["grace@example.com", "ada@example.com"]
    assert len(afterwards.data["organization"]["memberships"]["nodes"]) == 1


async def test_a_list_shows_an_organization_that_is_deleted_while_it_is_read(
    api: Api, acme: Acme
) -> None:
    await an_organization(api, by=acme.admin, name="Other")

    with before_reading(api.store, "permission", deletion(api, "Organization", acme.id)):
        seen = await api.run(MINE, by=acme.admin)
    afterwards = await api.run(MINE, by=acme.admin)

    shown = [one["organization"] for one in seen.data["viewer"]["memberships"]["nodes"]]
    assert [one["name"] for one in shown] == ["Other", "Acme"]
    assert shown[0]["viewerPermissions"] == shown[1]["viewerPermissions"] != []
    assert len(afterwards.data["viewer"]["memberships"]["nodes"]) == 1


async def test_an_invited_person_reads_an_organization_that_is_deleted_meanwhile(
    api: Api, acme: Acme
) -> None:
    await an_invitation(api, acme)

    with before_reading(api.store, "organization", deletion(api, "Organization", acme.id)):
        seen = await api.run(INVITED, by=acme.outsider)

    assert seen.data["viewer"]["invitations"]["nodes"] == [{"publicOrganization": {"name": "Acme"}}]


async def test_a_delivery_has_its_event_though_the_log_is_forgotten_meanwhile(api: Api) -> None:
    endpoint = await an_endpoint(api)
    await a_failed_delivery(api, endpoint["id"])
    query = "{ webhookEndpoints { deliveries { nodes { event { type } } } } }"

    async def forget() -> None:
        async with api.store.write() as session:
            await session.execute(text("DELETE FROM event"))

    with before_reading(api.store, "event", forget):
        seen = await api.run(query, by=SERVICE)

    assert seen.data["webhookEndpoints"][0]["deliveries"]["nodes"] == [
        {"event": {"type": "USER_UPDATED"}}
    ]


async def test_an_organization_has_its_role_set_though_that_is_replaced_meanwhile(
    api: Api, acme: Acme
) -> None:
    await make_set(api, "role_set:other", "org:admin", "org:member")
    input = {"key": "role_set:primary", "withKey": "role_set:other", "mappings": list[JSON]()}

    with before_reading(
        api.store, "role_set", lambda: api.mutate("replaceRoleSet", input, by=SERVICE)
    ):
        seen = await api.run("{ organizations { nodes { roleSet { key } } } }", by=SERVICE)
    afterwards = await api.run("{ organizations { nodes { roleSet { key } } } }", by=SERVICE)

    assert seen.data["organizations"]["nodes"] == [{"roleSet": {"key": "role_set:primary"}}]
    assert afterwards.data["organizations"]["nodes"] == [{"roleSet": {"key": "role_set:other"}}]


async def test_a_total_is_that_of_the_list_beside_it(api: Api, acme: Acme) -> None:
    """Both are read at the same time, one after the other."""
    query = "{ organizations { totalCount nodes { name membersCount } } }"

    with before_reading(
        api.store, "membership", lambda: an_organization(api, by=acme.admin, name="Later")
    ):
        seen = (await api.run(query, by=SERVICE)).data["organizations"]

    assert seen == {"totalCount": 1, "nodes": [{"name": "Acme", "membersCount": 2}]}


# ----------------------------------------------------------------- what is not read in one snapshot

GONE = {"code": "NOT_FOUND", "reason": "deleted_meanwhile"}


async def test_a_mutation_is_answered_though_what_it_changed_is_deleted_at_once(
    api: Api, acme: Acme
) -> None:
    input = {"organizationId": acme.id, "userId": acme.member.id, "role": "org:admin"}
    selection = "membership { user { identifier } }"

    with before_reading(api.store, "user", deletion(api, "User", acme.member.id)):
        answer = await api.mutate("updateMembership", input, selection, by=SERVICE)

    assert answer.error["extensions"] == GONE
    payload = answer.body["data"]["updateMembership"]
    assert payload["membership"] is None
    assert (payload["userErrors"], payload["cursor"] is None) == ([], False)


async def test_an_event_is_told_though_what_it_is_about_is_deleted_while_it_is_read(
    api: Api, acme: Acme
) -> None:
    """The listener reads the membership, and not its user any more."""
    fields = "type ... on MembershipEvent { userId membership { user { identifier } } }"
    query = organization_events(acme.id, fields=fields)

    async with listening(api.app) as port, a_subscription(port, SERVICE, query) as socket:
        await begun(api)
        with before_reading(api.store, "user", deletion(api, "User", acme.outsider.id)):
            input = {"organizationId": acme.id, "userId": acme.outsider.id}
            assert (await api.mutate("createMembership", input, by=SERVICE)).payload
            told = await socket.receive()

    (error,) = told["payload"]["errors"]
    assert error["extensions"] == GONE
    about = {"type": "MEMBERSHIP_CREATED", "userId": acme.outsider.id, "membership": None}
    assert told["payload"]["data"]["organizationEvents"] == about


async def test_the_caller_may_be_deleted_before_anything_is_read(api: Api, acme: Acme) -> None:
    with before_reading(api.store, "user", deletion(api, "User", acme.member.id)):
        answer = await api.run(
            "{ viewer { user { identifier } canCreateOrganization } }", by=acme.member
        )

    assert answer.code == "UNAUTHENTICATED"


# ------------------------------------------------------------------------------------- many at once


@pytest.mark.parametrize(
    "rounds",
    [pytest.param(8, marks=pytest.mark.smaller), pytest.param(60, marks=pytest.mark.slow)],
)
async def test_who_reads_while_others_create_and_delete_loses_nothing(
    api: Api, acme: Acme, rounds: int
) -> None:
    is_over = asyncio.Event()

    async def come_and_go() -> None:
        for number in range(rounds):
            person = await api.mutate(
                "createUser", {"emailAddress": f"u{number}@example.com"}, "user { id }", by=SERVICE
            )
            member = Caller(id=person.payload["user"]["id"])
            await a_member(api, acme.id, member)
            await deletion(api, "User", member.id)()

    async def found_and_delete() -> None:
        for number in range(rounds):
            await deletion(
                api, "Organization", await an_organization(api, by=acme.admin, name=f"N{number}")
            )()

    async def read(query: str, **variables: str) -> list[Answer]:
        answers = list[Answer]()
        while not is_over.is_set():
            answers.append(await api.run(query, variables, by=acme.admin))
            # SQLite answers a query without waiting, and the others need their turns.
            await asyncio.sleep(0.005)
        return answers

    readers = [asyncio.create_task(read(MEMBERS, id=acme.id)) for _ in range(2)]
    readers += [asyncio.create_task(read(MINE)) for _ in range(2)]
    with capture_logs() as lines:
        await asyncio.gather(come_and_go(), found_and_delete())
        is_over.set()
        answers = sum(await asyncio.gather(*readers), list[Answer]())

    assert len(answers) > rounds
    assert [answer.body for answer in answers if "errors" in answer.body] == []
    assert [line for line in lines if line["event"] != "request"] == []


async def test_more_operations_than_connections_wait_for_each_other(api: Api, acme: Acme) -> None:
    """`cursor` is read beside the snapshot: it must
    not wait for what the operations hold themselves.
    """
    query = "{ cursor organizations { nodes { memberships { nodes { user { identifier } } } } } roles { key } }"

    async with asyncio.timeout(limits.WAIT_SECONDS):
        answers = await asyncio.gather(*(api.run(query, by=SERVICE) for _ in range(40)))

    assert [answer.body for answer in answers if "errors" in answer.body] == []


async def test_a_mutation_of_many_waits_without_the_snapshot_of_the_one_before(
    api: Api, acme: Acme
) -> None:
    """The second of two mutations waits for somebody else's lock."""
    document = """mutation($first: CreateSessionTokenInput!, $second: UpdateOrganizationInput!) {
      first: createSessionToken(input: $first) { session { user { identifier } } }
      second: updateOrganization(input: $second) { organization { name createdBy { identifier } } } }"""
    opened = await api.mutate("createSession", {}, "session { id }", by=acme.admin)
    first = {"sessionId": opened.payload["session"]["id"]}
    variables = {"first": first, "second": {"organizationId": acme.id, "name": "Acme Ltd"}}
    before = free_seats(api.store)

    async with locked(api.store, acme.id):
        waiting = asyncio.create_task(api.run(document, variables, by=acme.admin))
        await asyncio.sleep(0.5)
        free, is_waiting = free_seats(api.store), not waiting.done()

    assert (free, is_waiting) == (before, True)
    assert (await waiting).data["second"]["organization"]["createdBy"] == {
        "identifier": "ada@example.com"
    }
    assert free_seats(api.store) == before


async def test_tokens_are_minted_by_more_than_there_are_connections(api: Api, acme: Acme) -> None:
    """A token is made from a read of its own, and signed
    with keys that are looked up while its user is shown.
    """
    opened = await api.mutate("createSession", {}, "session { id }", by=acme.admin)
    input = {"sessionId": opened.payload["session"]["id"]}
    document = """mutation($input: CreateSessionTokenInput!) {
      a: createSessionToken(input: $input) { session { user { memberships { totalCount } } } token { jwt } }
      b: createSessionToken(input: $input) { session { user { memberships { totalCount } } } token { jwt } } }"""

    async with asyncio.timeout(limits.WAIT_SECONDS):
        answers = await asyncio.gather(
            *(api.run(document, {"input": input}, by=acme.admin) for _ in range(20))
        )

    assert all(answer.data["b"]["token"]["jwt"] for answer in answers)


# -------------------------------------------------------------------------------- what is left over

EVERYTHING = """{ roles { key } users { totalCount nodes { identifier } }
  organizations { totalCount nodes { createdBy { identifier } memberships { totalCount nodes {
    user { identifier } role { key permissions { key } } } } } } }"""


@pytest.mark.parametrize("delay", [0.0, 0.001, 0.004])
async def test_queries_that_are_cancelled_give_their_connections_back(
    api: Api, acme: Acme, delay: float
) -> None:
    before = free_seats(api.store)

    requests = [asyncio.create_task(api.run(EVERYTHING, by=SERVICE)) for _ in range(12)]
    for request in requests:
        await asyncio.sleep(delay)
        request.cancel()
    await asyncio.gather(*requests, return_exceptions=True)
    await all_done()

    assert (taken(api.store), free_seats(api.store)) == (0, before)
    assert (await api.run(EVERYTHING, by=SERVICE)).data


@pytest.mark.parametrize("moment", range(0, 30, 3))
async def test_a_snapshot_whose_reader_is_cancelled_says_that_it_is_lost_and_gives_its_connection_back(
    api: Api, acme: Acme, moment: int
) -> None:
    """The task that reads is cancelled itself, as when
    the loop ends, after so many turns of the loop.
    """
    before, snapshot = free_seats(api.store), Snapshot(api.store.read_transaction)

    async def read(times: int) -> None:
        for _ in range(times):
            async with snapshot.read() as connection:
                await connection.execute(text("SELECT count(*) FROM event"))

    task = asyncio.create_task(read(3))
    for _ in range(moment):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    with suppress(Unavailable):
        await read(1)
    await snapshot.close()
    await all_done()

    assert (taken(api.store), free_seats(api.store)) == (0, before)
    assert (await api.run(MEMBERS, {"id": acme.id}, by=acme.admin)).data


async def test_a_refused_field_leaves_nothing_and_takes_nothing_from_the_others(
    api: Api, acme: Acme
) -> None:
    """The first field becomes null while others below it are still being read."""
    query = """{ broken: organizations(first: 1) { totalCount nodes { viewerPermissions missing: invitations(after: "x")
      { totalCount } roleSet { creatorRole { key } } } } organizations(after: "x") { totalCount }
      users { totalCount nodes { identifier memberships { totalCount nodes { organization { name } } } } } }"""
    before = free_seats(api.store)

    answer = await api.run(query, by=SERVICE)
    await all_done()

    assert {error["extensions"]["code"] for error in answer.body["errors"]} == {"BAD_USER_INPUT"}
    assert answer.body["data"]["users"]["totalCount"] == 3
    assert (taken(api.store), free_seats(api.store)) == (0, before)


async def test_a_field_that_is_given_up_does_not_take_the_snapshot_from_the_others(
    api: Api, acme: Acme
) -> None:
    """It is cancelled while its statement runs, as when a field beside it has failed."""
    signer = make_signer(settings(), api.server)
    before, context = (
        free_seats(api.store),
        Context(api.server, signer, api.reader, RateLimits(Rates()), None, Instance()),
    )

    for moment in range(0, 24, 2):
        given_up = asyncio.create_task(context.read(load_all, User))
        for _ in range(moment):
            await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)

        assert len(await context.read(load_all, User)) == 3
    await context.clear_loaders()

    assert (taken(api.store), free_seats(api.store)) == (0, before)


async def test_nothing_is_read_from_a_snapshot_that_is_closed(store: Store) -> None:
    before, snapshot = free_seats(store), Snapshot(store.read_transaction)
    await snapshot.close()

    with pytest.raises(RuntimeError):
        async with snapshot.read():
            pass
    assert (taken(store), free_seats(store)) == (0, before)


async def test_when_no_connection_is_to_be_had_all_fields_are_told_at_once(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WAIT_SECONDS", 0.2)
    held = [Snapshot(api.store.read_transaction) for _ in range(free_seats(api.store)[1])]
    for one in held:
        async with one.read():
            pass

    async with asyncio.timeout(1.5):
        answer = await api.run(
            " ".join(["{", *(f"a{n}: roles {{ key }}" for n in range(12)), "}"]), by=SERVICE
        )
    for one in held:
        await one.close()

    assert {error["extensions"]["code"] for error in answer.body["errors"]} == {Unavailable.code}
    assert (await api.run("{ roles { key } }", by=SERVICE)).data


@ONLY_SQLITE
async def test_the_log_of_the_file_is_free_once_a_query_is_answered(api: Api, acme: Acme) -> None:
    assert (await api.run(EVERYTHING, by=SERVICE)).data
    await an_organization(api, by=acme.admin, name="Other")

    async with api.store.writers.connect() as connection:
        ((busy, pages, _),) = await connection.run_text("PRAGMA wal_checkpoint(TRUNCATE)")

    assert (busy, pages) == (0, 0)
