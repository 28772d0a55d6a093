"""What a development server adds to the application: an issuer, a secret key, a signed-in page."""

from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlmodel import col, select

from models import base
from models.database.store import Store
from models.domains import OrganizationDomain
from models.invitations import PENDING, Invitation
from models.keys.api_keys import ApiKey
from models.keys.secret_keys import SecretKey
from models.membership_requests import MembershipRequest, OrganizationSuggestion
from models.organizations import Organization
from models.sessions import Session
from models.users import User
from models.validation.slugs import make_slug
from models.webhooks import WebhookEndpoint
from resolvers.authority.access import Actor, ActorType
from resolvers.foundation.server import Server
from resolvers.foundation.transaction import begin
from resolvers.sessions.lifecycle import create_session
from server.delivery.mail import OUTBOX
from server.delivery.smtp import OnWritten
from server.development import demo, dev_routes
from server.development.files import load_development_key
from server.development.issuer import (
    ADA,
    AUDIENCE,
    DOROTHY,
    GRACE,
    MALLORY,
    PEOPLE,
    DevelopmentIssuer,
)
from server.development.operations import (
    BUILD_SERVER,
    COMPANY,
    HOOKS,
    JOAN,
    LAB,
    NEW,
    REPORTS,
    VERIFIED,
    WAITING,
    Domains,
    PendingInvitations,
    load_documents,
    make_domain_variables,
    make_variables,
)
from server.http.app import DevelopmentExtras
from server.http.pages.graphiql import MenuIdentity
from server.http.pages.invitation_page import DemoIdentity
from server.settings.issuers import Issuer
from server.settings.names import ISSUER


async def make_development_extras(
    server: Server, folder: Path, *, on_written: OnWritten | None = None
) -> DevelopmentExtras:
    """Makes everything that a development server adds; the database must be migrated."""
    issuer = DevelopmentIssuer(folder)
    key = load_development_key(folder)
    ids = await load_ids(server.store)
    invitations = await load_pending_invitations(server.store)
    domains = await load_demo_domains(server.store)
    session_id = await ensure_session(server, ids[ADA[0]]) if ADA[0] in ids else "sess_…"
    return DevelopmentExtras(
        issuer=Issuer(
            issuer=ISSUER, audience=AUDIENCE, public_key=issuer.public_key(), algorithms=["EdDSA"]
        ),
        secret_key=key,
        identities=partial(make_identities, issuer, key, has_demo=make_slug(COMPANY) in ids),
        documents=load_documents(
            make_variables(ids, invitations, server.ticket_keys, session_id)
            | make_domain_variables(ids, domains, server.ticket_keys)
        ),
        accept_as=partial(make_accept_identities, issuer),
        on_written=on_written,
        routes=[*dev_routes.routes(issuer, key, folder / OUTBOX.name), *demo.routes()],
    )


def make_identities(issuer: DevelopmentIssuer, key: str, *, has_demo: bool) -> list[MenuIdentity]:
    """Lists the users and services that GraphiQL can sign in as."""
    people = [
        (ADA, f"admin of {COMPANY}"),
        (GRACE, f"member of {COMPANY}"),
        (MALLORY, "not a member, but invited"),
        (DOROTHY, "not a member, but can ask to join"),
    ]
    return [
        *(
            MenuIdentity(
                f"{first} {last}", detail if has_demo else "", f"Bearer {issuer.token(email)}"
            )
            for (email, first, last), detail in people
        ),
        MenuIdentity("Secret key", "a service with full access", f"Bearer {key}"),
        MenuIdentity("Nobody", "no credential", None),
    ]


def make_accept_identities(issuer: DevelopmentIssuer, address: str) -> list[DemoIdentity]:
    """Lists users to answer a demo invitation as: first the invited person, then two others."""
    others = [email for email, _, _ in (ADA, MALLORY) if email != address]
    labels = {address: f"{address} (invited)"}
    labels |= {email: f"{email} (not invited)" for email in others}
    return [DemoIdentity(label, f"Bearer {issuer.token(email)}") for email, label in labels.items()]


async def load_ids(store: Store) -> dict[str, str]:
    """Loads the IDs of demo people by address, organizations by slug, and other objects by name."""
    people = select(User.address_key, User.id).where(
        col(User.issuer) == ISSUER, col(User.address_key).in_([email for email, _, _ in PEOPLE])
    )
    organizations = select(Organization.slug, Organization.id).where(
        col(Organization.slug).in_([make_slug(COMPANY), make_slug(LAB)])
    )
    endpoints = select(WebhookEndpoint.url, WebhookEndpoint.id).where(
        col(WebhookEndpoint.url) == HOOKS
    )
    keys = select(SecretKey.name, SecretKey.id).where(col(SecretKey.name) == REPORTS)
    api_keys = select(ApiKey.name, ApiKey.id).where(col(ApiKey.name) == BUILD_SERVER)
    requests = select(User.address_key, MembershipRequest.id).join(
        MembershipRequest, col(MembershipRequest.user_id) == col(User.id)
    )
    suggestions = select(User.address_key, OrganizationSuggestion.id).join(
        OrganizationSuggestion, col(OrganizationSuggestion.user_id) == col(User.id)
    )
    ids: dict[str, str] = {}
    async with store.read() as connection:
        for kind, statement in (("request", requests), ("suggestion", suggestions)):
            rows = await connection.execute(statement.where(col(User.issuer) == ISSUER))
            ids |= {f"{kind} of {address}": id for address, id in rows}
        for statement in (people, organizations, endpoints, keys, api_keys):
            ids |= {name: id for name, id in await connection.execute(statement)}
    return ids


async def load_demo_domains(store: Store) -> Domains:
    """Loads the domains of the demo company by name."""
    statement = select(OrganizationDomain).where(
        col(OrganizationDomain.name).in_([VERIFIED, WAITING, NEW])
    )
    async with store.read() as connection:
        return {row.name: row for row in (await connection.execute(statement)).all()}


async def load_pending_invitations(store: Store) -> PendingInvitations:
    """Loads the open invitations of demo people by organization ID and address."""
    statement = select(Invitation).where(
        col(Invitation.address_key).in_([JOAN, MALLORY[0]]), col(Invitation.status) == PENDING
    )
    async with store.read() as connection:
        rows = (await connection.execute(statement)).all()
    return {(row.organization_id, row.address_key): row for row in rows}


async def ensure_session(server: Server, user_id: str) -> str:
    """Returns the ID of an open session of the user; creates one if none stays open for a day."""
    statement = select(Session.id).where(
        col(Session.user_id) == user_id,
        col(Session.closed_as).is_(None),
        col(Session.expires_at) > base.now() + timedelta(days=1),
    )
    async with server.store.read() as connection:
        session_id = (await connection.execute(statement.limit(1))).scalar_one_or_none()
    if session_id is not None:
        return session_id
    async with begin(server, Actor(ActorType.USER, user_id)) as tx:
        return (await create_session(tx, organization_id=None, slug=None)).id
