"""What a ticket shows before anybody signs in, and who ever gets to see one (rules 14, 15 and 20)."""

from datetime import datetime, timedelta

import pytest

from models.keys.ticket_keys import derive_ticket_keys
from resolvers.invitations.tickets import TicketKind, make_ticket, verify_ticket
from tests.conftest import counted
from tests.support.api import JSON, NOBODY, SERVICE, Api, Caller
from tests.support.data.factories import Acme
from tests.support.data.invitations import (
    INVITATION,
    accept,
    again,
    invited,
    link_ticket,
    resend,
    revoke,
    stored,
    ticket,
    unchanged,
)

PREVIEW = """query($ticket: String!) { invitationByTicket(ticket: $ticket) {
    organizationName organizationImageUrl emailAddress roleName inviterName status expiresAt next } }"""


async def shown(api: Api, ticket: str, *, by: Caller = NOBODY) -> JSON | None:
    return (await api.run(PREVIEW, {"ticket": ticket}, by=by)).data["invitationByTicket"]


async def next_step(api: Api, ticket: str, *, by: Caller = NOBODY) -> str:
    found = await shown(api, ticket, by=by)
    assert found
    return found["next"]


async def test_anybody_with_the_ticket_sees_what_it_is_for_and_nothing_changes(
    api: Api, acme: Acme
) -> None:
    made = await invited(api, acme.id, "New@example.com", by=acme.admin)
    right = await ticket(api, made["id"])

    async with unchanged(api):
        found = await shown(api, right)

    assert found
    assert datetime.fromisoformat(found.pop("expiresAt")) == api.clock() + timedelta(days=30)
    assert found.pop("organizationImageUrl").startswith("http")
    assert found == {
        "organizationName": "Acme",
        "emailAddress": "New@example.com",
        "roleName": "Member",
        "inviterName": "Ada Lovelace",
        "status": "PENDING",
        "next": "SIGN_UP",
    }


async def test_a_key_that_invites_has_no_name(api: Api, acme: Acme) -> None:
    made = await invited(api, acme.id, by=SERVICE)

    found = await shown(api, await ticket(api, made["id"]))

    assert found
    assert found["inviterName"] is None


async def test_the_mail_ticket_tells_whether_to_sign_in_or_up(api: Api, acme: Acme) -> None:
    stranger = await invited(api, acme.id, by=acme.admin)
    known = await invited(api, acme.id, acme.outsider.email.upper(), by=acme.admin)

    assert await next_step(api, await ticket(api, stranger["id"])) == "SIGN_UP"
    assert await next_step(api, await ticket(api, known["id"])) == "SIGN_IN"
    assert await next_step(api, await ticket(api, known["id"]), by=acme.member) == "SIGN_IN"
    assert await next_step(api, await ticket(api, known["id"]), by=SERVICE) == "SIGN_IN"
    assert await next_step(api, await ticket(api, known["id"]), by=acme.outsider) == "ACCEPT"


async def test_the_link_ticket_never_tells_whether_there_is_an_account(
    api: Api, acme: Acme
) -> None:
    stranger = await invited(api, acme.id, by=acme.admin)
    known = await invited(api, acme.id, acme.outsider.email, by=acme.admin)

    for caller in (NOBODY, acme.admin, SERVICE):
        assert await next_step(api, link_ticket(stranger), by=caller) == "SIGN_IN"
        assert await next_step(api, link_ticket(known), by=caller) == "SIGN_IN"
    assert await next_step(api, link_ticket(known), by=acme.outsider) == "ACCEPT"


@pytest.mark.parametrize("status", ["ACCEPTED", "REVOKED", "EXPIRED"])
async def test_a_settled_invitation_answers_with_its_status(
    api: Api, acme: Acme, status: str
) -> None:
    made = await invited(api, acme.id, by=acme.admin, expiresInDays=1)
    right = await ticket(api, made["id"])
    newcomer = await api.person("new@example.com")
    if status == "ACCEPTED":
        await accept(api, by=newcomer, ticket=right)
    if status == "REVOKED":
        await revoke(api, acme.id, made["id"], by=acme.admin)
    if status == "EXPIRED":
        api.clock.forward(days=1)
        newcomer = await again(api, newcomer)

    for by in (NOBODY, newcomer):
        for one in (right, link_ticket(made)):
            found = await shown(api, one, by=by)
            assert found
            assert (found["status"], found["next"]) == (status, "NONE")


async def test_a_ticket_that_does_not_verify_shows_nothing(api: Api, acme: Acme) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    right = await ticket(api, made["id"])
    id, _, mac = right.partition(".")
    stored_nonce = (await stored(api, made["id"]))["nonce"]
    foreign = make_ticket(derive_ticket_keys(("y" * 32,)), TicketKind.MAIL, id, stored_nonce)
    odd = [
        "",
        id,
        f"{id}.",
        f"{id}.{mac}=",
        f"{id}.{mac[:-1]}",
        foreign,
        f"orginv_{'0' * 26}.{mac}",
        "org_x.y",
    ]

    for wrong in odd:
        assert await shown(api, wrong) is None

    await resend(api, acme.id, id, by=acme.admin)
    assert await shown(api, right) is None
    assert await shown(api, link_ticket(made)) is None
    now_valid = await ticket(api, id)
    assert await shown(api, now_valid)
    await api.mutate("deleteOrganization", {"organizationId": acme.id}, by=acme.admin)
    assert await shown(api, now_valid) is None


async def test_a_ticket_costs_few_statements(api: Api, acme: Acme) -> None:
    made = await invited(api, acme.id, by=acme.admin)
    right = await ticket(api, made["id"])

    with counted(api.store) as statements:
        await shown(api, right)

    assert len(statements) <= 4


def test_a_ticket_is_of_one_kind_and_old_root_secrets_still_verify() -> None:
    old, new = derive_ticket_keys(("a" * 32,)), derive_ticket_keys(("b" * 32, "a" * 32))

    for kind in TicketKind:
        assert verify_ticket(new.given, make_ticket(old, kind, "orginv_1", "n"), "n") is kind
        assert verify_ticket(new.given, make_ticket(new, kind, "orginv_1", "n"), "n") is kind
    assert verify_ticket(old.given, make_ticket(new, TicketKind.MAIL, "orginv_1", "n"), "n") is None
    assert verify_ticket(old.given, make_ticket(old, TicketKind.MAIL, "orginv_1", "n"), "m") is None


async def test_no_answer_of_the_api_holds_a_mail_ticket_and_a_members_none_at_all(
    api: Api, acme: Acme
) -> None:
    answers = [
        await api.mutate(
            "createInvitation",
            {"organizationId": acme.id, "emailAddress": "new@example.com"},
            INVITATION,
            by=acme.admin,
        )
    ]
    made = answers[0].payload["invitation"]
    by_mail, by_link = await ticket(api, made["id"]), link_ticket(made)
    nonce = (await stored(api, made["id"]))["nonce"]
    document = """query($id: ID!, $invitation: ID!) {
        node(id: $invitation) { ... on Invitation { url } }
        organization(by: {id: $id}) { invitations { nodes { url } } } }"""
    newcomer = await api.person("new@example.com")
    listing = "{ viewer { invitations { nodes { url id } } } }"
    managed = [await api.run(document, {"id": acme.id, "invitation": made["id"]}, by=acme.admin)]
    others = [
        await api.run(document, {"id": acme.id, "invitation": made["id"]}, by=acme.member),
        await api.run(document, {"id": acme.id, "invitation": made["id"]}, by=newcomer),
        await api.run(listing, by=newcomer),
        await accept(api, by=newcomer, ticket=by_mail),
        await accept(api, by=acme.outsider, ticket=by_link),
    ]

    mac = {name: one.partition(".")[2] for name, one in (("mail", by_mail), ("link", by_link))}
    assert mac["link"] in repr(managed[0].body)
    for answer in (*answers, *managed, *others):
        assert mac["mail"] not in repr(answer.body)
        assert nonce not in repr(answer.body)
    assert not [answer for answer in others if mac["link"] in repr(answer.body)]
