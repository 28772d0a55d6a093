"""The GraphiQL page as the server writes it; tests of it in a browser stand elsewhere."""

import json
import re
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette
from starlette.routing import Mount

from server.http.pages import graphiql
from server.http.pages.assets import Assets
from server.http.pages.graphiql import Document, MenuIdentity, page

HOSTILE = "</script><script>alert(1)</script><!-- & \u2028\u2029 ü"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    assets = tmp_path / "assets"
    assets.mkdir()
    (assets / "graphiql.js").write_text("export {};")
    monkeypatch.setattr(graphiql, "ASSETS", assets)
    return assets


def html_of(
    *, identities: list[MenuIdentity] | None = None, documents: list[Document] | None = None
) -> str:
    response = page(endpoint="/graphql", identities=identities or [], documents=documents or [])
    return bytes(response.body).decode()


def config_in(html: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="config">(.*?)</script>', html)
    assert found
    return json.loads(found[1])


def client(assets: Path) -> AsyncClient:
    app = Starlette(routes=[Mount("/graphiql/assets", Assets(directory=assets, check_dir=False))])
    return AsyncClient(transport=ASGITransport(app), base_url="http://localhost")


@pytest.mark.usefixtures("built")
def test_the_page_holds_what_it_was_given() -> None:
    ada = MenuIdentity("Ada Lovelace", "admin of Acme", "Bearer ey")
    nobody = MenuIdentity("Nobody", "", None)
    members = Document("Members", "query Members($first: Int) { members }", {"first": 3})

    config = config_in(html_of(identities=[ada, nobody], documents=[members]))

    assert config == {
        "endpoint": "/graphql",
        "identities": [
            {"label": "Ada Lovelace", "detail": "admin of Acme", "authorization": "Bearer ey"},
            {"label": "Nobody", "detail": "", "authorization": None},
        ],
        "documents": [
            {
                "name": "Members",
                "query": "query Members($first: Int) { members }",
                "variables": {"first": 3},
            }
        ],
    }


@pytest.mark.usefixtures("built")
def test_nothing_in_the_configuration_can_leave_its_script() -> None:
    identity = MenuIdentity(HOSTILE, HOSTILE, HOSTILE)
    document = Document(HOSTILE, HOSTILE, {HOSTILE: [HOSTILE]})

    html = html_of(identities=[identity], documents=[document])

    inside = html.partition('id="config">')[2].partition("</script>")[0]
    assert not set("<>&\u2028\u2029") & set(inside)
    assert config_in(html)["documents"] == [
        {"name": HOSTILE, "query": HOSTILE, "variables": {HOSTILE: [HOSTILE]}}
    ]


@pytest.mark.usefixtures("built")
def test_the_page_loads_from_its_own_origin_only() -> None:
    addresses = re.findall(r'(?:src|href)="([^"]*)"', html_of())

    assert addresses
    assert all(address.startswith("/graphiql/assets/") for address in addresses)


@pytest.mark.usefixtures("built")
def test_the_page_is_not_kept_framed_or_sniffed() -> None:
    response = page(endpoint="/graphql", identities=[], documents=[])

    policy = dict(
        part.split(" ", 1) for part in response.headers["content-security-policy"].split("; ")
    )
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["x-frame-options"] == "DENY"
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == policy["worker-src"] == "'self'"


def test_a_page_without_assets_says_how_to_build_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graphiql, "ASSETS", tmp_path)

    response = page(
        endpoint="/graphql", identities=[MenuIdentity("Ada", "", "Bearer ey")], documents=[]
    )

    assert response.status_code == 503
    assert b"make install" in response.body
    assert b"Bearer" not in response.body
    assert response.headers["cache-control"] == "no-store"


async def test_an_asset_is_asked_about_again_and_sent_once(built: Path) -> None:
    async with client(built) as browser:
        first = await browser.get("/graphiql/assets/graphiql.js")
        second = await browser.get(
            "/graphiql/assets/graphiql.js", headers={"If-None-Match": first.headers["etag"]}
        )

    assert (first.status_code, first.text) == (200, "export {};")
    assert first.headers["cache-control"] == second.headers["cache-control"] == "no-cache"
    assert first.headers["x-content-type-options"] == "nosniff"
    assert (second.status_code, second.text) == (304, "")


@pytest.mark.parametrize("path", ["absent.js", "..%2F..%2Fgraphiql.py", ""])
async def test_only_assets_are_served(built: Path, path: str) -> None:
    async with client(built) as browser:
        response = await browser.get(f"/graphiql/assets/{path}")

    assert response.status_code == 404


async def test_assets_that_are_not_built_are_not_found(tmp_path: Path) -> None:
    async with client(tmp_path / "absent") as browser:
        response = await browser.get("/graphiql/assets/graphiql.js")

    assert response.status_code == 404
