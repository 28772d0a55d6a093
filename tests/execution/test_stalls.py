"""The costliest documents that the limits allow don't hold the event loop for long."""

import asyncio
import gc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from time import thread_time

import pytest

from server.cli.runtime.runner import collect_rarely
from tests.support.api import SERVICE, Api
from tests.support.data.rows import a_membership, a_user, an_organization, ids_by_key, write

# The aim is 100 ms. Tests share their machine with others, so a document that takes longer is tried
# again, and its shortest time counts.
LONGEST_STALL_MS = 120
TRIES = 4
WIDTH = 100

# Documents with two page sizes.
FAMILIES = {
    "memberships of users": "{ users(first: %d) { nodes { memberships(first: %d) { nodes {"
    " organization { name } role { key } } } } } }",
    "edges": "{ users(first: %d) { edges { cursor node { memberships(first: %d) { edges {"
    " cursor node { id organization { name } role { key } } } } } } } }",
    "members of organizations": "{ organizations(first: %d) { nodes { memberships(first: %d) {"
    " nodes { id createdAt publicMetadata user { id identifier createdAt } } } } } }",
    "permissions": "{ organizations(first: %d) { nodes { memberships(first: %d) { nodes {"
    " permissions } } } } }",
    "single awaitables": "{ users(first: %d) { nodes { memberships(first: %d) { nodes {"
    " organization { missingMemberWithElevatedPermissions } } } } } }",
    "failing entries": "{ users(first: %d) { nodes { memberships(first: %d) { nodes {"
    ' organization { memberships(first: 1, after: "none") { totalCount } } } } } } }',
    "fragments": "{ users(first: %d) { nodes { ...A } } }"
    " fragment A on User { a: id b: id memberships(first: %d) { nodes { ...B } } }"
    " fragment B on Membership { a: id b: id c: id role { ...C } organization { a: id b: name } }"
    " fragment C on Role { a: key b: name c: description }",
}
# The first of these that the limits allow is the costliest.
SIZES = [(100, 100), (100, 50), (20, 100)]


class Heartbeat:
    """How much processor time the event loop took for one round at most."""

    longest: float = 0

    async def beat(self) -> None:
        last = thread_time()
        while True:
            await asyncio.sleep(0)
            now = thread_time()
            self.longest, last = max(self.longest, now - last), now


@asynccontextmanager
async def heartbeat() -> AsyncGenerator[Heartbeat]:
    heart = Heartbeat()
    gc.collect()
    thresholds = gc.get_threshold()
    collect_rarely()
    beating = asyncio.create_task(heart.beat())
    await asyncio.sleep(0)
    yield heart
    beating.cancel()
    gc.set_threshold(*thresholds)
    gc.unfreeze()


async def fill(api: Api) -> None:
    """As many users as organizations, and all of them are members of all."""
    roles, role_sets = await ids_by_key(api.store, "role"), await ids_by_key(api.store, "role_set")
    users = [a_user(f"{number}@example.com", "Ada", "L") for number in range(WIDTH)]
    organizations = [
        an_organization(f"Org {number}", role_sets["role_set:primary"]) for number in range(WIDTH)
    ]
    await write(api.store, user=users, organization=organizations)
    memberships = [
        a_membership(organization["id"], user["id"], roles["org:member"])
        for organization in organizations
        for user in users
    ]
    await write(api.store, membership=memberships)


async def measure(api: Api, document: str) -> tuple[float, bool]:
    """The longest stall in milliseconds of processor time, and whether the document was within the limits."""
    async with heartbeat() as heart:
        response = await api.client.post(
            "/graphql",
            json={"query": document},
            headers={"authorization": SERVICE.authorization or ""},
        )
    return heart.longest * 1_000, "LIMIT_EXCEEDED" not in response.text


@pytest.mark.slow
async def test_no_document_stalls_the_server(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    await fill(api)
    worst: list[tuple[float, str]] = []
    for family, document in FAMILIES.items():
        for sizes in SIZES:
            stall, is_allowed = await measure(api, document % sizes)
            for _ in range(1, TRIES):
                if stall > LONGEST_STALL_MS:
                    stall = min(stall, (await measure(api, document % sizes))[0])
            if is_allowed:
                worst.append((stall, f"{family} {sizes[0]} × {sizes[1]}"))
                break

    worst.sort(reverse=True)
    with capsys.disabled():
        for stall, name in worst[:5]:
            print(f"{stall:6.1f} ms  {name}")  # noqa: T201
    assert len(worst) == len(FAMILIES)
    assert worst[0][0] < LONGEST_STALL_MS, worst[0]
