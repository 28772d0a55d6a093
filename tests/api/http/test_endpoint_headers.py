"""The door of `/graphql`: which methods, types, sizes and
credentials come in, and how the client chooses its type.
"""

import asyncio
import gzip
from collections.abc import AsyncIterator

import httpx
import pytest

from server.http import requests
from tests.support.api import Api
from tests.support.http import FINE, GRAPHQL_JSON, ONLY_SQLITE, fault, post
from tests.support.processes.commands import listening

pytestmark = ONLY_SQLITE

# -------------------------------------------------------------------------------- methods and types


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "PROPFIND"])
async def test_only_post_carries_an_operation(api: Api, method: str) -> None:
    response = await api.client.request(
        method, "/graphql", content=FINE, headers={"content-type": "application/json"}
    )

    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, POST"
    assert fault(response)["message"] == "Operations must be sent with POST."


@pytest.mark.parametrize(
    "query", ["{__typename}", 'mutation{createOrganization(input:{name:"A"}){cursor}}', ""]
)
async def test_a_get_runs_nothing(api: Api, query: str) -> None:
    response = await api.client.get(
        "/graphql", params={"query": query}, headers={"authorization": "Bearer x"}
    )

    assert response.status_code == 405
    assert fault(response)["message"] == "Operations must be sent with POST."


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=application/json",
        "application/jsonp",
        "application/json-patch+json",
        "text/plain, application/json",
        "application/json, text/plain",
        "text/plain; a=application/json",
        "application/json; charset=utf-16",
        "application/json; charset=utf-8; a=b",
        "application/graphql",
    ],
)
async def test_only_json_is_read(api: Api, content_type: str | None) -> None:
    response = await post(api, FINE, content_type=content_type)

    assert response.status_code == 415
    assert fault(response)["message"] == "The Content-Type must be application/json."


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "APPLICATION/JSON;",
        "application/json; charset=UTF-8",
        'application/json;charset="utf-8"',
    ],
)
async def test_json_may_name_its_encoding(api: Api, content_type: str) -> None:
    assert (await post(api, FINE, content_type=content_type)).status_code == 200


async def test_two_content_types_are_none(api: Api) -> None:
    headers = [("content-type", "application/json"), ("content-type", "text/plain")]

    assert (await api.client.post("/graphql", content=FINE, headers=headers)).status_code == 415


@pytest.mark.parametrize("encoding", ["gzip", "br", "GZIP", "gzip, identity", "x"])
async def test_a_compressed_body_is_not_read(api: Api, encoding: str) -> None:
    response = await post(api, gzip.compress(FINE), content_encoding=encoding)

    assert response.status_code == 415
    assert fault(response)["message"] == "Compressed bodies are not supported."


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("text/html, */*;q=0.8", "application/json"),
        ("application/json", "application/json"),
        (GRAPHQL_JSON, GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}; charset=utf-8, application/json; charset=utf-8", GRAPHQL_JSON),
        (f"application/json, {GRAPHQL_JSON}", GRAPHQL_JSON),
        (f"application/json, {GRAPHQL_JSON};q=0.5", "application/json"),
        (f"{GRAPHQL_JSON};q=0, application/json", "application/json"),
        ("application/json;q=0, */*", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON};q=nonsense", GRAPHQL_JSON),
        ("text/html", None),
        ("text/event-stream", "text/event-stream"),
        ("text/event-stream;q=0", None),
        ("application/json;q=0.5, text/event-stream", "text/event-stream"),
        # As urql and other clients that take every answer ask for it.
        (f"{GRAPHQL_JSON}, application/json, text/event-stream, multipart/mixed", GRAPHQL_JSON),
        ("text/event-stream, */*", "application/json"),
        ("application/json, text/event-stream;q=0.9", "application/json"),
        ("multipart/mixed", None),
        ("application/jsonp", None),
        (f"{GRAPHQL_JSON}p", None),
        ("application/json;q=0", None),
        ("*/*;q=0", None),
    ],
)
async def test_the_client_says_which_type_it_reads(
    api: Api, accept: str | None, answered: str | None
) -> None:
    api.client.headers.pop("accept")

    response = await post(api, FINE, accept=accept)

    if answered is None:
        assert response.status_code == 406
        assert fault(response)["extensions"]["code"] == "BAD_USER_INPUT"
    else:
        assert response.headers["content-type"].removesuffix("; charset=utf-8") == answered


# ------------------------------------------------------------------------------ size, and who calls


def padded(size: int) -> bytes:
    return FINE + b" " * (size - len(FINE))


async def in_parts(body: bytes, size: int = 10_000) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


async def test_a_body_is_at_most_256_kilobytes(api: Api) -> None:
    largest, larger = padded(256 * 1024), padded(256 * 1024 + 1)
    headers = {"content-type": "application/json"}

    fits = [
        (await post(api, largest)).status_code,
        (await api.client.post("/graphql", content=in_parts(largest), headers=headers)).status_code,
    ]
    by_length = await post(api, larger)
    by_parts = await api.client.post("/graphql", content=in_parts(larger), headers=headers)

    assert fits == [200, 200]
    assert [by_length.status_code, by_parts.status_code] == [413, 413]
    assert fault(by_parts)["message"] == "A request can have at most 256 KB."
    assert by_length.headers["connection"] == "close"


@pytest.mark.parametrize("size", [300_000, 12_000_000])
async def test_a_body_that_is_too_large_is_answered_and_then_cut_off(api: Api, size: int) -> None:
    async with (
        listening(api.app) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        headers = {"content-type": "application/json"}
        by_parts = await client.post(
            "/graphql", content=in_parts(padded(size), 60_000), headers=headers
        )
        by_length = await client.post("/graphql", content=padded(size), headers=headers)
        alive = await client.post("/graphql", content=FINE, headers=headers)

    assert [by_parts.status_code, by_length.status_code, alive.status_code] == [413, 413, 200]


async def test_a_body_that_does_not_come_is_not_waited_for(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "BODY_SECONDS", 0.2)
    head = {"content-type": "application/json", "content-length": "20"}
    upgrade = {**head, "connection": "upgrade", "upgrade": "h2c"}
    async with (
        listening(api.app) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        late = [
            await client.post("/graphql", content=slowly(), headers=headers)
            for headers in (head, upgrade)
        ]

    assert [response.status_code for response in late] == [408, 408]
    assert fault(late[0])["message"] == "The body must arrive within 0.2 seconds."


async def slowly() -> AsyncIterator[bytes]:
    yield b"{"
    await asyncio.sleep(0.5)
    yield b" " * 19


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "Bearer a b",
        "Bearer x.y.z",
        "Bearer sk_unknown",
        "x" * 40_000,
    ],
)
async def test_a_bad_credential_refuses_the_whole_request(api: Api, authorization: str) -> None:
    response = await post(api, FINE, authorization=authorization)

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert fault(response)["extensions"]["code"] == "UNAUTHENTICATED"


async def test_no_credential_is_a_field_error(api: Api) -> None:
    body = {"query": "{ instance { slugsEnabled } roles { key } }"}

    for accept in (GRAPHQL_JSON, "application/json"):
        response = await api.client.post("/graphql", json=body, headers={"accept": accept})
        (error,) = response.json()["errors"]

        assert response.status_code == 200
        assert response.json()["data"] == {"instance": {"slugsEnabled": True}, "roles": None}
        assert (error["path"], error["extensions"]["code"]) == (["roles"], "UNAUTHENTICATED")


async def test_events_end_their_lines_as_every_client_reads_them(api: Api) -> None:
    response = await post(api, FINE, accept="text/event-stream")

    assert "\r" not in response.text
    assert response.text.endswith("\n\nevent: complete\ndata:\n\n")
