"""What acceptance checks besides the proof: organization,
member, address, seat, role (rules 15 to 18).
"""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from resolvers.invitations.tickets import TicketKind
from tests.support.api import SERVICE, Answer, Api, events
from tests.support.data.factories import Acme, a_role
from tests.support.data.invitations import (
    a_member_who_was_invited,
    accept,
    change,
    codes,
    decline,
    invited,
    proof,
    resend,
    seats,
    stored,
    ticket,
    unchanged,
)

Act = Callable[..., Awaitable[Answer]]
BOTH = pytest.mark.parametrize("act", [accept, decline])
PROOFS = ("mail", "link", "id")


@BOTH
async def test_nothing_is_left_of_the_invitations_of_a_deleted_organization(
    api: Api, acme: Acme, act: Act
) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    by_mail = await proof(api, made, "mail")
    newcomer = await api.person("new@example.com")
    await api.mutate("deleteOrganization", {"organizationId": acme.id}, by=acme.admin)

    async with unchanged(api):
        assert codes(await act(api, by=newcomer, **by_mail)) == ["ticket_invalid_code"]
        assert codes(await act(api, by=newcomer, invitationId=made["id"])) == ["resource_not_found"]


async def test_a_member_cannot_accept_and_the_invitation_stays_pending(
    api: Api, acme: Acme
) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    newcomer = await a_member_who_was_invited(api, acme.id)

    async with unchanged(api):
        for by_what in PROOFS:
            refused = await accept(api, by=newcomer, **await proof(api, made, by_what))
            assert codes(refused) == ["already_a_member_in_organization"]

    assert (await stored(api, made["id"]))["status"] == "pending"


@BOTH
async def test_the_address_is_compared_with_the_one_the_person_has_now(
    api: Api, acme: Acme, act: Act
) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    right = await proof(api, made, "mail")
    api.clock.forward(seconds=5)
    await api.person("new@example.com")
    api.clock.forward(seconds=5)
    moved = await api.person("elsewhere@example.com", sub="sub|new@example.com")

    async with unchanged(api):
        assert (await act(api, by=moved, **right)).reason == "invitation_for_another_address"
        assert codes(await act(api, by=moved, invitationId=made["id"])) == ["resource_not_found"]

    successor = await api.person("new@example.com", sub="sub|successor", verified=False)
    async with unchanged(api):
        refused = await act(api, by=successor, invitationId=made["id"])
        assert refused.reason == "invitation_requires_verified_address"
    assert (await act(api, by=successor, **right)).payload


async def test_the_seat_of_the_invitation_is_used(api: Api, acme: Acme) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    newcomer = await api.person("new@example.com")
    await seats(api, acme.id, 3)

    assert (await accept(api, by=newcomer, **await proof(api, made, "mail"))).payload


@pytest.mark.parametrize("limit", [1, 2])
async def test_a_lowered_limit_keeps_everyone_and_refuses_who_comes(
    api: Api, acme: Acme, limit: int
) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    newcomer = await api.person("new@example.com")
    await seats(api, acme.id, limit)

    async with unchanged(api):
        refused = await accept(api, by=newcomer, **await proof(api, made, "mail"))

    assert codes(refused) == ["organization_membership_quota_exceeded"]
    assert refused.user_errors[0]["meta"] == {"limit": limit}
    assert refused.user_errors[0]["field"] is None
    await seats(api, acme.id, 3)
    assert (await accept(api, by=newcomer, **await proof(api, made, "mail"))).payload


async def test_organizations_switched_off_are_off_for_the_invited_too(api: Api, acme: Acme) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    newcomer = await api.person("new@example.com")
    await api.mutate("updateInstance", {"organizationsEnabled": False}, by=SERVICE)

    async with unchanged(api):
        for act in (accept, decline):
            refused = await act(api, by=newcomer, **await proof(api, made, "mail"))
            assert refused.reason == "organization_not_enabled_in_instance"


async def test_no_event_holds_a_ticket_a_link_or_what_they_are_made_of(
    api: Api, acme: Acme
) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    nonces = [(await stored(api, made["id"]))["nonce"]]
    made = (await resend(api, acme.id, made["id"], by=acme.admin)).payload["invitation"]
    nonces.append((await stored(api, made["id"]))["nonce"])
    tickets = [await ticket(api, made["id"], kind) for kind in TicketKind]
    newcomer = await api.person("new@example.com")
    await accept(api, by=newcomer, ticket=tickets[0])

    log: Any = repr(await events(api.store))

    assert not [
        secret for secret in (*nonces, *(one.partition(".")[2] for one in tickets)) if secret in log
    ]
    assert "accept?ticket" not in log


async def test_a_role_that_left_the_set_is_not_given(api: Api, acme: Acme) -> None:
    made = await invited(api, acme.id, by=SERVICE)
    newcomer = await api.person("new@example.com")
    right = await proof(api, made, "mail")
    offered = (await stored(api, made["id"]))["role_id"]
    await change(
        api,
        made["id"],
        role_id=await a_role(api, "org:gone", ["org:sys_memberships:read"], in_set=False),
    )

    async with unchanged(api):
        refused = await accept(api, by=newcomer, **right)

    assert codes(refused) == ["organization_invitation_not_grantable"]
    await change(api, made["id"], role_id=offered)
    assert (await accept(api, by=newcomer, **right)).payload
