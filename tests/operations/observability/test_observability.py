"""What operators see: request logs and metrics, bounded, and without anything that is somebody's."""

import json
import re
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from tests.conftest import settings
from tests.support.api import NOBODY, SERVICE, Api
from tests.support.application import make_application
from tests.support.data.factories import Acme
from tests.support.http import ONLY_SQLITE
from tests.support.processes.commands import listening
from tests.support.servers.smtp import until
from tests.support.subscriptions import a_connection, begun, organization_events

NASTY = "mallory_sk_5eHxE1bW8q0mJ3nV7tYcRfZuKpLdGa2s"
ADDRESS = "mallory.secret@example.com"
TOKEN = "f3Zk9QmWv2Lx7TbYc4RdHn6sGpE1uAoJ"
NEW_ID = re.compile(r"[0-9a-f]{32}")


@pytest.fixture
def lines() -> Iterator[list[Any]]:
    with capture_logs() as captured:
        yield captured  # pyright: ignore[reportReturnType]


async def read_metrics(api: Api) -> dict[str, float]:
    text = (await api.client.get("/metrics")).text
    samples = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in samples}


async def test_a_request_is_one_line(api: Api, acme: Acme, lines: list[Any]) -> None:
    await api.send("members", by=acme.admin, organizationId=acme.id)

    (line,) = [line for line in lines if line["event"] == "request"]
    assert line["statements"] >= 1
    assert line["duration_ms"] > 0
    chosen = (
        "transport",
        "route",
        "operation",
        "kind",
        "status",
        "outcome",
        "actor_type",
        "actor_id",
    )
    assert [line[name] for name in chosen] == [
        "http", "/graphql", "Members", "query", 200, "ok", "user", acme.admin.id
    ]  # fmt: skip
    assert line["organization_id"] == acme.id


async def test_a_refused_mutation_names_its_codes(api: Api, acme: Acme, lines: list[Any]) -> None:
    await api.mutate("updateOrganization", {"organizationId": acme.id, "name": ""}, by=acme.admin)
    await api.run("{ viewer { nothing } }", by=acme.admin)

    user_error, error = [line for line in lines if line["event"] == "request"]
    assert (user_error["outcome"], error["outcome"]) == ("user_error", "error")
    assert user_error["user_errors"]
    assert user_error["organization_id"] == acme.id
    assert error["errors"] == ["GRAPHQL_VALIDATION_FAILED"]


@ONLY_SQLITE
@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x-request-id": "0af7651916cd43dd8448eb211c80319c"}, "0af7651916cd43dd8448eb211c80319c"),
        (
            {"x-request-id": "123e4567-e89b-12d3-a456-426614174000"},
            "123e4567-e89b-12d3-a456-426614174000",
        ),
        (
            {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
            "0af7651916cd43dd8448eb211c80319c",
        ),
        ({"x-request-id": ADDRESS}, None),
        ({"x-request-id": NASTY}, None),
        ({"traceparent": f"00-{'0' * 32}-b7ad6b7169203331-01"}, None),
        ({}, None),
    ],
)
async def test_the_answer_has_the_request_id(
    api: Api, headers: dict[str, str], expected: str | None
) -> None:
    answer = await api.client.get("/healthz", headers=headers)

    given = answer.headers["x-request-id"]
    assert given == expected if expected else NEW_ID.fullmatch(given)


@ONLY_SQLITE
async def test_no_door_lets_personal_data_into_the_log(
    api: Api, acme: Acme, lines: list[Any]
) -> None:
    query = f'query {NASTY}($a: String) {{ viewer {{ user {{ id }} }} nodes(ids: ["{ADDRESS}"]) {{ id }} }}'
    bodies = [
        {"query": query, "operationName": NASTY, "variables": {"a": ADDRESS}},
        {
            "query": query,
            "variables": {"organizationId": ADDRESS, "input": {"organizationId": NASTY}},
        },
        {"query": f"{{ {NASTY} }}"},
        {"query": f"query {NASTY}("},
        {"query": query, "operationName": ADDRESS},
        {"query": 7, "x": NASTY},
    ]
    for authorization in (acme.admin.authorization or "", f"Bearer {NASTY}", f"Bearer sk_{NASTY}"):
        for accept in ("application/json", "text/event-stream"):
            for body in bodies:
                await api.client.post(
                    f"/graphql?ticket={NASTY}",
                    json=body,
                    headers={
                        "authorization": authorization, "accept": accept,
                        "x-request-id": NASTY, "user-agent": ADDRESS, "traceparent": NASTY,
                    },
                )  # fmt: skip
    for path in (f"/invitations/accept?ticket={NASTY}", f"/{NASTY}", f"/images/{NASTY}.svg"):
        await api.client.get(path)
    await api.client.request(NASTY, "/graphql")
    await api.mutate(
        "createInvitation",
        {"organizationId": acme.id, "emailAddress": ADDRESS, "role": "org:member"},
        by=acme.admin,
    )
    async with listening(api.app) as port, a_connection(port) as socket:
        await socket.greet(acme.admin)
        for number, body in enumerate(bodies[:4]):
            await socket.send(type="subscribe", id=f"{NASTY}{number}", payload=body)
            await socket.receive()
        await socket.subscribe(organization_events(ADDRESS), id=ADDRESS)
        await socket.receive()

    text = json.dumps(lines, default=str)
    assert sum(line["event"] == "request" for line in lines) > 40
    assert {"http", "sse", "websocket"} <= {line.get("transport") for line in lines}
    for secret in (NASTY, ADDRESS, (acme.admin.authorization or "")[7:], acme.admin.email):
        assert secret not in text
    metrics = (await api.client.get("/metrics")).text
    assert NASTY not in metrics
    assert ADDRESS not in metrics


async def test_metrics_count_what_happened(api: Api, acme: Acme) -> None:
    before = await read_metrics(api)
    await api.send("members", by=acme.admin, organizationId=acme.id)
    await api.send("members", by=acme.admin, organizationId=acme.id)
    await api.run("query Unknown { viewer { nothing } }", by=acme.admin)
    after = await read_metrics(api)

    def grown(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    ok = 'tenantry_requests_total{kind="query",operation="Members",outcome="ok",transport="http"}'
    assert grown(ok) == 2
    assert grown('tenantry_errors_total{code="GRAPHQL_VALIDATION_FAILED"}') == 1
    duration = 'tenantry_request_duration_seconds_count{kind="query",operation="Members"}'
    assert grown(duration) == 2
    system = api.store.url.get_backend_name()
    assert grown(f'tenantry_statements_total{{database="{system}",kind="select"}}') >= 2
    assert grown('tenantry_cache_lookups_total{cache="documents",result="hits"}') == 1
    assert grown('tenantry_cache_lookups_total{cache="tokens",result="hits"}') >= 1
    assert after["tenantry_database_up"] == 1
    assert after['tenantry_queue_due{queue="mail"}'] == 0
    assert 'tenantry_pool_connections{pool="reader",state="idle"}' in after


async def test_the_queues_show_what_waits(api: Api, acme: Acme) -> None:
    await api.mutate(
        "createInvitation",
        {"organizationId": acme.id, "emailAddress": ADDRESS, "role": "org:member"},
        by=acme.admin,
    )
    api.clock.forward(minutes=7)

    metrics = await read_metrics(api)

    assert metrics['tenantry_queue_due{queue="mail"}'] == 1
    assert 400 < metrics['tenantry_queue_oldest_due_age_seconds{queue="mail"}'] < 440


@ONLY_SQLITE
async def test_names_of_clients_make_no_series(api: Api, acme: Acme) -> None:
    async def series() -> int:
        return len(await read_metrics(api))

    variables = {"organizationId": acme.id}
    for name in ("First", "Second"):
        await api.run(f"query {name} {{ viewer {{ user {{ id }} }} }}", variables, by=SERVICE)
        await api.run(f"query {name} {{ viewer {{ user {{ id }} }} }}", variables, by=NOBODY)
    before = await series()
    for number in range(1_000):
        variables = {"organizationId": f"org_{number:026}"}
        document = f"query Client{number} {{ viewer {{ user {{ id }} }} }}"
        await api.run(document, variables, by=SERVICE if number % 2 else NOBODY)

    assert await series() == before


@ONLY_SQLITE
async def test_who_reads_the_metrics_in_production(api: Api) -> None:
    async def status(given: bytes | None, **values: Any) -> int:
        app = make_application(settings(**values), store=api.store)
        headers = {b"authorization": given} if given else {}
        api.client._transport.app = app  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue]
        return (await api.client.get("/metrics", headers=headers)).status_code

    assert await status(None) == 404
    assert await status(f"Bearer {TOKEN}".encode()) == 404
    assert await status(None, metrics_token=TOKEN) == 401
    assert await status(f"Bearer {TOKEN[:-1]}".encode(), metrics_token=TOKEN) == 401
    assert await status(b"Bearer \xfc", metrics_token=TOKEN) == 401
    assert await status(f"Bearer {TOKEN}".encode(), metrics_token=TOKEN) == 200


async def test_open_sockets_and_streams_are_counted(api: Api, acme: Acme) -> None:
    async def count() -> list[float]:
        metrics = await read_metrics(api)
        names = ("open_sockets", "event_streams", "subscribers")
        return [metrics[f"tenantry_{name}"] for name in names]

    before = await count()
    async with listening(api.app) as port:
        async with a_connection(port) as socket, event_stream(port, acme) as stream:
            await socket.greet(acme.admin)
            await socket.subscribe(organization_events(acme.id))
            await until(lambda: len(api.reader.streams) == 2)
            during = await count()
            assert stream.status_code == 200
        await until(lambda: not api.reader.streams)
        after = await count()

    assert (before, during, after) == ([0, 0, 0], [1, 1, 2], [0, 0, 0])


@asynccontextmanager
async def event_stream(port: int, acme: Acme) -> AsyncGenerator[httpx.Response]:
    """Opens a stream of server-sent events."""
    headers = {"authorization": acme.admin.authorization or "", "accept": "text/event-stream"}
    body = {"query": organization_events(acme.id)}
    url = f"http://127.0.0.1:{port}/graphql"
    async with (
        httpx.AsyncClient() as client,
        client.stream("POST", url, json=body, headers=headers) as stream,
    ):
        yield stream


async def test_a_reader_is_no_part_of_the_request_that_started_it(
    api: Api, acme: Acme, lines: list[Any]
) -> None:
    async with listening(api.app) as port, a_connection(port) as socket:
        await socket.greet(acme.admin)
        await socket.subscribe(organization_events(acme.id))
        await begun(api)
        for number in range(5):
            input = {"organizationId": acme.id, "name": f"Acme {number}"}
            await api.mutate("updateOrganization", input, by=acme.admin)
            await socket.told()

    (stream,) = [line for line in lines if line.get("kind") == "subscription"]
    assert stream["statements"] < 10
