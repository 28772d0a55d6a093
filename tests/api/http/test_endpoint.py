"""The door of `/graphql`: a body that is no request in
order is refused with a sentence; a string is only a string.
"""

import gzip
from collections.abc import Sequence

import httpx
import pytest
from structlog.testing import capture_logs

from tests.support.api import SERVICE, Api
from tests.support.http import FINE, GRAPHQL_JSON, INNARDS, ONLY_SQLITE, fault, post

# ------------------------------------------------------------------------------------------- bodies


def of(
    query: bytes = b'"{ __typename }"', variables: bytes = b"null", name: bytes = b"null"
) -> bytes:
    return b'{"query": %s, "variables": %s, "operationName": %s}' % (query, variables, name)


NO_JSON = {
    "nothing": b"",
    "an open brace": b"{",
    "two objects": FINE + FINE,
    "invalid UTF-8": b"\xff\xfe",
    "invalid UTF-8 in the query": of(b'"\xff"'),
    "UTF-16": FINE.decode().encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + FINE,
    "deep lists": b"[" * 100_000,
    "deep objects in variables": of(variables=b'{"a":' * 5_000 + b"1" + b"}" * 5_000),
    "an integer of 5,000 digits": of(variables=b'{"a": ' + b"9" * 5_000 + b"}"),
    "a float beyond all floats": of(variables=b'{"a": 1e400}'),
    "NaN": of(variables=b'{"a": NaN}'),
    "Infinity": of(variables=b'{"a": Infinity}'),
    "a raw line break in a string": of(b'"{\n__typename }"'),
    "a raw NUL": of(b'"{ __typename }\x00"'),
    "a lone surrogate in the name": of(name=b'"\\ud800"'),
    "a lone surrogate in the query": of(b'"{ __typename \\udfff }"'),
    "a lone surrogate in a variable": of(variables=b'{"a": "\\ud800"}'),
    "gzip": gzip.compress(FINE),
    "a form": b"query={__typename}",
}
NO_REQUEST = {
    "a number": b"1",
    "a string": b'"x"',
    "null": b"null",
    "true": b"true",
    "an empty batch": b"[]",
    "a batch": b"[" + FINE + b"]",
    "a batch of a thousand": b"[" + b",".join([FINE] * 1_000) + b"]",
    "an empty object": b"{}",
    "no query": b'{"query": null}',
    "an empty query": of(b'""'),
    "a blank query": of(b'" \\n "'),
    "a number as query": of(b"1"),
    "a list as query": of(b'["{ __typename }"]'),
    "a list as variables": of(variables=b"[]"),
    "text as variables": of(variables=b'"{}"'),
    "a number as name": of(name=b"1"),
    "a list as extensions": b'{"query": "{ __typename }", "extensions": []}',
    "NUL in a variable": of(variables=b'{"a": "\\u0000"}'),
    "NUL in a key": of(variables=b'{"\\u0000": 1}'),
    "NUL in a string of the query": of(b'"{ node(id: \\"\\\\u0000\\") { id } }"'),
    "NUL in braces": of(b'"{ node(id: \\"\\\\u{00}\\") { id } }"'),
    "NUL written in two steps": of(b'"{ node(id: \\"\\u005cu0000\\") { id } }"'),
    "NUL behind a backslash": of(b'"{ node(id: \\"\\\\\\\\\\\\u0000\\") { id } }"'),
}


@ONLY_SQLITE
@pytest.mark.parametrize(
    "body", [*NO_JSON.values(), *NO_REQUEST.values()], ids=[*NO_JSON, *NO_REQUEST]
)
async def test_a_body_that_is_no_request_is_refused_with_a_sentence(api: Api, body: bytes) -> None:
    response = await post(api, body)

    error = fault(response)
    assert response.status_code == 400
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["message"].endswith(".")
    assert response.headers["content-type"] == "application/json; charset=utf-8"


@ONLY_SQLITE
@pytest.mark.parametrize(
    "body",
    [
        FINE,
        b'{"query": "{ nope }", "query": "{ __typename }"}',
        b'{"query": "{ __typename }", "id": 1, "extensions": {"persistedQuery": null}}',
        of(b'"\xef\xbb\xbf{ __typename }"', b"{}", b'""'),
        of(variables=b'{"a": "\\\\u0000"}'),
        of(variables=b'{"a": {"b": [18446744073709551616, 0.1, "\\ud83d\\ude00"]}}'),
    ],
    ids=[
        "plain",
        "the last of two keys",
        "members nobody asked for",
        "a marked query",
        "text about NUL",
        "odd values",
    ],
)
async def test_an_odd_but_lawful_body_is_answered(api: Api, body: bytes) -> None:
    response = await post(api, body)

    assert (response.status_code, response.json()["data"]) == (200, {"__typename": "Query"})


@ONLY_SQLITE
@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ viewer", "GRAPHQL_PARSE_FAILED"),
        ("# nothing", "GRAPHQL_PARSE_FAILED"),
        ('{ node(id: "\\uD800") { id } }', "GRAPHQL_PARSE_FAILED"),
        ("{ nope }", "GRAPHQL_VALIDATION_FAILED"),
        ("query($a: Int!) { viewer { memberships(first: $a) { totalCount } } }", "BAD_USER_INPUT"),
        ("fragment A on Query { __typename }", "BAD_USER_INPUT"),
        ("query A { __typename } query B { __typename }", "BAD_USER_INPUT"),
        ("subscription { viewerMembershipChanged { id } }", "BAD_USER_INPUT"),
        ("type A { a: Int }", "BAD_USER_INPUT"),
        (
            'extend type Query { b: Int } query Q { __typename @skip(if: "x") }',
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ],
)
async def test_what_can_not_be_run_is_400_for_those_who_read_the_newer_type(
    api: Api, query: str, code: str
) -> None:
    body = httpx.Request("POST", "http://x", json={"query": query}).read()

    newer = await post(api, body, accept=GRAPHQL_JSON)
    older = await post(api, body, accept="application/json")

    assert (newer.status_code, older.status_code) == (400, 200)
    assert newer.headers["content-type"] == f"{GRAPHQL_JSON}; charset=utf-8"
    assert newer.json() == older.json()
    assert {error["extensions"]["code"] for error in newer.json()["errors"]} == {code}
    assert "data" not in newer.json()
    assert not INNARDS.search(newer.text)


@ONLY_SQLITE
@pytest.mark.parametrize("name", ["C", "a", " A", "A" * 10_000])
async def test_a_name_of_no_operation_runs_nothing(api: Api, name: str) -> None:
    response = await api.client.post(
        "/graphql",
        json={
            "query": "query A { __typename } query B { viewer { user { id } } }",
            "operationName": name,
        },
    )

    assert fault(response)["extensions"]["code"] == "BAD_USER_INPUT"


@ONLY_SQLITE
async def test_the_named_operation_is_run(api: Api) -> None:
    document = {
        "query": "query A { a: __typename } query B { b: __typename }",
        "operationName": "B",
    }

    answer = (await api.client.post("/graphql", json=document)).json()

    assert answer["data"] == {"b": "Query"}
    assert "errors" not in answer


@ONLY_SQLITE
async def test_a_flood_of_errors_is_cut_at_twenty(api: Api) -> None:
    unknown = {"query": f"{{ {' '.join(f'nope{number}' for number in range(1_000))} }}"}
    # More than twenty that can fail by themselves: 15 aliases, and the fields without one.
    names = ("roles", "permissions", "roleSets", "users", "organizations", "webhookEndpoints")
    selections = {"users": "totalCount", "organizations": "totalCount", "webhookEndpoints": "id"}
    fields = [f"{name} {{ {selections.get(name, 'key')} }}" for name in names]
    aliased = [f"a{number}: {fields[number % 6]}" for number in range(15)]
    refused = {"query": f"{{ {' '.join([*fields, *aliased])} }}"}

    answers = [(await api.client.post("/graphql", json=body)).json() for body in (unknown, refused)]

    assert [len(answer["errors"]) for answer in answers] == [20, 20]
    assert {error["extensions"]["code"] for error in answers[1]["errors"]} == {"UNAUTHENTICATED"}


@ONLY_SQLITE
async def test_what_a_client_gets_wrong_fills_no_log(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    directives = " ".join(f"@nope{number}" for number in range(600))
    documents = [
        f"{{ __typename {directives} }}",
        f"{{ {' '.join(f'nope{number}' for number in range(1_000))} }}",
        "{ viewer",
        "{ roles { key } }",
        '{ organization(by: {id: "nope"}) { id } }',
    ]

    with capture_logs() as lines:
        for document in documents:
            assert "errors" in (await api.client.post("/graphql", json={"query": document})).json()

    assert [line["event"] for line in lines] == ["request"] * len(documents)
    assert "nope" not in f"{lines} {caplog.text}"


# ------------------------------------------------------------------------------------------ strings

HOSTILE: Sequence[str] = (
    "' OR '1'='1",
    "'; DROP TABLE organization; --",
    '" OR ""="',
    "\\",
    "%",
    "_",
    "%00",
    "$1",
    ":id",
    "?",
    "{{7*7}}",
    "${jndi:ldap://x}",
    "<script>alert(1)</script>",
    "\r\nSet-Cookie: a=b",
    "\x1b[31m",
    "\u202e",
    "\ufeff",
    "ﬁ",
    "İ",
    "😀" * 50,
    "a" * 5_000,
    "org_" + "0" * 26,
    "../../etc/passwd",
    "null",
    "NaN",
    "0x00",
    "1e999",
)


async def test_no_string_is_more_than_a_string(api: Api) -> None:
    document = """query($text: String!, $id: ID!) {
      organizations(query: $text) { totalCount } users(query: $text, externalIds: [$text]) { totalCount }
      cursor: organizations(after: $text) { totalCount }
      node(id: $id) { id } nodes(ids: [$id]) { id } organization(by: { slug: $text }) { id }
      membership(organizationId: $id, userId: $id) { id } user(id: $id) { id }
      checkPermission(organizationId: $id, permission: $text) { reason }
    }"""
    await api.person("ada@example.com")

    for text in HOSTILE:
        answer = await api.run(document, {"text": text, "id": text}, by=SERVICE)
        codes = {error["extensions"]["code"] for error in answer.body.get("errors", [])}

        assert answer.status == 200, text
        assert codes <= {"BAD_USER_INPUT", "NOT_FOUND", "LIMIT_EXCEEDED"}, (text, answer.body)
        assert not INNARDS.search(str(answer.body.get("errors"))), (text, answer.body)
    assert (await api.run("{ users { totalCount } }", by=SERVICE)).data == {
        "users": {"totalCount": 1}
    }
