"""Users, as the API shows them: a fellow member sees
the name, only the user and secret keys see the rest.
"""

from typing import TYPE_CHECKING, Annotated

import strawberry

from models.users import User as UserRow
from resolvers.pages import AnyRow, make_page_request
from resolvers.queries import lists
from schema.foundation.connections import (
    After,
    Before,
    Connection,
    First,
    Last,
    Node,
    make_connection,
)
from schema.foundation.context import Context, Info
from schema.foundation.guards import ActorKind, query_guard
from schema.foundation.scalars import DateTime, JSONObject
from schema.sessions.inputs import SessionStatus

if TYPE_CHECKING:
    from schema.memberships.types import Membership
    from schema.sessions.types import Session


@strawberry.type(description="A person, as the identity provider told us of them.")
class User(Node):
    identifier: str = strawberry.field(
        description="The e-mail address that stands for the user, without one the subject."
    )
    first_name: str | None = strawberry.field(description="The given name.")
    last_name: str | None = strawberry.field(description="The family name.")
    image_url: str | None = strawberry.field(description="A picture of the user.")
    public_metadata: JSONObject = strawberry.field(
        description="What the instance's owner noted for everybody who sees the user."
    )
    external_id: str | None = strawberry.field(
        description="The subject at the identity provider; for the user and secret keys, else null."
    )
    email_address: str | None = strawberry.field(
        description="The e-mail address; for the user and secret keys, else null."
    )
    email_verified: bool | None = strawberry.field(
        description="Whether the issuer verified the address; for the user and secret keys, else"
        " null."
    )
    private_metadata: JSONObject | None = strawberry.field(
        description="What the instance's owner noted for services; for secret keys, else null."
    )
    create_organization_enabled: bool | None = strawberry.field(
        description="Whether the user may create organizations; null is the instance's setting."
    )
    create_organizations_limit: int | None = strawberry.field(
        description="How many organizations the user may create, 0 for any number; null is the"
        " instance's setting."
    )
    created_at: DateTime = strawberry.field(description="When the user was first seen.")
    updated_at: DateTime = strawberry.field(description="When the user was last changed.")

    @strawberry.field(
        description="The user's memberships, newest first; for the user and secret keys, else null."
    )
    async def memberships(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Annotated["Membership", strawberry.lazy("schema.memberships.types")]] | None:
        from schema.memberships.types import load_memberships_of_user

        if not (info.context.is_service or info.context.user_id == self.id):
            return None
        return await load_memberships_of_user(info, self.id, first, after, last, before)

    @strawberry.field(
        description="The user's sessions, newest first; for the user and secret keys, else null."
    )
    async def sessions(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        statuses: Annotated[
            list[SessionStatus] | None,
            strawberry.argument(description="Only those with one of these statuses."),
        ] = [SessionStatus.ACTIVE, SessionStatus.PENDING],  # noqa: B006
    ) -> Connection[Annotated["Session", strawberry.lazy("schema.sessions.types")]] | None:
        from schema.sessions.types import load_sessions

        if not (info.context.is_service or info.context.user_id == self.id):
            return None
        return await load_sessions(info, self.id, first, after, statuses)

    @classmethod
    def from_row(cls, row: UserRow | AnyRow, context: Context) -> "User":
        is_shown = context.is_service or context.user_id == row.id
        return cls(
            id=strawberry.ID(row.id),
            identifier=row.identifier,
            first_name=row.first_name,
            last_name=row.last_name,
            image_url=row.image_url,
            public_metadata=JSONObject(row.public_metadata),
            external_id=row.external_id if is_shown else None,
            email_address=row.email_address if is_shown else None,
            email_verified=row.email_verified if is_shown else None,
            private_metadata=JSONObject(row.private_metadata) if context.is_service else None,
            create_organization_enabled=row.create_organization_enabled if is_shown else None,
            create_organizations_limit=row.create_organizations_limit if is_shown else None,
            created_at=DateTime(row.created_at),
            updated_at=DateTime(row.updated_at),
        )


async def load_visible_user(info: Info, user_id: str) -> User | None:
    """The user, to the user, to fellow members who may read
    members, and to secret keys; else null, as if absent.
    """
    context = info.context
    viewer = context.user_id
    if (
        viewer
        and viewer != user_id
        and not await context.loaders.are_fellows.load((viewer, user_id))
    ):
        return None
    row = await context.loaders.users.load(user_id)
    return User.from_row(row, context) if row else None


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
        wanted = lists.make_user_filter(query, email_addresses, external_ids)
        part = make_page_request(lists.USER_ORDER, first, after)
        read = info.context.read
        page = await read(lists.load_user_page, wanted, part)
        return make_connection(
            page, lambda row: User.from_row(row, info.context), lambda: read(lists.count, wanted)
        )
