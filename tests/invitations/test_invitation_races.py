"""Invitations raced with real concurrency, on SQLite and PostgreSQL (rules 12, 16 and 18)."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

import pytest

from resolvers.invitations.tickets import TicketKind
from tests.support.api import SERVICE, Answer, Api, Caller, events
from tests.support.data.factories import Acme, an_organization
from tests.support.data.invitations import (
    accept,
    codes,
    decline,
    invite,
    invited,
    kinds,
    resend,
    revoke,
    seats,
    stored,
    ticket,
)

pytestmark = pytest.mark.both_databases

CALLERS = 20
Call = Callable[[], Awaitable[Answer]]


def wins(answers: list[Answer]) -> list[Answer]:
    return [answer for answer in answers if "errors" not in answer.body and not answer.user_errors]


def losing_codes(answers: list[Answer]) -> set[str]:
    """Lists the codes of all errors, except for payloads of what was deleted right after it."""
    refused = [answer for answer in answers if "errors" not in answer.body]
    errors = [error["extensions"] for answer in answers for error in answer.body.get("errors", ())]
    return {code for answer in refused for code in codes(answer)} | {
        error["code"] for error in errors if error.get("reason") != "deleted_meanwhile"
    }


async def patiently(call: Call) -> Answer:
    """Sends once more what a crowded database had no
    time for: nothing was changed, as the answer says.
    """
    while True:
        answer = await call()
        errors = answer.body.get("errors", ())
        if all(error["extensions"]["code"] != "UNAVAILABLE" for error in errors):
            return answer


async def at_once(calls: Iterable[Call]) -> list[Answer]:
    return await asyncio.gather(*map(patiently, calls))


async def members(api: Api, organization_id: str) -> int:
    document = "query($id: ID!) { organization(by: {id: $id}) { memberships { totalCount } } }"
    answer = await api.run(document, {"id": organization_id}, by=SERVICE)
    return answer.data["organization"]["memberships"]["totalCount"]


SETTLED = {
    "organization_invitation_already_accepted",
    "organization_invitation_revoked_code",
    "organization_invitation_declined",
    "organization_invitation_not_pending",
    "already_a_member_in_organization",
}


@pytest.mark.parametrize("turn", range(4))
async def test_of_accept_decline_and_revoke_exactly_one_wins(
    api: Api, acme: Acme, turn: int
) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    newcomer = await api.person("new@example.com")
    by_mail = await ticket(api, made["id"])
    each: list[Call] = [
        lambda: accept(api, by=newcomer, ticket=by_mail),
        lambda: decline(api, by=newcomer, ticket=by_mail),
        lambda: revoke(api, acme.id, made["id"], by=acme.admin),
        lambda: accept(api, by=newcomer, invitationId=made["id"]),
    ]
    calls = [each[(n + turn) % 4] for n in range(CALLERS)]

    answers = await at_once(calls)

    assert len(wins(answers)) == 1
    assert losing_codes(answers) <= SETTLED
    status = (await stored(api, made["id"]))["status"]
    assert await kinds(api) == ["created", status]
    assert await members(api, acme.id) == (3 if status == "accepted" else 2)


@pytest.mark.parametrize("turn", range(2))
async def test_a_resend_among_them_wins_before_or_not_at_all(
    api: Api, acme: Acme, turn: int
) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    newcomer = await api.person("new@example.com")
    by_mail = await ticket(api, made["id"])
    each: list[Call] = [
        lambda: resend(api, acme.id, made["id"], by=acme.admin),
        lambda: accept(api, by=newcomer, ticket=by_mail),
        lambda: decline(api, by=newcomer, ticket=by_mail),
        lambda: revoke(api, acme.id, made["id"], by=acme.admin),
    ]
    calls = [each[(n + turn) % 4] for n in range(CALLERS)]

    answers = await at_once(calls)

    settled = (await stored(api, made["id"]))["status"]
    history = await kinds(api)
    assert settled in {"accepted", "declined", "revoked"}
    assert history == ["created", *["resent"] * (len(history) - 2), settled]
    assert len(wins(answers)) == len(history) - 1
    # A ticket of before a resend is void: then only the revocation is left to win.
    assert settled == "revoked" or "resent" not in history
    assert losing_codes(answers) <= SETTLED | {"ticket_invalid_code", "RATE_LIMITED"}


async def test_one_invitation_accepted_on_many_devices_is_one_membership(
    api: Api, acme: Acme
) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    newcomer = await api.person("new@example.com")
    proofs: list[dict[str, str]] = [
        {"ticket": await ticket(api, made["id"])},
        {"ticket": await ticket(api, made["id"], TicketKind.LINK)},
        {"invitationId": made["id"]},
    ]

    answers = await at_once(
        partial(accept, api, by=newcomer, **proofs[n % 3]) for n in range(CALLERS)
    )

    assert len(wins(answers)) == 1
    assert losing_codes(answers) == {"organization_invitation_already_accepted"}
    assert await members(api, acme.id) == 3


async def test_accepting_and_being_added_at_once_is_one_membership(api: Api, acme: Acme) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    newcomer = await api.person("new@example.com")
    by_mail = await ticket(api, made["id"])
    which = {"organizationId": acme.id, "userId": newcomer.id}

    ways: list[Call] = [
        lambda: accept(api, by=newcomer, ticket=by_mail),
        lambda: api.mutate("createMembership", which, by=SERVICE),
    ]

    answers = await at_once(ways[n % 2] for n in range(CALLERS))

    assert len(wins(answers)) == 1
    # An addition that wins revokes the invitation.
    assert losing_codes(answers) <= {
        "already_a_member_in_organization",
        "organization_invitation_already_accepted",
        "organization_invitation_revoked_code",
    }
    assert (await stored(api, made["id"]))["status"] in {"accepted", "revoked"}
    assert await members(api, acme.id) == 3
    created = [
        event
        for event in await events(api.store)
        if event["type"] == "organizationMembership.created"
    ]
    assert len([event for event in created if event["user_id"] == newcomer.id]) == 1


async def test_one_address_invited_many_times_at_once_is_one_invitation(
    api: Api, acme: Acme
) -> None:
    spellings = ["new@example.com", "NEW@Example.com"]

    answers = await at_once(
        partial(invite, api, acme.id, spellings[n % 2], by=acme.admin) for n in range(CALLERS)
    )

    assert len(wins(answers)) == 1
    assert losing_codes(answers) == {"organization_invitation_not_unique"}
    assert await kinds(api) == ["created"]


async def test_thirty_invitations_and_acceptances_for_the_last_five_seats(
    api: Api, acme: Acme
) -> None:
    people = [await api.person(f"p{n}@example.com") for n in range(30)]
    await seats(api, acme.id, 7)

    async def join(person: Caller) -> bool:
        answer = await patiently(partial(invite, api, acme.id, person.email, by=acme.admin))
        if answer.user_errors:
            assert codes(answer) == ["organization_membership_quota_exceeded"]
            return False
        id = answer.payload["invitation"]["id"]
        right = await ticket(api, id)
        return bool((await patiently(partial(accept, api, by=person, ticket=right))).payload)

    joined = await asyncio.gather(*map(join, people))

    assert sum(joined) == 5
    assert await members(api, acme.id) == 7
    assert await kinds(api, but=frozenset({"accepted"})) == ["created"] * 5


async def test_invitations_and_direct_additions_share_the_last_five_seats(
    api: Api, acme: Acme
) -> None:
    people = [await api.person(f"p{n}@example.com") for n in range(30)]
    await seats(api, acme.id, 7)

    def joining(number: int) -> Call:
        if number % 2:
            return partial(invite, api, acme.id, people[number].email, by=acme.admin)
        which = {"organizationId": acme.id, "userId": people[number].id}
        return partial(api.mutate, "createMembership", which, by=SERVICE)

    answers = await at_once(map(joining, range(30)))

    assert len(wins(answers)) == 5
    assert losing_codes(answers) == {"organization_membership_quota_exceeded"}
    assert await members(api, acme.id) - 2 + (await kinds(api)).count("created") == 5


async def test_the_organization_deleted_meanwhile_leaves_nothing(api: Api, acme: Acme) -> None:
    people = [await api.person(f"p{n}@example.com") for n in range(10)]
    made = [await invited(api, acme.id, one.email, by=acme.admin) for one in people]
    tickets = [await ticket(api, one["id"]) for one in made]

    accepting = [
        partial(accept, api, by=one, ticket=mine) for one, mine in zip(people, tickets, strict=True)
    ]
    deletion = partial(api.mutate, "deleteOrganization", {"organizationId": acme.id}, by=SERVICE)
    answers = await at_once([*accepting[:5], deletion, *accepting[5:]])

    assert losing_codes(answers) <= {"ticket_invalid_code"}
    log = Counter(
        event["type"] for event in await events(api.store) if event["organization_id"] == acme.id
    )
    assert log["organizationMembership.created"] == log["organizationMembership.deleted"]


async def test_who_is_deleted_while_accepting_leaves_no_membership(api: Api) -> None:
    newcomer = await api.person("new@example.com")
    ids = [await an_organization(api, by=SERVICE, name=f"N {n}") for n in range(10)]
    made = [await invited(api, id, newcomer.email, by=SERVICE, notify=False) for id in ids]

    accepting = [partial(accept, api, by=newcomer, invitationId=one["id"]) for one in made]
    deletion = partial(api.mutate, "deleteUser", {"userId": newcomer.id}, by=SERVICE)
    answers = await at_once([*accepting[:5], deletion, *accepting[5:]])

    # Who is gone is nobody; who then comes back with the same token is a new user with a verified
    # address.
    assert losing_codes(answers) <= {"UNAUTHENTICATED"}
    log = [event for event in await events(api.store) if event["user_id"] == newcomer.id]
    kinds_of = Counter(event["type"] for event in log)
    assert kinds_of["organizationMembership.created"] == kinds_of["organizationMembership.deleted"]


async def test_many_organizations_that_write_to_one_address_send_ten(api: Api) -> None:
    ids = [await an_organization(api, by=SERVICE, name=f"N {n}") for n in range(CALLERS)]

    answers = await at_once(partial(invite, api, id, by=SERVICE) for id in ids)

    assert len(wins(answers)) == 10
    assert losing_codes(answers) == {"RATE_LIMITED"}
