"""Adding somebody directly settles their own invitation, whose seat they take."""

from functools import partial
from typing import Any

import pytest

from tests.conftest import counted
from tests.invitations.test_invitation_races import at_once, losing_codes, members, wins
from tests.support.api import SERVICE, Answer, Api, Caller, contents, events
from tests.support.data.factories import Acme, an_organization
from tests.support.data.invitations import (
    accept,
    change,
    codes,
    invite,
    invited,
    kinds,
    seats,
    stored,
)
from tests.support.servers.smtp import Memory, delivery, mails


async def add(api: Api, organization_id: str, user: Caller, **input: Any) -> Answer:
    which = {"organizationId": organization_id, "userId": user.id, **input}
    return await api.mutate(
        "createMembership", which, "membership { user { id } role { key } }", by=SERVICE
    )


async def numbers(api: Api, organization_id: str) -> tuple[int, int]:
    """How many members there are, and how many invitations can be accepted."""
    query = (
        "query($id: ID!) { organization(by: { id: $id }) { membersCount pendingInvitationsCount } }"
    )
    found = (await api.run(query, {"id": organization_id}, by=SERVICE)).data["organization"]
    return found["membersCount"], found["pendingInvitationsCount"]


async def test_adding_somebody_revokes_their_own_invitation_with_its_event(
    api: Api, acme: Acme
) -> None:
    made = await invited(api, acme.id, acme.outsider.email, by=acme.admin)
    other = await invited(api, acme.id, "other@example.com", by=acme.admin)
    before = len(await events(api.store))

    answer = await add(api, acme.id, acme.outsider)

    told = (await events(api.store))[before:]
    assert answer.payload["membership"]["role"]["key"] == "org:member"
    assert [one["type"] for one in told] == [
        "organizationInvitation.revoked",
        "organizationMembership.created",
    ]
    assert (told[0]["object_id"], told[0]["data"]["status"]) == (made["id"], "revoked")
    assert [(await stored(api, one["id"]))["status"] for one in (made, other)] == [
        "revoked",
        "pending",
    ]
    assert await numbers(api, acme.id) == (3, 1)
    assert codes(await accept(api, by=acme.outsider, invitationId=made["id"])) == [
        "organization_invitation_revoked_code"
    ]


async def test_an_invitation_elsewhere_and_one_to_an_unverified_address_stay(
    api: Api, acme: Acme
) -> None:
    unverified = await api.person("new@example.com", verified=False)
    elsewhere = await an_organization(api, by=acme.admin, name="Elsewhere")
    made = [
        await invited(api, acme.id, unverified.email, by=acme.admin),
        await invited(api, elsewhere, acme.outsider.email, by=acme.admin),
    ]

    assert (await add(api, acme.id, unverified)).payload
    assert (await add(api, acme.id, acme.outsider)).payload

    assert [(await stored(api, one["id"]))["status"] for one in made] == ["pending", "pending"]
    assert await kinds(api) == ["created", "created"]


async def test_settled_invitations_stay_as_they_are(api: Api, acme: Acme) -> None:
    made = await invited(api, acme.id, acme.outsider.email, by=acme.admin)
    await change(api, made["id"], status="declined")

    assert (await add(api, acme.id, acme.outsider)).payload

    assert (await stored(api, made["id"]))["status"] == "declined"
    assert await kinds(api) == ["created"]


async def test_a_lapsed_invitation_expires_and_is_not_revoked(api: Api, acme: Acme) -> None:
    await invited(api, acme.id, acme.outsider.email, by=acme.admin)
    api.clock.forward(days=31)

    assert (await add(api, acme.id, acme.outsider)).payload

    assert await kinds(api) == ["created", "expired"]


# -------------------------------------------------------------------------------------------- seats


async def test_the_last_seat_is_theirs_when_it_is_kept_for_them(api: Api, acme: Acme) -> None:
    await invited(api, acme.id, acme.outsider.email, by=acme.admin)
    await seats(api, acme.id, 3)
    stranger = await api.person("stranger@example.com")
    before = await contents(api.store)

    refused = await add(api, acme.id, stranger)

    assert codes(refused) == ["organization_membership_quota_exceeded"]
    assert await contents(api.store) == before
    assert (await add(api, acme.id, acme.outsider)).payload
    assert await numbers(api, acme.id) == (3, 0)


async def test_their_seat_is_not_counted_twice_afterwards(api: Api, acme: Acme) -> None:
    await seats(api, acme.id, 4)
    await invited(api, acme.id, acme.outsider.email, by=acme.admin)

    assert (await add(api, acme.id, acme.outsider)).payload

    assert (await invite(api, acme.id, "x@example.com", by=acme.admin)).payload
    assert codes(await invite(api, acme.id, "y@example.com", by=acme.admin)) == [
        "organization_membership_quota_exceeded"
    ]


async def test_where_members_alone_take_all_seats_an_invitation_is_no_seat(
    api: Api, acme: Acme
) -> None:
    """The limit was lowered since; the refusal leaves the invitation as it was."""
    made = await invited(api, acme.id, acme.outsider.email, by=acme.admin)
    await seats(api, acme.id, 2)
    before = await contents(api.store)

    refused = await add(api, acme.id, acme.outsider)

    assert codes(refused) == ["organization_membership_quota_exceeded"]
    assert await contents(api.store) == before
    assert (await stored(api, made["id"]))["status"] == "pending"


async def test_a_refused_addition_leaves_the_invitation(api: Api, acme: Acme) -> None:
    await invited(api, acme.id, acme.outsider.email, by=acme.admin)
    before = await contents(api.store)

    refused = await add(api, acme.id, acme.outsider, role="org:none")

    assert codes(refused) == ["resource_not_found"]
    assert await contents(api.store) == before


# -------------------------------------------------------------------------- mail, races, statements


async def test_a_letter_that_waits_is_not_sent_any_more(api: Api, acme: Acme) -> None:
    await invited(api, acme.id, acme.outsider.email, by=acme.admin)
    assert (await add(api, acme.id, acme.outsider)).payload
    memory = Memory()

    await delivery(api.store, api.clock, memory).deliver()

    assert memory.tried == []
    assert [one.status for one in await mails(api.store)] == ["dropped"]


@pytest.mark.both_databases
async def test_who_is_invited_and_added_at_once_is_a_member_without_an_invitation(
    api: Api, acme: Acme
) -> None:
    people = [await api.person(f"p{number}@example.com") for number in range(10)]
    await seats(api, acme.id, 12)

    adding = [partial(add, api, acme.id, one) for one in people]
    inviting = [partial(invite, api, acme.id, one.email, by=acme.admin) for one in people]
    answers = await at_once(call for both in zip(adding, inviting, strict=True) for call in both)

    history = await kinds(api)
    assert len(wins(answers[::2])) == 10
    assert losing_codes(answers) <= {
        "already_a_member_in_organization",
        "organization_membership_quota_exceeded",
    }
    assert history.count("created") == history.count("revoked")
    assert await members(api, acme.id) == 12
    assert await numbers(api, acme.id) == (12, 0)


@pytest.mark.both_databases
async def test_who_accepts_while_being_added_joins_once(api: Api, acme: Acme) -> None:
    people = [await api.person(f"p{number}@example.com") for number in range(10)]
    made = [await invited(api, acme.id, one.email, by=SERVICE, notify=False) for one in people]

    adding = [partial(add, api, acme.id, one) for one in people]
    accepting = [
        partial(accept, api, by=one, invitationId=id["id"])
        for one, id in zip(people, made, strict=True)
    ]
    answers = await at_once(call for both in zip(adding, accepting, strict=True) for call in both)

    settled = {(await stored(api, one["id"]))["status"] for one in made}
    assert len(wins(answers)) == 10
    assert losing_codes(answers) <= {
        "already_a_member_in_organization",
        "organization_invitation_revoked_code",
    }
    assert settled <= {"accepted", "revoked"}
    assert await numbers(api, acme.id) == (12, 0)


async def test_looking_for_the_invitation_is_one_statement(api: Api, acme: Acme) -> None:
    unverified = await api.person("new@example.com", verified=False)

    with counted(api.store) as without:
        assert (await add(api, acme.id, unverified)).payload
    with counted(api.store) as looking:
        assert (await add(api, acme.id, acme.outsider)).payload

    assert len(looking) == len(without) + 1
