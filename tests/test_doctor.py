"""`tenantry doctor`: what is well, what is wrong, and what to do about it."""

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import PRODUCTION, done, free_port, invoke


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def examined(**environment: str) -> tuple[int, list[str]]:
    result = invoke("doctor", **environment)
    return result.exit_code, result.stdout.splitlines()


def test_doctor_finds_everything_well() -> None:
    done(invoke("migrate"))

    code, lines = examined(**PRODUCTION)

    assert lines == [
        "   ok  TENANTRY_ENV: production; for the settings of `tenantry dev`, set it to development",
        "   ok  Settings: for production",
        "   ok  Database: sqlite+aiosqlite:///./var/tenantry.db at step 0005",
        "   ok  Signing keys: none yet; the first start makes one",
        "   ok  Identity provider https://idp.example.com: one public key, EdDSA",
    ]
    assert code == 0


def test_doctor_changes_nothing(folder: Path) -> None:
    code, lines = examined(TENANTRY_ENV="development")

    assert (code, lines) == (
        1,
        [
            "   ok  Settings: for development",
            "wrong  Database: sqlite+aiosqlite:///./var/tenantry.db is not there. Run: tenantry migrate",
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

    assert (code, lines[-1]) == (1, f"wrong  Identity provider https://a: {empty_key_set} has no usable key for RS256")


def test_doctor_says_what_to_do_about_what_is_wrong(folder: Path) -> None:
    (folder / "garbage.db").write_bytes(b"garbage" * 1_000)
    (folder / "empty.db").touch()
    away = json.dumps([{"issuer": "https://a", "audience": "a", "jwks_url": f"http://127.0.0.1:{free_port()}/jwks"}])
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
        }.items()
    }

    wrong = {name: " ".join(line for line in lines if line.startswith("wrong")) for name, lines in found.items()}
    assert "a development server has used it; production refuses it" in wrong["stamped"]
    assert "file is not a database" in wrong["garbage"]
    assert "empty, not 0005. Run: tenantry migrate" in wrong["empty"]
    assert "ada:***@127.0.0.1:1/x can't be used" in wrong["away"]
    assert "gives no key set: is it right" in wrong["provider"]
    assert "TENANTRY_SECRET is missing" in wrong["bare"]
    assert "TENANTRY_IDENTITY_ISSUERS is missing" in wrong["bare"]
    assert "hunter2" not in str(found)
