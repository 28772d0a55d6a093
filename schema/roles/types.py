"""Roles, permissions and role sets, as the API shows them."""

from enum import Enum
from typing import Annotated

import strawberry

from models.keys.scopes import KeyScope
from models.roles import DeletedRole, can_manage, is_system
from models.roles import Permission as PermissionRow
from models.roles import Role as RoleRow
from models.roles import RoleSet as RoleSetRow
from resolvers.authority.access import ensure_reach
from resolvers.queries.batching import load_existing
from schema.foundation.connections import Node
from schema.foundation.context import Info
from schema.foundation.guards import ActorKind, query_guard
from schema.foundation.rows import reads, show
from schema.foundation.scalars import DateTime


@strawberry.enum(description="The origin of a permission.")
class PermissionType(Enum):
    SYSTEM = strawberry.enum_value(
        "SYSTEM",
        description="The permission is built in and guards this API. It can't be changed or"
        " deleted.",
    )
    CUSTOM = strawberry.enum_value(
        "CUSTOM",
        description="The permission was created by the operator for use in your application.",
    )


PermissionKey = Annotated[
    str,
    strawberry.argument(description="Key of the permission, in the form `org:<feature>:<action>`."),
]


@strawberry.type(description="An action that a role can allow.")
class Permission(Node):
    key: str = strawberry.field(
        description="The unique key of the permission, in the form `org:<feature>:<action>`."
    )
    name: str = strawberry.field(description="The name of the permission for display.")
    description: str | None = strawberry.field(
        description="What the permission allows. Null if it has no description."
    )
    type: PermissionType = strawberry.field(
        description="Whether the permission is built in or custom."
    )
    created_at: DateTime = strawberry.field(description="When the permission was created.")
    updated_at: DateTime = strawberry.field(description="When the permission was last updated.")

    @classmethod
    def from_row(cls, row: PermissionRow) -> "Permission":
        return cls(
            id=strawberry.ID(row.id),
            key=row.key,
            name=row.name,
            description=row.description,
            type=PermissionType.SYSTEM if is_system(row.key) else PermissionType.CUSTOM,
            created_at=DateTime(row.created_at),
            updated_at=DateTime(row.updated_at),
        )


@reads(row=["id", "key", "name", "description", "created_at", "updated_at"])
@strawberry.type(description="A named set of permissions that a membership gives to its user.")
class Role(Node):
    key: str = strawberry.field(description="The unique key of the role, such as `org:admin`.")
    name: str = strawberry.field(description="The name of the role for display.")
    description: str | None = strawberry.field(
        description="What the role is for. Null if it has no description."
    )
    created_at: DateTime = strawberry.field(description="When the role was created.")
    updated_at: DateTime = strawberry.field(description="When the role was last updated.")

    @strawberry.field(description="The permissions of the role, sorted by key.")
    async def permissions(self, info: Info) -> list[Permission]:
        return [
            Permission.from_row(row) for row in await info.context.loaders.permissions.load(self.id)
        ]

    @strawberry.field(
        description="Whether the role can be the creator role of a role set. It must have the"
        " permissions to manage and read memberships and to delete the organization."
    )
    async def is_creator_eligible(self, info: Info) -> bool:
        return can_manage(row.key for row in await info.context.loaders.permissions.load(self.id))

    @strawberry.field(
        description="The number of memberships with this role in all organizations.",
        extensions=query_guard(actor=ActorKind.SERVICE, scope=KeyScope.MEMBERSHIPS_READ),
    )
    async def members_count(self, info: Info) -> int | None:
        ensure_reach(info.context.caller, None)
        return await info.context.loaders.role_members_count.load(self.id)

    @classmethod
    def from_row(cls, row: RoleRow | DeletedRole) -> "Role":
        return show(cls, row=row)


async def load_role_or_deleted(info: Info, role_id: str) -> Role:
    """Loads the role of an invitation, even if it was deleted after the invitation was settled."""
    return Role.from_row(await load_existing(info.context.loaders.roles_ever, role_id))


async def load_role(info: Info, role_id: str) -> Role:
    return Role.from_row(await load_existing(info.context.loaders.roles, role_id))


@strawberry.type(description="The set of roles that an organization's members can have.")
class RoleSet(Node):
    key: str = strawberry.field(
        description="The unique key of the role set, such as `role_set:primary`."
    )
    name: str = strawberry.field(description="The name of the role set for display.")
    description: str | None = strawberry.field(
        description="What the role set is for. Null if it has no description."
    )
    is_initial: bool = strawberry.field(
        description="Whether this is the initial role set, which new organizations get."
    )
    created_at: DateTime = strawberry.field(description="When the role set was created.")
    updated_at: DateTime = strawberry.field(description="When the role set was last updated.")
    default_role_id: strawberry.Private[str]
    creator_role_id: strawberry.Private[str]

    @strawberry.field(description="The roles in the set, oldest first.")
    async def roles(self, info: Info) -> list[Role]:
        return [Role.from_row(row) for row in await info.context.loaders.roles_of_set.load(self.id)]

    @strawberry.field(description="The role that members get if an input names no role.")
    async def default_role(self, info: Info) -> Role:
        return await load_role(info, self.default_role_id)

    @strawberry.field(description="The role that the creator of an organization gets.")
    async def creator_role(self, info: Info) -> Role:
        return await load_role(info, self.creator_role_id)

    @classmethod
    def from_row(cls, row: RoleSetRow) -> "RoleSet":
        return cls(
            id=strawberry.ID(row.id),
            key=row.key,
            name=row.name,
            description=row.description,
            is_initial=row.is_initial,
            created_at=DateTime(row.created_at),
            updated_at=DateTime(row.updated_at),
            default_role_id=row.default_role_id,
            creator_role_id=row.creator_role_id,
        )


async def load_visible_role(info: Info, role_id: str) -> Role | None:
    """Loads the role, for every caller."""
    if not info.context.try_scope(KeyScope.ROLES_READ):
        return None
    row = await info.context.loaders.roles.load(role_id)
    return Role.from_row(row) if row else None


async def load_visible_permission(info: Info, permission_id: str) -> Permission | None:
    """Loads the permission, for every caller."""
    if not info.context.try_scope(KeyScope.ROLES_READ):
        return None
    row = await info.context.loaders.permissions_by_id.load(permission_id)
    return Permission.from_row(row) if row else None


async def load_visible_role_set(info: Info, role_set_id: str) -> RoleSet | None:
    """Loads the role set, for secret keys."""
    if not (info.context.is_service and info.context.try_scope(KeyScope.ROLES_READ)):
        return None
    row = await info.context.loaders.role_sets.load(role_set_id)
    return RoleSet.from_row(row) if row else None
