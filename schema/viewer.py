"""The signed-in user, as the API shows them to themselves."""

from typing import Annotated

import strawberry

from models.errors import Unauthenticated
from resolvers.invitations.lists import INVITATIONS_OF_ADDRESS
from resolvers.members.lists import MEMBERSHIPS_OF_USER, select_memberships
from resolvers.organizations import can_create, get_creation_limit
from resolvers.page_requests import PageArguments
from schema.foundation.connections import After, Before, Connection, First, Last
from schema.foundation.context import Info
from schema.invitations.enums import InvitationStatus
from schema.invitations.types import Invitation, load_invitations
from schema.memberships.types import (
    Membership,
    OrderBy,
    Roles,
    load_membership,
    load_memberships,
)
from schema.organizations.types import Organization, load_organization
from schema.sessions.types import Session, load_visible_session
from schema.users.types import User


@strawberry.type(description="The signed-in user, with what is theirs alone.")
class Viewer:
    user_id: strawberry.Private[str]

    @strawberry.field(description="The user.")
    async def user(self, info: Info) -> User:
        row = await info.context.loaders.users.load(self.user_id)
        if row is None:
            raise Unauthenticated("The user of this token was deleted a moment ago.")
        return User.from_row(row, info.context)

    @strawberry.field(
        description="The session whose token signed the request; null with an identity token."
    )
    async def session(self, info: Info) -> Session | None:
        session = info.context.caller.session
        return await load_visible_session(info, session.id) if session else None

    @strawberry.field(
        description="The organization of the session token that signed the request; null for who"
        " is no member any more."
    )
    async def active_organization(self, info: Info) -> Organization | None:
        organization_id = _get_active_organization_id(info)
        # The same read as that of `activeMembership`.
        if not (organization_id and await load_membership(info, organization_id, self.user_id)):
            return None
        return await load_organization(info, organization_id)

    @strawberry.field(
        description="The user's membership in the active organization; null without one."
    )
    async def active_membership(self, info: Info) -> Membership | None:
        organization_id = _get_active_organization_id(info)
        if organization_id is None:
            return None
        return await load_membership(info, organization_id, self.user_id)

    @strawberry.field(description="Whether the user may create another organization now.")
    async def can_create_organization(self, info: Info) -> bool:
        user = await info.context.loaders.users.load(self.user_id)
        instance = info.context.instance
        if user is None or not can_create(user, instance):
            return False
        limit = get_creation_limit(user, instance)
        return not limit or await info.context.loaders.created_count.load(self.user_id) < limit

    @strawberry.field(description="The user's membership in an organization; null without one.")
    async def membership(
        self,
        info: Info,
        organization_id: Annotated[
            strawberry.ID, strawberry.argument(description="The organization.")
        ],
    ) -> Membership | None:
        info.context.ensure_organizations_enabled()
        return await load_membership(info, organization_id, self.user_id)

    @strawberry.field(description="The user's memberships, newest first unless asked otherwise.")
    async def memberships(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        query: Annotated[
            str | None,
            strawberry.argument(
                description="A part of the organization's name or slug, or its whole id."
            ),
        ] = None,
        roles: Roles = None,
        order_by: OrderBy = None,
    ) -> Connection[Membership]:
        info.context.ensure_organizations_enabled()
        arguments = PageArguments(first, after, last, before)
        selection = select_memberships(MEMBERSHIPS_OF_USER, query, roles)
        return await load_memberships(info, self.user_id, selection, arguments, order_by)

    @strawberry.field(description="The invitations to the user's verified address, newest first.")
    async def invitations(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        statuses: Annotated[
            list[InvitationStatus] | None,
            strawberry.argument(description="Only those with one of these statuses."),
        ] = [InvitationStatus.PENDING],  # noqa: B006
    ) -> Connection[Invitation]:
        info.context.ensure_organizations_enabled()
        user = await info.context.loaders.users.load(self.user_id)
        verified = user.address_key if user and user.email_verified else None
        arguments = PageArguments(first, after)
        return await load_invitations(
            info, INVITATIONS_OF_ADDRESS, verified or "", arguments, statuses=statuses
        )


def _get_active_organization_id(info: Info) -> str | None:
    info.context.ensure_organizations_enabled()
    session = info.context.caller.session
    return session.organization_id if session else None


@strawberry.type
class ViewerQueries:
    @strawberry.field(description="The signed-in user; null for a secret key and for nobody.")
    async def viewer(self, info: Info) -> Viewer | None:
        return Viewer(user_id=info.context.user_id) if info.context.user_id else None
