"""Adds users to an organization without their consent."""

from collections.abc import Sequence

from models.errors.input import InputError, InputErrors
from models.events import EventType
from models.invitations import InvitationStatus, settle
from models.memberships import Membership
from models.organizations import Organization
from resolvers.events.payloads import record_invitation
from resolvers.foundation.bulk import ensure_bulk_size, group_by_code
from resolvers.foundation.transaction import Transaction
from resolvers.members.add import add_members
from resolvers.members.invitation_expiry import expire_overdue
from resolvers.members.requests import settle_waiting
from resolvers.members.validation import MemberDraft, NewMember, check_members
from resolvers.roles import load_roles_by_id


async def create_membership(tx: Transaction, *, organization_id: str, new: NewMember) -> Membership:
    """Adds a user directly, without their consent; raises all errors of the input at once.

    A pending invitation to the user's verified address is revoked, and its seat is used.
    """
    organization = await tx.lock_organization(organization_id)
    await expire_overdue(tx, organization)
    (draft,) = await check_members(tx, organization, [new])
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
    drafts = await check_members(tx, organization, new)
    rejected = [(draft.new.user_id, error) for draft in drafts for error in draft.errors.errors]
    errors = group_by_code(rejected, at="members", meta_name="user_ids")
    if errors and not skip_failed:
        raise InputErrors(errors)
    valid = [draft for draft in drafts if not draft.errors.errors]
    return await _add_drafted(tx, organization, valid), errors


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
