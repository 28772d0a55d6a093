"""Memberships: add, change the role, remove, leave (rules 7 to 10)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Delete, Select, delete, exists
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.base import JSONObject
from models.database.statements import prepared_statement
from models.errors import (
    AlreadyAMember,
    ErrorCollector,
    InputError,
    InputErrors,
    MinimumPermissionsNeeded,
    ResourceNotFound,
)
from models.events import EventType
from models.invitations import PENDING, Invitation, InvitationStatus, settle
from models.memberships import Membership
from models.organizations import Organization
from models.roles import Role, can_manage
from models.users import User
from models.validation.text import check_metadata
from resolvers.access import ensure_grantable, select_permission_keys
from resolvers.bulk import ensure_bulk_size, group_by_code
from resolvers.changes import apply_changes
from resolvers.events.payloads import membership_data, record_invitation
from resolvers.members.events import load_features
from resolvers.members.expiry import expire_overdue
from resolvers.members.requests import is_waiting_for, settle_waiting
from resolvers.members.seats import count_taken_seats, load_seat_limit, no_free_seat
from resolvers.metadata import Metadata, apply_metadata
from resolvers.plan_gate import filter_by_features, parse_keys
from resolvers.roles import (
    RoleWithPermissions,
    load_roles_by_id,
    load_roles_of_set,
    select_manager_role_ids,
)
from resolvers.sessions.active_organization import activate_pending_session
from resolvers.transaction import Transaction


async def _record_one(
    tx: Transaction,
    type: EventType,
    membership: Membership,
    organization: Organization,
    user: User,
    role: RoleWithPermissions,
    changes: JSONObject | None = None,
) -> None:
    features = await load_features(tx, organization.id)
    _record(tx, type, membership, organization, user, role, features, changes)


def _record(
    tx: Transaction,
    type: EventType,
    membership: Membership,
    organization: Organization,
    user: User,
    role: RoleWithPermissions,
    features: frozenset[str] | None,
    changes: JSONObject | None = None,
) -> None:
    """Records the event with the permissions that count with the organization's plan (rule 43)."""
    permissions = filter_by_features(role.permissions, features)
    tx.record(
        type,
        membership.id,
        membership_data(membership, organization, user, role.role, permissions),
        organization_id=organization.id,
        user_id=user.id,
        private_metadata=membership.private_metadata,
        changes=changes,
    )


async def add_members(
    tx: Transaction,
    organization: Organization,
    members: Sequence[tuple[User, RoleWithPermissions, Metadata]],
) -> list[Membership]:
    """Inserts memberships; every path that adds a member ends here."""
    memberships = [
        Membership(
            id=tx.new_id(Membership.prefix),
            created_at=tx.now,
            updated_at=tx.now,
            organization_id=organization.id,
            user_id=user.id,
            role_id=role.role.id,
            public_metadata=metadata.public or {},
            private_metadata=metadata.private or {},
        )
        for user, role, metadata in members
    ]
    tx.session.add_all(memberships)
    try:
        await tx.session.flush()
    except IntegrityError as error:
        raise already_a_member() from error
    features = await load_features(tx, organization.id)
    for membership, (user, role, _) in zip(memberships, members, strict=True):
        _record(tx, EventType.MEMBERSHIP_CREATED, membership, organization, user, role, features)
        await activate_pending_session(tx, membership)
    return memberships


async def add_member(
    tx: Transaction,
    organization: Organization,
    user: User,
    role: RoleWithPermissions,
    metadata: Metadata | None = None,
) -> Membership:
    (membership,) = await add_members(tx, organization, [(user, role, metadata or Metadata())])
    return membership


def already_a_member() -> AlreadyAMember:
    return AlreadyAMember("This user is already a member.", at="user_id")


async def _load_member(
    tx: Transaction, organization_id: str, user_id: str
) -> tuple[Membership, User, RoleWithPermissions]:
    """Loads by both IDs, so that a member of another organization is not found."""
    row = (await tx.session.execute(_select_member(organization_id, user_id))).one_or_none()
    if row is None:
        raise ResourceNotFound("The user is not a member of this organization.", at="user_id")
    membership, user, role, keys = row
    return membership, user, RoleWithPermissions(role, parse_keys(keys))


@prepared_statement
def _select_member(organization_id: str, user_id: str) -> Select[Membership, User, Role, str]:
    return (
        select(Membership, User, Role, select_permission_keys(col(Role.id)))
        .join(User, col(User.id) == col(Membership.user_id))
        .join(Role, col(Role.id) == col(Membership.role_id))
        .where(
            col(Membership.organization_id) == organization_id, col(Membership.user_id) == user_id
        )
    )


async def _ensure_other_manager(
    tx: Transaction, membership: Membership, role: RoleWithPermissions
) -> None:
    """Ensures that the organization keeps a manager without this one (rule 8)."""
    if not can_manage(role.permissions):
        return
    other = _select_other_manager(membership.organization_id, membership.id)
    if (await tx.session.execute(other)).first() is None:
        raise MinimumPermissionsNeeded(
            "The organization needs at least one member who can manage it. Promote another member"
            " first.",
            at="user_id",
        )


@prepared_statement
def _select_other_manager(organization_id: str, membership_id: str) -> SelectOfScalar[str]:
    others = select(Membership.id).where(
        col(Membership.organization_id) == organization_id,
        col(Membership.id) != membership_id,
        col(Membership.role_id).in_(select_manager_role_ids()),
    )
    # In the order of an index, or else PostgreSQL reads the members until one of them is a manager.
    return others.order_by(col(Membership.role_id), col(Membership.id)).limit(1)


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


async def create_membership(tx: Transaction, *, organization_id: str, new: NewMember) -> Membership:
    """Adds a user directly, without their consent; raises all errors of the input at once.

    A pending invitation to the user's verified address is revoked, and its seat is used.
    """
    organization = await tx.lock_organization(organization_id)
    await expire_overdue(tx, organization)
    (draft,) = await _check_members(tx, organization, [new])
    draft.errors.raise_if_any()
    (membership,) = await _add_drafted(tx, organization, [draft])
    return membership


async def create_memberships(
    tx: Transaction, *, organization_id: str, new: Sequence[NewMember], skip_failed: bool
) -> tuple[list[Membership], list[InputError]]:
    """Adds many users; one who can't be added rejects the call, or is skipped with `skip_failed`.

    The errors that are returned are those of the users who are left out.
    """
    ensure_bulk_size(len(new), at="members")
    organization = await tx.lock_organization(organization_id)
    await expire_overdue(tx, organization)
    drafts = await _check_members(tx, organization, new)
    rejected = [(draft.new.user_id, error) for draft in drafts for error in draft.errors.errors]
    errors = group_by_code(rejected, at="members", meta_name="user_ids")
    if errors and not skip_failed:
        raise InputErrors(errors)
    valid = [draft for draft in drafts if not draft.errors.errors]
    return await _add_drafted(tx, organization, valid), errors


async def _check_members(
    tx: Transaction, organization: Organization, new: Sequence[NewMember]
) -> list[MemberDraft]:
    """Checks each user as if the ones before them in the call were already members."""
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


def has_seat(invitation: Invitation | None) -> bool:
    """Whether the person has a seat already; the invitation of a domain has none."""
    return invitation is not None and invitation.domain is None


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
        col(Invitation.status) == PENDING,
    )


async def _add_drafted(
    tx: Transaction, organization: Organization, drafts: Sequence[MemberDraft]
) -> list[Membership]:
    """Revokes the invitations of the new members, whose seats they use, and adds them."""
    invitations = [draft.invitation for draft in drafts if draft.invitation]
    if invitations:
        # Kept until the events are recorded, so that the session finds the roles without another
        # query.
        known = {draft.role.role.id for draft in drafts if draft.role}
        other = {invitation.role_id for invitation in invitations} - known
        _roles = await load_roles_by_id(tx.session, list(other)) if other else {}
    for draft in drafts:
        if draft.invitation:
            settle(draft.invitation, InvitationStatus.REVOKED, tx.now)
            await record_invitation(
                tx, EventType.INVITATION_REVOKED, draft.invitation, organization
            )
    waiting = [draft.user for draft in drafts if draft.user and draft.is_waiting]
    await settle_waiting(tx, organization, waiting)
    return await add_members(
        tx,
        organization,
        [
            (draft.user, draft.role, draft.new.metadata)
            for draft in drafts
            if draft.user and draft.role
        ],
    )


async def update_membership(
    tx: Transaction, *, organization_id: str, user_id: str, role: str
) -> Membership:
    """Changes a member's role to one that the caller can grant; keeps the last manager."""
    organization = await tx.lock_organization(organization_id)
    membership, user, old_role = await _load_member(tx, organization_id, user_id)
    new_role = (await load_roles_of_set(tx, organization.role_set_id)).find(role)
    ensure_grantable(tx.grant, new_role.permissions)
    if new_role.role.id == old_role.role.id:
        return membership
    if not can_manage(new_role.permissions):
        await _ensure_other_manager(tx, membership, old_role)
    membership.role_id = new_role.role.id
    membership.updated_at = tx.now
    changes = {"role": old_role.role.key}
    await _record_one(
        tx, EventType.MEMBERSHIP_UPDATED, membership, organization, user, new_role, changes
    )
    return membership


async def update_membership_metadata(
    tx: Transaction, *, organization_id: str, user_id: str, merge: bool, metadata: Metadata
) -> Membership:
    organization = await tx.lock_organization(organization_id)
    membership, user, role = await _load_member(tx, organization_id, user_id)
    new = apply_metadata(membership, metadata, merge=merge)
    if not apply_changes(membership, new):
        return membership
    membership.updated_at = tx.now
    await _record_one(tx, EventType.MEMBERSHIP_UPDATED, membership, organization, user, role)
    return membership


async def remove_membership(tx: Transaction, *, organization_id: str, user_id: str) -> Membership:
    """Removes a member at once, and returns the membership as it was."""
    organization = await tx.lock_organization(organization_id)
    membership, user, role = await _load_member(tx, organization_id, user_id)
    await _ensure_other_manager(tx, membership, role)
    await _record_one(tx, EventType.MEMBERSHIP_DELETED, membership, organization, user, role)
    await tx.session.execute(_delete_membership(membership.id))
    return membership


@prepared_statement
def _delete_membership(membership_id: str) -> Delete:
    return delete(Membership).where(col(Membership.id) == membership_id)


async def leave_organization(tx: Transaction, *, organization_id: str) -> Membership:
    """Removes the caller's own membership."""
    await tx.authorize(organization_id, None)
    assert tx.actor.user_id
    return await remove_membership(tx, organization_id=organization_id, user_id=tx.actor.user_id)
