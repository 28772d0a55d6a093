"""Changes the role or the metadata of a member (rules 8 and 9)."""

from models.events import EventType
from models.memberships import Membership
from models.roles import can_manage
from resolvers.authority.access import ensure_grantable
from resolvers.foundation.changes import apply_changes
from resolvers.foundation.metadata import Metadata, apply_metadata
from resolvers.foundation.transaction import Transaction
from resolvers.members.events import record_one
from resolvers.members.managers import ensure_other_manager
from resolvers.members.rows import load_member, load_member_and_new_role


async def update_membership(
    tx: Transaction, *, organization_id: str, user_id: str, role: str
) -> Membership:
    """Changes a member's role to one that the caller can grant; keeps the last manager."""
    organization = await tx.lock_organization(organization_id)
    membership, user, old_role, new_role = await load_member_and_new_role(
        tx, organization, user_id, role
    )
    ensure_grantable(tx.grant, new_role.permissions)
    if new_role.role.id == old_role.role.id:
        return membership
    if not can_manage(new_role.permissions):
        await ensure_other_manager(tx, membership, old_role)
    membership.role_id = new_role.role.id
    membership.updated_at = tx.now
    changes = {"role": old_role.role.key}
    await record_one(
        tx, EventType.MEMBERSHIP_UPDATED, membership, organization, user, new_role, changes
    )
    return membership


async def update_membership_metadata(
    tx: Transaction, *, organization_id: str, user_id: str, merge: bool, metadata: Metadata
) -> Membership:
    organization = await tx.lock_organization(organization_id)
    membership, user, role = await load_member(tx, organization_id, user_id)
    new = apply_metadata(tx, membership, metadata, merge=merge)
    if not apply_changes(membership, new):
        return membership
    membership.updated_at = tx.now
    await record_one(tx, EventType.MEMBERSHIP_UPDATED, membership, organization, user, role)
    return membership
