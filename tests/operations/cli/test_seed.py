"""Demo data of any size: the same for the same numbers, and as good as what people would have made."""

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.base import now, parse_prefix
from models.database.migrations import migrate
from models.database.store import Store
from models.database.tables import metadata
from models.validation.slugs import check_slug
from models.validation.text import check_name
from server.development.extras import make_development_extras
from server.development.issuer import DevelopmentIssuer
from server.development.seed import Seeder, write_demo_data
from server.development.stamp import stamp
from server.settings.settings import Environment
from tests.conftest import server_for, settings
from tests.support.api import Api, Caller, Clock, contents
from tests.support.application import make_application
from tests.support.http import ONLY_SQLITE

TABLES = ("user", "organization", "membership")


async def seeded(store: Store, organizations: int, users: int, sequence: int = 1) -> list[int]:
    """Seeds; the numbers of rows that were reported, one after another."""
    reported: list[int] = []
    await write_demo_data(store, Seeder(organizations, users, sequence), reported.append)
    return reported


async def rows_of(store: Store, table: str) -> list[dict[str, Any]]:
    """The rows, the oldest first."""
    columns = metadata.tables[table]
    async with store.read() as connection:
        found = await connection.execute(select(columns).order_by(columns.c.created_at))
        return found.mappings()


async def role_keys(store: Store) -> dict[str, str]:
    """Roles and role sets by id: every database has ids of its own for them."""
    return {
        row["id"]: row["key"]
        for table in ("role", "role_set")
        for row in await rows_of(store, table)
    }


async def everything(store: Store) -> list[list[object]]:
    keys = await role_keys(store)
    rows = [row for table in TABLES for row in await rows_of(store, table)]
    return [
        [keys.get(value, value) if isinstance(value, str) else value for value in row.values()]
        for row in rows
    ]


async def test_the_same_numbers_give_the_same_rows(store: Store, tmp_path: Path) -> None:
    other = Store(f"sqlite+aiosqlite:///{tmp_path}/other.db")
    await migrate(other)
    random.seed(1)

    await seeded(store, 30, 400)
    random.seed(2)
    await seeded(other, 30, 400)

    rows = await everything(store)
    assert rows == await everything(other)
    assert len(rows) > 400 + 30 + 400
    await other.close()


@pytest.mark.parametrize(
    ("organizations", "users"), [(30, 400), (1, 5), (50, 3), (0, 4), (4, 0), (0, 0)]
)
async def test_progress_ends_at_the_count_that_was_told_before(
    store: Store, organizations: int, users: int
) -> None:
    told = Seeder(organizations, users, 1).count()

    reported = await seeded(store, organizations, users)

    rows = await contents(store)
    assert sum(reported) == told == sum(len(rows[table]) for table in TABLES)
    assert (len(rows["organization"]), len(rows["user"])) == (organizations, users)


async def test_every_organization_with_members_has_one_admin_and_the_first_half_of_all_people(
    store: Store,
) -> None:
    await seeded(store, 30, 400)

    keys, organizations = await role_keys(store), await rows_of(store, "organization")
    memberships = await rows_of(store, "membership")
    held = Counter((row["organization_id"], keys[row["role_id"]]) for row in memberships)
    assert [held[row["id"], "org:admin"] for row in organizations] == [1] * 30
    assert 200 <= held[organizations[0]["id"], "org:member"] <= 260
    assert {row["user_id"] for row in memberships} == {
        row["id"] for row in await rows_of(store, "user")
    }


async def test_what_is_seeded_is_what_people_could_have_made(store: Store) -> None:
    await seeded(store, 30, 40)

    for organization in await rows_of(store, "organization"):
        assert check_name(organization["name"]) == organization["name"]
        assert check_slug(organization["slug"]) == organization["slug"]
    for table in TABLES:
        ids = [row["id"] for row in await rows_of(store, table)]
        assert ids == sorted(ids)
        assert all(parse_prefix(id) for id in ids)


@ONLY_SQLITE
async def test_seeded_people_sign_in_and_see_their_organizations(
    store: Store, tmp_path: Path
) -> None:
    await stamp(store)
    await seeded(store, 3, 10)
    extra = await make_development_extras(server_for(store, now), tmp_path)
    app = make_application(settings(env=Environment.DEVELOPMENT), store=store, development=extra)
    api = Api(app, store, Clock())
    query = """query($text: String) { viewer { user { identifier emailVerified }
      memberships(query: $text) { totalCount nodes { organization { membersCount } } } } }"""

    first = Caller(f"Bearer {DevelopmentIssuer(tmp_path).token(Seeder(3, 10, 1).email(0))}")
    viewer = (await api.run(query, by=first)).data["viewer"]
    found = (await api.run(query, {"text": "-1"}, by=first)).data["viewer"]["memberships"][
        "totalCount"
    ]

    assert viewer["user"] == {"identifier": "user0.1@example.com", "emailVerified": True}
    assert viewer["memberships"]["totalCount"] >= found >= 1
    assert len((await contents(store))["user"]) == 10
    await api.client.aclose()


async def test_other_sequences_make_other_people(store: Store) -> None:
    await seeded(store, 5, 10, sequence=1)
    await seeded(store, 5, 10, sequence=2)

    assert len((await contents(store))["user"]) == 20


async def test_the_same_again_changes_nothing(store: Store) -> None:
    await seeded(store, 5, 10)
    before = await contents(store)

    with pytest.raises(IntegrityError):
        await seeded(store, 500, 10)

    assert await contents(store) == before
