"""What `tenantry doctor` looks at.

Doctor runs in a process of its own. Work that no worker has done shows in the database: that's
where it looks for overdue mail, webhooks and expirations. A log reader that is stuck shows only in
its own server: if one listens on this machine, doctor asks it.
"""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from limits.errors import StorageError
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from models import base
from models.database.revision import head, load_revision
from models.database.store import Store
from models.errors import Unavailable
from resolvers.delivery.overdue import find_overdue
from resolvers.keys.root_secret import State, load_encrypted_values
from resolvers.keys.signing_keys import load_published_keys
from resolvers.rate_limits import RateLimits, Rates
from server.cli import root_secret
from server.cli.database import explain_unreachable, to_display_url
from server.delivery.mail import OUTBOX
from server.delivery.smtp import Smtp
from server.development.stamp import is_stamped
from server.http.app import FETCH_SECONDS
from server.identity.authenticator import make_provider
from server.settings.checks import ensure_production, find_risks
from server.settings.issuers import Issuer
from server.settings.settings import Settings, SettingsError

ROOT_SECRET = "Root secret"
SIGNING = "Signing keys"
DEFAULT_PORT = 8000
# Longer than a server takes to answer why it isn't ready.
READY_SECONDS = 12.0


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    is_fine: bool
    detail: str
    # Whether a server runs with it, although something else would be safer.
    is_risk: bool = False


def check_settings(settings: Settings) -> list[Finding]:
    if settings.is_development:
        return [Finding("Settings", True, "for development")]
    hint = (
        ""
        if "env" in settings.model_fields_set
        else "; to check the settings of `tenantry dev`, set it to development"
    )
    environment = Finding("TENANTRY_ENV", True, f"production{hint}")
    try:
        ensure_production(settings)
    except SettingsError as error:
        return [environment, *(Finding("Settings", False, sentence) for sentence in error.messages)]
    risks = [Finding("Settings", True, risk, is_risk=True) for risk in find_risks(settings)]
    return [
        environment,
        Finding("Settings", True, "for production"),
        *risks,
        *check_processes(settings),
    ]


def check_processes(settings: Settings) -> list[Finding]:
    """Whether several servers and workers have the file of SQLite open, where /proc shows that."""
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite":
        return []
    path, processes = Path(url.database or "").resolve(), set[str]()
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):
            if descriptor.readlink() == path:
                processes.add(descriptor.parts[2])
    if len(processes) < 2:
        return []
    sentence = (
        f"{len(processes)} processes have {path.name} open: SQLite lets one of them write at a"
        " time. Run one `tenantry serve`, or set TENANTRY_DATABASE_URL to a PostgreSQL database."
    )
    return [Finding("Database", True, sentence, is_risk=True)]


def has_database(settings: Settings) -> bool:
    """Whether there is something to connect to; SQLite would create the file."""
    url = make_url(settings.database_url)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").exists()


async def check_database(settings: Settings) -> list[Finding]:
    if not has_database(settings):
        return [
            Finding(
                "Database",
                False,
                f"{to_display_url(settings)} doesn't exist. Run: tenantry migrate",
            )
        ]
    store = Store(settings.database_url)
    try:
        return await check_schema_and_data(settings, store)
    except (Unavailable, DBAPIError, OSError) as error:
        return [Finding("Database", False, explain_unreachable(settings, error))]
    finally:
        await store.close()


async def check_schema_and_data(settings: Settings, store: Store) -> list[Finding]:
    revision = await load_revision(store)
    if revision != head():
        at = f"at revision {revision}" if revision else "empty"
        return [
            Finding(
                "Database",
                False,
                f"{to_display_url(settings)} is {at}, not at revision {head()}. Run: tenantry"
                " migrate",
            )
        ]
    findings = [Finding("Database", True, f"{to_display_url(settings)} at revision {revision}")]
    if not settings.is_development and await is_stamped(store):
        findings.append(
            Finding(
                "Database",
                False,
                "it was used by a development server, so a production server can't use it",
            )
        )
    await store.ensure_writable()
    return [
        *findings,
        *await check_root_secret(settings, store),
        await check_signing_keys(settings, store),
        await check_work(store),
    ]


async def check_work(store: Store) -> Finding:
    """Checks for work that a worker should have done by now."""
    late = await find_overdue(store, base.now())
    if late:
        what = (
            f"{', '.join(late)} overdue; check that `tenantry serve` or `tenantry worker` is"
            " running"
        )
        return Finding("Worker", False, what)
    return Finding("Worker", True, "nothing is overdue")


async def check_server(port: int) -> list[Finding]:
    """Whether a server that listens on this machine is ready; nothing if none listens."""
    try:
        async with httpx.AsyncClient(timeout=READY_SECONDS, trust_env=False) as client:
            answer = (await client.get(f"http://127.0.0.1:{port}/readyz")).json()
            is_ready = answer["ready"]
    except httpx.TimeoutException:
        return [Finding("Server", False, f"port {port} doesn't respond")]
    except (httpx.TransportError, ValueError, LookupError, TypeError):
        return []
    detail = "is ready" if is_ready else f"is not ready: {answer.get('reason')}"
    return [Finding("Server", bool(is_ready), f"port {port} {detail}")]


async def check_root_secret(settings: Settings, store: Store) -> list[Finding]:
    """Whether TENANTRY_SECRET can decrypt what is stored."""
    # A development server may have its own secret in a file.
    if not settings.secret:
        return []
    async with store.read() as connection:
        values = await load_encrypted_values(connection, settings.secret, base.now())
    wrong: list[Finding] = []
    try:
        root_secret.ensure_readable(values, root_secret.get_required_purposes(settings))
    except SettingsError as error:
        wrong += [Finding(ROOT_SECRET, False, sentence) for sentence in error.messages]
    if sentence := await root_secret.explain_invalid_links(store, values, base.now):
        wrong.append(Finding(ROOT_SECRET, False, sentence))
    if wrong:
        return wrong
    if outdated := root_secret.describe_values(values, State.OUTDATED):
        to_do = (
            f"{outdated} encrypted under an older secret. Before you remove it, run:"
            " tenantry secret rotate"
        )
        return [Finding(ROOT_SECRET, True, to_do)]
    return [Finding(ROOT_SECRET, True, "decrypts everything that is stored encrypted")]


async def check_signing_keys(settings: Settings, store: Store) -> Finding:
    """Checks the keys that sign session tokens; creates none."""
    if settings.signing_keys:
        number = len(settings.signing_keys)
        return Finding(
            SIGNING, True, f"{number} {'key' if number == 1 else 'keys'} from TENANTRY_SIGNING_KEYS"
        )
    rows = await load_published_keys(store, base.now())
    if not rows:
        return Finding(SIGNING, True, "none yet; the server creates one when it starts")
    return Finding(SIGNING, True, f"{rows[0][0]} signs, {len(rows)} published")


async def check_provider(issuer: Issuer, client: httpx.AsyncClient) -> Finding:
    what = f"Identity provider {issuer.issuer}"
    if issuer.public_key:
        return Finding(what, True, f"one public key, {', '.join(issuer.algorithms)}")
    keys = make_provider(issuer, client).keys
    await keys.find_key(None)
    number = len(getattr(keys, "keys", {}))
    if not keys.are_known:
        return Finding(
            what,
            False,
            f"{issuer.jwks_url} returns no key set; check the URL, and that this machine can reach"
            " it",
        )
    if number == 0:
        return Finding(
            what, False, f"{issuer.jwks_url} has no usable key for {', '.join(issuer.algorithms)}"
        )
    return Finding(what, True, f"{number} {'key' if number == 1 else 'keys'} at {issuer.jwks_url}")


async def check_rate_limits(settings: Settings) -> Finding:
    """Whether the counters that processes share can be reached."""
    if settings.rate_store_url is None:
        return Finding(
            "Rate limits",
            True,
            "counted in each process; if several serve, set TENANTRY_RATE_STORE_URL to share them",
        )
    limits = RateLimits(Rates(), settings.rate_store_url)
    place = urlsplit(settings.rate_store_url).netloc.rpartition("@")[2]
    try:
        await limits.ping()
    except (StorageError, OSError, TimeoutError) as error:
        reason = str(error) or type(error).__name__
        return Finding(
            "Rate limits", False, f"TENANTRY_RATE_STORE_URL: {place} can't be used: {reason}"
        )
    finally:
        await limits.close()
    return Finding("Rate limits", True, f"shared by all processes at {place}")


def describe_tokens(issuer: Issuer) -> Finding:
    """What the tokens of an identity provider must hold, and which claims are read."""
    names = issuer.claims
    audience = " or ".join(sorted(issuer.audiences))
    verified = (
        "always verified, because claims.email_verified is true"
        if names.email_verified is True
        else f"verified if {names.email_verified} is true"
    )
    return Finding(
        f"Tokens of {issuer.issuer}",
        True,
        f"must have sub, exp, and aud with {audience}; address from {names.email}, {verified};"
        f" names from {names.given_name} and {names.family_name}, or {names.name};"
        f" username from {names.username}; picture from {names.picture}",
    )


async def check_mail(settings: Settings) -> Finding:
    if settings.smtp_url is None:
        instead = (
            f"email is written to {OUTBOX}"
            if settings.is_development
            else "invitations need notify: false"
        )
        return Finding("Email", True, f"TENANTRY_SMTP_URL is not set: {instead}")
    place = urlsplit(settings.smtp_url).netloc.rpartition("@")[2]
    try:
        await Smtp(settings.smtp_url).check()
    except Exception as error:
        # Whatever fails on somebody else's server is the finding.
        reason = " ".join(str(error).split()) or type(error).__name__
        return Finding("Email", False, f"TENANTRY_SMTP_URL: {place} can't be used: {reason}")
    return Finding("Email", True, f"{place} accepts email from {settings.sender}")


async def examine(settings: Settings, port: int | None = None) -> list[Finding]:
    """Checks everything that can be checked without changing anything."""
    async with httpx.AsyncClient(timeout=FETCH_SECONDS) as client:
        providers = [
            finding
            for issuer in settings.identity_issuers
            for finding in (await check_provider(issuer, client), describe_tokens(issuer))
        ]
    server = await check_server(port or urlsplit(settings.public_url).port or DEFAULT_PORT)
    return [
        *check_settings(settings),
        *await check_database(settings),
        *server,
        await check_rate_limits(settings),
        await check_mail(settings),
        *providers,
    ]
