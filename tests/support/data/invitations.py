"""Creates, reads, accepts and declines invitations through the API."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import select, update

from models.database.tables import metadata
from models.keys.ticket_keys import derive_ticket_keys
from resolvers.invitations.tickets import TicketKind, make_ticket
from tests.support.api import JSON, SECRET, SERVICE, Answer, Api, Caller, contents, events
from tests.support.data.factories import a_member

KEYS = derive_ticket_keys((SECRET,))
TABLE = metadata.tables["invitation"]
FIELDS = """id emailAddress status url role { key } inviter { id } acceptedBy { id } mail { status attempts }
    publicOrganization { id name slug } organization { id } redirectUrl publicMetadata privateMetadata
    createdAt expiresAt"""
INVITATION = f"invitation {{ {FIELDS} }}"
MEMBERSHIP = "membership { id role { key } user { id } publicMetadata organization { id } }"


def codes(answer: Answer) -> list[str]:
    return [error["code"] for error in answer.user_errors]


def fields(answer: Answer) -> list[str | None]:
    """Returns the input field that each user error is about."""
    return [error["field"] and ".".join(error["field"]) for error in answer.user_errors]


async def invite(
    api: Api, organization_id: str, email: str = "new@example.com", *, by: Caller, **input: Any
) -> Answer:
    values = {"organizationId": organization_id, "emailAddress": email, **input}
    return await api.mutate("createInvitation", values, INVITATION, by=by)


async def invited(
    api: Api, organization_id: str, email: str = "new@example.com", *, by: Caller, **input: Any
) -> JSON:
    """Creates an invitation."""
    return (await invite(api, organization_id, email, by=by, **input)).payload["invitation"]


async def a_member_who_was_invited(api: Api, organization_id: str) -> Caller:
    """Creates a member with a pending invitation, whose address was unverified when they joined."""
    await a_member(api, organization_id, await api.person("new@example.com", verified=False))
    api.clock.forward(seconds=1)
    return await api.person("new@example.com")


async def invite_many(
    api: Api, organization_id: str, emails: list[str], *, by: Caller, **input: Any
) -> Answer:
    recipients = [{"emailAddress": email} for email in emails]
    values = {"organizationId": organization_id, "recipients": recipients, **input}
    return await api.mutate("createInvitations", values, f"invitations {{ {FIELDS} }}", by=by)


async def resend(api: Api, organization_id: str, invitation_id: str, *, by: Caller) -> Answer:
    which = {"organizationId": organization_id, "invitationId": invitation_id}
    return await api.mutate("resendInvitation", which, INVITATION, by=by)


async def revoke(api: Api, organization_id: str, invitation_id: str, *, by: Caller) -> Answer:
    which = {"organizationId": organization_id, "invitationId": invitation_id}
    return await api.mutate("revokeInvitation", which, INVITATION, by=by)


async def _respond(api: Api, field: str, selection: str, proof: JSON, by: Caller) -> Answer:
    payload = f"{INVITATION} {selection} userErrors {{ code message field meta }} cursor"
    document = (
        f"mutation($input: AcceptInvitationInput!) {{ {field}(input: $input) {{ {payload} }} }}"
    )
    return await api.run(document, {"input": proof}, by=by)


async def accept(api: Api, *, by: Caller, **proof: Any) -> Answer:
    """Accepts an invitation by `ticket` or `invitationId`."""
    return await _respond(api, "acceptInvitation", MEMBERSHIP, proof, by)


async def decline(api: Api, *, by: Caller, **proof: Any) -> Answer:
    return await _respond(api, "declineInvitation", "", proof, by)


async def stored(api: Api, invitation_id: str) -> JSON:
    async with api.store.read() as connection:
        rows = await connection.execute(select(TABLE).where(TABLE.c.id == invitation_id))
        (row,) = rows.mappings()
        return row


async def change(api: Api, invitation_id: str, **values: Any) -> None:
    """Puts an invitation into a state that the API can't produce directly."""
    async with api.store.write() as session:
        await session.execute(update(TABLE).where(TABLE.c.id == invitation_id).values(**values))


async def ticket(api: Api, invitation_id: str, kind: TicketKind = TicketKind.MAIL) -> str:
    """Makes the ticket that an email sent now would contain, and that the API never returns."""
    return make_ticket(KEYS, kind, invitation_id, (await stored(api, invitation_id))["nonce"])


async def proof(api: Api, invitation: JSON, by_what: str) -> JSON:
    """Makes the input that names an invitation by its `id`, or by its `mail` or `link` ticket."""
    if by_what == "id":
        return {"invitationId": invitation["id"]}
    return {"ticket": await ticket(api, invitation["id"], TicketKind(by_what))}


def link_ticket(invitation: JSON) -> str:
    """Returns the ticket of the link in the API."""
    return invitation["url"].partition("?ticket=")[2]


async def again(api: Api, caller: Caller, **claims: Any) -> Caller:
    """Signs the same person in again, with a fresh token."""
    return await api.person(caller.email, **claims)


async def kinds(api: Api, *, but: frozenset[str] = frozenset()) -> list[str]:
    """Returns the kinds of events about invitations, oldest first."""
    found = [event["type"].partition(".") for event in await events(api.store)]
    return [kind for noun, _, kind in found if noun == "organizationInvitation" and kind not in but]


async def seats(api: Api, organization_id: str, number: int) -> None:
    limit = {"organizationId": organization_id, "maxAllowedMemberships": number}
    assert (await api.mutate("updateOrganization", limit, by=SERVICE)).payload


async def allow_origins(api: Api, *origins: str) -> None:
    assert (
        await api.mutate("updateInstance", {"allowedRedirectOrigins": list(origins)}, by=SERVICE)
    ).payload


@asynccontextmanager
async def unchanged(api: Api) -> AsyncGenerator[None]:
    before = await contents(api.store)
    yield
    assert await contents(api.store) == before
