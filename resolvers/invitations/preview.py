"""What the holder of a ticket can see of an invitation before signing in."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import func
from sqlmodel import col, select

from models.database.connection import Connection
from models.database.store import Readable
from models.instance import Instance
from models.invitations import Invitation, InvitationStatus, get_status
from models.keys.ticket_keys import TicketKeys
from models.organizations import Organization
from models.roles import DeletedRole, Role
from models.users import User, make_full_name
from resolvers.invitations.tickets import TicketKind, load_ticket_kind, parse_invitation_id


@dataclass(frozen=True, slots=True)
class Preview:
    """An invitation as its ticket shows it: no IDs of people, and no other members."""

    invitation: Invitation
    organization: Organization
    role_name: str
    inviter_name: str | None
    status: InvitationStatus
    kind: TicketKind
    # Whether a user has the address already; shown only to those who have proved the mailbox.
    has_account: bool
    # The name of the product that the organization uses, if the instance has one.
    product: str | None


async def load_preview(
    store: Readable, keys: TicketKeys, ticket: str, now: datetime
) -> Preview | None:
    """Loads the invitation that a ticket is for; None if the ticket can't be verified."""
    invitation_id = parse_invitation_id(ticket)
    if invitation_id is None:
        return None
    async with store.read() as connection:
        statement = select(Invitation).where(col(Invitation.id) == invitation_id)
        invitation = cast(Invitation | None, (await connection.execute(statement)).one_or_none())
        kind = (
            await load_ticket_kind(connection, keys, ticket, invitation.nonce)
            if invitation
            else None
        )
        if invitation is None or kind is None:
            return None
        users = select(func.count()).where(col(User.address_key) == invitation.address_key)
        role_name, deleted_role_name = (
            select(table.name).where(col(table.id) == invitation.role_id).scalar_subquery()
            for table in (Role, DeletedRole)
        )
        about_organization = (
            select(Organization)
            .where(col(Organization.id) == invitation.organization_id)
            .add_columns(
                func.coalesce(role_name, deleted_role_name).label("role_name"),
                users.scalar_subquery().label("number_of_users"),
                select(Instance.name).scalar_subquery().label("product"),
            )
        )
        row = (await connection.execute(about_organization)).one_or_none()
        inviter_name = await _load_inviter_name(connection, invitation.inviter_id)
    if row is None:
        return None
    return Preview(
        invitation,
        cast(Organization, row),
        row.role_name,
        inviter_name,
        get_status(invitation.status, invitation.expires_at, now),
        kind,
        row.number_of_users > 0,
        row.product,
    )


async def _load_inviter_name(connection: Connection, inviter_id: str | None) -> str | None:
    if inviter_id is None:
        return None
    statement = select(User.first_name, User.last_name).where(col(User.id) == inviter_id)
    row = (await connection.execute(statement)).one_or_none()
    return make_full_name(*row) if row else None
