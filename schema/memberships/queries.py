"""The query of a membership by its organization and user."""

from typing import Annotated

import strawberry

from schema.foundation.context import Info
from schema.foundation.guards import query_guard
from schema.memberships.types import Membership, can_read_member, load_membership


@strawberry.type
class MembershipQueries:
    @strawberry.field(
        description="A membership, to who may see it; else null.", extensions=query_guard()
    )
    async def membership(
        self,
        info: Info,
        organization_id: Annotated[
            strawberry.ID, strawberry.argument(description="The organization.")
        ],
        user_id: Annotated[strawberry.ID, strawberry.argument(description="The member.")],
    ) -> Membership | None:
        info.context.ensure_organizations_enabled()
        if not await can_read_member(info, organization_id, user_id):
            return None
        return await load_membership(info, organization_id, user_id)
