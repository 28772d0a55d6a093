"""The example that mirrors the memberships, as a customer runs it, whatever is killed meanwhile."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from random import Random, SystemRandom

import pytest
from gql.transport.exceptions import TransportError
from sqlalchemy import delete, update

from examples.mirror import Mirror
from models.database.store import Store
from models.database.tables import metadata
from models.instance import Instance
from tests.support.api import SECRET_KEY, Api
from tests.support.data.factories import Acme, a_member
from tests.support.data.rows import a_membership, a_user, an_organization, ids_by_key, write
from tests.support.processes.commands import listening
from tests.support.processes.mirror import (
    Crew,
    Killable,
    a_crew,
    a_mirror,
    a_server,
    applied,
    audited,
    load_expected_cursors,
    load_memberships,
    ready,
    snapshots,
    stored,
)
from tests.support.servers.smtp import until

CATCH_UP_SECONDS = 90.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return audited(tmp_path / "mirror.db")


@asynccontextmanager
async def mirroring(path: Path, url: str, key: str = SECRET_KEY) -> AsyncGenerator[None]:
    mirror = Mirror(str(path), url=url, key=key)
    keeping = asyncio.create_task(mirror.keep())
    try:
        yield
    finally:
        # A connection that is just being closed swallows the first one.
        while not keeping.done():
            keeping.cancel()
            await asyncio.wait([keeping], timeout=0.5)
        mirror.database.close()


async def equal(path: Path, store: Store) -> None:
    """Waits until the mirror holds what the store holds."""

    async def is_equal() -> bool:
        return load_memberships(path) == await stored(store)

    await until(is_equal)


# --------------------------------------------------------------------------------------- one by one


async def test_a_mirror_holds_what_was_there_on_all_pages_and_what_happens_then(
    api: Api, acme: Acme, path: Path
) -> None:
    role_id = (await ids_by_key(api.store, "role"))["org:member"]
    role_set_id = (await ids_by_key(api.store, "role_set"))["role_set:primary"]
    organizations = [an_organization(f"Company {number}", role_set_id) for number in range(45)]
    users = [a_user(f"u{number}@example.com") for number in range(230)]
    memberships = [a_membership(acme.id, user["id"], role_id) for user in users]
    memberships += [
        a_membership(organization["id"], users[0]["id"], role_id) for organization in organizations
    ]
    await write(api.store, user=users, organization=organizations, membership=memberships)

    async with listening(api.app) as port, mirroring(path, f"http://127.0.0.1:{port}"):
        await equal(path, api.store)
        assert len(load_memberships(path)) == len(memberships) + 2
        await a_member(api, acme.id, acme.outsider, "org:admin")
        await api.send(
            "remove-member", by=acme.admin, organizationId=acme.id, userId=acme.member.id
        )
        await equal(path, api.store)

    assert len(snapshots(path)) == 1
    assert applied(path) == await load_expected_cursors(api.store, after=snapshots(path)[0])


@pytest.mark.parametrize("is_expired", [False, True])
async def test_a_mirror_goes_on_from_its_cursor_or_takes_a_new_snapshot_when_that_has_expired(
    api: Api, acme: Acme, path: Path, is_expired: bool
) -> None:
    event = metadata.tables["event"]
    async with listening(api.app) as port:
        async with mirroring(path, f"http://127.0.0.1:{port}"):
            await equal(path, api.store)
        await a_member(api, acme.id, acme.outsider)
        await api.send(
            "remove-member", by=acme.admin, organizationId=acme.id, userId=acme.member.id
        )
        if is_expired:
            async with api.store.write() as session:
                expired = snapshots(path)[0] + 1
                await session.execute(delete(event).where(event.c.cursor <= expired))
                await session.execute(update(Instance).values(forgotten_cursor=expired))

        async with mirroring(path, f"http://127.0.0.1:{port}"):
            await equal(path, api.store)

    assert len(load_memberships(path)) == 2
    assert (len(snapshots(path)), len(applied(path))) == ((2, 0) if is_expired else (1, 2))


@pytest.mark.parametrize("is_new", [False, True])
async def test_a_key_that_is_refused_ends_the_mirror_and_changes_nothing(
    api: Api, acme: Acme, path: Path, is_new: bool
) -> None:
    async with listening(api.app) as port:
        url = f"http://127.0.0.1:{port}"
        if not is_new:
            async with mirroring(path, url):
                await equal(path, api.store)
        before = load_memberships(path)
        mirror = Mirror(str(path), url=url, key=f"{SECRET_KEY}x")

        with pytest.raises(TransportError):
            await asyncio.wait_for(mirror.keep(), 5)
        mirror.database.close()

    assert load_memberships(path) == before
    assert len(snapshots(path)) == (0 if is_new else 1)


# -------------------------------------------------------------------------------------- all at once


@contextmanager
def noted(seed: int) -> Generator[None]:
    try:
        yield
    except BaseException as error:
        error.add_note(f"The seed was {seed}.")
        raise


async def kill_mirror(mirror: Killable, path: Path, times: int, random: Random) -> None:
    """Kills it when it has applied some more events: at once, while it starts, or later."""
    for _ in range(times):
        before, more = len(applied(path)), random.choice([0, 1, 5, 20, 40])
        await until(lambda: len(applied(path)) >= before + more, CATCH_UP_SECONDS)  # noqa: B023
        await asyncio.to_thread(mirror.kill)


async def kill_servers(
    servers: dict[str, Killable], crew: Crew, times: int, random: Random
) -> None:
    """In turn, each one again only when it is back, and after some more changes."""
    for number in range(times):
        url = list(servers)[number % len(servers)]
        await ready(url)
        later = crew.changes + random.randint(10, 150)
        await until(lambda: crew.changes >= later, CATCH_UP_SECONDS)  # noqa: B023
        await asyncio.to_thread(servers[url].kill)


FEW, MANY = (200, 4, 2, 1), (1_000, 8, 8, 3)


# On SQLite, one process writes at a time, so the order of the log has less to go wrong.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("database_url", "changes", "writers", "mirror_kills", "server_kills"),
    [
        pytest.param("sqlite", *FEW, id="some-sqlite"),
        pytest.param("postgresql", *MANY, id="all-postgresql"),
    ],
    indirect=["database_url"],
)
async def test_a_mirror_misses_nothing_and_gets_nothing_twice_whatever_is_killed(
    store: Store,
    path: Path,
    tmp_path: Path,
    changes: int,
    writers: int,
    mirror_kills: int,
    server_kills: int,
) -> None:
    seed = SystemRandom().getrandbits(32)
    random = Random(seed)
    with noted(seed), ExitStack() as stack:
        servers = dict(a_server(stack, tmp_path, store) for _ in range(1 if store.is_sqlite else 2))
        for url in servers:
            await ready(url)
        async with a_crew(list(servers), random) as crew:
            mirror = a_mirror(stack, path, lambda: random.choice(list(servers)))
            killing = [
                asyncio.create_task(kill_mirror(mirror, path, mirror_kills, random)),
                asyncio.create_task(kill_servers(servers, crew, server_kills, random)),
            ]

            def goes_on() -> bool:
                return crew.changes < changes or not all(task.done() for task in killing)

            # What happens before the snapshot is never applied.
            await until(lambda: bool(snapshots(path)), CATCH_UP_SECONDS)
            await asyncio.gather(*killing, *(crew.write(goes_on) for _ in range(writers)))
        last = (await load_expected_cursors(store, after=0))[-1]
        await until(
            lambda: applied(path)[-1:] == [last] or not mirror.is_running(), CATCH_UP_SECONDS
        )
        is_running = mirror.is_running()

    (first,) = snapshots(path)
    assert is_running, path.with_suffix(".log").read_text()
    assert load_memberships(path) == await stored(store)
    assert applied(path) == await load_expected_cursors(store, after=first)
    assert len(applied(path)) > changes / 2
