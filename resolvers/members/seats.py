"""Seats: members and pending invitations use one each (rule 18)."""

from sqlalchemy import func
from sqlmodel import col, select

from models.errors import MembershipQuotaExceeded
from models.invitations import PENDING, Invitation
from models.memberships import Membership
from models.organizations import Organization
from resolvers.transaction import Transaction


async def count_taken_seats(tx: Transaction, organization: Organization) -> tuple[int, int]:
    """Counts the members and the pending invitations; (0, 0) if the number is unlimited."""
    if not organization.max_allowed_memberships:
        return 0, 0
    members = select(func.count()).where(col(Membership.organization_id) == organization.id)
    pending = select(func.count()).where(
        col(Invitation.organization_id) == organization.id,
        col(Invitation.status) == PENDING,
        col(Invitation.expires_at) > tx.now,
        # Those of domains take no seat until they are accepted.
        col(Invitation.domain).is_(None),
    )
    taken = select(members.scalar_subquery(), pending.scalar_subquery())
    row = (await tx.session.execute(taken)).one()
    return row[0], row[1]


async def count_free_seats(tx: Transaction, organization: Organization) -> int | None:
    """Counts the seats that are left; None if the number is unlimited."""
    limit = organization.max_allowed_memberships
    return max(0, limit - sum(await count_taken_seats(tx, organization))) if limit else None


async def ensure_own_seat(
    tx: Transaction, organization: Organization, invitation: Invitation
) -> None:
    """Rejects an invited person, who has a seat, only if members alone fill the organization.

    The invitation of a domain has no seat, so it needs a free one.
    """
    if invitation.domain is not None:
        if await count_free_seats(tx, organization) == 0:
            raise no_free_seat(organization, at=None)
        return
    members = select(func.count()).where(col(Membership.organization_id) == organization.id)
    limit = organization.max_allowed_memberships
    if limit and (await tx.session.execute(members)).scalar_one() >= limit:
        raise no_free_seat(organization, at=None)


def no_free_seat(
    organization: Organization, *, at: str | None = "organization_id"
) -> MembershipQuotaExceeded:
    limit = organization.max_allowed_memberships
    return MembershipQuotaExceeded(
        f"All {limit} seats of the organization are taken by members and pending invitations.",
        at=at,
        limit=limit,
    )
