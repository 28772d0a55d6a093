"""What the holder of a ticket sees before signing in."""

from enum import Enum
from typing import Annotated

import strawberry

from models.invitations import InvitationStatus as Status
from resolvers.invitations.lists import Preview, load_preview
from resolvers.invitations.tickets import TicketKind
from schema.foundation.context import Info
from schema.foundation.scalars import DateTime
from schema.invitations.types import InvitationStatus
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


async def _is_invited(info: Info, found: Preview) -> bool:
    viewer = info.context.user_id
    row = await info.context.loaders.users.load(viewer) if viewer else None
    return row is not None and row.address_key == found.invitation.address_key


async def next_step(info: Info, found: Preview) -> InvitationNext:
    """A passed-on link never tells whether somebody has
    an account: who invited could ask it that (rule 20).
    """
    if found.status is not Status.PENDING:
        return InvitationNext.NONE
    if await _is_invited(info, found):
        return InvitationNext.ACCEPT
    known = found.has_account or found.kind is TicketKind.LINK
    return InvitationNext.SIGN_IN if known else InvitationNext.SIGN_UP


@strawberry.type
class InvitationQueries:
    @strawberry.field(description="What a ticket is for; null only when it does not verify.")
    async def invitation_by_ticket(
        self,
        info: Info,
        ticket: Annotated[str, strawberry.argument(description="The ticket of the link.")],
    ) -> InvitationPreview | None:
        around = info.context.server
        found = await info.context.read(load_preview, around.ticket_keys, ticket, around.clock())
        if found is None:
            return None
        organization = PublicOrganization.from_row(found.organization, info.context)
        return InvitationPreview(
            organization_name=organization.name,
            organization_image_url=organization.image_url,
            email_address=found.invitation.email_address,
            role_name=found.role_name,
            inviter_name=found.inviter_name,
            status=InvitationStatus(found.status.value),
            expires_at=DateTime(found.invitation.expires_at),
            next=await next_step(info, found),
        )
