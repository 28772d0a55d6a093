"""`viewerEvents`: what concerns the viewer in all organizations, live and from the log."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest

from models.errors.request import Unavailable
from resolvers.events.retention import delete_old_events
from resolvers.subscriptions import log_reader
from tests.conftest import counted
from tests.support.api import JSON, SERVICE, Api, Caller, events
from tests.support.data.domains import NAME, suggestions, verified, work
from tests.support.data.factories import Acme, a_member, an_organization
from tests.support.data.invitations import accept, again, invited, resend, revoke, ticket
from tests.support.data.sessions import a_session, bearer_of, end, mint
from tests.support.documents.domain_mutations import a_request
from tests.support.processes.commands import listening
from tests.support.subscriptions import (
    a_socket,
    a_subscription,
    begun,
    left,
    server_sent,
    server_sent_events,
)

FIELDS = "cursor type organizationId data actor { type id }"


def viewer_events(after: str | None = None, fields: str = FIELDS, types: str = "") -> str:
    given = [f'after: "{after}"'] if after is not None else []
    given += [f"types: [{types}]"] if types else []
    arguments = f"({', '.join(given)})" if given else ""
    return f"subscription {{ viewerEvents{arguments} {{ {fields} }} }}"


async def newest(api: Api) -> str:
    return str(max(event["cursor"] for event in await events(api.store)))


async def rename(api: Api, organization_id: str, name: str = "Renamed") -> None:
    input = {"organizationId": organization_id, "name": name}
    assert (await api.mutate("updateOrganization", input, by=SERVICE)).payload


async def remove(api: Api, organization_id: str, user: Caller) -> None:
    input = {"organizationId": organization_id, "userId": user.id}
    assert (await api.mutate("removeMembership", input, by=SERVICE)).payload


async def replayed(api: Api, by: Caller, after: str, types: str = "") -> list[JSON]:
    """Reads what the log holds for the viewer after the cursor, and that nothing else follows."""
    await left(api)
    async with (
        listening(api.app) as port,
        a_subscription(port, by, viewer_events(after, types=types)) as socket,
    ):
        await begun(api)
        input = {"userId": by.id, "lastName": f"After {await newest(api)}"}
        mark = (await api.mutate("updateUser", input, by=SERVICE)).payload
        told: list[JSON] = []
        while (event := await socket.told())["cursor"] != mark["cursor"]:
            told.append(event)
    await left(api)
    return told


# ------------------------------------------------------------------------------ what concerns whom


async def change_own_role(api: Api, acme: Acme) -> None:
    input = {"organizationId": acme.id, "userId": acme.member.id, "role": "org:admin"}
    assert (await api.mutate("updateMembership", input, by=SERVICE)).payload


async def change_role_of_another(api: Api, acme: Acme) -> None:
    await a_member(api, acme.id, "other@example.com")
    await invited(api, acme.id, "another@example.com", by=acme.admin)


async def rename_organization(api: Api, acme: Acme) -> None:
    await rename(api, acme.id)


async def rename_another(api: Api, acme: Acme) -> None:
    other = await an_organization(api, by=acme.outsider, name="Other")
    await rename(api, other, "Another")
    assert (await api.mutate("deleteOrganization", {"organizationId": other}, by=SERVICE)).payload


async def delete_organization(api: Api, acme: Acme) -> None:
    assert (await api.mutate("deleteOrganization", {"organizationId": acme.id}, by=SERVICE)).payload


async def update_role(api: Api, key: str) -> None:
    assert (await api.mutate("updateRole", {"key": key, "name": "New"}, by=SERVICE)).payload


async def update_own_role(api: Api, acme: Acme) -> None:
    await update_role(api, "org:member")


async def update_role_of_others(api: Api, acme: Acme) -> None:
    await update_role(api, "org:admin")


async def update_role_set(api: Api, acme: Acme) -> None:
    input = {"key": "role_set:primary", "name": "New"}
    assert (await api.mutate("updateRoleSet", input, by=SERVICE)).payload


async def update_settings(api: Api, acme: Acme) -> None:
    assert (await api.mutate("updateInstance", {"name": "Engine"}, by=SERVICE)).payload


async def update_self(api: Api, acme: Acme) -> None:
    input = {"userId": acme.member.id, "firstName": "New"}
    assert (await api.mutate("updateUser", input, by=SERVICE)).payload


async def update_another(api: Api, acme: Acme) -> None:
    input = {"userId": acme.admin.id, "firstName": "New"}
    assert (await api.mutate("updateUser", input, by=SERVICE)).payload
    await end(api, await a_session(api, by=acme.admin), by=acme.admin)


async def use_a_session(api: Api, acme: Acme) -> None:
    await end(api, await a_session(api, by=acme.member), by=acme.member)


async def invite_to_another(api: Api, acme: Acme) -> None:
    other = await an_organization(api, by=acme.outsider, name="Other")
    invitation = await invited(api, other, acme.member.email, by=acme.outsider)
    await resend(api, other, invitation["id"], by=acme.outsider)
    await revoke(api, other, invitation["id"], by=acme.outsider)


async def join_another(api: Api, acme: Acme) -> None:
    other = await an_organization(api, by=acme.outsider, name="Other")
    invitation = await invited(api, other, acme.member.email, by=acme.outsider)
    assert (await accept(api, by=acme.member, invitationId=invitation["id"])).payload
    await rename(api, other, "Another")


async def be_removed(api: Api, acme: Acme) -> None:
    await remove(api, acme.id, acme.member)
    await rename(api, acme.id)


Act = Callable[[Api, Acme], Awaitable[None]]
TOLD: dict[str, tuple[Act, list[str]]] = {
    "own role": (change_own_role, ["MEMBERSHIP_UPDATED"]),
    "others of the organization": (change_role_of_another, []),
    "organization": (rename_organization, ["ORGANIZATION_UPDATED"]),
    "other organization": (rename_another, []),
    "deletion": (delete_organization, ["MEMBERSHIP_DELETED", "ORGANIZATION_DELETED"]),
    "removal": (be_removed, ["MEMBERSHIP_DELETED"]),
    "held role": (update_own_role, ["ROLE_UPDATED"]),
    "role of others": (update_role_of_others, []),
    "role set": (update_role_set, ["ROLE_SET_UPDATED"]),
    "settings": (update_settings, ["INSTANCE_UPDATED"]),
    "profile": (update_self, ["USER_UPDATED"]),
    "another user": (update_another, []),
    "session": (use_a_session, ["SESSION_CREATED", "SESSION_ENDED"]),
    "invitation": (
        invite_to_another,
        ["INVITATION_CREATED", "INVITATION_RESENT", "INVITATION_REVOKED"],
    ),
    "acceptance": (
        join_another,
        [
            *("INVITATION_CREATED", "INVITATION_ACCEPTED"),
            *("MEMBERSHIP_CREATED", "ORGANIZATION_UPDATED"),
        ],
    ),
}


@pytest.mark.parametrize("what", TOLD)
async def test_a_viewer_is_told_what_concerns_them_live_and_from_the_log(
    api: Api, acme: Acme, what: str
) -> None:
    act, expected = TOLD[what]
    after = await newest(api)
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.member, viewer_events()) as socket,
    ):
        await begun(api)
        await act(api, acme)
        live = [await socket.told() for _ in expected]
        await socket.quiet()

    assert [event["type"] for event in live] == expected
    assert await replayed(api, acme.member, after) == live


async def test_a_role_that_a_user_no_longer_has_does_not_concern_them(api: Api, acme: Acme) -> None:
    await change_own_role(api, acme)
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.member, viewer_events(fields="type")) as socket,
    ):
        await begun(api)
        await update_role(api, "org:member")
        await update_role(api, "org:admin")

        assert await socket.told() == {"type": "ROLE_UPDATED"}
        await socket.quiet()


async def test_only_chosen_types_are_told(api: Api, acme: Acme) -> None:
    after = await newest(api)
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.member, viewer_events(types="ORGANIZATION_UPDATED")) as one,
        a_subscription(port, acme.member, viewer_events(types="SESSION_CREATED")) as other,
        a_subscription(port, acme.member, viewer_events(types="FEATURE_CREATED")) as none,
    ):
        await begun(api, 3)
        await use_a_session(api, acme)
        await rename(api, acme.id)

        assert (await one.told())["type"] == "ORGANIZATION_UPDATED"
        assert (await other.told())["type"] == "SESSION_CREATED"
        for socket in (one, other, none):
            await socket.quiet()

    types = "ORGANIZATION_UPDATED, USER_UPDATED"
    told = await replayed(api, acme.member, after, types)
    assert [event["type"] for event in told] == ["ORGANIZATION_UPDATED"]


async def test_a_page_that_starts_misses_nothing(api: Api, acme: Acme) -> None:
    """The cursor of the boot joins snapshot and stream."""
    session_id = await a_session(api, by=acme.member)
    started = await api.send("start-page", by=acme.member, sessionId=session_id, slug="acme")
    await rename(api, acme.id)
    token = bearer_of(started)

    async with (
        listening(api.app) as port,
        a_subscription(
            port, token, viewer_events(started.payload["viewer"]["cursor"], "type")
        ) as socket,
    ):
        assert await socket.told() == {"type": "ORGANIZATION_UPDATED"}
        await change_own_role(api, acme)
        assert await socket.told() == {"type": "MEMBERSHIP_UPDATED"}


# ---------------------------------------------------------------------------------------- what not


async def test_nothing_of_before_is_told_to_who_joins_later(api: Api, acme: Acme) -> None:
    after = await newest(api)
    await rename(api, acme.id, "Before")
    await update_role(api, "org:member")
    await update_role_set(api, acme)
    await a_member(api, acme.id, acme.outsider)
    await rename(api, acme.id, "After")

    told = await replayed(api, acme.outsider, after)

    assert [event["type"] for event in told] == ["MEMBERSHIP_CREATED", "ORGANIZATION_UPDATED"]
    assert told[1]["data"]["name"] == "After"


async def test_nothing_of_between_is_told_to_who_comes_back(api: Api, acme: Acme) -> None:
    after = await newest(api)
    await rename(api, acme.id, "First")
    await remove(api, acme.id, acme.member)
    await rename(api, acme.id, "Between")
    await a_member(api, acme.id, acme.member)
    await rename(api, acme.id, "Again")

    told = await replayed(api, acme.member, after)

    assert [event["type"] for event in told] == [
        *("MEMBERSHIP_DELETED", "MEMBERSHIP_CREATED", "ORGANIZATION_UPDATED")
    ]
    assert told[2]["data"]["name"] == "Again"


async def test_who_left_before_is_not_told_of_a_deletion(api: Api, acme: Acme) -> None:
    await remove(api, acme.id, acme.member)
    api.clock.forward(seconds=1)
    after = await newest(api)
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.member, viewer_events()) as socket,
    ):
        await begun(api)
        await delete_organization(api, acme)
        await socket.quiet()

    assert await replayed(api, acme.member, after) == []


async def test_an_address_must_be_verified_and_the_viewer_s_own(api: Api, acme: Acme) -> None:
    """Two users at two issuers can have the same address."""
    unverified = await api.person("ivy@example.com", verified=False)
    verified_too = await api.person("ivy@example.com", sub="elsewhere|ivy")
    unlike = await api.person("ivy.other@example.com")
    after = await newest(api)
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(listening(api.app))
        sockets = [
            await stack.enter_async_context(a_subscription(port, one, viewer_events(fields="type")))
            for one in (unverified, verified_too, unlike)
        ]
        await begun(api, 3)
        await invited(api, acme.id, "Ivy@example.com", by=acme.admin)

        assert await sockets[1].told() == {"type": "INVITATION_CREATED"}
        await sockets[0].quiet()
        await sockets[2].quiet()

    assert await replayed(api, unverified, after) == []
    api.clock.forward(seconds=1)
    assert (await api.person("ivy@example.com")).id == unverified.id
    told = {event["type"] for event in await replayed(api, unverified, after)}
    assert told == {"INVITATION_CREATED", "USER_UPDATED"}


async def test_an_invitation_to_a_former_address_is_not_told(api: Api, acme: Acme) -> None:
    after = await newest(api)
    await invited(api, acme.id, acme.outsider.email, by=acme.admin)
    api.clock.forward(seconds=1)
    moved = await api.person("moved@example.com", sub=f"sub|{acme.outsider.email}")
    assert moved.id == acme.outsider.id

    told = await replayed(api, moved, after)

    assert [event["type"] for event in told] == ["USER_UPDATED"]


async def test_an_invited_person_is_told_what_they_can_read(api: Api, acme: Acme) -> None:
    input = {
        **{"organizationId": acme.id, "emailAddress": acme.outsider.email},
        **{"publicMetadata": {"a": 1}, "privateMetadata": {"b": 2}},
    }
    fields = f"""{FIELDS} ... on InvitationEvent {{ organization {{ id }}
        invitation {{ status inviter {{ id }} publicOrganization {{ name }} }} }}"""
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.outsider, viewer_events(fields=fields)) as socket,
    ):
        await begun(api)
        await api.mutate("createInvitation", input, by=SERVICE)
        of_service = await socket.told()
        await a_member(api, acme.id, acme.outsider)
        await socket.told()
        await socket.told()
        await remove(api, acme.id, acme.outsider)
        await socket.told()
        await invited(api, acme.id, acme.outsider.email, by=acme.admin)
        of_person = await socket.told()

    assert of_service["data"]["public_metadata"] == {"a": 1}
    assert "private_metadata" not in of_service["data"]
    for event in (of_service, of_person):
        assert event["data"]["inviter_id"] is None
        assert event["data"]["url"] is None
        assert event["actor"]["id"] is None
        assert event["data"]["public_organization_data"].keys() == {
            *("id", "name", "slug", "image_url", "has_image")
        }
        assert event["organization"] is None
    assert (of_service["actor"]["type"], of_person["actor"]["type"]) == ("SERVICE", "USER")
    assert of_person["invitation"] == {
        "status": "PENDING",
        "inviter": None,
        "publicOrganization": {"name": "Acme"},
    }
    assert acme.admin.id not in str(of_person)


async def test_no_one_s_private_metadata_or_ids_are_told(api: Api, acme: Acme) -> None:
    private = {"mode": "MERGE", "privateMetadata": {"secret": "x"}}
    of_member = {"organizationId": acme.id, "userId": acme.member.id}
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.member, viewer_events()) as socket,
    ):
        await begun(api)
        await api.mutate(
            "updateOrganizationMetadata", {"organizationId": acme.id, **private}, by=SERVICE
        )
        await api.mutate("updateMembershipMetadata", {**of_member, **private}, by=SERVICE)
        await api.send("update-organization", by=acme.admin, organizationId=acme.id, name="New")
        told = [await socket.told() for _ in range(3)]

    assert [event["type"] for event in told] == [
        *("ORGANIZATION_UPDATED", "MEMBERSHIP_UPDATED", "ORGANIZATION_UPDATED")
    ]
    assert "secret" not in str(told)
    assert [event["actor"]["type"] for event in told] == ["SERVICE", "SERVICE", "USER"]
    assert [bool(event["actor"]["id"]) for event in told] == [False, True, False]
    assert acme.admin.id not in str(told[2])


async def test_who_shares_an_address_is_not_told_who_has_accepted(api: Api, acme: Acme) -> None:
    ivy = await api.person("ivy@example.com")
    same = await api.person("ivy@example.com", sub="elsewhere|ivy")
    async with (
        listening(api.app) as port,
        a_subscription(port, same, viewer_events()) as socket,
    ):
        await begun(api)
        invitation = await invited(api, acme.id, "ivy@example.com", by=acme.admin)
        assert (await socket.told())["type"] == "INVITATION_CREATED"
        assert (await accept(api, by=ivy, invitationId=invitation["id"])).payload
        told = await socket.told()
        await socket.quiet()

    assert (told["type"], told["data"]["user_id"]) == ("INVITATION_ACCEPTED", None)
    assert ivy.id not in str(told)


async def test_who_asks_to_join_is_not_told_who_has_decided(api: Api, acme: Acme) -> None:
    carl, request_id = await a_request(api, acme.id)
    input = {"organizationId": acme.id, "membershipRequestId": request_id}
    async with (
        listening(api.app) as port,
        a_subscription(port, carl, viewer_events()) as socket,
    ):
        await begun(api)
        assert (await api.mutate("rejectMembershipRequest", input, by=acme.admin)).payload
        told = await socket.told()

    assert (told["type"], told["data"]["decided_by"]) == ("MEMBERSHIP_REQUEST_REJECTED", None)
    assert told["actor"] == {"type": "USER", "id": None}
    assert acme.admin.id not in str(told)


async def test_no_key_is_named_that_changed_what_everybody_sees(api: Api, acme: Acme) -> None:
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.member, viewer_events(fields="actor { type id }")) as socket,
    ):
        await begun(api)
        for act in (update_own_role, update_role_set, update_settings):
            await act(api, acme)
            assert await socket.told() == {"actor": {"type": "SERVICE", "id": None}}


async def test_the_organization_in_a_membership_names_no_creator(api: Api, acme: Acme) -> None:
    """A member who can't read other members doesn't learn the creator's ID from `createdBy` either."""
    mine = "subscription { viewerMembershipChanged { type data } }"
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.member, viewer_events(fields="type data")) as socket,
        a_subscription(port, acme.member, mine) as of_memberships,
    ):
        await begun(api, 2)
        await change_own_role(api, acme)
        told = [await socket.told(), await of_memberships.told()]

    for event in told:
        assert event["type"] == "MEMBERSHIP_UPDATED"
        assert event["data"]["organization"]["name"] == "Acme"
        assert event["data"]["organization"]["created_by"] is None


async def test_a_suggestion_is_told_while_the_address_is_at_the_domain(
    api: Api, acme: Acme
) -> None:
    carl = await api.person(f"carl@{NAME}")
    after = await newest(api)
    async with (
        listening(api.app) as port,
        a_subscription(port, carl, viewer_events(fields="type data")) as socket,
        a_subscription(port, acme.outsider, viewer_events(fields="type")) as other,
    ):
        await begun(api, 2)
        await verified(api, acme.id, mode="AUTOMATIC_SUGGESTION")
        await work(api)
        (suggestion,) = await suggestions(api, by=carl)
        created = await socket.told()
        await other.quiet()

    assert (created["type"], created["data"]["id"]) == ("SUGGESTION_CREATED", suggestion["id"])
    assert [event["type"] for event in await replayed(api, carl, after)] == ["SUGGESTION_CREATED"]
    api.clock.forward(seconds=1)
    moved = await api.person("carl@example.com", sub=f"sub|carl@{NAME}")
    assert {event["type"] for event in await replayed(api, moved, after)} == {"USER_UPDATED"}


async def test_a_suggestion_is_told_only_to_who_has_proved_the_address(
    api: Api, acme: Acme
) -> None:
    other = await an_organization(api, by=acme.outsider, name="Other")
    made = await invited(api, other, f"carl@{NAME}", by=acme.outsider)
    carl = await api.person(f"carl@{NAME}")
    await verified(api, acme.id, mode="AUTOMATIC_SUGGESTION")
    after = await newest(api)
    await work(api)
    proven = await replayed(api, carl, after, "SUGGESTION_CREATED, USER_UPDATED")
    api.clock.forward(seconds=1)
    carl = await api.person(f"carl@{NAME}", verified=False)
    unproven = await replayed(api, carl, after, "SUGGESTION_CREATED, USER_UPDATED")
    input = {"userId": carl.id, "emailAddress": None}
    assert (await api.mutate("updateUser", input, by=SERVICE)).payload
    assert (await accept(api, by=carl, ticket=await ticket(api, made["id"]))).payload
    by_ticket = await replayed(api, carl, after, "SUGGESTION_CREATED, USER_UPDATED")

    told = [{event["type"] for event in one} for one in (proven, unproven, by_ticket)]
    assert told == [{"SUGGESTION_CREATED"}, {"USER_UPDATED"}, {"USER_UPDATED"}]


async def test_the_deletion_of_an_organization_is_told_to_members_only(
    api: Api, acme: Acme
) -> None:
    """Not to those who were only invited or suggested to join it, even at the same moment."""
    carl = await api.person(f"carl@{NAME}")
    after = await newest(api)
    async with (
        listening(api.app) as port,
        a_subscription(port, carl, viewer_events(fields="type")) as socket,
    ):
        await begun(api)
        # Not before the stream is live, because the server enrolls too.
        await verified(api, acme.id, mode="AUTOMATIC_SUGGESTION")
        await work(api)
        assert await socket.told() == {"type": "SUGGESTION_CREATED"}
        await invited(api, acme.id, carl.email, by=acme.admin)
        assert await socket.told() == {"type": "INVITATION_CREATED"}
        await delete_organization(api, acme)
        await socket.quiet()

    # What is gone isn't replayed.
    assert await replayed(api, carl, after) == []


# ------------------------------------------------------------------------------------------ the end


async def test_only_users_can_subscribe(api: Api, acme: Acme) -> None:
    async with listening(api.app) as port, a_socket(port, SERVICE) as socket:
        await socket.subscribe(viewer_events())

        assert await socket.refused() == {"code": "FORBIDDEN", "reason": "user_required"}


async def test_the_end_of_the_session_ends_the_stream(api: Api, acme: Acme) -> None:
    session_id = await a_session(api, by=acme.member)
    other = await a_session(api, by=acme.member)
    token = bearer_of(await mint(api, session_id, by=acme.member, organizationId=acme.id))
    async with (
        listening(api.app) as port,
        a_subscription(port, token, viewer_events(fields="type")) as socket,
    ):
        await begun(api)
        await end(api, other, by=acme.member)
        assert await socket.told() == {"type": "SESSION_ENDED"}
        await end(api, session_id, by=acme.member)

        assert await socket.ended() == {"code": "UNAUTHENTICATED"}
        assert await socket.closed() == 4403


async def test_disabling_organizations_ends_the_stream(api: Api, acme: Acme) -> None:
    disabled = {"code": "FORBIDDEN", "reason": "organization_not_enabled_in_instance"}
    organization = f'subscription {{ organizationEvents(organizationId: "{acme.id}") {{ type }} }}'
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.member, viewer_events(fields="type")) as socket,
        a_subscription(port, acme.member, organization) as of_organization,
    ):
        await begun(api, 2)
        await api.mutate("updateInstance", {"organizationsEnabled": False}, by=SERVICE)

        assert await socket.refused() == disabled
        assert await of_organization.refused() == disabled
        async with a_socket(port, acme.member) as late:
            await late.subscribe(viewer_events())
            assert await late.refused() == disabled


async def test_a_cursor_that_the_log_no_longer_follows_is_expired(api: Api, acme: Acme) -> None:
    await rename(api, acme.id)
    api.clock.forward(days=31)
    await rename(api, acme.id, "Again")
    await delete_old_events(api.store, api.clock() - timedelta(days=30))
    async with (
        listening(api.app) as port,
        a_subscription(port, await again(api, acme.member), viewer_events("1")) as socket,
    ):
        assert await socket.refused() == {"code": "CURSOR_EXPIRED"}


# -------------------------------------------------------------------------- what it costs, and faults


async def test_server_sent_events_tell_the_same(api: Api, acme: Acme) -> None:
    query = viewer_events(await newest(api), "type")
    await rename(api, acme.id)
    async with listening(api.app) as port, server_sent(port, acme.member, query) as response:
        told = server_sent_events(response)
        first = await anext(told)
        await begun(api)
        await update_settings(api, acme)
        second = await anext(told)

    assert [one["data"]["viewerEvents"]["type"] for _, one in (first, second)] == [
        *("ORGANIZATION_UPDATED", "INSTANCE_UPDATED")
    ]


async def test_many_viewers_cost_as_many_statements_as_one(api: Api, acme: Acme) -> None:
    people = [acme.member, *[await a_member(api, acme.id, f"p{n}@example.com") for n in range(9)]]
    statements: list[list[str]] = []
    async with listening(api.app) as port:
        for number in (1, 10):
            async with AsyncExitStack() as stack:
                sockets = [
                    await stack.enter_async_context(
                        a_subscription(port, one, viewer_events(fields="type"))
                    )
                    for one in people[:number]
                ]
                await begun(api, number)
                with counted(api.store) as seen:
                    await rename(api, acme.id, f"For {number}")
                    for socket in sockets:
                        assert await socket.told() == {"type": "ORGANIZATION_UPDATED"}
                statements.append([one for one in seen if "concerning" in one or "pairs" in one])
            await left(api)

    assert [len(one) for one in statements] == [1, 1]


async def test_who_has_nothing_to_look_up_costs_no_statement(api: Api, acme: Acme) -> None:
    mine = "subscription { viewerMembershipChanged { type } }"
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.member, mine) as socket,
    ):
        await begun(api)
        with counted(api.store) as seen:
            await rename(api, acme.id)
            await change_own_role(api, acme)
            assert await socket.told() == {"type": "MEMBERSHIP_UPDATED"}

    assert [one for one in seen if "pairs" in one] == []


async def test_a_database_that_is_away_for_a_moment_costs_no_event(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    load, failures = log_reader.load_concerned, iter([True, True, True])

    async def sometimes(*arguments: Any) -> Any:
        if next(failures, False):
            raise Unavailable
        return await load(*arguments)

    async with (
        listening(api.app) as port,
        a_subscription(port, acme.member, viewer_events(fields="data")) as socket,
    ):
        await begun(api)
        monkeypatch.setattr(log_reader, "load_concerned", sometimes)
        for number in range(5):
            await rename(api, acme.id, f"Name {number}")
        told = [(await socket.told())["data"]["name"] for _ in range(5)]
        await socket.quiet()

    assert told == [f"Name {number}" for number in range(5)]


@pytest.mark.both_databases
async def test_a_long_log_is_read_in_pages(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_reader, "PAGE", 3)
    after = await newest(api)
    for number in range(5):
        await rename(api, acme.id, f"Name {number}")
        await update_another(api, acme)
        await use_a_session(api, acme)
        await update_settings(api, acme)
        await api.mutate("updateInstance", {"name": None}, by=SERVICE)

    told = await replayed(api, acme.member, after)

    expected = [
        *("ORGANIZATION_UPDATED", "SESSION_CREATED", "SESSION_ENDED"),
        *("INSTANCE_UPDATED", "INSTANCE_UPDATED"),
    ]
    assert [event["type"] for event in told] == expected * 5
