"""What the holder of a ticket can see of an invitation before signing in."""

from enum import Enum
from typing import Annotated

import strawberry

from resolvers.invitations.preview import Preview, load_preview
from resolvers.invitations.tickets import TicketKind
from schema.foundation.context import Info
from schema.foundation.scalars import DateTime
from schema.invitations.enums import InvitationStatus
from schema.organizations.public import PublicOrganization


@strawberry.enum(description="The next step for a person who opens an invitation link.")
class InvitationNext(Enum):
    SIGN_IN = strawberry.enum_value(
        "SIGN_IN", description="Sign in with the invited email address."
    )
    SIGN_UP = strawberry.enum_value(
        "SIGN_UP", description="Sign up with the invited email address."
    )
    ACCEPT = strawberry.enum_value(
        "ACCEPT", description="Call `acceptInvitation`: the caller is the invited person."
    )
    NONE = strawberry.enum_value(
        "NONE",
        description="Nothing: the invitation was accepted, declined, or revoked, or it expired.",
    )


@strawberry.type(
    description="The part of an invitation that anyone with its ticket can read, without signing"
    " in."
)
class InvitationPreview:
    organization_name: str = strawberry.field(description="The name of the organization.")
    organization_image_url: str = strawberry.field(
        description="URL of the organization's logo, or of a generated image if it has no logo."
    )
    email_address: str = strawberry.field(description="The invited email address.")
    role_name: str = strawberry.field(
        description="The name of the role that the invited person gets."
    )
    inviter_name: str | None = strawberry.field(
        description="The full name of the inviter. Null if a key created the invitation, or if the"
        " inviter has no name or was deleted."
    )
    status: InvitationStatus = strawberry.field(description="The current status of the invitation.")
    expires_at: DateTime = strawberry.field(description="When the invitation expires.")
    next: InvitationNext = strawberry.field(description="What the caller does next.")


async def get_next_step(info: Info, preview: Preview) -> InvitationNext:
    """Chooses the next step; a forwarded link never reveals whether the person has an account.

    The inviter could use it to find out (rule 20).
    """
    if preview.status is not InvitationStatus.PENDING:
        return InvitationNext.NONE
    viewer = info.context.user_id
    user = await info.context.loaders.users.load(viewer) if viewer else None
    if user is not None:
        has_no_address = user.address_key is None and preview.kind is TicketKind.MAIL
        if has_no_address or user.address_key == preview.invitation.address_key:
            return InvitationNext.ACCEPT
    if preview.has_account or preview.kind is TicketKind.LINK:
        return InvitationNext.SIGN_IN
    return InvitationNext.SIGN_UP


@strawberry.type
class InvitationQueries:
    @strawberry.field(
        description="The invitation that a ticket belongs to, whatever its status. Null if the"
        " ticket is invalid. Readable without a credential."
    )
    async def invitation_by_ticket(
        self,
        info: Info,
        ticket: Annotated[
            str,
            strawberry.argument(
                description="The ticket from the invitation link, which is its `ticket` query"
                " parameter."
            ),
        ],
    ) -> InvitationPreview | None:
        server = info.context.server
        preview = await info.context.read(load_preview, server.ticket_keys, ticket, server.clock())
        if preview is None:
            return None
        organization = PublicOrganization.from_row(preview.organization, info.context)
        return InvitationPreview(
            organization_name=organization.name,
            organization_image_url=organization.image_url,
            email_address=preview.invitation.email_address,
            role_name=preview.role_name,
            inviter_name=preview.inviter_name,
            status=preview.status,
            expires_at=DateTime(preview.invitation.expires_at),
            next=await get_next_step(info, preview),
        )
