"""Invitations read: the pages of organizations and
of invited people, mails, and what a ticket shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, func, or_
from sqlmodel import col, select

from models.database.store import Readable
from models.errors import BadUserInput
from models.invitations import PENDING, Invitation, InvitationStatus, get_status
from models.keys.ticket_keys import TicketKeys
from models.mail import Mail
from models.organizations import Organization
from models.roles import DeletedRole, Role
from models.users import User
from models.validation.text import to_search_text
from resolvers.invitations.tickets import TicketKind, load_ticket_kind, parse_invitation_id
from resolvers.pages import (
    AnyRow,
    Order,
    Page,
    PageRequest,
    load_counts,
    load_grouped,
    load_pages,
)

ORDER = Order("invitations", col(Invitation.id), descending=True)


def _has_status(status: InvitationStatus, now: datetime) -> ColumnElement[bool]:
    """By the status as it shows: what has lapsed is expired at the instant."""
    if status is InvitationStatus.PENDING:
        return and_(col(Invitation.status) == PENDING, col(Invitation.expires_at) > now)
    stored = col(Invitation.status) == status.value
    if status is InvitationStatus.EXPIRED:
        return or_(
            stored, and_(col(Invitation.status) == PENDING, col(Invitation.expires_at) <= now)
        )
    return stored


@dataclass(frozen=True, slots=True)
class InvitationFilter:
    """Which invitations of an organization, or of an address, are listed."""

    of_address: bool
    # Not compared: the lists of one operation are read together, though each looked at the clock by
    # itself.
    now: datetime = field(compare=False)
    statuses: tuple[InvitationStatus, ...] | None = None
    query: str | None = None

    @property
    def parent(self) -> SQLColumnExpression[str]:
        return col(Invitation.address_key) if self.of_address else col(Invitation.organization_id)

    def apply_to(self, statement: Select[Any]) -> Select[Any]:
        if self.statuses is not None:
            statement = statement.where(or_(*(_has_status(one, self.now) for one in self.statuses)))
        if self.query is not None:
            found = col(Invitation.address_key).contains(
                to_search_text(self.query), autoescape=True
            )
            statement = statement.where(or_(found, col(Invitation.id) == self.query))
        return statement


@dataclass(frozen=True, slots=True)
class InvitationList:
    """A list of invitations as a selection asks for it; the same for all its parents."""

    filter: InvitationFilter
    part: PageRequest


async def load_invitation_pages(
    store: Readable, keys: list[tuple[str, InvitationList]]
) -> Sequence[Page | BadUserInput]:
    async def read(asked: InvitationList, parents: list[str]) -> list[Page | BadUserInput]:
        statement: Select[Any] = asked.filter.apply_to(select(Invitation))
        async with store.read() as connection:
            return await load_pages(
                connection,
                statement,
                ORDER,
                asked.part,
                parent=asked.filter.parent,
                parents=parents,
            )

    return await load_grouped(keys, read)


async def load_invitation_counts(
    store: Readable, keys: list[tuple[str, InvitationFilter]]
) -> Sequence[int]:
    async def read(asked: InvitationFilter, parents: list[str]) -> list[int]:
        async with store.read() as connection:
            return await load_counts(
                connection, asked.apply_to(select(Invitation)), asked.parent, parents
            )

    return await load_grouped(keys, read)


async def load_last_mails(store: Readable, invitation_ids: list[str]) -> Sequence[AnyRow | None]:
    """The last mail of each invitation: the one with its
    current ticket, for an id only says what time it was.
    """
    of_ticket = (col(Invitation.id) == col(Mail.invitation_id)) & (
        col(Invitation.nonce) == col(Mail.nonce)
    )
    statement: Select[Any] = (
        select(Mail).join(Invitation, of_ticket).where(col(Mail.invitation_id).in_(invitation_ids))
    )
    async with store.read() as connection:
        found = {row.invitation_id: row for row in (await connection.execute(statement)).all()}
    return [found.get(key) for key in invitation_ids]


# ------------------------------------------------------------------------------------------ tickets


@dataclass(frozen=True, slots=True)
class Preview:
    """What the holder of a ticket may see before signing in: no ids of people, no other members."""

    invitation: AnyRow
    organization: AnyRow
    role_name: str
    inviter_name: str | None
    status: InvitationStatus
    kind: TicketKind
    # Whether somebody uses the address already; only told to who proved the mailbox.
    has_account: bool


async def load_preview(
    store: Readable, keys: TicketKeys, ticket: str, now: datetime
) -> Preview | None:
    """What a ticket is for; None when it does not verify."""
    invitation_id = parse_invitation_id(ticket)
    if invitation_id is None:
        return None
    async with store.read() as connection:
        wanted: Select[Any] = select(Invitation).where(col(Invitation.id) == invitation_id)
        invitation = (await connection.execute(wanted)).one_or_none()
        kind = (
            await load_ticket_kind(connection, keys, ticket, invitation.nonce)
            if invitation
            else None
        )
        if invitation is None or kind is None:
            return None
        owner: Select[Any] = select(Organization).where(
            col(Organization.id) == invitation.organization_id
        )
        organization = (
            await connection.execute(
                owner.add_columns(*_select_role_name_and_user_count(invitation))
            )
        ).one_or_none()
        inviter = await _load_inviter_name(connection, invitation.inviter_id)
    if organization is None:
        return None
    status = get_status(invitation.status, invitation.expires_at, now)
    return Preview(
        invitation,
        organization,
        organization.role_name,
        inviter,
        status,
        kind,
        organization.number_of_users > 0,
    )


def _select_role_name_and_user_count(
    invitation: AnyRow,
) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """The name of the role, and how many users have the address."""
    there, gone = (
        select(table.name).where(col(table.id) == invitation.role_id).scalar_subquery()
        for table in (Role, DeletedRole)
    )
    users = select(func.count()).where(col(User.address_key) == invitation.address_key)
    return func.coalesce(there, gone).label("role_name"), users.scalar_subquery().label(
        "number_of_users"
    )


async def _load_inviter_name(connection: Any, inviter_id: str | None) -> str | None:
    if inviter_id is None:
        return None
    wanted: Select[Any] = select(User).where(col(User.id) == inviter_id)
    row = (await connection.execute(wanted)).one_or_none()
    names = [name for name in (row.first_name, row.last_name) if name] if row else []
    return " ".join(names) or None
