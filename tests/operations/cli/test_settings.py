"""Settings: what is read, and the sentence that a wrong value stops the start with."""

import json
import os
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import certifi
import pytest
from jwt.algorithms import requires_cryptography

from models.validation.webhook_targets import WebhookTargets
from server.development.files import load_development_key, load_development_secret
from server.settings.checks import ensure_production
from server.settings.names import ISSUER
from server.settings.operations import OPERATIONS, load_operation_names, load_ready_operation_names
from server.settings.settings import (
    Environment,
    Settings,
    SettingsError,
    make_webhook_targets,
    read_settings,
)
from server.settings.values import ASYMMETRIC
from tests.support.servers.tokens import ec_key, ed_key, pem_of, rsa_key

SECRET = "q3v8Zr1xT0mLw5KpB7nYc2HdJ6sFgA9eUoViXtRkMzQb"
OTHER_SECRET = "f1a09c3b77d24e5681b0c4d2e9f35a6c8d7e10b2a4936f58"
SECRET_KEY = f"sk_{OTHER_SECRET}"
SMTP_URL = "smtp://mail.example.com:587"
KEYS_URL = {
    "issuer": "https://idp.example.com",
    "audience": "app",
    "jwks_url": "https://idp.example.com/keys",
}
ONE_KEY = {"issuer": "https://idp.example.com", "audience": "app", "public_key": pem_of(rsa_key())}


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of this machine's environment, and an empty folder."""
    for name in [name for name in os.environ if name.startswith("TENANTRY_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def issuer(**values: Any) -> list[dict[str, Any]]:
    """The list with one issuer; None takes a member away."""
    return [{name: value for name, value in {**KEYS_URL, **values}.items() if value is not None}]


def one_key(pem: str, *algorithms: str) -> list[dict[str, Any]]:
    return issuer(jwks_url=None, public_key=pem, algorithms=[*algorithms] or None)


def given(monkeypatch: pytest.MonkeyPatch, **values: Any) -> None:
    for name, value in values.items():
        monkeypatch.setenv(
            f"TENANTRY_{name}", value if isinstance(value, str) else json.dumps(value)
        )


# ------------------------------------------------------------------------------------- what is read


def test_without_any_setting_the_defaults_stand() -> None:
    settings = read_settings()

    assert settings.env is Environment.PRODUCTION
    assert settings.database_url == "sqlite+aiosqlite:///./var/tenantry.db"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert (
        settings.identity_issuers
        == settings.secret_keys
        == settings.secret
        == settings.allowed_origins
        == ()
    )
    assert (settings.introspection, settings.graphiql) == (None, None)
    assert make_webhook_targets(settings) == WebhookTargets(allows_private=False)


def test_every_setting_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    given(
        monkeypatch,
        ENV="development",
        DATABASE_URL="postgresql+asyncpg://app:pw@db.example.com/tenantry",
        PUBLIC_URL="https://orgs.example.com/",
        IDENTITY_ISSUERS=[
            KEYS_URL,
            {**ONE_KEY, "issuer": "other", "audience": ["a", "b"], "algorithms": ["PS256"]},
        ],
        SECRET_KEYS=f" {SECRET_KEY} ,",
        SECRET=f"{SECRET},{OTHER_SECRET}",
        SMTP_URL="smtp://ada:p%40ss@mail.example.com:587",
        MAIL_FROM="Acme <hello@example.com>",
        WEBHOOK_NETWORKS=["10.0.0.0/8", "fd00::/8"],
        ALLOWED_ORIGINS="https://app.example.com, http://127.0.0.1:5173,https://[::1]:8443",
        INTROSPECTION="true",
        GRAPHIQL="0",
        LOG_LEVEL="debug",
        LOG_FORMAT="json",
    )

    settings = read_settings()

    assert settings.is_development
    assert settings.public_url == "https://orgs.example.com"
    first, second = settings.identity_issuers
    assert (first.jwks_url, first.algorithms, first.key) == (KEYS_URL["jwks_url"], ["RS256"], None)
    assert second.key
    assert (second.audience, second.key.algorithms) == (["a", "b"], ("PS256",))
    assert settings.smtp_url == "smtp://ada:p%40ss@mail.example.com:587"
    assert settings.sender == "Acme <hello@example.com>"
    assert settings.secret_keys == (SECRET_KEY,)
    assert settings.secret == (SECRET, OTHER_SECRET)
    assert settings.allowed_origins == (
        "https://app.example.com",
        "http://127.0.0.1:5173",
        "https://[::1]:8443",
    )
    assert (settings.introspection, settings.graphiql) == (True, False)
    networks = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
    assert make_webhook_targets(settings) == WebhookTargets(allows_private=True, networks=networks)


@pytest.mark.parametrize(
    ("public_url", "sender"),
    [
        ("https://orgs.example.com:8443/base", "Tenantry <no-reply@orgs.example.com>"),
        ("http://127.0.0.1:8000", "Tenantry <no-reply@localhost>"),
        ("http://[::1]:8000", "Tenantry <no-reply@localhost>"),
    ],
)
def test_the_sender_is_of_the_public_host_unless_it_is_given(public_url: str, sender: str) -> None:
    settings = read_settings(public_url=public_url, smtp_url="", mail_from="")

    assert (settings.sender, settings.smtp_url) == (sender, None)


def test_the_file_beside_it_is_read_and_the_environment_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    one_line = pem_of(rsa_key()).replace("\n", "\\n")
    issuer = json.dumps([{**ONE_KEY, "public_key": one_line}])
    (tmp_path / ".env").write_text(
        f"TENANTRY_IDENTITY_ISSUERS='{issuer}'\nTENANTRY_LOG_LEVEL=debug\nOTHER=1\n"
    )
    given(monkeypatch, LOG_LEVEL="error")

    settings = read_settings()

    assert settings.identity_issuers[0].key
    assert settings.log_level == "error"


def test_a_public_key_may_be_of_any_usual_kind() -> None:
    for key, algorithm in ((rsa_key(), "RS512"), (ec_key(), "ES256"), (ed_key(), "EdDSA")):
        issuer = read_settings(
            identity_issuers=[{**ONE_KEY, "public_key": pem_of(key), "algorithms": [algorithm]}]
        )

        assert issuer.identity_issuers[0].key


def test_what_is_secret_is_not_shown_by_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    given(
        monkeypatch,
        SECRET=SECRET,
        SECRET_KEYS=SECRET_KEY,
        DATABASE_URL="postgresql+asyncpg://app:hunter2@db/x",
    )

    settings = read_settings()

    assert not [
        text for text in (SECRET, OTHER_SECRET, "hunter2") if text in f"{settings!r}{settings}"
    ]


# --------------------------------------------------------------------------------------- production


def for_production(**values: Any) -> Settings:
    known = {
        "secret": SECRET,
        "identity_issuers": issuer(),
        "public_url": "https://orgs.example.com",
    }
    return read_settings(
        **{name: value for name, value in {**known, **values}.items() if value is not None}
    )


def test_production_starts_with_its_necessary_settings() -> None:
    ensure_production(for_production())
    ensure_production(for_production(smtp_url=SMTP_URL))
    ensure_production(for_production(public_url="https://192.0.2.7"))
    ensure_production(
        for_production(public_url="https://192.0.2.7", smtp_url=SMTP_URL, mail_from="a@example.com")
    )
    ensure_production(
        for_production(
            public_url="http://localhost:8000", identity_issuers=one_key(pem_of(rsa_key()))
        )
    )


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"secret": ""}, "TENANTRY_SECRET is missing"),
        ({"identity_issuers": []}, "TENANTRY_IDENTITY_ISSUERS is missing"),
        (
            {"identity_issuers": issuer(issuer=ISSUER)},
            "TENANTRY_IDENTITY_ISSUERS must not contain urn:tenantry:development",
        ),
        ({"public_url": "http://orgs.example.com"}, "TENANTRY_PUBLIC_URL must be an https URL"),
        (
            {"public_url": None},
            "TENANTRY_PUBLIC_URL is missing. Set it to the https URL of this server.",
        ),
        *(
            (
                {"public_url": url, "smtp_url": SMTP_URL, "identity_issuers": issuer()},
                "TENANTRY_MAIL_FROM is missing",
            )
            for url in (
                "http://localhost:8000",
                "http://127.0.0.1:8000",
                "https://192.0.2.7",
                "https://[2001:db8::7]",
            )
        ),
    ],
)
def test_production_refuses_what_is_fine_on_ones_own_machine_only(
    values: dict[str, Any], told: str
) -> None:
    with pytest.raises(SettingsError) as wrong:
        ensure_production(for_production(**values))

    (sentence,) = wrong.value.messages
    assert sentence.startswith(told)


@pytest.mark.parametrize(
    ("content", "problem"),
    [(None, "can't be read: No such file or directory"), ("text", "contains no certificates")],
    ids=["no file", "no certificates"],
)
def test_production_needs_the_certificate_authorities_that_the_environment_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None, problem: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", certifi.where())
    ensure_production(for_production())
    file = tmp_path / "authorities.pem"
    if content:
        file.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))

    with pytest.raises(SettingsError) as wrong:
        ensure_production(for_production())

    (sentence,) = wrong.value.messages
    assert sentence.startswith(f"SSL_CERT_FILE is {file}, which {problem}. Set it to a file of")


def test_production_tells_everything_that_is_missing_at_once() -> None:
    with pytest.raises(SettingsError) as wrong:
        ensure_production(read_settings(public_url="http://orgs.example.com"))

    assert len(wrong.value.messages) == 3


def test_production_does_not_fall_back_to_defaults_for_development() -> None:
    with pytest.raises(SettingsError) as wrong:
        ensure_production(read_settings(smtp_url=SMTP_URL))

    assert [sentence.partition(" ")[0] for sentence in wrong.value.messages] == [
        "TENANTRY_SECRET",
        "TENANTRY_PUBLIC_URL",
        "TENANTRY_IDENTITY_ISSUERS",
    ]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "http://[::1]:8000", "https://[2001:db8::7]"]
)
def test_the_default_sender_is_at_a_host_name(url: str) -> None:
    assert read_settings(public_url=url).sender == "Tenantry <no-reply@localhost>"


def test_the_built_in_issuer_is_the_one_that_production_refuses() -> None:
    assert ISSUER == "urn:tenantry:development"


def test_algorithms_are_those_of_the_library() -> None:
    assert requires_cryptography == ASYMMETRIC


def test_what_the_commands_make_is_good_enough(tmp_path: Path) -> None:
    for number in range(100):
        folder = tmp_path / str(number)
        settings = read_settings(
            secret=load_development_secret(folder),
            secret_keys=load_development_key(folder),
        )
        assert settings.secret


def test_the_names_of_ready_operations_are_those_that_parsing_finds() -> None:
    assert load_ready_operation_names() == load_operation_names(OPERATIONS)
