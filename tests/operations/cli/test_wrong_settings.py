"""Wrong settings: each stops the start with a sentence that names its variable."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from server.settings.settings import SettingsError, read_settings
from tests.operations.cli.test_settings import (
    KEYS_URL,
    OTHER_SECRET,
    SECRET,
    SECRET_KEY,
    given,
    issuer,
    one_key,
)
from tests.support.servers.tokens import ec_key, ed_key, pem_of, private_pem_of, rsa_key

X25519 = (
    X25519PrivateKey.generate()
    .public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of this machine's environment, and an empty folder."""
    for name in [name for name in os.environ if name.startswith("TENANTRY_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def sentences() -> list[str]:
    with pytest.raises(SettingsError) as wrong:
        read_settings()
    return wrong.value.messages


WRONG: list[tuple[str, Any, str]] = [
    ("ENV", "staging", "'development' or 'production'"),
    ("ENV", "", "'development' or 'production'"),
    ("DATABASE_URL", "", "must be a database URL"),
    ("DATABASE_URL", "tenantry.db", "must be a database URL"),
    ("DATABASE_URL", "postgresql+asyncpg://app:hunter2@db:port/x", "must be a database URL"),
    ("DATABASE_URL", "postgresql://app:hunter2@db/x", "must start with"),
    ("DATABASE_URL", "sqlite:///tenantry.db", "must start with"),
    ("DATABASE_URL", "mysql+aiomysql://app:hunter2@db/x", "must start with"),
    ("DATABASE_URL", "sqlite+aiosqlite://", "memory"),
    ("DATABASE_URL", "sqlite+aiosqlite:///:memory:", "memory"),
    ("DATABASE_URL", "sqlite+aiosqlite:///file::memory:?cache=shared&uri=true", "memory"),
    ("DATABASE_URL", "sqlite+aiosqlite:///file:x?mode=memory&uri=true", "memory"),
    ("SMTP_URL", "mail.example.com", "must be smtp://user:password@host:587"),
    ("SMTP_URL", "http://mail.example.com", "must be smtp://"),
    ("SMTP_URL", "smtp://", "must be smtp://"),
    ("SMTP_URL", "smtp://mail.example.com:99999", "must be smtp://"),
    ("SMTP_URL", "smtp://mail.example.com:0", "must be smtp://"),
    ("SMTP_URL", "smtp://ada@mail.example.com", "must be smtp://"),
    ("SMTP_URL", "smtp://ada:hunter2/x@mail.example.com", "must be smtp://"),
    ("SMTP_URL", "smtp://ada:hunter2#x@mail.example.com", "must be smtp://"),
    ("SMTP_URL", "smtp://ada:hunter2@mail.example.com/?tls=no", "must be smtp://"),
    ("MAIL_FROM", "Acme", "must be one email address"),
    ("MAIL_FROM", "Acme <hello@example.com>, other@example.com", "must be one email address"),
    ("MAIL_FROM", "Acme <hello@example.com>\r\nBcc: all@example.com", "must be one email address"),
    ("MAIL_FROM", "Acme <hello>", "must be one email address"),
    ("STRIPE_WEBHOOK_SECRETS", "secret", "must list the signing secrets of Stripe"),
    ("STRIPE_WEBHOOK_SECRETS", "whsec_short", "must list the signing secrets of Stripe"),
    ("STRIPE_API_KEY", "pk_live_51Mq7yLkdIwHu7ixQ", "must be an API key of Stripe"),
    ("STRIPE_API_KEY", "rk_live_", "must be an API key of Stripe"),
    ("STRIPE_API_URL", "http://stripe.example.com", "must be an https URL"),
    ("STRIPE_API_URL", "https://api.stripe.com?x=1", "must be an https URL"),
    ("STRIPE_API_URL", "api.stripe.com", "must be an absolute http or https URL"),
    ("WEBHOOK_NETWORKS", "10.0.0.0/8", "JSON"),
    ("WEBHOOK_NETWORKS", '"10.0.0.0/8"', "JSON list"),
    (
        "WEBHOOK_NETWORKS",
        ["10.0.0.0/8", "office"],
        "contains 'office', which is not a network such as",
    ),
    ("WEBHOOK_NETWORKS", ["10.0.0.1/8"], "is not a network such as"),
    ("WEBHOOK_NETWORKS", [10], "is not a network such as"),
    ("WEBHOOK_NETWORKS", ["0.0.0.0/0"], "is not a private network such as"),
    ("WEBHOOK_NETWORKS", ["169.254.0.0/16"], "is not a private network such as"),
    ("PUBLIC_URL", "", "absolute"),
    ("PUBLIC_URL", "orgs.example.com", "absolute"),
    ("PUBLIC_URL", "ftp://orgs.example.com", "absolute"),
    ("PUBLIC_URL", "https://", "absolute"),
    ("PUBLIC_URL", "https://ada:hunter2@orgs.example.com", "without a user"),
    ("PUBLIC_URL", "https://orgs.example.com:99999", "absolute"),
    ("PUBLIC_URL", "https://orgs.exa mple.com", "absolute"),
    ("PUBLIC_URL", "https://orgs.exa\nmple.com", "absolute"),
    ("PUBLIC_URL", "https://[::1", "absolute"),
    ("PUBLIC_URL", "https://orgs.example.com?x=1", "must not have a query"),
    ("PUBLIC_URL", "https://orgs.example.com#x", "must not have a query"),
    ("ALLOWED_ORIGINS", "*", "absolute"),
    ("ALLOWED_ORIGINS", "null", "absolute"),
    ("ALLOWED_ORIGINS", "https://*.example.com", "no path or wildcard"),
    ("ALLOWED_ORIGINS", "https://*", "no path or wildcard"),
    ("ALLOWED_ORIGINS", "https://app.example.com,https://app.example.com/", "no path or wildcard"),
    ("ALLOWED_ORIGINS", "https://app.example.com/path", "no path or wildcard"),
    ("ALLOWED_ORIGINS", "https://app.example.com?x", "no path or wildcard"),
    ("ALLOWED_ORIGINS", "https://App.example.com", "in lowercase"),
    ("ALLOWED_ORIGINS", "https://app.example.com:x", "absolute"),
    ("ALLOWED_ORIGINS", "https://ada:hunter2@app.example.com", "without a user"),
    ("ALLOWED_ORIGINS", "app.example.com", "absolute"),
    ("INTROSPECTION", "maybe", "true or false"),
    ("GRAPHIQL", "maybe", "true or false"),
    ("LOG_LEVEL", "loud", "'debug', 'info'"),
    ("LOG_FORMAT", "xml", "'json' or 'console'"),
    ("SECRET", "hunter2", "32 random bytes"),
    ("SECRET", SECRET[:31], "32 random bytes"),
    ("SECRET", f"{SECRET},short", "32 random bytes"),
    ("SECRET", "a" * 64, "32 random bytes"),
    ("SECRET", "correct7" * 8, "32 random bytes"),
    ("SECRET", "your-256-bit-secret-for-the-json-web-tokens", "32 random bytes"),
    ("SECRET", "super-secret-jwt-token-with-at-least-32-characters-long", "32 random bytes"),
    ("SECRET", "CHANGEME-CHANGEME-CHANGEME-PLEASE-DO-IT-NOW", "32 random bytes"),
    ("SECRET", "django-insecure-k3#v9x!q8w@z7r$m2n^b5c&", "32 random bytes"),
    (
        "SECRET",
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
        "32 random bytes",
    ),
    ("SECRET", "abcdefghijklmnopqrstuvwxyz0123456789", "32 random bytes"),
    ("SECRET", "qwertyuiopasdfghjklzxcvbnm1234567890", "32 random bytes"),
    ("SECRET_KEYS", OTHER_SECRET, "keys of sk_"),
    ("SECRET_KEYS", "sk_hunter2", "32 random"),
    ("SECRET_KEYS", f"sk_{OTHER_SECRET[:31]}", "32 random"),
    ("SECRET_KEYS", f"pk_{OTHER_SECRET}", "keys of sk_"),
    ("SECRET_KEYS", f"sk_{'ab' * 32}", "32 random"),
    ("SECRET_KEYS", "sk_change-me-to-something-long-and-random-please", "32 random"),
    ("SECRET_KEYS", f"sk_{OTHER_SECRET} x", "keys of sk_"),
    ("SECRET_KEYS", f"{SECRET_KEY},sk_short", "32 random"),
    ("IDENTITY_ISSUERS", "[", "JSON"),
    ("IDENTITY_ISSUERS", "https://idp.example.com", "JSON"),
    ("IDENTITY_ISSUERS", KEYS_URL, "JSON list"),
    ("IDENTITY_ISSUERS", "5", "JSON list"),
    ("IDENTITY_ISSUERS", ["https://idp.example.com"], "JSON object"),
    ("IDENTITY_ISSUERS", issuer(issuer=None), "issuer.* is missing"),
    ("IDENTITY_ISSUERS", issuer(issuer=""), "must not be empty"),
    ("IDENTITY_ISSUERS", issuer(issuer=5), "must be a string"),
    ("IDENTITY_ISSUERS", issuer(audience=None), "audience.* is missing"),
    ("IDENTITY_ISSUERS", issuer(audience=""), "audience.*none of them empty"),
    ("IDENTITY_ISSUERS", issuer(audience=[]), "audience.*none of them empty"),
    ("IDENTITY_ISSUERS", issuer(audience=["app", ""]), "audience.*none of them empty"),
    ("IDENTITY_ISSUERS", issuer(audience=5), "audience.*none of them empty"),
    ("IDENTITY_ISSUERS", issuer(claims="email"), r"claims.*JSON object"),
    ("IDENTITY_ISSUERS", issuer(claims={"e-mail": "email"}), r"claims.e-mail.*not a known key"),
    ("IDENTITY_ISSUERS", issuer(claims={"email": ""}), r"claims.email\).*the name of a claim\."),
    ("IDENTITY_ISSUERS", issuer(claims={"email": True}), r"claims.email\).*the name of a claim\."),
    ("IDENTITY_ISSUERS", issuer(claims={"name": ["name"]}), r"name\).*the name of a claim\."),
    ("IDENTITY_ISSUERS", issuer(claims={"picture": 5}), r"picture\).*the name of a claim\."),
    *(
        (
            "IDENTITY_ISSUERS",
            issuer(claims={"email_verified": value}),
            r"claims.email_verified\) must be the name of a claim, or true\.",
        )
        for value in (False, "", 1, [True])
    ),
    ("IDENTITY_ISSUERS", issuer(secret="hunter2"), "secret.*not a known key"),
    ("IDENTITY_ISSUERS", issuer(algorithms=[]), "must list at least one of ES256"),
    ("IDENTITY_ISSUERS", issuer(algorithms="RS256"), "JSON list"),
    ("IDENTITY_ISSUERS", issuer(algorithms=["RS256", "HS256"]), "must list at least one of ES256"),
    ("IDENTITY_ISSUERS", issuer(algorithms=["none"]), "must list at least one of ES256"),
    ("IDENTITY_ISSUERS", issuer(algorithms=["rs256"]), "must list at least one of ES256"),
    ("IDENTITY_ISSUERS", issuer(algorithms=["RS1024"]), "must list at least one of ES256"),
    ("IDENTITY_ISSUERS", issuer(jwks_url=None), "either jwks_url or public_key"),
    ("IDENTITY_ISSUERS", issuer(public_key=pem_of(rsa_key())), "either jwks_url or public_key"),
    ("IDENTITY_ISSUERS", issuer(jwks_url=""), "jwks_url.*absolute"),
    ("IDENTITY_ISSUERS", issuer(jwks_url="http://idp.example.com/keys"), "jwks_url.*https"),
    ("IDENTITY_ISSUERS", issuer(jwks_url="http://127.0.0.1.example.com/keys"), "jwks_url.*https"),
    ("IDENTITY_ISSUERS", issuer(jwks_url="file:///etc/passwd"), "jwks_url.*absolute"),
    (
        "IDENTITY_ISSUERS",
        issuer(jwks_url="https://ada:hunter2@idp.example.com/keys"),
        "jwks_url.*without a user",
    ),
    ("IDENTITY_ISSUERS", one_key("hunter2"), "public_key.*the PEM"),
    ("IDENTITY_ISSUERS", one_key(private_pem_of(rsa_key())), "public_key.*private key"),
    ("IDENTITY_ISSUERS", one_key(private_pem_of(ed_key()), "EdDSA"), "public_key.*private key"),
    ("IDENTITY_ISSUERS", one_key(pem_of(rsa_key("short", 1024))), "at least 2048 bits"),
    ("IDENTITY_ISSUERS", one_key(X25519, "EdDSA"), "an RSA, EC, or Ed25519 key"),
    ("IDENTITY_ISSUERS", one_key(pem_of(ed_key())), "doesn't support RS256"),
    ("IDENTITY_ISSUERS", one_key(pem_of(ec_key()), "ES384"), "doesn't support ES384"),
    ("IDENTITY_ISSUERS", issuer() * 2, "must not contain the same issuer twice"),
    (
        "IDENTITY_ISSUERS",
        issuer(issuer="http://127.0.0.1:8000"),
        "must not contain TENANTRY_PUBLIC_URL",
    ),
    (
        "IDENTITY_ISSUERS",
        issuer(issuer="http://127.0.0.1:8000/"),
        "must not contain TENANTRY_PUBLIC_URL",
    ),
    (
        "IDENTITY_ISSUERS",
        issuer(issuer="HTTP://127.0.0.1:8000"),
        "must not contain TENANTRY_PUBLIC_URL",
    ),
]


@pytest.mark.parametrize(("name", "value", "told"), WRONG)
def test_a_wrong_value_stops_with_one_sentence_that_names_its_variable_and_tells_no_secret(
    monkeypatch: pytest.MonkeyPatch, name: str, value: Any, told: str
) -> None:
    given(monkeypatch, **{name: value})

    (sentence,) = sentences()

    assert sentence.startswith(f"TENANTRY_{name}")
    assert sentence.endswith(".")
    assert re.search(told, sentence)
    for word in (
        "hunter2",
        "PRIVATE",
        SECRET[:20],
        OTHER_SECRET[:20],
        "pydantic",
        "Value error",
        "Input",
        "literal for",
    ):
        assert word not in sentence


def test_all_wrong_values_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    given(
        monkeypatch,
        LOG_LEVEL="loud",
        SECRET="hunter2",
        IDENTITY_ISSUERS=issuer(audience="", algorithms=["HS256"]),
    )

    assert [sentence.split(" must")[0] for sentence in sentences()] == [
        "TENANTRY_IDENTITY_ISSUERS (0.audience)",
        "TENANTRY_IDENTITY_ISSUERS (0.algorithms)",
        "TENANTRY_SECRET",
        "TENANTRY_LOG_LEVEL",
    ]


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"TENANTRY_SECRET=\xff\xfe\n")

    assert sentences() == [
        "The file .env with the TENANTRY_ settings must be a readable text file in UTF-8."
    ]


def test_an_issuer_is_not_ourselves_however_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    given(
        monkeypatch,
        PUBLIC_URL="https://Orgs.example.com/",
        IDENTITY_ISSUERS=issuer(issuer="https://orgs.example.com"),
    )

    (sentence,) = sentences()
    assert "must not contain TENANTRY_PUBLIC_URL" in sentence
