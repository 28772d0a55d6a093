"""A connection that is lost around a commit: only what is known is said, and nothing happens"
" twice."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from sqlalchemy import text

from models.database.errors import Deadlock
from models.database.store import Store
from tests.conftest import make_api
from tests.support.api import SERVICE, Api, Clock, contents
from tests.support.data.factories import Acme
from tests.support.servers.smtp import Memory, delivery, invited, mails
from tests.support.servers.tcp_proxy import Link, a_link
from tests.support.servers.webhook_receiver import (
    an_endpoint,
    answering,
    deliveries,
    endpoint,
    listening,
    renamed,
    sender,
)

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
LIST = "{ viewer { memberships { nodes { organization { name } } } } }"


@pytest.fixture
def link(database_url: str) -> Iterator[Link]:
    with a_link(database_url) as link:
        yield link


@pytest.fixture
async def through(link: Link, database_url: str, clock: Clock) -> AsyncIterator[Api]:
    """The application, with its database behind the link."""
    api = make_api(Store(link.url(database_url)), clock)
    yield api
    await api.client.aclose()
    await api.store.close()


async def names(api: Api, acme: Acme) -> list[str]:
    nodes = (await api.run(LIST, by=acme.admin)).data["viewer"]["memberships"]["nodes"]
    return [node["organization"]["name"] for node in nodes]


async def test_a_commit_without_an_answer_is_not_known_and_not_repeated(
    through: Api, acme: Acme, link: Link
) -> None:
    assert (await through.mutate("createOrganization", {"name": "Before"}, by=acme.admin)).payload
    link.commits_to_drop = 1

    answer = await through.mutate("createOrganization", {"name": "Once Only"}, by=acme.admin)

    assert (answer.code, answer.reason) == ("UNAVAILABLE", "commit_unknown")
    assert "unknown whether the change was stored" in answer.error["message"]
    assert "Nothing was changed" not in answer.error["message"]
    assert (link.dropped_commits, link.commits_to_drop) == (1, 0)
    assert (await names(through, acme)).count("Once Only") == 1


async def test_an_unknown_commit_is_settled_by_the_idempotency_key(
    through: Api, acme: Acme, link: Link
) -> None:
    async def create() -> httpx.Response:
        query = """mutation { createOrganization(input: { name: "Once Only" }) {
            organization { name } userErrors { code } } }"""
        headers = {"authorization": str(acme.admin.authorization), "idempotency-key": "a-key"}
        return await through.client.post("/graphql", json={"query": query}, headers=headers)

    assert (await through.mutate("createOrganization", {"name": "Before"}, by=acme.admin)).payload
    await through.client.get("/.well-known/jwks.json")
    link.commits_to_drop = 1

    unknown, repeated = await create(), await create()

    (error,) = unknown.json()["errors"]
    assert (error["path"], error["extensions"]["reason"]) == (
        ["createOrganization"],
        "commit_unknown",
    )
    assert "the same Idempotency-Key" in error["message"]
    assert repeated.headers["idempotency-replayed"] == "true"
    assert repeated.json()["data"]["createOrganization"]["organization"] == {"name": "Once Only"}
    assert (await names(through, acme)).count("Once Only") == 1


async def test_what_is_lost_before_the_commit_has_changed_nothing(
    through: Api, api: Api, acme: Acme, link: Link
) -> None:
    before = await contents(api.store)
    link.cut_at = b"INSERT INTO organization"

    answer = await through.mutate("createOrganization", {"name": "Never"}, by=acme.admin)

    assert (answer.code, answer.reason) == ("UNAVAILABLE", None)
    assert answer.error["message"].endswith("Nothing was changed. Try again in a moment.")
    assert await contents(api.store) == before


FAIL = """
CREATE FUNCTION pg_temp.fail() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END $$
"""
AT_COMMIT = """
CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON one DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION pg_temp.fail()
"""


async def refused_at_commit(store: Store) -> None:
    async with store.write() as session:
        for statement in (
            "CREATE TEMPORARY TABLE one (id int)",
            FAIL,
            AT_COMMIT,
            "INSERT INTO one VALUES (1)",
        ):
            await session.execute(text(statement))


async def test_a_commit_that_the_database_refuses_is_tried_again(store: Store) -> None:
    with pytest.raises(Deadlock):
        await refused_at_commit(store)


async def test_a_nested_read_that_fails_after_the_commit_does_not_say_that_nothing_was_changed(
    through: Api, acme: Acme, link: Link
) -> None:
    link.cut_at = b"FROM membership"

    selection = "organization { memberships { nodes { role { key } } } }"
    answer = await through.mutate("createOrganization", {"name": "Made"}, selection, by=SERVICE)
    link.cut_at = b""

    assert answer.code == "UNAVAILABLE"
    assert "Nothing was changed" not in answer.error["message"]
    found = (await through.run("{ organizations { nodes { name } } }", by=SERVICE)).data[
        "organizations"
    ]["nodes"]
    assert {"name": "Made"} in found


async def test_a_letter_whose_outcome_was_committed_without_an_answer_is_sent_once(
    through: Api, api: Api, acme: Acme, link: Link
) -> None:
    await invited(api, acme, "new@example.com")
    memory = Memory()

    def drop_the_next(message: object) -> None:
        link.commits_to_drop = 1

    memory.answer = drop_the_next
    worker = delivery(through.store, api.clock, memory)
    tried = [await worker.deliver(), await worker.deliver()]

    assert (tried, len(memory.letters), link.dropped_commits) == ([1, 0], 1, 1)
    assert [(one.status, one.attempts) for one in await mails(api.store)] == [("sent", 1)]


async def test_a_webhook_whose_outcome_was_committed_without_an_answer_is_settled_once(
    through: Api, api: Api, acme: Acme, link: Link
) -> None:
    async def refuse(writer: asyncio.StreamWriter) -> None:
        link.commits_to_drop = 1
        await answering(503)(writer)

    async with listening() as receiver:
        receiver.behaves["/"] = refuse
        endpoint_id = await an_endpoint(api, receiver.url())
        await renamed(api, acme)
        worker = sender(through.store, api.clock)
        tried = [await worker.deliver(), await worker.deliver()]

    (row,) = await deliveries(api.store)
    assert (tried, len(receiver.received), link.dropped_commits) == ([1, 0], 1, 1)
    assert (row.status, row.attempts, row.claimed_until) == ("pending", 1, None)
    assert (await endpoint(api.store, endpoint_id)).failing_since == api.clock()
