"""What all endpoints of the Backend API have in common: callers, parameters, pages, and errors."""

import pytest
from structlog.testing import capture_logs

from server.http.backend.router import ENDPOINTS
from tests.conftest import settings
from tests.support.api import NOBODY, SECRET_KEY, SERVICE, Api, Caller, contents
from tests.support.application import make_application
from tests.support.backend_api import Backend, faults
from tests.support.data.factories import Acme
from tests.support.http import INNARDS, ONLY_SQLITE

ORIGIN = "https://app.example.com"


@ONLY_SQLITE
async def test_only_a_secret_key_gets_an_answer(api: Api, acme: Acme) -> None:
    """BA1: also for what doesn't exist, so that nobody learns what does."""
    session = await api.mutate("createSession", {}, "session { id }", by=acme.admin)
    token = await api.mutate(
        "createSessionToken",
        {"sessionId": session.payload["session"]["id"]},
        "token { jwt }",
        by=acme.admin,
    )
    before = await contents(api.store)
    callers = [
        NOBODY,
        acme.admin,
        Caller(f"Bearer {token.payload['token']['jwt']}"),
        Caller(f"Bearer {SECRET_KEY}x"),
        Caller("Bearer sk_unknown"),
        Caller(f"Basic {SECRET_KEY}"),
        # Not even an identity token of somebody new makes a user.
        Caller(f"Bearer {api.token('new@example.com')}"),
    ]
    for caller in callers:
        backend = Backend(api, caller)
        for path in ("/organizations", f"/organizations/{acme.id}", "/nothing", "/webhooks/svix"):
            response = await backend.send("GET", path)
            assert faults(response) == (401, ["clerk_key_invalid"]), path
            assert response.headers["www-authenticate"].startswith("Bearer")
        assert await backend.refuse("DELETE", f"/organizations/{acme.id}") == (
            401,
            ["clerk_key_invalid"],
        )
    twice = [("authorization", f"Bearer {SECRET_KEY}")] * 2
    response = await api.client.get("/v1/organizations", headers=twice)
    assert faults(response) == (401, ["clerk_key_invalid"])
    assert await contents(api.store) == before


@ONLY_SQLITE
async def test_unknown_paths_and_methods_do_not_exist(api: Api, acme: Acme) -> None:
    """BA6: a path has one spelling, and no way leads out of it."""
    backend = Backend(api)
    for path in (
        "//organizations",
        "/organizations/",
        f"/organizations//{acme.id}",
        f"/organizations/{acme.id}/",
        f"/organizations/{acme.id}%2fmemberships",
        "/organizations/%2e%2e/organizations",
        "/%2e%2e/graphql",
        "/Organizations",
        "/organizations/%00",
        "/nothing",
    ):
        assert await backend.refuse("GET", path) == (404, ["resource_not_found"]), path
    for method in ("PUT", "POST", "OPTIONS"):
        path = f"/organizations/{acme.id}"
        assert await backend.refuse(method, path) == (404, ["resource_not_found"]), method
    assert await backend.refuse("POST", "/webhooks/svix") == (501, ["not_supported"])
    assert await backend.refuse("DELETE", "/webhooks/svix/app") == (501, ["not_supported"])


@ONLY_SQLITE
async def test_parameters_are_exactly_those_that_are_known(api: Api, acme: Acme) -> None:
    """BA2 and BA3: nothing is ignored, and all faults are reported together."""
    backend, list_path = Backend(api), "/organizations"
    queries = {
        "limit=1e9": "form_param_type_invalid limit",
        "limit=0": "form_param_value_invalid limit",
        "limit=501": "form_param_value_too_large limit",
        "limit=-1": "form_param_value_invalid limit",
        "limit=ten": "form_param_type_invalid limit",
        "limit=": "form_param_type_invalid limit",
        "limit=1&limit=2": "form_param_duplicate limit",
        "offset=-1": "form_param_value_invalid offset",
        # BA5
        "offset=10001": "form_param_value_too_large offset",
        f"offset={10**30}": "form_param_value_too_large offset",
        "include_members_count=perhaps": "form_param_type_invalid include_members_count",
        "first=10": "form_param_unknown first",
        "query=%00": "form_param_format_invalid query",
        f"query={'x' * 257}": "form_param_max_length_exceeded query",
        "&".join(f"user_id=user_{n}" for n in range(101)): "form_param_array_size_exceeded user_id",
    }
    for query, fault in queries.items():
        response = await backend.send("GET", f"{list_path}?{query}")
        assert faults(response) == (422, [fault]), query
        assert not INNARDS.search(response.text), response.text
    orders = {"/organization_roles": ["--name", "secret"], list_path: ["%2B-name", ""]}
    for path, wrong in orders.items():
        for order_by in wrong:
            found = await backend.refuse("GET", f"{path}?order_by={order_by}")
            assert found == (422, ["form_param_value_invalid order_by"]), order_by
    many = await backend.refuse("GET", f"{list_path}?limit=x&offset=-1&a=1")
    assert many == (
        422,
        [
            "form_param_type_invalid limit",
            "form_param_value_invalid offset",
            "form_param_unknown a",
        ],
    )

    before = await contents(api.store)
    bodies = {
        ("form_param_missing name",): {},
        ("form_param_nil name",): {"name": None},
        ("form_param_type_invalid name",): {"name": 1},
        ("form_param_unknown id",): {"name": "A", "id": "org_1"},
        ("form_param_unknown object", "form_param_unknown createdBy"): {
            "name": "A",
            "object": "organization",
            "createdBy": acme.admin.id,
        },
        ("form_param_type_invalid max_allowed_memberships",): {
            "name": "A",
            "max_allowed_memberships": "5",
        },
        ("form_param_value_invalid public_metadata",): {"name": "A", "public_metadata": [1]},
        # Of the operation, all together as well.
        ("form_param_missing name", "form_param_value_invalid slug"): {
            "name": " ",
            "slug": "admin",
        },
    }
    for found, body in bodies.items():
        assert await backend.refuse("POST", list_path, body) == (422, list(found))
    assert await backend.refuse("POST", f"{list_path}?name=A", {"name": "A"}) == (
        422,
        ["form_param_unknown name"],
    )
    # No more than a client can use, however many there are.
    for path, body in (
        ("/organizations", {f"k{n}": n for n in range(99)}),
        (f"/organizations/{acme.id}/invitations/bulk", [1] * 99),
    ):
        assert len((await backend.refuse("POST", path, body))[1]) == 20
    pairs = "&".join(f"k{n}=1&k{n}=2" for n in range(99))
    assert len((await backend.refuse("GET", f"{list_path}?{pairs}"))[1]) == 20
    texts = {"{": 400, "[]": 422, '{"name": "\\u0000"}': 400, "NaN": 400, '{"a": 1e-999}': 400}
    for text, status in texts.items():
        response = await backend.send("POST", list_path, content=text)
        assert response.status_code == status, text
        faults(response)
    for headers, status in (
        ({"content-type": "text/plain"}, 415),
        ({"content-encoding": "gzip"}, 415),
    ):
        response = await backend.send("POST", list_path, content="{}", headers=headers)
        assert response.status_code == status
        faults(response)
    large = await backend.send("POST", list_path, content=b" " * (256 * 1024 + 1))
    assert faults(large) == (413, ["request_body_too_large"])
    assert await contents(api.store) == before


@ONLY_SQLITE
async def test_pages_of_other_origins_get_nothing(api: Api, acme: Acme) -> None:
    """BA4: the API is for servers, so that no browser lets a page read an answer of it."""
    app = make_application(
        settings(secret_keys=(SECRET_KEY,), allowed_origins=(ORIGIN,)),
        store=api.store,
        clock=api.clock,
    )
    allowed = Backend(Api(app, api.store, api.clock))
    for method in ("GET", "OPTIONS"):
        headers = {"origin": ORIGIN, "access-control-request-method": "GET"}
        response = await allowed.send(method, "/organizations", headers=headers)
        cors = [name for name in response.headers if name.startswith("access-control")]
        assert cors == []
        assert "vary" not in response.headers
    preflight = {"origin": ORIGIN, "access-control-request-method": "POST"}
    graphql = await allowed.api.client.options("/graphql", headers=preflight)
    assert graphql.headers["access-control-allow-origin"] == ORIGIN
    await allowed.api.client.aclose()


@ONLY_SQLITE
async def test_the_backend_api_can_be_disabled(api: Api, acme: Acme) -> None:
    app = make_application(
        settings(secret_keys=(SECRET_KEY,), backend_api=False), store=api.store, clock=api.clock
    )
    disabled = Backend(Api(app, api.store, api.clock))
    for path in ("/organizations", "/nothing"):
        assert (await disabled.send("GET", path)).status_code == 404
    await disabled.api.client.aclose()


@ONLY_SQLITE
async def test_requests_are_counted_and_logged_like_those_of_graphql(api: Api, acme: Acme) -> None:
    app = make_application(
        settings(
            secret_keys=(SECRET_KEY,),
            secret_key_rate="2/minute",
            address_rate="1/minute",
            log_format="console",
        ),
        store=api.store,
        clock=api.clock,
    )
    limited = Api(app, api.store, api.clock)
    backend = Backend(limited)
    with capture_logs() as lines:
        await backend.get(f"/organizations/{acme.id}")
        await backend.refuse("GET", "/organizations/mallory@example.com?token=secret")
    found, refused_line = [line for line in lines if line["event"] == "request"]
    chosen = ("route", "operation", "kind", "status", "outcome", "actor_type", "organization_id")
    route = "/v1/organizations/{organization_id}"
    assert [found.get(name) for name in chosen] == [
        route, f"GET {route}", "query", 200, "ok", "service", acme.id
    ]  # fmt: skip
    assert [refused_line.get(name) for name in chosen] == [
        route, f"GET {route}", "query", 422, "error", "service", None
    ]  # fmt: skip
    assert refused_line["user_errors"] == ["form_param_unknown"]
    assert "mallory" not in str(lines)
    assert "secret" not in str(lines)
    response = await backend.send("GET", "/organizations")
    assert faults(response) == (429, ["too_many_requests"])
    assert 1 <= int(response.headers["retry-after"]) <= 60
    stranger = Backend(limited, Caller("Bearer sk_wrong"))
    refused = [(await stranger.send("GET", "/organizations")).status_code for _ in range(2)]
    assert refused == [401, 429]
    await limited.client.aclose()
    text = limited.app.state.observer.metrics.render().decode()
    assert 'tenantry_requests_total{kind="query",operation="GET /v1/organizations"' in text
    assert 'tenantry_errors_total{code="RATE_LIMITED"} 2.0' in text
    assert 'tenantry_errors_total{code="UNAUTHENTICATED"} 1.0' in text


@ONLY_SQLITE
async def test_an_answer_that_is_too_large_asks_for_a_smaller_limit(api: Api, acme: Acme) -> None:
    app = make_application(
        settings(secret_keys=(SECRET_KEY,), max_answer_bytes=64 * 1024),
        store=api.store,
        clock=api.clock,
    )
    small = Backend(Api(app, api.store, api.clock))
    for number in range(9):
        body = {"name": f"Large {number}", "public_metadata": {"a": "x" * 8_000}}
        await small.change("POST", "/organizations", body)
    fault = (422, ["form_param_value_too_large limit"])
    assert await small.refuse("GET", "/organizations") == fault
    assert len((await small.get("/organizations", limit=5))["data"]) == 5
    # What has happened is told in any case.
    new = {"role": "org:member", "notify": False, "public_metadata": {"a": "x" * 8_000}}
    invitations = [new | {"email_address": f"{number}@example.com"} for number in range(9)]
    path = f"/organizations/{acme.id}/invitations"
    assert (await small.change("POST", f"{path}/bulk", invitations))["total_count"] == 9
    assert await small.refuse("GET", path) == fault
    await small.api.client.aclose()


def test_every_endpoint_has_a_place_of_its_own() -> None:
    places = [(endpoint.method, endpoint.path) for endpoint in ENDPOINTS]
    assert len(set(places)) == len(places)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_unexpected_error_has_an_id_and_no_details(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("server.http.backend.foundation.lists.read_order", fail)
    response = await Backend(api, SERVICE).send("GET", "/organizations")
    assert faults(response) == (500, ["internal_clerk_error"])
    assert "secret detail" not in response.text
    assert response.json()["errors"][0]["meta"]["id"].startswith("err_")
