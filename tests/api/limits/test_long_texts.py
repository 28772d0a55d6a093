"""Errors that repeat what a client wrote: however long that is, they stay short."""

import json
from typing import Any

import pytest

from schema.foundation.errors import MAXIMUM_ERRORS, MESSAGE_LENGTH, shorten
from tests.support.api import JSON, SERVICE, Api
from tests.support.http import ONLY_SQLITE
from tests.support.processes.commands import listening
from tests.support.subscriptions import a_socket, server_sent, server_sent_events

LONG = "x" * 50_000
WORDS = "x y " * 12_000
ORGANIZATION = "mutation($input: CreateOrganizationInput!) { createOrganization(input: $input) { userErrors { message field meta } } }"
ROLE = "mutation($input: CreateRoleInput!) { createRole(input: $input) { userErrors { message field meta } } }"

REQUESTS: dict[str, JSON] = {
    "a field": {"query": f"{{ {LONG} }}"},
    "an alias": {"query": f"{{ {LONG}: nothing }}"},
    "an alias of a field that fails": {
        "query": f'{{ {LONG}: events(after: "a") {{ nodes {{ cursor }} }} }}'
    },
    "an argument": {"query": f"{{ users({LONG}: 1) {{ totalCount }} }}"},
    "a string": {"query": f'{{ users(first: "{WORDS}") {{ totalCount }} }}'},
    "a block string": {"query": f'{{ users(first: """{WORDS}""") {{ totalCount }} }}'},
    "an object": {"query": f'{{ users(first: {{a: "{WORDS}"}}) {{ totalCount }} }}'},
    "a list": {"query": f"{{ users(first: [{'1 ' * 1_900}]) {{ totalCount }} }}"},
    "an enum": {"query": f"{{ users(first: {LONG}) {{ totalCount }} }}"},
    "a number": {"query": f"{{ users(first: {'9' * 50_000}) {{ totalCount }} }}"},
    "a fraction": {"query": f"{{ users(first: 1.{'9' * 50_000}) {{ totalCount }} }}"},
    "a boolean's string": {"query": f'{{ __typename @include(if: "{WORDS}") }}'},
    "a default value": {
        "query": f'query($a: Int = "{WORDS}") {{ users(first: $a) {{ totalCount }} }}'
    },
    "many strings": {
        "query": "{ "
        + " ".join(f'a{n}: users(first: "{"x" * 3_000}") {{ totalCount }}' for n in range(15))
        + " }"
    },
    "a variable": {"query": f"query(${LONG}: Int) {{ __typename }}"},
    "a type": {"query": f"query($a: {LONG}) {{ __typename }}"},
    "a list type": {"query": f"query($a: {'[' * 150}Nope{']' * 150}) {{ __typename }}"},
    "a directive": {"query": f"{{ __typename @{LONG} }}"},
    "a fragment": {"query": f"{{ ...{LONG} }}"},
    "a circle of fragments": {
        "query": "{ ...f0 } "
        + " ".join(f"fragment f{n} on Query {{ ...f{(n + 1) % 150} }}" for n in range(150))
    },
    "operations": {"query": f"query A{LONG} {{ __typename }} query B{LONG} {{ __typename }}"},
    "two fields": {"query": f"{{ a: {LONG} a: users {{ totalCount }} }}"},
    "two arguments": {
        "query": f'{{ a: users(query: "{WORDS}") {{ totalCount }} a: users(query: "") {{ totalCount }} }}'
    },
    "a string that is no field": {"query": f'{{ "{WORDS}" }}'},
    "a block string that is no field": {"query": f'{{ """{WORDS}""" }}'},
    "a comment": {"query": f"{{ # {WORDS}\n ? }}"},
    "an escape": {"query": f'{{ users(query: "\\u{{{"0" * 40_000}}}") {{ totalCount }} }}'},
    "an operation's name": {"query": "query A { __typename }", "operationName": LONG},
    "a value": {
        "query": "query($a: Int) { users(first: $a) { totalCount } }",
        "variables": {"a": WORDS},
    },
    "a value's field": {"query": ORGANIZATION, "variables": {"input": {"name": "a", LONG: 1}}},
    "a value's fields": {
        "query": ORGANIZATION,
        "variables": {"input": {"name": "a", **{f"{n}{LONG[:2000]}": 1 for n in range(20)}}},
    },
    "a wrong input": {"query": ORGANIZATION, "variables": {"input": WORDS}},
    "a slug": {"query": ORGANIZATION, "variables": {"input": {"name": "a", "slug": LONG[:4_000]}}},
    "a name": {"query": ORGANIZATION, "variables": {"input": {"name": LONG[:4_000]}}},
    "a key": {
        "query": ROLE,
        "variables": {"input": {"name": "a", "key": LONG[:4_000], "permissions": []}},
    },
    "an id": {"query": f'{{ node(id: "{LONG[:4_000]}") {{ id }} }}'},
    "a cursor": {"query": f'{{ events(after: "{LONG[:4_000]}") {{ nodes {{ cursor }} }} }}'},
    "a time": {
        "query": 'mutation($t: DateTime) { replayWebhookDeliveries(input: {webhookEndpointId: "a", failedSince: $t}) { cursor } }',
        "variables": {"t": WORDS},
    },
}


def check(body: Any) -> None:
    """Asserts that neither an error nor all of them together repeat what was sent."""
    assert all(len(error["message"]) <= MESSAGE_LENGTH + 3 for error in body.get("errors", ()))
    assert len(json.dumps(body)) < MAXIMUM_ERRORS * (MESSAGE_LENGTH + 200)


@ONLY_SQLITE
@pytest.mark.parametrize("name", REQUESTS)
async def test_an_error_is_short(api: Api, name: str) -> None:
    headers = {"authorization": SERVICE.authorization or ""}
    response = await api.client.post("/graphql", json=REQUESTS[name], headers=headers)

    assert response.status_code in {200, 400}
    assert "INTERNAL" not in response.text
    check(response.json())


@ONLY_SQLITE
@pytest.mark.parametrize("name", ["a string", "a field", "a string that is no field", "a value"])
async def test_an_error_of_a_socket_or_a_stream_is_short(api: Api, name: str) -> None:
    request = REQUESTS[name]
    async with listening(api.app) as port:
        async with a_socket(port, SERVICE) as socket:
            await socket.send(type="subscribe", id="1", payload=request)
            message = await socket.receive()
        async with server_sent(port, SERVICE, request["query"]) as response:
            _, event = await anext(server_sent_events(response))

    assert message["type"] == "error"
    check({"errors": message["payload"]})
    check(event)


@ONLY_SQLITE
@pytest.mark.parametrize("header", ["authorization", "accept", "content-type", "idempotency-key"])
async def test_the_refusal_of_a_header_is_short(api: Api, header: str) -> None:
    headers = {"content-type": "application/json", header: "Bearer " + "x" * 15_000}

    response = await api.client.post("/graphql", content=b"{}", headers=headers)

    assert response.status_code >= 400
    assert len(response.content) < 3_000


def test_the_beginning_and_the_end_of_a_long_message_are_kept() -> None:
    assert shorten("a" * MESSAGE_LENGTH) == "a" * MESSAGE_LENGTH
    assert shorten(f"Begin {LONG} end").startswith("Begin x")
    assert shorten(f"Begin {LONG} end").endswith("x end")
