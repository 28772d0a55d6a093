"""`tenantry doctor`: what is well, what is wrong, and what to do about it."""

import http.server
import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from models.database.revision import head
from server import dns
from server.cli.diagnosis import connections
from server.dns import has_answer
from tests.conftest import settings
from tests.support.processes.commands import PRODUCTION, done, free_port, invoke, refused
from tests.support.servers.dns import name_server

SHARES_NO_RATES = (
    "   ok  Rate limits: counted in each process; if several serve, set TENANTRY_RATE_STORE_URL to"
    " share them"
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the test's own, no settings of the machine, and no server on the usual port."""
    for name in [name for name in os.environ if name.startswith("TENANTRY_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(connections, "DEFAULT_PORT", free_port())
    monkeypatch.setattr(connections, "has_answer", answers)
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def answers(servers: Sequence[str]) -> bool:
    return True


def examined(*arguments: str, **environment: str) -> tuple[int, list[str]]:
    result = invoke("doctor", *arguments, **environment)
    return result.exit_code, result.stdout.splitlines()


def test_doctor_finds_everything_well() -> None:
    done(invoke("migrate"))

    code, lines = examined(**PRODUCTION)

    assert lines == [
        "   ok  TENANTRY_ENV: production; to check the settings of `tenantry dev`, set it to"
        " development",
        "   ok  Settings: for production",
        " risk  Settings: TENANTRY_SMTP_URL is not set: invitations can't be sent by email, only"
        " with notify: false. Set it to the URL of a mail server.",
        " risk  Settings: TENANTRY_METRICS_TOKEN is not set: /metrics is not available. Set it to"
        " the output of: openssl rand -hex 24",
        f"   ok  Database: sqlite+aiosqlite:///./var/tenantry.db at revision {head()}",
        "   ok  Root secret: decrypts everything that is stored encrypted",
        "   ok  Signing keys: none yet; the server creates one when it starts",
        "   ok  Worker: nothing is overdue",
        SHARES_NO_RATES,
        "   ok  Email: TENANTRY_SMTP_URL is not set: invitations need notify: false",
        "   ok  Name servers: those of the system answer",
        "   ok  Identity provider https://idp.example.com: one public key, EdDSA",
        "   ok  Tokens of https://idp.example.com: must have sub, exp, and aud with tenantry;"
        " address from email, verified if email_verified is true; names from given_name and"
        " family_name, or name; username from preferred_username; picture from picture",
    ]
    assert code == 0


def test_doctor_changes_nothing(folder: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"

    code, lines = examined(TENANTRY_ENV="development", TENANTRY_PUBLIC_URL=url)

    assert (code, lines) == (
        1,
        [
            "   ok  Settings: for development",
            "wrong  Database: sqlite+aiosqlite:///./var/tenantry.db doesn't exist. Run: tenantry"
            " migrate",
            SHARES_NO_RATES,
            "   ok  Email: TENANTRY_SMTP_URL is not set: email is written to var/outbox",
            "   ok  Name servers: those of the system answer",
        ],
    )
    assert list(folder.iterdir()) == []


class EmptyKeySet(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # the name that http.server calls
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"keys": []}')

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def empty_key_set() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), EmptyKeySet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/jwks"
        server.shutdown()
        thread.join()


def test_doctor_tells_a_key_set_without_a_usable_key_from_none_at_all(empty_key_set: str) -> None:
    issuers = json.dumps([{"issuer": "https://a", "audience": "a", "jwks_url": empty_key_set}])

    code, lines = examined(**{**PRODUCTION, "TENANTRY_IDENTITY_ISSUERS": issuers})

    assert (code, lines[-2]) == (
        1,
        f"wrong  Identity provider https://a: {empty_key_set} has no usable key for RS256",
    )


def test_doctor_names_the_claims_that_are_read() -> None:
    claims = {"email": "preferred_username", "email_verified": True, "name": "https://a/name"}
    issuer = json.loads(PRODUCTION["TENANTRY_IDENTITY_ISSUERS"])[0]
    issuers = json.dumps([{**issuer, "audience": ["web", "app"], "claims": claims}])

    _, lines = examined(**{**PRODUCTION, "TENANTRY_IDENTITY_ISSUERS": issuers})

    assert (
        "must have sub, exp, and aud with app or web; address from preferred_username, always"
        in (lines[-1])
    )
    assert "verified, because claims.email_verified is true;" in lines[-1]
    assert "names from given_name and family_name, or https://a/name;" in lines[-1]


@pytest.fixture
def mail_server() -> Iterator[str]:
    controller: Any = Controller(Sink(), hostname="127.0.0.1", port=free_port())
    controller.start()
    yield f"127.0.0.1:{controller.port}"
    controller.stop()


def test_doctor_tries_the_mail_server(mail_server: str) -> None:
    away = f"127.0.0.1:{free_port()}"

    found = [
        next(line for line in examined(**PRODUCTION, TENANTRY_SMTP_URL=url)[1] if "Email" in line)
        for url in (f"smtp://{mail_server}", f"smtp://{away}", f"smtp://ada:hunter2@{mail_server}")
    ]

    assert (
        found[0]
        == f"   ok  Email: {mail_server} accepts email from Tenantry <no-reply@orgs.example.com>"
    )
    assert found[1].startswith(f"wrong  Email: TENANTRY_SMTP_URL: {away} can't be used: ")
    assert found[2].startswith(f"wrong  Email: TENANTRY_SMTP_URL: {mail_server} can't be used: ")
    assert "hunter2" not in str(found)


def test_doctor_says_what_to_do_about_what_is_wrong(folder: Path) -> None:
    (folder / "garbage.db").write_bytes(b"garbage" * 1_000)
    (folder / "empty.db").touch()
    away = json.dumps(
        [
            {
                "issuer": "https://a",
                "audience": "a",
                "jwks_url": f"http://127.0.0.1:{free_port()}/jwks",
            }
        ]
    )
    done(invoke("seed", "--organizations", "1", "--users", "1"))
    url = "sqlite+aiosqlite:///{}.db".format

    found = {
        name: examined(**{**PRODUCTION, "TENANTRY_ENV": "production", **changed})[1]
        for name, changed in {
            "stamped": {},
            "garbage": {"TENANTRY_DATABASE_URL": url("garbage")},
            "empty": {"TENANTRY_DATABASE_URL": url("empty")},
            "away": {"TENANTRY_DATABASE_URL": "postgresql+asyncpg://ada:hunter2@127.0.0.1:1/x"},
            "provider": {"TENANTRY_IDENTITY_ISSUERS": away},
            "bare": {"TENANTRY_SECRET": "", "TENANTRY_IDENTITY_ISSUERS": "[]"},
            "numeric": {
                "TENANTRY_PUBLIC_URL": "https://192.0.2.7",
                "TENANTRY_SMTP_URL": f"smtp://127.0.0.1:{free_port()}",
            },
        }.items()
    }

    wrong = {
        name: " ".join(line for line in lines if line.startswith("wrong"))
        for name, lines in found.items()
    }
    assert (
        "a development server has used it, so a production server can't use it. Set TENANTRY_DATABASE_URL"
        in wrong["stamped"]
    )
    assert "Root secret" not in str(found["stamped"])
    assert "file is not a database" in wrong["garbage"]
    assert f"empty, not at revision {head()}. Run: tenantry migrate" in wrong["empty"]
    assert "ada:***@127.0.0.1:1/x can't be used" in wrong["away"]
    assert "returns no key set; check the URL" in wrong["provider"]
    assert "TENANTRY_SECRET is missing" in wrong["bare"]
    assert "TENANTRY_IDENTITY_ISSUERS is missing" in wrong["bare"]
    assert "Settings: TENANTRY_MAIL_FROM is missing" in wrong["numeric"]
    assert "hunter2" not in str(found)


def test_doctor_names_a_missing_public_url() -> None:
    settings = {name: value for name, value in PRODUCTION.items() if name != "TENANTRY_PUBLIC_URL"}

    code, lines = examined(**settings)

    assert code == 1
    assert [
        line for line in lines if line.startswith("wrong  Settings: TENANTRY_PUBLIC_URL is missing")
    ]


SAFE = {
    **PRODUCTION,
    "TENANTRY_METRICS_TOKEN": "f3Zk9QmWv2Lx7TbYc4RdHn6sGpE1uAoJ",
    "TENANTRY_SMTP_URL": "smtps://user:pw@127.0.0.1:1",
}
RISKS = {
    "TENANTRY_INTROSPECTION is true": {"TENANTRY_INTROSPECTION": "true"},
    "TENANTRY_GRAPHIQL is true": {"TENANTRY_GRAPHIQL": "true"},
    "TENANTRY_PUBLIC_URL is http://localhost:8000": {
        "TENANTRY_PUBLIC_URL": "http://localhost:8000",
        "TENANTRY_MAIL_FROM": "a@example.com",
    },
    "TENANTRY_ALLOWED_ORIGINS contains https://localhost:3000": {
        "TENANTRY_ALLOWED_ORIGINS": "https://localhost:3000,https://app.example.com"
    },
    "TENANTRY_ALLOWED_ORIGINS contains http://app.example.com": {
        "TENANTRY_ALLOWED_ORIGINS": "http://app.example.com"
    },
    "TENANTRY_WEBHOOK_NETWORKS allows 10.0.0.0/8": {"TENANTRY_WEBHOOK_NETWORKS": '["10.0.0.0/8"]'},
    "TENANTRY_SMTP_URL is not set": {"TENANTRY_SMTP_URL": ""},
    "TENANTRY_SMTP_URL starts with smtp://": {"TENANTRY_SMTP_URL": "smtp://127.0.0.1:1"},
    "TENANTRY_STRIPE_API_KEY is not set": {
        "TENANTRY_STRIPE_WEBHOOK_SECRETS": "whsec_dGhlIGZpcnN0IG9mIHR3bw"
    },
    "TENANTRY_STRIPE_API_KEY is a test key": {"TENANTRY_STRIPE_API_KEY": "rk_test_51Mq7yLkdIwHu"},
    "TENANTRY_METRICS_TOKEN is not set": {"TENANTRY_METRICS_TOKEN": ""},
    "TENANTRY_SECRET_KEYS holds keys": {
        "TENANTRY_SECRET_KEYS": "sk_Zk9QmWv2Lx7TbYc4RdHn6sGpE1uAoJf3"
    },
    "TENANTRY_TRUST_TRACEPARENT is true": {"TENANTRY_TRUST_TRACEPARENT": "true"},
    "TENANTRY_USER_RATE is off": {"TENANTRY_USER_RATE": "off"},
    "TENANTRY_ADDRESS_RATE is off": {"TENANTRY_ADDRESS_RATE": "off"},
    "TENANTRY_TRUSTED_PROXIES allows every address": {"TENANTRY_TRUSTED_PROXIES": "10.0.0.1,::/0"},
    "TENANTRY_RATE_STORE_URL isn't encrypted": {
        "TENANTRY_RATE_STORE_URL": "redis://counters.invalid:6379"
    },
    "TENANTRY_MAX_COST is 200000": {"TENANTRY_MAX_COST": "200000"},
    "TENANTRY_LOG_LEVEL is warning": {"TENANTRY_LOG_LEVEL": "warning"},
}


def test_doctor_finds_no_risk_in_safe_settings() -> None:
    assert not [line for line in examined(**SAFE)[1] if line.startswith(" risk")]


@pytest.mark.parametrize(("start", "changed"), RISKS.items())
def test_doctor_names_a_setting_that_could_be_safer(start: str, changed: dict[str, str]) -> None:
    (risk,) = [line for line in examined(**SAFE | changed)[1] if line.startswith(" risk")]

    assert risk.startswith(f" risk  Settings: {start}")
    assert "Set " in risk or "Remove " in risk or "remove " in risk


INVALID = {
    "TENANTRY_SECRET": "hunter2" * 8,
    "TENANTRY_METRICS_TOKEN": "hunter2",
    "TENANTRY_ALLOWED_ORIGINS": "https://*.example.com",
    "TENANTRY_IDENTITY_ISSUERS": "[",
    "TENANTRY_SMTP_URL": "smtp://ada:hunter2@",
}


def test_doctor_names_every_invalid_setting_and_checks_the_rest() -> None:
    done(invoke("migrate"))

    code, lines = examined(**SAFE | INVALID)

    wrong = [line for line in lines if line.startswith("wrong")]
    assert code == 1
    assert sorted(line.split()[2] for line in wrong) == sorted(INVALID)
    assert f"   ok  Database: sqlite+aiosqlite:///./var/tenantry.db at revision {head()}" in lines
    assert not [line for line in lines if "is missing" in line or "is not set" in line]
    assert "hunter2" not in str(lines)


@pytest.mark.parametrize(
    ("name", "value", "left_out"),
    [
        ("TENANTRY_DATABASE_URL", "mysql://x", "Database"),
        ("TENANTRY_SIGNING_KEYS", "missing.pem", "Signing keys"),
        ("TENANTRY_SECRET", "short", "Root secret"),
        ("TENANTRY_RATE_STORE_URL", "x", "Rate limits"),
        ("TENANTRY_SMTP_URL", "x", "Email"),
        ("TENANTRY_PUBLIC_URL", "x", "Email"),
        ("TENANTRY_ENV", "staging", "TENANTRY_ENV"),
    ],
)
def test_doctor_leaves_out_what_an_invalid_setting_is_needed_for(
    name: str, value: str, left_out: str
) -> None:
    done(invoke("migrate"))

    whole = examined(**PRODUCTION)[1]
    part = examined(**PRODUCTION | {name: value})[1]

    assert [line for line in whole if f"  {left_out}: " in line]
    assert not [line for line in part if f"  {left_out}: " in line]
    (wrong,) = [line for line in part if line.startswith("wrong")]
    assert wrong.startswith(f"wrong  Settings: {name} ")


def test_doctor_stops_at_a_file_that_it_can_t_read(folder: Path) -> None:
    (folder / ".env").write_bytes(b"TENANTRY_SECRET=\xff\n")

    refused(invoke("doctor"), "The file .env with the TENANTRY_ settings must be a readable text")


def test_doctor_names_a_port_without_a_server(empty_key_set: str) -> None:
    unused, other = str(free_port()), empty_key_set.rpartition(":")[2].partition("/")[0]

    found = {port: examined("--port", port, **PRODUCTION) for port in (unused, other)}

    assert f"wrong  Server: port {unused} has no server; check --port" in found[unused][1]
    assert (
        f"wrong  Server: port {other} has a server that isn't Tenantry; check --port"
        in found[other][1]
    )


MISSPELLED = {
    "TENANTRY_SMTP_URI": "Did you mean TENANTRY_SMTP_URL?",
    "TENANTRY_SECRET_KEY": "Did you mean TENANTRY_SECRET_KEYS?",
    "TENANTRY_HOST": "Remove it, or correct its name.",
}
# What clients of the documentation read, and what Kubernetes sets.
FOREIGN = ("TENANTRY_URL", "TENANTRY_TOKEN", "TENANTRY_KEY", "TENANTRY_PORT_8000_TCP")


def test_doctor_names_misspelled_settings(folder: Path) -> None:
    (folder / ".env").write_text("TENANTRY_ISSUERS=[]\ntenantry_log_level=info\n")
    variables = dict.fromkeys([*MISSPELLED, *FOREIGN], "x")

    lines = examined(**SAFE | variables)[1]

    advice = {**MISSPELLED, "TENANTRY_ISSUERS": "Did you mean TENANTRY_IDENTITY_ISSUERS?"}
    assert [line for line in lines if line.startswith(" risk")] == [
        f" risk  Settings: {name} isn't a setting, so it has no effect. {advice[name]}"
        for name in sorted(advice)
    ]


def test_doctor_notices_emails_with_which_nobody_can_accept(folder: Path) -> None:
    done(invoke("migrate"))
    start = " risk  Invitations: invitationUrl of the instance is not set"

    risky = [line for line in examined(**SAFE)[1] if line.startswith(start)]
    unsent = [line for line in examined(**PRODUCTION)[1] if "invitationUrl" in line]
    with sqlite3.connect(folder / "var" / "tenantry.db") as database:
        database.execute("UPDATE instance SET invitation_url = 'https://app.example.com/join'")
    database.close()
    safe = [line for line in examined(**SAFE)[1] if "invitationUrl" in line]

    assert (len(risky), unsent, safe) == (1, [], [])


def test_doctor_lists_what_cannot_be_applied_from_stripe(folder: Path) -> None:
    done(invoke("migrate"))
    key = {"TENANTRY_STRIPE_API_KEY": "rk_live_51Mq7yLkdIwHu"}
    well = examined(**SAFE | key)[1]
    with sqlite3.connect(folder / "var" / "tenantry.db") as connection:
        connection.execute(
            "INSERT INTO stripe_subscription (id, updated_at, status, attempts, events, stated_at,"
            " problem) VALUES ('sub_1', '2026-01-01', 'idle', 0, 1, 0, 'No plan has the price.')"
        )

    code, lines = examined(**SAFE | key)

    assert "   ok  Stripe: every subscription is applied" in well
    assert "wrong  Stripe: sub_1: No plan has the price." in lines
    assert code == 1


def test_doctor_names_the_keys_that_could_be_narrowed(folder: Path) -> None:
    done(invoke("migrate"))
    secrets = {
        name: done(invoke("keys", "create", "--name", name, *narrowed)).strip()[:15]
        for name, narrowed in {
            "Busy": (),
            "Idle": (),
            "New": (),
            "Narrow": ("--scope", "users:read"),
        }.items()
    }
    with sqlite3.connect(folder / "var" / "tenantry.db") as connection:
        now = int(datetime.now(UTC).timestamp() * 1000)
        uses = json.dumps({"users:read": now, "roles:read": now, "events:read": 1})
        connection.execute(
            "UPDATE secret_key SET scope_uses = ? WHERE name IN ('Busy', 'Narrow')", (uses,)
        )
        connection.execute(
            "UPDATE secret_key SET created_at = '2026-01-01 00:00:00.000000' WHERE name = 'Idle'"
        )

    _, lines = examined(**SAFE)

    assert [line for line in lines if "Secret keys" in line] == [
        f" risk  Secret keys: {secrets['Busy']} (Busy) isn't narrowed, but used only these scopes"
        " in the last 30 days: roles:read, users:read. Replace it with a key that has only them.",
        f" risk  Secret keys: {secrets['Idle']} (Idle) isn't narrowed, and used no scope in the last"
        " 30 days. Revoke it if nobody needs it.",
    ]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_doctor_notices_several_processes_on_one_file(folder: Path) -> None:
    done(invoke("migrate"))
    database = folder / "var" / "tenantry.db"
    wait = (
        f"import sys; file = open({str(database)!r}); print('open', flush=True); sys.stdin.read()"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", wait], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "open\n"

    lines = examined(**SAFE)[1]
    development = examined(TENANTRY_ENV="development")[1]

    for process in processes:
        process.communicate("")
    assert any("2 processes have tenantry.db open" in line for line in lines)
    assert not any("processes have" in line for line in [*development, *examined(**SAFE)[1]])


async def test_doctor_asks_the_name_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "has_answer", has_answer)
    monkeypatch.setattr(dns, "LOOKUP_SECONDS", 0.3)
    async with name_server() as asked:
        chosen = settings(dns_servers=(asked.setting,))
        answering = await connections.check_name_servers(chosen)
        asked.is_silent = True
        silent = await connections.check_name_servers(chosen)

    assert (answering.detail, answering.is_risk) == (f"{asked.setting} answer", False)
    assert silent.is_risk
    assert silent.detail.startswith(f"{asked.setting} didn't answer")
