"""Memberships: add, change the role, remove, leave."""

from dataclasses import dataclass

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from models.base import JSONObject
from models.errors import AlreadyAMember, ErrorCollector, MinimumPermissionsNeeded, ResourceNotFound
from models.events import EventType
from models.invitations import PENDING, Invitation, InvitationStatus
from models.memberships import Membership
from models.organizations import Organization
from models.roles import RoleSet, can_manage
from models.users import User
from models.validation.text import check_metadata, merge_metadata
from resolvers.access import ensure_grantable
from resolvers.changes import apply_changes
from resolvers.events.payloads import membership_data, record_invitation
from resolvers.members.expiry import expire_overdue
from resolvers.members.seats import count_free_seats, ensure_own_seat, no_free_seat
from resolvers.roles import (
    RoleWithPermissions,
    load_role_by_id,
    load_role_in_set,
    select_manager_role_ids,
)
from resolvers.sessions.lifecycle import activate_pending_session
from resolvers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Metadata:
    """Metadata as an input gives it: None is not given."""

    public: JSONObject | None = None
    private: JSONObject | None = None


def apply_metadata(
    row: Membership | Organization, given: Metadata, *, merge: bool
) -> dict[str, JSONObject]:
    """The row's metadata after the input, which is deeply merged or replaces what is stored."""
    faults, new = ErrorCollector(), dict[str, JSONObject]()
    for name, patch in (("public_metadata", given.public), ("private_metadata", given.private)):
        if patch is not None:
            with faults.at(name):
                check_metadata(patch)
                new[name] = (
                    check_metadata(merge_metadata(getattr(row, name), patch)) if merge else patch
                )
    faults.raise_if_any()
    return new


def _record(
    tx: Transaction,
    type: EventType,
    membership: Membership,
    organization: Organization,
    user: User,
    held: RoleWithPermissions,
    **changes: str,
) -> None:
    tx.record(
        type,
        membership.id,
        membership_data(membership, organization, user, held.role, held.permissions),
        organization_id=organization.id,
        user_id=user.id,
        private_metadata=membership.private_metadata,
        changes=changes or None,
    )


async def add_member(
    tx: Transaction,
    organization: Organization,
    user: User,
    held: RoleWithPermissions,
    metadata: Metadata | None = None,
) -> Membership:
    """The one place that makes a membership; every path that adds somebody ends here."""
    metadata = metadata or Metadata()
    membership = Membership(
        id=tx.new_id(Membership.prefix),
        created_at=tx.now,
        updated_at=tx.now,
        organization_id=organization.id,
        user_id=user.id,
        role_id=held.role.id,
        public_metadata=metadata.public or {},
        private_metadata=metadata.private or {},
    )
    tx.session.add(membership)
    try:
        await tx.session.flush()
    except IntegrityError as error:
        raise AlreadyAMember("This user is already a member.", at="user_id") from error
    _record(tx, EventType.MEMBERSHIP_CREATED, membership, organization, user, held)
    await activate_pending_session(tx, membership)
    return membership


async def _load_member(
    tx: Transaction, organization_id: str, user_id: str
) -> tuple[Membership, User]:
    """The membership, looked up by both keys: one of another organization is simply not found."""
    statement = (
        select(Membership, User)
        .join(User, col(User.id) == col(Membership.user_id))
        .where(
            col(Membership.organization_id) == organization_id, col(Membership.user_id) == user_id
        )
    )
    found = (await tx.session.execute(statement)).one_or_none()
    if found is None:
        raise ResourceNotFound("There is no such member in this organization.", at="user_id")
    return found[0], found[1]


async def _ensure_other_manager(
    tx: Transaction, membership: Membership, held: RoleWithPermissions
) -> None:
    """The last-manager rule: who is the only one that
    can manage the organization stays so (rule 8).
    """
    if not can_manage(held.permissions):
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
    # FOR KEY SHARE: the user can't be deleted before the membership is there for the deletion to
    # find.
    statement = (
        select(User).where(col(User.id) == user_id).with_for_update(read=True, key_share=True)
    )
    user = (await tx.session.execute(statement)).scalar_one_or_none()
    if user is None:
        raise ResourceNotFound("There is no such user.", at="user_id")
    return user


async def load_default_role(tx: Transaction, organization: Organization) -> RoleWithPermissions:
    statement = select(RoleSet.default_role_id).where(col(RoleSet.id) == organization.role_set_id)
    return await load_role_by_id(tx.session, (await tx.session.execute(statement)).scalar_one())


async def create_membership(
    tx: Transaction, *, organization_id: str, user_id: str, role: str | None, metadata: Metadata
) -> Membership:
    """Adds a user directly, without their consent; raises every fault of the input at once.

    A pending invitation to the user's verified address is revoked, and its seat is used.
    """
    organization = await tx.lock_organization(organization_id)
    await expire_overdue(tx, organization)
    faults = ErrorCollector()
    with faults.at("public_metadata"):
        check_metadata(metadata.public or {})
    with faults.at("private_metadata"):
        check_metadata(metadata.private or {})
    user = held = None
    with faults.at("user_id"):
        user = await _load_user(tx, user_id)
    with faults.at("role"):
        held = await (
            load_role_in_set(tx, organization.role_set_id, role)
            if role
            else load_default_role(tx, organization)
        )
    faults.raise_if_any()
    assert user
    assert held
    if await is_member(tx, organization, user):
        raise AlreadyAMember("This user is already a member.", at="user_id")
    if await _revoke_own_invitation(tx, organization, user):
        await ensure_own_seat(tx, organization)
    elif await count_free_seats(tx, organization) == 0:
        raise no_free_seat(organization)
    return await add_member(tx, organization, user, held, metadata)


async def _revoke_own_invitation(tx: Transaction, organization: Organization, user: User) -> bool:
    """Revokes the user's pending invitation, if there is
    one; only a verified address says that it is theirs.
    """
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
    """Changes a member's role to one that the caller could
    hold, and never the last manager's to a lesser one.
    """
    organization = await tx.lock_organization(organization_id)
    membership, user = await _load_member(tx, organization_id, user_id)
    held = await load_role_in_set(tx, organization.role_set_id, role)
    ensure_grantable(tx.grant, held.permissions)
    before = await load_role_by_id(tx.session, membership.role_id)
    if held.role.id == before.role.id:
        return membership
    if not can_manage(held.permissions):
        await _ensure_other_manager(tx, membership, before)
    membership.role_id, membership.updated_at = held.role.id, tx.now
    _record(
        tx, EventType.MEMBERSHIP_UPDATED, membership, organization, user, held, role=before.role.key
    )
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
    held = await load_role_by_id(tx.session, membership.role_id)
    _record(tx, EventType.MEMBERSHIP_UPDATED, membership, organization, user, held)
    return membership


async def remove_membership(tx: Transaction, *, organization_id: str, user_id: str) -> Membership:
    """Removes a member at once; answers with the membership as it was."""
    organization = await tx.lock_organization(organization_id)
    membership, user = await _load_member(tx, organization_id, user_id)
    held = await load_role_by_id(tx.session, membership.role_id)
    await _ensure_other_manager(tx, membership, held)
    _record(tx, EventType.MEMBERSHIP_DELETED, membership, organization, user, held)
    await tx.session.execute(delete(Membership).where(col(Membership.id) == membership.id))
    return membership


async def leave_organization(tx: Transaction, *, organization_id: str) -> Membership:
    """The caller's own way out."""
    await tx.authorize(organization_id, None)
    assert tx.actor.user_id
    return await remove_membership(tx, organization_id=organization_id, user_id=tx.actor.user_id)
