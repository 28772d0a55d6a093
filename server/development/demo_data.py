"""What a development server has beside the application: a
demo company, a secret key, and a page that is signed in.
"""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlmodel import col, select

from models import base
from models.database.store import Store
from models.events import Event, EventType
from models.instance import Instance
from models.invitations import PENDING, Invitation
from models.keys.secret_keys import generate_secret
from models.organizations import Organization, make_slug
from models.roles import MEMBERSHIPS_MANAGE
from models.sessions import Session
from models.users import IdentityClaims, User
from models.validation.addresses import normalize_address
from models.webhooks import WebhookEndpoint
from resolvers.access import SYSTEM, Actor, ActorType
from resolvers.invitations.accept import InvitationRef, accept_invitation
from resolvers.invitations.create import create_invitation
from resolvers.invitations.validation import InvitationOptions, Recipient
from resolvers.members.memberships import create_membership
from resolvers.metadata import Metadata
from resolvers.organizations import NewOrganization, create_organization
from resolvers.provisioning import find_or_create_user
from resolvers.server import Server
from resolvers.sessions.lifecycle import create_session
from resolvers.transaction import begin
from resolvers.webhooks.endpoints import NewEndpoint, create_endpoint
from server.delivery.smtp import OnWritten
from server.development.issuer import (
    ADA,
    AUDIENCE,
    GRACE,
    KATHERINE,
    MALLORY,
    MARGARET,
    PEOPLE,
    DevelopmentIssuer,
    make_subject,
    read_or_create,
)
from server.development.operations import (
    COMPANY,
    HOOKS,
    JOAN,
    LAB,
    Waiting,
    documents,
    ready_values,
)
from server.http.app import DevelopmentExtras
from server.http.graphiql import MenuIdentity
from server.http.invitation_page import DemoIdentity
from server.settings.names import ISSUER
from server.settings.settings import Environment, Issuer

# Invited too long ago.
EDSGER = "edsger@example.com"


def long_ago() -> datetime:
    """A time whose invitations have expired since."""
    return base.now() - timedelta(days=60)


class AlreadyInUse(Exception):
    """A database that others than a development server have
    written to: development tokens must not count there.
    """


def development_secret(folder: Path) -> str:
    return read_or_create(folder / "development-secret", lambda: secrets.token_urlsafe(48))


def development_key(folder: Path) -> str:
    return read_or_create(folder / "development-key", generate_secret)


async def stamp(store: Store) -> None:
    """Marks the database: a production server will refuse it.

    Raises AlreadyInUse for one that is production's.
    """
    async with store.write() as session:
        instance = (await session.execute(select(Instance))).scalar_one()
        if instance.environment == Environment.DEVELOPMENT.value:
            return
        if (await session.execute(select(Event.cursor).limit(1))).first():
            raise AlreadyInUse(
                "TENANTRY_DATABASE_URL: this database holds data that no development server made;"
                " it is left alone."
            )
        instance.environment = Environment.DEVELOPMENT.value


# ------------------------------------------------------------------------------------- demo company


async def load_demo(server: Server) -> None:
    """A small company, made by the same operations as through
    the API; a database that holds anything is left alone.
    """
    async with server.store.read() as connection:
        if (await connection.execute(select(Organization.id).limit(1))).first():
            return
    ids = {person: await _person(server, *person) for person in PEOPLE}
    async with begin(server, Actor(ActorType.USER, ids[ADA])) as tx:
        company, _ = await create_organization(tx, NewOrganization(name=COMPANY))
        lab, _ = await create_organization(tx, NewOrganization(name=LAB))
    for organization, people in ((company, (GRACE, MARGARET)), (lab, (GRACE,))):
        for person in people:
            await _add(server, organization.id, ids[person])
    ada, katherine = (Actor(ActorType.USER, ids[person]) for person in (ADA, KATHERINE))
    await _invite(replace(server, clock=long_ago), ada, company.id, EDSGER)
    await _invite(server, ada, company.id, JOAN, notify=True)
    for organization in (company, lab):
        await _invite(server, ada, organization.id, MALLORY[0])
    accepted = await _invite(server, ada, company.id, KATHERINE[0])
    async with begin(server, katherine) as tx:
        await accept_invitation(tx, ref=InvitationRef(invitation_id=accepted))
    await _listen(server)


async def _listen(server: Server) -> None:
    """An endpoint for what is seldom: a demo that nobody
    listens to fills no log with what could not be sent.
    """
    new = NewEndpoint(HOOKS, "A receiver on this machine", [EventType.ORGANIZATION_UPDATED.value])
    async with begin(server, SYSTEM) as tx:
        await create_endpoint(tx, new)


async def _invite(
    server: Server, by: Actor, organization_id: str, address: str, *, notify: bool = False
) -> str:
    recipient, options = Recipient(address), InvitationOptions(notify=notify)
    async with begin(server, by) as tx:
        await tx.authorize(organization_id, MEMBERSHIPS_MANAGE)
        made = await create_invitation(
            tx, organization_id=organization_id, recipient=recipient, options=options
        )
        return made.id


async def _add(server: Server, organization_id: str, user_id: str) -> None:
    async with begin(server, SYSTEM) as tx:
        await create_membership(
            tx, organization_id=organization_id, user_id=user_id, role=None, metadata=Metadata()
        )


async def _person(server: Server, email: str, first: str, last: str) -> str:
    claims = IdentityClaims(
        ISSUER, make_subject(email), 0, email, normalize_address(email), True, first, last
    )
    async with begin(replace(server, issuers=[ISSUER]), SYSTEM) as tx:
        return await find_or_create_user(tx, claims)


# ------------------------------------------------------------------------------------ GraphiQL page


def _identities(issuer: DevelopmentIssuer, key: str, *, is_staffed: bool) -> list[MenuIdentity]:
    def person(email: str, first: str, last: str, detail: str) -> MenuIdentity:
        return MenuIdentity(
            f"{first} {last}", detail if is_staffed else "", f"Bearer {issuer.token(email)}"
        )

    return [
        person(*ADA, f"admin of {COMPANY}"),
        person(*GRACE, f"member of {COMPANY}"),
        person(*MALLORY, "outsider, invited"),
        MenuIdentity("Secret key", "a service, everything allowed", f"Bearer {key}"),
        MenuIdentity("Nobody", "no credential", None),
    ]


async def _session(server: Server, user_id: str) -> str:
    """An open session of the user's, for the ready operations;
    a new one where the old one was ended or is over.
    """
    opened = select(Session.id).where(
        col(Session.user_id) == user_id,
        col(Session.closed_as).is_(None),
        col(Session.expires_at) > base.now() + timedelta(days=1),
    )
    async with server.store.read() as connection:
        found = (await connection.execute(opened.limit(1))).scalar_one_or_none()
    if found is not None:
        return found
    async with begin(server, Actor(ActorType.USER, user_id)) as tx:
        return (await create_session(tx, organization_id=None)).id


async def _found(store: Store) -> tuple[dict[str, str], Waiting]:
    """The ids of demo people by address, organizations by
    slug and the endpoint by URL; the invitations that wait.
    """
    addresses = [email for email, _, _ in PEOPLE]
    waiting = select(Invitation).where(
        col(Invitation.address_key).in_([JOAN, MALLORY[0]]), col(Invitation.status) == PENDING
    )
    people = select(User).where(col(User.issuer) == ISSUER, col(User.address_key).in_(addresses))
    organizations = select(Organization).where(
        col(Organization.slug).in_([make_slug(COMPANY), make_slug(LAB)])
    )
    endpoints = select(WebhookEndpoint).where(col(WebhookEndpoint.url) == HOOKS)
    async with store.read() as connection:
        found = {row.address_key: row.id for row in (await connection.execute(people)).all()}
        found |= {row.slug: row.id for row in (await connection.execute(organizations)).all()}
        found |= {row.url: row.id for row in (await connection.execute(endpoints)).all()}
        rows = (await connection.execute(waiting)).all()
        return found, {(row.organization_id, row.address_key): row for row in rows}


def _accept_as(issuer: DevelopmentIssuer, address: str) -> list[DemoIdentity]:
    """Whom a demo invitation can be answered as: first who is invited, then two who are not."""
    others = [email for email, _, _ in (ADA, MALLORY) if email != address]
    labels = [f"{address}, who is invited", *(f"{email}, somebody else" for email in others)]
    people = zip(labels, [address, *others], strict=True)
    return [DemoIdentity(label, f"Bearer {issuer.token(email)}") for label, email in people]


async def development(
    server: Server, folder: Path, *, tell: OnWritten | None = None
) -> DevelopmentExtras:
    """Everything that a development server adds to
    the application; the database has to be migrated.
    """
    issuer, key = DevelopmentIssuer(folder), development_key(folder)
    ids, waiting = await _found(server.store)
    settings = Issuer(
        issuer=ISSUER, audience=AUDIENCE, public_key=issuer.public_key(), algorithms=["EdDSA"]
    )
    identities = partial(_identities, issuer, key, is_staffed=make_slug(COMPANY) in ids)
    session_id = await _session(server, ids[ADA[0]]) if ADA[0] in ids else "sess_…"
    ready = documents(ready_values(ids, waiting, server.ticket_keys, session_id))
    return DevelopmentExtras(settings, key, identities, ready, partial(_accept_as, issuer), tell)
