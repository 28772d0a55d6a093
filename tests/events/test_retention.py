"""The log is kept for a while, and says so to who comes too late (docs/rules.md, Retention)."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update
from sqlmodel import col
from structlog.testing import capture_logs

from models.base import new_id
from models.events import Event
from models.mail import Mail, MailStatus
from resolvers.events import retention
from resolvers.events.retention import delete_old_events
from server.delivery.cleanup import make_cleanup
from tests.conftest import settings
from tests.support.api import SERVICE, Api, contents, events
from tests.support.data.factories import Acme
from tests.support.data.invitations import accept
from tests.support.data.sessions import a_session
from tests.support.servers.smtp import cleanup, invited
from tests.support.servers.webhook_receiver import many_events

LIST = "query($after: String) { events(first: 100, after: $after) { nodes { cursor } } }"


async def change(api: Api, acme: Acme, *roles: str) -> list[int]:
    """Writes an event each; their cursors."""
    who = {"organizationId": acme.id, "userId": acme.member.id}
    answers = [
        await api.mutate("updateMembership", {**who, "role": role}, by=SERVICE) for role in roles
    ]
    return [int(answer.payload["cursor"]) for answer in answers]


@pytest.mark.both_databases
@pytest.mark.parametrize("batch", [2, 2_000])
async def test_what_is_older_goes_and_the_rest_stays(
    api: Api, acme: Acme, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", batch)
    old = len(await events(api.store))
    api.clock.forward(days=30)
    kept = await change(api, acme, "org:admin", "org:member")
    api.clock.forward(seconds=1)

    assert await delete_old_events(api.store, api.clock() - timedelta(days=30)) == old
    assert [one["cursor"] for one in await events(api.store)] == kept
    assert await delete_old_events(api.store, api.clock() - timedelta(days=30)) == 0


async def test_the_newest_event_always_stays(api: Api, acme: Acme) -> None:
    newest = (await events(api.store))[-1]["cursor"]
    api.clock.forward(days=400)

    await delete_old_events(api.store, api.clock())

    assert [one["cursor"] for one in await events(api.store)] == [newest]
    assert (await api.run("{ cursor }", by=SERVICE)).data == {"cursor": str(newest)}
    assert await change(api, acme, "org:admin") == [newest + 1]


async def test_who_comes_too_late_is_told_so(api: Api, acme: Acme) -> None:
    first, second = await change(api, acme, "org:admin", "org:member")
    api.clock.forward(days=31)
    third, fourth = await change(api, acme, "org:admin", "org:member")

    await cleanup(api.store, api.clock).clean_up()

    late = [await api.run(LIST, {"after": str(cursor)}, by=SERVICE) for cursor in (0, first)]
    assert [answer.code for answer in late] == ["CURSOR_EXPIRED"] * 2
    for cursor, expected in ((second, [third, fourth]), (third, [fourth]), (fourth, [])):
        answer = await api.run(LIST, {"after": str(cursor)}, by=SERVICE)
        assert [int(one["cursor"]) for one in answer.data["events"]["nodes"]] == expected


async def test_the_setting_says_how_long(api: Api) -> None:
    standard = make_cleanup(settings(), api.server)
    shorter = make_cleanup(settings(event_retention_days=7), api.server)

    assert standard.event_retention == timedelta(days=30)
    assert shorter.event_retention == timedelta(days=7)


async def forget(api: Api) -> int:
    return await delete_old_events(api.store, api.clock() - timedelta(days=30))


async def cursors(api: Api) -> list[int]:
    return [one["cursor"] for one in await events(api.store)]


@pytest.mark.both_databases
@pytest.mark.parametrize("batch", [2, 2_000])
@pytest.mark.parametrize("ahead", [1, 7])
async def test_events_written_while_the_clock_was_ahead_keep_nothing(
    api: Api, acme: Acme, batch: int, ahead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", batch)
    api.clock.forward(days=365)
    await many_events(api, ahead)
    api.clock.forward(days=-365)
    await many_events(api, 6)
    old = await cursors(api)
    api.clock.forward(days=20)
    kept = await change(api, acme, "org:admin", "org:member")

    assert await forget(api) == 0
    api.clock.forward(days=10, seconds=1)
    assert await forget(api) == len(old)
    assert await cursors(api) == kept


async def test_an_event_from_the_future_that_is_the_oldest_is_forgotten_with_those_after_it(
    api: Api, acme: Acme
) -> None:
    api.clock.forward(days=1)
    future, *kept = await change(api, acme, "org:admin", "org:member", "org:admin")
    async with api.store.write() as session:
        id = new_id(Event.prefix, api.clock() + timedelta(days=365))
        await session.execute(update(Event).where(col(Event.cursor) == future).values(id=id))
        await session.execute(delete(Event).where(col(Event.cursor) < future))

    api.clock.forward(days=30, seconds=1)

    assert await forget(api) == 2
    assert await cursors(api) == kept[1:]


async def test_events_written_while_the_clock_was_behind_take_no_newer_ones_along(
    api: Api, acme: Acme
) -> None:
    old = await cursors(api)
    api.clock.forward(days=29)
    new = await change(api, acme, "org:admin", "org:member")
    api.clock.forward(days=-10_000)
    await many_events(api, 3)
    new += (await cursors(api))[-3:]
    api.clock.forward(days=10_001, seconds=1)
    new += await change(api, acme, "org:admin")

    assert await forget(api) == len(old)
    assert await cursors(api) == new


async def test_a_clock_that_leaps_ahead_for_one_sweep_destroys_nothing(
    api: Api, acme: Acme
) -> None:
    await invited(api, acme, "new@example.com")
    assert (await api.send("create-session", by=acme.member)).payload
    worker = cleanup(api.store, api.clock)
    before = await contents(api.store)

    for one in (worker, cleanup(api.store, api.clock)):
        with capture_logs() as logs:
            for days in (0, 400, -400):
                api.clock.forward(days=days)
                await one.clean_up()
        assert [entry["event"] for entry in logs] == ["clock jumped ahead"]
    assert await contents(api.store) == before


async def test_a_clock_that_stays_ahead_is_believed_after_an_hour(api: Api, acme: Acme) -> None:
    await invited(api, acme, "new@example.com")
    worker = cleanup(api.store, api.clock)
    await worker.clean_up()
    api.clock.forward(days=400)
    await change(api, acme, "org:admin")
    before = await cursors(api)

    for minutes, expected in ((0, before), (59, before), (1, [before[-1], before[-1] + 1])):
        api.clock.forward(minutes=minutes)
        await worker.clean_up()
        assert await cursors(api) == expected


async def holding(api: Api, *texts: str) -> set[str]:
    """The tables that hold one of the texts anywhere."""
    return {
        name
        for name, rows in (await contents(api.store)).items()
        if any(text in str(row).lower() for row in rows for text in texts)
    }


async def test_what_is_left_of_a_deleted_user(api: Api, acme: Acme) -> None:
    """The table of SECURITY.md: what stays of a person, where, and for how long."""
    worker = make_cleanup(settings(), api.server)
    person = await api.person("hopper@example.org", family_name="Hopper")
    invitation, _ = await invited(api, acme, "hopper@example.org", "other@example.com")
    accepted = await accept(api, by=person, invitationId=invitation["id"])
    await a_session(api, by=person)
    texts = ("hopper", person.id)
    everything = await holding(api, *texts)

    assert accepted.payload
    assert (await api.mutate("deleteUser", {"userId": person.id}, by=SERVICE)).payload
    at_once = await holding(api, *texts)
    api.clock.forward(days=30)
    await change(api, acme, "org:admin")
    api.clock.forward(seconds=1)
    await worker.clean_up()
    later = await holding(api, *texts)
    await api.mutate("deleteOrganization", {"organizationId": acme.id}, by=SERVICE)
    async with api.store.write() as session:
        await session.execute(update(Mail).values(status=MailStatus.SENT.value))
    for name in ("someone", "another"):
        api.clock.forward(days=16)
        await api.person(f"{name}@example.com")
        await worker.clean_up()

    assert everything == {"user", "membership", "session", "invitation", "mail", "event"}
    assert at_once == {"invitation", "mail", "event"}
    assert later == {"invitation", "mail"}
    assert await holding(api, *texts) == set()
