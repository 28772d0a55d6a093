"""The inputs of invitation mutations, and their plain values."""

import strawberry

from resolvers.invitations.accept import InvitationRef
from resolvers.invitations.validation import InvitationOptions, Recipient
from resolvers.metadata import Metadata
from schema.foundation.inputs import BulkErrorPolicy
from schema.foundation.scalars import JSONObject


@strawberry.input(description="One of many to invite.")
class InvitationRecipientInput:
    email_address: str = strawberry.field(description="The address.")
    role: str | None = strawberry.field(
        description="The key of the role; the call's when absent.", default=None
    )
    public_metadata: JSONObject | None = strawberry.field(
        description="For the membership, at most 8 KB; for secret keys.", default=None
    )
    private_metadata: JSONObject | None = strawberry.field(
        description="For the membership, at most 8 KB; for secret keys.", default=None
    )


@strawberry.input(description="Somebody to invite.")
class CreateInvitationInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization.")
    email_address: str = strawberry.field(description="The address.")
    role: str | None = strawberry.field(
        description="The key of the role; the role set's default role when absent.", default=None
    )
    inviter_user_id: strawberry.ID | None = strawberry.field(
        description="The member who invites; for secret keys.", default=None
    )
    redirect_url: str | None = strawberry.field(
        description="A page of the application that the link leads to; its origin has to be"
        " allowed.",
        default=None,
    )
    expires_in_days: int | None = strawberry.field(
        description="How long it lives, 1 to 365 days; the instance's setting when absent.",
        default=None,
    )
    notify: bool = strawberry.field(description="Whether to send the mail.", default=True)
    public_metadata: JSONObject | None = strawberry.field(
        description="For the membership, at most 8 KB; for secret keys.", default=None
    )
    private_metadata: JSONObject | None = strawberry.field(
        description="For the membership, at most 8 KB; for secret keys.", default=None
    )


@strawberry.input(description="Many to invite.")
class CreateInvitationsInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization.")
    recipients: list[InvitationRecipientInput] = strawberry.field(
        description="Who to invite, at most 100."
    )
    role: str | None = strawberry.field(
        description="The key of the role of who names none; the default role when absent.",
        default=None,
    )
    inviter_user_id: strawberry.ID | None = strawberry.field(
        description="The member who invites; for secret keys.", default=None
    )
    redirect_url: str | None = strawberry.field(
        description="A page of the application that the links lead to; its origin has to be"
        " allowed.",
        default=None,
    )
    expires_in_days: int | None = strawberry.field(
        description="How long they live, 1 to 365 days; the instance's setting when absent.",
        default=None,
    )
    notify: bool = strawberry.field(description="Whether to send the mails.", default=True)
    on_error: BulkErrorPolicy = strawberry.field(
        description="What one bad recipient does to the others.", default=BulkErrorPolicy.REJECT_ALL
    )


@strawberry.input(description="An invitation of an organization.")
class InvitationRefInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization.")
    invitation_id: strawberry.ID = strawberry.field(description="The invitation.")


@strawberry.input(description="The invitation that is meant: give one of the two.", one_of=True)
class AcceptInvitationInput:
    ticket: str | None = strawberry.field(description="The ticket of the link.")
    invitation_id: strawberry.ID | None = strawberry.field(
        description="The id, for who is signed in with the invited, verified address."
    )


def to_options(input: CreateInvitationInput | CreateInvitationsInput) -> InvitationOptions:
    return InvitationOptions(
        inviter_user_id=input.inviter_user_id,
        redirect_url=input.redirect_url,
        expires_in_days=input.expires_in_days,
        notify=input.notify,
    )


def to_recipient(
    input: InvitationRecipientInput | CreateInvitationInput, role: str | None
) -> Recipient:
    return Recipient(
        input.email_address,
        role if input.role is None else input.role,
        Metadata(input.public_metadata, input.private_metadata),
    )


def to_ref(input: AcceptInvitationInput) -> InvitationRef:
    return InvitationRef(ticket=input.ticket, invitation_id=input.invitation_id)
