"""Invitations, as the API shows them to those who manage them and to invited people."""

import strawberry

from models.invitations import Invitation as InvitationRow
from models.invitations import get_status
from models.keys.scopes import KeyScope
from models.mail import Mail
from models.mail import MailStatus as StoredMailStatus
from models.roles import MEMBERSHIPS_MANAGE
from models.users import make_full_name
from resolvers.invitations.lists import InvitationFilter
from resolvers.invitations.tickets import TicketKind, make_accept_url
from resolvers.lists.page_requests import PageArguments
from resolvers.lists.specs import ListSpec, Selection
from resolvers.queries.batching import load_existing
from schema.foundation.connections import Connection, Node, OrderDirection, load_connection
from schema.foundation.context import Context, Info
from schema.foundation.rows import reads, show, show_private_metadata
from schema.foundation.scalars import DateTime, JSONObject
from schema.invitations.enums import InvitationStatus, MailStatus
from schema.invitations.order import InvitationOrder
from schema.memberships.types import has_permission
from schema.organizations.public import PublicOrganization
from schema.organizations.types import Organization
from schema.roles.types import Role, load_role_or_deleted
from schema.users.types import User


@strawberry.type(description="The most recent email of an invitation.")
class InvitationMail:
    status: MailStatus = strawberry.field(description="The delivery status of the email.")
    attempts: int = strawberry.field(description="The number of attempts to send the email.")
    last_error: str | None = strawberry.field(
        description="The error of the last attempt. Null before the first attempt, or if the last"
        " one succeeded."
    )
    sent_at: DateTime | None = strawberry.field(
        description="When the mail server accepted the email. Null until then."
    )

    @classmethod
    def from_row(cls, row: Mail | None) -> "InvitationMail":
        if row is None:
            return cls(status=MailStatus.NOT_REQUESTED, attempts=0, last_error=None, sent_at=None)
        statuses = {
            StoredMailStatus.SENT.value: MailStatus.SENT,
            StoredMailStatus.QUEUED.value: MailStatus.QUEUED,
        }
        return cls(
            status=statuses.get(row.status, MailStatus.FAILED),
            attempts=row.attempts,
            last_error=row.last_error,
            sent_at=DateTime(row.sent_at) if row.sent_at else None,
        )


@reads(
    row=[
        *("id", "email_address", "redirect_url", "public_metadata", "domain"),
        *("expires_at", "created_at", "updated_at"),
    ],
    service=["private_metadata"],
)
@strawberry.type(description="An invitation for an email address to join an organization.")
class Invitation(Node):
    email_address: str = strawberry.field(
        description="The invited email address, as the inviter entered it."
    )
    status: InvitationStatus = strawberry.field(
        description="The current status, computed when it is read: `EXPIRED` as soon as `expiresAt`"
        " has passed."
    )
    redirect_url: str | None = strawberry.field(
        description="The page of your application that the invitation link leads to. Null if the"
        " invitation has none of its own."
    )
    public_metadata: JSONObject = strawberry.field(
        description="Metadata that becomes the public metadata of the membership when the"
        " invitation is accepted."
    )
    private_metadata: JSONObject | None = strawberry.field(
        description="Metadata that becomes the private metadata of the membership when the"
        " invitation is accepted. Null unless the caller uses a secret key."
    )
    domain: str | None = strawberry.field(
        description="The domain that created the invitation. Null if a member or a key did."
    )
    expires_at: DateTime = strawberry.field(description="When the invitation expires.")
    created_at: DateTime = strawberry.field(description="When the invitation was created.")
    updated_at: DateTime = strawberry.field(description="When the invitation was last updated.")
    row: strawberry.Private[InvitationRow]

    async def _is_manager(self, info: Info) -> bool:
        return await has_permission(info, self.row.organization_id, MEMBERSHIPS_MANAGE)

    @strawberry.field(
        description="The organization that the invitation is for. Null if the caller is the invited"
        " person and not yet a member."
    )
    async def organization(self, info: Info) -> Organization | None:
        viewer, organization_id = info.context.holder_id, self.row.organization_id
        if viewer:
            if not await info.context.loaders.is_member(organization_id, viewer):
                return None
        elif not info.context.is_service:
            return None
        row = await load_existing(info.context.loaders.organizations, organization_id)
        return Organization.from_row(row, info.context)

    @strawberry.field(
        description="The public profile of the organization, which the invited person can read"
        " before accepting."
    )
    async def public_organization(self, info: Info) -> PublicOrganization:
        row = await load_existing(info.context.loaders.organizations, self.row.organization_id)
        return PublicOrganization.from_row(row, info.context)

    @strawberry.field(description="The role that the invited person gets.")
    async def role(self, info: Info) -> Role:
        return await load_role_or_deleted(info, self.row.role_id)

    @strawberry.field(
        description="The user who sent the invitation. Null if a key or a domain sent it, if the"
        " user was deleted, or if the caller can't manage memberships and isn't the inviter."
    )
    async def inviter(self, info: Info) -> User | None:
        return await self._person(info, self.row.inviter_id)

    @strawberry.field(
        description="The full name of the inviter, which the invited person can read too. Null if a"
        " key or a domain sent the invitation, or if the inviter has no name or was deleted."
    )
    async def inviter_name(self, info: Info) -> str | None:
        inviter_id = self.row.inviter_id
        row = await info.context.loaders.users.load(inviter_id) if inviter_id else None
        return make_full_name(row.first_name, row.last_name) if row else None

    @strawberry.field(
        description="The user who accepted the invitation. Null if it wasn't accepted, if the user"
        " was deleted, or if the caller can't manage memberships and isn't that user."
    )
    async def accepted_by(self, info: Info) -> User | None:
        return await self._person(info, self.row.accepted_by_id)

    async def _person(self, info: Info, user_id: str | None) -> User | None:
        if user_id is None or not (user_id == info.context.user_id or await self._is_manager(info)):
            return None
        row = await info.context.loaders.users.load(user_id)
        return User.from_row(row, info.context) if row else None

    @strawberry.field(
        description="A shareable invitation link. Unlike the link in the email, it doesn't prove"
        " that the person owns the address. Null unless the invitation is pending and the caller"
        " can manage memberships."
    )
    async def url(self, info: Info) -> str | None:
        if self.status is not InvitationStatus.PENDING or not await self._is_manager(info):
            return None
        return make_accept_url(info.context.server, TicketKind.LINK, self.row.id, self.row.nonce)

    @strawberry.field(
        description="The most recent invitation email. Null unless the caller can manage"
        " memberships."
    )
    async def mail(self, info: Info) -> InvitationMail | None:
        if not await self._is_manager(info):
            return None
        return InvitationMail.from_row(await info.context.loaders.last_mails.load(self.row.id))

    @classmethod
    def from_row(cls, row: InvitationRow, context: Context) -> "Invitation":
        return show(
            cls,
            row=row,
            service=show_private_metadata(row, context),
            status=get_status(row.status, row.expires_at, context.server.clock()),
        )


async def load_visible_invitation(info: Info, id: str) -> Invitation | None:
    """Loads the invitation, for the invited person, managers of members, and secret keys.

    The invited person is the user who has its email address, verified.
    """
    if not info.context.try_scope(KeyScope.INVITATIONS_READ):
        return None
    viewer, loaders = info.context.user_id, info.context.loaders
    row = await loaders.invitations.load(id)
    if row is None:
        return None
    user = await loaders.users.load(viewer) if viewer else None
    is_invited = user is not None and user.email_verified and user.address_key == row.address_key
    if not (is_invited or await has_permission(info, row.organization_id, MEMBERSHIPS_MANAGE)):
        return None
    return Invitation.from_row(row, info.context)


async def load_invitations(
    info: Info,
    spec: ListSpec[InvitationRow],
    parent: str,
    arguments: PageArguments,
    *,
    statuses: list[InvitationStatus] | None,
    query: str | None = None,
    by_domain: bool | None = None,
    order_by: InvitationOrder | None = None,
) -> Connection[Invitation]:
    context, order_by = info.context, order_by or InvitationOrder()
    chosen = None if statuses is None else tuple(statuses)
    return await load_connection(
        info,
        Selection(spec, InvitationFilter(context.server.clock(), chosen, by_domain), query),
        arguments,
        to_node=lambda row: Invitation.from_row(row, context),
        parent=parent,
        order=spec.make_order(
            order_by.field.name, descending=order_by.direction is OrderDirection.DESC
        ),
    )
