"""The queries of roles, permissions, and role sets, and `checkPermission`."""

from typing import Annotated

import strawberry

from models.keys.scopes import KeyScope
from models.roles import Permission as PermissionRow
from models.roles import Role as RoleRow
from models.roles import RoleSet as RoleSetRow
from resolvers.queries.permission_check import Reason, check_permission
from resolvers.queries.plans import load_feature_by_key
from resolvers.queries.roles import load_all
from schema.foundation.context import Info
from schema.foundation.enums import describe_enum
from schema.foundation.guards import ActorKind, query_guard
from schema.plans.types import Feature, Plan, load_plan
from schema.roles.types import Permission, PermissionKey, Role, RoleSet, load_role

describe_enum(
    Reason,
    "The reason for the result of a permission check.",
    {
        Reason.GRANTED_BY_ROLE: "The role of the member includes the permission.",
        Reason.GRANTED_TO_API_KEY: "The API key holds the permission.",
        Reason.SECRET_KEY: "The caller uses a secret key, which has every permission.",
        Reason.NOT_A_MEMBER: "The user isn't a member of the organization, or the organization"
        " doesn't exist.",
        Reason.ROLE_LACKS_PERMISSION: "The role of the member doesn't include the permission.",
        Reason.API_KEY_LACKS_PERMISSION: "The API key doesn't hold the permission.",
        Reason.FEATURE_NOT_IN_PLAN: "The role of the member includes the permission, or the API key"
        " holds it, but the plan of the organization doesn't include its feature.",
        Reason.UNKNOWN_PERMISSION: "No permission has this key.",
        Reason.ORGANIZATIONS_DISABLED: "Organizations are disabled in this instance.",
    },
    name="PermissionReason",
)


ALLOWING = frozenset({Reason.GRANTED_BY_ROLE, Reason.GRANTED_TO_API_KEY, Reason.SECRET_KEY})


@strawberry.type(description="The result of a permission check, with its reason.")
class PermissionDecision:
    allowed: bool = strawberry.field(
        description="Whether the user has the permission in the organization."
    )
    reason: Reason = strawberry.field(
        description="Why the user has the permission or not, for debugging."
    )
    permission: str = strawberry.field(description="The checked permission key.")
    role: Role | None = strawberry.field(
        description="The role of the user in the organization. Null if the user isn't a member, and"
        " for a secret key."
    )
    plan: Plan | None = strawberry.field(
        description="The plan of the organization that lacks the feature. Null unless the"
        " reason is `FEATURE_NOT_IN_PLAN`, or if no plan is in force.",
        default=None,
    )
    feature: Feature | None = strawberry.field(
        description="The feature that the permission needs. Null unless the reason is"
        " `FEATURE_NOT_IN_PLAN`.",
        default=None,
    )


OrganizationId = Annotated[
    strawberry.ID,
    strawberry.argument(description="ID of the organization in which to check the permission."),
]
OtherUserId = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="ID of the user or API key to check. Defaults to the caller. Checking another"
        " one requires a secret key."
    ),
]


async def _load_role(info: Info, role_id: str) -> Role:
    # Most roles are read with the grant.
    known = info.context.loaders.roles.get_known(role_id)
    return Role.from_row(known) if known else await load_role(info, role_id)


async def _load_feature(info: Info, key: str) -> Feature | None:
    row = await info.context.read(load_feature_by_key, key)
    return Feature.from_row(row) if row else None


@strawberry.type
class RoleQueries:
    @strawberry.field(
        description="All roles of the instance, oldest first.",
        extensions=query_guard(scope=KeyScope.ROLES_READ),
    )
    async def roles(self, info: Info) -> list[Role] | None:
        return list(map(Role.from_row, await info.context.read(load_all, RoleRow)))

    @strawberry.field(
        description="All permissions of the instance, oldest first.",
        extensions=query_guard(scope=KeyScope.ROLES_READ),
    )
    async def permissions(self, info: Info) -> list[Permission] | None:
        return list(map(Permission.from_row, await info.context.read(load_all, PermissionRow)))

    @strawberry.field(
        description="All role sets of the instance, oldest first.",
        extensions=query_guard(actor=ActorKind.SERVICE, scope=KeyScope.ROLES_READ),
    )
    async def role_sets(self, info: Info) -> list[RoleSet] | None:
        return list(map(RoleSet.from_row, await info.context.read(load_all, RoleSetRow)))

    @strawberry.field(
        description="Checks whether a user or an API key has a permission in an organization, and"
        " explains the result. Users and API keys can check only themselves.",
        extensions=query_guard(scope=KeyScope.MEMBERSHIPS_READ),
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
        return PermissionDecision(
            allowed=decision.reason in ALLOWING,
            reason=decision.reason,
            permission=permission,
            role=await _load_role(info, decision.role_id) if decision.role_id else None,
            plan=await load_plan(info, decision.plan_id) if decision.plan_id else None,
            feature=await _load_feature(info, decision.feature) if decision.feature else None,
        )
