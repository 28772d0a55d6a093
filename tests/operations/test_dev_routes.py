"""What only a development server has: identity tokens and the outbox for its pages, and the demo."""

import os
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from models.database.store import Store
from server.delivery.smtp import Outbox
from server.development import demo
from server.settings.settings import Environment
from tests.conftest import settings
from tests.support.api import Api, Caller, Clock
from tests.support.application import make_application
from tests.support.http import ONLY_SQLITE
from tests.support.processes.development import callers, prepared
from tests.support.servers.smtp import delivery

pytestmark = ONLY_SQLITE
OWN = "http://127.0.0.1:8000"
EMAIL = {"email": "new.person@example.com"}


async def ask(api: Api, body: Any = EMAIL, **headers: str) -> httpx.Response:
    return await api.client.post("/dev/identity-token", json=body, headers=headers)


async def invite(api: Api, admin: Caller, folder: Path, *addresses: str) -> None:
    """Invites people to the demo company, and writes their email to the outbox."""
    viewer = "{ viewer { memberships { nodes { organization { id name } } } } }"
    memberships = (await api.run(viewer, by=admin)).data["viewer"]["memberships"]["nodes"]
    ids = {one["organization"]["name"]: one["organization"]["id"] for one in memberships}
    api.clock.forward(minutes=1)
    for address in addresses:
        input = {
            "organizationId": ids["Analytical Engines"],
            "emailAddress": address,
            "role": "org:member",
        }
        assert (await api.mutate("createInvitation", input, by=admin)).payload
        await delivery(api.store, api.clock, Outbox(folder / "outbox")).deliver()


# --------------------------------------------------------------------------------- identity tokens


async def test_a_token_signs_in_whoever_is_named(store: Store, tmp_path: Path) -> None:
    _, api = await prepared(store, tmp_path, demo=False)

    answered = await ask(api, origin=OWN)
    caller = Caller(f"Bearer {answered.json()['token']}")
    seen = await api.run("{ viewer { user { emailAddress emailVerified } } }", by=caller)

    assert answered.status_code == 200
    assert answered.headers["cache-control"] == "no-store"
    assert seen.data["viewer"]["user"] == {
        "emailAddress": "new.person@example.com",
        "emailVerified": True,
    }
    await api.client.aclose()


async def test_a_page_at_localhost_gets_a_token_too(store: Store, tmp_path: Path) -> None:
    _, api = await prepared(store, tmp_path, demo=False)

    answered = await ask(api, host="localhost:5173", origin="http://localhost:5173")

    assert answered.status_code == 200
    await api.client.aclose()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "http://127.0.0.1:3000"}, 403),
        ({"origin": "http://localhost:8000"}, 403),
        ({"origin": "null"}, 403),
        ({"host": "evil.example:8000", "origin": "http://evil.example:8000"}, 400),
        ({"content-type": "text/plain", "origin": OWN}, 415),
    ],
)
async def test_no_other_site_gets_a_token(
    store: Store, tmp_path: Path, headers: dict[str, str], status: int
) -> None:
    _, api = await prepared(store, tmp_path, demo=False)

    refused = await ask(api, **headers)

    assert refused.status_code == status
    assert "token" not in refused.text
    assert (await ask(api, origin=OWN)).json().keys() == {"token"}
    await api.client.aclose()


async def test_a_page_gets_the_secret_key(store: Store, tmp_path: Path) -> None:
    _, api = await prepared(store, tmp_path, demo=False)

    answered = await api.client.post("/dev/secret-key", headers={"origin": OWN})
    service = Caller(f"Bearer {answered.json()['secretKey']}")
    seen = await api.run("{ organizations { totalCount } }", by=service)

    assert answered.status_code == 200
    assert answered.headers["cache-control"] == "no-store"
    assert seen.data["organizations"]["totalCount"] == 0
    await api.client.aclose()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "http://localhost:8000"}, 403),
        ({"origin": "null"}, 403),
        ({"host": "evil.example:8000", "origin": "http://evil.example:8000"}, 400),
    ],
)
async def test_no_other_site_gets_the_secret_key(
    store: Store, tmp_path: Path, headers: dict[str, str], status: int
) -> None:
    _, api = await prepared(store, tmp_path, demo=False)

    refused = await api.client.post("/dev/secret-key", headers=headers)
    read = await api.client.get("/dev/secret-key")

    assert refused.status_code == status
    assert read.status_code == 405
    assert "sk_" not in refused.text + read.text
    await api.client.aclose()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ([], 'The body must be an object with an email address in "email".'),
        ({}, 'The body must be an object with an email address in "email".'),
        ({"email": 1}, 'The body must be an object with an email address in "email".'),
        ({"email": "nobody"}, "The email address is not valid"),
    ],
)
async def test_a_wrong_body_is_refused_in_words(
    store: Store, tmp_path: Path, body: Any, sentence: str
) -> None:
    _, api = await prepared(store, tmp_path, demo=False)

    refused = await ask(api, body)

    assert refused.status_code == 400
    assert refused.json()["errors"][0]["message"].startswith(sentence)
    await api.client.aclose()


# ------------------------------------------------------------------------------------------ outbox


async def test_the_outbox_shows_emails_newest_first(store: Store, tmp_path: Path) -> None:
    extra, api = await prepared(store, tmp_path)
    ada = callers(extra)["Ada Lovelace"]
    await invite(api, ada, tmp_path, "first@example.com", "second@example.com")

    listed = await api.client.get("/dev/outbox", headers={"accept": "application/json"})
    page = await api.client.get("/dev/outbox", headers={"accept": "text/html,*/*;q=0.8"})

    newest, *others = listed.json()["emails"]
    assert newest["to"] == "second@example.com"
    assert "first@example.com" in {one["to"] for one in others}
    assert newest["subject"] == "You're invited to join Analytical Engines"
    assert "/invitations/accept?ticket=" in newest["text"]
    assert "View invitation" in newest["html"]
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.text.index("To second@example.com") < page.text.index("To first@example.com")
    await api.client.aclose()


async def test_the_outbox_shows_the_newest_hundred(store: Store, tmp_path: Path) -> None:
    _, api = await prepared(store, tmp_path, demo=False)
    folder = tmp_path / "outbox"
    folder.mkdir()
    for number in range(102):
        path = folder / f"{number}.eml"
        path.write_text(f"To: {number}@example.com\n\nHello")
        os.utime(path, (number, number))

    listed = await api.client.get("/dev/outbox", headers={"accept": "application/json"})

    assert [email["id"] for email in listed.json()["emails"]] == [
        str(number) for number in range(101, 1, -1)
    ]
    await api.client.aclose()


async def test_an_email_runs_nothing_in_the_page(store: Store, tmp_path: Path) -> None:
    _, api = await prepared(store, tmp_path, demo=False)
    folder = tmp_path / "outbox"
    folder.mkdir()
    (folder / "one.eml").write_text(
        "To: a@example.com\nSubject: <script>1</script>\nContent-Type: text/html\n\n"
        '"><script>2</script>'
    )

    page = await api.client.get("/dev/outbox")

    assert "<script" not in page.text
    assert "&lt;script&gt;1" in page.text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "script-src" not in page.headers["content-security-policy"]
    # The demo shows the page in a frame, and no other site does.
    assert "frame-ancestors 'self'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "SAMEORIGIN"
    await api.client.aclose()


async def test_an_outbox_without_email_says_so(store: Store, tmp_path: Path) -> None:
    _, api = await prepared(store, tmp_path, demo=False)

    page = await api.client.get("/dev/outbox", headers={"accept": "text/html"})
    listed = await api.client.get("/dev/outbox", headers={"accept": "application/json"})

    assert "No email was sent yet." in page.text
    assert listed.json() == {"emails": []}
    await api.client.aclose()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"host": "evil.example"}, 400),
    ],
)
async def test_no_other_site_reads_the_outbox(
    store: Store, tmp_path: Path, headers: dict[str, str], status: int
) -> None:
    _, api = await prepared(store, tmp_path, demo=False)

    refused = await api.client.get("/dev/outbox", headers={"accept": "application/json", **headers})
    allowed = await api.client.get("/dev/outbox", headers={"accept": "application/json"})

    assert (refused.status_code, allowed.status_code) == (status, 200)
    assert "emails" not in refused.text
    await api.client.aclose()


# -------------------------------------------------------------------------------------------- demo


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "demo"
    for path in ("index.html", "assets/main.js", "gallery/index.html", "plain/index.html"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(f"this is {path}")
    monkeypatch.setattr(demo, "DEMO", folder)
    return folder


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("/demo/", "index.html"),
        ("/demo/index.html", "index.html"),
        ("/demo/orgs/acme", "index.html"),
        ("/demo/orgs/acme/", "index.html"),
        ("/demo/assets/main.js", "assets/main.js"),
        ("/demo/gallery", "gallery/index.html"),
        ("/demo/gallery/", "gallery/index.html"),
        ("/demo/gallery/switcher/open", "gallery/index.html"),
        ("/demo/plain/index.html", "plain/index.html"),
    ],
)
async def test_each_path_of_the_demo_shows_its_page(
    store: Store, tmp_path: Path, built: Path, path: str, file: str
) -> None:
    _, api = await prepared(store, tmp_path, demo=False)

    shown = await api.client.get(path)

    assert (shown.status_code, shown.text) == (200, f"this is {file}")
    policy = shown.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["x-frame-options"] == "SAMEORIGIN"
    assert shown.headers["cache-control"] == "no-cache"
    assert (await api.client.post(path)).status_code == 405
    await api.client.aclose()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/demo/assets/gone.js", 404),
        ("/demo/..%2foutbox%2fone.eml", 404),
        (f"/demo/{'a' * 5_000}.js", 404),
        ("/demo/%00.js", 404),
        (f"/demo/{'a' * 5_000}", 200),
    ],
)
async def test_a_missing_file_of_the_demo_is_no_page(
    store: Store, tmp_path: Path, built: Path, path: str, status: int
) -> None:
    _, api = await prepared(store, tmp_path, demo=False)
    (tmp_path / "outbox").mkdir()
    (tmp_path / "outbox" / "one.eml").write_text("secret")

    shown = await api.client.get(path)

    assert shown.status_code == status
    assert "secret" not in shown.text
    await api.client.aclose()


async def test_a_demo_that_is_not_built_says_how_to(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "DEMO", tmp_path / "nothing")
    _, api = await prepared(store, tmp_path, demo=False)

    shown = await api.client.get("/demo/orgs/acme")
    redirected = await api.client.get("/demo")

    assert shown.status_code == 503
    assert "make install" in shown.text
    assert (redirected.status_code, redirected.headers["location"]) == (307, "/demo/")
    await api.client.aclose()


# -------------------------------------------------------------------------------------- production


@pytest.mark.parametrize("env", Environment)
async def test_without_the_extras_of_development_no_dev_route_exists(
    store: Store, clock: Clock, env: Environment
) -> None:
    app: Starlette = make_application(settings(env=env), store=store, clock=clock)
    api = Api(app, store, clock)

    token = await ask(api, origin=OWN)
    key = await api.client.post("/dev/secret-key", headers={"origin": OWN})
    pages = [await api.client.get(path) for path in ("/dev/outbox", "/demo", "/demo/", "/demo/x")]

    assert [one.status_code for one in (token, key, *pages)] == [404] * 6
    await api.client.aclose()
