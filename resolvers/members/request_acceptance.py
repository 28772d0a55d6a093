"""Accepts membership requests, which makes their users members (rule 39)."""

from models.errors.input import AlreadyAMember
from models.memberships import Membership
from resolvers.authority.access import ensure_grantable, load_grant
from resolvers.foundation.transaction import Transaction
from resolvers.members.create import create_membership
from resolvers.members.requests import load_pending_request, settle_waiting
from resolvers.members.validation import NewMember
from resolvers.roles import load_roles_of_set


async def accept_request(
    tx: Transaction, *, organization_id: str, request_id: str, role: str | None
) -> Membership | AlreadyAMember:
    """Makes the user a member, in the default role unless the caller can grant another one.

    The error for a user who is a member already is returned, not raised, because it settles the
    request, which must be committed.
    """
    organization = await tx.lock_organization(organization_id)
    request, user = await load_pending_request(tx, organization_id, request_id)
    if await load_grant(tx.session, organization_id, user.id, tx.now) is not None:
        await settle_waiting(tx, organization, [user])
        return AlreadyAMember(
            "The user is already a member. The request is now accepted.",
            at="membership_request_id",
        )
    offered = await load_roles_of_set(tx, organization.role_set_id)
    ensure_grantable(tx.grant, offered.find(role).permissions)
    new = NewMember(request.user_id, role)
    return await create_membership(tx, organization_id=organization_id, new=new)
