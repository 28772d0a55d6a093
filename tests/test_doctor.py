"""`tenantry doctor`: what is well, what is wrong, and what to do about it."""

import json
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
        "   ok  Database: sqlite+aiosqlite:///./var/tenantry.db at step 0002",
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
    assert "empty, not 0002. Run: tenantry migrate" in wrong["empty"]
    assert "ada:***@127.0.0.1:1/x can't be used" in wrong["away"]
    assert "gives no usable key: is jwks_url right" in wrong["provider"]
    assert "TENANTRY_SECRET is missing" in wrong["bare"]
    assert "TENANTRY_IDENTITY_ISSUERS is missing" in wrong["bare"]
    assert "hunter2" not in str(found)
