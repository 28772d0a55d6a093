"""The log is kept for a while, and says so to who comes too late (DESIGN 9)."""

from datetime import timedelta

import pytest

from resolvers import retention
from resolvers.retention import forget_events
from server.delivery import delivery as of_settings
from tests.api import SERVICE, Api, events
from tests.conftest import settings
from tests.factories import Acme
from tests.mailing import delivery

LIST = "query($after: String) { events(first: 100, after: $after) { nodes { cursor } } }"


async def change(api: Api, acme: Acme, *roles: str) -> list[int]:
    """Writes an event each; their cursors."""
    who = {"organizationId": acme.id, "userId": acme.member.id}
    answers = [await api.mutate("updateMembership", {**who, "role": role}, by=SERVICE) for role in roles]
    return [int(answer.payload["cursor"]) for answer in answers]


@pytest.mark.parametrize("batch", [2, 2_000])
async def test_what_is_older_goes_and_the_rest_stays(
    api: Api, acme: Acme, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", batch)
    old = len(await events(api.store))
    api.clock.forward(days=30)
    kept = await change(api, acme, "org:admin", "org:member")
    api.clock.forward(seconds=1)

    assert await forget_events(api.store, api.clock() - timedelta(days=30)) == old
    assert [one["cursor"] for one in await events(api.store)] == kept
    assert await forget_events(api.store, api.clock() - timedelta(days=30)) == 0


async def test_the_newest_event_always_stays(api: Api, acme: Acme) -> None:
    newest = (await events(api.store))[-1]["cursor"]
    api.clock.forward(days=400)

    await forget_events(api.store, api.clock())

    assert [one["cursor"] for one in await events(api.store)] == [newest]
    assert (await api.run("{ cursor }", by=SERVICE)).data == {"cursor": str(newest)}
    assert await change(api, acme, "org:admin") == [newest + 1]


async def test_who_comes_too_late_is_told_so(api: Api, acme: Acme) -> None:
    first, second = await change(api, acme, "org:admin", "org:member")
    api.clock.forward(days=31)
    third, fourth = await change(api, acme, "org:admin", "org:member")

    await delivery(api.store, api.clock, "smtp://127.0.0.1:1").sweep()

    late = [await api.run(LIST, {"after": str(cursor)}, by=SERVICE) for cursor in (0, first)]
    assert [answer.code for answer in late] == ["CURSOR_EXPIRED"] * 2
    for cursor, expected in ((second, [third, fourth]), (third, [fourth]), (fourth, [])):
        answer = await api.run(LIST, {"after": str(cursor)}, by=SERVICE)
        assert [int(one["cursor"]) for one in answer.data["events"]["nodes"]] == expected


async def test_the_setting_says_how_long(api: Api) -> None:
    assert of_settings(settings(), api.store, api.clock).events_kept == timedelta(days=30)
    assert of_settings(settings(event_retention_days=7), api.store, api.clock).events_kept == timedelta(days=7)
