"""Memberships: add, change the role, remove, leave (rules 7 to 10)."""

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from models.base import JSONObject
from models.errors import AlreadyAMember, ErrorCollector, MinimumPermissionsNeeded, ResourceNotFound
from models.events import EventType
from models.invitations import PENDING, Invitation, InvitationStatus
from models.memberships import Membership
from models.organizations import Organization
from models.roles import can_manage
from models.users import User
from models.validation.text import check_metadata
from resolvers.access import ensure_grantable
from resolvers.changes import apply_changes
from resolvers.events.payloads import membership_data, record_invitation
from resolvers.members.expiry import expire_overdue
from resolvers.members.seats import count_free_seats, ensure_own_seat, no_free_seat
from resolvers.metadata import Metadata, apply_metadata
from resolvers.roles import (
    RoleWithPermissions,
    load_default_role,
    load_role_by_id,
    load_role_in_set,
    select_manager_role_ids,
)
from resolvers.sessions.active_organization import activate_pending_session
from resolvers.transaction import Transaction


def _record(
    tx: Transaction,
    type: EventType,
    membership: Membership,
    organization: Organization,
    user: User,
    role: RoleWithPermissions,
    changes: JSONObject | None = None,
) -> None:
    tx.record(
        type,
        membership.id,
        membership_data(membership, organization, user, role.role, role.permissions),
        organization_id=organization.id,
        user_id=user.id,
        private_metadata=membership.private_metadata,
        changes=changes,
    )


async def add_member(
    tx: Transaction,
    organization: Organization,
    user: User,
    role: RoleWithPermissions,
    metadata: Metadata | None = None,
) -> Membership:
    """Inserts a membership; every path that adds a member ends here."""
    metadata = metadata or Metadata()
    membership = Membership(
        id=tx.new_id(Membership.prefix),
        created_at=tx.now,
        updated_at=tx.now,
        organization_id=organization.id,
        user_id=user.id,
        role_id=role.role.id,
        public_metadata=metadata.public or {},
        private_metadata=metadata.private or {},
    )
    tx.session.add(membership)
    try:
        await tx.session.flush()
    except IntegrityError as error:
        raise AlreadyAMember("This user is already a member.", at="user_id") from error
    _record(tx, EventType.MEMBERSHIP_CREATED, membership, organization, user, role)
    await activate_pending_session(tx, membership)
    return membership


async def _load_member(
    tx: Transaction, organization_id: str, user_id: str
) -> tuple[Membership, User]:
    """Loads by both IDs, so that a member of another organization is not found."""
    statement = (
        select(Membership, User)
        .join(User, col(User.id) == col(Membership.user_id))
        .where(
            col(Membership.organization_id) == organization_id, col(Membership.user_id) == user_id
        )
    )
    row = (await tx.session.execute(statement)).one_or_none()
    if row is None:
        raise ResourceNotFound("There is no such member in this organization.", at="user_id")
    return row[0], row[1]


async def _ensure_other_manager(
    tx: Transaction, membership: Membership, role: RoleWithPermissions
) -> None:
    """Ensures that the organization keeps a manager without this one (rule 8)."""
    if not can_manage(role.permissions):
        return
    others = select(Membership.id).where(
        col(Membership.organization_id) == membership.organization_id,
        col(Membership.id) != membership.id,
        col(Membership.role_id).in_(select_manager_role_ids()),
    )
    if (await tx.session.execute(others.limit(1))).first() is None:
        raise MinimumPermissionsNeeded(
            "Somebody has to be able to manage the organization: make another member an"
            " administrator first.",
            at="user_id",
        )


async def _load_user(tx: Transaction, user_id: str) -> User:
    # FOR KEY SHARE: the user can't be deleted until the membership exists, so that the deletion
    # finds it.
    statement = (
        select(User).where(col(User.id) == user_id).with_for_update(read=True, key_share=True)
    )
    user = (await tx.session.execute(statement)).scalar_one_or_none()
    if user is None:
        raise ResourceNotFound("There is no such user.", at="user_id")
    return user


async def create_membership(
    tx: Transaction, *, organization_id: str, user_id: str, role: str | None, metadata: Metadata
) -> Membership:
    """Adds a user directly, without their consent; raises all errors of the input at once.

    A pending invitation to the user's verified address is revoked, and its seat is used.
    """
    organization = await tx.lock_organization(organization_id)
    await expire_overdue(tx, organization)
    errors = ErrorCollector()
    with errors.at("public_metadata"):
        check_metadata(metadata.public or {})
    with errors.at("private_metadata"):
        check_metadata(metadata.private or {})
    user = new_role = None
    with errors.at("user_id"):
        user = await _load_user(tx, user_id)
    with errors.at("role"):
        new_role = await (
            load_role_in_set(tx, organization.role_set_id, role)
            if role
            else load_default_role(tx, organization.role_set_id)
        )
    errors.raise_if_any()
    assert user
    assert new_role
    if await is_member(tx, organization, user):
        raise AlreadyAMember("This user is already a member.", at="user_id")
    if await _revoke_own_invitation(tx, organization, user):
        await ensure_own_seat(tx, organization)
    elif await count_free_seats(tx, organization) == 0:
        raise no_free_seat(organization)
    return await add_member(tx, organization, user, new_role, metadata)


async def _revoke_own_invitation(tx: Transaction, organization: Organization, user: User) -> bool:
    """Revokes a pending invitation to the user's verified address; returns whether there is one."""
    if not user.email_verified:
        return False
    own = (
        update(Invitation)
        .where(
            col(Invitation.organization_id) == organization.id,
            col(Invitation.address_key) == user.address_key,
            col(Invitation.status) == PENDING,
        )
        .values(status=InvitationStatus.REVOKED.value, updated_at=tx.now)
        .returning(Invitation)
    )
    invitation = (await tx.session.execute(own)).scalar_one_or_none()
    if invitation is not None:
        await record_invitation(tx, EventType.INVITATION_REVOKED, invitation, organization)
    return invitation is not None


async def is_member(tx: Transaction, organization: Organization, user: User) -> bool:
    statement = select(Membership.id).where(
        col(Membership.organization_id) == organization.id, col(Membership.user_id) == user.id
    )
    return (await tx.session.execute(statement)).first() is not None


async def update_membership(
    tx: Transaction, *, organization_id: str, user_id: str, role: str
) -> Membership:
    """Changes a member's role to one that the caller can grant; keeps the last manager."""
    organization = await tx.lock_organization(organization_id)
    membership, user = await _load_member(tx, organization_id, user_id)
    new_role = await load_role_in_set(tx, organization.role_set_id, role)
    ensure_grantable(tx.grant, new_role.permissions)
    old_role = await load_role_by_id(tx.session, membership.role_id)
    if new_role.role.id == old_role.role.id:
        return membership
    if not can_manage(new_role.permissions):
        await _ensure_other_manager(tx, membership, old_role)
    membership.role_id = new_role.role.id
    membership.updated_at = tx.now
    changes = {"role": old_role.role.key}
    _record(tx, EventType.MEMBERSHIP_UPDATED, membership, organization, user, new_role, changes)
    return membership


async def update_membership_metadata(
    tx: Transaction, *, organization_id: str, user_id: str, merge: bool, metadata: Metadata
) -> Membership:
    organization = await tx.lock_organization(organization_id)
    membership, user = await _load_member(tx, organization_id, user_id)
    new = apply_metadata(membership, metadata, merge=merge)
    if not apply_changes(membership, new):
        return membership
    membership.updated_at = tx.now
    role = await load_role_by_id(tx.session, membership.role_id)
    _record(tx, EventType.MEMBERSHIP_UPDATED, membership, organization, user, role)
    return membership


async def remove_membership(tx: Transaction, *, organization_id: str, user_id: str) -> Membership:
    """Removes a member at once, and returns the membership as it was."""
    organization = await tx.lock_organization(organization_id)
    membership, user = await _load_member(tx, organization_id, user_id)
    role = await load_role_by_id(tx.session, membership.role_id)
    await _ensure_other_manager(tx, membership, role)
    _record(tx, EventType.MEMBERSHIP_DELETED, membership, organization, user, role)
    await tx.session.execute(delete(Membership).where(col(Membership.id) == membership.id))
    return membership


async def leave_organization(tx: Transaction, *, organization_id: str) -> Membership:
    """Removes the caller's own membership."""
    await tx.authorize(organization_id, None)
    assert tx.actor.user_id
    return await remove_membership(tx, organization_id=organization_id, user_id=tx.actor.user_id)
