"""Suggestions become membership requests by an act of their user (rule 39)."""

from datetime import timedelta

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import prepared_statement
from models.errors.input import AlreadyAMember, ResourceNotFound, SuggestionAlreadyAccepted
from models.errors.request import Unauthenticated
from models.events import EventType
from models.mail import MailKind
from models.membership_requests import (
    MembershipRequest,
    OrganizationSuggestion,
    SuggestionStatus,
)
from models.roles import MEMBERSHIPS_MANAGE
from models.users import User, get_proven_domain
from resolvers.domains.mail import queue_notices, was_noticed
from resolvers.domains.rows import load_domains_settings
from resolvers.events.domain_payloads import record_request, record_suggestion
from resolvers.foundation.transaction import Transaction
from resolvers.members.requests import delete_suggestions

# Managers get one notice about requests in this time, however many there are.
NOTICE_PAUSE = timedelta(days=1)


async def accept_suggestion(
    tx: Transaction, *, suggestion_id: str
) -> tuple[OrganizationSuggestion, MembershipRequest]:
    """Creates the membership request of a suggestion, once."""
    await tx.ensure_organizations_enabled()
    await load_domains_settings(tx)
    suggestion = await _load_own(tx, suggestion_id)
    locked = await tx.lock_organization_for_invitee(suggestion.organization_id)
    if locked is None:
        raise _not_found()
    organization, grant = locked
    # Read again under the lock.
    suggestion = await _load_own(tx, suggestion_id)
    user = await _lock_caller(tx)
    if get_proven_domain(user) != suggestion.domain:
        raise _not_found()
    if suggestion.status != SuggestionStatus.PENDING.value:
        raise SuggestionAlreadyAccepted(
            "You have already asked to join this organization.", at="suggestion_id"
        )
    if grant is not None:
        raise AlreadyAMember("You are already a member of this organization.", at="suggestion_id")
    suggestion.status, suggestion.updated_at = SuggestionStatus.ACCEPTED.value, tx.now
    request = MembershipRequest(
        id=tx.new_id(MembershipRequest.prefix),
        created_at=tx.now,
        updated_at=tx.now,
        organization_id=organization.id,
        user_id=user.id,
    )
    tx.session.add(request)
    # Of one organization, a user asks once, even if other domains have suggested it before.
    await tx.session.execute(delete_suggestions(organization.id, [user.id]))
    record_suggestion(tx, EventType.SUGGESTION_ACCEPTED, suggestion, organization, user)
    record_request(tx, EventType.MEMBERSHIP_REQUEST_CREATED, request, organization, user)
    kind, since = MailKind.MEMBERSHIP_REQUEST, tx.now - NOTICE_PAUSE
    if not await was_noticed(tx, kind, organization.id, since):
        await queue_notices(tx, kind, organization, MEMBERSHIPS_MANAGE)
    return suggestion, request


def _not_found() -> ResourceNotFound:
    return ResourceNotFound("The suggestion doesn't exist.", at="suggestion_id")


async def _load_own(tx: Transaction, suggestion_id: str) -> OrganizationSuggestion:
    """Loads a suggestion of the caller; that of somebody else is not found."""
    statement = _select_own(suggestion_id, tx.actor.user_id or "")
    suggestion = (await tx.session.execute(statement)).scalar_one_or_none()
    if suggestion is None:
        raise _not_found()
    return suggestion


@prepared_statement
def _select_own(suggestion_id: str, user_id: str) -> SelectOfScalar[OrganizationSuggestion]:
    return select(OrganizationSuggestion).where(
        col(OrganizationSuggestion.id) == suggestion_id,
        col(OrganizationSuggestion.user_id) == user_id,
    )


async def _lock_caller(tx: Transaction) -> User:
    statement = _select_locked_user(tx.actor.user_id or "")
    user = (await tx.session.execute(statement)).scalar_one_or_none()
    if user is None:
        raise Unauthenticated
    return user


@prepared_statement
def _select_locked_user(user_id: str) -> SelectOfScalar[User]:
    # FOR KEY SHARE: the user can't be deleted until the request exists.
    statement = select(User).where(col(User.id) == user_id)
    return statement.with_for_update(read=True, key_share=True)
