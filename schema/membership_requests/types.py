"""Suggestions and membership requests, as the API shows them."""

import strawberry

from models.keys.scopes import KeyScope
from models.membership_requests import MembershipRequest as RequestRow
from models.membership_requests import OrganizationSuggestion as SuggestionRow
from models.roles import MEMBERSHIPS_MANAGE
from resolvers.lists.page_requests import PageArguments
from resolvers.lists.specs import ListSpec, Selection
from resolvers.members.request_lists import (
    SUGGESTIONS_OF_USER,
    RequestFilter,
    SuggestionFilter,
)
from resolvers.queries.batching import load_existing
from schema.foundation.connections import Connection, Node, load_connection
from schema.foundation.context import Info
from schema.foundation.scalars import DateTime
from schema.membership_requests.enums import MembershipRequestStatus, SuggestionStatus
from schema.memberships.types import has_permission
from schema.organizations.public import PublicOrganization
from schema.users.types import User


@strawberry.type(
    description="A suggestion for a user to join an organization that has verified the domain of"
    " the user's address. Only the user and secret keys can read it."
)
class OrganizationSuggestion(Node):
    status: SuggestionStatus = strawberry.field(description="Whether the user has accepted it.")
    created_at: DateTime = strawberry.field(description="When the suggestion was created.")
    updated_at: DateTime = strawberry.field(description="When the suggestion was last updated.")
    organization_id: strawberry.Private[str]

    @strawberry.field(description="The public profile of the organization that the user can join.")
    async def public_organization(self, info: Info) -> PublicOrganization:
        return await _load_public_organization(info, self.organization_id)

    @classmethod
    def from_row(cls, row: SuggestionRow) -> "OrganizationSuggestion":
        return cls(
            id=strawberry.ID(row.id),
            status=SuggestionStatus(row.status),
            created_at=DateTime(row.created_at),
            updated_at=DateTime(row.updated_at),
            organization_id=row.organization_id,
        )


@strawberry.type(description="A request of a user to become a member of an organization.")
class MembershipRequest(Node):
    status: MembershipRequestStatus = strawberry.field(
        description="Whether somebody has decided, and how."
    )
    created_at: DateTime = strawberry.field(description="When the user asked.")
    updated_at: DateTime = strawberry.field(description="When the request was last updated.")
    row: strawberry.Private[RequestRow]

    @strawberry.field(description="The public profile of the organization.")
    async def public_organization(self, info: Info) -> PublicOrganization:
        return await _load_public_organization(info, self.row.organization_id)

    @strawberry.field(description="The user who asks to become a member.")
    async def user(self, info: Info) -> User:
        row = await load_existing(info.context.loaders.users, self.row.user_id)
        return User.from_row(row, info.context)

    @strawberry.field(
        description="The member who decided. Null if nobody has, if a key did, if the user"
        " joined in another way, or unless the caller can manage memberships."
    )
    async def decided_by(self, info: Info) -> User | None:
        user_id = self.row.decided_by_id
        if user_id is None:
            return None
        if not await has_permission(info, self.row.organization_id, MEMBERSHIPS_MANAGE):
            return None
        row = await info.context.loaders.users.load(user_id)
        return User.from_row(row, info.context) if row else None

    @classmethod
    def from_row(cls, row: RequestRow) -> "MembershipRequest":
        return cls(
            id=strawberry.ID(row.id),
            status=MembershipRequestStatus(row.status),
            created_at=DateTime(row.created_at),
            updated_at=DateTime(row.updated_at),
            row=row,
        )


async def _load_public_organization(info: Info, organization_id: str) -> PublicOrganization:
    row = await load_existing(info.context.loaders.organizations, organization_id)
    return PublicOrganization.from_row(row, info.context)


async def load_suggestions(
    info: Info,
    user_id: str,
    domain: str,
    arguments: PageArguments,
    statuses: list[SuggestionStatus] | None,
) -> Connection[OrganizationSuggestion]:
    chosen = None if statuses is None else tuple(status.value for status in statuses)
    selection = Selection(SUGGESTIONS_OF_USER, SuggestionFilter(domain, chosen))
    return await load_connection(
        info,
        selection,
        arguments,
        to_node=OrganizationSuggestion.from_row,
        parent=user_id,
    )


def select_requests(
    spec: ListSpec[RequestRow], statuses: list[MembershipRequestStatus] | None
) -> Selection[RequestRow]:
    chosen = None if statuses is None else tuple(status.value for status in statuses)
    return Selection(spec, RequestFilter(chosen))


async def load_requests(
    info: Info, selection: Selection[RequestRow], parent: str, arguments: PageArguments
) -> Connection[MembershipRequest]:
    return await load_connection(
        info,
        selection,
        arguments,
        to_node=MembershipRequest.from_row,
        parent=parent,
    )


async def load_visible_suggestion(info: Info, id: str) -> OrganizationSuggestion | None:
    """Loads the suggestion, for its user and for secret keys."""
    if not info.context.try_scope(KeyScope.DOMAINS_READ):
        return None
    row = await info.context.loaders.suggestions.load(id)
    if row is None or info.context.holder_id not in (None, row.user_id):
        return None
    if not info.context.reaches(row.organization_id):
        return None
    return OrganizationSuggestion.from_row(row)


async def load_visible_request(info: Info, id: str) -> MembershipRequest | None:
    """Loads the request, for its user, managers of members, and secret keys."""
    if not info.context.try_scope(KeyScope.MEMBERSHIPS_READ):
        return None
    row = await info.context.loaders.membership_requests.load(id)
    if row is None:
        return None
    is_own = info.context.user_id == row.user_id
    if not (is_own or await has_permission(info, row.organization_id, MEMBERSHIPS_MANAGE)):
        return None
    return MembershipRequest.from_row(row)
