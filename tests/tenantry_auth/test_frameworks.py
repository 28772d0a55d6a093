"""The programs of docs/guides/python.md, on a real server."""

# Django has no types of its own.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
import asyncio
import base64
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import django
import httpx
import pytest
from django.conf import settings
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError
from starlette.requests import Request

from tenantry_auth import Tenantry, verify_webhook
from tests.support.clerk import CHECKS, ask_sdk
from tests.support.processes.node_apps import environment, titled
from tests.support.processes.session_tokens import (
    ADA,
    COMPANY,
    GRACE,
    LAB,
    MALLORY,
    ORIGIN,
    Issuing,
    add_invoices,
    expired,
    issue_tokens,
    issuing,
    public_key,
)

pytestmark = pytest.mark.slow

PAGE = "docs/guides/python.md"
SETTINGS = f"/orgs/{COMPANY}/settings"
CREATE_VAULT = """mutation {
    createOrganization(input: { name: "Vault", slug: "vault" }) { organization { id } }
}"""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuing]:
    with issuing(tmp_path_factory.mktemp("issuing")) as here:
        add_invoices(here)
        os.environ.update(environment(here))
        yield here
        for name in environment(here):
            del os.environ[name]


def load(title: str) -> Any:
    """Runs a program of the page, and returns its module."""
    module = ModuleType(title)
    exec(compile(titled(PAGE, title), title, "exec"), vars(module))
    return module


def constants(module: ModuleType) -> dict[str, Any]:
    return {name: value for name, value in vars(module).items() if name.isupper()}


def make_django() -> Any:
    # It is importable when the settings are known.
    from django.core.asgi import get_asgi_application

    if not settings.configured:
        page = load("Django")
        settings.configure(ROOT_URLCONF=page, ALLOWED_HOSTS=["app"], **constants(page))
        django.setup()
    return get_asgi_application()


@pytest.fixture(params=["FastAPI", "Starlette", "Django"])
def app(request: pytest.FixtureRequest, here: Issuing) -> Any:
    return make_django() if request.param == "Django" else load(request.param).app


async def visit(app: Any, path: str, token: str = "", cookie: str = "") -> httpx.Response:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    headers |= {"cookie": f"tenantry_session={cookie}"} if cookie else {}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
        return await client.get(path, headers=headers)


async def test_a_signed_in_caller_gets_in(app: Any, here: Issuing) -> None:
    token = here.token(ADA, COMPANY)
    me = await visit(app, "/me", token)

    assert me.status_code == 200, me.text
    assert (me.json()["orgSlug"], me.json()["orgRole"]) == (COMPANY, "org:admin")
    assert (await visit(app, "/me", cookie=token)).json() == me.json()


async def test_others_are_told_why(app: Any, here: Issuing) -> None:
    nobody = await visit(app, "/me")

    assert nobody.status_code == 401
    assert nobody.headers["www-authenticate"] == "Bearer"
    assert (await visit(app, "/me", here.identity(ADA))).status_code == 401
    old = await asyncio.to_thread(expired, here)
    assert (await visit(app, "/me", old)).status_code == 401
    assert (await visit(app, "/me", here.token(MALLORY))).status_code == 403


@pytest.mark.sample
async def test_the_organization_is_that_of_the_url(app: Any, here: Issuing) -> None:
    answer = await visit(app, SETTINGS, here.token(ADA, LAB))

    assert answer.json() == {"orgId": here.organization(COMPANY), "orgRole": "org:admin"}
    assert (await visit(app, SETTINGS, here.token(GRACE, COMPANY))).status_code == 403


async def test_an_outsider_sees_what_everybody_sees_of_nothing(app: Any, here: Issuing) -> None:
    here.server.graphql(CREATE_VAULT, f"Bearer {here.identity(ADA)}")
    inside = await visit(app, "/orgs/vault/settings", here.token(ADA, LAB))
    token = here.token(GRACE, COMPANY)
    foreign = await visit(app, "/orgs/vault/settings", token)
    unknown = await visit(app, "/orgs/no-such-thing/settings", token)

    assert (inside.status_code, foreign.status_code) == (200, 404)
    assert (foreign.status_code, foreign.text) == (unknown.status_code, unknown.text)


async def test_has_answers_as_the_original_sdk(here: Issuing, tmp_path: Path) -> None:
    tokens = issue_tokens(here)
    tenantry = Tenantry(here.issuer, [ORIGIN])
    theirs = ask_sdk(tmp_path, public_key(here, tokens[0]), [(token, CHECKS) for token in tokens])
    headers = [[(b"authorization", f"Bearer {token}".encode())] for token in tokens]
    ours = [
        await tenantry.authenticate(Request({"type": "http", "headers": header}))
        for header in headers
    ]

    assert len(ours) == 20
    assert [[auth.has(**check) for check in CHECKS] for auth in ours] == [
        one["has"] for one in theirs
    ]
    assert [auth.permissions for auth in ours] == [set(one["permissions"]) for one in theirs]


async def test_the_client(here: Issuing) -> None:
    program = load("The client")
    async with program.tenantry.client:
        assert await program.count_members(COMPANY) >= 2
        assert await program.count_members("no-such-thing") == 0


@pytest.mark.sample
@pytest.mark.parametrize("change", [b"", b" "])
async def test_webhooks(change: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes or ").decode()
    monkeypatch.setenv("TENANTRY_WEBHOOK_SECRET", secret)
    moment, body = datetime.now(UTC), b'{"type": "organization.updated"}'
    headers = {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign("evt_1", moment, body.decode()),
    }
    scope = {"type": "http", "headers": [(k.encode(), v.encode()) for k, v in headers.items()]}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body + change}

    handled = load("Webhooks").webhooks(Request(scope, receive))
    if change:
        with pytest.raises(WebhookVerificationError):
            await handled
    else:
        assert (await handled).body == b"organization.updated"


@pytest.mark.sample
@pytest.mark.parametrize("signature", ["garbage", "v1,x", "v1,a,b", ""])
def test_a_signature_that_is_none_is_rejected(signature: str) -> None:
    headers = {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(datetime.now(UTC).timestamp())),
        "webhook-signature": signature,
    }
    for body in (b"{}", b"\xff"):
        with pytest.raises(WebhookVerificationError):
            verify_webhook(body, headers, "whsec_c2VjcmV0")
