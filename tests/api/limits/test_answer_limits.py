"""Answers that are too large are not sent: by HTTP, by socket, or as an event stream."""

import pytest

from models.database.store import Store
from server.settings.settings import Environment
from tests.conftest import settings
from tests.support.api import SECRET_KEY, SERVICE, Api, Clock, events
from tests.support.application import make_application
from tests.support.http import ONLY_SQLITE
from tests.support.processes.commands import listening
from tests.support.subscriptions import a_socket, server_sent, server_sent_events

pytestmark = ONLY_SQLITE
ALLOWED = 64 * 1024
METADATA = {"text": "a" * 7_000}


def query(times: int) -> str:
    """Each time is about 7 KB of answer."""
    fields = (
        f"a{number}: organizations {{ nodes {{ privateMetadata }} }}" for number in range(times)
    )
    return "{" + " ".join(fields) + "}"


@pytest.fixture
async def small(store: Store, clock: Clock) -> Api:
    """An instance with the smallest limit and one organization."""
    chosen = settings(
        env=Environment.DEVELOPMENT, secret_keys=(SECRET_KEY,), max_answer_bytes=ALLOWED
    )
    api = Api(make_application(chosen, store=store, clock=clock), store, clock)
    new = {"name": "Acme", "privateMetadata": METADATA}
    await api.mutate("createOrganization", new, by=SERVICE)
    return api


async def test_a_query_with_too_large_an_answer_is_refused(small: Api) -> None:
    answered = await small.run(query(9), by=SERVICE)
    refused = await small.run(query(10), by=SERVICE)

    assert len(answered.data) == 9
    assert (refused.status, refused.body["data"]) == (200, None)
    extensions = refused.error["extensions"]
    assert (refused.code, extensions["limit"], extensions["allowed"]) == (
        "LIMIT_EXCEEDED",
        "answerBytes",
        ALLOWED,
    )
    assert ALLOWED < extensions["asked"] < 2 * ALLOWED
    assert "applied" not in extensions


async def test_a_mutation_that_was_made_says_so(small: Api) -> None:
    before = len(await events(small.store))
    names = " ".join(f"a{number}: privateMetadata" for number in range(10))
    new = {"name": "Globex", "privateMetadata": METADATA}

    answer = await small.mutate(
        "createOrganization", new, f"organization {{ {names} }}", by=SERVICE
    )

    assert answer.body["data"] is None
    assert answer.error["extensions"]["applied"] is True
    assert "The changes were applied" in answer.error["message"]
    assert len(await events(small.store)) == before + 1


async def test_sockets_and_event_streams_have_the_same_limit(small: Api) -> None:
    async with listening(small.app) as port:
        async with a_socket(port, SERVICE) as socket:
            await socket.subscribe(query(10))
            by_socket = await socket.refused()
            await socket.subscribe(query(1), id="2")
            afterwards = await socket.receive()
        async with server_sent(port, SERVICE, query(10)) as response:
            _, event = await anext(server_sent_events(response))

    assert (by_socket["code"], by_socket["limit"]) == ("LIMIT_EXCEEDED", "answerBytes")
    assert event["data"] is None
    assert event["errors"][0]["extensions"] == by_socket
    assert "errors" not in afterwards["payload"]
