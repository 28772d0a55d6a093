"""The roles of an organization."""

from asyncio import gather
from collections.abc import Sequence

import strawberry

from models.roles import MEMBERSHIPS_MANAGE
from resolvers.authority.access import find_missing
from resolvers.queries.batching import load_existing
from schema.execution.breadth_first.resolvers import batch_field
from schema.foundation.connections import Node
from schema.foundation.context import Info
from schema.roles.types import Role, RoleSet


@strawberry.type
class RoleFields(Node):
    role_set_id: strawberry.Private[str]

    @strawberry.field(
        description="The role set of the organization, which defines the roles that its members can"
        " have."
    )
    async def role_set(self, info: Info) -> RoleSet:
        row = await load_existing(info.context.loaders.role_sets, self.role_set_id)
        return RoleSet.from_row(row)

    @strawberry.field(
        description="The roles that members of the organization can have, oldest first."
    )
    async def roles(self, info: Info) -> list[Role]:
        rows = await info.context.loaders.roles_of_set.load(self.role_set_id)
        return list(map(Role.from_row, rows))

    @batch_field(
        description="The roles that the caller can give to members and invited people, oldest"
        " first: those with no permission that the caller lacks. Empty without the permission"
        " `org:sys_memberships:manage`. For a secret key, all roles."
    )
    @staticmethod
    async def grantable_roles(
        organizations: Sequence["RoleFields"], info: Info
    ) -> list[list[Role]]:
        viewer, loaders = info.context.holder_id, info.context.loaders
        ids = [organization.role_set_id for organization in organizations]
        offered = await loaders.offered_roles.load_many(ids)
        if viewer is None:
            return [[Role.from_row(one.role) for one in roles] for roles in offered]
        held = await gather(
            *(
                loaders.load_role_permissions(organization.id, viewer)
                for organization in organizations
            )
        )
        return [
            [Role.from_row(one.role) for one in roles if not find_missing(keys, one.permissions)]
            if keys and MEMBERSHIPS_MANAGE in keys
            else []
            for keys, roles in zip(held, offered, strict=True)
        ]
