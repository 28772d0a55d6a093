"""`tenantry dev` and `tenantry serve`: when they start, when they refuse to, and how they end."""

import asyncio
import json
import os
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from sqlalchemy import text

from server.cli.runtime import http_server
from server.http.pages import graphiql
from tests.support.api import AUDIENCE, ISSUER, Api
from tests.support.data.factories import Acme
from tests.support.http import ONLY_SQLITE
from tests.support.processes.commands import (
    INSTALLED,
    PRODUCTION,
    done,
    free_port,
    invoke,
    refused,
    started,
    while_serving,
)
from tests.support.servers.tokens import rsa_key

MINE = "{ viewer { user { identifier } memberships { nodes { organization { name } } } } }"
CREATE = 'mutation { createOrganization(input: { name: "Acme" }) { organization { id } } }'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield taken.getsockname()[1]


def post(url: str, query: str, authorization: str | None = None) -> httpx.Response:
    headers = {"authorization": authorization} if authorization else {}
    return httpx.post(f"{url}/graphql", json={"query": query}, headers=headers, timeout=20)


def ada() -> str:
    """A token of this folder's own issuer."""
    return f"Bearer {done(invoke('token', '--email', 'ada@example.com')).strip()}"


# ---------------------------------------------------------------------------------------------- dev


def test_dev_serves_a_demo_company_and_keeps_what_was_made(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graphiql, "ASSETS", folder)
    (folder / "graphiql.js").write_text("export {};")

    token = ada()

    def visit(url: str) -> list[httpx.Response]:
        page = httpx.get(f"{url}/graphql", headers={"accept": "text/html"})
        return [page, post(url, MINE, token), post(url, CREATE, token)]

    first, (page, mine, made) = while_serving(visit, "dev")
    second, after = while_serving(lambda url: post(url, MINE, token), "dev")

    greeting = done(first)
    port = re.search(r"http://127\.0\.0\.1:(\d+)/graphql", greeting)
    assert port
    assert "tenantry token --email grace@example.com" in greeting
    assert (folder / "var" / "development-key").read_text() in greeting
    assert page.status_code == 200
    assert "Ada Lovelace" in page.text
    assert "data" in made.json()
    assert names(mine) == {"Analytical Engines", "Difference Lab"}
    assert names(after) == {"Analytical Engines", "Difference Lab", "Acme"}
    assert done(second)


def names(mine: httpx.Response) -> set[str]:
    viewer = mine.json()["data"]["viewer"]
    assert viewer["user"]["identifier"] == "ada@example.com"
    return {node["organization"]["name"] for node in viewer["memberships"]["nodes"]}


def test_dev_without_the_demo_is_empty() -> None:
    token = ada()

    served, answer = while_serving(
        lambda url: post(url, MINE, token), "dev", "--no-demo", TENANTRY_SMTP_URI="x"
    )

    assert names(answer) == set()
    assert "TENANTRY_SMTP_URI isn't a setting" in served.stderr


@pytest.mark.parametrize("command", ["dev", "serve"])
def test_a_busy_port_is_one_sentence(command: str, busy_port: int, folder: Path) -> None:
    result = invoke(command, "--port", str(busy_port), **PRODUCTION if command == "serve" else {})

    refused(
        result,
        f"Port {busy_port} is already in use. Stop the server that uses it, or choose another port"
        " with --port.",
    )
    assert not (folder / "var" / "tenantry.db").exists()


def test_an_address_that_is_not_ours_is_one_sentence() -> None:
    refused(
        invoke("serve", "--host", "192.0.2.1", **PRODUCTION),
        "The server can't listen on 192.0.2.1, port 8000",
    )
    refused(
        invoke("serve", "--host", "nowhere.invalid", **PRODUCTION),
        "The server can't listen on nowhere.invalid, port 8000",
    )


def test_dev_leaves_a_production_database_alone(folder: Path) -> None:
    done(invoke("migrate"))
    _, answer = while_serving(
        lambda url: post(url, CREATE, production_token()), "serve", **production()
    )
    assert answer.json()["data"]["createOrganization"]["organization"]

    refused(
        invoke("dev", "--port", "1"),
        "this database contains data that wasn't created by a development server",
    )


# -------------------------------------------------------------------------------------------- serve

RSA = rsa_key()


SMTP = {"TENANTRY_SMTP_URL": "smtp://mail.example.com:587"}
WITHOUT_URL: dict[str, str | None] = {"TENANTRY_PUBLIC_URL": None}


def production(**changed: str | None) -> dict[str, str]:
    """Good settings, with an RSA key of our own as identity provider; None leaves one out."""
    encoding, kind = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    key = RSA.public_key().public_bytes(encoding, kind).decode()
    issuers = json.dumps([{"issuer": ISSUER, "audience": AUDIENCE, "public_key": key}])
    values = {**PRODUCTION, "TENANTRY_IDENTITY_ISSUERS": issuers, **changed}
    return {name: value for name, value in values.items() if value is not None}


def production_token() -> str:
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "ada",
        "email": "ada@example.com",
        "email_verified": True,
    }
    return (
        f"Bearer {jwt.encode({**claims, 'iat': 1, 'exp': 4_000_000_000}, RSA, algorithm='RS256')}"
    )


@pytest.mark.parametrize(
    ("changed", "sentences"),
    [
        ({"TENANTRY_SECRET": ""}, ["TENANTRY_SECRET is missing"]),
        (
            {"TENANTRY_SECRET": "short"},
            ["TENANTRY_SECRET must list secrets of at least 32 random bytes"],
        ),
        (
            {"TENANTRY_SECRET": "changeme" * 8},
            ["TENANTRY_SECRET must list secrets of at least 32 random bytes"],
        ),
        (
            {"TENANTRY_SECRET_KEYS": "sk_" + "a" * 40},
            ["TENANTRY_SECRET_KEYS must list keys of sk_"],
        ),
        ({"TENANTRY_IDENTITY_ISSUERS": "[]"}, ["TENANTRY_IDENTITY_ISSUERS is missing"]),
        (
            {"TENANTRY_PUBLIC_URL": "http://orgs.example.com"},
            ["TENANTRY_PUBLIC_URL must be an https URL"],
        ),
        ({"TENANTRY_ALLOWED_ORIGINS": "*"}, ["TENANTRY_ALLOWED_ORIGINS"]),
        (
            {"TENANTRY_SMTP_URL": "mail.example.com"},
            ["TENANTRY_SMTP_URL must be smtp://user:password@host:587"],
        ),
        ({"TENANTRY_DATABASE_URL": "sqlite+aiosqlite://"}, ["TENANTRY_DATABASE_URL"]),
        (
            {
                "TENANTRY_SECRET": "",
                "TENANTRY_IDENTITY_ISSUERS": "[]",
                "TENANTRY_PUBLIC_URL": "http://orgs.example.com",
            },
            [
                "TENANTRY_SECRET is missing",
                "TENANTRY_PUBLIC_URL",
                "TENANTRY_IDENTITY_ISSUERS is missing",
            ],
        ),
        (WITHOUT_URL, ["TENANTRY_PUBLIC_URL is missing"]),
        (
            {"TENANTRY_PUBLIC_URL": "http://127.0.0.1:8000", **SMTP},
            ["TENANTRY_MAIL_FROM is missing"],
        ),
    ],
)
def test_serve_refuses_an_unsafe_or_missing_setting_and_names_it(
    changed: dict[str, str | None], sentences: list[str], folder: Path
) -> None:
    refused(invoke("serve", **production(**changed)), *sentences)

    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("changed", "sentences"),
    [
        ({"TENANTRY_SECRET": ""}, ["TENANTRY_SECRET is missing"]),
        (WITHOUT_URL, ["TENANTRY_PUBLIC_URL is missing"]),
        (
            {"TENANTRY_PUBLIC_URL": "http://127.0.0.1:8000", **SMTP},
            ["TENANTRY_MAIL_FROM is missing"],
        ),
        ({}, ["the database is not migrated. Run: tenantry migrate"]),
    ],
)
def test_a_worker_refuses_what_it_can_t_work_with(
    changed: dict[str, str | None], sentences: list[str]
) -> None:
    refused(invoke("worker", **production(**changed)), *sentences)


def test_serve_takes_only_a_migrated_database(folder: Path) -> None:
    refused(
        invoke("serve", "--port", str(free_port()), **production()),
        "the database is not migrated. Run: tenantry migrate",
    )


def test_serve_takes_no_database_of_a_development_server() -> None:
    done(invoke("seed", "--organizations", "1", "--users", "1"))

    refused(
        invoke("serve", "--port", str(free_port()), **production()),
        "names a database that a development server has used",
    )


def test_a_development_server_that_is_served_stays_on_this_machine() -> None:
    result = invoke("serve", "--host", "0.0.0.0", TENANTRY_ENV="development")

    refused(
        result,
        "A development server listens only on 127.0.0.1. To listen on other addresses, set"
        " TENANTRY_ENV=production.",
    )


def test_serve_for_development_is_dev_without_a_demo() -> None:
    token = ada()

    served, answer = while_serving(
        lambda url: post(url, MINE, token), "serve", TENANTRY_ENV="development"
    )

    assert names(answer) == set()
    assert "GraphiQL" in done(served)


def test_serve_answers_the_tokens_of_its_provider_and_logs_its_life() -> None:
    done(invoke("migrate"))
    own = ada()

    def visit(url: str) -> list[httpx.Response]:
        return [
            post(url, MINE, production_token()),
            post(url, MINE, own),
            httpx.get(f"{url}/graphql"),
        ]

    served, (mine, refusal, page) = while_serving(
        visit, "serve", **production(), TENANTRY_SMTP_URI="x"
    )

    assert names(mine) == set()
    assert (refusal.status_code, page.status_code) == (401, 405)
    lines = [json.loads(line) for line in served.stderr.splitlines()]
    assert (served.exit_code, served.stdout) == (0, "")
    assert [lines[number]["event"] for number in (0, 1, -1)] == [
        "unknown setting",
        "serving",
        "stopped",
    ]
    assert lines[0]["detail"].startswith("TENANTRY_SMTP_URI isn't a setting")


@ONLY_SQLITE
async def test_a_running_request_is_answered_before_the_server_ends(api: Api, acme: Acme) -> None:
    listener = http_server.listen("127.0.0.1", 0)
    running = asyncio.create_task(http_server.serve_on(listener, api.app))
    headers = {"authorization": acme.admin.authorization or ""}
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", headers=headers
    ) as client:
        async with api.store.write() as session:
            await session.execute(text("SELECT 1"))
            request = asyncio.create_task(
                client.post("/graphql", json={"query": CREATE}, timeout=20)
            )
            await asyncio.sleep(0.5)
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(0.5)
        answer = await request
        await running

    assert answer.json()["data"]["createOrganization"]["organization"]


# ----------------------------------------------------------------------------------- real processes


@pytest.mark.slow
def test_a_key_works_in_a_running_server_until_it_is_revoked(folder: Path) -> None:
    settings = production()
    done(invoke("migrate"))
    key = done(invoke("keys", "create", "--name", "billing")).strip()
    query = "{ organizations { totalCount } }"

    with started("serve", folder=folder, **settings) as server:
        before = server.graphql(query, f"Bearer {key}")
        done(invoke("keys", "revoke", key[:15]))
        after = server.graphql(query, f"Bearer {key}")
        code, written = server.stop()

    assert before.json() == {"data": {"organizations": {"totalCount": 0}}}
    assert (after.status_code, after.json()["errors"][0]["extensions"]["code"]) == (
        401,
        "UNAUTHENTICATED",
    )
    assert (code, [json.loads(line)["event"] for line in written.splitlines()]) == (
        0,
        ["serving", "request", "request", "stopped"],
    )


@pytest.mark.parametrize(
    "ending", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)]
)
def test_dev_starts_and_ends_as_a_process(ending: signal.Signals, folder: Path) -> None:
    with started("dev", folder=folder, program=INSTALLED) as server:
        answer = server.graphql("{ instance { slugsEnabled } }")
        server.process.send_signal(ending)
        written, _ = server.process.communicate(timeout=30)

    assert answer.json()["data"] == {"instance": {"slugsEnabled": True}}
    assert server.process.returncode == 0
    assert f"{server.url}/graphql" in written
    assert "Traceback" not in written
