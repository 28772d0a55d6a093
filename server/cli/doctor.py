"""What `tenantry doctor` looks at.

Doctor is a process of its own. What the workers don't get done shows in the database, whichever
process should do it: that's where it looks for overdue mails, webhooks and expiries. A log reader
that is stuck only shows in its own server: if one listens on this machine, doctor asks it.
"""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from models import base
from models.database import migrations
from models.database.store import Store
from models.errors import Unavailable
from models.instance import Instance
from resolvers.keys.root_secret import State
from resolvers.keys.root_secret import load_encrypted_values as examine_sealed
from resolvers.keys.signing_keys import load_published_keys
from server.cli import root_secret
from server.delivery.mail import OUTBOX
from server.delivery.overdue import overdue
from server.delivery.smtp import Smtp
from server.http.app import FETCH_SECONDS
from server.identity.authenticator import make_provider
from server.settings.settings import Environment, Issuer, Settings, SettingsError, ensure_production

ROOT_SECRET = "Root secret"
SIGNING = "Signing keys"
DEFAULT_PORT = 8000
# Longer than a server takes to say why it isn't ready.
READY_SECONDS = 12.0


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    is_fine: bool
    detail: str


async def is_stamped(store: Store) -> bool:
    """Whether a development server has used this database."""
    async with store.read() as connection:
        return (
            await connection.execute(select(Instance.environment))
        ).scalar_one() == Environment.DEVELOPMENT.value


def to_display_url(settings: Settings) -> str:
    """The database as a person may see it: without the password."""
    return make_url(settings.database_url).render_as_string(hide_password=True)


def explain_unreachable(settings: Settings, error: BaseException) -> str:
    """What the driver says is wrong, in one line."""
    while isinstance(error, (Unavailable, DBAPIError)):
        error = (error.orig if isinstance(error, DBAPIError) else error.__cause__) or RuntimeError(
            "no answer"
        )
    reason = str(error).strip().partition("\n")[0].rpartition(">: ")[2]
    detail = reason or type(error).__name__
    return f"TENANTRY_DATABASE_URL: {to_display_url(settings)} can't be used: {detail}"


def _settings(settings: Settings) -> list[Finding]:
    if settings.is_development:
        return [Finding("Settings", True, "for development")]
    hint = (
        ""
        if "env" in settings.model_fields_set
        else "; for the settings of `tenantry dev`, set it to development"
    )
    environment = Finding("TENANTRY_ENV", True, f"production{hint}")
    try:
        ensure_production(settings)
    except SettingsError as error:
        return [environment, *(Finding("Settings", False, sentence) for sentence in error.messages)]
    return [environment, Finding("Settings", True, "for production")]


def _is_there(settings: Settings) -> bool:
    """Whether there is something to connect to; SQLite would make the file."""
    url = make_url(settings.database_url)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").exists()


async def _database(settings: Settings) -> list[Finding]:
    if not _is_there(settings):
        return [
            Finding(
                "Database", False, f"{to_display_url(settings)} is not there. Run: tenantry migrate"
            )
        ]
    store = Store(settings.database_url)
    try:
        return await _state(settings, store)
    except (Unavailable, DBAPIError, OSError) as error:
        return [Finding("Database", False, explain_unreachable(settings, error))]
    finally:
        await store.close()


async def _state(settings: Settings, store: Store) -> list[Finding]:
    step, newest = await migrations.current(store), migrations.head()
    if step != newest:
        at = f"at step {step}" if step else "empty"
        return [
            Finding(
                "Database",
                False,
                f"{to_display_url(settings)} is {at}, not {newest}. Run: tenantry migrate",
            )
        ]
    found = [Finding("Database", True, f"{to_display_url(settings)} at step {step}")]
    if not settings.is_development and await is_stamped(store):
        found.append(
            Finding("Database", False, "a development server has used it; production refuses it")
        )
    await store.ensure_writable()
    return [
        *found,
        *await _root_secret(settings, store),
        await _signing(settings, store),
        await _work(store),
    ]


async def _work(store: Store) -> Finding:
    """What a worker should have done by now."""
    late = [name for name, is_late in (await overdue(store, base.now())).items() if is_late]
    if late:
        what = f"{', '.join(late)} overdue; check that `tenantry serve` or `tenantry worker` runs"
        return Finding("Worker", False, what)
    return Finding("Worker", True, "nothing is overdue")


async def _server(port: int) -> list[Finding]:
    """Whether a server that listens on this machine is ready; nothing where none listens."""
    try:
        async with httpx.AsyncClient(timeout=READY_SECONDS, trust_env=False) as client:
            answer = (await client.get(f"http://127.0.0.1:{port}/readyz")).json()
            is_ready = answer["ready"]
    except httpx.TimeoutException:
        return [Finding("Server", False, f"port {port} doesn't answer")]
    except (httpx.TransportError, ValueError, LookupError, TypeError):
        return []
    detail = "is ready" if is_ready else f"is not ready: {answer.get('reason')}"
    return [Finding("Server", bool(is_ready), f"port {port} {detail}")]


async def _root_secret(settings: Settings, store: Store) -> list[Finding]:
    """Whether TENANTRY_SECRET can decrypt what is stored;
    a development server may have its own in a file.
    """
    if not settings.secret:
        return []
    async with store.read() as connection:
        values = await examine_sealed(connection, settings.secret, base.now())
    found: list[Finding] = []
    try:
        root_secret.ensure_readable(values, root_secret.required(settings))
    except SettingsError as error:
        found += [Finding(ROOT_SECRET, False, sentence) for sentence in error.messages]
    if sentence := await root_secret.invalid_links(store, values, base.now):
        found.append(Finding(ROOT_SECRET, False, sentence))
    if found:
        return found
    if outdated := root_secret.counted(values, State.OUTDATED):
        to_do = (
            f"{outdated} encrypted under an older secret. Before you remove it, run:"
            " tenantry secret rotate"
        )
        return [Finding(ROOT_SECRET, True, to_do)]
    return [Finding(ROOT_SECRET, True, "decrypts everything that is stored encrypted")]


async def _signing(settings: Settings, store: Store) -> Finding:
    """The keys that session tokens are signed with; looks, and makes none."""
    if settings.signing_keys:
        number = len(settings.signing_keys)
        return Finding(
            SIGNING, True, f"{number} {'key' if number == 1 else 'keys'} from TENANTRY_SIGNING_KEYS"
        )
    rows = await load_published_keys(store, base.now())
    if not rows:
        return Finding(SIGNING, True, "none yet; the first start makes one")
    return Finding(SIGNING, True, f"{rows[0][0]} signs, {len(rows)} published")


async def _provider(issuer: Issuer, client: httpx.AsyncClient) -> Finding:
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
            f"{issuer.jwks_url} gives no key set: is it right, can this machine reach it?",
        )
    if number == 0:
        return Finding(
            what, False, f"{issuer.jwks_url} has no usable key for {', '.join(issuer.algorithms)}"
        )
    return Finding(what, True, f"{number} {'key' if number == 1 else 'keys'} at {issuer.jwks_url}")


async def _mail(settings: Settings) -> Finding:
    if settings.smtp_url is None:
        instead = (
            f"letters are written to {OUTBOX}"
            if settings.is_development
            else "invitations need notify: false"
        )
        return Finding("Mail", True, f"TENANTRY_SMTP_URL is not set: {instead}")
    place = urlsplit(settings.smtp_url).netloc.rpartition("@")[2]
    try:
        await Smtp(settings.smtp_url).check()
    except Exception as error:
        # Whatever goes wrong with a stranger's server is the finding.
        reason = " ".join(str(error).split()) or type(error).__name__
        return Finding("Mail", False, f"TENANTRY_SMTP_URL: {place} can't be used: {reason}")
    return Finding("Mail", True, f"{place} takes mail from {settings.sender}")


def _port(settings: Settings) -> int:
    """Where a server of these settings probably listens."""
    return urlsplit(settings.public_url).port or DEFAULT_PORT


async def examine(settings: Settings, port: int | None = None) -> list[Finding]:
    """Everything that can be looked at without changing anything."""
    async with httpx.AsyncClient(timeout=FETCH_SECONDS) as client:
        providers = [await _provider(issuer, client) for issuer in settings.identity_issuers]
    server = await _server(port or _port(settings))
    return [
        *_settings(settings),
        *await _database(settings),
        *server,
        await _mail(settings),
        *providers,
    ]
