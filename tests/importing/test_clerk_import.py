"""An import from Clerk: everything comes over, once, and what breaks a rule is told."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from models.database.migrations import migrate
from models.database.store import Store
from resolvers.importing.batch import Batch
from resolvers.importing.records import Kind, Record
from resolvers.importing.report import Outcome
from server.importing import run as run_module
from tests.conftest import counted, make_api
from tests.importing.support import Importer, counts, imported
from tests.support.api import SERVICE, contents, events
from tests.support.data.clerk_export import (
    write_company,
)
from tests.support.http import ONLY_SQLITE

COMPANY = """query($id: String!) { organization(by: { externalId: $id }) {
  name slug publicMetadata privateMetadata maxAllowedMemberships createdAt createdBy { externalId }
  members: memberships(first: 50, orderBy: { field: CREATED_AT, direction: ASC }) {
    nodes { role { key } publicMetadata createdAt user {
      externalId emailAddress emailVerified firstName publicMetadata privateMetadata } } }
  invitations { nodes { emailAddress status role { key } privateMetadata expiresAt } }
  domains { nodes { name verified enrollmentMode } }
} }"""


async def test_a_company_comes_over_once(importer: Importer) -> None:
    write_company(importer.folder, users=8, organizations=2)

    trial = await importer.run(is_trial=True)
    nothing = await contents(importer.api.store)
    report = await importer.run()

    assert trial.counts == report.counts
    assert not nothing["organization"]
    assert len(nothing["role"]) == 2
    assert not report.refused
    assert counts(report, Outcome.CREATED) == {
        "permissions": 1,
        "roles": 1,
        "users": 8,
        "organizations": 2,
        "memberships": 14,
        "invitations": 2,
        "domains": 2,
    }
    assert report.left["passwords"] == 8
    answer = await importer.api.run(COMPANY, {"id": "org_000001"}, by=SERVICE)
    company = answer.data["organization"]
    members, invitations = company.pop("members")["nodes"], company.pop("invitations")["nodes"]
    assert company == {
        "name": "Company 1",
        "slug": "company-1",
        "publicMetadata": {"tier": 1},
        "privateMetadata": {},
        "maxAllowedMemberships": 0,
        "createdAt": "2024-01-01T00:00:00.001Z",
        "createdBy": {"externalId": "user_000000"},
        "domains": {
            "nodes": [
                {"name": "company1.org", "verified": False, "enrollmentMode": "MANUAL_INVITATION"}
            ]
        },
    }
    assert [one["user"]["externalId"] for one in members] == [
        f"user_{user:06}" for user in (0, 1, 3, 5, 6, 7)
    ]
    assert members[1] == {
        "role": {"key": "org:member"},
        "publicMetadata": {"seat": "A"},
        "createdAt": "2024-01-01T00:00:00.001Z",
        "user": {
            "externalId": "user_000001",
            "emailAddress": "user1@example.com",
            "emailVerified": False,
            "firstName": "Ada",
            "publicMetadata": {"plan": "gold"},
            "privateMetadata": {"crm": 1, "clerk_external_id": "app-1"},
        },
    }
    assert invitations == [
        {
            "emailAddress": "invited1@example.com",
            "status": "PENDING",
            "role": {"key": "org:member"},
            "privateMetadata": {"campaign": 1},
            "expiresAt": invitations[0]["expiresAt"],
        }
    ]

    before = await contents(importer.api.store)
    again = await importer.run()

    assert not counts(again, Outcome.CREATED)
    assert await contents(importer.api.store) == before


async def test_each_object_leaves_an_event_of_the_system(importer: Importer) -> None:
    write_company(importer.folder, users=3, organizations=1)

    await importer.run()

    log = await events(importer.api.store)
    assert [event["type"] for event in log] == [
        "feature.created",
        "permission.created",
        "role.created",
        *["user.created"] * 3,
        "organization.created",
        *["organizationMembership.created"] * 3,
        "organizationInvitation.created",
        "organizationDomain.created",
    ]
    assert {event["actor_type"] for event in log} == {"system"}
    mark = {"source": "clerk", "silent": True}
    assert all(event["changes"] == {"import": mark} for event in log)


@ONLY_SQLITE
async def test_a_batch_takes_the_same_statements_whatever_it_holds(
    importer: Importer, tmp_path: Path
) -> None:
    numbers: list[int] = []
    for users in (6, 60):
        folder = Importer(importer.api, tmp_path / str(users))
        write_company(folder.folder, users=users, organizations=users // 3)
        for page in (folder.folder / "organizations").iterdir():
            page.write_text(page.read_text().replace("company-", f"company-{users}-"))
        with counted(importer.api.store) as statements:
            await folder.run(trusts_verified=False)
        numbers.append(len(statements))
        await importer.api.run("{ __typename }")

    assert numbers[1] <= numbers[0]


class Killed(Exception):
    """Ends an import, as a signal does."""


@ONLY_SQLITE
async def test_an_import_that_is_killed_at_any_batch_goes_on(
    importer: Importer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_company(importer.folder, users=12, organizations=3)
    monkeypatch.setattr(run_module, "BATCH", 5)
    write_batch = run_module.write_batch
    begun, killed_in = list[Kind](), list[Kind]()

    async def kill_in_next_batch(batch: Batch, records: Sequence[Record]) -> None:
        """Lets one more batch be committed than the import before."""
        begun.append(batch.kind)
        await write_batch(batch, records)
        if len(begun) == len(killed_in) + 1:
            raise Killed

    monkeypatch.setattr(run_module, "write_batch", kill_in_next_batch)
    is_complete = False
    while not is_complete:
        begun.clear()
        try:
            await importer.run()
            is_complete = True
        except Killed:
            killed_in.append(begun[-1])

    assert set(killed_in) == set(Kind) - {Kind.ROLE_SETS}
    assert len(killed_in) > len(Kind) + 3
    resumed = await imported(importer.api.store)
    monkeypatch.setattr(run_module, "write_batch", write_batch)
    async with another_instance(importer, tmp_path) as other:
        await other.run()
        assert await imported(other.store) == resumed


@asynccontextmanager
async def another_instance(importer: Importer, folder: Path) -> AsyncGenerator[Importer]:
    """Makes an empty instance that imports the same."""
    store = Store(f"sqlite+aiosqlite:///{folder}/other.db")
    await migrate(store)
    api = make_api(store, importer.api.clock)
    yield Importer(api, importer.folder)
    await api.client.aclose()
    await store.close()
