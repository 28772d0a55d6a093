"""The demo company of a development server, created by the same operations as through the API."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import col, select

from models import base
from models.events import EventType
from models.instance import EnrollmentMode
from models.membership_requests import OrganizationSuggestion
from models.organizations import Organization
from models.roles import API_KEYS_MANAGE, DOMAINS_MANAGE, MEMBERSHIPS_MANAGE
from models.users import IdentityClaims
from models.validation.addresses import normalize_address
from resolvers.api_keys.manage import NewApiKey, create_api_key
from resolvers.authority.access import SYSTEM, Actor, ActorType
from resolvers.domains.affiliation import prepare_affiliation
from resolvers.domains.manage import create_domain
from resolvers.domains.suggestions import accept_suggestion
from resolvers.foundation.server import Server
from resolvers.foundation.transaction import begin
from resolvers.invitations.accept import InvitationRef, accept_invitation
from resolvers.invitations.create import create_invitation
from resolvers.invitations.validation import InvitationOptions, Recipient
from resolvers.keys.secret_keys import NewKey, create_key
from resolvers.members.create import create_membership
from resolvers.members.validation import NewMember
from resolvers.organizations.create import NewOrganization, create_organization
from resolvers.organizations.manage import update_organization
from resolvers.plans.features import create_feature
from resolvers.plans.plans import NewPlan, create_plan
from resolvers.plans.subscriptions import SubscriptionFacts, set_subscription
from resolvers.users.provisioning import find_or_create_user
from resolvers.webhooks.endpoints import NewEndpoint, create_endpoint
from server.development.issuer import (
    ADA,
    DOROTHY,
    EMMY,
    GRACE,
    HEDY,
    KATHERINE,
    MALLORY,
    MARGARET,
    PEOPLE,
    make_subject,
)
from server.development.operations import (
    BUILD_SERVER,
    COMPANY,
    CUSTOMER,
    HOOKS,
    JOAN,
    LAB,
    NEW,
    REPORTS,
    VERIFIED,
    WAITING,
)
from server.settings.names import ISSUER

# The person whose invitation has expired.
EDSGER = "edsger@example.com"


def long_ago() -> datetime:
    """Returns a time whose invitations have expired by now."""
    return base.now() - timedelta(days=60)


async def load_demo(server: Server) -> None:
    """Creates the company, unless the database contains an organization."""
    async with server.store.read() as connection:
        if (await connection.execute(select(Organization.id).limit(1))).first():
            return
    ids = {person: await create_person(server, *person) for person in PEOPLE}
    ada = Actor(ActorType.USER, ids[ADA])
    katherine = Actor(ActorType.USER, ids[KATHERINE])
    async with begin(server, ada) as tx:
        company, _ = await create_organization(tx, NewOrganization(name=COMPANY))
        lab, _ = await create_organization(tx, NewOrganization(name=LAB))
    for organization, person in ((company, GRACE), (company, MARGARET), (lab, GRACE)):
        async with begin(server, SYSTEM) as tx:
            new = NewMember(ids[person])
            await create_membership(tx, organization_id=organization.id, new=new)
    await invite(replace(server, clock=long_ago), ada, company.id, EDSGER)
    await invite(server, ada, company.id, JOAN, notify=True)
    for organization in (company, lab):
        await invite(server, ada, organization.id, MALLORY[0])
    invitation_id = await invite(server, ada, company.id, KATHERINE[0])
    async with begin(server, katherine) as tx:
        await accept_invitation(tx, ref=InvitationRef(invitation_id=invitation_id))
    await create_domains(server, ada, company.id)
    # An endpoint for a rare event: nobody listens, and the log must not fill with failures.
    endpoint = NewEndpoint(
        HOOKS, "A receiver on this machine", [EventType.ORGANIZATION_UPDATED.value]
    )
    async with begin(server, SYSTEM) as tx:
        await create_endpoint(tx, endpoint)
        await create_key(tx, NewKey(REPORTS, scopes=["memberships:read"]))
        given = {"external_id": CUSTOMER}
        await update_organization(tx, organization_id=company.id, given=given)
    async with begin(server, ada) as tx:
        await tx.authorize(company.id, API_KEYS_MANAGE)
        new_key = NewApiKey(BUILD_SERVER, ["org:sys_memberships:read"])
        await create_api_key(tx, organization_id=company.id, new=new_key)
    await prepare_plans(server, company.id)


async def prepare_plans(server: Server, organization_id: str) -> None:
    """Creates two plans, of which the company has one; they count once billing is enabled."""
    async with begin(server, SYSTEM) as tx:
        await create_feature(tx, key="export", name="Export", description=None)
        plans = {"team": ("Team", 10, 19), "business": ("Business", 50, 49)}
        for key, (name, seats, price) in plans.items():
            metadata = {"monthly_price": price}
            new = NewPlan(key, name, features=["export"], seat_limit=seats, metadata=metadata)
            await create_plan(tx, new)
    async with begin(server, SYSTEM) as tx:
        await set_subscription(tx, SubscriptionFacts("business", organization_id))


async def create_domains(server: Server, admin: Actor, company_id: str) -> None:
    """Creates the company's domains, and people who can join it by the verified one."""
    async with begin(server, SYSTEM) as tx:
        await create_domain(
            tx,
            organization_id=company_id,
            name=VERIFIED,
            mode=EnrollmentMode.AUTOMATIC_SUGGESTION,
            verified=True,
        )
    manual = EnrollmentMode.MANUAL_INVITATION
    async with begin(server, admin) as tx:
        await tx.authorize(company_id, DOMAINS_MANAGE)
        waiting, _ = [
            await create_domain(
                tx, organization_id=company_id, name=name, mode=manual, verified=False
            )
            for name in (WAITING, NEW)
        ]
        await prepare_affiliation(
            tx, organization_id=company_id, domain_id=waiting.id, email_address=f"it@{WAITING}"
        )
    for person in (HEDY, EMMY, DOROTHY):
        user_id = await create_person(server, *person)
        if person is not DOROTHY:
            await ask_to_join(server, user_id)


async def ask_to_join(server: Server, user_id: str) -> None:
    """Accepts the user's suggestion."""
    async with begin(server, Actor(ActorType.USER, user_id)) as tx:
        own = select(OrganizationSuggestion.id).where(
            col(OrganizationSuggestion.user_id) == user_id
        )
        suggestion_id = (await tx.session.execute(own)).scalar_one()
        await accept_suggestion(tx, suggestion_id=suggestion_id)


async def create_person(server: Server, email: str, first: str, last: str) -> str:
    claims = IdentityClaims(
        ISSUER,
        make_subject(email),
        issued_at=0,
        email_address=email,
        address_key=normalize_address(email),
        email_verified=True,
        first_name=first,
        last_name=last,
    )
    async with begin(replace(server, issuers=[ISSUER]), SYSTEM) as tx:
        return await find_or_create_user(tx, claims)


async def invite(
    server: Server, inviter: Actor, organization_id: str, address: str, *, notify: bool = False
) -> str:
    async with begin(server, inviter) as tx:
        await tx.authorize(organization_id, MEMBERSHIPS_MANAGE)
        invitation = await create_invitation(
            tx,
            organization_id=organization_id,
            recipient=Recipient(address),
            options=InvitationOptions(notify=notify),
        )
        return invitation.id
