"""What the holder of a ticket can see of an invitation before signing in."""

from enum import Enum
from typing import Annotated

import strawberry

from resolvers.invitations.preview import Preview, load_preview
from resolvers.invitations.tickets import TicketKind
from schema.foundation.context import Info
from schema.foundation.scalars import DateTime
from schema.invitations.enums import InvitationStatus
from schema.organizations.types import PublicOrganization


@strawberry.enum(description="What the holder of a ticket does next.")
class InvitationNext(Enum):
    SIGN_IN = strawberry.enum_value("SIGN_IN", description="Sign in with the invited address.")
    SIGN_UP = strawberry.enum_value("SIGN_UP", description="Sign up with the invited address.")
    ACCEPT = strawberry.enum_value(
        "ACCEPT", description="Accept: the caller is the invited person."
    )
    NONE = strawberry.enum_value("NONE", description="Nothing: the invitation is settled.")


@strawberry.type(description="What the holder of a ticket may see before signing in.")
class InvitationPreview:
    organization_name: str = strawberry.field(description="The organization's name.")
    organization_image_url: str = strawberry.field(
        description="The organization's logo, or a drawn default."
    )
    email_address: str = strawberry.field(description="Who is invited.")
    role_name: str = strawberry.field(description="The name of the role.")
    inviter_name: str | None = strawberry.field(description="The name of who invited.")
    status: InvitationStatus = strawberry.field(description="What became of the invitation.")
    expires_at: DateTime = strawberry.field(description="Until when it can be accepted.")
    next: InvitationNext = strawberry.field(description="What to do next.")


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
    @strawberry.field(description="What a ticket is for; null only when it does not verify.")
    async def invitation_by_ticket(
        self,
        info: Info,
        ticket: Annotated[str, strawberry.argument(description="The ticket of the link.")],
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
