"""The signed-in user, as the API shows them to themselves."""

from typing import Annotated

import strawberry

from models.errors.request import Unauthenticated
from models.users import get_proven_domain
from resolvers.invitations.lists import INVITATIONS_OF_ADDRESS
from resolvers.lists.page_requests import PageArguments
from resolvers.members.lists import MEMBERSHIPS_OF_USER, select_memberships
from resolvers.members.request_lists import REQUESTS_OF_USER
from resolvers.organizations.create import can_create, get_creation_limit
from resolvers.queries.creation_defaults import load_creation_defaults
from schema.foundation.connections import After, Before, Connection, First, Last, Offset
from schema.foundation.context import Info
from schema.invitations.enums import InvitationStatus
from schema.invitations.order import InvitationOrderBy
from schema.invitations.types import Invitation, load_invitations
from schema.membership_requests.enums import RequestStatuses, SuggestionStatus
from schema.membership_requests.types import (
    MembershipRequest,
    OrganizationSuggestion,
    load_requests,
    load_suggestions,
    select_requests,
)
from schema.memberships.types import (
    Membership,
    OrderBy,
    Roles,
    load_membership,
    load_memberships,
)
from schema.organizations.creation_defaults import OrganizationCreationDefaults
from schema.organizations.types import Organization, load_organization
from schema.sessions.types import Session, load_visible_session
from schema.users.types import User


@strawberry.type(description="The signed-in user, with data that only they can read.")
class Viewer:
    user_id: strawberry.Private[str]
    # Those of the session token: the one in the request, or the one that the mutation returns.
    session_id: strawberry.Private[str | None]
    organization_id: strawberry.Private[str | None]

    @strawberry.field(
        description="The position of the event log from which to subscribe for what happens after"
        " the data that this operation returns. The first events can be about changes that the data"
        " already has."
    )
    async def cursor(self, info: Info) -> str:
        return str(info.context.newest_cursor)

    @strawberry.field(description="The profile of the signed-in user.")
    async def user(self, info: Info) -> User:
        row = await info.context.loaders.users.load(self.user_id)
        if row is None:
            raise user_deleted()
        return User.from_row(row, info.context)

    @strawberry.field(
        description="The session of the request's session token, or of the token that the mutation"
        " returns. Null in a query with an identity token."
    )
    async def session(self, info: Info) -> Session | None:
        return await load_visible_session(info, self.session_id) if self.session_id else None

    @strawberry.field(
        description="The organization in the request's session token, or in the token that the"
        " mutation returns. Null if the token has none, or if the user is no longer a member of"
        " it."
    )
    async def active_organization(self, info: Info) -> Organization | None:
        # The same read as that of `activeMembership`.
        membership = await self.active_membership(info)
        return await load_organization(info, membership.organization_id) if membership else None

    @strawberry.field(
        description="The user's membership in the active organization. Null if no organization is"
        " active, or if the user is no longer a member of it."
    )
    async def active_membership(self, info: Info) -> Membership | None:
        info.context.ensure_organizations_enabled()
        if self.organization_id is None:
            return None
        return await load_membership(info, self.organization_id, self.user_id)

    @strawberry.field(
        description="The keys of the user's permissions in the active organization, sorted. Empty"
        " if no organization is active, or if the user is no longer a member of it."
    )
    async def permissions(self, info: Info) -> list[str]:
        if self.organization_id is None or not info.context.instance.organizations_enabled:
            return []
        loaders = info.context.loaders
        return sorted(await loaders.load_permission_keys(self.organization_id, self.user_id) or ())

    @strawberry.field(description="Whether the user can create another organization now.")
    async def can_create_organization(self, info: Info) -> bool:
        user = await info.context.loaders.users.load(self.user_id)
        instance = info.context.instance
        if user is None or not can_create(user, instance):
            return False
        limit = get_creation_limit(user, instance)
        return not limit or await info.context.loaders.created_count.load(self.user_id) < limit

    @strawberry.field(description="Suggestions for a form that creates an organization.")
    async def organization_creation_defaults(self, info: Info) -> OrganizationCreationDefaults:
        context = info.context
        context.ensure_organizations_enabled()
        user = await context.loaders.users.load(self.user_id)
        if user is None:
            raise user_deleted()
        defaults = await context.read(
            load_creation_defaults,
            user,
            slugs_enabled=context.instance.slugs_enabled,
            allows_reserved=context.server.is_development,
        )
        return OrganizationCreationDefaults.from_defaults(defaults)

    @strawberry.field(
        description="The user's membership in one organization. Null if the user isn't a member."
    )
    async def membership(
        self,
        info: Info,
        organization_id: Annotated[
            strawberry.ID,
            strawberry.argument(description="ID of the organization whose membership to return."),
        ],
    ) -> Membership | None:
        info.context.ensure_organizations_enabled()
        return await load_membership(info, organization_id, self.user_id)

    @strawberry.field(description="The memberships of the signed-in user, newest first by default.")
    async def memberships(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        offset: Offset = None,
        query: Annotated[
            str | None,
            strawberry.argument(
                description="Return only memberships in organizations whose name or slug contains"
                " these words, or in the organization with this ID."
            ),
        ] = None,
        roles: Roles = None,
        order_by: OrderBy = None,
    ) -> Connection[Membership]:
        info.context.ensure_organizations_enabled()
        arguments = PageArguments(first, after, last, before, offset)
        selection = select_memberships(MEMBERSHIPS_OF_USER, query, roles)
        return await load_memberships(info, self.user_id, selection, arguments, order_by)

    @strawberry.field(
        description="The invitations to the user's verified email address, newest first by default."
        " Empty if the address isn't verified."
    )
    async def invitations(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        offset: Offset = None,
        statuses: Annotated[
            list[InvitationStatus] | None,
            strawberry.argument(
                description="Return only invitations with one of these statuses. Null for all"
                " statuses."
            ),
        ] = [InvitationStatus.PENDING],  # noqa: B006
        order_by: InvitationOrderBy = None,
    ) -> Connection[Invitation]:
        info.context.ensure_organizations_enabled()
        user = await info.context.loaders.users.load(self.user_id)
        verified = user.address_key if user and user.email_verified else None
        arguments = PageArguments(first, after, last, before, offset)
        return await load_invitations(
            info,
            INVITATIONS_OF_ADDRESS,
            verified or "",
            arguments,
            statuses=statuses,
            order_by=order_by,
        )

    @strawberry.field(
        description="The suggestions to join organizations that have verified the domain of the"
        " user's address, newest first. Empty if the address isn't verified."
    )
    async def suggestions(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        offset: Offset = None,
        statuses: Annotated[
            list[SuggestionStatus] | None,
            strawberry.argument(
                description="Return only suggestions with one of these statuses. Null for all"
                " statuses."
            ),
        ] = [SuggestionStatus.PENDING],  # noqa: B006
    ) -> Connection[OrganizationSuggestion]:
        info.context.ensure_organizations_enabled()
        user = await info.context.loaders.users.load(self.user_id)
        domain = get_proven_domain(user) if user else None
        arguments = PageArguments(first, after, last, before, offset)
        return await load_suggestions(info, self.user_id, domain or "", arguments, statuses)

    @strawberry.field(description="The user's requests to join organizations, newest first.")
    async def membership_requests(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        statuses: RequestStatuses = None,
    ) -> Connection[MembershipRequest]:
        info.context.ensure_organizations_enabled()
        selection = select_requests(REQUESTS_OF_USER, statuses)
        return await load_requests(info, selection, self.user_id, PageArguments(first, after))


def user_deleted() -> Unauthenticated:
    return Unauthenticated("The user of this token was deleted a moment ago.")


@strawberry.type
class ViewerQueries:
    @strawberry.field(
        description="The signed-in user. Null if the caller uses a secret key or no credential."
    )
    async def viewer(self, info: Info) -> Viewer | None:
        user_id = info.context.user_id
        if user_id is None:
            return None
        session = info.context.caller.session
        return Viewer(
            user_id=user_id,
            session_id=session.id if session else None,
            organization_id=session.organization_id if session else None,
        )
