"""Every statement finds its rows by an index, in a database with 100,000 members."""

import asyncio
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from models.database.tables import metadata
from tests.conftest import DATABASES, Templates
from tests.support.api import Api
from tests.support.data.large_database import (
    Databases,
    copy_file,
    fill_file,
    fill_postgresql,
    write_inserts,
)
from tests.support.data.rows import ids_by_key
from tests.support.database.database_refill import Content, Refill, administer
from tests.support.database.plans import SORT, Recorded, Statement, Step, find_steps
from tests.support.database.recorded_statements import opened, record_changes, record_reads

# Tables with few rows, which are read as a whole, whatever index there is.
SMALL = frozenset(
    {
        "deleted_role",
        "instance",
        "permission",
        "role",
        "role_permission",
        "role_set",
        "role_set_role",
        "secret_key",
        "signing_key",
        "ticket_key",
        "webhook_endpoint",
        *("feature", "plan", "plan_feature"),
    }
)
LARGE = frozenset(metadata.tables) - SMALL


@dataclass(frozen=True)
class Accepted:
    """Statements with this text can read these tables as a whole, or sort, for a reason."""

    reason: str
    text: str
    tables: frozenset[str]


def accept(reason: str, text: str, *tables: str) -> Accepted:
    return Accepted(reason, text, frozenset(tables or [SORT]))


ACCEPTED = [
    accept(
        "These are all members with a role.",
        r"IN \(.*\) GROUP BY membership\.role_id",
        "membership",
    ),
    accept(
        "A search for a part of a text reads all texts.",
        r"search_text LIKE",
        *("organization", "user", "membership", "invitation", SORT),
    ),
    accept(
        "There is no index for names, which are sorted without regard to case.",
        r"lower\(coalesce\(",
        *("organization", "user", "membership", SORT),
    ),
    accept(
        "Sorting organizations by the number of members counts all members.",
        r"AS sort_key FROM organization",
        *("organization", "membership", SORT),
    ),
    accept(
        "A count of everything reads an index.",
        r"count\(\*\) AS \w+ FROM (organization|user|organization_domain|plan_subscription)$",
        *("organization", "user", "organization_domain", "plan_subscription"),
    ),
    accept(
        "A page in the order of the primary key ends when it is full.",
        r"FROM (organization|user|event|organization_domain|plan_subscription)"
        r" ORDER BY \w+\.(id|cursor)( ASC| DESC)? LIMIT",
        *("organization", "user", "event", "organization_domain", "plan_subscription"),
    ),
    accept(
        "A user creates few API keys.",
        r"FROM api_key WHERE api_key\.created_by_id = .* ORDER BY api_key\.id$",
    ),
    accept(
        "Most organizations have the same role set.",
        r"organization\.role_set_id = ",
        *("organization", "membership", "invitation", SORT),
    ),
    accept(
        "All deliveries of all endpoints are counted.",
        r"webhook_delivery\.endpoint_id IN .* GROUP BY",
        "webhook_delivery",
    ),
    accept(
        "Only `tenantry doctor` asks, while something waits.",
        r"updated_at >= ",
        "mail",
        "webhook_delivery",
    ),
    accept(
        "Most domains of the instance are verified, and a part of a name can be anywhere.",
        r"FROM organization_domain WHERE \(*organization_domain\.(verified IS (1|true)( ORDER|$)|name LIKE)",
        *("organization_domain", SORT),
    ),
    accept(
        "These are the domains with some names.",
        r"organization_domain\.name IN .* ORDER BY organization_domain\.id",
    ),
    accept(
        "These are the pending invitations of domains.",
        r"GROUP BY invitation\.organization_id, invitation\.domain",
    ),
    accept(
        "Only secret keys list the subscriptions of the instance with a status.",
        r"FROM plan_subscription WHERE plan_subscription\.status IN",
        *("plan_subscription", SORT),
    ),
    accept(
        "These are the subscriptions to a plan, or those that Stripe has under one ID.",
        r"plan_subscription\.(plan_id IN|external_id =) .* ORDER BY plan_subscription\.id",
    ),
    accept("These are the permissions of roles.", r"GROUP BY role_permission\.role_id"),
    accept("These are the events of a page.", r"AS listed ON .* ORDER BY listed\.cursor"),
    accept(
        "These are the rows of a page for each parent.",
        r" AS owner ON \w+\.id IN \(SELECT .* ORDER BY",
    ),
    accept(
        "These are the invitations of one address.",
        r"invitation\.address_key = .* ORDER BY invitation\.expires_at",
    ),
    accept("These are the emails of an hour.", r"FROM mail WHERE .* ORDER BY mail\.created_at"),
    accept("These are the open sessions of a user.", r"ORDER BY session\.last_active_at"),
    accept(
        "These are the pending invitations of an organization.",
        r"invitation\.status = .* ORDER BY invitation\.id",
    ),
    accept(
        "These are the users with an address or a subject.",
        r"user\.(address_key|external_id) IN .* ORDER BY user\.id",
    ),
    accept(
        "These are the members whose role is replaced.",
        r"membership\.role_id IN .* ORDER BY membership\.id LIMIT",
    ),
    accept(
        "These are the organizations that users share.",
        r"FROM membership AS membership_1 JOIN membership",
    ),
    accept(
        "These are the deliveries that are due at the same moment.",
        r"ORDER BY webhook_delivery\.next_attempt_at",
    ),
]


@pytest.fixture(params=DATABASES)
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Databases]:
    templates: Templates = request.getfixturevalue(f"{request.param}_templates")
    if request.param == "sqlite":
        copy, fill = (
            partial(copy_file, templates, tmp_path),
            partial(fill_file, templates, tmp_path),
        )
        yield Databases(templates, copy, fill)
        return
    contents: dict[str, Content] = request.getfixturevalue("postgresql_contents")
    refill: Refill = request.getfixturevalue("postgresql_refill")

    def make_small() -> str:
        refill(contents["acme"], "acme")
        return templates.url.format("test")

    yield Databases(templates, make_small, partial(fill_postgresql, templates))
    asyncio.run(administer(templates.url, "DROP DATABASE IF EXISTS large WITH (FORCE)"))


async def find_keys(url: str, templates: Templates) -> tuple[str, str]:
    async with opened(url, templates) as api:
        roles, sets = await ids_by_key(api.store, "role"), await ids_by_key(api.store, "role_set")
        return roles["org:member"], sets["role_set:primary"]


async def explain(api: Api, statements: Iterable[Statement]) -> list[Step]:
    """Finds what reads a large table as a whole, or sorts its rows, and isn't accepted."""
    async with api.store.writers.connect() as connection:
        steps = [step for one in statements for step in await find_steps(connection, one)]
    return [step for step in steps if is_large(step) and not is_accepted(step)]


def is_large(step: Step) -> bool:
    if step.table == SORT:
        return any(re.search(rf"\b{table}\b", step.statement) for table in LARGE)
    return step.table in LARGE


def is_accepted(step: Step) -> bool:
    return any(step.table in one.tables and re.search(one.text, step.statement) for one in ACCEPTED)


@pytest.mark.slow
def test_every_statement_uses_an_index(databases: Databases) -> None:
    recorded: Recorded = {}
    record_changes(databases, recorded)
    templates = databases.templates
    keys = asyncio.run(find_keys(databases.make_small(), templates))
    url = databases.make_large(write_inserts(templates.acme, *keys))

    async def read() -> list[Step]:
        async with opened(url, templates) as api:
            await record_reads(api, templates.acme, recorded)
            statements = [one for found in recorded.values() for one in found]
            unknown = Statement("SELECT id FROM membership WHERE updated_at < created_at", ())
            assert [step.table for step in await explain(api, [unknown])] == ["membership"]
            return await explain(api, statements)

    steps = asyncio.run(read())

    assert len(recorded) > 200
    assert {(step.table, step.detail, step.statement) for step in steps} == set()
