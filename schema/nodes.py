"""Objects by id: an id of something that the caller may not see is an id that never was."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import strawberry

from models.base import parse_prefix
from models.errors import LimitExceeded
from models.invitations import Invitation as InvitationRow
from models.memberships import Membership as MembershipRow
from models.organizations import Organization as OrganizationRow
from models.roles import Permission as PermissionRow
from models.roles import Role as RoleRow
from models.roles import RoleSet as RoleSetRow
from models.sessions import Session as SessionRow
from models.users import User as UserRow
from models.webhooks import WebhookDelivery as DeliveryRow
from models.webhooks import WebhookEndpoint as EndpointRow
from schema.foundation.connections import Node
from schema.foundation.context import Info
from schema.foundation.guards import query_guard
from schema.invitations.types import load_visible_invitation
from schema.memberships.types import load_visible_membership
from schema.organizations.types import load_organization
from schema.roles.types import Permission, Role, RoleSet
from schema.sessions.types import load_visible_session
from schema.users.types import load_visible_user
from schema.webhooks.types import load_visible_delivery, load_visible_endpoint

MAXIMUM_NODES = 100


async def _organization(info: Info, id: str) -> Node | None:
    info.context.ensure_organizations_enabled()
    return await load_organization(info, id)


async def _membership(info: Info, id: str) -> Node | None:
    info.context.ensure_organizations_enabled()
    return await load_visible_membership(info, id)


async def _invitation(info: Info, id: str) -> Node | None:
    info.context.ensure_organizations_enabled()
    return await load_visible_invitation(info, id)


async def _role(info: Info, id: str) -> Node | None:
    row = await info.context.loaders.roles.load(id)
    return Role.from_row(row) if row else None


async def _permission(info: Info, id: str) -> Node | None:
    row = await info.context.loaders.permissions_by_id.load(id)
    return Permission.from_row(row) if row else None


async def _role_set(info: Info, id: str) -> Node | None:
    row = await info.context.loaders.role_sets.load(id) if info.context.is_service else None
    return RoleSet.from_row(row) if row else None


# The prefix of an id tells the one table that it can be in.
FETCH: dict[str | None, Callable[[Info, str], Awaitable[Node | None]]] = {
    UserRow.prefix: load_visible_user,
    SessionRow.prefix: load_visible_session,
    OrganizationRow.prefix: _organization,
    MembershipRow.prefix: _membership,
    InvitationRow.prefix: _invitation,
    RoleRow.prefix: _role,
    PermissionRow.prefix: _permission,
    RoleSetRow.prefix: _role_set,
    EndpointRow.prefix: load_visible_endpoint,
    DeliveryRow.prefix: load_visible_delivery,
}


async def _node(info: Info, id: str) -> Node | None:
    fetch = FETCH.get(parse_prefix(id))
    return await fetch(info, id) if fetch else None


@strawberry.type
class NodeQueries:
    @strawberry.field(
        description="An object by its id; null when absent or not visible to the caller.",
        extensions=query_guard(),
    )
    async def node(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")]
    ) -> Node | None:
        return await _node(info, id)

    @strawberry.field(
        description="Objects by their ids, in order, at most 100; null for each that is absent or"
        " not visible.",
        extensions=query_guard(),
    )
    async def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="Their ids.")],
    ) -> list[Node | None] | None:
        if len(ids) > MAXIMUM_NODES:
            raise LimitExceeded(
                f"At most {MAXIMUM_NODES} ids.",
                limit="nodes",
                allowed=MAXIMUM_NODES,
                asked=len(ids),
            )
        return list(await asyncio.gather(*(_node(info, id) for id in ids)))
