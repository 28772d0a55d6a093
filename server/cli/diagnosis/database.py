"""The database, and what is stored in it."""

from contextlib import suppress
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from models import base
from models.database.revision import head, load_revision
from models.database.store import Store
from models.errors.request import Unavailable
from models.instance import Instance
from resolvers.delivery.overdue import find_overdue
from resolvers.keys.root_secret import State, load_encrypted_values
from resolvers.keys.signing_keys import load_published_keys
from resolvers.stripe.queue import load_problems
from server.cli.diagnosis.findings import Finding
from server.cli.diagnosis.secret_keys import check_secret_keys
from server.cli.runtime import root_secret
from server.cli.runtime.database import explain_unreachable, to_display_url
from server.development.stamp import is_stamped
from server.settings.settings import Settings, SettingsError

ROOT_SECRET = "Root secret"
SIGNING = "Signing keys"


def has_database(settings: Settings) -> bool:
    """Whether there is something to connect to; SQLite would create the file."""
    url = make_url(settings.database_url)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").exists()


def check_processes(settings: Settings) -> list[Finding]:
    """Whether several servers and workers have the file of SQLite open, where /proc shows that."""
    url = make_url(settings.database_url)
    if settings.is_development or url.get_backend_name() != "sqlite":
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


async def check_database(settings: Settings, invalid: frozenset[str]) -> list[Finding]:
    if not has_database(settings):
        return [
            Finding(
                "Database",
                False,
                f"{to_display_url(settings)} doesn't exist. Run: tenantry migrate",
            )
        ]
    # Before this process opens the file too.
    findings = check_processes(settings)
    store = Store(settings.database_url)
    try:
        return [*findings, *await check_schema_and_data(settings, store, invalid)]
    except (Unavailable, DBAPIError, OSError) as error:
        return [*findings, Finding("Database", False, explain_unreachable(settings, error))]
    finally:
        await store.close()


async def check_schema_and_data(
    settings: Settings, store: Store, invalid: frozenset[str]
) -> list[Finding]:
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
        sentence = (
            "a development server has used it, so a production server can't use it. Set"
            " TENANTRY_DATABASE_URL to another database"
        )
        return [*findings, Finding("Database", False, sentence)]
    await store.ensure_writable()
    findings += await check_root_secret(settings, store)
    if "signing_keys" not in invalid:
        findings.append(await check_signing_keys(settings, store))
    return [
        *findings,
        *await check_secret_keys(store),
        await check_work(store),
        *await check_stripe(settings, store),
        *await check_invitation_links(settings, store),
    ]


async def check_stripe(settings: Settings, store: Store) -> list[Finding]:
    """Lists the subscriptions at Stripe that could not be applied, such as of unknown prices."""
    if not settings.uses_stripe:
        return []
    problems = await load_problems(store)
    if problems:
        return [Finding("Stripe", False, f"{id}: {problem}") for id, problem in problems]
    return [Finding("Stripe", True, "every subscription is applied")]


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


async def check_invitation_links(settings: Settings, store: Store) -> list[Finding]:
    """Whether people can accept an invitation that production sends by email.

    The page of Tenantry can't sign them in.
    """
    if settings.is_development or not settings.smtp_url:
        return []
    async with store.read() as connection:
        url = (await connection.execute(select(Instance.invitation_url))).scalar_one()
    if url:
        return []
    sentence = (
        "invitationUrl of the instance is not set: the link in an invitation email opens a page on"
        " which nobody can accept. With updateInstance, set it to the page of your application that"
        " accepts invitations, unless every invitation has a redirectUrl."
    )
    return [Finding("Invitations", True, sentence, is_risk=True)]


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
