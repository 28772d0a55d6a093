"""GraphQL over WebSocket: the protocol, strict about
every message, and its limits (docs/rules.md, Limits).
"""

import asyncio
import json
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from models.database.store import Store
from server.http.graphql import websocket
from server.http.graphql.websocket import OPERATIONS
from server.settings.settings import Environment
from tests.conftest import settings
from tests.support.api import NOBODY, SECRET_KEY, SERVICE, Api, Caller, contents
from tests.support.application import make_application
from tests.support.data.factories import Acme
from tests.support.http import INNARDS, ONLY_SQLITE
from tests.support.processes.commands import listening
from tests.support.subscriptions import (
    a_connection,
    a_socket,
    a_subscription,
    begun,
    left,
    organization_events,
)

pytestmark = ONLY_SQLITE
INIT = {"type": "connection_init", "payload": {"authorization": SERVICE.authorization}}
DEEP = '{"type": "ping", "payload": ' + '{"a":' * 3000 + "1" + "}" * 3000 + "}"


async def test_a_query_and_a_mutation_are_answered_once(api: Api, acme: Acme) -> None:
    async with listening(api.app) as port, a_socket(port, acme.admin) as socket:
        await socket.subscribe("{ viewer { user { id } } }", id="q")
        query = [await socket.receive(), await socket.receive()]
        change = f'{{organizationId: "{acme.id}", name: "New"}}'
        await socket.subscribe(
            f"mutation {{ updateOrganization(input: {change}) {{ cursor }} }}", id="m"
        )
        mutation = [await socket.receive(), await socket.receive()]

    assert query[0]["type"] == "next"
    assert query[0]["id"] == "q"
    assert query[0]["payload"]["data"] == {"viewer": {"user": {"id": acme.admin.id}}}
    assert query[1] == {"type": "complete", "id": "q"}
    assert int(mutation[0]["payload"]["data"]["updateOrganization"]["cursor"]) > 0
    renamed = await api.run(
        "{ viewer { memberships { nodes { organization { name } } } } }", by=acme.admin
    )
    assert renamed.data["viewer"]["memberships"]["nodes"] == [{"organization": {"name": "New"}}]


async def test_pings_are_answered_before_and_after_the_greeting(api: Api) -> None:
    async with listening(api.app) as port, a_connection(port) as socket:
        await socket.send(type="ping", payload={"a": 1})
        assert await socket.receive() == {"type": "pong"}
        await socket.send(type="pong")
        await socket.send(**INIT)
        assert await socket.receive() == {"type": "connection_ack"}
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"type": "connection_init"}, 4401),
        ({"type": "connection_init", "payload": None}, 4401),
        ({"type": "connection_init", "payload": {}}, 4401),
        ({"type": "connection_init", "payload": {"token": "x"}}, 4401),
        ({"type": "connection_init", "payload": {"authorization": None}}, 4403),
        ({"type": "connection_init", "payload": {"authorization": 7}}, 4403),
        ({"type": "connection_init", "payload": {"authorization": ["Bearer x"]}}, 4403),
        ({"type": "connection_init", "payload": {"authorization": ""}}, 4403),
        ({"type": "connection_init", "payload": {"authorization": "Bearer x"}}, 4403),
        (
            {
                "type": "connection_init",
                "payload": {"authorization": "Bearer sk_0123456789ab_unknown_unknown_un"},
            },
            4403,
        ),
        (
            {
                "type": "connection_init",
                "payload": {"authorization": "Bearer a", "Authorization": "Bearer a"},
            },
            4403,
        ),
        ({"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }"}}, 4401),
        ({"type": "complete", "id": "1"}, 4401),
        ({"type": "nonsense"}, 4401),
    ],
)
async def test_nothing_runs_before_a_good_credential(
    api: Api, message: dict[str, Any], code: int
) -> None:
    async with listening(api.app) as port, a_connection(port) as socket:
        await socket.send(**message)

        assert await socket.closed() == code
        assert not INNARDS.search(socket.connection.close_reason or "")


async def test_the_name_of_the_header_may_be_written_as_headers_are(api: Api) -> None:
    async with listening(api.app) as port, a_connection(port) as socket:
        await socket.send(type="connection_init", payload={"Authorization": SERVICE.authorization})

        assert await socket.receive() == {"type": "connection_ack"}


async def test_who_says_nothing_is_not_waited_for(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "INIT_SECONDS", 0.2)
    async with (
        listening(api.app) as port,
        a_connection(port) as silent,
        a_connection(port) as pinging,
    ):
        pings = asyncio.create_task(_ping(pinging))

        assert [await silent.closed(), await pinging.closed()] == [4408, 4408]
        pings.cancel()


async def _ping(socket: Any) -> None:
    while True:
        await socket.send(type="ping")
        await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "{",
        "null",
        "true",
        "1",
        '"x"',
        "[]",
        '[{"type": "ping"}]',
        "{}",
        '{"type": null}',
        '{"type": 1}',
        '{"type": {}}',
        '{"type": ["ping"]}',
        '{"type": "nonsense"}',
        '{"type": "ping", "payload": 1}',
        '{"type": "connection_ack"}',
        '{"type": "next", "id": "1", "payload": {}}',
        '{"type": "ping"} {}',
        DEEP,
        '{"type": "subscribe"}',
        '{"type": "subscribe", "id": "1"}',
        '{"type": "subscribe", "id": "1", "payload": null}',
        '{"type": "subscribe", "id": "1", "payload": {}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": 1}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": " "}}',
        '{"type": "subscribe", "payload": {"query": "{ a }"}}',
        '{"type": "subscribe", "id": "", "payload": {"query": "{ a }"}}',
        '{"type": "subscribe", "id": 1, "payload": {"query": "{ a }"}}',
        '{"type": "subscribe", "id": {}, "payload": {"query": "{ a }"}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "variables": []}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "operationName": 1}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "variables": {"a":'
        ' "\\u0000"}}}',
        '{"type": "subscribe", "id": "' + "1" * 129 + '", "payload": {"query": "{ a }"}}',
        '{"type": "complete"}',
        '{"type": "complete", "id": 1}',
        '{"type": "complete", "id": null}',
        '{"type": "ping", "payload": "\\ud800"}',
    ],
)
async def test_what_is_no_message_closes_with_a_reason(
    api: Api, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(api.app) as port, a_socket(port, SERVICE) as socket:
        await socket.connection.send(text)

        assert await socket.closed() == 4400
        assert socket.connection.close_reason
        assert not INNARDS.search(socket.connection.close_reason)
    assert "Traceback" not in caplog.text


async def test_bytes_are_no_message(api: Api) -> None:
    async with listening(api.app) as port, a_socket(port, SERVICE) as socket:
        await socket.connection.send(b'{"type": "ping"}')

        assert await socket.closed() == 4400


async def test_a_message_has_64_kb_at_most(api: Api) -> None:
    query = "{ instance { organizationsEnabled } }"
    async with listening(api.app) as port, a_socket(port, SERVICE) as socket:
        await socket.subscribe(query, spare="x" * 60_000)
        assert (await socket.receive())["type"] == "next"
        await socket.receive()

        await socket.subscribe(query, spare="x" * 66_000)

        assert await socket.closed() == 1009


async def test_a_second_greeting_and_a_taken_id_close_the_socket(api: Api, acme: Acme) -> None:
    query = organization_events(acme.id)
    async with (
        listening(api.app) as port,
        a_socket(port, SERVICE) as twice,
        a_socket(port, SERVICE) as same,
    ):
        await twice.send(**INIT)
        await same.subscribe(query)
        await same.subscribe(query)

        assert [await twice.closed(), await same.closed()] == [4429, 4409]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nonsense }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { events { nonsense } }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "subscription { events { id } viewerMembershipChanged { id } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ('subscription { events(after: "x") { id } }', "BAD_USER_INPUT"),
        (
            "subscription($id: ID!) { organizationEvents(organizationId: $id) { id } }",
            "BAD_USER_INPUT",
        ),
        ("subscription A { events { id } } subscription B { events { id } }", "BAD_USER_INPUT"),
        ("query A { viewer { id } } subscription B { events { id } }", "BAD_USER_INPUT"),
    ],
)
async def test_a_faulty_operation_ends_alone(api: Api, query: str, code: str) -> None:
    async with listening(api.app) as port, a_socket(port, SERVICE) as socket:
        await socket.subscribe(query)
        assert (await socket.refused())["code"] == code

        await socket.subscribe("{ instance { organizationsEnabled } }")
        assert (await socket.receive())["type"] == "next"


async def test_the_operation_that_is_named_runs(api: Api, acme: Acme) -> None:
    document = f"query A {{ viewer {{ user {{ id }} }} }} {organization_events(acme.id, '0').replace('{', 'B {', 1)}"
    async with listening(api.app) as port, a_socket(port, acme.admin) as socket:
        await socket.send(
            type="subscribe", id="1", payload={"query": document, "operationName": "B"}
        )
        assert (await socket.told())["type"] == "ORGANIZATION_CREATED"


async def test_a_socket_runs_fifty_operations_at_once(api: Api, acme: Acme) -> None:
    query = organization_events(acme.id)
    async with listening(api.app) as port, a_socket(port, acme.admin) as socket:
        for number in range(OPERATIONS):
            await socket.subscribe(query, id=str(number))
        await socket.subscribe(query, id="more")
        refusal = await socket.refused("more")
        await begun(api, OPERATIONS)
        await socket.send(type="complete", id="0")
        await socket.subscribe(organization_events(acme.id, "0"), id="more")
        await socket.told("more")

    assert (refusal["code"], refusal["limit"]) == ("LIMIT_EXCEEDED", OPERATIONS)


async def test_what_is_completed_tells_no_more_and_its_id_is_free(api: Api, acme: Acme) -> None:
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.admin, organization_events(acme.id)) as socket,
    ):
        await begun(api)
        await socket.send(type="complete", id="1")
        await socket.send(type="complete", id="unknown")
        await left(api)
        await api.send("update-organization", by=acme.admin, organizationId=acme.id, name="Unheard")
        await socket.quiet()

        await socket.subscribe(organization_events(acme.id))
        await begun(api)
        await api.send("update-organization", by=acme.admin, organizationId=acme.id, name="Heard")
        assert (await socket.told())["type"] == "ORGANIZATION_UPDATED"


@pytest.mark.parametrize("env", [Environment.DEVELOPMENT, Environment.PRODUCTION])
@pytest.mark.parametrize(
    ("origin", "welcomed_by"),
    [
        (None, {"development", "production"}),
        ("http://127.0.0.1:{port}", {"development"}),
        ("https://orgs.example.com", {"development", "production"}),
        ("https://app.example.com", {"development", "production"}),
        ("https://evil.example.com", set[str]()),
        ("http://127.0.0.1:1", set[str]()),
        ("null", set[str]()),
        ("https://app.example.com.evil.example.com", set[str]()),
    ],
)
async def test_only_known_pages_open_a_socket(
    store: Store, env: Environment, origin: str | None, welcomed_by: set[str]
) -> None:
    app = make_application(
        settings(
            env=env,
            secret_keys=(SECRET_KEY,),
            public_url="https://orgs.example.com",
            allowed_origins=("https://app.example.com",),
        ),
        store=store,
    )
    async with listening(app) as port:
        options = {"origin": origin.format(port=port)} if origin else {}
        if env.value in welcomed_by:
            async with a_connection(port, **options) as socket:
                await socket.greet(SERVICE)
            return
        with pytest.raises(InvalidStatus, match="403"):
            async with a_connection(port, **options):
                ...


@pytest.mark.parametrize("protocols", [["graphql-ws"], ["graphql-ws", "chat"], None])
async def test_only_the_one_protocol_is_spoken(api: Api, protocols: list[str] | None) -> None:
    async with listening(api.app) as port:
        with pytest.raises(InvalidStatus, match="403"):
            async with a_connection(port, subprotocols=protocols):
                ...


async def test_messages_are_not_compressed(api: Api) -> None:
    async with listening(api.app) as port, a_connection(port, compression="deflate") as socket:
        assert socket.connection.protocol.extensions == []


async def test_what_a_client_leaves_behind_is_gone(api: Api, acme: Acme) -> None:
    query = organization_events(acme.id)
    async with listening(api.app) as port:
        before = len(asyncio.all_tasks())
        for _ in range(20):
            async with a_subscription(port, acme.admin, query) as socket:
                await socket.subscribe(query, id="2")
                await begun(api)
                socket.connection.transport.abort()
        await left(api)
        await asyncio.sleep(0.1)

        assert len(asyncio.all_tasks()) <= before + 1


async def test_a_client_that_leaves_in_the_middle_of_a_mutation_changes_all_or_nothing(
    api: Api, acme: Acme
) -> None:
    async with listening(api.app) as port:
        for number in range(10):
            async with a_socket(port, acme.admin) as socket:
                change = f'{{organizationId: "{acme.id}", name: "Name {number}"}}'
                await socket.subscribe(
                    f"mutation {{ updateOrganization(input: {change}) {{ cursor }} }}"
                )
                await asyncio.sleep(number / 1000)
                socket.connection.transport.abort()
        await asyncio.sleep(0.3)
        events = [
            event
            for event in (await contents(api.store))["event"]
            if "organization.updated" in event
        ]
        answer = await api.send(
            "update-organization", by=acme.admin, organizationId=acme.id, name="After"
        )

    assert answer.payload
    assert 0 < len(events) <= 10


@pytest.mark.parametrize("caller", [NOBODY])
async def test_a_query_needs_a_credential_here(api: Api, caller: Caller) -> None:
    async with listening(api.app) as port, a_connection(port) as socket:
        await socket.connection.send(json.dumps({"type": "connection_init"}))

        assert await socket.closed() == 4401
