"""What a domain has created that is still pending: it ends with the domain (rules 33 and 40)."""

from sqlalchemy import Delete, delete
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import prepared_statement
from models.events import EventType
from models.invitations import PENDING, Invitation, InvitationStatus, settle
from models.membership_requests import OrganizationSuggestion, SuggestionStatus
from models.organizations import Organization
from resolvers.authority.access import Actor
from resolvers.events.payloads import record_invitation
from resolvers.foundation.event_writer import PIECE
from resolvers.foundation.transaction import Transaction
from resolvers.members.invitation_expiry import expire_overdue


async def end_pending(
    tx: Transaction, organization: Organization, domain: str, *, actor: Actor | None = None
) -> None:
    """Revokes the pending invitations that the domain created, and deletes its suggestions."""
    await expire_overdue(tx, organization)
    while True:
        pending = _select_pending(organization.id, domain)
        invitations = (await tx.session.execute(pending)).scalars()
        for invitation in invitations:
            settle(invitation, InvitationStatus.REVOKED, tx.now)
            await record_invitation(
                tx, EventType.INVITATION_REVOKED, invitation, organization, actor=actor
            )
        await tx.events.save()
        if len(invitations) < PIECE:
            break
    await tx.session.execute(_delete_suggestions(organization.id, domain))


@prepared_statement
def _select_pending(organization_id: str, domain: str) -> SelectOfScalar[Invitation]:
    pending = select(Invitation).where(
        col(Invitation.organization_id) == organization_id,
        col(Invitation.domain) == domain,
        col(Invitation.status) == PENDING,
    )
    return pending.order_by(col(Invitation.id)).limit(PIECE)


@prepared_statement
def _delete_suggestions(organization_id: str, domain: str) -> Delete:
    return delete(OrganizationSuggestion).where(
        col(OrganizationSuggestion.organization_id) == organization_id,
        col(OrganizationSuggestion.domain) == domain,
        col(OrganizationSuggestion.status) == SuggestionStatus.PENDING.value,
    )
