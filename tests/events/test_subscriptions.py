"""Subscriptions: replay, then live; the right is read
before every event; the end comes with its reason.
"""

import asyncio
import re
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from time import monotonic, process_time
from typing import Any

import pytest
from sqlmodel import update

from models.errors.request import Unavailable
from models.events import EventType
from models.instance import Instance
from resolvers.authority.access import SYSTEM
from resolvers.events.retention import delete_old_events
from resolvers.foundation.transaction import begin
from resolvers.keys.secret_keys import NewKey, create_key, revoke_key
from resolvers.subscriptions import log_reader, streams
from tests.conftest import counted
from tests.support.api import SERVICE, Api, Caller, events
from tests.support.data.billing import switch_billing
from tests.support.data.factories import Acme, a_member, a_role, an_organization
from tests.support.data.sessions import a_session, bearer_of, end, mint, revoke
from tests.support.http import ONLY_SQLITE
from tests.support.processes.commands import listening
from tests.support.subscriptions import (
    Socket,
    a_socket,
    a_subscription,
    begun,
    left,
    organization_events,
)

ALL = "subscription { events { cursor type organizationId } }"
MINE = "subscription { viewerMembershipChanged { cursor type userId organizationId membership { id } } }"
NOT_FOUND = {"code": "NOT_FOUND", "reason": "organization_not_found_or_unauthorized"}
BLIND = {
    "code": "FORBIDDEN",
    "reason": "missing_organization_permission",
    "permissions": ["org:sys_memberships:read"],
}
LAPSED = {"code": "UNAUTHENTICATED"}
# What reads the objects that events are about.
OF_OBJECTS = re.compile(r'FROM "?(organization|membership|user|role|role_permission)\b')


def memberships(organization_id: str | None = None, after: str | None = None) -> str:
    arguments = {"organizationId": organization_id, "after": after}
    given = ", ".join(
        f'{name}: "{value}"' for name, value in arguments.items() if value is not None
    )
    fields = "{ cursor type userId previousRole role }"
    return f"subscription {{ membershipChanged{f'({given})' if given else ''} {fields} }}"


async def rename(api: Api, acme: Acme, name: str = "Renamed") -> str:
    answer = await api.send("update-organization", by=acme.admin, organizationId=acme.id, name=name)
    return answer.payload["cursor"]


async def change_role(api: Api, acme: Acme, role: str, user: Caller | None = None) -> str:
    input = {"organizationId": acme.id, "userId": (user or acme.member).id, "role": role}
    return (await api.mutate("updateMembership", input, by=SERVICE)).payload["cursor"]


async def remove(api: Api, acme: Acme, user: Caller) -> str:
    answer = await api.mutate(
        "removeMembership", {"organizationId": acme.id, "userId": user.id}, by=SERVICE
    )
    return answer.payload["cursor"]


# --------------------------------------------------------------------------- what is told, in order


async def test_everything_behind_the_cursor_then_what_happens(api: Api, acme: Acme) -> None:
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.member, organization_events(acme.id, "0")) as socket,
    ):
        replayed = [await socket.told() for _ in range(3)]
        live = [
            await rename(api, acme),
            await change_role(api, acme, "org:admin"),
            await rename(api, acme, "Again"),
        ]
        told = [await socket.told() for _ in range(3)]
        await socket.quiet()

    assert [one["type"] for one in replayed] == [
        "ORGANIZATION_CREATED",
        "MEMBERSHIP_CREATED",
        "MEMBERSHIP_CREATED",
    ]
    assert [one["cursor"] for one in told] == live


async def test_without_a_cursor_only_what_happens_is_told(api: Api, acme: Acme) -> None:
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.member, organization_events(acme.id)) as socket,
    ):
        await begun(api)
        await socket.quiet()
        cursor = await rename(api, acme)

        assert (await socket.told())["cursor"] == cursor


@pytest.mark.both_databases
async def test_a_long_log_is_replayed_in_order_while_it_grows(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_reader, "PAGE", 5)
    monkeypatch.setattr(log_reader, "BATCH", 3)
    for number in range(30):
        await rename(api, acme, f"Before {number}")

    async def write() -> None:
        for number in range(30):
            await rename(api, acme, f"Meanwhile {number}")

    async with (
        listening(api.app) as port,
        a_subscription(port, acme.member, organization_events(acme.id, "0")) as one,
        a_subscription(port, SERVICE, organization_events(acme.id, "0")) as other,
    ):
        writing = asyncio.create_task(write())
        told = [[(await socket.told())["cursor"] for _ in range(63)] for socket in (one, other)]
        await writing
        await one.quiet()

    known = [
        str(event["cursor"])
        for event in await events(api.store)
        if event["organization_id"] == acme.id
    ]
    assert told == [known, known]


async def test_each_is_told_what_it_may_read_and_asked_for(api: Api, acme: Acme) -> None:
    types = f'subscription {{ organizationEvents(organizationId: "{acme.id}", types: [INVITATION_CREATED]) {{ type }} }}'
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.admin, organization_events(acme.id)) as admin,
        a_subscription(port, acme.member, organization_events(acme.id)) as member,
        a_subscription(port, acme.admin, types) as chosen,
        a_subscription(port, acme.member, memberships(acme.id)) as of_members,
        a_subscription(port, SERVICE, memberships()) as of_all_members,
        a_subscription(port, SERVICE, ALL) as everything,
    ):
        await begun(api, 6)
        await api.mutate(
            "createInvitation",
            {"organizationId": acme.id, "emailAddress": "n@example.com"},
            by=acme.admin,
        )
        # Before the role changes: afterwards the member may read of invitations too.
        assert (await admin.told())["type"] == "INVITATION_CREATED"
        await change_role(api, acme, "org:admin")
        other = await an_organization(api, by=acme.outsider, name="Other")

        assert (await admin.told())["type"] == "MEMBERSHIP_UPDATED"
        assert (await member.told())["type"] == "MEMBERSHIP_UPDATED"
        assert await chosen.told() == {"type": "INVITATION_CREATED"}
        changed = await of_members.told()
        assert (changed["userId"], changed["previousRole"], changed["role"]) == (
            acme.member.id,
            "org:member",
            "org:admin",
        )
        assert [(await of_all_members.told())["type"] for _ in range(2)] == [
            "MEMBERSHIP_UPDATED",
            "MEMBERSHIP_CREATED",
        ]
        told = [await everything.told() for _ in range(4)]
        assert [one["organizationId"] for one in told] == [acme.id, acme.id, other, other]
        for socket in (admin, member, chosen, of_members, of_all_members, everything):
            await socket.quiet()


async def test_a_promoted_member_is_told_of_invitations_from_then_on(api: Api, acme: Acme) -> None:
    async def invite(address: str) -> None:
        input = {"organizationId": acme.id, "emailAddress": address}
        assert (await api.mutate("createInvitation", input, by=acme.admin)).payload

    async with (
        listening(api.app) as port,
        a_subscription(port, acme.member, organization_events(acme.id)) as socket,
    ):
        await begun(api)
        # The stream reads what the member holds when it reads the event: one change after the other.
        await invite("one@example.com")
        await rename(api, acme)
        assert (await socket.told())["type"] == "ORGANIZATION_UPDATED"
        await change_role(api, acme, "org:admin")
        assert (await socket.told())["type"] == "MEMBERSHIP_UPDATED"
        await invite("two@example.com")
        assert (await socket.told())["type"] == "INVITATION_CREATED"
        await change_role(api, acme, "org:member")
        assert (await socket.told())["type"] == "MEMBERSHIP_UPDATED"
        await invite("three@example.com")
        await socket.quiet()


async def test_private_metadata_is_for_secret_keys(api: Api, acme: Acme) -> None:
    query = f'subscription {{ organizationEvents(organizationId: "{acme.id}") {{ data }} }}'
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.admin, query) as admin,
        a_subscription(port, SERVICE, query) as service,
    ):
        await begun(api, 2)
        await rename(api, acme)

        assert "private_metadata" not in (await admin.told())["data"]
        assert (await service.told())["data"]["private_metadata"] == {}


async def test_objects_are_looked_up_for_the_viewer_and_once_for_all(api: Api, acme: Acme) -> None:
    fields = """... on MembershipEvent {
        organization { name viewerMembership { role { key } } } user { firstName } membership { role { key } } }"""
    query = organization_events(acme.id, fields=fields)
    statements: list[int] = []
    async with listening(api.app) as port:
        for number in (1, 20):
            async with AsyncExitStack() as stack:
                callers = [acme.admin, *[acme.member] * number]
                sockets = [
                    await stack.enter_async_context(a_subscription(port, one, query))
                    for one in callers
                ]
                await begun(api, number + 1)
                with counted(api.store) as seen:
                    await change_role(api, acme, "org:admin")
                    told = [await one.told() for one in sockets]
                # Workers send statements of their own meanwhile, more of them on a slow machine.
                statements.append(sum(bool(OF_OBJECTS.search(one)) for one in seen))
            await left(api)
            await change_role(api, acme, "org:member")

    assert [one["organization"]["name"] for one in told] == ["Acme"] * 21
    assert {one["organization"]["viewerMembership"]["role"]["key"] for one in told} == {"org:admin"}
    assert statements[0] > 4
    # What administrator and member read together in one run can be two statements in another.
    assert statements[1] <= statements[0] + 4, statements


async def test_plans_cost_a_statement_only_while_billing_is_enabled(api: Api, acme: Acme) -> None:
    """Whether an event comes live or from the log."""
    fields = """cursor ... on MembershipEvent { membership { permissions }
        organization { plan { key } seats { limit } } user { plan { key } } }"""
    shown: list[Any] = []
    reads: list[list[str]] = []
    async with listening(api.app) as port:
        for is_on in (False, True):
            await switch_billing(api, is_on)
            after = await rename(api, acme, f"Renamed {is_on}")
            query = organization_events(acme.id, fields=fields)
            async with a_subscription(port, SERVICE, query) as live:
                await begun(api)
                with counted(api.store) as statements:
                    await change_role(api, acme, "org:admin")
                    shown.append((await live.told())["organization"]["plan"])
                    await change_role(api, acme, "org:member")
                    shown.append((await live.told())["organization"]["plan"])
                    replayed = organization_events(acme.id, after, fields)
                    async with a_subscription(port, SERVICE, replayed) as socket:
                        shown.append((await socket.told())["organization"]["plan"])
            # Guards read the instance and what counts with the plan in one statement.
            of_events = [one for one in statements if not one.startswith("SELECT instance.")]
            reads.append([one for one in of_events if "plan" in one])
            await left(api)

    assert shown == [None] * 3 + [{"key": "free_org"}] * 3
    assert reads[0] == []
    assert reads[1]


async def test_who_cannot_be_told_apart_shares_an_answer_and_nobody_else(
    api: Api, acme: Acme
) -> None:
    plain = organization_events(acme.id, fields="data cursor actor { type id }")
    fragment = (
        "fragment F on OrganizationEvent { organization { viewerMembership { role { key } } } }"
    )
    own = f"{organization_events(acme.id, fields='type ...F')} {fragment}"
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.admin, plain) as admin,
        a_subscription(port, acme.member, plain) as member,
        a_subscription(port, SERVICE, plain) as service,
        a_subscription(port, acme.admin, own) as admin_role,
        a_subscription(port, acme.member, own) as member_role,
    ):
        await begun(api, 5)
        await rename(api, acme)
        told = [await one.told() for one in (admin, member, service)]
        roles = [
            (await one.told())["organization"]["viewerMembership"]["role"]["key"]
            for one in (admin_role, member_role)
        ]

    assert told[0] == told[1]
    assert told[2]["data"] == told[0]["data"] | {"private_metadata": {}}
    assert roles == ["org:admin", "org:member"]


async def test_what_is_hidden_from_one_is_neither_shown_to_it_nor_hidden_from_others(
    api: Api, acme: Acme
) -> None:
    """Whether they follow the same event as a viewer or as a member, and since when."""
    of_organization = organization_events(acme.id, fields="data actor { id }")
    of_viewer = "subscription { viewerEvents(types: [ORGANIZATION_UPDATED]) { data actor { id } } }"
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.admin, of_viewer) as viewer,
        a_subscription(port, acme.admin, of_organization) as admin,
        a_subscription(port, acme.member, of_viewer) as other_viewer,
    ):
        await begun(api, 3)
        await api.mutate("updateInstance", {"slugsEnabled": False}, by=SERVICE)
        async with a_subscription(port, acme.member, of_organization) as later:
            await begun(api, 4)
            await rename(api, acme)
            told = [await one.told() for one in (viewer, admin, other_viewer, later)]

    shown = [(one["data"]["created_by"], one["actor"]["id"], one["data"]["slug"]) for one in told]
    assert shown == [
        (None, None, "acme"),
        (acme.admin.id, acme.admin.id, "acme"),
        (None, None, "acme"),
        (acme.admin.id, acme.admin.id, None),
    ]


async def test_each_event_has_errors_of_its_own(api: Api, acme: Acme) -> None:
    fields = "type ... on OrganizationEvent { organization { invitations { totalCount } } }"
    query = organization_events(acme.id, fields=fields)
    async with listening(api.app) as port, a_subscription(port, acme.member, query) as socket:
        await begun(api)
        for name in ("Once", "Twice"):
            await rename(api, acme, name)
            errors = (await socket.receive())["payload"]["errors"]
            assert [error["extensions"]["code"] for error in errors] == ["FORBIDDEN"]
        await change_role(api, acme, "org:admin")
        assert await socket.told() == {"type": "MEMBERSHIP_UPDATED"}


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ("type cursor @include(if: $x)", "cursor"),
        ("type ...F @include(if: $x)", "cursor"),
        ("type ... @skip(if: $x) { actor { id } }", None),
        ("type actor { type id @include(if: $x) }", None),
    ],
)
async def test_variables_are_each_listener_s_own(
    api: Api, acme: Acme, fields: str, shown: str | None
) -> None:
    document = organization_events(acme.id, fields=fields).replace(
        "subscription", "subscription($x: Boolean!)"
    )
    document += " fragment F on Event { cursor }" if "...F" in fields else ""
    async with (
        listening(api.app) as port,
        a_socket(port, acme.admin) as yes,
        a_socket(port, acme.admin) as no,
    ):
        await yes.subscribe(document, x=True)
        await no.subscribe(document, x=False)
        await begun(api, 2)
        await rename(api, acme)
        told = [await yes.told(), await no.told()]

    assert told[0] != told[1]
    assert shown is None or (shown in told[0] and shown not in told[1])


async def test_doubled_fragments_are_walked_once(api: Api, acme: Acme) -> None:
    doubled = " ".join(
        f"fragment F{one} on Event {{ ...F{one + 1} ...F{one + 1} }}" for one in range(17)
    )
    document = (
        f"{organization_events(acme.id, fields='...F0')} {doubled} fragment F17 on Event {{ type }}"
    )
    async with listening(api.app) as port, a_subscription(port, acme.admin, document) as socket:
        await begun(api)
        began = process_time()
        await rename(api, acme)

        assert await socket.told() == {"type": "ORGANIZATION_UPDATED"}
        assert process_time() - began < 1.0


async def test_nothing_is_told_of_what_was_rolled_back(api: Api, acme: Acme) -> None:
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.admin, organization_events(acme.id)) as socket,
    ):
        await begun(api)
        input = {"organizationId": acme.id, "userId": acme.admin.id}
        assert (await api.mutate("removeMembership", input, by=acme.admin)).user_errors
        with suppress(RuntimeError):
            async with begin(api.server, SYSTEM) as tx:
                tx.record(EventType.ORGANIZATION_UPDATED, acme.id, {}, organization_id=acme.id)
                await tx.events.write()
                raise RuntimeError
        await socket.quiet()


# ----------------------------------------------------------------------------------- who may listen


@pytest.mark.parametrize(
    ("who", "query", "expected"),
    [
        ("outsider", organization_events("{id}"), NOT_FOUND),
        ("outsider", organization_events("{id}", "0"), NOT_FOUND),
        ("outsider", organization_events("org_01m80000000000000000000000"), NOT_FOUND),
        ("outsider", memberships("{id}"), NOT_FOUND),
        ("admin", organization_events("org_01m80000000000000000000000"), NOT_FOUND),
        ("service", organization_events("org_01m80000000000000000000000"), NOT_FOUND),
        ("service", organization_events("org_01m80000000000000000000000", "0"), NOT_FOUND),
        ("admin", memberships(), {"code": "FORBIDDEN", "reason": "secret_key_required"}),
        ("admin", ALL, {"code": "FORBIDDEN", "reason": "secret_key_required"}),
        ("service", MINE, {"code": "FORBIDDEN", "reason": "user_required"}),
        ("admin", organization_events("{id}", "999"), {"code": "CURSOR_EXPIRED"}),
        ("admin", organization_events("{id}", "07"), {"code": "BAD_USER_INPUT"}),
    ],
)
async def test_who_may_not_listen_is_told_why(
    api: Api, acme: Acme, who: str, query: str, expected: dict[str, Any]
) -> None:
    caller = SERVICE if who == "service" else getattr(acme, who)
    async with (
        listening(api.app) as port,
        a_subscription(port, caller, query.replace("{id}", acme.id)) as socket,
    ):
        assert await socket.refused() == expected
        await rename(api, acme)
        await socket.quiet()


async def test_a_role_that_may_not_read_members_may_not_listen(api: Api, acme: Acme) -> None:
    await a_role(api, "org:blind", ["org:sys_billing:read"])
    await change_role(api, acme, "org:blind")
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.member, organization_events(acme.id)) as socket,
    ):
        assert await socket.refused() == BLIND


@pytest.mark.parametrize("query", [organization_events("{id}"), MINE, memberships("{id}")])
async def test_switched_off_organizations_have_no_listeners(
    api: Api, acme: Acme, query: str
) -> None:
    async with (
        listening(api.app) as port,
        a_socket(port, acme.member) as before,
        a_socket(port, acme.member) as after,
    ):
        await before.subscribe(query.replace("{id}", acme.id))
        await begun(api)
        async with api.store.write() as session:
            await session.execute(update(Instance).values(organizations_enabled=False))
        await change_role(api, acme, "org:admin")
        await after.subscribe(query.replace("{id}", acme.id))

        assert (await before.refused())["reason"] == "organization_not_enabled_in_instance"
        assert (await after.refused())["reason"] == "organization_not_enabled_in_instance"


# ------------------------------------------------------------------------------- what ends a stream


async def _ends(socket: Socket, expected: dict[str, Any]) -> None:
    """Within a second, with the reason, and without the event that took the right."""
    began = monotonic()
    assert await socket.refused() == expected
    assert monotonic() - began < 1.0


async def test_a_removed_member_hears_no_more(api: Api, acme: Acme) -> None:
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.member, organization_events(acme.id)) as member,
        a_subscription(port, acme.member, memberships(acme.id)) as same,
        a_subscription(port, acme.member, MINE) as own,
        a_subscription(port, acme.admin, organization_events(acme.id)) as admin,
    ):
        await begun(api, 4)
        cursor = await remove(api, acme, acme.member)

        await _ends(member, NOT_FOUND)
        await _ends(same, NOT_FOUND)
        told = await admin.told()
        assert (told["cursor"], told["type"], told["userId"]) == (
            cursor,
            "MEMBERSHIP_DELETED",
            acme.member.id,
        )
        told = await own.told()
        assert (told["type"], told["userId"], told["membership"]) == (
            "MEMBERSHIP_DELETED",
            acme.member.id,
            None,
        )
        await rename(api, acme)
        await admin.told()
        for socket in (member, same, own):
            await socket.quiet()


async def test_the_reason_comes_after_events_too(api: Api, acme: Acme) -> None:
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.member, organization_events(acme.id)) as socket,
    ):
        await begun(api)
        await rename(api, acme)
        await socket.told()
        await remove(api, acme, acme.member)

        assert await socket.ended() == NOT_FOUND


async def test_a_role_that_loses_the_permission_ends_its_members_streams(
    api: Api, acme: Acme
) -> None:
    await a_role(api, "org:guest", ["org:sys_memberships:read"])
    await change_role(api, acme, "org:guest")
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.member, organization_events(acme.id)) as member,
        a_subscription(port, acme.admin, organization_events(acme.id)) as admin,
    ):
        await begun(api, 2)
        assert (
            await api.mutate("updateRole", {"key": "org:guest", "permissions": []}, by=SERVICE)
        ).payload

        await _ends(member, BLIND)
        await admin.quiet()


async def test_a_deleted_organization_ends_its_streams(api: Api, acme: Acme) -> None:
    query = organization_events(acme.id, fields="type")
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.admin, query) as admin,
        a_subscription(port, SERVICE, query) as service,
        a_subscription(port, acme.admin, MINE) as own,
    ):
        await begun(api, 3)
        await api.send("delete-organization", by=acme.admin, organizationId=acme.id)

        await _ends(admin, NOT_FOUND)
        assert [(await service.told())["type"] for _ in range(3)] == [
            "MEMBERSHIP_DELETED",
            "MEMBERSHIP_DELETED",
            "ORGANIZATION_DELETED",
        ]
        assert await service.ended() == NOT_FOUND
        assert (await own.told())["type"] == "MEMBERSHIP_DELETED"
        await own.quiet()


async def test_a_secret_key_hears_afterwards_how_an_organization_ended(
    api: Api, acme: Acme
) -> None:
    await api.send("delete-organization", by=acme.admin, organizationId=acme.id)
    query = organization_events(acme.id, "0", fields="type")
    async with (
        listening(api.app) as port,
        a_subscription(port, SERVICE, query) as service,
        a_subscription(port, acme.admin, query) as admin,
        a_subscription(port, SERVICE, organization_events(acme.id)) as late,
    ):
        told = [(await service.told())["type"] for _ in range(6)]

        assert told[-1] == "ORGANIZATION_DELETED"
        assert await service.ended() == NOT_FOUND
        assert await admin.refused() == NOT_FOUND
        assert await late.refused() == NOT_FOUND


async def test_a_token_that_lapses_ends_its_streams_and_its_socket(api: Api, acme: Acme) -> None:
    soon = Caller(
        f"Bearer {api.token(acme.member.email, exp=int(api.clock().timestamp()) + 30)}",
        acme.member.id,
    )
    async with listening(api.app) as port, a_socket(port, soon) as socket:
        await socket.subscribe(organization_events(acme.id))
        await begun(api)
        api.clock.forward(seconds=29)
        await socket.quiet()
        api.clock.forward(seconds=1)

        await _ends(socket, LAPSED)
        assert await socket.closed() == 4403


async def test_a_token_that_only_the_leeway_keeps_valid_ends_its_streams_with_that(
    api: Api, acme: Acme
) -> None:
    expired = int(api.clock().timestamp()) - 20
    late = Caller(f"Bearer {api.token(acme.member.email, exp=expired)}", acme.member.id)
    async with listening(api.app) as port, a_socket(port, late) as socket:
        await socket.subscribe(organization_events(acme.id))
        await begun(api)
        api.clock.forward(seconds=39)
        await socket.quiet()
        api.clock.forward(seconds=1)

        await _ends(socket, LAPSED)


async def test_a_lapsed_token_begins_nothing_more_on_its_socket(api: Api, acme: Acme) -> None:
    soon = Caller(
        f"Bearer {api.token(acme.member.email, exp=int(api.clock().timestamp()) + 30)}",
        acme.member.id,
    )
    async with listening(api.app) as port, a_socket(port, soon) as socket:
        api.clock.forward(seconds=31)
        await socket.subscribe("{ viewer { user { id } } }")

        assert await socket.closed() == 4403


async def test_a_session_that_ends_ends_its_streams(api: Api, acme: Acme) -> None:
    ended, revoked, kept = [await a_session(api, by=acme.member) for _ in range(3)]
    tokens = [
        bearer_of(await mint(api, one, by=acme.member, organizationId=acme.id))
        for one in (ended, revoked, kept)
    ]
    async with (
        listening(api.app) as port,
        a_subscription(port, tokens[0], organization_events(acme.id)) as of_ended,
        a_subscription(port, tokens[1], organization_events(acme.id)) as of_revoked,
        a_subscription(port, tokens[2], organization_events(acme.id)) as of_kept,
    ):
        await begun(api, 3)
        await end(api, ended, by=acme.member)
        await _ends(of_ended, LAPSED)
        await revoke(api, revoked)
        await _ends(of_revoked, LAPSED)

        api.clock.forward(minutes=5)
        await change_role(api, acme, "org:admin")
        await of_kept.told()
        api.clock.forward(days=8)
        assert await of_kept.ended() == LAPSED
        assert [await one.closed() for one in (of_ended, of_revoked, of_kept)] == [4403, 4403, 4403]


async def test_a_deleted_user_hears_no_more(api: Api, acme: Acme) -> None:
    async with listening(api.app) as port, a_subscription(port, acme.member, MINE) as socket:
        await begun(api)
        await api.mutate("deleteUser", {"userId": acme.member.id}, by=SERVICE)

        await _ends(socket, LAPSED)


async def test_a_revoked_key_ends_its_streams(api: Api, acme: Acme) -> None:
    async with begin(api.server, SYSTEM) as tx:
        key, secret = await create_key(tx, NewKey("service"))
    service = Caller(f"Bearer {secret}")
    async with (
        listening(api.app) as port,
        a_subscription(port, service, ALL) as socket,
        a_subscription(port, SERVICE, ALL) as other,
    ):
        await begun(api, 2)
        async with begin(api.server, SYSTEM) as tx:
            await revoke_key(tx, key_id=key.id)

        await _ends(socket, LAPSED)
        assert (await other.told())["type"] == "SECRET_KEY_REVOKED"


async def test_who_was_removed_while_a_stream_began_hears_nothing(api: Api, acme: Acme) -> None:
    """However the two fall together, nothing of after the removal is told."""
    async with listening(api.app) as port:
        for delay in range(8):
            person = await a_member(api, acme.id, f"guest{delay}@example.com")
            async with a_socket(port, person) as socket:
                await socket.subscribe(organization_events(acme.id))
                await asyncio.sleep(delay / 400)
                await remove(api, acme, person)
                await rename(api, acme, f"After {delay}")
                assert await socket.refused() == NOT_FOUND


# ------------------------------------------------------------------------ what is slow, or was away


async def test_who_is_outrun_goes_back_to_the_log_and_misses_nothing(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "WAITING_EVENTS", 3)
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.member, organization_events(acme.id)) as socket,
    ):
        await begun(api)
        async with begin(api.server, SYSTEM) as tx:
            for _ in range(300):
                tx.record(
                    EventType.ORGANIZATION_UPDATED,
                    acme.id,
                    {"object": "organization"},
                    organization_id=acme.id,
                )
        cursors = [int((await socket.told())["cursor"]) for _ in range(300)]
        await socket.quiet()

    assert cursors == list(range(cursors[0], cursors[0] + 300))


@ONLY_SQLITE
async def test_who_reads_nothing_is_cut_off_and_costs_the_others_nothing(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_reader, "STUCK_SECONDS", 0.5)
    query = organization_events(acme.id, fields="cursor data")
    async with (
        listening(api.app) as port,
        a_subscription(port, acme.admin, query) as deaf,
        a_subscription(port, acme.member, organization_events(acme.id)) as good,
    ):
        await begun(api, 2)
        deaf.connection.transport.pause_reading()
        stream = next(one for one in api.reader.streams if one.actor.user_id == acme.admin.id)
        for _ in range(40):
            async with begin(api.server, SYSTEM) as tx:
                for _ in range(50):
                    data = {"object": "organization", "text": "x" * 4_000}
                    tx.record(
                        EventType.ORGANIZATION_UPDATED, acme.id, data, organization_id=acme.id
                    )
            for _ in range(50):
                await good.told()
            assert stream.size <= streams.WAITING_BYTES
            assert len(stream.queue or ()) <= streams.WAITING_EVENTS
        await asyncio.sleep(2)

        assert [one.actor.user_id for one in api.reader.streams] == [acme.member.id]
        assert stream.reason
        assert stream.reason.code == "LIMIT_EXCEEDED"


async def test_a_database_that_is_away_for_a_moment_costs_no_event(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    rights_of, failures = log_reader.load_rights, iter([True, True, True])

    async def sometimes(*arguments: Any) -> Any:
        if next(failures, False):
            raise Unavailable
        return await rights_of(*arguments)

    async with (
        listening(api.app) as port,
        a_subscription(port, acme.member, organization_events(acme.id)) as socket,
    ):
        await begun(api)
        monkeypatch.setattr(log_reader, "load_rights", sometimes)
        cursors = [await rename(api, acme, f"Name {number}") for number in range(5)]

        assert [(await socket.told())["cursor"] for _ in range(5)] == cursors
        await socket.quiet()


async def test_what_the_log_does_not_hold_any_more_is_said(api: Api, acme: Acme) -> None:
    before = await change_role(api, acme, "org:admin")
    api.clock.forward(days=31)
    kept = [await change_role(api, acme, "org:member"), await change_role(api, acme, "org:admin")]
    await delete_old_events(api.store, api.clock() - timedelta(days=30))
    async with (
        listening(api.app) as port,
        a_subscription(port, SERVICE, organization_events(acme.id, "1")) as late,
        a_subscription(port, SERVICE, organization_events(acme.id, kept[0])) as early,
    ):
        assert await late.refused() == {"code": "CURSOR_EXPIRED"}
        assert (await early.told())["cursor"] == kept[1]
    assert int(before) < int(kept[0])
