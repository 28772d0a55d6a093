"""Memberships: add, change the role, remove, leave."""

from dataclasses import dataclass

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from models.base import JSONObject
from models.errors import AlreadyAMember, Faults, MinimumPermissionsNeeded, ResourceNotFound
from models.events import EventType
from models.invitations import PENDING, Invitation, InvitationStatus
from models.memberships import Membership
from models.organizations import Organization
from models.roles import RoleSet, is_managing
from models.users import User
from models.validation.text import checked_metadata, merged
from resolvers.access import ensure_grantable
from resolvers.events.payloads import membership_data, record_invitation
from resolvers.members.expiry import expire_lapsed
from resolvers.members.seats import ensure_own_seat, free_seats, no_seat
from resolvers.role_model.fields import changed
from resolvers.roles import HeldRole, managing_role_ids, role_by_id, role_in_set
from resolvers.sessions.lifecycle import go_on_in
from resolvers.transaction import Work


@dataclass(frozen=True, slots=True)
class Metadata:
    """Metadata as an input gives it: None is not given."""

    public: JSONObject | None = None
    private: JSONObject | None = None


def applied(row: Membership | Organization, given: Metadata, *, merge: bool) -> dict[str, JSONObject]:
    """The row's metadata after the input, which is deeply merged or replaces what is stored."""
    faults, new = Faults(), dict[str, JSONObject]()
    for name, patch in (("public_metadata", given.public), ("private_metadata", given.private)):
        if patch is not None:
            with faults.at(name):
                checked_metadata(patch)
                new[name] = checked_metadata(merged(getattr(row, name), patch)) if merge else patch
    faults.refuse_any()
    return new


def _record(
    work: Work,
    type: EventType,
    membership: Membership,
    organization: Organization,
    user: User,
    held: HeldRole,
    **changes: str,
) -> None:
    work.record(
        type,
        membership.id,
        membership_data(membership, organization, user, held.role, held.permissions),
        organization_id=organization.id,
        user_id=user.id,
        private_metadata=membership.private_metadata,
        changes=changes or None,
    )


async def add_member(
    work: Work, organization: Organization, user: User, held: HeldRole, metadata: Metadata | None = None
) -> Membership:
    """The one place that makes a membership; every path that adds somebody ends here."""
    metadata = metadata or Metadata()
    membership = Membership(
        id=work.new_id(Membership.prefix),
        created_at=work.now,
        updated_at=work.now,
        organization_id=organization.id,
        user_id=user.id,
        role_id=held.role.id,
        public_metadata=metadata.public or {},
        private_metadata=metadata.private or {},
    )
    work.session.add(membership)
    try:
        await work.session.flush()
    except IntegrityError as error:
        raise AlreadyAMember("This user is already a member.", at="user_id") from error
    _record(work, EventType.MEMBERSHIP_CREATED, membership, organization, user, held)
    await go_on_in(work, membership)
    return membership


async def _member(work: Work, organization_id: str, user_id: str) -> tuple[Membership, User]:
    """The membership, looked up by both keys: one of another organization is simply not found."""
    statement = (
        select(Membership, User)
        .join(User, col(User.id) == col(Membership.user_id))
        .where(col(Membership.organization_id) == organization_id, col(Membership.user_id) == user_id)
    )
    found = (await work.session.execute(statement)).one_or_none()
    if found is None:
        raise ResourceNotFound("There is no such member in this organization.", at="user_id")
    return found[0], found[1]


async def _ensure_manager_besides(work: Work, membership: Membership, held: HeldRole) -> None:
    """The last-manager rule: who is the only one that can manage the organization stays so (DESIGN 7, rule 8)."""
    if not is_managing(held.permissions):
        return
    others = select(Membership.id).where(
        col(Membership.organization_id) == membership.organization_id,
        col(Membership.id) != membership.id,
        col(Membership.role_id).in_(managing_role_ids()),
    )
    if (await work.session.execute(others.limit(1))).first() is None:
        raise MinimumPermissionsNeeded(
            "Somebody has to be able to manage the organization: make another member an administrator first.",
            at="user_id",
        )


async def _user(work: Work, user_id: str) -> User:
    # FOR KEY SHARE: the user can't be deleted before the membership is there for the deletion to find.
    statement = select(User).where(col(User.id) == user_id).with_for_update(read=True, key_share=True)
    user = (await work.session.execute(statement)).scalar_one_or_none()
    if user is None:
        raise ResourceNotFound("There is no such user.", at="user_id")
    return user


async def default_role(work: Work, organization: Organization) -> HeldRole:
    statement = select(RoleSet.default_role_id).where(col(RoleSet.id) == organization.role_set_id)
    return await role_by_id(work.session, (await work.session.execute(statement)).scalar_one())


async def create_membership(
    work: Work, *, organization_id: str, user_id: str, role: str | None, metadata: Metadata
) -> Membership:
    """Adds a user directly, without their consent; raises every fault of the input at once.

    A pending invitation to the user's verified address is revoked, and its seat is used.
    """
    organization = await work.organization(organization_id)
    await expire_lapsed(work, organization)
    faults = Faults()
    with faults.at("public_metadata"):
        checked_metadata(metadata.public or {})
    with faults.at("private_metadata"):
        checked_metadata(metadata.private or {})
    user = held = None
    with faults.at("user_id"):
        user = await _user(work, user_id)
    with faults.at("role"):
        held = await (role_in_set(work, organization.role_set_id, role) if role else default_role(work, organization))
    faults.refuse_any()
    assert user
    assert held
    if await is_member(work, organization, user):
        raise AlreadyAMember("This user is already a member.", at="user_id")
    if await _revoke_own_invitation(work, organization, user):
        await ensure_own_seat(work, organization)
    elif await free_seats(work, organization) == 0:
        raise no_seat(organization)
    return await add_member(work, organization, user, held, metadata)


async def _revoke_own_invitation(work: Work, organization: Organization, user: User) -> bool:
    """Revokes the user's pending invitation, if there is one; only a verified address says that it is theirs."""
    if not user.email_verified:
        return False
    own = (
        update(Invitation)
        .where(
            col(Invitation.organization_id) == organization.id,
            col(Invitation.address_key) == user.address_key,
            col(Invitation.status) == PENDING,
        )
        .values(status=InvitationStatus.REVOKED.value, updated_at=work.now)
        .returning(Invitation)
    )
    invitation = (await work.session.execute(own)).scalar_one_or_none()
    if invitation is not None:
        await record_invitation(work, EventType.INVITATION_REVOKED, invitation, organization)
    return invitation is not None


async def is_member(work: Work, organization: Organization, user: User) -> bool:
    statement = select(Membership.id).where(
        col(Membership.organization_id) == organization.id, col(Membership.user_id) == user.id
    )
    return (await work.session.execute(statement)).first() is not None


async def update_membership(work: Work, *, organization_id: str, user_id: str, role: str) -> Membership:
    """Changes a member's role to one that the caller could hold, and never the last manager's to a lesser one."""
    organization = await work.organization(organization_id)
    membership, user = await _member(work, organization_id, user_id)
    held = await role_in_set(work, organization.role_set_id, role)
    ensure_grantable(work.grant, held.permissions)
    before = await role_by_id(work.session, membership.role_id)
    if held.role.id == before.role.id:
        return membership
    if not is_managing(held.permissions):
        await _ensure_manager_besides(work, membership, before)
    membership.role_id, membership.updated_at = held.role.id, work.now
    _record(work, EventType.MEMBERSHIP_UPDATED, membership, organization, user, held, role=before.role.key)
    return membership


async def update_membership_metadata(
    work: Work, *, organization_id: str, user_id: str, merge: bool, metadata: Metadata
) -> Membership:
    organization = await work.organization(organization_id)
    membership, user = await _member(work, organization_id, user_id)
    new = applied(membership, metadata, merge=merge)
    if not changed(membership, new):
        return membership
    membership.updated_at = work.now
    held = await role_by_id(work.session, membership.role_id)
    _record(work, EventType.MEMBERSHIP_UPDATED, membership, organization, user, held)
    return membership


async def remove_membership(work: Work, *, organization_id: str, user_id: str) -> Membership:
    """Removes a member at once; answers with the membership as it was."""
    organization = await work.organization(organization_id)
    membership, user = await _member(work, organization_id, user_id)
    held = await role_by_id(work.session, membership.role_id)
    await _ensure_manager_besides(work, membership, held)
    _record(work, EventType.MEMBERSHIP_DELETED, membership, organization, user, held)
    await work.session.execute(delete(Membership).where(col(Membership.id) == membership.id))
    return membership


async def leave_organization(work: Work, *, organization_id: str) -> Membership:
    """The caller's own way out."""
    await work.admit(organization_id, None)
    assert work.actor.user_id
    return await remove_membership(work, organization_id=organization_id, user_id=work.actor.user_id)
