"""The queries of users: one by their ID, and the list of all."""

from typing import Annotated

import strawberry

from resolvers.page_requests import PageArguments
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
        description="A user, to themselves, to fellow members and to secret keys; else null.",
        extensions=query_guard(),
    )
    async def user(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The user's id.")],
    ) -> User | None:
        return await load_visible_user(info, id)

    @strawberry.field(
        description="All users of the instance, newest first.",
        extensions=query_guard(actor=ActorKind.SERVICE),
    )
    async def users(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        query: Annotated[
            str | None,
            strawberry.argument(description="A part of the address or the name, or a whole id."),
        ] = None,
        email_addresses: Annotated[
            list[str] | None,
            strawberry.argument(description="Only who has one of these addresses."),
        ] = None,
        external_ids: Annotated[
            list[str] | None, strawberry.argument(description="Only who is one of these subjects.")
        ] = None,
    ) -> Connection[User] | None:
        return await load_connection(
            info,
            select_users(query, email_addresses, external_ids),
            PageArguments(first, after),
            to_node=lambda row: User.from_row(row, info.context),
        )
