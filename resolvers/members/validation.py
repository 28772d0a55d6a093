"""Checks users to add without an invitation (rules 7 and 18)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select, exists
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import prepared_statement
from models.errors.collector import ErrorCollector
from models.errors.input import ResourceNotFound
from models.invitations import IS_PENDING, Invitation
from models.memberships import Membership
from models.organizations import Organization
from models.users import User
from models.validation.text import check_metadata
from resolvers.foundation.metadata import Metadata, ensure_private_metadata
from resolvers.foundation.transaction import Transaction
from resolvers.members.add import already_a_member
from resolvers.members.requests import is_waiting_for
from resolvers.members.seats import count_taken_seats, has_seat, load_seat_limit, no_free_seat
from resolvers.roles import RoleWithPermissions, load_roles_of_set


@dataclass(frozen=True, slots=True)
class NewMember:
    """A user to add; without a role, with the default role of the role set."""

    user_id: str
    role: str | None = None
    metadata: Metadata = field(default_factory=Metadata)


@dataclass(frozen=True, slots=True)
class MemberDraft:
    """A new member who passed the checks."""

    new: NewMember
    errors: ErrorCollector
    user: User | None
    role: RoleWithPermissions | None
    # The pending invitation to the user's verified address, whose seat the membership uses if it
    # has one.
    invitation: Invitation | None
    # Whether the user has a request or a suggestion, which the membership settles.
    is_waiting: bool


async def check_members(
    tx: Transaction, organization: Organization, new: Sequence[NewMember]
) -> list[MemberDraft]:
    """Checks each user as if the ones before them in the call were already members."""
    ensure_private_metadata(tx, *(one.metadata.private for one in new))
    users, joined, waiting = await _lock_users(tx, organization, {one.user_id for one in new})
    offered = await load_roles_of_set(tx, organization.role_set_id)
    invitations = await _load_own_invitations(tx, organization, users.values())
    seats = await load_seat_limit(tx, organization)
    members, pending = await count_taken_seats(tx, organization, seats)
    needed = members + pending + _count_seatless(users, joined, invitations)
    drafts: list[MemberDraft] = []
    for member in new:
        errors, role, user = ErrorCollector(), None, users.get(member.user_id)
        with errors.at("public_metadata"):
            check_metadata(member.metadata.public or {})
        with errors.at("private_metadata"):
            check_metadata(member.metadata.private or {})
        with errors.at("user_id"):
            if user is None:
                raise ResourceNotFound("The user doesn't exist.")
            if user.id in joined:
                raise already_a_member()
        with errors.at("role"):
            role = offered.find(member.role or None)
        key = user.address_key if user and user.email_verified else None
        invitation = invitations.get(key or "")
        with errors.at("organization_id"):
            taken = members + (0 if has_seat(invitation) else pending)
            if seats.limit and not errors.errors and taken >= seats.limit:
                raise no_free_seat(seats, needed=needed)
        if user and not errors.errors:
            joined.add(user.id)
            members += 1
            was_used = invitations.pop(key or "", None) is not None
            pending -= has_seat(invitation) and was_used
        is_waiting = member.user_id in waiting
        drafts.append(MemberDraft(member, errors, user, role, invitation, is_waiting))
    return drafts


def _count_seatless(
    users: Mapping[str, User], joined: Collection[str], invitations: Mapping[str, Invitation]
) -> int:
    """Counts the new members without an invitation whose seat they can use."""
    return sum(
        user.id not in joined
        and not (user.email_verified and has_seat(invitations.get(user.address_key or "")))
        for user in users.values()
    )


async def _lock_users(
    tx: Transaction, organization: Organization, ids: Collection[str]
) -> tuple[dict[str, User], set[str], set[str]]:
    """Loads users by their IDs, which of them are already members, and which of them wait."""
    rows = (await tx.session.execute(_select_locked_users(organization.id, ids))).all()
    users = {user.id: user for user, _, _ in rows}
    joined = {user.id for user, is_member, _ in rows if is_member}
    return users, joined, {user.id for user, _, is_waiting in rows if is_waiting}


@prepared_statement
def _select_locked_users(organization_id: str, ids: Collection[str]) -> Select[User, bool, bool]:
    # FOR KEY SHARE: a user can't be deleted until the membership exists, so that the deletion
    # finds it. The lock of the organization keeps its memberships as they are.
    is_member = exists().where(
        col(Membership.organization_id) == organization_id, col(Membership.user_id) == col(User.id)
    )
    columns = select(User, is_member, is_waiting_for(organization_id))
    statement = columns.where(col(User.id).in_(ids)).order_by(col(User.id))
    return statement.with_for_update(read=True, key_share=True, of=User)


async def _load_own_invitations(
    tx: Transaction, organization: Organization, users: Collection[User]
) -> dict[str, Invitation]:
    """Loads the pending invitations to verified addresses of the users, by address."""
    keys = {user.address_key for user in users if user.email_verified and user.address_key}
    if not keys:
        return {}
    statement = _select_pending_invitations(organization.id, keys)
    invitations = (await tx.session.execute(statement)).scalars()
    return {invitation.address_key: invitation for invitation in invitations}


@prepared_statement
def _select_pending_invitations(
    organization_id: str, address_keys: Collection[str]
) -> SelectOfScalar[Invitation]:
    return select(Invitation).where(
        col(Invitation.organization_id) == organization_id,
        col(Invitation.address_key).in_(address_keys),
        IS_PENDING,
    )
