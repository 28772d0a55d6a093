"""Removes a member, who can also leave (rules 8 and 10)."""

from sqlalchemy import Delete, delete
from sqlmodel import col

from models.database.statements import prepared_statement
from models.events import EventType
from models.memberships import Membership
from resolvers.events.api_key_payloads import record_creator_left
from resolvers.foundation.transaction import Transaction
from resolvers.members.events import record_one
from resolvers.members.managers import ensure_other_manager
from resolvers.members.rows import load_member


async def remove_membership(tx: Transaction, *, organization_id: str, user_id: str) -> Membership:
    """Removes a member at once, and returns the membership as it was."""
    organization = await tx.lock_organization(organization_id)
    membership, user, role = await load_member(tx, organization_id, user_id)
    await ensure_other_manager(tx, membership, role)
    await record_one(tx, EventType.MEMBERSHIP_DELETED, membership, organization, user, role)
    await record_creator_left(tx, user_id, organization_id)
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
