"""Invitations, as the API shows them to who manages them and to who is invited."""

from enum import Enum

import strawberry

from models.invitations import Invitation as InvitationRow
from models.invitations import InvitationStatus as Status
from models.invitations import get_status
from models.mail import MailStatus as StoredMailStatus
from models.roles import MEMBERSHIPS_MANAGE
from resolvers.invitations.lists import ORDER, InvitationFilter, InvitationList
from resolvers.invitations.tickets import TicketKind, make_accept_url
from resolvers.pages import AnyRow, make_page_request
from resolvers.queries.loaders import load_existing
from schema.foundation.connections import Connection, Node, make_connection
from schema.foundation.context import Context, Info
from schema.foundation.scalars import DateTime, JSONObject
from schema.organizations.types import Organization, PublicOrganization
from schema.roles.types import Role, load_role_or_deleted
from schema.users.types import User


@strawberry.enum(description="What became of an invitation.")
class InvitationStatus(Enum):
    PENDING = strawberry.enum_value("pending", description="It can be accepted.")
    ACCEPTED = strawberry.enum_value("accepted", description="The invited person is a member.")
    REVOKED = strawberry.enum_value("revoked", description="It was taken back.")
    EXPIRED = strawberry.enum_value("expired", description="Its time is over.")
    DECLINED = strawberry.enum_value("declined", description="The invited person said no.")


@strawberry.enum(description="What became of a mail.")
class MailStatus(Enum):
    NOT_REQUESTED = strawberry.enum_value("NOT_REQUESTED", description="No mail was asked for.")
    QUEUED = strawberry.enum_value(
        "QUEUED", description="It waits to be sent, for the first time or again."
    )
    SENT = strawberry.enum_value("SENT", description="The mail server took it.")
    FAILED = strawberry.enum_value("FAILED", description="It was given up.")


@strawberry.type(description="The last mail of an invitation.")
class InvitationMail:
    status: MailStatus = strawberry.field(description="What became of it.")
    attempts: int = strawberry.field(description="How often it was tried.")
    last_error: str | None = strawberry.field(description="Why the last try failed.")
    sent_at: DateTime | None = strawberry.field(description="When the mail server took it.")

    @classmethod
    def from_row(cls, row: AnyRow | None) -> "InvitationMail":
        if row is None:
            return cls(status=MailStatus.NOT_REQUESTED, attempts=0, last_error=None, sent_at=None)
        shown = {
            StoredMailStatus.SENT.value: MailStatus.SENT,
            StoredMailStatus.QUEUED.value: MailStatus.QUEUED,
        }
        return cls(
            status=shown.get(row.status, MailStatus.FAILED),
            attempts=row.attempts,
            last_error=row.last_error,
            sent_at=DateTime(row.sent_at) if row.sent_at else None,
        )


@strawberry.type(description="That somebody was asked to join an organization.")
class Invitation(Node):
    email_address: str = strawberry.field(description="Who is invited, as it was typed.")
    status: InvitationStatus = strawberry.field(
        description="What became of it; it expires at the instant."
    )
    redirect_url: str | None = strawberry.field(
        description="The page of the application that the link leads to."
    )
    public_metadata: JSONObject = strawberry.field(
        description="Goes to the membership on acceptance."
    )
    private_metadata: JSONObject | None = strawberry.field(
        description="Goes to the membership on acceptance; for secret keys, else null."
    )
    expires_at: DateTime = strawberry.field(description="Until when it can be accepted.")
    created_at: DateTime = strawberry.field(description="When it was made.")
    updated_at: DateTime = strawberry.field(description="When it was last changed.")
    row: strawberry.Private[InvitationRow | AnyRow]

    async def _is_manager(self, info: Info) -> bool:
        if info.context.is_service:
            return True
        if info.context.user_id is None:
            return False
        held = await info.context.loaders.permission_keys(
            self.row.organization_id, info.context.user_id
        )
        return held is not None and MEMBERSHIPS_MANAGE in held

    async def _is_member(self, info: Info) -> bool:
        viewer = info.context.user_id
        if viewer is None:
            return info.context.is_service
        return (
            await info.context.loaders.memberships.load((self.row.organization_id, viewer))
            is not None
        )

    async def _organization(self, info: Info) -> AnyRow:
        return await load_existing(info.context.loaders.organizations, self.row.organization_id)

    @strawberry.field(
        description="The organization; null for an invited person who is no member yet."
    )
    async def organization(self, info: Info) -> Organization | None:
        if not await self._is_member(info):
            return None
        return Organization.from_row(await self._organization(info), info.context)

    @strawberry.field(description="What an invited person may see of the organization.")
    async def public_organization(self, info: Info) -> PublicOrganization:
        return PublicOrganization.from_row(await self._organization(info), info.context)

    @strawberry.field(description="The role that the membership will have.")
    async def role(self, info: Info) -> Role:
        return await load_role_or_deleted(info, self.row.role_id)

    @strawberry.field(description="Who invited; null for an invited person, and for a secret key.")
    async def inviter(self, info: Info) -> User | None:
        return await self._person(info, self.row.inviter_id)

    @strawberry.field(description="Who accepted; for those who may manage members, else null.")
    async def accepted_by(self, info: Info) -> User | None:
        return await self._person(info, self.row.accepted_by_id)

    async def _person(self, info: Info, user_id: str | None) -> User | None:
        if user_id is None or not (user_id == info.context.user_id or await self._is_manager(info)):
            return None
        row = await info.context.loaders.users.load(user_id)
        return User.from_row(row, info.context) if row else None

    @strawberry.field(
        description="A link to pass on by hand, which proves no mailbox; to who may manage"
        " members, while pending."
    )
    async def url(self, info: Info) -> str | None:
        if self.status is not InvitationStatus.PENDING or not await self._is_manager(info):
            return None
        return make_accept_url(info.context.server, TicketKind.LINK, self.row.id, self.row.nonce)

    @strawberry.field(description="The last mail; to who may manage members, else null.")
    async def mail(self, info: Info) -> InvitationMail | None:
        if not await self._is_manager(info):
            return None
        return InvitationMail.from_row(await info.context.loaders.last_mails.load(self.row.id))

    @classmethod
    def from_row(cls, row: InvitationRow | AnyRow, context: Context) -> "Invitation":
        now = context.server.clock()
        return cls(
            id=strawberry.ID(row.id),
            email_address=row.email_address,
            status=InvitationStatus(get_status(row.status, row.expires_at, now).value),
            redirect_url=row.redirect_url,
            public_metadata=JSONObject(row.public_metadata),
            private_metadata=JSONObject(row.private_metadata) if context.is_service else None,
            expires_at=DateTime(row.expires_at),
            created_at=DateTime(row.created_at),
            updated_at=DateTime(row.updated_at),
            row=row,
        )


async def may_see(info: Info, row: AnyRow) -> bool:
    """Who may manage the organization's members, and the invited person with a verified address."""
    viewer = info.context.user_id
    if viewer is None:
        return info.context.is_service
    user = await info.context.loaders.users.load(viewer)
    if user is not None and user.email_verified and user.address_key == row.address_key:
        return True
    held = await info.context.loaders.permission_keys(row.organization_id, viewer)
    return held is not None and MEMBERSHIPS_MANAGE in held


async def load_visible_invitation(info: Info, id: str) -> Invitation | None:
    """The invitation, to who may see it; else null."""
    row = await info.context.loaders.invitations_by_id.load(id)
    if row is None or not await may_see(info, row):
        return None
    return Invitation.from_row(row, info.context)


async def load_invitations(
    info: Info,
    parent: str,
    *,
    of_address: bool,
    statuses: list[InvitationStatus] | None,
    query: str | None = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Connection[Invitation]:
    context = info.context
    chosen = None if statuses is None else tuple(Status(one.value) for one in statuses)
    wanted = InvitationFilter(of_address, context.server.clock(), chosen, query)
    part = make_page_request(ORDER, first, after, last, before)
    page = await context.loaders.invitation_pages.load((parent, InvitationList(wanted, part)))
    return make_connection(
        page,
        lambda row: Invitation.from_row(row, context),
        lambda: context.loaders.invitation_counts.load((parent, wanted)),
    )
