"""The types of settings: each parses and checks its value, and raises ValueError."""

import json
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import NoDecode

from models.database.revision import is_usual_url
from models.validation.webhook_targets import Network, is_private_network
from server.dns import parse_name_server
from server.settings.secrets import (
    check_metrics_token,
    check_secret_keys,
    check_secrets,
    check_signing_keys,
)

# Every command reads the settings. What only some values need is imported where they are checked.

# The algorithms that PyJWT verifies with a public key.
ASYMMETRIC = frozenset(
    {
        "ES256",
        "ES256K",
        "ES384",
        "ES512",
        "ES521",
        "EdDSA",
        "PS256",
        "PS384",
        "PS512",
        "RS256",
        "RS384",
        "RS512",
    }
)
# A token of RFC 9110, but no wildcard.
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'+.^_`|~-]+")
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
RATE = re.compile(r"[1-9][0-9]{0,6}/([1-9][0-9]{0,3} )?(second|minute|hour|day)s?")


def parse_url(value: str) -> SplitResult:
    """Parses an absolute http or https URL without a user."""
    refused = ValueError("must be an absolute http or https URL without a user")
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


def to_origin(url: str) -> str:
    """Returns the origin of the URL, as browsers send it."""
    parts = parse_url(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def is_safe_url(parts: SplitResult) -> bool:
    """Whether nobody on the network can read or change what is sent there."""
    return parts.scheme == "https" or parts.hostname in LOOPBACK


def check_database_url(value: str) -> str:
    if is_usual_url(value):
        return value
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(value)
    except (ArgumentError, ValueError) as error:
        raise ValueError("must be a database URL") from error
    if url.drivername not in {"sqlite+aiosqlite", "postgresql+asyncpg"}:
        raise ValueError("must start with sqlite+aiosqlite:/// or postgresql+asyncpg://")
    in_memory = not url.database or ":memory:" in url.database or url.query.get("mode") == "memory"
    if url.drivername == "sqlite+aiosqlite" and in_memory:
        raise ValueError("must name a file, because a database in memory would be lost")
    return value


def check_public_url(value: str) -> str:
    parts = parse_url(value)
    if parts.query or parts.fragment:
        raise ValueError("must not have a query or a fragment")
    return value.rstrip("/")


def check_origins(value: tuple[str, ...]) -> tuple[str, ...]:
    for origin in value:
        if origin != to_origin(origin) or "*" in origin:
            raise ValueError(
                f"contains {origin!r}, which is not an origin: it must have a scheme, a host, and"
                " no path or wildcard, in lowercase"
            )
    return value


def check_smtp_url(value: str) -> str:
    """Checks that there is a host, and either both of user and password or neither.

    Nothing may follow the host: part of a password that isn't quoted would be there.
    """
    refused = ValueError(
        "must be smtp://user:password@host:587 or smtps://…, with @ in a password written as %40"
    )
    try:
        parts = urlsplit(value)
        is_whole = (
            parts.scheme in {"smtp", "smtps"}
            and parts.hostname
            and parts.port != 0
            and bool(parts.username) == bool(parts.password)
        )
    except ValueError as error:
        raise refused from error
    has_rest = parts.path not in {"", "/"} or parts.query or parts.fragment
    if not is_whole or has_rest or not value.isprintable():
        raise refused
    return value


def check_sender(value: str) -> str:
    """Checks one mailbox in ASCII, with nothing that mail servers reject or read as a header."""
    from email.headerregistry import HeaderRegistry

    refused = ValueError("must be one email address, such as Acme <hello@example.com>")
    if not value.isprintable():
        raise refused
    header: Any = HeaderRegistry()("from", value)
    if len(header.addresses) != 1 or header.defects or "@" not in header.addresses[0].addr_spec:
        raise refused
    return value


def parse_json(value: Any) -> Any:
    """Parses JSON; an error of it is then reported beside those of other settings."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise ValueError("must be valid JSON") from error


def parse_private_networks(value: Any) -> Any:
    """Networks that hold no public addresses."""
    if not isinstance(value, (list, tuple)):
        return value
    networks: list[Network] = []
    for text in value:  # pyright: ignore[reportUnknownVariableType]
        try:
            network = ip_network(text if isinstance(text, str) else "")
        except ValueError as error:
            raise ValueError(
                f"contains {text!r}, which is not a network such as 10.0.0.0/8 or fd00::/8"
            ) from error
        if not is_private_network(network):
            raise ValueError(
                f"contains {text!r}, which is not a private network such as 10.0.0.0/8 or fd00::/8"
            )
        networks.append(network)
    return tuple(networks)


def check_operations_folder(value: Path) -> Path:
    from server.settings.operations import load_operation_names

    if not value.is_dir():
        raise ValueError(f"must be a folder, not {str(value)!r}")
    load_operation_names(value)
    return value


def check_proxies(value: tuple[str, ...]) -> tuple[str, ...]:
    for text in value:
        try:
            ip_network(text)
        except ValueError as error:
            raise ValueError(
                f"contains {text!r}, which is not an IP address or a network, such as 10.0.0.5 or"
                " 10.0.0.0/8"
            ) from error
    return value


def parse_rate(value: Any) -> Any:
    if value in {"off", None}:
        return None
    if not RATE.fullmatch(str(value)):
        raise ValueError("must be a number and a time, such as 600/minute or 10/10 seconds, or off")
    return value


def check_rate_store(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"redis", "rediss", "valkey", "valkeys"} or not parts.hostname:
        raise ValueError("must be the URL of a Valkey or Redis server, such as valkey://host:6379")
    return value


def split_at_commas(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


def to_none_if_empty(value: Any) -> Any:
    return value or None


def check_header_names(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if not HEADER_NAME.fullmatch(value):
            raise ValueError(
                "must list names of HTTP headers, such as x-request-id, without wildcards"
            )
    return values


def check_name_servers(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        try:
            parse_name_server(value)
        except ValueError as error:
            raise ValueError(
                f"contains {value!r}, which is not the host of a name server, such as 10.0.0.53 or"
                " dns.example.com:5353"
            ) from error
    return values


CommaSeparated = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split_at_commas)]
DatabaseUrl = Annotated[str, AfterValidator(check_database_url)]
PublicUrl = Annotated[str, AfterValidator(check_public_url)]
HeaderNames = Annotated[CommaSeparated, AfterValidator(check_header_names)]
NameServers = Annotated[CommaSeparated, AfterValidator(check_name_servers)]
Origins = Annotated[CommaSeparated, AfterValidator(check_origins)]
SecretKeys = Annotated[CommaSeparated, AfterValidator(check_secret_keys)]
Secrets = Annotated[CommaSeparated, AfterValidator(check_secrets)]
SigningKeys = Annotated[CommaSeparated, AfterValidator(check_signing_keys)]
SmtpUrl = Annotated[
    Annotated[str, AfterValidator(check_smtp_url)] | None, BeforeValidator(to_none_if_empty)
]
Sender = Annotated[
    Annotated[str, AfterValidator(check_sender)] | None, BeforeValidator(to_none_if_empty)
]
MetricsToken = Annotated[
    Annotated[str, AfterValidator(check_metrics_token)] | None, BeforeValidator(to_none_if_empty)
]
OperationsFolder = Annotated[
    Annotated[Path, AfterValidator(check_operations_folder)] | None,
    BeforeValidator(to_none_if_empty),
]
Proxies = Annotated[CommaSeparated, AfterValidator(check_proxies)]
# None allows any number.
Rate = Annotated[str | None, BeforeValidator(parse_rate)]
RateStoreUrl = Annotated[
    Annotated[str, AfterValidator(check_rate_store)] | None, BeforeValidator(to_none_if_empty)
]
PrivateNetworks = Annotated[
    tuple[Network, ...],
    NoDecode,
    BeforeValidator(parse_private_networks),
    BeforeValidator(parse_json),
]
