"""Sessions: opened, moved between organizations, ended, revoked, listed (rules 28 and 29)."""

from typing import Any

import pytest

from models.sessions import LIVE_SESSIONS
from tests.support.api import NOBODY, SERVICE, Api, contents, events
from tests.support.data.factories import Acme, an_organization
from tests.support.data.invitations import again, codes, unchanged
from tests.support.data.sessions import (
    a_session,
    bearer_of,
    choose,
    claims_in,
    end,
    membership_mode,
    mint,
    open_session,
    revoke,
    session,
)

NEVER = "org_01m803rqhgwgafn17w2nqwqyh5"
NO_SESSION = "sess_01m803rqhgwgafn17w2nqwqyh5"


async def kinds(api: Api) -> list[str]:
    return [
        event["type"] for event in await events(api.store) if event["type"].startswith("session.")
    ]


# --------------------------------------------------------------------------------------------- open


async def test_a_session_in_an_organization_is_active(api: Api, acme: Acme) -> None:
    answer = await api.send("create-session", by=acme.admin, organizationId=acme.id)

    opened, claims = answer.payload["session"], claims_in(answer)
    assert (opened["status"], opened["currentTask"]) == ("ACTIVE", None)
    assert (claims["sub"], claims["sid"], claims["sts"]) == (acme.admin.id, opened["id"], "active")
    assert (claims["o"]["id"], claims["o"]["rol"]) == (acme.id, "admin")
    assert claims["exp"] - api.clock().timestamp() == 60
    (event,) = [event for event in await events(api.store) if event["type"] == "session.created"]
    assert event["data"]["last_active_organization_id"] == acme.id
    assert (event["organization_id"], event["user_id"]) == (None, acme.admin.id)
    assert answer.payload["cursor"] == str(event["cursor"])


async def test_a_session_lives_seven_days(api: Api, acme: Acme) -> None:
    session_id = await a_session(api, by=acme.admin, organizationId=acme.id)

    api.clock.forward(days=7, seconds=-1)
    assert (await session(api, session_id))["status"] == "ACTIVE"
    api.clock.forward(seconds=1)
    assert (await session(api, session_id))["status"] == "EXPIRED"


async def test_a_session_without_an_organization_is_pending_where_membership_is_required(
    api: Api, acme: Acme
) -> None:
    answer = await open_session(api, by=acme.admin)

    opened, claims = answer.payload["session"], claims_in(answer)
    assert opened["status"] == "PENDING"
    assert opened["tasks"] == [{"key": "choose-organization"}]
    assert opened["currentTask"] == {"key": "choose-organization"}
    assert opened["lastActiveOrganization"] is None
    assert claims["sts"] == "pending"
    assert "o" not in claims


async def test_a_session_without_an_organization_is_active_where_membership_is_optional(
    api: Api, acme: Acme
) -> None:
    await membership_mode(api, "OPTIONAL")

    answer = await open_session(api, by=acme.admin)

    opened, claims = answer.payload["session"], claims_in(answer)
    assert (opened["status"], opened["tasks"], opened["currentTask"]) == ("ACTIVE", [], None)
    assert claims["sts"] == "active"
    assert "o" not in claims


async def test_the_instance_decides_anew_whether_a_session_is_pending(api: Api, acme: Acme) -> None:
    session_id = await a_session(api, by=acme.admin)

    await membership_mode(api, "OPTIONAL")
    assert (await session(api, session_id))["status"] == "ACTIVE"
    assert claims_in(await mint(api, session_id, by=acme.admin))["sts"] == "active"
    await membership_mode(api, "REQUIRED")
    assert (await session(api, session_id))["status"] == "PENDING"
    assert claims_in(await mint(api, session_id, by=acme.admin))["sts"] == "pending"


@pytest.mark.parametrize("which", ["of others", "never"])
async def test_a_session_begins_only_where_its_user_is_a_member(
    api: Api, acme: Acme, which: str
) -> None:
    organization_id = acme.id if which == "of others" else NEVER

    async with unchanged(api):
        answer = await open_session(api, by=acme.outsider, organizationId=organization_id)

    assert (answer.code, answer.reason) == ("NOT_FOUND", "organization_not_found_or_unauthorized")
    assert (await open_session(api, by=acme.member, organizationId=acme.id)).payload


async def test_of_too_many_sessions_the_one_that_was_idle_longest_is_ended(
    api: Api, acme: Acme
) -> None:
    ids: list[str] = []
    for _ in range(LIVE_SESSIONS):
        ids.append(await a_session(api, by=acme.admin))
        api.clock.forward(seconds=1)
    stranger = await a_session(api, by=acme.member)
    api.clock.forward(minutes=1)
    assert (await mint(api, ids[0], by=acme.admin)).payload

    answer = await open_session(api, by=acme.admin)

    assert answer.payload
    shown = [(await session(api, id))["status"] for id in (ids[0], ids[1], ids[2], stranger)]
    assert shown == ["PENDING", "ENDED", "PENDING", "PENDING"]
    assert await kinds(api) == ["session.created"] * (LIVE_SESSIONS + 1) + [
        "session.ended",
        "session.created",
    ]


# ------------------------------------------------------------------------------------------- choose


async def test_an_organization_is_chosen_by_id_or_slug(api: Api, acme: Acme) -> None:
    second = await an_organization(api, by=acme.admin, name="Second", slug="second")
    session_id = await a_session(api, by=acme.admin)

    by_id = await api.send(
        "set-active-organization", by=acme.admin, sessionId=session_id, organizationId=acme.id
    )
    by_slug = await api.send(
        "set-active-organization", by=acme.admin, sessionId=session_id, slug="second"
    )

    assert by_id.payload["session"]["status"] == "ACTIVE"
    assert (claims_in(by_id)["o"]["id"], claims_in(by_id)["sts"]) == (acme.id, "active")
    assert by_slug.payload["session"]["lastActiveOrganization"]["id"] == second
    assert claims_in(by_slug)["o"]["slg"] == "second"
    assert claims_in(await mint(api, session_id, by=acme.admin))["o"]["id"] == second
    assert await kinds(api) == ["session.created"]


@pytest.mark.parametrize("given", ["id", "slug", "id that never was", "slug that never was"])
async def test_an_organization_of_others_can_not_be_chosen(
    api: Api, acme: Acme, given: str
) -> None:
    theirs = await an_organization(api, by=acme.outsider, name="Theirs", slug="theirs")
    session_id = await a_session(api, by=acme.admin, organizationId=acme.id)
    inputs = {"id": {"organizationId": theirs}, "slug": {"slug": "theirs"}}
    inputs |= {
        "id that never was": {"organizationId": NEVER},
        "slug that never was": {"slug": "never-was"},
    }

    async with unchanged(api):
        answer = await choose(api, session_id, by=acme.admin, **inputs[given])

    assert (answer.code, answer.reason) == ("NOT_FOUND", "organization_not_found_or_unauthorized")


async def test_choosing_notes_once_a_minute_that_the_session_is_in_use(
    api: Api, acme: Acme
) -> None:
    session_id = await a_session(api, by=acme.admin, organizationId=acme.id)

    async def seen_after(seconds: int) -> str:
        api.clock.forward(seconds=seconds)
        answer = await choose(api, session_id, by=acme.admin, organizationId=acme.id)
        return answer.payload["session"]["lastActiveAt"]

    seen = [await seen_after(seconds) for seconds in (0, 59, 1, 59)]

    assert seen[0] == seen[1] < seen[2] == seen[3]


async def test_a_slug_names_nothing_when_slugs_are_off(api: Api, acme: Acme) -> None:
    session_id = await a_session(api, by=acme.admin)
    assert (await choose(api, session_id, by=acme.admin, slug="acme")).payload
    await api.mutate("updateInstance", {"slugsEnabled": False}, by=SERVICE)

    answer = await choose(api, session_id, by=acme.admin, slug="acme")

    assert answer.code == "NOT_FOUND"
    assert "slg" not in claims_in(await mint(api, session_id, by=acme.admin))["o"]


async def test_the_personal_account_is_no_choice_where_membership_is_required(
    api: Api, acme: Acme
) -> None:
    session_id = await a_session(api, by=acme.admin, organizationId=acme.id)

    async with unchanged(api):
        kept = await choose(api, session_id, by=acme.admin, organizationId=None)

    assert claims_in(kept)["o"]["id"] == acme.id
    await membership_mode(api, "OPTIONAL")
    left = await choose(api, session_id, by=acme.admin, organizationId=None)
    assert left.payload["session"]["lastActiveOrganization"] is None
    assert left.payload["session"]["status"] == "ACTIVE"
    assert "o" not in claims_in(left)


@pytest.mark.parametrize(
    "input", [{}, {"organizationId": NEVER, "slug": "acme"}, {"organizationId": None, "slug": "a"}]
)
async def test_what_is_chosen_is_said_in_one_way(api: Api, acme: Acme, input: Any) -> None:
    session_id = await a_session(api, by=acme.admin)

    async with unchanged(api):
        answer = await choose(api, session_id, by=acme.admin, **input)

    assert answer.code == "BAD_USER_INPUT"


async def test_a_session_of_somebody_else_is_no_session(api: Api, acme: Acme) -> None:
    theirs = await a_session(api, by=acme.member, organizationId=acme.id)

    async with unchanged(api):
        for session_id in (theirs, NO_SESSION):
            answers = [
                await choose(api, session_id, by=acme.admin, organizationId=acme.id),
                await mint(api, session_id, by=acme.admin),
                await end(api, session_id, by=acme.admin),
            ]
            assert [codes(one) for one in answers] == [["resource_not_found"]] * 3
            assert answers[0].user_errors[0]["field"] == ["input", "sessionId"]


async def test_organizations_that_are_off_are_in_no_session(api: Api, acme: Acme) -> None:
    session_id = await a_session(api, by=acme.admin, organizationId=acme.id)
    await api.mutate("updateInstance", {"organizationsEnabled": False}, by=SERVICE)

    opened = await open_session(api, by=acme.admin)
    minted = await api.mutate(
        "createSessionToken", {"sessionId": session_id}, "token { jwt }", by=acme.admin
    )
    async with unchanged(api):
        refused = [
            await open_session(api, by=acme.admin, organizationId=acme.id),
            await choose(api, session_id, by=acme.admin, organizationId=None),
            await mint(api, session_id, by=acme.admin, organizationId=acme.id),
        ]

    assert opened.body["data"]["createSession"]["session"]["status"] == "ACTIVE"
    assert claims_in(minted)["sts"] == "active"
    assert "o" not in claims_in(minted)
    assert {(one.code, one.reason) for one in refused} == {
        ("FORBIDDEN", "organization_not_enabled_in_instance")
    }
    assert [len(one.error["path"]) for one in refused] == [1, 1, 1]


# -------------------------------------------------------------------------------------- end, revoke


async def test_a_session_is_ended_by_its_user(api: Api, acme: Acme) -> None:
    session_id = await a_session(api, by=acme.admin, organizationId=acme.id)

    answer = await api.send("end-session", by=acme.admin, sessionId=session_id)

    assert answer.payload["session"]["status"] == "ENDED"
    assert (await session(api, session_id))["status"] == "ENDED"
    assert await kinds(api) == ["session.created", "session.ended"]


async def test_a_session_token_ends_its_own_session_alone(api: Api, acme: Acme) -> None:
    opened = await open_session(api, by=acme.admin)
    other = await a_session(api, by=acme.admin)

    async with unchanged(api):
        refused = await end(api, other, by=bearer_of(opened))
    ended = await end(api, opened.payload["session"]["id"], by=bearer_of(opened))

    assert (refused.code, refused.reason) == ("FORBIDDEN", "identity_token_required")
    assert ended.payload["session"]["status"] == "ENDED"


async def test_a_session_is_revoked_by_a_secret_key(api: Api, acme: Acme) -> None:
    session_id = await a_session(api, by=acme.admin, organizationId=acme.id)

    answer = await revoke(api, session_id)

    assert answer.payload["session"]["status"] == "REVOKED"
    assert await kinds(api) == ["session.created", "session.revoked"]
    assert codes(await revoke(api, NO_SESSION)) == ["resource_not_found"]


async def test_a_session_that_is_over_stays_as_it_is(api: Api, acme: Acme) -> None:
    ended, revoked, expired = [await a_session(api, by=acme.admin) for _ in range(3)]
    await end(api, ended, by=acme.admin)
    await revoke(api, revoked)
    api.clock.forward(days=7)
    admin = await again(api, acme.admin)

    async with unchanged(api):
        answers = [await revoke(api, id) for id in (ended, expired)]
        answers += [await end(api, id, by=admin) for id in (revoked, expired)]
        refused = [
            await choose(api, id, by=admin, organizationId=acme.id)
            for id in (ended, revoked, expired)
        ]
        refused += [await mint(api, id, by=admin) for id in (ended, revoked, expired)]

    assert [one.payload["session"]["status"] for one in answers] == [
        "ENDED",
        "EXPIRED",
        "REVOKED",
        "EXPIRED",
    ]
    assert [codes(one) for one in refused] == [["invalid_action_for_session"]] * 6


async def test_sessions_go_with_their_user(api: Api, acme: Acme) -> None:
    theirs = await a_session(api, by=acme.member, organizationId=acme.id)
    own = await a_session(api, by=acme.admin, organizationId=acme.id)

    await api.mutate("deleteUser", {"userId": acme.member.id}, by=SERVICE)

    assert await session(api, theirs) is None
    assert (await session(api, own))["status"] == "ACTIVE"
    assert [row[0] for row in (await contents(api.store))["session"]] == [own]


# --------------------------------------------------------------------------------------------- read

LIST = """query($id: ID!, $statuses: [SessionStatus!]) { user(id: $id) {
    all: sessions { totalCount nodes { id status } }
    some: sessions(statuses: $statuses) { totalCount nodes { id } } } }"""


async def test_sessions_are_listed_newest_first_by_status(api: Api, acme: Acme) -> None:
    expired = await a_session(api, by=acme.admin)
    api.clock.forward(days=7)
    admin = await again(api, acme.admin)
    ended, revoked, pending, active = [await a_session(api, by=admin) for _ in range(4)]
    await end(api, ended, by=admin)
    await revoke(api, revoked)
    await choose(api, active, by=admin, organizationId=acme.id)
    ids = {
        "EXPIRED": expired,
        "ENDED": ended,
        "REVOKED": revoked,
        "PENDING": pending,
        "ACTIVE": active,
    }

    for status, session_id in ids.items():
        user = (await api.run(LIST, {"id": admin.id, "statuses": [status]}, by=admin)).data["user"]
        assert user["some"] == {"totalCount": 1, "nodes": [{"id": session_id}]}, status
    user = (await api.run(LIST, {"id": admin.id, "statuses": None}, by=admin)).data["user"]
    assert user["all"] == {
        "totalCount": 2,
        "nodes": [{"id": active, "status": "ACTIVE"}, {"id": pending, "status": "PENDING"}],
    }
    assert [node["id"] for node in user["some"]["nodes"]] == [
        active,
        pending,
        revoked,
        ended,
        expired,
    ]


@pytest.mark.both_databases
async def test_sessions_are_read_in_pages(api: Api, acme: Acme) -> None:
    ids = [await a_session(api, by=acme.admin) for _ in range(3)]
    document = """query($after: String) { viewer { user { sessions(first: 2, after: $after) {
        nodes { id } pageInfo { hasNextPage endCursor } } } } }"""

    first = (await api.run(document, by=acme.admin)).data["viewer"]["user"]["sessions"]
    after = first["pageInfo"]["endCursor"]
    second = (await api.run(document, {"after": after}, by=acme.admin)).data["viewer"]["user"][
        "sessions"
    ]

    assert [one["id"] for one in first["nodes"] + second["nodes"]] == ids[::-1]
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)


async def test_sessions_are_shown_to_their_user_and_to_secret_keys_alone(
    api: Api, acme: Acme
) -> None:
    session_id = await a_session(api, by=acme.member, organizationId=acme.id)
    variables = {"id": acme.member.id, "statuses": ["ACTIVE"]}

    for caller in (acme.member, SERVICE):
        user = (await api.run(LIST, variables, by=caller)).data["user"]
        assert user["all"]["nodes"] == [{"id": session_id, "status": "ACTIVE"}]
        seen = await session(api, session_id, by=caller)
        assert seen["user"] == {"id": acme.member.id}
        assert seen["lastActiveOrganization"] == {"id": acme.id}
    user = (await api.run(LIST, variables, by=acme.admin)).data["user"]
    assert (user["all"], user["some"]) == (None, None)
    assert await session(api, session_id, by=acme.admin) is None
    document = "query($id: ID!) { node(id: $id) { id } }"
    assert (await api.run(document, {"id": session_id}, by=NOBODY)).code == "UNAUTHENTICATED"
