"""Whoever has no address gets the invited one by the ticket of the email (rule 15)."""

import asyncio
from typing import Any

import pytest

from resolvers.invitations.tickets import TicketKind
from tests.support.api import JSON, SERVICE, Answer, Api, Caller, Clock, events, sign_token
from tests.support.data.factories import Acme, an_organization
from tests.support.data.invitations import (
    accept,
    codes,
    decline,
    invited,
    kinds,
    proof,
    revoke,
    seats,
    stored,
    ticket,
    unchanged,
)
from tests.support.servers.tokens import bearer

NEXT = "query($ticket: String!) { invitationByTicket(ticket: $ticket) { next } }"
PROFILE = "query($id: ID!) { user(id: $id) { identifier emailAddress emailVerified } }"
NO_ADDRESS = {"identifier": "grace", "emailAddress": None, "emailVerified": False}
NEW = {"identifier": "New@example.com", "emailAddress": "New@example.com", "emailVerified": True}


async def grace(api: Api, **claims: Any) -> Caller:
    """Grace with a fresh token, which holds no address unless `claims` do."""
    values: JSON = {"sub": "sub|grace", "preferred_username": "grace", **claims}
    caller = bearer(api.token(None, sign=lambda known: sign_token({**known, **values})))
    answer = await api.run("{ viewer { user { id } } }", by=caller)
    return Caller(caller.authorization, answer.data["viewer"]["user"]["id"])


async def profile(api: Api, caller: Caller) -> JSON:
    return (await api.run(PROFILE, {"id": caller.id}, by=SERVICE)).data["user"]


async def joined(api: Api, acme: Acme) -> Caller:
    """Grace, whom an invitation gave her address."""
    made = await invited(api, acme.id, "New@example.com", by=acme.admin)
    newcomer = await grace(api)
    assert (await accept(api, by=newcomer, ticket=await ticket(api, made["id"]))).payload
    api.clock.forward(minutes=1)
    return newcomer


async def test_the_ticket_of_the_email_gives_the_invited_address(api: Api, acme: Acme) -> None:
    made = await invited(api, acme.id, "New@example.com", by=acme.admin)
    newcomer = await grace(api)
    by_mail = await ticket(api, made["id"])
    assert await profile(api, newcomer) == NO_ADDRESS
    seen = await api.run(NEXT, {"ticket": by_mail}, by=newcomer)
    assert seen.data["invitationByTicket"]["next"] == "ACCEPT"

    payload = (await accept(api, by=newcomer, ticket=by_mail)).payload

    assert payload["membership"]["user"] == {"id": newcomer.id}
    assert await profile(api, newcomer) == NEW
    log = (await events(api.store))[-3:]
    assert [event["type"] for event in log] == [
        "user.updated",
        "organizationInvitation.accepted",
        "organizationMembership.created",
    ]
    assert log[0]["changes"] == {"email_address": None, "email_verified": False}
    assert log[0]["data"]["email_address"] == "New@example.com"
    assert {event["actor_id"] for event in log} == {newcomer.id}


@pytest.mark.parametrize("act", [accept, decline])
async def test_nothing_but_the_ticket_of_the_email_gives_anything(
    api: Api, acme: Acme, act: Any
) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    newcomer = await grace(api)
    flag = {"userId": newcomer.id, "emailVerified": True}
    link = (await proof(api, made, "link"))["ticket"]

    for _ in range(2):
        async with unchanged(api):
            by_link = await act(api, by=newcomer, ticket=link)
            assert by_link.reason == "invitation_requires_verified_address"
            by_id = await act(api, by=newcomer, invitationId=made["id"])
            assert codes(by_id) == ["resource_not_found"]
            seen = await api.run(NEXT, {"ticket": link}, by=newcomer)
            assert seen.data["invitationByTicket"]["next"] == "SIGN_IN"
        # A verified address that isn't there proves nothing either.
        assert (await api.mutate("updateUser", flag, by=SERVICE)).payload

    assert (await act(api, by=newcomer, ticket=await ticket(api, made["id"]))).payload


async def test_declining_gives_no_address(api: Api, acme: Acme) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    newcomer = await grace(api)

    assert (await decline(api, by=newcomer, ticket=await ticket(api, made["id"]))).payload

    assert await profile(api, newcomer) == NO_ADDRESS


async def test_an_invitation_that_can_not_be_accepted_gives_no_address(
    api: Api, acme: Acme
) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    newcomer = await grace(api)
    by_mail = await ticket(api, made["id"])
    await seats(api, acme.id, 2)

    async with unchanged(api):
        refused = await accept(api, by=newcomer, ticket=by_mail)
    assert codes(refused) == ["organization_membership_quota_exceeded"]

    assert (await revoke(api, acme.id, made["id"], by=acme.admin)).payload
    async with unchanged(api):
        refused = await accept(api, by=newcomer, ticket=by_mail)
    assert codes(refused) == ["organization_invitation_revoked_code"]


async def test_whoever_has_an_address_gets_no_other(api: Api, acme: Acme) -> None:
    newcomer = await joined(api, acme)
    made = await invited(api, acme.id, "other@example.com", by=SERVICE)

    async with unchanged(api):
        refused = await accept(api, by=newcomer, ticket=await ticket(api, made["id"]))

    assert refused.reason == "invitation_for_another_address"


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("claims", "address", "is_verified"),
    [
        ({}, "New@example.com", True),
        ({"email": None, "email_verified": True}, "New@example.com", True),
        ({"email": "new@example.com"}, "new@example.com", True),
        ({"email": "new@example.com", "email_verified": False}, "new@example.com", False),
        ({"email_verified": False}, "New@example.com", False),
        ({"email": "other@example.com"}, "other@example.com", False),
        ({"email": "other@example.com", "email_verified": True}, "other@example.com", True),
    ],
)
async def test_the_address_stays_verified_until_a_token_says_otherwise(
    api: Api, acme: Acme, claims: JSON, address: str, is_verified: bool
) -> None:
    newcomer = await joined(api, acme)

    again = await grace(api, **claims)

    assert again.id == newcomer.id
    assert await profile(api, again) == {
        "identifier": address,
        "emailAddress": address,
        "emailVerified": is_verified,
    }


async def at_once(*calls: Any) -> list[Answer]:
    return list(await asyncio.gather(*calls))


def succeeded(answers: list[Answer]) -> list[bool]:
    return ["errors" not in answer.body and not answer.user_errors for answer in answers]


@pytest.mark.both_databases
@pytest.mark.parametrize("turn", range(3))
async def test_of_two_invitations_at_once_one_gives_its_address(
    api: Api, acme: Acme, turn: int
) -> None:
    other = await an_organization(api, by=acme.outsider, name="Other")
    made = [
        await invited(api, acme.id, "one@example.com", by=acme.admin),
        await invited(api, other, "two@example.com", by=acme.outsider),
    ]
    newcomer = await grace(api)
    tickets = [await ticket(api, one["id"]) for one in made]

    answers = await at_once(*(accept(api, by=newcomer, ticket=one) for one in tickets * 4))

    assert succeeded(answers).count(True) == 1
    won = succeeded(answers).index(True) % 2
    address = ("one@example.com", "two@example.com")[won]
    assert (await profile(api, newcomer))["emailAddress"] == address
    refused = {answer.reason for answer in answers[1 - won :: 2]}
    assert refused == {"invitation_for_another_address"}
    assert (await stored(api, made[1 - won]["id"]))["status"] == "pending"
    assert await kinds(api) == ["created", "created", "accepted"]


@pytest.mark.both_databases
async def test_of_two_people_with_one_ticket_one_gets_the_address(api: Api, acme: Acme) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    people = [await grace(api, sub=f"sub|{number}") for number in range(6)]
    by_mail = await ticket(api, made["id"])

    answers = await at_once(*(accept(api, by=person, ticket=by_mail) for person in people))

    won = succeeded(answers)
    assert won.count(True) == 1
    addresses = [(await profile(api, person))["emailAddress"] for person in people]
    assert [address == "new@example.com" for address in addresses] == won
    assert addresses.count(None) == 5


@pytest.mark.both_databases
async def test_a_token_with_an_address_and_an_acceptance_at_once(
    api: Api, acme: Acme, clock: Clock
) -> None:
    """Either the address of the token comes first, and the ticket is for another one, or last."""
    made = await invited(api, acme.id, by=acme.admin)
    newcomer = await grace(api)
    by_mail = await ticket(api, made["id"], TicketKind.MAIL)
    clock.forward(seconds=1)

    answer, _ = await asyncio.gather(
        accept(api, by=newcomer, ticket=by_mail),
        grace(api, email="other@example.com", email_verified=True),
    )

    assert (await profile(api, newcomer))["emailAddress"] == "other@example.com"
    if not succeeded([answer])[0]:
        assert answer.reason == "invitation_for_another_address"
