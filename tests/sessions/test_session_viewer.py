"""The viewer in the payload of a mutation of sessions, and the cursor that belongs to it."""

from typing import Any

import pytest

from resolvers.sessions.sign_in import SessionClaims, sign_in_session
from tests.conftest import counted
from tests.support.api import SERVICE, Api, Caller, events
from tests.support.data.factories import Acme, an_organization
from tests.support.data.invitations import unchanged
from tests.support.data.sessions import (
    a_session,
    bearer_of,
    claims_in,
    mint,
    open_session,
)

NEVER = "org_01m803rqhgwgafn17w2nqwqyh5"
VIEWER = """viewer { cursor user { id } session { id status } activeOrganization { id }
    activeMembership { role { key } permissions } permissions }"""
NOT_FOUND = ("NOT_FOUND", "organization_not_found_or_unauthorized")


async def ask(api: Api, mutation: str, by: Caller, **input: Any) -> Any:
    """Sends a mutation of sessions, and returns the viewer in its payload."""
    return (await api.mutate(mutation, input, f"token {{ jwt }} {VIEWER}", by=by)).payload["viewer"]


# ----------------------------------------------------------------------------------- what it shows


async def test_the_viewer_is_in_the_organization_of_the_new_token(api: Api, acme: Acme) -> None:
    second = await an_organization(api, by=acme.admin, name="Second")

    opened = await ask(api, "createSession", acme.admin, organizationId=acme.id)
    session_id = opened["session"]["id"]
    token = await ask(
        api, "createSessionToken", acme.admin, sessionId=session_id, organizationId=second
    )
    chosen = await ask(
        api, "setActiveOrganization", acme.admin, sessionId=session_id, organizationId=second
    )

    shown = [one["activeOrganization"]["id"] for one in (opened, token, chosen)]
    assert shown == [acme.id, second, second]
    for one in (opened, token, chosen):
        assert one["user"] == {"id": acme.admin.id}
        assert one["session"] == {"id": session_id, "status": "ACTIVE"}
        assert one["activeMembership"]["role"] == {"key": "org:admin"}
        assert one["permissions"] == one["activeMembership"]["permissions"] != []


@pytest.mark.parametrize("format", ["V2", "V1", "LEGACY"])
async def test_it_is_what_the_new_token_says_in_every_format(
    api: Api, acme: Acme, format: str
) -> None:
    session_id = await a_session(api, by=acme.member)
    fields = f"token {{ jwt }} {VIEWER}"
    input = {"sessionId": session_id, "organizationId": acme.id, "format": format}

    answer = await api.mutate("createSessionToken", input, fields, by=acme.member)
    said = (await api.run(f"{{ {VIEWER} }}", by=bearer_of(answer))).data["viewer"]

    assert answer.payload["viewer"] | {"cursor": None} == said | {"cursor": None}
    assert said["activeOrganization"] == {"id": acme.id}


async def test_without_an_organization_there_are_no_permissions(api: Api, acme: Acme) -> None:
    viewer = await ask(api, "createSession", acme.admin)

    assert viewer["session"]["status"] == "PENDING"
    assert (viewer["activeOrganization"], viewer["activeMembership"]) == (None, None)
    assert viewer["permissions"] == []


async def test_a_former_member_has_no_permissions(api: Api, acme: Acme) -> None:
    by = bearer_of(await open_session(api, by=acme.member, organizationId=acme.id))
    document = "{ viewer { permissions activeOrganization { id } } }"
    before = (await api.run(document, by=by)).data["viewer"]
    input = {"organizationId": acme.id, "userId": acme.member.id}
    assert (await api.mutate("removeMembership", input, by=SERVICE)).payload

    after = (await api.run(document, by=by)).data["viewer"]

    assert before["permissions"] == ["org:sys_billing:read", "org:sys_memberships:read"]
    assert after == {"permissions": [], "activeOrganization": None}


async def test_while_organizations_are_disabled_there_are_no_permissions(
    api: Api, acme: Acme
) -> None:
    by = bearer_of(await open_session(api, by=acme.member, organizationId=acme.id))
    await api.mutate("updateInstance", {"organizationsEnabled": False}, by=SERVICE)

    answer = await api.run("{ viewer { permissions cursor user { id } } }", by=by)

    assert answer.data["viewer"]["permissions"] == []
    assert answer.data["viewer"]["user"] == {"id": acme.member.id}


async def test_a_session_that_ends_has_no_viewer(api: Api, acme: Acme) -> None:
    ended, revoked = [await a_session(api, by=acme.admin) for _ in range(2)]

    by_user = await api.mutate("endSession", {"sessionId": ended}, VIEWER, by=acme.admin)
    by_key = await api.mutate("revokeSession", {"sessionId": revoked}, VIEWER, by=SERVICE)
    over = await api.mutate("createSessionToken", {"sessionId": ended}, VIEWER, by=acme.admin)

    assert (by_user.payload["viewer"], by_key.payload["viewer"]) == (None, None)
    assert [one["code"] for one in over.user_errors] == ["invalid_action_for_session"]
    assert over.data["createSessionToken"]["viewer"] is None


# -------------------------------------------------------------------------------------- one request


async def test_a_page_starts_with_one_request(api: Api, acme: Acme) -> None:
    session_id = await a_session(api, by=acme.member)

    with counted(api.store) as statements:
        answer = await api.send("start-page", by=acme.member, sessionId=session_id, slug="acme")

    viewer = answer.payload["viewer"]
    assert claims_in(answer)["o"]["id"] == viewer["activeOrganization"]["id"] == acme.id
    assert (viewer["activeOrganization"]["slug"], viewer["user"]["id"]) == ("acme", acme.member.id)
    assert viewer["activeMembership"]["role"]["key"] == "org:member"
    assert viewer["permissions"] == ["org:sys_billing:read", "org:sys_memberships:read"]
    # The caller with the cursor, the token, the user, the membership, the organization, the role,
    # and its permissions.
    assert len(statements) == 7, statements


async def test_a_cursor_costs_no_statement(api: Api, acme: Acme) -> None:
    with counted(api.store) as statements:
        answer = await api.run("{ viewer { cursor } }", by=acme.member)

    newest = max(event["cursor"] for event in await events(api.store))
    assert answer.data["viewer"]["cursor"] == str(newest)
    assert len(statements) == 1, statements


# ------------------------------------------------------------------------------------------- cursor


async def test_what_happens_after_the_caller_was_read_is_after_the_cursor(
    api: Api, acme: Acme
) -> None:
    """Settings and caller are read before everything else, and so is the cursor."""
    session_id = await a_session(api, by=acme.member)
    token = SessionClaims(session_id, acme.member.id, acme.id)
    caller = await sign_in_session(api.server, token)
    answer = await api.send("update-organization", by=acme.admin, organizationId=acme.id, name="B")

    assert caller
    assert caller.newest_cursor == int(answer.payload["cursor"]) - 1


async def test_its_own_events_are_after_the_cursor_of_a_mutation(api: Api, acme: Acme) -> None:
    answer = await api.mutate("createSession", {}, VIEWER, by=acme.admin)

    assert int(answer.payload["viewer"]["cursor"]) == int(answer.payload["cursor"]) - 1


# --------------------------------------------------------------------------------------------- slug


async def test_an_organization_is_chosen_by_its_slug(api: Api, acme: Acme) -> None:
    session_id = await a_session(api, by=acme.admin)

    opened = claims_in(await open_session(api, by=acme.admin, slug="acme"))
    token = claims_in(await mint(api, session_id, by=acme.admin, slug="acme"))

    assert opened["o"]["id"] == token["o"]["id"] == acme.id
    # The session's own choice stays.
    assert "o" not in claims_in(await mint(api, session_id, by=acme.admin))


@pytest.mark.parametrize("slug", ["other", "never", "", "ACME"])
async def test_the_slug_of_somebody_else_is_like_an_unknown_one(
    api: Api, acme: Acme, slug: str
) -> None:
    await an_organization(api, by=acme.outsider, name="Other", slug="other")
    session_id = await a_session(api, by=acme.admin)

    async with unchanged(api):
        opened = await open_session(api, by=acme.admin, slug=slug)
        token = await mint(api, session_id, by=acme.admin, slug=slug)

    unknown = await mint(api, session_id, by=acme.admin, organizationId=NEVER)
    assert (opened.code, opened.reason) == (token.code, token.reason) == NOT_FOUND
    assert opened.error["message"] == token.error["message"] == unknown.error["message"]


async def test_while_slugs_are_disabled_no_slug_is_known(api: Api, acme: Acme) -> None:
    session_id = await a_session(api, by=acme.admin)
    assert (await api.mutate("updateInstance", {"slugsEnabled": False}, by=SERVICE)).payload

    async with unchanged(api):
        opened = await open_session(api, by=acme.admin, slug="acme")
        token = await mint(api, session_id, by=acme.admin, slug="acme")

    assert (opened.code, opened.reason) == (token.code, token.reason) == NOT_FOUND


async def test_while_organizations_are_disabled_no_slug_can_be_chosen(api: Api, acme: Acme) -> None:
    session_id = await a_session(api, by=acme.admin)
    await api.mutate("updateInstance", {"organizationsEnabled": False}, by=SERVICE)

    opened = await open_session(api, by=acme.admin, slug="acme")
    token = await mint(api, session_id, by=acme.admin, slug="acme")

    disabled = ("FORBIDDEN", "organization_not_enabled_in_instance")
    assert (opened.code, opened.reason) == (token.code, token.reason) == disabled
    # The mutation itself is refused, and not only a field of its payload.
    assert token.body["data"] == {"createSessionToken": None}


async def test_id_and_slug_together_are_refused(api: Api, acme: Acme) -> None:
    session_id = await a_session(api, by=acme.admin)

    async with unchanged(api):
        refused = [
            await open_session(api, by=acme.admin, organizationId=acme.id, slug="acme"),
            await mint(api, session_id, by=acme.admin, organizationId=acme.id, slug="acme"),
            # Null names the personal account.
            await mint(api, session_id, by=acme.admin, organizationId=None, slug="acme"),
        ]

    assert [one.code for one in refused] == ["BAD_USER_INPUT"] * 3
    assert (await open_session(api, by=acme.admin, organizationId=None, slug="acme")).payload


async def test_the_settings_of_the_instance_come_with_the_viewer(api: Api, acme: Acme) -> None:
    settings = "instance { membershipMode slugsEnabled }"
    input = {"organizationId": acme.id}
    with counted(api.store) as alone:
        await api.mutate("createSession", input, VIEWER, by=acme.admin)
    with counted(api.store) as together:
        opened = await api.mutate("createSession", input, f"{VIEWER} {settings}", by=acme.admin)

    assert opened.payload["instance"] == {"membershipMode": "REQUIRED", "slugsEnabled": True}
    assert len(together) == len(alone)
