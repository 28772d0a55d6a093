"""The settings: read once at start from the environment
or `.env`; a wrong value stops the start with a sentence.
"""

import re
from email.headerregistry import HeaderRegistry
from enum import Enum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from jwt.algorithms import AllowedPublicKeys, requires_cryptography
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from models.keys.secret_keys import KEY_PREFIX, MINIMUM_LENGTH
from models.keys.signing_keys import EXPONENT, KEY_BITS
from models.validation.webhook_targets import Network, WebhookTargets, is_private_network
from server.settings.names import ISSUER as BUILT_IN_ISSUER
from server.settings.public_keys import PublicKey, filter_algorithms

ASYMMETRIC = frozenset(requires_cryptography)
SECRET_BYTES = 32
RSA_BITS = 2_048
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
# What no random text holds, but manuals and templates do: words, runs of keys, the secret of a
# well-known tutorial.
FAMOUS = re.compile(
    "secret|change|passw|example|insecure|default|tenantry|abcdefgh|qwerty|1234567890|0123456789abcdef"
    "|09d25e094faa6ca2556c818166b7a956",
    re.IGNORECASE,
)
# Pairs of neighbouring characters that a random text of 32 characters has, and a repeated word has
# not.
DISTINCT_PAIRS = 16


class Environment(Enum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class SettingsError(Exception):
    """What is wrong, one sentence a setting, each with the name of its variable."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.messages = sentences


def _url(value: str) -> SplitResult:
    """The parts of an absolute URL; raises ValueError for what is none, or holds a user."""
    refused = ValueError("is an absolute http or https URL without a user")
    try:
        parts = urlsplit(value)
        is_whole = (
            parts.scheme in {"http", "https"}
            and parts.hostname
            and parts.port != 0
            and "@" not in parts.netloc
        )
    except ValueError as error:
        raise refused from error
    if not is_whole or not value.isascii() or not value.isprintable() or " " in value:
        raise refused
    return parts


def _is_safe(parts: SplitResult) -> bool:
    return parts.scheme == "https" or parts.hostname in LOOPBACK


def _public_key(pem: str) -> AllowedPublicKeys:
    """The key of a PEM text; line ends may be written
    as backslash and n, as environment files do.
    """
    if "PRIVATE KEY" in pem:
        raise ValueError(
            "holds a private key: give the public one, and take the private one away from here"
        )
    try:
        key: Any = load_pem_public_key(pem.replace("\\n", "\n").encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError("is no PEM of a public key") from error
    if isinstance(key, RSAPublicKey) and key.key_size < RSA_BITS:
        raise ValueError(f"is an RSA key of less than {RSA_BITS} bits")
    if not filter_algorithms(key, ASYMMETRIC):
        raise ValueError("is no RSA, EC or Ed25519 key")
    return key


def _private_key(path: str) -> RSAPrivateKey:
    """The key of a PEM file; raises ValueError, which never shows what the file holds."""
    try:
        key = load_pem_private_key(Path(path).read_bytes(), None)
    except OSError as error:
        raise ValueError(f"{path} can't be read: {error.strerror}") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ValueError(f"{path} is no PEM of a private key without a password") from error
    if isinstance(key, RSAPrivateKey) and key.key_size >= KEY_BITS and _exponent(key) == EXPONENT:
        return key
    raise ValueError(
        f"{path} is no RSA key of {KEY_BITS} bits: openssl genrsa -out signing.pem {KEY_BITS}"
    )


def _exponent(key: RSAPrivateKey) -> int:
    return key.public_key().public_numbers().e


class Issuer(BaseModel):
    """An identity provider whose tokens are accepted, with the one place its keys come from.

    A token's `aud` has to be the very `audience`: a text, or, for an issuer that writes several,
    that very list.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    issuer: str = Field(min_length=1)
    audience: str | list[str]
    jwks_url: str | None = None
    public_key: str | None = None
    algorithms: list[str] = ["RS256"]

    @field_validator("audience", mode="before")
    @classmethod
    def names_somebody(cls, value: Any) -> Any:
        names = value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType]
        if not names or not all(isinstance(name, str) and name for name in names):  # pyright: ignore[reportUnknownVariableType]
            raise ValueError("is a text or a list of texts, none of them empty")
        return value  # pyright: ignore[reportUnknownVariableType]

    @field_validator("algorithms")
    @classmethod
    def only_asymmetric(cls, value: list[str]) -> list[str]:
        if not value or not set(value) <= ASYMMETRIC:
            raise ValueError(f"holds some of {', '.join(sorted(ASYMMETRIC))}")
        return value

    @field_validator("public_key")
    @classmethod
    def is_public(cls, value: str | None) -> str | None:
        if value is not None:
            _public_key(value)
        return value

    @field_validator("jwks_url")
    @classmethod
    def is_fetchable(cls, value: str | None) -> str | None:
        if value is not None and not _is_safe(_url(value)):
            raise ValueError("is an https URL (http only on this machine)")
        return value

    @model_validator(mode="after")
    def one_source(self) -> "Issuer":
        if (self.jwks_url is None) == (self.public_key is None):
            raise ValueError("give either jwks_url or public_key")
        if self.key and not self.key.algorithms:
            raise ValueError(
                f"public_key is no key for {', '.join(self.algorithms)}: set algorithms"
            )
        return self

    @property
    def key(self) -> PublicKey | None:
        """The one key, when the settings hold it."""
        if self.public_key is None:
            return None
        public = _public_key(self.public_key)
        return PublicKey(public, filter_algorithms(public, self.algorithms))


def _is_mail_server(url: str) -> bool:
    """A host, both of user and password or neither, and
    nothing behind: part of a password would land there.
    """
    try:
        parts = urlsplit(url)
        signs_in = bool(parts.username) == bool(parts.password)
        is_whole = (
            parts.scheme in {"smtp", "smtps"} and parts.hostname and parts.port != 0 and signs_in
        )
    except ValueError:
        return False
    return (
        bool(is_whole)
        and parts.path in {"", "/"}
        and not parts.query
        and not parts.fragment
        and url.isprintable()
    )


def _is_sender(text: str) -> bool:
    """One mailbox of ASCII, without what mail servers would refuse or read as a header."""
    if not text.isprintable():
        return False
    header: Any = HeaderRegistry()("from", text)
    return (
        len(header.addresses) == 1 and not header.defects and "@" in header.addresses[0].addr_spec
    )


def _split(value: Any) -> Any:
    return (
        tuple(part.strip() for part in value.split(",") if part.strip())
        if isinstance(value, str)
        else value
    )


def _private_network(value: Any) -> Network:
    """A network of one's own; raises ValueError for what is none, or holds public addresses."""
    try:
        network = ip_network(value if isinstance(value, str) else "")
    except ValueError as error:
        raise ValueError(f"{value!r} is no network, such as 10.0.0.0/8 or fd00::/8") from error
    if not is_private_network(network):
        raise ValueError(f"{value!r} is no private network, such as 10.0.0.0/8 or fd00::/8")
    return network


def _is_guessable(secret: str) -> bool:
    return (
        bool(FAMOUS.search(secret))
        or len({*zip(secret, secret[1:], strict=False)}) < DISTINCT_PAIRS
    )


CommaSeparated = Annotated[tuple[str, ...], NoDecode]


class Settings(BaseSettings):
    """`TENANTRY_…` (docs/rules.md, Settings).

    What is secret in it stays out of its representation.
    """

    model_config = SettingsConfigDict(
        env_prefix="TENANTRY_",
        env_file=".env",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    env: Environment = Environment.PRODUCTION
    database_url: str = Field(default="sqlite+aiosqlite:///./var/tenantry.db", repr=False)
    public_url: str = "http://127.0.0.1:8000"
    identity_issuers: tuple[Issuer, ...] = ()
    secret_keys: CommaSeparated = Field(default=(), repr=False)
    secret: CommaSeparated = Field(default=(), repr=False)
    signing_keys: CommaSeparated = ()
    allowed_origins: CommaSeparated = ()
    smtp_url: str | None = Field(default=None, repr=False)
    mail_from: str | None = None
    webhook_networks: tuple[Network, ...] = ()
    event_retention_days: int = Field(default=30, ge=1, le=36_500)
    max_tokens: int = Field(default=2_000, ge=200, le=100_000)
    max_answer_bytes: int = Field(default=4 * 1024 * 1024, ge=64 * 1024)
    introspection: bool | None = None
    graphiql: bool | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] | None = None

    split = field_validator(
        "secret_keys", "secret", "signing_keys", "allowed_origins", mode="before"
    )(_split)

    @property
    def is_development(self) -> bool:
        return self.env is Environment.DEVELOPMENT

    @property
    def sender(self) -> str:
        """The sender of mail; an address needs a host
        name, which only a development server may lack.
        """
        return self.mail_from or f"Tenantry <no-reply@{self._mail_host or 'localhost'}>"

    @property
    def _mail_host(self) -> str | None:
        """The host of the public URL, unless it is an IP address or this machine."""
        host = _url(self.public_url).hostname or ""
        return None if host in LOOPBACK or ":" in host or not re.search("[a-z]", host) else host

    @property
    def has_sender(self) -> bool:
        """Whether mail has a sender that other mail servers can accept."""
        return self.mail_from is not None or self._mail_host is not None

    @property
    def public_origin(self) -> str:
        """The origin of our own pages, as browsers send it."""
        return f"{_url(self.public_url).scheme}://{_url(self.public_url).netloc}".lower()

    @property
    def private_keys(self) -> tuple[RSAPrivateKey, ...]:
        """The keys that session tokens are signed with,
        newest first; empty where the database keeps them.
        """
        return tuple(_private_key(path) for path in self.signing_keys)

    @property
    def link_schemes(self) -> frozenset[str]:
        """What links in the API may start with: http is for development."""
        return frozenset({"https", "http"} if self.is_development else {"https"})

    @field_validator("database_url")
    @classmethod
    def known_database(cls, value: str) -> str:
        try:
            url = make_url(value)
        except (ArgumentError, ValueError) as error:
            raise ValueError("is no database URL") from error
        if url.drivername not in {"sqlite+aiosqlite", "postgresql+asyncpg"}:
            raise ValueError("starts with sqlite+aiosqlite:/// or postgresql+asyncpg://")
        in_memory = (
            not url.database or ":memory:" in url.database or url.query.get("mode") == "memory"
        )
        if url.drivername == "sqlite+aiosqlite" and in_memory:
            raise ValueError("names a file: a database in memory would be lost")
        return value

    @field_validator("public_url")
    @classmethod
    def absolute(cls, value: str) -> str:
        parts = _url(value)
        if parts.query or parts.fragment:
            raise ValueError("has no query and no fragment")
        return value.rstrip("/")

    @field_validator("allowed_origins")
    @classmethod
    def origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if origin != f"{_url(origin).scheme}://{_url(origin).netloc}".lower() or "*" in origin:
                raise ValueError(
                    f"{origin!r} is no origin: scheme, host and port in lower case, no path, no"
                    f" wildcard"
                )
        return value

    @field_validator("webhook_networks", mode="before")
    @classmethod
    def private_networks(cls, value: Any) -> Any:
        if not isinstance(value, (list, tuple)):
            return value
        return tuple(_private_network(one) for one in value)  # pyright: ignore[reportUnknownVariableType]

    @field_validator("smtp_url", "mail_from", mode="before")
    @classmethod
    def empty_is_none(cls, value: Any) -> Any:
        return value or None

    @field_validator("smtp_url")
    @classmethod
    def a_mail_server(cls, value: str | None) -> str | None:
        if value is not None and not _is_mail_server(value):
            raise ValueError(
                "is smtp://user:password@host:587 or smtps://…, with @ in a password as %40"
            )
        return value

    @field_validator("mail_from")
    @classmethod
    def one_sender(cls, value: str | None) -> str | None:
        if value is not None and not _is_sender(value):
            raise ValueError("is one address, such as Acme <hello@example.com>")
        return value

    @field_validator("secret_keys")
    @classmethod
    def random_keys(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for key in value:
            is_key = len(key) >= MINIMUM_LENGTH and re.fullmatch(
                rf"{KEY_PREFIX}[A-Za-z0-9_-]+", key
            )
            if not is_key or _is_guessable(key.removeprefix(KEY_PREFIX)):
                raise ValueError(
                    "each key is sk_ and at least 32 random letters and digits: openssl rand -hex"
                    " 24"
                )
        return value

    @field_validator("secret")
    @classmethod
    def long_secrets(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for secret in value:
            if len(secret.encode()) < SECRET_BYTES or _is_guessable(secret):
                raise ValueError(
                    f"each secret is at least {SECRET_BYTES} random bytes: openssl rand -base64 48"
                )
        return value

    @field_validator("signing_keys")
    @classmethod
    def readable_keys(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for path in value:
            _private_key(path)
        return value

    @model_validator(mode="after")
    def distinct_issuers(self) -> "Settings":
        names = [one.issuer for one in self.identity_issuers]
        if len(set(names)) != len(names):
            raise ValueError("TENANTRY_IDENTITY_ISSUERS names an issuer twice.")
        if self.public_url.lower() in {name.rstrip("/").lower() for name in names}:
            raise ValueError(
                "TENANTRY_IDENTITY_ISSUERS names TENANTRY_PUBLIC_URL, the issuer of our own"
                " session tokens."
            )
        return self


# What pydantic says in words of Python, by the kind of its error.
PLAINER = {
    "missing": "is missing",
    "extra_forbidden": "is not a key that is known here",
    "tuple_type": "is a JSON list",
    "list_type": "is a JSON list",
    "model_type": "is a JSON object",
    "string_type": "is a text",
    "string_too_short": "is empty",
    "bool_parsing": "is true or false",
}


def _sentence(error: Any) -> str:
    place = [str(part) for part in error["loc"]]
    message: str = PLAINER.get(error["type"]) or error["msg"].removeprefix("Value error, ").replace(
        "Input should be", "is"
    )
    if not place:
        return message
    detail = f" ({'.'.join(place[1:])})" if place[1:] else ""
    return f"TENANTRY_{place[0].upper()}{detail}: {message}."


def read_settings(**overrides: Any) -> Settings:
    """The settings, once; raises WrongSettings with a sentence for each that is wrong."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingsError([_sentence(one) for one in error.errors()]) from error
    except (UnicodeDecodeError, OSError) as error:
        raise SettingsError(
            ["The file .env with the TENANTRY_ settings can't be read as text."]
        ) from error
    except ValueError as error:
        named = re.search(r'field "(\w+)"', str(error))
        variable = f"TENANTRY_{named[1].upper()}" if named else "A TENANTRY_ setting"
        raise SettingsError([f"{variable}: is not written as JSON."]) from error


def make_webhook_targets(settings: Settings) -> WebhookTargets:
    """Where webhooks may go; in development anywhere."""
    return WebhookTargets(
        allows_private=settings.is_development, networks=settings.webhook_networks
    )


def ensure_production(settings: Settings) -> None:
    """Refuses what is fine on one's own machine only; raises WrongSettings."""
    wrong = _unsafe_delivery(settings)
    if not settings.identity_issuers:
        wrong.append(
            "TENANTRY_IDENTITY_ISSUERS is missing: without an identity provider nobody can sign in."
        )
    if any(one.issuer == BUILT_IN_ISSUER for one in settings.identity_issuers):
        wrong.append(
            f"TENANTRY_IDENTITY_ISSUERS names {BUILT_IN_ISSUER}, which is for development only."
        )
    if wrong:
        raise SettingsError(wrong)


def ensure_worker(settings: Settings) -> None:
    """Refuses what a worker can't send good links with; raises WrongSettings."""
    wrong = [] if settings.is_development else _unsafe_delivery(settings)
    if wrong:
        raise SettingsError(wrong)


def _unsafe_delivery(settings: Settings) -> list[str]:
    """What is wrong with the links and the mail that
    people get; defaults are for development only.
    """
    wrong: list[str] = []
    is_public = "public_url" in settings.model_fields_set
    if not settings.secret:
        wrong.append(f"TENANTRY_SECRET is missing: give at least {SECRET_BYTES} random bytes.")
    if not is_public:
        wrong.append(
            "TENANTRY_PUBLIC_URL is missing: give the https URL that people reach this server at."
        )
    elif not _is_safe(_url(settings.public_url)):
        wrong.append("TENANTRY_PUBLIC_URL: give the https URL that people reach this server at.")
    if is_public and settings.smtp_url and not settings.has_sender:
        wrong.append(
            "TENANTRY_MAIL_FROM is missing: TENANTRY_PUBLIC_URL has no domain that mail can come"
            " from."
            " Give a sender, such as Acme <hello@example.com>."
        )
    return wrong
