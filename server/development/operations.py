"""The ready-made operations of GraphiQL, with values that work on the demo data."""

from collections.abc import Mapping
from pathlib import Path

from graphql import OperationDefinitionNode, parse

from models.keys.ticket_keys import TicketKeys
from models.validation.slugs import make_slug
from resolvers.domains.proofs import make_code
from resolvers.invitations.tickets import TicketKind, make_ticket
from resolvers.lists.pages import AnyRow
from server.development.issuer import (
    ALAN,
    DOROTHY,
    EMMY,
    HEDY,
    KATHERINE,
    MALLORY,
    MARGARET,
)
from server.http.pages.graphiql import Document

OPERATIONS = Path(__file__).parents[2] / "graphql" / "operations"
COMPANY = "Analytical Engines"
LAB = "Difference Lab"
# The company's domains: verified, waiting for the code of an email, and new.
VERIFIED = "analytical.example"
WAITING = "engines.example"
NEW = "difference.example"
# A person with an open invitation.
JOAN = "joan@example.com"
# Where the demo endpoint sends to, whether or not anybody listens there.
HOOKS = "http://127.0.0.1:9000/webhooks"
# A secret key of the demo, which nobody has.
REPORTS = "Reports"
# An API key of the demo company, which nobody has either.
BUILD_SERVER = "Build server"
# The ID that the demo company has in another system.
CUSTOMER = "customer-1001"
# The recipients of the ready operation that invites several people.
MANY = ("frances@example.com", "radia@example.com")
# A PNG image of four by four pixels.
LOGO = (
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAAEAQMAAACTPww9AAAABlBMVEXu7vs3MK"
    "P+FxyRAAAAEElEQVR42mP4wCzBxMDwAQAIGgH+XZ/zJAAAAABJRU5ErkJggg=="
)
# Pending invitations by organization id and address.
PendingInvitations = Mapping[tuple[str, str], AnyRow]
# By name.
Domains = Mapping[str, AnyRow]


def make_domain_variables(
    ids: Mapping[str, str], domains: Domains, keys: TicketKeys
) -> dict[str, dict[str, object]]:
    """Makes the variables of the documents about domains and membership requests."""
    company = ids.get(make_slug(COMPANY), "org_…")

    def domain(name: str) -> dict[str, object]:
        row = domains.get(name)
        return {"organizationId": company, "domainId": row.id if row else "orgdmn_…"}

    def request(person: tuple[str, str, str]) -> dict[str, object]:
        request_id = ids.get(f"request of {person[0]}", "orgmreq_…")
        return {"organizationId": company, "membershipRequestId": request_id}

    waiting = domains.get(WAITING)
    nonce = waiting.affiliation_nonce if waiting else None
    code = make_code(keys, waiting.id, nonce) if waiting and nonce else "000000"
    suggestion_id = ids.get(f"suggestion of {DOROTHY[0]}", "orgsug_…")
    return {
        "Domains": {"organizationId": company},
        "CreateDomain": {"organizationId": company, "name": "loom.example"},
        "PrepareDomainAffiliation": {**domain(NEW), "emailAddress": f"it@{NEW}"},
        "AttemptDomainAffiliation": {**domain(WAITING), "code": code},
        "PrepareDomainOwnership": domain(NEW),
        "AttemptDomainOwnership": domain(NEW),
        "UpdateDomainEnrollment": {**domain(VERIFIED), "enrollmentMode": "AUTOMATIC_INVITATION"},
        "AcceptSuggestion": {"suggestionId": suggestion_id},
        "MembershipRequests": {"organizationId": company},
        "AcceptMembershipRequest": request(HEDY),
        "RejectMembershipRequest": request(EMMY),
        "VerifyDomain": domain(NEW),
        "DeleteDomain": domain(WAITING),
    }


def make_variables(
    ids: Mapping[str, str], invitations: PendingInvitations, keys: TicketKeys, session_id: str
) -> dict[str, dict[str, object]]:
    """Makes the variables of each document, so that one click shows something and breaks nothing.

    `ids` are those of people by address, organizations by slug and the endpoint by URL.
    """
    company, lab = (ids.get(make_slug(name), "org_…") for name in (COMPANY, LAB))

    def user(person: tuple[str, str, str]) -> str:
        return ids.get(person[0], "user_…")

    def invitation(organization_id: str, address: str) -> str:
        row = invitations.get((organization_id, address))
        return row.id if row else "orginv_…"

    ticket = "orginv_….…"
    if row := invitations.get((company, MALLORY[0])):
        ticket = make_ticket(keys, TicketKind.LINK, row.id, row.nonce)
    return {
        "CreateOrganization": {"name": "Bernoulli Works"},
        "UpdateOrganization": {"organizationId": company, "name": f"{COMPANY} Ltd"},
        "Members": {"organizationId": company, "first": 20},
        "AddMember": {"organizationId": company, "newUserId": user(ALAN), "role": "org:member"},
        "ChangeRole": {"organizationId": company, "userId": user(MARGARET), "role": "org:admin"},
        "Invite": {"organizationId": company, "emailAddress": "barbara@example.com"},
        "InviteMany": {
            "organizationId": company,
            "recipients": [{"emailAddress": address} for address in MANY],
        },
        "Invitations": {"organizationId": company},
        "ResendInvitation": {"organizationId": company, "invitationId": invitation(company, JOAN)},
        "RevokeInvitation": {"organizationId": company, "invitationId": invitation(company, JOAN)},
        "InvitationByTicket": {"ticket": ticket},
        "AcceptInvitation": {"proof": {"ticket": ticket}},
        "DeclineInvitation": {"proof": {"invitationId": invitation(lab, MALLORY[0])}},
        "CreateSession": {"organizationId": company},
        "StartPage": {"sessionId": session_id, "slug": None},
        "CreateSessionToken": {"sessionId": session_id, "organizationId": company},
        "SetActiveOrganization": {"sessionId": session_id, "organizationId": company},
        "EndSession": {"sessionId": session_id},
        "RemoveMember": {"organizationId": company, "userId": user(KATHERINE)},
        "LeaveOrganization": {"organizationId": company},
        "DeleteOrganization": {"organizationId": lab},
        "CreatePermission": {"key": "org:reports:read", "name": "Read reports"},
        "CreateRole": {
            "key": "org:analyst",
            "name": "Analyst",
            "permissions": ["org:reports:read", "org:sys_memberships:read"],
        },
        "UpdateRole": {"key": "org:analyst", "permissions": ["org:reports:read"]},
        "ReplaceRole": {
            "roleSet": "role_set:primary",
            "role": "org:analyst",
            "withRole": "org:member",
        },
        "CheckPermission": {"organizationId": company, "permission": "org:sys_memberships:manage"},
        "Events": {"organizationId": company},
        "OrganizationEvents": {"organizationId": company},
        "CreateWebhookEndpoint": {
            "url": f"{HOOKS}/members",
            "types": ["MEMBERSHIP_CREATED", "MEMBERSHIP_DELETED"],
        },
        "ReplayWebhookDeliveries": {
            "webhookEndpointId": ids.get(HOOKS, "whep_…"),
            "failedSince": "2026-01-01T00:00:00Z",
        },
        "CreateUsers": {
            "users": [{"emailAddress": address} for address in MANY],
            "onError": "SKIP_FAILED",
        },
        "AddMembers": {
            "organizationId": company,
            "members": [{"userId": user(KATHERINE)}],
            "onError": "SKIP_FAILED",
        },
        "CreatePlan": {
            "feature": "sso",
            "featureName": "Single sign-on",
            "key": "enterprise",
            "name": "Enterprise",
            "seatLimit": 500,
        },
        "SetSubscription": {"organizationId": company, "plan": "business", "seats": 100},
        "OrganizationPlan": {"id": company},
        "CreationForm": {"slug": make_slug(COMPANY)},
        "SetOrganizationLogo": {"organizationId": company, "contentType": "PNG", "data": LOGO},
        "GrantableRoles": {"organizationId": company},
        "InvitationPage": {
            "organizationId": company,
            "first": 10,
            "offset": 0,
            "orderBy": {"field": "EXPIRES_AT", "direction": "ASC"},
        },
        "RotateWebhookSecret": {"webhookEndpointId": ids.get(HOOKS, "whep_…")},
        "CreateSecretKey": {
            "name": "Mailer",
            "scopes": ["memberships:read", "invitations:write"],
            "organizationIds": [company],
            "expiresInDays": 90,
        },
        "RevokeSecretKey": {"id": ids.get(REPORTS, "key_…")},
        "OrganizationByExternalId": {"externalId": CUSTOMER},
        "ApiKeys": {"organizationId": company},
        "CreateApiKey": {
            "input": {
                "organizationId": company,
                "name": "Directory sync",
                "permissions": ["org:sys_memberships:read"],
                "expiresInDays": 90,
            }
        },
        "UpdateApiKey": {
            "input": {
                "organizationId": company,
                "apiKeyId": ids.get(BUILD_SERVER, "apik_…"),
                "description": "Builds and releases",
            }
        },
        "RevokeApiKey": {
            "organizationId": company,
            "apiKeyId": ids.get(BUILD_SERVER, "apik_…"),
            "reason": "It was replaced.",
        },
        "VerifyApiKey": {"secret": "ak_…"},
    }


def load_documents(variables: Mapping[str, dict[str, object]]) -> list[Document]:
    """Loads the operations of `graphql/operations/`, ready to run, in the order of file names."""
    documents: list[Document] = []
    for path in sorted(OPERATIONS.glob("*.graphql")):
        text = path.read_text(encoding="utf-8")
        names = [
            node.name
            for node in parse(text).definitions
            if isinstance(node, OperationDefinitionNode)
        ]
        name = names[0].value if names and names[0] else path.stem
        documents.append(Document(name, text, variables.get(name, {})))
    return documents
