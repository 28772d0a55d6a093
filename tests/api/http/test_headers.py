"""The headers of responses, what pages of another origin can send, and operations that are"
" named."""

from collections.abc import AsyncIterator

import httpx
import pytest
from structlog.testing import capture_logs

from models.database.store import Store
from server.http.cors import ALLOWED_HEADERS
from server.settings.settings import Environment
from tests.conftest import settings
from tests.support.api import SECRET_KEY, SERVICE, Api, Clock
from tests.support.application import make_application
from tests.support.http import FINE, GRAPHQL_JSON, ONLY_SQLITE

pytestmark = ONLY_SQLITE
ORIGIN = "https://app.example.com"


@pytest.fixture
async def open_api(store: Store, clock: Clock) -> AsyncIterator[Api]:
    chosen = settings(
        env=Environment.DEVELOPMENT,
        secret_keys=(SECRET_KEY,),
        allowed_origins=ORIGIN,
        allowed_headers="x-tenant, X-Trace",
    )
    api = Api(make_application(chosen, store=store, clock=clock), store, clock)
    yield api
    await api.client.aclose()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/graphql", FINE),
        ("POST", "/graphql", b"{"),
        ("POST", "/graphql", b'{"query": "{ nope }"}'),
        ("POST", "/graphql", b'{"query": "{ roles { key } }"}'),
        ("PUT", "/graphql", FINE),
        ("GET", "/schema.graphql", b""),
        ("GET", "/healthz", b""),
        ("GET", "/readyz", b""),
        ("GET", "/nowhere", b""),
    ],
)
async def test_no_answer_is_kept_by_a_cache(api: Api, method: str, path: str, body: bytes) -> None:
    headers = {"content-type": "application/json"}

    response = await api.client.request(method, path, content=body, headers=headers)

    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_a_refused_credential_and_a_stream_are_not_kept(api: Api) -> None:
    refused = await api.client.post("/graphql", json={}, headers={"authorization": "Bearer x"})
    stream = await api.client.post(
        "/graphql",
        content=FINE,
        headers={"accept": "text/event-stream", "content-type": "application/json"},
    )

    assert refused.headers["cache-control"] == "no-store"
    assert stream.headers["cache-control"] == "no-store, no-transform"


async def preflight(api: Api, header: str, origin: str = ORIGIN) -> httpx.Response:
    headers = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": header,
    }
    return await api.client.options("/graphql", headers=headers)


@pytest.mark.parametrize(
    "header",
    [
        *ALLOWED_HEADERS,
        "Idempotency-Key",
        "traceparent,tracestate,baggage,sentry-trace",
        "x-tenant",
        "x-trace",
    ],
)
async def test_a_page_can_send_what_clients_send(open_api: Api, header: str) -> None:
    assert (await preflight(open_api, header)).status_code == 200


async def test_a_page_cannot_send_just_any_header(open_api: Api) -> None:
    assert (await preflight(open_api, "x-other")).status_code == 400


async def test_a_page_reads_when_to_retry_and_what_was_replayed(open_api: Api) -> None:
    headers = {"origin": ORIGIN, "content-type": "application/json"}

    response = await open_api.client.post("/graphql", content=FINE, headers=headers)

    exposed = response.headers["access-control-expose-headers"]
    assert exposed == "Retry-After, Idempotency-Replayed, X-Request-Id"


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"content-type": "application/json", "authorization": "Bearer x"}, FINE, 401),
        ({"content-type": "application/json"}, b"{", 400),
        ({"content-type": "text/plain"}, FINE, 415),
        ({"content-type": "application/json"}, b" " * 300_000, 413),
        ({"content-type": "application/json", "accept": "image/png"}, FINE, 406),
    ],
)
async def test_a_page_reads_errors_too(
    open_api: Api, headers: dict[str, str], body: bytes, status: int
) -> None:
    response = await open_api.client.post(
        "/graphql", content=body, headers={"origin": ORIGIN, **headers}
    )

    assert response.status_code == status
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert "Retry-After" in response.headers["access-control-expose-headers"]


async def test_a_browser_asks_every_two_hours(open_api: Api) -> None:
    assert (await preflight(open_api, "idempotency-key")).headers[
        "access-control-max-age"
    ] == "7200"


async def test_development_says_what_to_set_for_a_refused_page(open_api: Api, api: Api) -> None:
    with capture_logs() as lines:
        refused = await preflight(open_api, "authorization", "http://localhost:5173")
        without_origins = await preflight(api, "authorization")
        allowed = await preflight(open_api, "authorization")

    warnings = [line for line in lines if line["log_level"] == "warning"]
    assert [one.status_code for one in (refused, without_origins, allowed)] == [400, 400, 200]
    assert "access-control-allow-origin" not in refused.headers
    assert "access-control-allow-origin" not in without_origins.headers
    assert [(line["event"], line["origin"]) for line in warnings] == [
        ("preflight refused", "http://localhost:5173"),
        ("preflight refused", ORIGIN),
    ]
    assert "add http://localhost:5173 to TENANTRY_ALLOWED_ORIGINS" in warnings[0]["detail"]


async def test_production_does_not_log_what_strangers_ask(store: Store, clock: Clock) -> None:
    chosen = settings(env=Environment.PRODUCTION, allowed_origins=ORIGIN)
    api = Api(make_application(chosen, store=store, clock=clock), store, clock)

    with capture_logs() as lines:
        refused = await preflight(api, "authorization", "https://evil.example")

    assert refused.status_code == 400
    assert [line for line in lines if line["log_level"] == "warning"] == []
    await api.client.aclose()


# ------------------------------------------------------------------- persisted queries, and names


@pytest.mark.parametrize("query", [{}, {"query": None}, {"query": ""}])
@pytest.mark.parametrize(("accept", "status"), [("application/json", 200), (GRAPHQL_JSON, 400)])
async def test_a_persisted_query_is_asked_for_whole(
    api: Api, query: dict[str, object], accept: str, status: int
) -> None:
    hash = {"version": 1, "sha256Hash": "0" * 64}
    body = {**query, "operationName": "A", "extensions": {"persistedQuery": hash}}

    response = await api.client.post("/graphql", json=body, headers={"accept": accept})
    retried = await api.client.post("/graphql", json={**body, "query": "query A { __typename }"})

    assert (response.status_code, response.json()) == (
        status,
        {
            "errors": [
                {
                    "message": "PersistedQueryNotSupported",
                    "extensions": {"code": "PERSISTED_QUERY_NOT_SUPPORTED"},
                }
            ]
        },
    )
    assert retried.json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize(
    ("query", "name", "sentence"),
    [
        (
            "query A { __typename } query B { __typename }",
            "C",
            'The document has no operation named "C". It has: A, B.',
        ),
        (
            "query A { __typename } query B { __typename }",
            None,
            "operationName must name the operation to run. The document has: A, B.",
        ),
        (
            "query A { __typename }",
            "a",
            'The document has no operation named "a". It has: A.',
        ),
        (
            "{ __typename }",
            "A",
            "The document has one operation without a name. Leave out operationName.",
        ),
    ],
)
async def test_an_operation_that_is_not_there(
    api: Api, query: str, name: str | None, sentence: str
) -> None:
    body = {"query": query, "operationName": name}

    for accept, status in ((GRAPHQL_JSON, 400), ("application/json", 200)):
        headers = {"accept": accept, "authorization": str(SERVICE.authorization)}
        response = await api.client.post("/graphql", json=body, headers=headers)
        (error,) = response.json()["errors"]

        assert (response.status_code, error["message"]) == (status, sentence)
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
