"""What ends when a user becomes a member: invitations, requests, and suggestions."""

from collections.abc import Collection, Sequence

from sqlalchemy import CompoundSelect, union
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import prepared_statement
from models.events import EventType
from models.invitations import PENDING, Invitation, InvitationStatus, settle
from models.membership_requests import (
    MembershipRequest,
    MembershipRequestStatus,
    OrganizationSuggestion,
    SuggestionStatus,
)
from models.organizations import Organization
from models.users import User
from resolvers.events.payloads import record_invitation
from resolvers.foundation.transaction import Transaction
from resolvers.members.requests import settle_waiting
from resolvers.roles import load_roles_by_id


async def settle_joining(tx: Transaction, joining: Sequence[tuple[Organization, User]]) -> None:
    """Settles what waits for users who become members, as `createMembership` does."""
    if not joining:
        return
    await _revoke_invitations(tx, joining)
    ids = {organization.id for organization, _ in joining}
    for id in (await tx.session.execute(_select_waiting(ids))).scalars():
        own = [(organization, user) for organization, user in joining if organization.id == id]
        await settle_waiting(tx, own[0][0], [user for _, user in own])


async def _revoke_invitations(
    tx: Transaction, joining: Sequence[tuple[Organization, User]]
) -> None:
    """Revokes the pending invitations to the verified addresses of the users."""
    by_address = {
        (organization.id, user.address_key): organization
        for organization, user in joining
        if user.email_verified and user.address_key
    }
    if not by_address:
        return
    statement = _select_invitations({id for id, _ in by_address}, {key for _, key in by_address})
    found = list((await tx.session.execute(statement)).scalars())
    # Kept until the events are recorded, so that the session finds the roles.
    _roles = await load_roles_by_id(tx.session, [one.role_id for one in found]) if found else {}
    for invitation in found:
        organization = by_address.get((invitation.organization_id, invitation.address_key))
        if organization:
            settle(invitation, InvitationStatus.REVOKED, tx.now)
            await record_invitation(tx, EventType.INVITATION_REVOKED, invitation, organization)


@prepared_statement
def _select_invitations(
    organization_ids: Collection[str], address_keys: Collection[str]
) -> SelectOfScalar[Invitation]:
    return select(Invitation).where(
        col(Invitation.organization_id).in_(organization_ids),
        col(Invitation.address_key).in_(address_keys),
        col(Invitation.status) == PENDING,
    )


@prepared_statement
def _select_waiting(organization_ids: Collection[str]) -> CompoundSelect[str]:
    """Selects the organizations for which users wait."""
    requests = select(MembershipRequest.organization_id).where(
        col(MembershipRequest.organization_id).in_(organization_ids),
        col(MembershipRequest.status) == MembershipRequestStatus.PENDING.value,
    )
    suggestions = select(OrganizationSuggestion.organization_id).where(
        col(OrganizationSuggestion.organization_id).in_(organization_ids),
        col(OrganizationSuggestion.status) == SuggestionStatus.PENDING.value,
    )
    return union(requests, suggestions)
