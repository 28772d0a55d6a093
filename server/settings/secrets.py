"""Secrets in settings: each must be long and random."""

import re

SECRET_BYTES = 32
# The prefix is that of models/keys/secret_keys.py, which defines a table and imports SQLAlchemy.
SECRET_KEY = re.compile(r"sk_([A-Za-z0-9_-]{32,})")
METRICS_TOKEN = re.compile(r"[A-Za-z0-9_-]{32,}")
# What random text never contains, but manuals and templates do: words, runs of keys, the secret of
# a well-known tutorial.
FAMOUS = re.compile(
    "secret|change|passw|example|insecure|default|tenantry|abcdefgh|qwerty|1234567890|0123456789abcdef"
    "|09d25e094faa6ca2556c818166b7a956",
    re.IGNORECASE,
)
# Different pairs of neighboring characters: a random text of 32 characters has more, a repeated
# word has fewer.
DISTINCT_PAIRS = 16


def is_guessable(secret: str) -> bool:
    pairs = {*zip(secret, secret[1:], strict=False)}
    return bool(FAMOUS.search(secret)) or len(pairs) < DISTINCT_PAIRS


def check_secret_keys(value: tuple[str, ...]) -> tuple[str, ...]:
    for key in value:
        match = SECRET_KEY.fullmatch(key)
        if not match or is_guessable(match[1]):
            raise ValueError(
                "must list keys of sk_ and at least 32 random letters and digits, such as the"
                " output of: openssl rand -hex 24"
            )
    return value


def check_secrets(value: tuple[str, ...]) -> tuple[str, ...]:
    for secret in value:
        if len(secret.encode()) < SECRET_BYTES or is_guessable(secret):
            raise ValueError(
                f"must list secrets of at least {SECRET_BYTES} random bytes, such as the output of:"
                " openssl rand -base64 48"
            )
    return value


def check_signing_keys(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        return value
    from server.settings.signing_keys import load_signing_key

    for path in value:
        load_signing_key(path)
    return value


def check_metrics_token(value: str) -> str:
    if not METRICS_TOKEN.fullmatch(value) or is_guessable(value):
        raise ValueError(
            "must be at least 32 random letters and digits, such as the output of: openssl rand"
            " -hex 24"
        )
    return value
