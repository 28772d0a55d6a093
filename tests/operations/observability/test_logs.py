"""The log: one line an event, with the story of what went wrong, and nothing that is somebody's."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from server.observability import logs
from server.settings.settings import Environment
from tests.conftest import settings
from tests.support.processes.commands import restored_logging

TOKEN = "sk_token_of_somebody"


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    with restored_logging():
        yield


def fail_with(secret: str) -> None:
    local = f"Bearer {secret}"
    raise RuntimeError(f"something about {len(local)} letters")


def written(capsys: pytest.CaptureFixture[str], env: Environment, **values: Any) -> list[str]:
    """The lines of an event, of an error and of a library's warning."""
    logs.configure(settings(env=env, **values))
    log = structlog.stdlib.get_logger("tenantry.test")
    log.info("renamed", id="org_1", name="Acme\r\n2026 [error] forged \x1b[31m")
    try:
        fail_with(TOKEN)
    except RuntimeError as error:
        log.error("internal error", id="err_1", exc_info=error)
        logging.getLogger("library").warning("it failed too", exc_info=error)
    log.debug("not asked for")
    logging.getLogger("uvicorn.error").warning("anybody can make it say this")
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()


def test_production_logs_a_json_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    lines = written(capsys, Environment.PRODUCTION)

    renamed, error, library = (json.loads(line) for line in lines)
    assert (renamed["event"], renamed["level"], renamed["id"]) == ("renamed", "info", "org_1")
    assert renamed["name"] == "Acme\r\n2026 [error] forged \x1b[31m"
    assert (error["event"], error["id"]) == ("internal error", "err_1")
    assert error["exception"][0]["exc_value"] == "something about 27 letters"
    assert [frame["name"] for frame in error["exception"][0]["frames"]] == ["written", "fail_with"]
    assert library["event"] == "it failed too"
    assert not any(TOKEN in line for line in lines)
    assert all("timestamp" in json.loads(line) for line in lines)


def test_development_logs_for_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    lines = written(capsys, Environment.DEVELOPMENT)

    assert "renamed" in lines[0]
    assert "forged" in lines[0]
    assert "RuntimeError: something about 27 letters" in lines
    assert not any(TOKEN in line or "\x1b" in line for line in lines)


def test_level_and_format_are_settings(capsys: pytest.CaptureFixture[str]) -> None:
    lines = written(capsys, Environment.DEVELOPMENT, log_level="error", log_format="json")

    assert [json.loads(line)["event"] for line in lines] == ["internal error"]


@pytest.mark.parametrize("format", ["json", "console"])
def test_what_exceptions_and_libraries_quote_is_masked(
    capsys: pytest.CaptureFixture[str], format: str
) -> None:
    logs.configure(settings(log_format=format))
    quoted = ("ada@example.com", "198.51.100.77", "2001:db8:77::1", f"{TOKEN}_5eHxE1bW8q0mJ3nV7tYc")
    try:
        try:
            raise KeyError(*quoted[:2])
        except KeyError as error:
            error.add_note(f"from {quoted[2]}")
            raise ExceptionGroup("failed", [ValueError(f"bad token {quoted[3]!r}")]) from error
    except ExceptionGroup as error:
        structlog.stdlib.get_logger("tenantry.test").error("internal error", exc_info=error)
    logging.getLogger("library").warning("can't reach %s for %s", quoted[1], quoted[0])
    written = capsys.readouterr().err

    assert [secret for secret in quoted if secret in written] == []
    assert "bad token '***'" in written
    assert "can't reach *** for ***" in written
