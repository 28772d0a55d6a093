"""The settings, read once at start from `TENANTRY_…` variables or the file `.env`."""

import re
from collections.abc import Iterable
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.validation.webhook_targets import WebhookTargets
from server.settings.issuers import Issuer, Issuers
from server.settings.stripe import StripeKey, StripeUrl, WebhookSecrets
from server.settings.values import (
    LOOPBACK,
    DatabaseUrl,
    HeaderNames,
    MetricsToken,
    NameServers,
    OperationsFolder,
    Origins,
    PrivateNetworks,
    Proxies,
    PublicUrl,
    Rate,
    RateStoreUrl,
    SecretKeys,
    Secrets,
    Sender,
    SigningKeys,
    SmtpUrl,
    parse_url,
    to_origin,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

# What pydantic says in Python's terms, by the type of its error.
PLAINER = {
    "missing": "is missing",
    "extra_forbidden": "is not a known key",
    "tuple_type": "must be a JSON list",
    "list_type": "must be a JSON list",
    "model_type": "must be a JSON object",
    "string_type": "must be a string",
    "string_too_short": "must not be empty",
    "bool_parsing": "must be true or false",
}


class Environment(Enum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class SettingsError(Exception):
    """Wrong settings: one sentence for each, with the name of its variable."""

    def __init__(self, messages: list[str], invalid: Iterable[str] = ()) -> None:
        super().__init__("\n".join(messages))
        self.messages = messages
        # The fields of `Settings` whose values are invalid.
        self.invalid = frozenset(invalid)


class Settings(BaseSettings):
    """`TENANTRY_…` (docs/rules.md, Settings).

    Secret values are left out of its representation.
    """

    model_config = SettingsConfigDict(
        env_prefix="TENANTRY_",
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    env: Environment = Environment.PRODUCTION
    database_url: DatabaseUrl = Field(default="sqlite+aiosqlite:///./var/tenantry.db", repr=False)
    public_url: PublicUrl = "http://127.0.0.1:8000"
    identity_issuers: Issuers = ()
    secret_keys: SecretKeys = Field(default=(), repr=False)
    secret: Secrets = Field(default=(), repr=False)
    signing_keys: SigningKeys = ()
    allowed_origins: Origins = ()
    allowed_headers: HeaderNames = ()
    smtp_url: SmtpUrl = Field(default=None, repr=False)
    mail_from: Sender = None
    webhook_networks: PrivateNetworks = ()
    dns_servers: NameServers = ()
    stripe_webhook_secrets: WebhookSecrets = Field(default=(), repr=False)
    stripe_api_key: StripeKey = Field(default=None, repr=False)
    stripe_api_url: StripeUrl = "https://api.stripe.com"
    event_retention_days: int = Field(default=30, ge=1, le=36_500)
    max_tokens: int = Field(default=2_000, ge=200, le=100_000)
    max_depth: int = Field(default=10, ge=5, le=100)
    max_aliases: int = Field(default=15, ge=1, le=1_000)
    max_root_fields: int = Field(default=10, ge=1, le=1_000)
    max_operations: int = Field(default=10, ge=1, le=1_000)
    max_directives: int = Field(default=20, ge=0, le=1_000)
    max_cost: int = Field(default=20_000, ge=100, le=10_000_000)
    user_rate: Rate = "1000/minute"
    secret_key_rate: Rate = None
    address_rate: Rate = "300/minute"
    # Of one object by one user.
    update_rate: Rate = "10/10 seconds"
    rate_store_url: RateStoreUrl = Field(default=None, repr=False)
    trusted_proxies: Proxies = ()
    max_sockets_per_user: int = Field(default=20, ge=1, le=100_000)
    max_sockets_per_address: int = Field(default=200, ge=1, le=100_000)
    max_answer_bytes: int = Field(default=4 * 1024 * 1024, ge=64 * 1024)
    # What executes operations (docs/executor.md).
    executor: Literal["breadth-first", "graphql-core"] = "breadth-first"
    introspection: bool | None = None
    graphiql: bool | None = None
    # Whether the Backend API is served.
    backend_api: bool = True
    # Whether the scripts for pages without a build step are served.
    scripts: bool = True
    metrics_token: MetricsToken = Field(default=None, repr=False)
    metrics_port: int | None = Field(default=None, ge=1, le=65_535)
    operations: OperationsFolder = None
    trust_traceparent: bool = False
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] | None = None

    @property
    def is_development(self) -> bool:
        return self.env is Environment.DEVELOPMENT

    @property
    def logs_json(self) -> bool:
        if self.log_format is None:
            return not self.is_development
        return self.log_format == "json"

    @property
    def operation_names(self) -> frozenset[str]:
        """The names of the operator's own operations, which logs and metrics may show."""
        if self.operations is None:
            return frozenset()
        from server.settings.operations import load_operation_names

        return load_operation_names(self.operations)

    @property
    def uses_stripe(self) -> bool:
        return bool(self.stripe_webhook_secrets) or self.stripe_api_key is not None

    @property
    def is_stripe_live(self) -> bool:
        """Whether real payments count, rather than those of tests."""
        if self.stripe_api_key is None:
            return not self.is_development
        return "_live_" in self.stripe_api_key

    @property
    def sender(self) -> str:
        """The sender of mail; only a development server may lack a host name for it."""
        return self.mail_from or f"Tenantry <no-reply@{self._mail_host or 'localhost'}>"

    @property
    def _mail_host(self) -> str | None:
        """The host of the public URL, unless it is an IP address or this machine."""
        host = parse_url(self.public_url).hostname or ""
        return None if host in LOOPBACK or ":" in host or not re.search("[a-z]", host) else host

    @property
    def has_sender(self) -> bool:
        """Whether mail has a sender that other mail servers can accept."""
        return self.mail_from is not None or self._mail_host is not None

    @property
    def public_origin(self) -> str:
        """The origin of this server's own pages, as browsers send it."""
        return to_origin(self.public_url)

    @property
    def private_keys(self) -> "tuple[RSAPrivateKey, ...]":
        """The keys that sign session tokens, newest first; empty if the database keeps them."""
        if not self.signing_keys:
            return ()
        from server.settings.signing_keys import load_signing_key

        return tuple(load_signing_key(path) for path in self.signing_keys)

    @property
    def link_schemes(self) -> frozenset[str]:
        """What links in the API may start with: http is for development."""
        return frozenset({"https", "http"} if self.is_development else {"https"})

    @field_validator("identity_issuers")
    @classmethod
    def check_issuers(cls, value: tuple[Issuer, ...], info: ValidationInfo) -> tuple[Issuer, ...]:
        names = [issuer.issuer for issuer in value]
        if len(set(names)) != len(names):
            raise ValueError("must not contain the same issuer twice")
        public_url = info.data.get("public_url")
        if public_url and public_url.lower() in {name.rstrip("/").lower() for name in names}:
            raise ValueError(
                "must not contain TENANTRY_PUBLIC_URL, which is the issuer of session tokens"
            )
        return value


def read_settings(**overrides: Any) -> Settings:
    """Reads the settings; raises SettingsError with a sentence for each that is wrong."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        details = error.errors()
        raise SettingsError(
            [_to_sentence(detail) for detail in details],
            {str(detail["loc"][0]) for detail in details},
        ) from error
    except (UnicodeDecodeError, OSError) as error:
        raise SettingsError(
            ["The file .env with the TENANTRY_ settings must be a readable text file in UTF-8."]
        ) from error


def read_valid_settings() -> tuple[Settings, SettingsError | None]:
    """Reads the valid settings, with defaults for the others; returns what is wrong, too.

    Raises SettingsError if the file can't be read.
    """
    try:
        return read_settings(), None
    except SettingsError as error:
        fields = Settings.model_fields
        return read_settings(**{name: fields[name].default for name in error.invalid}), error


def _to_sentence(error: Any) -> str:
    name, *rest = [str(part) for part in error["loc"]]
    message: str = PLAINER.get(error["type"]) or error["msg"].removeprefix("Value error, ").replace(
        "Input should be", "must be"
    )
    detail = f" ({'.'.join(rest)})" if rest else ""
    return f"TENANTRY_{name.upper()}{detail} {message}."


def make_webhook_targets(settings: Settings) -> WebhookTargets:
    """Makes the rules for where webhooks can be sent; in development, that is anywhere."""
    return WebhookTargets(
        allows_private=settings.is_development, networks=settings.webhook_networks
    )
