"""Membership requests: accept, reject, and those that another way of joining settles (rule 39)."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Delete, Select, delete, exists, or_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import prepared_statement
from models.errors.input import RequestNotPending, ResourceNotFound
from models.events import EventType
from models.membership_requests import (
    MembershipRequest,
    MembershipRequestStatus,
    OrganizationSuggestion,
    SuggestionStatus,
)
from models.organizations import Organization
from models.users import User
from resolvers.events.domain_payloads import record_request
from resolvers.foundation.transaction import Transaction

PENDING = MembershipRequestStatus.PENDING.value


def is_waiting_for(organization_id: str) -> ColumnElement[bool]:
    """Whether a selected user has a pending request or suggestion for the organization."""
    return or_(
        exists().where(
            col(MembershipRequest.organization_id) == organization_id,
            col(MembershipRequest.user_id) == col(User.id),
            col(MembershipRequest.status) == PENDING,
        ),
        exists().where(
            col(OrganizationSuggestion.organization_id) == organization_id,
            col(OrganizationSuggestion.user_id) == col(User.id),
            col(OrganizationSuggestion.status) == SuggestionStatus.PENDING.value,
        ),
    )


async def settle_waiting(
    tx: Transaction, organization: Organization, users: Sequence[User]
) -> None:
    """Accepts the requests of users who become members, and deletes their suggestions."""
    if not users:
        return
    by_id = {user.id: user for user in users}
    pending = _select_pending(organization.id, list(by_id))
    for request in (await tx.session.execute(pending)).scalars():
        user = by_id[request.user_id]
        _settle(tx, request, organization, user, MembershipRequestStatus.ACCEPTED)
    await tx.session.execute(delete_suggestions(organization.id, list(by_id)))


@prepared_statement
def _select_pending(
    organization_id: str, user_ids: Sequence[str]
) -> SelectOfScalar[MembershipRequest]:
    return select(MembershipRequest).where(
        col(MembershipRequest.organization_id) == organization_id,
        col(MembershipRequest.user_id).in_(user_ids),
        col(MembershipRequest.status) == PENDING,
    )


@prepared_statement
def delete_suggestions(organization_id: str, user_ids: Sequence[str]) -> Delete:
    return delete(OrganizationSuggestion).where(
        col(OrganizationSuggestion.organization_id) == organization_id,
        col(OrganizationSuggestion.user_id).in_(user_ids),
        col(OrganizationSuggestion.status) == SuggestionStatus.PENDING.value,
    )


def _settle(
    tx: Transaction,
    request: MembershipRequest,
    organization: Organization,
    user: User,
    status: MembershipRequestStatus,
) -> None:
    """Settles a request that was read as pending under the lock of its organization."""
    request.status, request.updated_at = status.value, tx.now
    # A person who joins by an invitation decides nothing about the request.
    request.decided_by_id = tx.actor.user_id if tx.actor.user_id != user.id else None
    is_accepted = status is MembershipRequestStatus.ACCEPTED
    type = (
        EventType.MEMBERSHIP_REQUEST_ACCEPTED
        if is_accepted
        else EventType.MEMBERSHIP_REQUEST_REJECTED
    )
    record_request(tx, type, request, organization, user)


async def load_pending_request(
    tx: Transaction, organization_id: str, request_id: str
) -> tuple[MembershipRequest, User]:
    """Loads a request that can be decided, and its user.

    By both IDs, so that a request of another organization is not found.
    """
    row = (await tx.session.execute(_select_request(organization_id, request_id))).one_or_none()
    if row is None:
        raise ResourceNotFound(
            "The membership request doesn't exist in this organization.",
            at="membership_request_id",
        )
    request, user = row
    if request.status != PENDING:
        raise RequestNotPending(
            "The membership request is no longer pending.", at="membership_request_id"
        )
    return request, user


@prepared_statement
def _select_request(organization_id: str, request_id: str) -> Select[MembershipRequest, User]:
    return (
        select(MembershipRequest, User)
        .join(User, col(User.id) == col(MembershipRequest.user_id))
        .where(
            col(MembershipRequest.id) == request_id,
            col(MembershipRequest.organization_id) == organization_id,
        )
        .with_for_update(read=True, key_share=True, of=User)
    )


async def reject_request(
    tx: Transaction, *, organization_id: str, request_id: str
) -> MembershipRequest:
    organization = await tx.lock_organization(organization_id)
    request, user = await load_pending_request(tx, organization_id, request_id)
    _settle(tx, request, organization, user, MembershipRequestStatus.REJECTED)
    return request
