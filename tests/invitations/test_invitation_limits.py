"""Seats, expiry as it is written down, and how often
anybody is invited or written to (rules 13, 18, 21).
"""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import insert, select

from models.database.connection import Connection
from models.database.tables import metadata
from models.roles import SYSTEM_PERMISSIONS
from tests.support.api import SERVICE, Answer, Api, Caller, events
from tests.support.data.api_keys import a_key
from tests.support.data.factories import Acme, a_member, an_organization
from tests.support.data.invitations import (
    TABLE,
    accept,
    again,
    codes,
    decline,
    invite,
    invite_many,
    invited,
    kinds,
    resend,
    revoke,
    seats,
    stored,
    ticket,
    unchanged,
)
from tests.support.servers.tokens import one_database

MAIL = metadata.tables["mail"]


def retry_after(answer: Answer) -> int:
    assert answer.code == "RATE_LIMITED"
    return answer.error["extensions"]["retryAfter"]


# -------------------------------------------------------------------------------------------- seats


async def test_members_and_pending_invitations_take_a_seat_each(api: Api, acme: Acme) -> None:
    await seats(api, acme.id, 3)
    made = await invited(api, acme.id, by=acme.admin)

    async with unchanged(api):
        refused = await invite(api, acme.id, "more@example.com", by=acme.admin)
        which = {"organizationId": acme.id, "userId": acme.outsider.id}
        added = await api.mutate("createMembership", which, by=SERVICE)

    assert codes(refused) == codes(added) == ["organization_membership_quota_exceeded"]
    assert refused.user_errors[0]["meta"] == {"limit": 3}
    await revoke(api, acme.id, made["id"], by=acme.admin)
    assert await invited(api, acme.id, "more@example.com", by=acme.admin)


async def test_a_declined_invitation_frees_its_seat(api: Api, acme: Acme) -> None:
    await seats(api, acme.id, 3)
    made = await invited(api, acme.id, by=acme.admin)
    await decline(api, by=await api.person("new@example.com"), ticket=await ticket(api, made["id"]))

    assert await a_member(api, acme.id, acme.outsider)


async def test_a_lapsed_invitation_frees_its_seat_at_the_instant(api: Api, acme: Acme) -> None:
    await seats(api, acme.id, 3)
    await invited(api, acme.id, by=acme.admin, expiresInDays=1)
    api.clock.forward(days=1)
    admin = await again(api, acme.admin)

    assert await invited(api, acme.id, "more@example.com", by=admin)


async def test_a_limit_below_the_members_refuses_only_additions(api: Api, acme: Acme) -> None:
    await seats(api, acme.id, 1)

    async with unchanged(api):
        assert codes(await invite(api, acme.id, by=acme.admin)) == [
            "organization_membership_quota_exceeded"
        ]

    await seats(api, acme.id, 0)
    assert await invited(api, acme.id, by=acme.admin)


# ------------------------------------------------------------------------------------------- expiry


async def refused_invite(api: Api, acme: Acme, lapsed: str) -> Answer:
    return await invite(api, acme.id, "no address", by=SERVICE)


async def refused_bulk(api: Api, acme: Acme, lapsed: str) -> Answer:
    return await invite_many(api, acme.id, ["x"], by=SERVICE)


async def refused_resend(api: Api, acme: Acme, lapsed: str) -> Answer:
    return await resend(api, acme.id, "orginv_x", by=SERVICE)


async def refused_revoke(api: Api, acme: Acme, lapsed: str) -> Answer:
    return await revoke(api, acme.id, lapsed, by=SERVICE)


async def refused_addition(api: Api, acme: Acme, lapsed: str) -> Answer:
    which = {"organizationId": acme.id, "userId": acme.member.id}
    return await api.mutate("createMembership", which, by=SERVICE)


async def refused_acceptance(api: Api, acme: Acme, lapsed: str) -> Answer:
    newcomer = await api.person("new@example.com")
    return await accept(api, by=newcomer, ticket=await ticket(api, lapsed))


REFUSED = [
    refused_invite,
    refused_bulk,
    refused_resend,
    refused_revoke,
    refused_addition,
    refused_acceptance,
]


@pytest.mark.parametrize("refused", REFUSED)
async def test_expiry_is_written_down_once_even_if_the_operation_is_refused(
    api: Api, acme: Acme, refused: Callable[[Api, Acme, str], Awaitable[Answer]]
) -> None:
    made = await invited(api, acme.id, by=acme.admin, expiresInDays=1)
    api.clock.forward(days=1)

    first = await refused(api, acme, made["id"])
    second = await refused(api, acme, made["id"])

    assert first.user_errors
    assert second.user_errors
    assert await kinds(api) == ["created", "expired"]
    assert (await stored(api, made["id"]))["status"] == "expired"
    (event,) = [
        event
        for event in await events(api.store)
        if event["type"] == "organizationInvitation.expired"
    ]
    assert (event["actor_type"], event["actor_id"], event["object_id"]) == (
        "system",
        None,
        made["id"],
    )
    assert (event["organization_id"], event["data"]["status"]) == (acme.id, "expired")


async def test_a_forbidden_operation_keeps_what_lapsed_too(api: Api, acme: Acme) -> None:
    made = await invited(api, acme.id, by=acme.admin, expiresInDays=1)
    api.clock.forward(days=1)
    newcomer = await api.person("new@example.com", verified=False)

    refused = await accept(api, by=newcomer, invitationId=made["id"])

    assert refused.reason == "invitation_requires_verified_address"
    assert await kinds(api) == ["created", "expired"]


async def test_expiry_is_written_down_even_if_the_commit_fails(
    api: Api, acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    await invited(api, acme.id, by=acme.admin, expiresInDays=1)
    api.clock.forward(days=1)
    commit, failures = Connection.commit, [OSError("no answer")]

    async def fail_once(connection: Connection) -> None:
        if failures:
            raise failures.pop()
        await commit(connection)

    monkeypatch.setattr(Connection, "commit", fail_once)
    which = {"organizationId": acme.id, "userId": acme.outsider.id}
    refused = await api.mutate("createMembership", which, by=SERVICE)

    assert refused.code == "UNAVAILABLE"
    assert await kinds(api) == ["created", "expired"]


async def test_only_the_organization_at_hand_is_looked_through(api: Api, acme: Acme) -> None:
    other = await an_organization(api, by=acme.outsider, name="Other")
    await invited(api, other, by=acme.outsider, expiresInDays=1)
    api.clock.forward(days=1)

    await invited(api, acme.id, by=SERVICE)

    assert await kinds(api) == ["created", "created"]


# ---------------------------------------------------------------------------------------- how often


async def test_an_address_gets_three_mails_an_hour_from_an_organization(
    api: Api, acme: Acme
) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    api.clock.forward(minutes=10)
    for _ in range(2):
        assert (await resend(api, acme.id, made["id"], by=acme.admin)).payload

    async with unchanged(api):
        for by in (acme.admin, SERVICE):
            assert retry_after(await resend(api, acme.id, made["id"], by=by)) == 50 * 60
    api.clock.forward(minutes=50)
    admin = await again(api, acme.admin)

    assert (await resend(api, acme.id, made["id"], by=admin)).payload
    assert retry_after(await resend(api, acme.id, made["id"], by=admin)) == 10 * 60


async def test_revoking_and_inviting_anew_is_no_way_around(api: Api, acme: Acme) -> None:
    for _ in range(3):
        made = await invited(api, acme.id, "New@example.com", by=acme.admin)
        await revoke(api, acme.id, made["id"], by=acme.admin)

    async with unchanged(api):
        assert (await invite(api, acme.id, "NEW@example.com", by=acme.admin)).code == "RATE_LIMITED"
        many = await invite_many(
            api, acme.id, ["a@example.com", "new@example.com"], by=SERVICE, onError="SKIP_FAILED"
        )
        assert many.code == "RATE_LIMITED"
    assert await invited(api, acme.id, by=acme.admin, notify=False)


async def test_an_address_gets_ten_mails_an_hour_whatever_becomes_of_the_organizations(
    api: Api,
) -> None:
    owner = await api.person("owner@example.com")
    for number in range(5):
        organization_id = await an_organization(api, by=owner, name="Spam")
        made = await invited(api, organization_id, by=owner)
        assert (await resend(api, organization_id, made["id"], by=owner)).payload
        if number % 2:
            await api.mutate("deleteOrganization", {"organizationId": organization_id}, by=owner)
    fresh = await an_organization(api, by=owner, name="Spam")

    async with unchanged(api):
        assert retry_after(await invite(api, fresh, by=owner)) == 60 * 60

    api.clock.forward(hours=1)
    assert await invited(api, fresh, by=await again(api, owner))


async def have_invited(api: Api, acme: Acme, number: int, by: Caller = SERVICE) -> None:
    """Many invitations of one organization, copied from one that was made."""
    made = await stored(
        api, (await invited(api, acme.id, "seed@example.com", by=by, notify=False))["id"]
    )
    rows = [
        {
            **made,
            "id": f"{made['id'][:-4]}{n:04d}",
            "address_key": f"x{n}",
            "status": "revoked",
            "nonce": "x",
        }
        for n in range(1, number)
    ]
    async with api.store.write() as session:
        await session.execute(insert(TABLE), rows)


async def test_an_organization_invites_250_an_hour_each_recipient_counted(
    api: Api, acme: Acme
) -> None:
    await have_invited(api, acme, 248, by=acme.admin)
    api.clock.forward(minutes=15)

    async with unchanged(api):
        over = await invite_many(
            api, acme.id, ["a@example.com", "b@example.com", "c@example.com"], by=acme.admin
        )
        assert retry_after(over) == 45 * 60
    assert (
        await invite_many(api, acme.id, ["a@example.com", "b@example.com"], by=acme.admin)
    ).payload

    async with unchanged(api):
        assert retry_after(await invite(api, acme.id, "c@example.com", by=acme.admin)) == 45 * 60
    assert await invited(api, acme.id, "c@example.com", by=SERVICE)
    api.clock.forward(minutes=45)
    assert await invited(api, acme.id, "d@example.com", by=await again(api, acme.admin))


async def have_mailed(api: Api, organization_id: str, by: Caller, number: int) -> None:
    """Many emails of one inviter to as many addresses, copied from one that was queued."""
    await invited(api, organization_id, "seed@example.com", by=by)
    async with api.store.write() as session:
        (row,) = (await session.execute(select(MAIL))).mappings()
        rows = [
            {**row, "id": f"{row['id'][:-4]}u{n:03d}", "address_key": f"x{n}", "status": "sent"}
            for n in range(1, number)
        ]
        await session.execute(insert(MAIL), rows)


async def test_a_user_writes_to_250_recipients_an_hour_for_all_organizations(
    api: Api, acme: Acme
) -> None:
    other = await an_organization(api, by=acme.admin, name="Other")
    await have_mailed(api, acme.id, acme.admin, 248)
    api.clock.forward(minutes=15)

    async with unchanged(api):
        over = await invite_many(
            api, other, ["a@example.com", "b@example.com", "c@example.com"], by=acme.admin
        )
        assert retry_after(over) == 45 * 60
    made = await invite_many(api, other, ["a@example.com", "b@example.com"], by=acme.admin)
    assert made.payload

    async with unchanged(api):
        assert retry_after(await invite(api, other, "c@example.com", by=acme.admin)) == 45 * 60
        first = made.payload["invitations"][0]["id"]
        assert (await resend(api, other, first, by=acme.admin)).code == "RATE_LIMITED"
    assert await invited(api, other, "c@example.com", by=SERVICE)
    assert await invited(api, other, "d@example.com", by=acme.admin, notify=False)
    colleague = await a_member(api, other, "colleague@example.com", "org:admin")
    assert await invited(api, other, "e@example.com", by=colleague)
    api.clock.forward(minutes=45)
    assert await invited(api, other, "f@example.com", by=await again(api, acme.admin))


@one_database
async def test_an_api_key_writes_to_250_recipients_an_hour_as_well(api: Api, acme: Acme) -> None:
    key = await a_key(api, acme, *SYSTEM_PERMISSIONS)
    await have_mailed(api, acme.id, key, 249)
    made = await invited(api, acme.id, "a@example.com", by=key)

    async with unchanged(api):
        assert (await invite(api, acme.id, "b@example.com", by=key)).code == "RATE_LIMITED"
        assert (await resend(api, acme.id, made["id"], by=key)).code == "RATE_LIMITED"
    assert await invited(api, acme.id, "b@example.com", by=acme.admin)


@pytest.mark.both_databases
async def test_the_limit_of_a_user_is_exact_for_organizations_at_once(api: Api, acme: Acme) -> None:
    ids = [await an_organization(api, by=acme.admin, name=f"Other {n}") for n in range(8)]
    await have_mailed(api, acme.id, acme.admin, 247)

    answers = await asyncio.gather(
        *(
            invite(api, id, f"new{number}@example.com", by=acme.admin)
            for number, id in enumerate(ids)
        )
    )

    limited = [answer for answer in answers if "errors" in answer.body]
    assert {answer.code for answer in limited} == {"RATE_LIMITED"}
    assert len(limited) == 5


async def test_the_invitations_of_a_key_are_not_counted(api: Api, acme: Acme) -> None:
    await have_invited(api, acme, 250)

    assert await invited(api, acme.id, by=acme.admin)


async def test_a_refused_invitation_leaves_no_mail(api: Api, acme: Acme) -> None:
    await seats(api, acme.id, 2)
    await invite(api, acme.id, by=acme.admin)

    async with api.store.read() as connection:
        assert (await connection.execute(select(metadata.tables["mail"]))).all() == []
