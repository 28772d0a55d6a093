"""What an inviter's going does to their invitations,
and what resending them does (rules 17 and 22).
"""

from datetime import datetime, timedelta

import pytest

from tests.support.api import SERVICE, Api, Caller, events
from tests.support.data.factories import Acme, a_member, a_role, an_organization
from tests.support.data.invitations import (
    accept,
    again,
    codes,
    fields,
    invite,
    invited,
    kinds,
    resend,
    revoke,
    seats,
    stored,
    ticket,
    unchanged,
)

GONE = pytest.mark.parametrize("how", ["removed", "demoted", "deleted"])


async def go(api: Api, acme: Acme, who: Caller, how: str) -> None:
    which = {"organizationId": acme.id, "userId": who.id}
    if how == "removed":
        assert (await api.mutate("removeMembership", which, by=SERVICE)).payload
    if how == "demoted":
        assert (
            await api.mutate("updateMembership", {**which, "role": "org:member"}, by=SERVICE)
        ).payload
    if how == "deleted":
        assert (await api.mutate("deleteUser", {"userId": who.id}, by=SERVICE)).payload


@GONE
async def test_an_invitation_to_the_default_role_outlives_its_inviter(
    api: Api, acme: Acme, how: str
) -> None:
    inviter = await a_member(api, acme.id, "rita@example.com", "org:admin")
    made = await invited(api, acme.id, by=inviter)
    newcomer = await api.person("new@example.com")

    await go(api, acme, inviter, how)

    assert (await accept(api, by=newcomer, ticket=await ticket(api, made["id"]))).payload


@GONE
async def test_an_invitation_to_another_role_does_not(api: Api, acme: Acme, how: str) -> None:
    inviter = await a_member(api, acme.id, "rita@example.com", "org:admin")
    made = await invited(api, acme.id, by=inviter, role="org:admin")
    newcomer = await api.person("new@example.com")
    await go(api, acme, inviter, how)

    async with unchanged(api):
        refused = await accept(api, by=newcomer, ticket=await ticket(api, made["id"]))

    assert codes(refused) == ["organization_invitation_not_grantable"]
    assert (await resend(api, acme.id, made["id"], by=acme.admin)).payload["invitation"][
        "inviter"
    ] == {"id": acme.admin.id}
    assert (await accept(api, by=newcomer, ticket=await ticket(api, made["id"]))).payload


async def test_an_inviter_who_may_no_longer_invite_grants_not_even_their_own_role(
    api: Api, acme: Acme
) -> None:
    await a_role(api, "org:reader", ["org:sys_memberships:read"])
    inviter = await a_member(api, acme.id, "rita@example.com", "org:admin")
    made = await invited(api, acme.id, by=inviter, role="org:reader")
    newcomer = await api.person("new@example.com")
    await go(api, acme, inviter, "demoted")

    async with unchanged(api):
        refused = await accept(api, by=newcomer, ticket=await ticket(api, made["id"]))

    assert codes(refused) == ["organization_invitation_not_grantable"]


async def test_resending_renews_the_time_the_mail_and_the_inviter(api: Api, acme: Acme) -> None:
    other = await a_member(api, acme.id, "rita@example.com", "org:admin")
    made = await invited(api, acme.id, by=acme.admin, expiresInDays=2)
    before = await stored(api, made["id"])
    api.clock.forward(minutes=5)

    resent = (await resend(api, acme.id, made["id"], by=other)).payload["invitation"]

    assert datetime.fromisoformat(resent["expiresAt"]) == api.clock() + timedelta(days=30)
    assert (resent["status"], resent["inviter"]) == ("PENDING", {"id": other.id})
    assert resent["mail"] == {"status": "QUEUED", "attempts": 0}
    assert (await stored(api, made["id"]))["nonce"] != before["nonce"]
    last = (await events(api.store))[-1]
    assert (last["type"], last["actor_id"]) == ("organizationInvitation.resent", other.id)


async def test_resending_does_not_give_a_role_the_resender_lacks(api: Api, acme: Acme) -> None:
    await a_role(api, "org:recruiter", ["org:sys_memberships:read", "org:sys_memberships:manage"])
    recruiter = await a_member(api, acme.id, "rita@example.com", "org:recruiter")
    made = await invited(api, acme.id, by=acme.admin, role="org:admin")

    async with unchanged(api):
        refused = await resend(api, acme.id, made["id"], by=recruiter)

    assert refused.reason == "role_not_grantable"
    assert (await resend(api, acme.id, made["id"], by=acme.admin)).payload


async def an_expired_one(api: Api, acme: Acme) -> tuple[str, Caller]:
    made = await invited(api, acme.id, by=acme.admin, expiresInDays=1)
    api.clock.forward(days=1)
    return made["id"], await again(api, acme.admin)


async def test_an_expired_invitation_is_resent_and_can_be_accepted(api: Api, acme: Acme) -> None:
    id, admin = await an_expired_one(api, acme)

    resent = (await resend(api, acme.id, id, by=admin)).payload["invitation"]

    assert (resent["id"], resent["status"]) == (id, "PENDING")
    assert await kinds(api) == ["created", "expired", "resent"]
    newcomer = await api.person("new@example.com")
    assert (await accept(api, by=newcomer, ticket=await ticket(api, id))).payload


async def test_an_expired_invitation_needs_a_free_seat(api: Api, acme: Acme) -> None:
    id, admin = await an_expired_one(api, acme)
    await seats(api, acme.id, 2)
    await invite(api, acme.id, "", by=SERVICE)

    async with unchanged(api):
        refused = await resend(api, acme.id, id, by=admin)

    assert codes(refused) == ["organization_membership_quota_exceeded"]
    assert refused.user_errors[0]["meta"] == {"limit": 2}
    await seats(api, acme.id, 3)
    assert (await resend(api, acme.id, id, by=admin)).payload


async def test_a_pending_invitation_is_resent_in_its_own_seat(api: Api, acme: Acme) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    await seats(api, acme.id, 3)

    assert (await resend(api, acme.id, made["id"], by=acme.admin)).payload


async def test_an_expired_invitation_is_not_resent_beside_a_newer_one(api: Api, acme: Acme) -> None:
    id, admin = await an_expired_one(api, acme)
    newer = await invited(api, acme.id, by=admin)

    async with unchanged(api):
        assert codes(await resend(api, acme.id, id, by=admin)) == [
            "organization_invitation_not_pending"
        ]

    await revoke(api, acme.id, newer["id"], by=admin)
    assert (await resend(api, acme.id, id, by=admin)).payload


async def test_an_expired_invitation_is_not_resent_to_who_joined_meanwhile(
    api: Api, acme: Acme
) -> None:
    id, admin = await an_expired_one(api, acme)
    await a_member(api, acme.id, "new@example.com")

    async with unchanged(api):
        assert codes(await resend(api, acme.id, id, by=admin)) == [
            "already_a_member_in_organization"
        ]


async def test_an_invitation_of_another_organization_is_not_found(api: Api, acme: Acme) -> None:
    theirs = await an_organization(api, by=acme.outsider, name="Other")
    made = await invited(api, theirs, by=acme.outsider)

    async with unchanged(api):
        for act in (resend, revoke):
            refused = await act(api, acme.id, made["id"], by=acme.admin)
            assert (codes(refused), fields(refused)) == (
                ["resource_not_found"],
                ["input.invitationId"],
            )
            assert (await act(api, theirs, made["id"], by=acme.admin)).code == "NOT_FOUND"
            assert (await act(api, acme.id, made["id"], by=acme.member)).code == "FORBIDDEN"


async def test_revoking_takes_the_invitation_back(api: Api, acme: Acme) -> None:
    made = await invited(api, acme.id, by=acme.admin)

    revoked = (await revoke(api, acme.id, made["id"], by=acme.admin)).payload["invitation"]

    assert (revoked["status"], revoked["url"]) == ("REVOKED", None)
    last = (await events(api.store))[-1]
    assert (last["type"], last["actor_id"]) == ("organizationInvitation.revoked", acme.admin.id)


# ------------------------------------------------------------------------------ name of the inviter

NAMES = "{ viewer { invitations { nodes { inviterName inviter { id } } } } }"


async def inviter_names(api: Api, invitee: Caller) -> list[str | None]:
    nodes = (await api.run(NAMES, by=invitee)).data["viewer"]["invitations"]["nodes"]
    assert all(one["inviter"] is None for one in nodes)
    return [one["inviterName"] for one in nodes]


async def test_an_invited_person_reads_who_invited_them(api: Api, acme: Acme) -> None:
    invitee = await api.person("invitee@example.com")
    await invited(api, acme.id, invitee.email, by=acme.admin)

    assert await inviter_names(api, invitee) == ["Ada Lovelace"]


async def test_an_inviter_without_a_name_or_who_is_gone_has_none(api: Api, acme: Acme) -> None:
    invitee = await api.person("invitee@example.com")
    nameless = await a_member(api, acme.id, "nameless@example.com", "org:admin")
    await invited(api, acme.id, invitee.email, by=nameless)
    unnamed = await inviter_names(api, invitee)
    await api.mutate("deleteUser", {"userId": nameless.id}, by=SERVICE)

    assert unnamed == [None]
    assert await inviter_names(api, invitee) == [None]


async def test_the_invitation_of_a_secret_key_names_nobody(api: Api, acme: Acme) -> None:
    invitee = await api.person("invitee@example.com")
    await invited(api, acme.id, invitee.email, by=SERVICE)

    assert await inviter_names(api, invitee) == [None]


async def test_who_has_not_verified_the_address_reads_no_name(api: Api, acme: Acme) -> None:
    await invited(api, acme.id, "invitee@example.com", by=acme.admin)
    stranger = await api.person("invitee@example.com", verified=False)

    assert await inviter_names(api, stranger) == []
