"""A database with 100,000 members, written within seconds by the database itself.

The statements are plain SQL that SQLite and PostgreSQL read in the same way.
"""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import Templates
from tests.support.data.factories import Acme
from tests.support.database.database_refill import administer, connected

# How many rows each table gets; `i` counts them from 1.
MEMBERS = 100_000
# The members of Acme; everyone else is in one of the small organizations.
LARGE = 10_000
ORGANIZATIONS = 4_000
INVITATIONS = 50_000
IMAGES = 20_000
# The invitations of Acme, and those of the outsider's address.
OWN, OUTSIDERS = 5_000, 200
SESSIONS = 100_000
EVENTS = 200_000
ENDPOINTS = 5
DELIVERIES = 100_000
ANSWERS = 50_000
DOMAINS = 20_000
SUGGESTIONS = 20_000
PLANS = 50
# Users with a plan of their own.
SUBSCRIBERS = 20_000
API_KEYS = 20_000
# The API keys of Acme, most of which are revoked.
OWN_KEYS = 1_000

THEN = "'2026-01-01 00:00:00.000000'"
# Long after every test.
FUTURE = "'2099-01-01 00:00:00.000000'"
# With a number of 19 digits, IDs have the form of all others.
ZEROS, FIRST_NUMBER = "_0000000", 10**18
# A time with a type: PostgreSQL takes a CASE of nothing but literals to be a text.
CREATED = "(SELECT max(created_at) FROM role)"
IMAGE_URL = "'https://tenantry.example.com/images/' || i || '.png'"
NUMBERS = """WITH RECURSIVE numbers(i) AS
    (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < {number}) """


@dataclass(frozen=True)
class Insert:
    """An INSERT of many rows: an SQL expression for each column, which can use `i`."""

    table: str
    number: int
    columns: Mapping[str, str]

    def write(self) -> str:
        names, values = ", ".join(self.columns), ", ".join(self.columns.values())
        return (
            f'INSERT INTO "{self.table}" ({names}) {NUMBERS.format(number=self.number)}'
            f" SELECT {values} FROM numbers"
        )


def make_id(prefix: str, number: str = "i") -> str:
    """Writes the expression of an ID of the right form, which sorts by its number."""
    return f"'{prefix}{ZEROS}' || ({FIRST_NUMBER} + {number})"


def get_id(prefix: str, number: int) -> str:
    """Returns the ID of a row."""
    return f"{prefix}{ZEROS}{FIRST_NUMBER + number}"


def record(prefix: str, **columns: str) -> Mapping[str, str]:
    return {"id": make_id(prefix), "created_at": THEN, "updated_at": THEN, **columns}


def choose(condition: str, value: str, other: str) -> str:
    return f"CASE WHEN {condition} THEN {value} ELSE {other} END"


METADATA = {"public_metadata": "'{}'", "private_metadata": "'{}'"}


def choose_organization(acme: Acme, condition: str) -> str:
    """Chooses Acme under a condition, and else one of the small organizations."""
    return choose(condition, f"'{acme.id}'", make_id("org", f"i % {ORGANIZATIONS} + 1"))


def insert_users() -> Insert:
    address = "'person' || i || '@example.com'"
    columns = record(
        "user",
        issuer="'https://idp.example.com'",
        external_id="'sub|' || i",
        identifier=address,
        email_address=address,
        address_key=address,
        address_domain=choose("i % 100 = 0", "'company7.com'", "'example.com'"),
        email_verified="true",
        first_name="'Person ' || (i % 1000)",
        last_name="'Number ' || i",
        refreshed_at="0",
        search_text=f"{address} || ' person ' || (i % 1000) || ' number ' || i",
        **METADATA,
    )
    return Insert("user", MEMBERS, columns)


def insert_organizations(role_set_id: str) -> Insert:
    columns = record(
        "org",
        name="'Company ' || i",
        slug="'company-' || i",
        max_allowed_memberships="0",
        admin_delete_enabled="true",
        created_by_id=make_id("user"),
        role_set_id=f"'{role_set_id}'",
        search_text="'company ' || i || ' company-' || i",
        image_url=choose("i % 2 = 0", IMAGE_URL, "NULL"),
        **METADATA,
    )
    return Insert("organization", ORGANIZATIONS, columns)


def insert_images() -> Insert:
    used_at = choose("i % 50 = 0", CREATED, FUTURE)
    columns = {"url": IMAGE_URL, "name": "i || '.png'", "data": "''", "used_at": used_at}
    return Insert("image", IMAGES, columns)


def insert_memberships(acme: Acme, role_id: str) -> Iterator[Insert]:
    role = {"role_id": f"'{role_id}'", **METADATA}
    columns = record(
        "orgmem",
        organization_id=choose_organization(acme, f"i <= {LARGE}"),
        user_id=make_id("user"),
        **role,
    )
    yield Insert("membership", MEMBERS, columns)
    # The administrator and the outsider are members of small organizations, too.
    more_columns = record(
        "orgmem",
        id=make_id("orgmem", f"i + {MEMBERS}"),
        organization_id=make_id("org"),
        user_id=choose("i <= 100", f"'{acme.admin.id}'", f"'{acme.outsider.id}'"),
        **role,
    )
    yield Insert("membership", 200, more_columns)


def insert_invitations(acme: Acme, role_id: str) -> Insert:
    address = "'guest' || i || '@example.com'"
    columns = record(
        "orginv",
        organization_id=choose_organization(acme, f"i <= {OWN}"),
        email_address=address,
        address_key=choose(f"i > {INVITATIONS - OUTSIDERS}", f"'{acme.outsider.email}'", address),
        search_text=address,
        role_id=f"'{role_id}'",
        status=choose("i % 20 = 0", "'pending'", choose("i % 2 = 0", "'accepted'", "'revoked'")),
        domain=choose("i % 10 = 3", "'company7.com'", "NULL"),
        inviter_id=make_id("user"),
        by_service="false",
        nonce="'nonce'",
        expires_at=FUTURE,
        **METADATA,
    )
    return Insert("invitation", INVITATIONS, columns)


def insert_mails(acme: Acme) -> Insert:
    columns = record(
        "mail",
        invitation_id=make_id("orginv"),
        organization_id=choose_organization(acme, f"i <= {OWN}"),
        address_key="'guest' || i || '@example.com'",
        inviter_id=make_id("user"),
        nonce="'nonce'",
        status=choose("i % 100 = 0", "'queued'", "'sent'"),
        attempts="1",
        next_attempt_at=choose("i % 200 = 0", CREATED, FUTURE),
    )
    return Insert("mail", INVITATIONS, columns)


def insert_sessions(acme: Acme) -> Insert:
    columns = record(
        "sess",
        user_id=choose("i <= 200", f"'{acme.admin.id}'", make_id("user")),
        closed_as=choose("i % 10 = 0", "NULL", "'ended'"),
        last_active_at=THEN,
        expires_at=choose("i % 50 = 0", CREATED, FUTURE),
    )
    return Insert("session", SESSIONS, columns)


def insert_events(acme: Acme) -> Insert:
    types = ("'organizationInvitation.created'", "'organizationMembership.created'")
    columns = {
        "id": make_id("evt"),
        "type": choose("i % 100 = 0", *types),
        "occurred_at": THEN,
        "organization_id": choose_organization(acme, "i % 10 = 0"),
        "object_id": make_id("orgmem"),
        "user_id": make_id("user", f"i % {MEMBERS} + 1"),
        "actor_type": "'service'",
        "data": "'{}'",
    }
    return Insert("event", EVENTS, columns)


def insert_deliveries() -> Iterator[Insert]:
    url = "'https://hooks.example.com'"
    endpoint = record("whep", url=url, enabled="false", secret="''", cursor="0")
    yield Insert("webhook_endpoint", ENDPOINTS, endpoint)
    columns = record(
        "whdl",
        endpoint_id=make_id("whep", f"i % {ENDPOINTS} + 1"),
        event_cursor=f"(SELECT max(cursor) FROM event) - {DELIVERIES} + i",
        status=choose("i % 200 = 0", "'pending'", choose("i % 7 = 0", "'failed'", "'succeeded'")),
        attempts="1",
        next_attempt_at=choose("i % 200 = 0", CREATED, "NULL"),
        last_attempt_at=THEN,
    )
    yield Insert("webhook_delivery", DELIVERIES, columns)


def insert_domains(acme: Acme) -> Iterator[Insert]:
    """Inserts domains, what they claim, whom they have enrolled, and who wants to join."""
    columns = record(
        "orgdmn",
        organization_id=choose_organization(acme, "i <= 50"),
        name="'company' || i || '.com'",
        enrollment_mode=choose("i % 2 = 0", "'manual_invitation'", "'automatic_suggestion'"),
        verified="true",
        affiliation_attempts="0",
        ownership_attempts="0",
        enrollment_due_at=choose("i % 1000 = 0", CREATED, "NULL"),
    )
    yield Insert("organization_domain", DOMAINS, columns)
    claim = {"name": "'company' || i || '.com'", "kind": "'domain'", "holder": make_id("orgdmn")}
    claim["organization_id"] = choose_organization(acme, "i <= 50")
    yield Insert("domain_claim", DOMAINS, claim)
    enrollment = {
        "organization_id": choose_organization(acme, "i % 100 < 50"),
        "domain": "'company' || (i % 100 + 1) || '.com'",
        "user_id": make_id("user"),
        "created_at": THEN,
    }
    yield Insert("domain_enrollment", SUGGESTIONS, enrollment)
    person = {
        "organization_id": choose_organization(acme, "i % 10 = 0"),
        "user_id": choose("i <= 100", f"'{acme.admin.id}'", make_id("user")),
    }
    status = choose("i % 100 = 7", "'pending'", "'accepted'")
    own = record("orgsug", **person, domain="'company7.com'", status=status)
    yield Insert("organization_suggestion", SUGGESTIONS, own)
    # A user has one pending request in an organization.
    settled = choose("i > 200 AND i % 100 = 7", "'pending'", "'rejected'")
    yield Insert("membership_request", SUGGESTIONS, record("orgmreq", **person, status=settled))


def insert_plans() -> Iterator[Insert]:
    """Inserts plans, the subscriptions of organizations and users, and events of Stripe."""
    columns = record(
        "plan",
        key="'plan' || i",
        name="'Plan ' || i",
        payer_type="'organization'",
        is_default="false",
        publicly_visible="true",
        plan_metadata="'{}'",
        stripe_prices="'[]'",
    )
    yield Insert("plan", PLANS, columns)
    common = {
        "plan_id": make_id("plan", f"i % {PLANS} + 1"),
        "status": "'active'",
        "source": "'manual'",
        "external_id": "'sub_' || i",
        "started_at": THEN,
    }
    of_organization = record("sub", organization_id=make_id("org"), **common)
    yield Insert("plan_subscription", ORGANIZATIONS, of_organization)
    of_user = {**record("sub", user_id=make_id("user"), **common), "id": make_id("subu")}
    yield Insert("plan_subscription", SUBSCRIBERS, of_user)
    received_at = choose("i % 100 = 0", CREATED, FUTURE)
    yield Insert("stripe_event", SUBSCRIBERS, {"id": "'evt_' || i", "received_at": received_at})


def insert_api_keys(acme: Acme) -> Iterator[Insert]:
    columns = record(
        "apik",
        organization_id=choose_organization(acme, f"i <= {OWN_KEYS}"),
        name="'Key ' || i",
        visible="'ak_' || i",
        digest="'digest'",
        claims="'{}'",
        created_by_id=make_id("user"),
        revoked_at=choose("i % 50 = 0", "NULL", CREATED),
    )
    yield Insert("api_key", API_KEYS, columns)
    permission = "(SELECT id FROM permission WHERE key = 'org:sys_memberships:read')"
    granted = {"api_key_id": make_id("apik"), "permission_id": permission}
    yield Insert("api_key_permission", API_KEYS, granted)


def insert_answers() -> Insert:
    created_at = choose("i % 50 = 0", CREATED, FUTURE)
    columns = {"id": "'answer' || i", "fingerprint": "''", "answer": "''"}
    return Insert("idempotent_answer", ANSWERS, columns | {"created_at": created_at})


def list_inserts(acme: Acme, role_id: str, role_set_id: str) -> list[Insert]:
    """Lists what fills the database, in the order of the foreign keys."""
    return [
        insert_users(),
        insert_organizations(role_set_id),
        insert_images(),
        *insert_memberships(acme, role_id),
        insert_invitations(acme, role_id),
        insert_mails(acme),
        insert_sessions(acme),
        insert_events(acme),
        *insert_deliveries(),
        *insert_domains(acme),
        *insert_plans(),
        *insert_api_keys(acme),
        insert_answers(),
    ]


def write_inserts(acme: Acme, role_id: str, role_set_id: str) -> list[str]:
    """Writes the statements that make Acme the large organization of a large database."""
    return [insert.write() for insert in list_inserts(acme, role_id, role_set_id)]


@dataclass(frozen=True)
class Databases:
    """Makes databases of one kind, around the same Acme: small ones, and a large one."""

    templates: Templates
    make_small: Callable[[], str]
    make_large: Callable[[Sequence[str]], str]


def copy_file(templates: Templates, folder: Path, name: str = "small") -> str:
    shutil.copy(Path(templates.url) / "acme.db", folder / f"{name}.db")
    return f"sqlite+aiosqlite:///{folder / name}.db"


def fill_file(templates: Templates, folder: Path, statements: Sequence[str]) -> str:
    """Makes the large database in a file; it has no statistics, as in production."""
    url = copy_file(templates, folder, "large")
    with closing(sqlite3.connect(folder / "large.db")) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(";".join(["BEGIN", *statements, "COMMIT"]))
    return url


def fill_postgresql(templates: Templates, statements: Sequence[str]) -> str:
    async def fill() -> None:
        await administer(templates.url, "CREATE DATABASE large TEMPLATE acme")
        async with connected(templates.url, "large") as connection:
            for statement in [*statements, "VACUUM ANALYZE"]:
                await connection.execute(statement)

    asyncio.run(fill())
    return templates.url.format("large")
