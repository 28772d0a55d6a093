"""Objects by their IDs; for one that the caller can't see, the answer is as if it didn't exist."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import strawberry

from models.base import parse_prefix
from models.domains import OrganizationDomain as DomainRow
from models.invitations import Invitation as InvitationRow
from models.keys.api_keys import ApiKey as ApiKeyRow
from models.keys.secret_keys import SecretKey as KeyRow
from models.membership_requests import MembershipRequest as RequestRow
from models.membership_requests import OrganizationSuggestion as SuggestionRow
from models.memberships import Membership as MembershipRow
from models.organizations import Organization as OrganizationRow
from models.plans import Feature as FeatureRow
from models.plans import Plan as PlanRow
from models.plans import PlanSubscription as SubscriptionRow
from models.roles import Permission as PermissionRow
from models.roles import Role as RoleRow
from models.roles import RoleSet as RoleSetRow
from models.sessions import Session as SessionRow
from models.users import User as UserRow
from models.webhooks import WebhookDelivery as DeliveryRow
from models.webhooks import WebhookEndpoint as EndpointRow
from schema.api_keys.types import load_visible_api_key
from schema.domains.types import load_visible_domain
from schema.foundation.connections import Node
from schema.foundation.context import Info
from schema.foundation.guards import node_guard
from schema.invitations.types import load_visible_invitation
from schema.keys.types import load_visible_key
from schema.membership_requests.types import load_visible_request, load_visible_suggestion
from schema.memberships.types import load_visible_membership
from schema.organizations.types import load_organization
from schema.plans.types import (
    load_visible_feature,
    load_visible_plan,
    load_visible_subscription,
)
from schema.roles.types import load_visible_permission, load_visible_role, load_visible_role_set
from schema.sessions.types import load_visible_session
from schema.users.types import load_visible_user
from schema.webhooks.types import load_visible_delivery, load_visible_endpoint

# The prefix of an ID says which table it belongs to.
FETCH: dict[str | None, Callable[[Info, str], Awaitable[Node | None]]] = {
    UserRow.prefix: load_visible_user,
    SessionRow.prefix: load_visible_session,
    OrganizationRow.prefix: load_organization,
    MembershipRow.prefix: load_visible_membership,
    InvitationRow.prefix: load_visible_invitation,
    DomainRow.prefix: load_visible_domain,
    SuggestionRow.prefix: load_visible_suggestion,
    RequestRow.prefix: load_visible_request,
    RoleRow.prefix: load_visible_role,
    PermissionRow.prefix: load_visible_permission,
    RoleSetRow.prefix: load_visible_role_set,
    EndpointRow.prefix: load_visible_endpoint,
    DeliveryRow.prefix: load_visible_delivery,
    KeyRow.prefix: load_visible_key,
    ApiKeyRow.prefix: load_visible_api_key,
    FeatureRow.prefix: load_visible_feature,
    PlanRow.prefix: load_visible_plan,
    SubscriptionRow.prefix: load_visible_subscription,
}
NEED_ORGANIZATIONS_ENABLED = {
    OrganizationRow.prefix,
    MembershipRow.prefix,
    InvitationRow.prefix,
    DomainRow.prefix,
    SuggestionRow.prefix,
    RequestRow.prefix,
    ApiKeyRow.prefix,
}


async def load_node(info: Info, id: str) -> Node | None:
    prefix = parse_prefix(id)
    if prefix in NEED_ORGANIZATIONS_ENABLED:
        info.context.ensure_organizations_enabled()
    fetch = FETCH.get(prefix)
    return await fetch(info, id) if fetch else None


@strawberry.type
class NodeQueries:
    @strawberry.field(
        description="The object with an ID. Null if it doesn't exist, or if the caller can't read"
        " it.",
        extensions=node_guard(),
    )
    async def node(
        self,
        info: Info,
        id: Annotated[
            strawberry.ID,
            strawberry.argument(
                description="The ID of an object of any type that implements `Node`."
            ),
        ],
    ) -> Node | None:
        return await load_node(info, id)

    @strawberry.field(
        description="The objects with up to 100 IDs, in the same order. An entry is null if its"
        " object doesn't exist, or if the caller can't read it.",
        extensions=node_guard(),
    )
    async def nodes(
        self,
        info: Info,
        ids: Annotated[
            list[strawberry.ID],
            strawberry.argument(description="The IDs of the objects, at most 100."),
        ],
    ) -> list[Node | None] | None:
        return list(await asyncio.gather(*(load_node(info, id) for id in ids)))
