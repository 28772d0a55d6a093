"""Invitations: made, resent, revoked (rules 11 to 22 of DESIGN 7)."""

from typing import Any

from resolvers.tickets import TicketKind, mint, ticket_keys
from server.app import DEVELOPMENT_SECRET
from tests.api import SERVICE, Api, contents, events
from tests.factories import Acme

INVITATION = """invitation { id emailAddress status url role { key } inviter { id } mail { status attempts }
    publicOrganization { name } organization { name } expiresAt }"""
KEYS = ticket_keys((DEVELOPMENT_SECRET,))


async def invite(api: Api, acme: Acme, email: str = "new@example.com", **input: Any) -> Any:
    values = {"organizationId": acme.id, "emailAddress": email, **input}
    return await api.mutate("createInvitation", values, INVITATION, by=input.pop("by", acme.admin))


async def ticket(api: Api, invitation_id: str, kind: TicketKind = TicketKind.MAIL) -> str:
    rows = (await contents(api.store))["invitation"]
    (row,) = [row for row in rows if row[0] == invitation_id]
    nonce = next(value for value in row if isinstance(value, str) and len(value) == 43)
    return mint(KEYS, kind, invitation_id, nonce)


async def test_invite_and_accept(api: Api, acme: Acme) -> None:
    made = (await invite(api, acme, publicMetadata={"a": 1})).payload["invitation"]
    assert made["status"] == "PENDING"
    newcomer = await api.person("New@example.com", verified=False)
    listed = await api.run("{ viewer { invitations { totalCount } } }", by=newcomer)
    assert listed.data["viewer"]["invitations"]["totalCount"] == 0
    shown = await api.run('query($t: String!) { invitationByTicket(ticket: $t) { organizationName next status } }', {"t": await ticket(api, made["id"])})
    assert shown.data["invitationByTicket"] == {"organizationName": "Acme", "next": "SIGN_IN", "status": "PENDING"}
    doc = "mutation($i: AcceptInvitationInput!) { acceptInvitation(input: $i) { membership { role { key } publicMetadata } invitation { status acceptedBy { id } } userErrors { code field } } }"
    link = made["url"].split("ticket=")[1]
    assert (await api.run(doc, {"i": {"ticket": link}}, by=newcomer)).reason == "invitation_requires_verified_address"
    assert (await api.run(doc, {"i": {"ticket": await ticket(api, made["id"])}}, by=acme.outsider)).reason == "invitation_for_another_address"
    ok = await api.run(doc, {"i": {"ticket": await ticket(api, made["id"])}}, by=newcomer)
    assert ok.payload["membership"] == {"role": {"key": "org:member"}, "publicMetadata": {"a": 1}}
    again = await api.run(doc, {"i": {"ticket": await ticket(api, made["id"])}}, by=newcomer)
    assert again.user_errors[0]["code"] == "organization_invitation_already_accepted"
    print([e["type"] for e in await events(api.store)])


async def test_expiry_is_kept_though_refused(api: Api, acme: Acme) -> None:
    made = (await invite(api, acme, expiresInDays=1)).payload["invitation"]
    api.clock.forward(days=1)
    doc = f'{{ organization(by: {{id: "{acme.id}"}}) {{ pendingInvitationsCount invitations {{ nodes {{ status mail {{ status }} }} }} }} }}'
    admin = await api.person("ada@example.com")
    assert (await api.run(doc, by=admin)).data["organization"]["invitations"]["nodes"][0]["status"] == "EXPIRED"
    refused = await api.mutate("createInvitation", {"organizationId": acme.id, "emailAddress": "x"}, by=admin)
    assert refused.user_errors
    assert (await events(api.store))[-1]["type"] == "organizationInvitation.expired"
    again = await api.mutate("createInvitation", {"organizationId": acme.id, "emailAddress": "new@example.com"}, INVITATION, by=SERVICE)
    assert again.payload
    bulk = await api.mutate("createInvitations", {"organizationId": acme.id, "recipients": [{"emailAddress": "a@example.com"},{"emailAddress": "NEW@example.com"},{"emailAddress": "x"},{"emailAddress":"ada@example.com"}]}, "invitations { id }", by=admin)
    print(bulk.user_errors)
    resent = await api.mutate("resendInvitation", {"organizationId": acme.id, "invitationId": again.payload["invitation"]["id"]}, INVITATION, by=admin)
    print(resent.body)
