"""All tables, with which a migrated database is compared."""

from sqlmodel import SQLModel

from models.domains import DomainClaim, DomainEnrollment, OrganizationDomain
from models.events import Event
from models.idempotency import IdempotentAnswer
from models.images import Image
from models.instance import Instance
from models.invitations import Invitation
from models.keys.api_keys import ApiKey, ApiKeyPermission
from models.keys.secret_keys import SecretKey
from models.keys.signing_keys import SigningKey
from models.keys.ticket_keys import TicketKey
from models.mail import Mail
from models.membership_requests import MembershipRequest, OrganizationSuggestion
from models.memberships import Membership
from models.organizations import Organization
from models.plans import Feature, Plan, PlanFeature, PlanSubscription
from models.roles import DeletedRole, Permission, Role, RolePermission, RoleSet, RoleSetRole
from models.sessions import Session
from models.stripe import StripeCustomer, StripeEvent, StripeSubscription
from models.users import User
from models.webhooks import WebhookDelivery, WebhookEndpoint

TABLES = (
    User,
    Permission,
    Role,
    DeletedRole,
    RolePermission,
    RoleSet,
    RoleSetRole,
    Instance,
    Image,
    Organization,
    Membership,
    ApiKey,
    ApiKeyPermission,
    Invitation,
    Mail,
    OrganizationDomain,
    DomainClaim,
    DomainEnrollment,
    OrganizationSuggestion,
    MembershipRequest,
    Session,
    SecretKey,
    SigningKey,
    TicketKey,
    Event,
    WebhookEndpoint,
    WebhookDelivery,
    IdempotentAnswer,
    Feature,
    Plan,
    PlanFeature,
    PlanSubscription,
    StripeEvent,
    StripeCustomer,
    StripeSubscription,
)

metadata = SQLModel.metadata
