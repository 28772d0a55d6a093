"""Mutations of suggestions and membership requests."""

import strawberry

from models.errors.input import InputError
from models.keys.scopes import KeyScope
from models.roles import MEMBERSHIPS_MANAGE
from resolvers.domains.suggestions import accept_suggestion
from resolvers.members.request_acceptance import accept_request
from resolvers.members.requests import reject_request
from schema.foundation.context import Info
from schema.foundation.guards import ActorKind, make_error_payload, mutation_guard
from schema.foundation.payloads import Payload
from schema.membership_requests.types import MembershipRequest, OrganizationSuggestion
from schema.memberships.mutations import MembershipPayload
from schema.memberships.types import Membership


@strawberry.input(description="A suggestion to accept.")
class SuggestionRefInput:
    suggestion_id: strawberry.ID = strawberry.field(
        description="ID of a suggestion from `Viewer.suggestions`."
    )


@strawberry.input(description="A membership request to accept.")
class AcceptMembershipRequestInput:
    organization_id: strawberry.ID = strawberry.field(
        description="ID of the organization that the user asks to join."
    )
    membership_request_id: strawberry.ID = strawberry.field(
        description="ID of the membership request to accept."
    )
    role: str | None = strawberry.field(
        description="Key of the role that the user gets. Defaults to the default role of the"
        " organization's role set.",
        default=None,
    )


@strawberry.input(description="A membership request to reject.")
class MembershipRequestRefInput:
    organization_id: strawberry.ID = strawberry.field(
        description="ID of the organization that got the request."
    )
    membership_request_id: strawberry.ID = strawberry.field(
        description="ID of the membership request to reject."
    )


@strawberry.type(description="The result of a mutation of a suggestion or a membership request.")
class MembershipRequestPayload(Payload):
    membership_request: MembershipRequest | None = strawberry.field(
        description="The membership request in its new state. Null if there are `userErrors`.",
        default=None,
    )
    suggestion: OrganizationSuggestion | None = strawberry.field(
        description="The accepted suggestion. Null if there are `userErrors`, and for every"
        " mutation except `acceptSuggestion`.",
        default=None,
    )


@strawberry.type
class MembershipRequestMutations:
    @strawberry.mutation(
        description="Accepts a suggestion, which asks the organization for a membership. Its"
        " managers decide.",
        extensions=mutation_guard(actor=ActorKind.USER),
    )
    async def accept_suggestion(
        self, info: Info, input: SuggestionRefInput
    ) -> MembershipRequestPayload | None:
        suggestion, request = await accept_suggestion(
            info.context.transaction, suggestion_id=input.suggestion_id
        )
        return MembershipRequestPayload(
            membership_request=MembershipRequest.from_row(request),
            suggestion=OrganizationSuggestion.from_row(suggestion),
        )

    @strawberry.mutation(
        description="Accepts a membership request and makes its user a member. The caller must have"
        " all permissions of the role.",
        extensions=mutation_guard(MEMBERSHIPS_MANAGE, scope=KeyScope.MEMBERSHIPS_WRITE),
    )
    async def accept_membership_request(
        self, info: Info, input: AcceptMembershipRequestInput
    ) -> MembershipPayload | None:
        row = await accept_request(
            info.context.transaction,
            organization_id=input.organization_id,
            request_id=input.membership_request_id,
            role=input.role,
        )
        if isinstance(row, InputError):
            return make_error_payload(info, row)
        return MembershipPayload(membership=Membership.from_row(row, info.context))

    @strawberry.mutation(
        description="Rejects a membership request. The user can't ask again, but can be invited.",
        extensions=mutation_guard(MEMBERSHIPS_MANAGE, scope=KeyScope.MEMBERSHIPS_WRITE),
    )
    async def reject_membership_request(
        self, info: Info, input: MembershipRequestRefInput
    ) -> MembershipRequestPayload | None:
        row = await reject_request(
            info.context.transaction,
            organization_id=input.organization_id,
            request_id=input.membership_request_id,
        )
        return MembershipRequestPayload(membership_request=MembershipRequest.from_row(row))
