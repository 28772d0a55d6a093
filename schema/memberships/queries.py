"""The query of a membership by its organization and user."""

from typing import Annotated

import strawberry

from models.keys.scopes import KeyScope
from schema.foundation.context import Info
from schema.foundation.guards import query_guard
from schema.memberships.types import Membership, can_read_member, load_membership


@strawberry.type
class MembershipQueries:
    @strawberry.field(
        description="The membership of a user in an organization. Null if the user isn't a member,"
        " or if the caller can't read it.",
        extensions=query_guard(scope=KeyScope.MEMBERSHIPS_READ),
    )
    async def membership(
        self,
        info: Info,
        organization_id: Annotated[
            strawberry.ID, strawberry.argument(description="ID of the organization to look in.")
        ],
        user_id: Annotated[
            strawberry.ID,
            strawberry.argument(description="ID of the user whose membership to return."),
        ],
    ) -> Membership | None:
        info.context.ensure_organizations_enabled()
        if not await can_read_member(info, organization_id, user_id):
            return None
        return await load_membership(info, organization_id, user_id)
