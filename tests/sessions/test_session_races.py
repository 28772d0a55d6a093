"""Sessions under concurrency: with who removes the membership, and with each other."""

import asyncio
from datetime import timedelta

import pytest

from models.base import new_id
from models.sessions import LIVE_SESSIONS
from tests.support.api import SERVICE, Answer, Api, contents
from tests.support.data.factories import Acme, a_member, an_organization
from tests.support.data.rows import Row, write
from tests.support.data.sessions import a_session, choose, end, mint, open_session, revoke, session

pytestmark = pytest.mark.both_databases

ROUNDS = 8


def refusal(answer: Answer) -> str | None:
    return answer.code if "errors" in answer.body else None


async def live(api: Api, user_id: str) -> int:
    document = "query($id: ID!) { user(id: $id) { sessions { totalCount } } }"
    return (await api.run(document, {"id": user_id}, by=SERVICE)).data["user"]["sessions"][
        "totalCount"
    ]


async def test_who_is_removed_while_choosing_is_nowhere_afterwards(api: Api, acme: Acme) -> None:
    elsewhere = await an_organization(api, by=acme.member, name="Elsewhere")
    session_id = await a_session(api, by=acme.member, organizationId=elsewhere)
    removed = {"organizationId": acme.id, "userId": acme.member.id}

    for _ in range(ROUNDS):
        _, chosen, opened, _ = await asyncio.gather(
            api.mutate("removeMembership", removed, by=acme.admin),
            choose(api, session_id, by=acme.member, organizationId=acme.id),
            open_session(api, by=acme.member, organizationId=acme.id),
            mint(api, session_id, by=acme.member, organizationId=elsewhere),
        )

        assert {refusal(chosen), refusal(opened)} <= {None, "NOT_FOUND"}
        left = None if refusal(chosen) is None else {"id": elsewhere}
        assert (await session(api, session_id))["lastActiveOrganization"] == left
        if refusal(opened) is None:
            assert (await session(api, opened.payload["session"]["id"]))["status"] == "PENDING"
        await a_member(api, acme.id, acme.member)
        assert (await choose(api, session_id, by=acme.member, organizationId=elsewhere)).payload


async def test_many_sessions_opened_at_once_stay_in_the_bound(api: Api, acme: Acme) -> None:
    now = api.clock()
    rows: list[Row] = []
    for number in range(LIVE_SESSIONS - 1):
        moment = now - timedelta(seconds=LIVE_SESSIONS - number)
        times = {"created_at": moment, "updated_at": moment, "last_active_at": moment}
        rows.append(
            {
                "id": new_id("sess", moment),
                "user_id": acme.admin.id,
                "expires_at": now + timedelta(days=1),
            }
            | times
        )
    await write(api.store, session=rows)

    answers = await asyncio.gather(*(open_session(api, by=acme.admin) for _ in range(5)))

    assert all(answer.payload for answer in answers)
    assert await live(api, acme.admin.id) == LIVE_SESSIONS


async def test_a_session_is_closed_once(api: Api, acme: Acme) -> None:
    session_id = await a_session(api, by=acme.admin, organizationId=acme.id)

    answers = await asyncio.gather(
        *(end(api, session_id, by=acme.admin) for _ in range(3)),
        *(revoke(api, session_id) for _ in range(3)),
    )

    assert len({answer.payload["session"]["status"] for answer in answers}) == 1
    assert [answer.payload["cursor"] is None for answer in answers].count(False) == 1
    log = (await contents(api.store))["event"]
    assert sum("session.ended" in row or "session.revoked" in row for row in log) == 1
