"""Roles, permissions and role sets, as the API shows them."""

from enum import Enum
from typing import Annotated

import strawberry

from models.roles import DeletedRole, can_manage, is_system
from models.roles import Permission as PermissionRow
from models.roles import Role as RoleRow
from models.roles import RoleSet as RoleSetRow
from resolvers.queries.batching import load_existing
from schema.foundation.connections import Node
from schema.foundation.context import Info
from schema.foundation.guards import ActorKind, query_guard
from schema.foundation.scalars import DateTime


@strawberry.enum(description="Who made a permission.")
class PermissionType(Enum):
    SYSTEM = strawberry.enum_value(
        "SYSTEM", description="Tenantry itself: it guards the API and can't be changed."
    )
    CUSTOM = strawberry.enum_value(
        "CUSTOM", description="The instance's owner, for the application's own use."
    )


PermissionKey = Annotated[
    str, strawberry.argument(description="A permission's key, org:<feature>:<action>.")
]


@strawberry.type(description="Something that a role allows.")
class Permission(Node):
    key: str = strawberry.field(description="The key, org:<feature>:<action>.")
    name: str = strawberry.field(description="The name for people.")
    description: str | None = strawberry.field(description="What it allows.")
    type: PermissionType = strawberry.field(description="Who made it.")
    created_at: DateTime = strawberry.field(description="When it was made.")
    updated_at: DateTime = strawberry.field(description="When it was last changed.")

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


@strawberry.type(description="What a membership lets its user do.")
class Role(Node):
    key: str = strawberry.field(description="The key, such as org:admin.")
    name: str = strawberry.field(description="The name for people.")
    description: str | None = strawberry.field(description="What the role is for.")
    created_at: DateTime = strawberry.field(description="When it was made.")
    updated_at: DateTime = strawberry.field(description="When it was last changed.")

    @strawberry.field(description="The permissions it holds, sorted by key.")
    async def permissions(self, info: Info) -> list[Permission]:
        return [
            Permission.from_row(row) for row in await info.context.loaders.permissions.load(self.id)
        ]

    @strawberry.field(
        description="Whether it holds what a creator role needs: to manage, to read members and to"
        " delete."
    )
    async def is_creator_eligible(self, info: Info) -> bool:
        return can_manage(row.key for row in await info.context.loaders.permissions.load(self.id))

    @strawberry.field(
        description="How many memberships have it, in all organizations.",
        extensions=query_guard(actor=ActorKind.SERVICE),
    )
    async def members_count(self, info: Info) -> int | None:
        return await info.context.loaders.role_members_count.load(self.id)

    @classmethod
    def from_row(cls, row: RoleRow | DeletedRole) -> "Role":
        return cls(
            id=strawberry.ID(row.id),
            key=row.key,
            name=row.name,
            description=row.description,
            created_at=DateTime(row.created_at),
            updated_at=DateTime(row.updated_at),
        )


async def load_role_or_deleted(info: Info, role_id: str) -> Role:
    """Loads the role of an invitation, even if it was deleted after the invitation was settled."""
    return Role.from_row(await load_existing(info.context.loaders.roles_ever, role_id))


async def load_role(info: Info, role_id: str) -> Role:
    return Role.from_row(await load_existing(info.context.loaders.roles, role_id))


@strawberry.type(description="The roles that an organization may use.")
class RoleSet(Node):
    key: str = strawberry.field(description="The key, such as role_set:primary.")
    name: str = strawberry.field(description="The name for people.")
    description: str | None = strawberry.field(description="What the set is for.")
    is_initial: bool = strawberry.field(description="Whether new organizations get it.")
    created_at: DateTime = strawberry.field(description="When it was made.")
    updated_at: DateTime = strawberry.field(description="When it was last changed.")
    default_role_id: strawberry.Private[str]
    creator_role_id: strawberry.Private[str]

    @strawberry.field(description="Its roles, oldest first.")
    async def roles(self, info: Info) -> list[Role]:
        return [Role.from_row(row) for row in await info.context.loaders.roles_of_set.load(self.id)]

    @strawberry.field(description="The role that is meant when none is named.")
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
    row = await info.context.loaders.roles.load(role_id)
    return Role.from_row(row) if row else None


async def load_visible_permission(info: Info, permission_id: str) -> Permission | None:
    """Loads the permission, for every caller."""
    row = await info.context.loaders.permissions_by_id.load(permission_id)
    return Permission.from_row(row) if row else None


async def load_visible_role_set(info: Info, role_set_id: str) -> RoleSet | None:
    """Loads the role set, for secret keys."""
    if not info.context.is_service:
        return None
    row = await info.context.loaders.role_sets.load(role_set_id)
    return RoleSet.from_row(row) if row else None
