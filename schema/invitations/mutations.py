"""Mutations of invitations."""

import strawberry

from models.keys.scopes import KeyScope
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
    to_recipients,
    to_ref,
)
from schema.invitations.types import Invitation
from schema.memberships.types import Membership


@strawberry.type(description="The result of a mutation that creates or changes an invitation.")
class InvitationPayload(Payload):
    invitation: Invitation | None = strawberry.field(
        description="The invitation in its new state. Null if there are `userErrors`.", default=None
    )


@strawberry.type(description="The result of `createInvitations`.")
class InvitationsPayload(Payload):
    invitations: list[Invitation] = strawberry.field(
        description="The created invitations, in the order of the input.",
        default_factory=list[Invitation],
    )


@strawberry.type(description="The result of `acceptInvitation`.")
class AcceptInvitationPayload(Payload):
    invitation: Invitation | None = strawberry.field(
        description="The accepted invitation. Null if there are `userErrors`.", default=None
    )
    membership: Membership | None = strawberry.field(
        description="The membership of the caller in the organization. Null if there are"
        " `userErrors`.",
        default=None,
    )


@strawberry.type
class InvitationMutations:
    @strawberry.mutation(
        description="Invites a person by email to join an organization. The caller must have all"
        " permissions of the invitation's role.",
        extensions=mutation_guard(MEMBERSHIPS_MANAGE, scope=KeyScope.INVITATIONS_WRITE),
    )
    async def create_invitation(
        self, info: Info, input: CreateInvitationInput
    ) -> InvitationPayload | None:
        row = await create.create_invitation(
            info.context.transaction,
            organization_id=input.organization_id,
            recipient=to_recipient(input),
            options=to_options(input),
        )
        return InvitationPayload(invitation=Invitation.from_row(row, info.context))

    @strawberry.mutation(
        description="Invites up to 100 people to an organization in one transaction. The caller"
        " must have all permissions of the invitations' roles.",
        extensions=mutation_guard(MEMBERSHIPS_MANAGE, scope=KeyScope.INVITATIONS_WRITE),
    )
    async def create_invitations(
        self, info: Info, input: CreateInvitationsInput
    ) -> InvitationsPayload | None:
        rows, errors = await create.create_invitations(
            info.context.transaction,
            organization_id=input.organization_id,
            recipients=to_recipients(input),
            options=to_options(input),
            skip_failed=input.on_error is BulkErrorPolicy.SKIP_FAILED,
        )
        return InvitationsPayload(
            invitations=[Invitation.from_row(row, info.context) for row in rows],
            user_errors=[UserError.from_error(error) for error in errors],
        )

    @strawberry.mutation(
        description="Sends a pending or expired invitation again, with a new expiry. The previous"
        " link becomes invalid, and the caller becomes the inviter.",
        extensions=mutation_guard(MEMBERSHIPS_MANAGE, scope=KeyScope.INVITATIONS_WRITE),
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
        description="Revokes a pending invitation. Its links become invalid immediately.",
        extensions=mutation_guard(MEMBERSHIPS_MANAGE, scope=KeyScope.INVITATIONS_WRITE),
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
        description="Accepts an invitation and makes the caller a member of the organization. The"
        " caller must be signed in with the invited email address. A user whose tokens contain no"
        " email address needs the ticket from the email.",
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
        description="Declines an invitation. The caller must be signed in with the invited email"
        " address. The address can be invited again.",
        extensions=mutation_guard(actor=ActorKind.USER),
    )
    async def decline_invitation(
        self, info: Info, input: AcceptInvitationInput
    ) -> InvitationPayload | None:
        row = await accept.decline_invitation(info.context.transaction, ref=to_ref(input))
        return InvitationPayload(invitation=Invitation.from_row(row, info.context))
