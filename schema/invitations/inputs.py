"""The inputs of invitation mutations, and their plain values."""

import strawberry

from resolvers.foundation.metadata import Metadata
from resolvers.invitations.accept import InvitationRef
from resolvers.invitations.validation import InvitationOptions, Recipient
from schema.foundation.inputs import BulkErrorPolicy
from schema.foundation.scalars import JSONObject


@strawberry.input(description="A person to invite with `createInvitations`.")
class InvitationRecipientInput:
    email_address: str = strawberry.field(description="The email address to invite.")
    role: str | None = strawberry.field(
        description="Key of the role that the person gets. Defaults to the `role` of the whole"
        " input.",
        default=None,
    )
    public_metadata: JSONObject | None = strawberry.field(
        description="Public metadata of the future membership, at most 8 KB. Requires a secret"
        " key.",
        default=None,
    )
    private_metadata: JSONObject | None = strawberry.field(
        description="Private metadata of the future membership, at most 8 KB. Requires a secret"
        " key.",
        default=None,
    )
    inviter_user_id: strawberry.ID | None = strawberry.field(
        description="ID of the member who appears as the inviter of this person. Defaults to the"
        " `inviterUserId` of the whole input. Requires a secret key.",
        default=None,
    )
    redirect_url: str | None = strawberry.field(
        description="The page of your application that this person's link leads to. Defaults to the"
        " `redirectUrl` of the whole input.",
        default=None,
    )
    expires_in_days: int | None = strawberry.field(
        description="The number of days after which this invitation expires, from 1 to 365."
        " Defaults to the `expiresInDays` of the whole input.",
        default=None,
    )


@strawberry.input(description="A person to invite to an organization.")
class CreateInvitationInput:
    organization_id: strawberry.ID = strawberry.field(
        description="ID of the organization to invite the person to."
    )
    email_address: str = strawberry.field(
        description="The email address to invite. It doesn't have to belong to a user yet."
    )
    role: str | None = strawberry.field(
        description="Key of the role that the invited person gets. Defaults to the default role of"
        " the organization's role set.",
        default=None,
    )
    inviter_user_id: strawberry.ID | None = strawberry.field(
        description="ID of the member who appears as the inviter. Requires a secret key.",
        default=None,
    )
    redirect_url: str | None = strawberry.field(
        description="The page of your application that the invitation link leads to. Its origin"
        " must be one of `Instance.allowedRedirectOrigins`. Defaults to `Instance.invitationUrl`.",
        default=None,
    )
    expires_in_days: int | None = strawberry.field(
        description="The number of days after which the invitation expires, from 1 to 365. Defaults"
        " to `Instance.invitationExpiresInDays`.",
        default=None,
    )
    notify: bool = strawberry.field(
        description="Whether to send the invitation by email.", default=True
    )
    public_metadata: JSONObject | None = strawberry.field(
        description="Public metadata of the membership that the invitation leads to, at most 8 KB."
        " Requires a secret key.",
        default=None,
    )
    private_metadata: JSONObject | None = strawberry.field(
        description="Private metadata of the membership that the invitation leads to, at most 8 KB."
        " Requires a secret key.",
        default=None,
    )


@strawberry.input(description="Several people to invite to the same organization.")
class CreateInvitationsInput:
    organization_id: strawberry.ID = strawberry.field(
        description="ID of the organization to invite the people to."
    )
    recipients: list[InvitationRecipientInput] = strawberry.field(
        description="The people to invite, at most 100."
    )
    role: str | None = strawberry.field(
        description="Key of the role for recipients that have no `role` of their own. Defaults to"
        " the default role of the organization's role set.",
        default=None,
    )
    inviter_user_id: strawberry.ID | None = strawberry.field(
        description="ID of the member who appears as the inviter of all invitations. Requires a"
        " secret key.",
        default=None,
    )
    redirect_url: str | None = strawberry.field(
        description="The page of your application that the invitation links lead to. Its origin"
        " must be one of `Instance.allowedRedirectOrigins`. Defaults to `Instance.invitationUrl`.",
        default=None,
    )
    expires_in_days: int | None = strawberry.field(
        description="The number of days after which the invitations expire, from 1 to 365. Defaults"
        " to `Instance.invitationExpiresInDays`.",
        default=None,
    )
    notify: bool = strawberry.field(
        description="Whether to send the invitations by email.", default=True
    )
    on_error: BulkErrorPolicy = strawberry.field(
        description="What to do with the other recipients if one of them is invalid.",
        default=BulkErrorPolicy.REJECT_ALL,
    )


@strawberry.input(description="An invitation of an organization.")
class InvitationRefInput:
    organization_id: strawberry.ID = strawberry.field(
        description="ID of the organization that the invitation belongs to."
    )
    invitation_id: strawberry.ID = strawberry.field(
        description="ID of the invitation to resend or revoke."
    )


@strawberry.input(
    description="The invitation to accept or decline. Set exactly one of the fields.", one_of=True
)
class AcceptInvitationInput:
    ticket: str | None = strawberry.field(description="The ticket from the invitation link.")
    invitation_id: strawberry.ID | None = strawberry.field(
        description="ID of an invitation from `Viewer.invitations`. The caller's verified email"
        " address must be the invited one."
    )


def to_options(input: CreateInvitationInput | CreateInvitationsInput) -> InvitationOptions:
    return InvitationOptions(
        inviter_user_id=input.inviter_user_id,
        redirect_url=input.redirect_url,
        expires_in_days=input.expires_in_days,
        notify=input.notify,
    )


def to_recipient(input: CreateInvitationInput) -> Recipient:
    metadata = Metadata(input.public_metadata, input.private_metadata)
    return Recipient(input.email_address, input.role, metadata)


def to_recipients(input: CreateInvitationsInput) -> list[Recipient]:
    return [
        Recipient(
            recipient.email_address,
            input.role if recipient.role is None else recipient.role,
            Metadata(recipient.public_metadata, recipient.private_metadata),
            inviter_user_id=recipient.inviter_user_id,
            redirect_url=recipient.redirect_url,
            expires_in_days=recipient.expires_in_days,
        )
        for recipient in input.recipients
    ]


def to_ref(input: AcceptInvitationInput) -> InvitationRef:
    return InvitationRef(ticket=input.ticket, invitation_id=input.invitation_id)
