"""Users, as the API shows them: all of a user only to themselves and to secret keys."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from models.users import User as UserRow
from resolvers.members.lists import MEMBERSHIPS_OF_USER, select_memberships
from resolvers.page_requests import PageArguments
from schema.foundation.connections import (
    After,
    Before,
    Connection,
    First,
    Last,
    Node,
)
from schema.foundation.context import Context, Info
from schema.foundation.scalars import DateTime, JSONObject
from schema.sessions.enums import SessionStatus

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
        from schema.memberships.types import load_memberships

        if not (info.context.is_service or info.context.user_id == self.id):
            return None
        info.context.ensure_organizations_enabled()
        arguments = PageArguments(first, after, last, before)
        selection = select_memberships(MEMBERSHIPS_OF_USER)
        return await load_memberships(info, self.id, selection, arguments)

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
        arguments = PageArguments(first, after)
        return await load_sessions(info, self.id, arguments, statuses=statuses)

    @classmethod
    def from_row(cls, row: UserRow, context: Context) -> "User":
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
    """Loads the user, for themselves, fellow members who can read members, and secret keys."""
    viewer, loaders = info.context.user_id, info.context.loaders
    if viewer and viewer != user_id and not await loaders.are_fellows.load((viewer, user_id)):
        return None
    row = await loaders.users.load(user_id)
    return User.from_row(row, info.context) if row else None
