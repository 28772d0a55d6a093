"""What answers on which path, in development and in
production, as a browser, an operator and an attacker meet it.
"""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.database.store import Store
from schema import get_schema
from schema.foundation.sdl import sdl
from server.http.app import DevelopmentExtras
from server.http.pages import graphiql
from server.settings.settings import Environment
from tests.conftest import settings
from tests.support.api import SECRET_KEY, SERVICE, Api, Clock, test_issuer
from tests.support.application import make_application
from tests.support.data.factories import Acme
from tests.support.http import ONLY_SQLITE
from tests.support.processes.commands import listening
from tests.support.subscriptions import a_socket, server_sent, server_sent_events

OPEN, CLOSED = Environment.DEVELOPMENT, Environment.PRODUCTION
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
ISSUER = test_issuer()


@asynccontextmanager
async def running(
    store: Store,
    env: Environment = CLOSED,
    development: DevelopmentExtras | None = None,
    **values: Any,
) -> AsyncGenerator[Api]:
    """An application over the store, with other settings."""
    chosen = settings(env=env, identity_issuers=(ISSUER,), secret_keys=(SECRET_KEY,), **values)
    api = Api(make_application(chosen, store=store, development=development), store, Clock())
    yield api
    await api.client.aclose()


# ------------------------------------------------------------------------------------------- health


async def test_a_server_with_a_migrated_database_is_ready(api: Api) -> None:
    answers = [await api.client.get(path) for path in ("/healthz", "/readyz")]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.text for answer in answers] == ["ok\n", '{"ready":true}']


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("sqlite+aiosqlite:///{}/empty.db", "the database is not migrated"),
        ("sqlite+aiosqlite:///{}/garbage.db", "the database can't be reached"),
        ("sqlite+aiosqlite:///{}", "the database can't be reached"),
        (
            "postgresql+asyncpg://tenantry:hunter2@127.0.0.1:1/nowhere",
            "the database can't be reached",
        ),
        ("postgresql+asyncpg://tenantry:hunter2@/nowhere?host={}", "the database can't be reached"),
    ],
)
async def test_a_server_without_its_database_is_alive_but_not_ready(
    tmp_path: Path, url: str, reason: str
) -> None:
    (tmp_path / "garbage.db").write_bytes(b"garbage" * 1_000)
    store = Store(url.format(tmp_path))

    async with running(store) as api:
        alive, ready = await api.client.get("/healthz"), await api.client.get("/readyz")

    assert (alive.status_code, ready.status_code) == (200, 503)
    assert ready.json() == {"ready": False, "reason": reason}
    await store.close()


# ------------------------------------------------------------------------------------------- schema


@ONLY_SQLITE
async def test_the_schema_is_public_in_development(api: Api) -> None:
    response = await api.client.get("/schema.graphql")

    assert (response.status_code, response.headers["content-type"]) == (
        200,
        "text/plain; charset=utf-8",
    )
    assert response.text == sdl(get_schema())


@ONLY_SQLITE
async def test_in_production_the_schema_is_for_secret_keys(store: Store) -> None:
    async with running(store) as api:
        ada = await api.person("ada@example.com")
        credentials = (None, ada.authorization, "Bearer sk_wrong", SERVICE.authorization)
        answers = [
            await api.client.get("/schema.graphql", headers={"authorization": one} if one else {})
            for one in credentials
        ]

    assert [answer.status_code for answer in answers] == [403, 403, 401, 200]
    assert answers[3].text == sdl(get_schema())
    assert not any("type Query" in answer.text for answer in answers[:3])


INTROSPECTION = [
    "{ __schema { types { name } } }",
    '{ __type(name: "User") { name } }',
    '{ innocent: __type(name: "User") { name } }',
    "{ ...F } fragment F on Query { __schema { queryType { name } } }",
    "{ ... on Query { ... { a: __schema { description } } } }",
    "query($yes: Boolean = true) { __schema @include(if: $yes) { description } }",
    "query A { __typename } fragment F on Query { __schema { description } }",
]


@ONLY_SQLITE
@pytest.mark.parametrize("document", INTROSPECTION)
async def test_production_does_not_describe_itself(store: Store, document: str) -> None:
    async with running(store) as api:
        for caller in (await api.person("ada@example.com"), SERVICE):
            answer = await api.run(document, by=caller)

            assert {error["extensions"]["code"] for error in answer.body["errors"]} == {
                "GRAPHQL_VALIDATION_FAILED"
            }
            assert "data" not in answer.body
        assert (await api.run("{ __typename viewer { __typename } }")).data == {
            "__typename": "Query",
            "viewer": None,
        }


MISTYPED = [
    ("{ viewe { user { id } } }", None),
    ("{ viewer }", None),
    ('{ organization(b: { id: "a" }) { id } }', None),
    ("{ organizations(orderBy: { field: CREATED }) { totalCount } }", None),
    ("{ organizations(orderBy: { fiel: NAME }) { totalCount } }", None),
    (
        "query($a: OrganizationOrder) { organizations(orderBy: $a) { totalCount } }",
        {"a": {"fiel": "NAME"}},
    ),
    (
        "query($a: OrganizationOrder) { organizations(orderBy: $a) { totalCount } }",
        {"a": {"field": "NAM"}},
    ),
    ('{ node(id: "a") { ... on Organizatio { id } } }', None),
    ("{ viewer @skip(i: true) { user { id } } }", None),
]


@ONLY_SQLITE
@pytest.mark.parametrize(("document", "variables"), MISTYPED)
async def test_production_does_not_guess_what_was_meant(
    store: Store, document: str, variables: dict[str, Any] | None
) -> None:
    async with running(store, OPEN) as helpful, running(store) as closed:
        hints = [
            str((await one.run(document, variables)).body["errors"]) for one in (helpful, closed)
        ]

    assert ["Did you mean" in hint for hint in hints] == [True, False]


@ONLY_SQLITE
async def test_every_door_hides_the_schema_in_production(store: Store) -> None:
    async with running(store) as api, listening(api.app) as port, a_socket(port, SERVICE) as socket:
        errors: list[Any] = []
        for document in ("{ __schema { description } }", "{ viewe { user { id } } }"):
            await socket.subscribe(document)
            errors += (await socket.receive())["payload"]
            async with server_sent(port, SERVICE, document) as response:
                _, event = await anext(server_sent_events(response))
            errors += event["errors"]
        url = f"http://127.0.0.1:{port}/graphql"
        async with httpx.AsyncClient() as client:
            by_get = await client.get(url, params={"query": "{ __schema { description } }"})

    assert [error["extensions"]["code"] for error in errors] == ["GRAPHQL_VALIDATION_FAILED"] * 4
    assert not any("Did you mean" in error["message"] for error in errors)
    assert by_get.status_code == 405


@ONLY_SQLITE
@pytest.mark.parametrize(
    "header", ["x-apollo-tracing", "apollo-federation-include-trace", "x-trace", "x-debug"]
)
async def test_no_header_makes_production_trace_a_request(store: Store, header: str) -> None:
    async with running(store) as api:
        plain = await api.client.post("/graphql", json={"query": "{ __typename }"})
        traced = await api.client.post(
            "/graphql?trace=1",
            json={"query": "{ __typename }", "extensions": {"tracing": True}},
            headers={header: "ftv1"},
        )

    assert plain.json() == {"data": {"__typename": "Query"}}
    assert traced.content == plain.content
    assert traced.headers.keys() == plain.headers.keys()


@ONLY_SQLITE
async def test_introspection_can_be_switched_on_and_off(store: Store) -> None:
    async with (
        running(store, introspection=True) as told,
        running(store, OPEN, introspection=False) as hidden,
    ):
        answers = [await one.run(INTROSPECTION[0]) for one in (told, hidden)]
        schemas = [(await one.client.get("/schema.graphql")).status_code for one in (told, hidden)]

    assert ["errors" in answer.body for answer in answers] == [False, True]
    assert schemas == [200, 403]


# ----------------------------------------------------------------------------------------- GraphiQL


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "graphiql.js").write_text("export {};")
    monkeypatch.setattr(graphiql, "ASSETS", tmp_path)


@ONLY_SQLITE
@pytest.mark.usefixtures("built")
async def test_production_has_no_page(store: Store) -> None:
    async with running(store) as api:
        page = await api.client.get("/graphql", headers=BROWSER)
        asset = await api.client.get("/graphiql/assets/graphiql.js")
        root = await api.client.get("/")
        named = [
            await api.client.get(path) for path in re.findall(r"^  (/\w+)", root.text, re.MULTILINE)
        ]

    assert (page.status_code, page.headers["allow"], asset.status_code) == (405, "POST", 404)
    assert (root.status_code, root.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert [answer.status_code for answer in named] == [405, 200, 200]
    assert page.json()["errors"][0]["message"] == "Operations must be sent with POST."


@ONLY_SQLITE
@pytest.mark.usefixtures("built")
async def test_a_page_in_production_is_signed_in_as_nobody(store: Store) -> None:
    async with running(store, graphiql=True) as api:
        page = await api.client.get("/graphql", headers=BROWSER)

    assert page.status_code == 200
    assert '"identities":[]' in page.text
    assert "Bearer" not in page.text


@ONLY_SQLITE
@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("accept", ["text/html", "*/*", BROWSER["accept"], None])
async def test_in_development_a_browser_sees_graphiql_signed_in(
    store: Store, accept: str | None
) -> None:
    ada = graphiql.MenuIdentity("Ada Lovelace", "admin of Acme", "Bearer ey")

    async with running(store, OPEN, DevelopmentExtras(ISSUER, SECRET_KEY, lambda: [ada])) as api:
        del api.client.headers["accept"]
        page = await api.client.get("/graphql", headers={"accept": accept} if accept else {})

        root = await api.client.get("/")

    assert page.status_code == 200
    assert "Ada Lovelace" in page.text
    assert (root.status_code, root.headers["location"]) == (307, "/graphql")


# ------------------------------------------------------------------------------- browsers and hosts


FRIEND = "https://app.example.com"


@ONLY_SQLITE
async def test_only_configured_origins_may_read_answers(store: Store, acme: Acme) -> None:
    ask = {
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
    }
    strangers = [
        "https://evil.example",
        "null",
        "http://app.example.com",
        f"{FRIEND}.evil.example",
        f"{FRIEND}:444",
    ]

    async with running(store, allowed_origins=(FRIEND,)) as api, running(store) as closed:
        allowed = await api.client.options("/graphql", headers={"origin": FRIEND, **ask})
        answered = await api.client.post(
            "/graphql", json={"query": "{ __typename }"}, headers={"origin": FRIEND}
        )
        refused = [
            await api.client.options("/graphql", headers={"origin": one, **ask})
            for one in strangers
        ]
        unread = [
            await one.client.post(
                "/graphql", json={"query": "{ __typename }"}, headers={"origin": origin}
            )
            for one, origin in [*((api, stranger) for stranger in strangers), (closed, FRIEND)]
        ]

    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, FRIEND)
    assert answered.headers["access-control-allow-origin"] == FRIEND
    assert "access-control-allow-credentials" not in answered.headers
    assert {answer.status_code for answer in refused} == {400}
    assert not any(
        "access-control-allow-origin" in answer.headers for answer in (*refused, *unread)
    )


@ONLY_SQLITE
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "localhost."]
)
@pytest.mark.parametrize(
    "path", ["/graphql", "/healthz", "/schema.graphql", "/graphiql/assets/graphiql.js", "/no"]
)
async def test_a_development_server_answers_to_its_own_name_only(
    store: Store, host: str, path: str
) -> None:
    async with running(store, OPEN) as api:
        refused = await api.client.get(path, headers={"host": host})
        known = [
            await api.client.get("/healthz", headers={"host": one})
            for one in ("127.0.0.1:1", "localhost")
        ]

    assert refused.status_code == 400
    assert [answer.status_code for answer in known] == [200, 200]


@ONLY_SQLITE
@pytest.mark.parametrize(
    "host", ["evil.example", "user@evil.example", "evil.example/schema.graphql?", "[::1"]
)
async def test_in_production_the_host_header_decides_nothing(store: Store, host: str) -> None:
    async with running(store) as api:
        answers = [
            await api.client.get(path, headers={"host": host})
            for path in ("/healthz", "/graphql/", "/readyz/")
        ]

    assert [answer.status_code for answer in answers] == [200, 404, 404]
    assert not any("location" in answer.headers or "evil" in answer.text for answer in answers)


@ONLY_SQLITE
async def test_every_answer_tells_browsers_not_to_guess_its_type(api: Api) -> None:
    answers = [
        await api.client.request(method, path, headers=headers)
        for method, path, headers in [
            ("GET", "/healthz", {}),
            ("GET", "/readyz", {}),
            ("GET", "/schema.graphql", {}),
            ("GET", "/no", {}),
            ("GET", "/graphql", {}),
            ("POST", "/graphql", {}),
            ("PUT", "/healthz", {}),
            ("GET", "/images/x.svg", {}),
            ("GET", "/schema.graphql", {"authorization": "x"}),
            ("GET", "/healthz", {"host": "evil.example"}),
        ]
    ]

    assert {answer.headers.get_list("x-content-type-options")[0] for answer in answers} == {
        "nosniff"
    }
    assert {len(answer.headers.get_list("x-content-type-options")) for answer in answers} == {1}
    assert len({answer.status_code for answer in answers}) > 4


# ------------------------------------------------------------------------------------------- images


@ONLY_SQLITE
async def test_an_organization_has_a_drawn_image(api: Api, acme: Acme) -> None:
    query = "query($id: ID!) { organization(by: { id: $id }) { imageUrl hasImage } }"
    shown = (await api.run(query, {"id": acme.id}, by=acme.admin)).data["organization"]

    image = await api.client.get(shown["imageUrl"])
    again = await api.client.get(shown["imageUrl"])

    assert (image.status_code, image.headers["content-type"], shown["hasImage"]) == (
        200,
        "image/svg+xml",
        False,
    )
    assert image.text == again.text
    assert image.text.startswith("<svg ")
    assert acme.id not in image.text
    assert image.headers["content-security-policy"] == "sandbox; default-src 'none'"


@ONLY_SQLITE
@pytest.mark.parametrize(
    "name", ["x", "org_", "org_<script>", "org_%2e%2e%2f", "ORG_01K0000000000000000000000A", "a/b"]
)
async def test_there_is_no_image_of_what_is_no_id(api: Api, name: str) -> None:
    response = await api.client.get(f"/images/{name}.svg")

    assert (response.status_code, "svg" in response.text) == (404, False)


SESSION = "mutation($input: CreateSessionInput!) { createSession(input: $input) { cursor } }"
ORDERED = "query($input: OrganizationOrder) { organizations(orderBy: $input) { totalCount } }"


@pytest.mark.parametrize(
    ("document", "input"),
    [(SESSION, {"format": "\u0130"}), (SESSION, {"\u0130": 1}), (ORDERED, {"field\u0130": "X"})],
)
async def test_a_letter_that_is_longer_in_lower_case_is_a_wrong_value_like_any(
    api: Api, document: str, input: Any
) -> None:
    """graphql-core looks for near names, and would fall over its own table."""
    answer = await api.run(document, {"input": input})

    assert {error["extensions"]["code"] for error in answer.body["errors"]} == {"BAD_USER_INPUT"}
