"""Server-sent events: the distinct connections mode, for subscriptions and for everything else."""

import asyncio
from contextlib import aclosing
from typing import Any

import httpx
import pytest

from server.http.graphql import sse
from tests.support.api import NOBODY, SERVICE, Api
from tests.support.data.factories import Acme
from tests.support.http import INNARDS, ONLY_SQLITE
from tests.support.processes.commands import listening
from tests.support.subscriptions import (
    begun,
    left,
    organization_events,
    server_sent,
    server_sent_events,
)

pytestmark = ONLY_SQLITE


async def taken(response: httpx.Response, number: int) -> list[tuple[str, Any]]:
    """The next events."""
    found: list[tuple[str, Any]] = []
    async with aclosing(server_sent_events(response)) as told:
        async for one in told:
            found.append(one)
            if len(found) == number:
                break
    return found


async def test_a_subscription_replays_then_goes_on(api: Api, acme: Acme) -> None:
    query = organization_events(acme.id, "0", fields="type")
    async with listening(api.app) as port, server_sent(port, acme.admin, query) as response:
        told = server_sent_events(response)
        replayed = [await anext(told) for _ in range(3)]
        await begun(api)
        await api.send("update-organization", by=acme.admin, organizationId=acme.id, name="New")
        live = await anext(told)

    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store, no-transform"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert [name for name, _ in [*replayed, live]] == ["next"] * 4
    assert live[1] == {"data": {"organizationEvents": {"type": "ORGANIZATION_UPDATED"}}}


async def test_a_query_and_a_mutation_are_one_event(api: Api, acme: Acme) -> None:
    change = f'mutation {{ updateOrganization(input: {{organizationId: "{acme.id}", name: "New"}}) {{ cursor }} }}'
    async with listening(api.app) as port:
        async with server_sent(port, acme.admin, "{ viewer { user { id } } }") as response:
            query = await taken(response, 2)
        async with server_sent(port, acme.admin, change) as response:
            mutation = await taken(response, 2)

    assert [(name, body and body["data"]) for name, body in query] == [
        ("next", {"viewer": {"user": {"id": acme.admin.id}}}),
        ("complete", None),
    ]
    assert mutation[0][1]["data"]["updateOrganization"]["cursor"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nonsense }", "GRAPHQL_VALIDATION_FAILED"),
        ('subscription { events(after: "x") { id } }', "BAD_USER_INPUT"),
        (
            "subscription($id: ID!) { organizationEvents(organizationId: $id) { id } }",
            "BAD_USER_INPUT",
        ),
        (organization_events("org_01m80000000000000000000000"), "NOT_FOUND"),
    ],
)
async def test_a_refusal_is_told_and_completes(api: Api, query: str, code: str) -> None:
    async with listening(api.app) as port, server_sent(port, SERVICE, query) as response:
        (name, body), end = await taken(response, 2)

    assert (name, end) == ("next", ("complete", None))
    assert [error["extensions"]["code"] for error in body["errors"]] == [code]
    assert not INNARDS.search(str(body))


async def test_who_is_removed_is_told_why(api: Api, acme: Acme) -> None:
    query = organization_events(acme.id)
    async with listening(api.app) as port, server_sent(port, acme.member, query) as response:
        await begun(api)
        await api.mutate(
            "removeMembership", {"organizationId": acme.id, "userId": acme.member.id}, by=SERVICE
        )
        (_, body), end = await taken(response, 2)

    assert body["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert end == ("complete", None)


async def test_nobody_may_listen(api: Api, acme: Acme) -> None:
    async with listening(api.app) as port:
        async with server_sent(port, NOBODY, organization_events(acme.id)) as response:
            (_, body), _ = await taken(response, 2)
        bad = {"authorization": "Bearer nonsense"}
        async with server_sent(port, NOBODY, organization_events(acme.id), **bad) as refused:
            await refused.aread()

    assert body["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert (refused.status_code, refused.headers["content-type"]) == (
        401,
        "application/json; charset=utf-8",
    )


async def test_a_page_elsewhere_opens_no_event_source(api: Api, acme: Acme) -> None:
    async with listening(api.app) as port, httpx.AsyncClient() as client:
        url = f"http://127.0.0.1:{port}/graphql"
        headers = {"accept": "text/event-stream", "origin": "https://evil.example.com"}
        got = await client.get(url, params={"query": organization_events(acme.id)}, headers=headers)
        posted = await client.post(url, json={"query": "{ __typename }"}, headers=headers)
        await posted.aread()

    assert got.status_code == 405
    assert "access-control-allow-origin" not in posted.headers


async def test_comments_keep_the_connection_open(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "HEARTBEAT_SECONDS", 0.1)
    async with (
        listening(api.app) as port,
        server_sent(port, acme.admin, organization_events(acme.id)) as response,
    ):
        lines = response.aiter_lines()
        found = [await anext(lines) for _ in range(4)]

    assert found == [": ping", "", ": ping", ""]


async def test_who_hangs_up_leaves_nothing_behind(api: Api, acme: Acme) -> None:
    async with listening(api.app) as port:
        before = len(asyncio.all_tasks())
        for _ in range(10):
            async with server_sent(port, acme.admin, organization_events(acme.id)):
                await begun(api)
        await left(api)
        await asyncio.sleep(0.1)

        assert len(asyncio.all_tasks()) <= before


async def test_json_is_answered_to_who_reads_no_events(api: Api, acme: Acme) -> None:
    answer = await api.run(organization_events(acme.id), by=acme.admin)

    assert answer.code == "BAD_USER_INPUT"
    assert "text/event-stream" in answer.error["message"]
