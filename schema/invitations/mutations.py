"""Mutations of invitations."""

import strawberry

from models.roles import MEMBERSHIPS_MANAGE
from resolvers.invitations import accept, create, manage
from schema.foundation.context import Info
from schema.foundation.errors import UserError
from schema.foundation.guards import ActorKind, mutation_guard
from schema.foundation.inputs import BulkErrorPolicy
from schema.foundation.payloads import Payload
from schema.invitations.inputs import (
    AcceptInvitationInput,
    CreateInvitationInput,
    CreateInvitationsInput,
    InvitationRefInput,
    to_options,
    to_recipient,
    to_ref,
)
from schema.invitations.types import Invitation
from schema.memberships.types import Membership


@strawberry.type(description="The invitation of a mutation.")
class InvitationPayload(Payload):
    invitation: Invitation | None = strawberry.field(
        description="The invitation as it is now.", default=None
    )


@strawberry.type(description="The invitations of a mutation.")
class InvitationsPayload(Payload):
    invitations: list[Invitation] = strawberry.field(
        description="The invitations that were made.", default_factory=list[Invitation]
    )


@strawberry.type(description="What came of an acceptance.")
class AcceptInvitationPayload(Payload):
    invitation: Invitation | None = strawberry.field(
        description="The invitation as it is now.", default=None
    )
    membership: Membership | None = strawberry.field(
        description="The membership that was made.", default=None
    )


@strawberry.type
class InvitationMutations:
    @strawberry.mutation(
        description="Invites somebody by e-mail to join, in a role whose permissions the caller"
        " holds too.",
        extensions=mutation_guard(MEMBERSHIPS_MANAGE),
    )
    async def create_invitation(
        self, info: Info, input: CreateInvitationInput
    ) -> InvitationPayload | None:
        row = await create.create_invitation(
            info.context.transaction,
            organization_id=input.organization_id,
            recipient=to_recipient(input, None),
            options=to_options(input),
        )
        return InvitationPayload(invitation=Invitation.from_row(row, info.context))

    @strawberry.mutation(
        description="Invites many at once, at most 100.",
        extensions=mutation_guard(MEMBERSHIPS_MANAGE),
    )
    async def create_invitations(
        self, info: Info, input: CreateInvitationsInput
    ) -> InvitationsPayload | None:
        rows, errors = await create.create_invitations(
            info.context.transaction,
            organization_id=input.organization_id,
            recipients=[to_recipient(recipient, input.role) for recipient in input.recipients],
            options=to_options(input),
            skip_failed=input.on_error is BulkErrorPolicy.SKIP_FAILED,
        )
        return InvitationsPayload(
            invitations=[Invitation.from_row(row, info.context) for row in rows],
            user_errors=[UserError.from_error(error) for error in errors],
        )

    @strawberry.mutation(
        description="Sends a pending or expired invitation again: the old link is void, the caller"
        " is the inviter.",
        extensions=mutation_guard(MEMBERSHIPS_MANAGE),
    )
    async def resend_invitation(
        self, info: Info, input: InvitationRefInput
    ) -> InvitationPayload | None:
        row = await manage.resend_invitation(
            info.context.transaction,
            organization_id=input.organization_id,
            invitation_id=input.invitation_id,
        )
        return InvitationPayload(invitation=Invitation.from_row(row, info.context))

    @strawberry.mutation(
        description="Takes a pending invitation back; its links are void.",
        extensions=mutation_guard(MEMBERSHIPS_MANAGE),
    )
    async def revoke_invitation(
        self, info: Info, input: InvitationRefInput
    ) -> InvitationPayload | None:
        row = await manage.revoke_invitation(
            info.context.transaction,
            organization_id=input.organization_id,
            invitation_id=input.invitation_id,
        )
        return InvitationPayload(invitation=Invitation.from_row(row, info.context))

    @strawberry.mutation(
        description="Joins the organization, for who is signed in with the invited address.",
        extensions=mutation_guard(actor=ActorKind.USER),
    )
    async def accept_invitation(
        self, info: Info, input: AcceptInvitationInput
    ) -> AcceptInvitationPayload | None:
        row, member = await accept.accept_invitation(info.context.transaction, ref=to_ref(input))
        return AcceptInvitationPayload(
            invitation=Invitation.from_row(row, info.context),
            membership=Membership.from_row(member, info.context),
        )

    @strawberry.mutation(
        description="Says no to an invitation, for who is signed in with the invited address.",
        extensions=mutation_guard(actor=ActorKind.USER),
    )
    async def decline_invitation(
        self, info: Info, input: AcceptInvitationInput
    ) -> InvitationPayload | None:
        row = await accept.decline_invitation(info.context.transaction, ref=to_ref(input))
        return InvitationPayload(invitation=Invitation.from_row(row, info.context))
