"""The queries of users: one by their ID, and the list of all."""

from typing import Annotated

import strawberry

from models.keys.scopes import KeyScope
from resolvers.lists.page_requests import PageArguments
from resolvers.queries.users import select_users
from schema.foundation.connections import (
    After,
    Connection,
    First,
    load_connection,
)
from schema.foundation.context import Info
from schema.foundation.guards import ActorKind, query_guard
from schema.users.types import User, load_visible_user


@strawberry.type
class UserQueries:
    @strawberry.field(
        description="A user by ID. Null if the user doesn't exist, or if the caller can't read"
        " them. Users can read themselves and the members of their organizations if they have the"
        " permission `org:sys_memberships:read` there.",
        extensions=query_guard(scope=KeyScope.USERS_READ),
    )
    async def user(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="ID of the user to return.")],
    ) -> User | None:
        return await load_visible_user(info, id)

    @strawberry.field(
        description="All users of the instance, newest first.",
        extensions=query_guard(actor=ActorKind.SERVICE, scope=KeyScope.USERS_READ),
    )
    async def users(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        offset: Annotated[
            int | None,
            strawberry.argument(
                description="The number of users to skip, at most 10,000. Can't be combined with a"
                " cursor. Cursors are faster in long lists."
            ),
        ] = None,
        query: Annotated[
            str | None,
            strawberry.argument(
                description="Return only users whose email address or name contains these words, or"
                " the user with this ID."
            ),
        ] = None,
        email_addresses: Annotated[
            list[str] | None,
            strawberry.argument(description="Return only users with one of these email addresses."),
        ] = None,
        external_ids: Annotated[
            list[str] | None,
            strawberry.argument(
                description="Return only users with one of these subjects at the identity provider."
            ),
        ] = None,
    ) -> Connection[User] | None:
        return await load_connection(
            info,
            select_users(query, email_addresses, external_ids, info.context.organization_ids),
            PageArguments(first, after, offset=offset),
            to_node=lambda row: User.from_row(row, info.context),
        )
