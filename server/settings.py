"""The settings: read once at start from the environment or `.env`; a wrong value stops the start with a sentence."""

from enum import Enum
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import jwt
from jwt.algorithms import AllowedPublicKeys, requires_cryptography
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from models.keys import KEY_PREFIX, MINIMUM_LENGTH

ASYMMETRIC = frozenset(requires_cryptography)
SECRET_BYTES = 32
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Environment(Enum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class WrongSettings(Exception):
    """What is wrong, one sentence a setting, each with the name of its variable."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


def _public_key(pem: str) -> AllowedPublicKeys:
    """The key of a PEM text; line ends may be written as backslash and n, as environment files do."""
    text = pem.replace("\\n", "\n").encode()
    for algorithm in ("RS256", "ES256", "EdDSA"):
        try:
            key = jwt.get_algorithm_by_name(algorithm).prepare_key(text)
        except (ValueError, TypeError, jwt.InvalidKeyError):
            continue
        if hasattr(key, "private_bytes"):
            raise ValueError("public_key holds a private key")
        return key
    raise ValueError("public_key is no PEM of an RSA, EC or Ed25519 public key")


class Issuer(BaseModel):
    """An identity provider whose tokens are accepted, with the one place its keys come from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str = Field(min_length=1)
    audience: str | list[str]
    jwks_url: str | None = None
    public_key: str | None = None
    algorithms: list[str] = ["RS256"]

    @field_validator("algorithms")
    @classmethod
    def only_asymmetric(cls, value: list[str]) -> list[str]:
        if not value or not set(value) <= ASYMMETRIC:
            raise ValueError(f"algorithms are some of {', '.join(sorted(ASYMMETRIC))}")
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
        if value is not None and not _is_safe_url(value):
            raise ValueError("jwks_url is an https URL (http only on this machine)")
        return value

    @model_validator(mode="after")
    def one_source(self) -> "Issuer":
        if (self.jwks_url is None) == (self.public_key is None):
            raise ValueError("give either jwks_url or public_key")
        if not self.audience:
            raise ValueError("audience is empty")
        return self

    @property
    def key(self) -> AllowedPublicKeys | None:
        return _public_key(self.public_key) if self.public_key else None


def _is_safe_url(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))


def _split(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


CommaSeparated = Annotated[tuple[str, ...], NoDecode]


class Settings(BaseSettings):
    """`TENANTRY_…` (DESIGN 4)."""

    model_config = SettingsConfigDict(
        env_prefix="TENANTRY_", env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    env: Environment = Environment.PRODUCTION
    database_url: str = "sqlite+aiosqlite:///./var/tenantry.db"
    public_url: str = "http://127.0.0.1:8000"
    identity_issuers: tuple[Issuer, ...] = ()
    secret_keys: CommaSeparated = ()
    secret: CommaSeparated = ()
    allowed_origins: CommaSeparated = ()
    introspection: bool | None = None
    graphiql: bool | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] | None = None

    split = field_validator("secret_keys", "secret", "allowed_origins", mode="before")(_split)

    @property
    def is_development(self) -> bool:
        return self.env is Environment.DEVELOPMENT

    @property
    def link_schemes(self) -> frozenset[str]:
        """What links in the API may start with: http is for development."""
        return frozenset({"https", "http"} if self.is_development else {"https"})

    @field_validator("database_url")
    @classmethod
    def known_database(cls, value: str) -> str:
        try:
            driver = make_url(value).drivername
        except ArgumentError as error:
            raise ValueError("is no database URL") from error
        if driver not in {"sqlite+aiosqlite", "postgresql+asyncpg"}:
            raise ValueError("starts with sqlite+aiosqlite:/// or postgresql+asyncpg://")
        if driver.startswith("sqlite") and make_url(value).database in {None, "", ":memory:"}:
            raise ValueError("names a file: a database in memory would be lost")
        return value

    @field_validator("public_url")
    @classmethod
    def absolute(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("is an absolute http or https URL")
        return value.rstrip("/")

    @field_validator("allowed_origins")
    @classmethod
    def origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            parts = urlsplit(origin)
            if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or "*" in origin:
                raise ValueError(f"{origin!r} is no origin: give scheme, host and port, no path and no wildcard")
        return value

    @field_validator("secret_keys")
    @classmethod
    def random_keys(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for key in value:
            if not key.startswith(KEY_PREFIX) or len(key) < MINIMUM_LENGTH or len(set(key)) < 12:
                raise ValueError("each key starts with sk_ and goes on with at least 32 random characters")
        return value

    @field_validator("secret")
    @classmethod
    def long_secrets(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for secret in value:
            if len(secret.encode()) < SECRET_BYTES or len(set(secret)) < 8:
                raise ValueError(f"each secret has at least {SECRET_BYTES} random bytes")
        return value

    @model_validator(mode="after")
    def distinct_issuers(self) -> "Settings":
        names = [one.issuer for one in self.identity_issuers]
        if len(set(names)) != len(names):
            raise ValueError("TENANTRY_IDENTITY_ISSUERS names an issuer twice")
        if self.public_url in names or f"{self.public_url}/" in names:
            raise ValueError(
                "TENANTRY_IDENTITY_ISSUERS names TENANTRY_PUBLIC_URL, the issuer of our own session tokens"
            )
        return self


def _sentence(error: Any) -> str:
    place = [str(part) for part in error["loc"]]
    message = error["msg"].removeprefix("Value error, ")
    if not place:
        return message
    detail = f" ({'.'.join(place[1:])})" if place[1:] else ""
    return f"TENANTRY_{place[0].upper()}{detail}: {message}."


def read(**overrides: Any) -> Settings:
    """The settings, once; raises WrongSettings with a sentence for each that is wrong."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise WrongSettings([_sentence(one) for one in error.errors()]) from error
    except ValueError as error:
        raise WrongSettings([f"{error}: is it written as JSON?"]) from error


def ensure_production(settings: Settings) -> None:
    """Refuses what is fine on one's own machine only (DESIGN 3 and 6); raises WrongSettings."""
    wrong: list[str] = []
    if not settings.secret:
        wrong.append(f"TENANTRY_SECRET is missing: give at least {SECRET_BYTES} random bytes.")
    if not settings.identity_issuers:
        wrong.append("TENANTRY_IDENTITY_ISSUERS is missing: without an identity provider nobody can sign in.")
    if not _is_safe_url(settings.public_url):
        wrong.append("TENANTRY_PUBLIC_URL: give the https URL that people reach this server at.")
    if wrong:
        raise WrongSettings(wrong)
