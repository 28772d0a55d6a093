"""Subscriptions as real clients follow them: the documented
programs, while servers listen, stop and come back.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest

from models.database.store import Store
from tests.conftest import make_api
from tests.support.api import Api, Clock, contents, events
from tests.support.data.factories import Acme
from tests.support.http import ONLY_SQLITE
from tests.support.processes.client_programs import (
    ALL,
    BY_HTTP,
    SOCKETS,
    STREAMS,
    Program,
    listener,
    newest,
    token_of,
)
from tests.support.processes.commands import free_port, listening

pytestmark = pytest.mark.slow

DOWN_SECONDS = 4


async def rename(api: Api, acme: Acme, *names: str) -> list[str]:
    """The cursors of an organization that got these names, one after the other."""
    inputs = [{"organizationId": acme.id, "name": name} for name in names]
    return [
        (await api.mutate("updateOrganization", one, by=acme.admin)).payload["cursor"]
        for one in inputs
    ]


async def remove(api: Api, acme: Acme) -> str:
    input = {"organizationId": acme.id, "userId": acme.member.id}
    return (await api.mutate("removeMembership", input, by=acme.admin)).payload["cursor"]


async def logged_behind(store: Store, after: str) -> Sequence[str]:
    """The cursors of everything behind that one, as the log has them."""
    return [str(row["cursor"]) for row in await events(store) if row["cursor"] > int(after)]


@pytest.mark.sample
@ALL
async def test_a_client_gets_what_it_missed_and_then_what_happens(
    api: Api, acme: Acme, program: Program, tmp_path: Path
) -> None:
    after = await newest(api, by=acme.admin)
    missed = await rename(api, acme, "Missed", "Missed too")
    who = {"token": token_of(acme.admin), "organization": acme.id, "after": after}

    async with listening(api.app) as port, listener(program, tmp_path, port=port, **who) as running:
        replayed = list(await running.hears(2))
        live = await rename(api, acme, "Live", "Live too")
        heard = await running.hears(4)

    assert replayed == missed
    assert heard == [*missed, *live]
    assert heard == await logged_behind(api.store, after)


@ALL
@ONLY_SQLITE
async def test_a_client_whose_token_is_refused_is_told_so_and_hears_nothing(
    api: Api, acme: Acme, program: Program, tmp_path: Path
) -> None:
    after = await newest(api, by=acme.admin)
    await rename(api, acme, "Secret")
    before = await contents(api.store)
    good, bad = token_of(acme.admin), api.token(acme.admin.email, aud="somebody else")
    start = partial(listener, program, tmp_path, organization=acme.id, after=after)

    async with listening(api.app) as port:
        async with start(port=port, token=good) as welcome:
            assert len(await welcome.hears(1)) == 1
        async with start(port=port, token=bad) as refused:
            said = await refused.ends()
        unchanged = await contents(api.store)

    assert refused.cursors == []
    assert (
        "UNAUTHENTICATED" in said if program in BY_HTTP else "4403" in said and "Forbidden" in said
    )
    assert unchanged == before


@ALL
@ONLY_SQLITE
async def test_a_removed_member_s_client_is_told_why_and_hears_no_more(
    api: Api, acme: Acme, program: Program, tmp_path: Path
) -> None:
    after = await newest(api, by=acme.admin)
    start = partial(listener, program, tmp_path, organization=acme.id, after=after)

    async with (
        listening(api.app) as port,
        start(port=port, token=token_of(acme.admin)) as admin,
        start(port=port, token=token_of(acme.member)) as member,
    ):
        heard = [(await rename(api, acme, "Heard"))[0]]
        assert await member.hears(1) == heard
        heard += [await remove(api, acme), *await rename(api, acme, "Unheard")]
        assert await admin.hears(3) == heard
        said = await member.ends()

    assert member.cursors == heard[:1]
    assert "The organization doesn't exist" in said


@SOCKETS
@ONLY_SQLITE
async def test_a_client_comes_back_to_the_next_server_and_misses_nothing(
    api: Api, acme: Acme, clock: Clock, database_url: str, program: Program, tmp_path: Path
) -> None:
    after, port = await newest(api, by=acme.admin), free_port()
    who = {"token": token_of(acme.admin), "organization": acme.id, "after": after}
    store = Store(database_url)
    other = make_api(store, clock)

    async with listener(program, tmp_path, port=port, **who) as running:
        async with listening(api.app, port):
            told = await rename(api, acme, "Before")
            await running.hears(1)
        told += await rename(other, acme, "Meanwhile", "Meanwhile too")
        # In this time the client tries to connect while nothing listens.
        await asyncio.sleep(DOWN_SECONDS)
        async with listening(other.app, port):
            await running.hears(3)
            told += await rename(other, acme, "After")
            heard = await running.hears(4)

    assert heard == told
    await other.client.aclose()


@STREAMS
@ONLY_SQLITE
async def test_a_stream_ends_with_the_server_and_goes_on_behind_its_last_event(
    api: Api, acme: Acme, clock: Clock, database_url: str, program: Program, tmp_path: Path
) -> None:
    start = partial(listener, program, tmp_path, token=token_of(acme.admin), organization=acme.id)
    after, other = await newest(api, by=acme.admin), make_api(Store(database_url), clock)

    async with AsyncExitStack() as stack:
        async with listening(api.app) as port:
            running = await stack.enter_async_context(start(port=port, after=after))
            told = await rename(api, acme, "Before")
            (last,) = await running.hears(1)
        said = await running.ends()
    told += await rename(other, acme, "Meanwhile")
    async with listening(other.app) as port, start(port=port, after=last) as again:
        heard = [last, *await again.hears(1)]

    assert "UNAVAILABLE" in said
    assert "event: complete" in said
    assert heard == told
    await other.client.aclose()
