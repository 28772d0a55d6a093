"""Seats by plan: the limit in force, who is refused, and races for the last one."""

import asyncio
from typing import Any

import pytest

from models.plans import SubscriptionSource
from resolvers.authority.access import SYSTEM
from resolvers.foundation.transaction import begin
from resolvers.invitations.create import create_invitation
from resolvers.invitations.validation import InvitationOptions, Recipient
from resolvers.plans.subscriptions import SubscriptionFacts, set_subscription
from tests.support.api import SERVICE, Answer, Api, Caller
from tests.support.data.billing import (
    bill,
    make_plan,
    subscribe,
    switch_billing,
)
from tests.support.data.factories import Acme
from tests.support.data.invitations import accept
from tests.support.data.roles import shape

pytestmark = pytest.mark.both_databases

RACERS = 50
USAGE = """query($id: ID!) { organization(by: { id: $id }) { maxAllowedMemberships
  seats { limit members pendingInvitations available source overLimit } } }"""


async def usage(api: Api, acme: Acme, by: Caller = SERVICE) -> Any:
    return (await api.run(USAGE, {"id": acme.id}, by=by)).data["organization"]


async def invite(api: Api, acme: Acme, address: str) -> Answer:
    input = {"organizationId": acme.id, "emailAddress": address, "notify": False}
    return await api.mutate("createInvitation", input, "invitation { id }", by=SERVICE)


async def with_seats(api: Api, acme: Acme, seats: int | None = None, **plan: Any) -> None:
    await switch_billing(api)
    await make_plan(api, "team", **plan)
    await subscribe(api, acme.id, "team", seats=seats)


def errors_of(answer: Answer) -> list[tuple[str, Any]]:
    return [(one["code"], one["meta"]) for one in answer.user_errors]


async def test_bought_seats_come_before_those_of_the_plan_and_ones_own(
    api: Api, acme: Acme
) -> None:
    own = await shape(api, "updateOrganization", organizationId=acme.id, maxAllowedMemberships=9)
    assert own.payload
    seen = [await usage(api, acme)]
    await switch_billing(api)
    seen.append(await usage(api, acme))
    await make_plan(api, "team", seatLimit=4)
    await subscribe(api, acme.id, "team")
    seen.append(await usage(api, acme))
    await subscribe(api, acme.id, "team", seats=6)
    seen.append(await usage(api, acme, acme.member))
    await subscribe(api, acme.id, "team", seats=6, status="INCOMPLETE")
    seen.append(await usage(api, acme))

    assert [(one["maxAllowedMemberships"], one["seats"]["source"]) for one in seen] == [
        (9, "ORGANIZATION"),
        (9, "ORGANIZATION"),
        (4, "PLAN"),
        (6, "PLAN"),
        (9, "ORGANIZATION"),
    ]
    assert [one["seats"]["available"] for one in seen] == [7, 7, 2, 4, 7]


async def test_beyond_the_seats_of_the_plan(api: Api, acme: Acme) -> None:
    await with_seats(api, acme, 3)
    expired = await invite(api, acme, "first@example.com")
    full = {"limit": 3, "seats_quantity": 4}

    one = await invite(api, acme, "second@example.com")
    many = await shape(
        api,
        "createInvitations",
        organizationId=acme.id,
        recipients=[{"emailAddress": f"m{n}@example.com"} for n in range(3)],
        notify=False,
    )
    person = await api.person("direct@example.com")
    added = await shape(api, "createMembership", organizationId=acme.id, userId=person.id)

    assert errors_of(one) == errors_of(added) == [("insufficient_seats", full)]
    ((code, meta),) = errors_of(many)
    assert (code, meta["limit"], meta["seats_quantity"]) == ("insufficient_seats", 3, 6)
    assert one.user_errors[0]["field"] == ["input", "organizationId"]
    assert expired.payload


async def test_beyond_ones_own_seats_as_before(api: Api, acme: Acme) -> None:
    await switch_billing(api)
    await shape(api, "updateOrganization", organizationId=acme.id, maxAllowedMemberships=2)

    assert errors_of(await invite(api, acme, "x@example.com")) == [
        ("organization_membership_quota_exceeded", {"limit": 2})
    ]


async def test_acceptance_is_refused_once_members_fill_the_plan(api: Api, acme: Acme) -> None:
    await with_seats(api, acme, 3)
    invited = await invite(api, acme, acme.outsider.email)
    await bill(api, "updatePlan", key="team", seatLimit=2)
    await report_seats(api, acme, None)

    refused = await accept(api, by=acme.outsider, invitationId=invited.payload["invitation"]["id"])

    assert errors_of(refused) == [("insufficient_seats", {"limit": 2, "seats_quantity": 3})]
    assert (await usage(api, acme))["seats"] == {
        "limit": 2,
        "members": 2,
        "pendingInvitations": 1,
        "available": 0,
        "source": "PLAN",
        "overLimit": True,
    }


async def report_seats(api: Api, acme: Acme, seats: int | None) -> None:
    """Sets the number of seats as a payment provider does, which nothing refuses."""
    facts = SubscriptionFacts("team", acme.id, seats=seats, source=SubscriptionSource.STRIPE)
    async with begin(api.server, SYSTEM) as tx:
        await set_subscription(tx, facts)


async def test_ones_own_limit_cannot_be_set_while_the_plan_has_one(api: Api, acme: Acme) -> None:
    await with_seats(api, acme, seatLimit=5)
    managed = [("organization_seats_managed_by_plan", {"limit": 5})]

    updated = await shape(
        api, "updateOrganization", organizationId=acme.id, maxAllowedMemberships=9
    )
    await bill(api, "updatePlan", key="team", isDefault=True)
    created = await shape(api, "createOrganization", name="Beta", maxAllowedMemberships=9)
    without = await shape(api, "createOrganization", name="Gamma")

    assert errors_of(updated) == errors_of(created) == managed
    assert without.payload
    assert updated.user_errors[0]["field"] == ["input", "maxAllowedMemberships"]


async def test_a_plan_with_too_few_seats_is_refused_by_hand(api: Api, acme: Acme) -> None:
    await with_seats(api, acme, 10)
    await invite(api, acme, "x@example.com")
    await make_plan(api, "small", seatLimit=2)

    smaller = await bill(api, "setSubscription", organizationId=acme.id, plan="small")
    fewer = await bill(api, "setSubscription", organizationId=acme.id, plan="team", seats=2)
    enough = await bill(api, "setSubscription", organizationId=acme.id, plan="small", seats=3)
    ended = await bill(
        api, "setSubscription", organizationId=acme.id, plan="small", seats=1, status="ENDED"
    )

    occupied = {"limit": 2, "occupied": 3}
    assert [errors_of(smaller), errors_of(fewer)] == [[("plan_seat_limit_exceeded", occupied)]] * 2
    assert [one.user_errors[0]["field"][1] for one in (smaller, fewer)] == ["plan", "seats"]
    assert enough.payload
    assert ended.payload


async def test_everybody_stays_when_the_plan_shrinks(api: Api, acme: Acme) -> None:
    await with_seats(api, acme, seatLimit=3)

    await bill(api, "updatePlan", key="team", seatLimit=1)
    same = await bill(api, "setSubscription", organizationId=acme.id, plan="team")

    seats = (await usage(api, acme))["seats"]
    assert (seats["limit"], seats["members"], seats["available"], seats["overLimit"]) == (
        1,
        2,
        0,
        True,
    )
    assert same.payload["cursor"] is None
    assert errors_of(await invite(api, acme, "x@example.com")) == [
        ("insufficient_seats", {"limit": 1, "seats_quantity": 3})
    ]


# -------------------------------------------------------------------------------------------- races


async def test_invitations_against_a_downgrade(api: Api, acme: Acme) -> None:
    """EN7: whichever comes first, there are never more seats taken than were left."""
    await with_seats(api, acme, 30)

    downgrade, *invited = await asyncio.gather(
        bill(api, "setSubscription", organizationId=acme.id, plan="team", seats=12),
        *(invite(api, acme, f"p{n}@example.com") for n in range(RACERS)),
    )

    won = sum(not one.user_errors for one in invited)
    seats = (await usage(api, acme))["seats"]
    assert seats["members"] + seats["pendingInvitations"] == 2 + won == seats["limit"]
    assert not seats["overLimit"]
    assert seats["limit"] == (30 if downgrade.user_errors else 12)
    assert {one["code"] for answer in invited for one in answer.user_errors} == {
        "insufficient_seats"
    }


async def test_a_downgrade_waits_for_an_invitation_under_way(api: Api, acme: Acme) -> None:
    """EN7: without the lock of the organization, the downgrade would not count the invitation."""
    await with_seats(api, acme, 10)
    async with begin(api.server, SYSTEM) as tx:
        await create_invitation(
            tx,
            organization_id=acme.id,
            recipient=Recipient("x@example.com"),
            options=InvitationOptions(notify=False),
        )
        change = bill(api, "setSubscription", organizationId=acme.id, plan="team", seats=2)
        waiting = asyncio.create_task(change)
        await asyncio.sleep(0.2)
        assert not waiting.done()

    assert errors_of(await waiting) == [("plan_seat_limit_exceeded", {"limit": 2, "occupied": 3})]


async def test_additions_against_a_smaller_plan(api: Api, acme: Acme) -> None:
    await with_seats(api, acme, seatLimit=30)
    people = [await api.person(f"p{n}@example.com") for n in range(20)]

    _, *added = await asyncio.gather(
        bill(api, "updatePlan", key="team", seatLimit=10),
        *(shape(api, "createMembership", organizationId=acme.id, userId=one.id) for one in people),
    )

    seats = (await usage(api, acme))["seats"]
    won = sum(not one.user_errors for one in added)
    assert (seats["limit"], seats["members"]) == (10, 2 + won)
    # Who came before the change stays; nobody comes after it without a seat.
    assert won >= 8


async def test_two_subscriptions_at_once_are_one(api: Api, acme: Acme) -> None:
    await switch_billing(api)
    await make_plan(api, "pro")
    await make_plan(api, "team")
    input = {"organizationId": acme.id}

    answers = await asyncio.gather(
        *(bill(api, "setSubscription", **input, plan=one) for one in ["pro", "team"] * 8)
    )

    found = await api.run("{ subscriptions { totalCount } }", by=SERVICE)
    assert found.data["subscriptions"]["totalCount"] == 1
    assert all(not one.user_errors for one in answers)
