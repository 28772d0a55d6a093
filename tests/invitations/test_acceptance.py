"""Accepting and declining: by whom, with which proof, and what is refused (rules 14 to 18)."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from resolvers.authority.access import SYSTEM
from resolvers.foundation.transaction import begin
from tests.support.api import JSON, NOBODY, SERVICE, Answer, Api, Caller, events
from tests.support.data.factories import Acme, an_organization
from tests.support.data.invitations import (
    accept,
    again,
    codes,
    decline,
    invite,
    invited,
    kinds,
    link_ticket,
    proof,
    resend,
    revoke,
    stored,
    ticket,
    unchanged,
)
from tests.support.servers.smtp import until

Act = Callable[..., Awaitable[Answer]]
BOTH = pytest.mark.parametrize("act", [accept, decline])
PROOFS = ("mail", "link", "id")
ANY_PROOF = pytest.mark.parametrize("by_what", PROOFS)


@ANY_PROOF
async def test_the_invited_person_becomes_a_member(api: Api, acme: Acme, by_what: str) -> None:
    made = await invited(
        api,
        acme.id,
        "New@Example.com",
        by=SERVICE,
        role="org:admin",
        publicMetadata={"a": 1},
        privateMetadata={"b": 2},
    )
    newcomer = await api.person("new@EXAMPLE.com")

    payload = (await accept(api, by=newcomer, **await proof(api, made, by_what))).payload

    member = payload["membership"]
    assert (member["role"], member["user"]) == ({"key": "org:admin"}, {"id": newcomer.id})
    assert member["publicMetadata"] == {"a": 1}
    assert (payload["invitation"]["status"], payload["invitation"]["acceptedBy"]) == (
        "ACCEPTED",
        {"id": newcomer.id},
    )
    document = "query($id: ID!) { node(id: $id) { ... on Membership { privateMetadata } } }"
    private = await api.run(document, {"id": member["id"]}, by=SERVICE)
    assert private.data["node"]["privateMetadata"] == {"b": 2}
    log = await events(api.store)
    assert [event["type"] for event in log[-2:]] == [
        "organizationInvitation.accepted",
        "organizationMembership.created",
    ]
    assert {(event["actor_type"], event["actor_id"]) for event in log[-2:]} == {
        ("user", newcomer.id)
    }
    assert log[-2]["data"]["user_id"] == newcomer.id


@ANY_PROOF
async def test_the_invited_person_says_no(api: Api, acme: Acme, by_what: str) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    newcomer = await api.person("new@example.com")

    payload = (await decline(api, by=newcomer, **await proof(api, made, by_what))).payload

    seen = payload["invitation"]
    assert (seen["status"], seen["url"], seen["mail"], seen["inviter"]) == (
        "DECLINED",
        None,
        None,
        None,
    )
    assert seen["organization"] is None
    last = (await events(api.store))[-1]
    assert (last["type"], last["actor_id"]) == ("organizationInvitation.declined", newcomer.id)


@BOTH
async def test_only_the_mail_ticket_proves_the_mailbox(api: Api, acme: Acme, act: Act) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    newcomer = await api.person("new@example.com", verified=False)

    async with unchanged(api):
        for by_what in ("link", "id"):
            refused = await act(api, by=newcomer, **await proof(api, made, by_what))
            assert (refused.code, refused.reason) == (
                "FORBIDDEN",
                "invitation_requires_verified_address",
            )

    assert (await act(api, by=newcomer, **await proof(api, made, "mail"))).payload


@BOTH
async def test_a_forwarded_link_is_of_no_use_to_another_person(
    api: Api, acme: Acme, act: Act
) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    nearly = [await api.person(email) for email in ("new+a@example.com", "n.ew@example.com")]

    async with unchanged(api):
        for other in (acme.outsider, acme.member, acme.admin, *nearly):
            for by_what in ("mail", "link"):
                refused = await act(api, by=other, **await proof(api, made, by_what))
                assert (refused.code, refused.reason) == (
                    "FORBIDDEN",
                    "invitation_for_another_address",
                )
            by_id = await act(api, by=other, invitationId=made["id"])
            never = await act(api, by=other, invitationId="orginv_01m806ss0gmjr2a98mfe15cfx4")
            assert by_id.body == never.body
            assert codes(by_id) == ["resource_not_found"]


@BOTH
async def test_a_ticket_that_is_not_ours_is_refused(api: Api, acme: Acme, act: Act) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    other = await invited(
        api, await an_organization(api, by=acme.outsider, name="Other"), by=acme.outsider
    )
    newcomer = await api.person("new@example.com")
    right = await ticket(api, made["id"])
    id, _, mac = right.partition(".")
    edited = f"{id}.{'A' if mac[0] != 'A' else 'B'}{mac[1:]}"
    of_another = f"{other['id']}.{mac}"
    odd = [
        "",
        ".",
        id,
        f"{id}.",
        f"{id}.{mac}=",
        f"{id} .{mac}",
        right.upper(),
        f"{id}.ü",
        "x" * 4000,
    ]

    async with unchanged(api):
        for wrong in (edited, of_another, f"orginv_{'0' * 26}.{mac}", f"{right}.{mac}", *odd):
            refused = await act(api, by=newcomer, ticket=wrong)
            assert codes(refused) == ["ticket_invalid_code"], wrong

    assert (await act(api, by=newcomer, ticket=f" {right}\n")).payload


@BOTH
async def test_who_may_answer_at_all(api: Api, acme: Acme, act: Act) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    right = await proof(api, made, "mail")

    async with unchanged(api):
        assert (await act(api, by=NOBODY, **right)).code == "UNAUTHENTICATED"
        assert (await act(api, by=SERVICE, **right)).reason == "user_required"
        assert (
            await act(api, by=acme.outsider, ticket="x", invitationId="y")
        ).code == "BAD_USER_INPUT"
        assert (await act(api, by=acme.outsider)).code == "BAD_USER_INPUT"


async def test_resending_voids_the_links_of_before(api: Api, acme: Acme) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    old_mail, old_link = await ticket(api, made["id"]), link_ticket(made)
    newcomer = await api.person("new@example.com")

    resent = (await resend(api, acme.id, made["id"], by=acme.admin)).payload["invitation"]

    async with unchanged(api):
        for old in (old_mail, old_link):
            for act in (accept, decline):
                assert codes(await act(api, by=newcomer, ticket=old)) == ["ticket_invalid_code"]
    assert link_ticket(resent) != old_link
    assert (await accept(api, by=newcomer, ticket=link_ticket(resent))).payload


async def settled(api: Api, acme: Acme, status: str) -> tuple[JSON, Caller]:
    """An invitation with that status, and who was invited."""
    made = await invited(api, acme.id, by=acme.admin, expiresInDays=1)
    newcomer = await api.person("new@example.com")
    by_mail = await proof(api, made, "mail")
    if status == "accepted":
        assert (await accept(api, by=newcomer, **by_mail)).payload
    if status == "declined":
        assert (await decline(api, by=newcomer, **by_mail)).payload
    if status == "revoked":
        assert (await revoke(api, acme.id, made["id"], by=acme.admin)).payload
    if status == "expired":
        api.clock.forward(days=1)
        newcomer = await again(api, newcomer)
        assert (await invite(api, acme.id, "", by=SERVICE)).user_errors
    return made, newcomer


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("accepted", "organization_invitation_already_accepted"),
        ("declined", "organization_invitation_declined"),
        ("revoked", "organization_invitation_revoked_code"),
        ("expired", "ticket_expired_code"),
    ],
)
async def test_a_settled_invitation_stays_as_it_is(
    api: Api, acme: Acme, status: str, code: str
) -> None:
    made, newcomer = await settled(api, acme, status)
    admin = await again(api, acme.admin)

    async with unchanged(api):
        for by_what in PROOFS:
            for act in (accept, decline):
                refused = await act(api, by=newcomer, **await proof(api, made, by_what))
                field = ["input", "invitationId" if by_what == "id" else "ticket"]
                assert (codes(refused), refused.user_errors[0]["field"]) == ([code], field)
        assert codes(await revoke(api, acme.id, made["id"], by=admin)) == [
            "organization_invitation_not_pending"
        ]
        if status != "expired":
            assert codes(await resend(api, acme.id, made["id"], by=admin)) == [
                "organization_invitation_not_pending"
            ]


@BOTH
async def test_an_invitation_expires_at_the_very_instant(api: Api, acme: Acme, act: Act) -> None:
    first = await invited(api, acme.id, "one@example.com", by=acme.admin, expiresInDays=1)
    second = await invited(api, acme.id, "two@example.com", by=acme.admin, expiresInDays=1)
    api.clock.forward(hours=23, minutes=59, seconds=59, milliseconds=999)
    one, two = await api.person("one@example.com"), await api.person("two@example.com")

    in_time = await act(api, by=one, ticket=await ticket(api, first["id"]))
    api.clock.forward(milliseconds=1)
    late = await act(api, by=two, ticket=await ticket(api, second["id"]))

    assert in_time.payload
    assert codes(late) == ["ticket_expired_code"]
    assert (await stored(api, second["id"]))["status"] == "expired"
    assert (await kinds(api)).count("expired") == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_an_invitation_can_expire_while_the_organization_is_locked(
    api: Api, acme: Acme
) -> None:
    made = await invited(api, acme.id, by=acme.admin, expiresInDays=1)
    api.clock.forward(hours=23)
    newcomer, link = await api.person("new@example.com"), await ticket(api, made["id"])

    async def is_waiting() -> bool:
        async with api.store.read() as connection:
            return bool(await connection.run_text("SELECT 1 FROM pg_locks WHERE NOT granted"))

    async with begin(api.server, SYSTEM) as tx:
        await tx.lock_organization(acme.id)
        late = asyncio.create_task(accept(api, by=newcomer, ticket=link))
        await until(is_waiting)
        api.clock.forward(hours=1)

    assert codes(await late) == ["ticket_expired_code"]
    assert await kinds(api) == ["created", "expired"]
