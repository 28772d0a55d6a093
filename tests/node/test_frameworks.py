"""The programs of docs/guides/node.md, on a real server."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.processes.commands import Server
from tests.support.processes.node_apps import run, running, titled
from tests.support.processes.session_tokens import (
    ADA,
    COMPANY,
    GRACE,
    LAB,
    MALLORY,
    Issuing,
    expired,
    issuing,
)

pytestmark = pytest.mark.slow

PAGE = "docs/guides/node.md"
PERSON = {"accept": "text/html"}
CREATE_VAULT = """mutation {
    createOrganization(input: { name: "Vault", slug: "vault" }) { organization { id } }
}"""
SETTINGS = f"/orgs/{COMPANY}/settings"
PAGES = {
    "TENANTRY_SIGN_IN_URL": "/sign-in",
    "TENANTRY_REFRESH_URL": "/refresh",
    "TENANTRY_TASK_URL": "/choose",
}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuing]:
    with issuing(tmp_path_factory.mktemp("issuing")) as here:
        yield here


@pytest.fixture(scope="module", params=["Express", "Fastify", "Hono"])
def app(
    request: pytest.FixtureRequest, here: Issuing, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("app")
    with running(folder, titled(PAGE, request.param), here, **PAGES) as server:
        yield server


def visit(app: Server, path: str, token: str | None = None, **headers: str) -> httpx.Response:
    bearer = {"authorization": f"Bearer {token}"} if token else {}
    return httpx.get(f"{app.url}{path}", headers={**bearer, **headers}, timeout=30)


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["code"]


def seen(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_signed_in_caller_gets_in(app: Server, here: Issuing) -> None:
    token = here.token(ADA, COMPANY)
    me = seen(visit(app, "/me", token))

    assert (me["orgSlug"], me["orgRole"]) == (COMPANY, "org:admin")
    assert me["userId"].startswith("user_")
    assert seen(visit(app, "/me", cookie=f"tenantry_session={token}")) == me


def test_nobody_is_signed_out(app: Server) -> None:
    assert code(visit(app, "/me")) == (401, "authentication_required")
    sent = visit(app, "/me?a=b", **PERSON)

    assert sent.status_code in (302, 307)
    assert sent.headers["location"] == "/sign-in?redirect_url=%2Fme%3Fa%3Db"


def test_an_identity_token_is_no_session_token(app: Server, here: Issuing) -> None:
    assert code(visit(app, "/me", here.identity(ADA))) == (401, "authentication_required")


def test_a_pending_session_has_a_task(app: Server, here: Issuing) -> None:
    token = here.token(MALLORY)

    assert code(visit(app, "/me", token)) == (403, "session_pending")
    sent = visit(app, "/me", token, **PERSON)
    assert sent.headers["location"] == "/choose?redirect_url=%2Fme"


def test_a_token_that_has_expired_is_renewed_by_people(app: Server, here: Issuing) -> None:
    token = expired(here)

    assert code(visit(app, "/me", token)) == (401, "authentication_required")
    sent = visit(app, "/me", token, **PERSON).headers["location"]
    assert sent == "/refresh?redirect_url=%2Fme%3Ftenantry_refresh%3D1"
    again = visit(app, "/me?tenantry_refresh=2", token, **PERSON).headers["location"]
    assert again == "/sign-in?redirect_url=%2Fme%3Ftenantry_refresh%3D2"


@pytest.mark.sample
def test_the_organization_is_that_of_the_url(app: Server, here: Issuing) -> None:
    # The token is for the other organization.
    token = here.token(ADA, LAB)

    assert seen(visit(app, SETTINGS, token)) == {
        "orgId": here.organization(COMPANY),
        "orgRole": "org:admin",
    }


def test_a_member_lacks_what_a_member_lacks(app: Server, here: Issuing) -> None:
    assert code(visit(app, SETTINGS, here.token(GRACE, COMPANY))) == (403, "permission_denied")


def test_an_outsider_sees_what_everybody_sees_of_nothing(app: Server, here: Issuing) -> None:
    created = here.server.graphql(CREATE_VAULT, f"Bearer {here.identity(ADA)}").json()
    assert created["data"]["createOrganization"], created
    assert seen(visit(app, "/orgs/vault/settings", here.token(ADA, "vault")))
    token = here.token(GRACE, COMPANY)
    foreign = visit(app, "/orgs/vault/settings", token)
    unknown = visit(app, "/orgs/no-such-thing/settings", token)

    assert code(foreign) == (404, "organization_not_found")
    assert foreign.text == unknown.text


def test_the_address_of_a_page_names_no_other_host(app: Server) -> None:
    sent = visit(app, "//evil.example.com/me", **PERSON)

    assert "location" not in sent.headers or sent.headers["location"].startswith("/")


# ------------------------------------------------------------------------------ without a framework


def test_any_framework(here: Issuing, tmp_path: Path) -> None:
    callers = {
        "": here.token(ADA, LAB),
        "not": here.token(GRACE, COMPANY),
        "nobody": "",
    }
    asking = f"""
        for (const token of {json.dumps([*callers.values()])}) {{
            const headers = token ? {{ authorization: `Bearer ${{token}}` }} : {{}};
            const answer = await handle(new Request("https://app.example.com", {{ headers }}));
            console.log(answer.status, await answer.text());
        }}"""
    printed = run(tmp_path, titled(PAGE, "Any framework") + asking, here).splitlines()

    assert printed[0].startswith("200 Hello, user_")
    assert printed[1:] == ["403 Not yours.", "401 Sign in first."]


def test_the_client(here: Issuing, tmp_path: Path) -> None:
    first, second = run(tmp_path, titled(PAGE, "The client"), here).splitlines()

    assert first.endswith(" Analytical Engines")
    assert int(first.split()[0]) >= 2
    assert second == "The slug is taken."
