"""The queries of roles, permissions, and role sets, and `checkPermission`."""

from typing import Annotated

import strawberry

from models.roles import Permission as PermissionRow
from models.roles import Role as RoleRow
from models.roles import RoleSet as RoleSetRow
from resolvers.queries.permission_check import Reason, check_permission
from resolvers.queries.roles import load_all
from schema.foundation.context import Info
from schema.foundation.enums import describe_enum
from schema.foundation.guards import ActorKind, query_guard
from schema.roles.types import Permission, PermissionKey, Role, RoleSet, load_role

describe_enum(
    Reason,
    "Why a permission is there or not, for a person who debugs.",
    {
        Reason.GRANTED_BY_ROLE: "The member's role holds it.",
        Reason.SECRET_KEY: "A secret key holds every permission.",
        Reason.NOT_A_MEMBER: "No membership in such an organization, should there be one.",
        Reason.ROLE_LACKS_PERMISSION: "The member's role does not hold it.",
        Reason.UNKNOWN_PERMISSION: "No permission has this key.",
        Reason.ORGANIZATIONS_DISABLED: "Organizations are off in this instance.",
    },
    name="PermissionReason",
)


@strawberry.type(description="Whether somebody may do something, and why.")
class PermissionDecision:
    allowed: bool = strawberry.field(description="Whether it is allowed.")
    reason: Reason = strawberry.field(description="Why, for a person who debugs.")
    permission: str = strawberry.field(description="The key that was asked for.")
    role: Role | None = strawberry.field(description="The role that grants it or fails to.")


OrganizationId = Annotated[strawberry.ID, strawberry.argument(description="The organization.")]
OtherUserId = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="Somebody else, for secret keys; the caller when absent."),
]


@strawberry.type
class RoleQueries:
    @strawberry.field(
        description="All roles of the instance, oldest first.", extensions=query_guard()
    )
    async def roles(self, info: Info) -> list[Role] | None:
        return list(map(Role.from_row, await info.context.read(load_all, RoleRow)))

    @strawberry.field(
        description="All permissions of the instance, oldest first.", extensions=query_guard()
    )
    async def permissions(self, info: Info) -> list[Permission] | None:
        return list(map(Permission.from_row, await info.context.read(load_all, PermissionRow)))

    @strawberry.field(
        description="All role sets of the instance, oldest first.",
        extensions=query_guard(actor=ActorKind.SERVICE),
    )
    async def role_sets(self, info: Info) -> list[RoleSet] | None:
        return list(map(RoleSet.from_row, await info.context.read(load_all, RoleSetRow)))

    @strawberry.field(
        description="Whether the caller, or for a secret key anybody, may do something, and why.",
        extensions=query_guard(),
    )
    async def check_permission(
        self,
        info: Info,
        organization_id: OrganizationId,
        permission: PermissionKey,
        user_id: OtherUserId = None,
    ) -> PermissionDecision | None:
        decision = await check_permission(
            info.context.loaders,
            info.context.caller,
            info.context.instance,
            organization_id=organization_id,
            permission=permission,
            user_id=user_id,
        )
        role = await load_role(info, decision.role_id) if decision.role_id else None
        return PermissionDecision(
            allowed=decision.reason in {Reason.GRANTED_BY_ROLE, Reason.SECRET_KEY},
            reason=decision.reason,
            permission=permission,
            role=role,
        )
