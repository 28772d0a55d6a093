"""Seats: members and pending invitations use one each (rules 18 and 45)."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import prepared_statement
from models.errors.input import InsufficientSeats, MembershipQuotaExceeded, SeatsManagedByPlan
from models.invitations import PENDING, Invitation
from models.memberships import Membership
from models.organizations import Organization
from resolvers.authority.plan_gate import select_seat_limit
from resolvers.foundation.transaction import Transaction


class SeatLimitSource(Enum):
    PLAN = "plan"
    ORGANIZATION = "organization"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SeatLimit:
    """How many seats an organization has; 0 if the number is unlimited."""

    limit: int
    source: SeatLimitSource


def choose_seat_limit(of_plan: int | None, own: int) -> SeatLimit:
    """Chooses the limit in force: that of the plan, else the organization's own (rule 45)."""
    if of_plan is not None:
        return SeatLimit(of_plan, SeatLimitSource.PLAN)
    return SeatLimit(own, SeatLimitSource.ORGANIZATION if own else SeatLimitSource.NONE)


async def load_seat_limit(tx: Transaction, organization: Organization) -> SeatLimit:
    """Loads the limit in force; while billing is disabled, without a statement."""
    of_plan = None
    if (await tx.load_instance()).billing_enabled:
        statement = _select_plan_limit(organization.id, tx.now)
        of_plan = (await tx.session.execute(statement)).scalar_one()
    return choose_seat_limit(of_plan, organization.max_allowed_memberships)


@prepared_statement
def _select_plan_limit(organization_id: str, now: datetime) -> SelectOfScalar[int | None]:
    limit = select_seat_limit(col(Organization.id), now)
    return select(limit).where(col(Organization.id) == organization_id)


def ensure_own_limit(of_plan: int | None) -> None:
    """Rejects a limit of the organization itself while its plan limits the seats (rule 45)."""
    if of_plan is not None:
        raise SeatsManagedByPlan(
            f"The plan of the organization has {of_plan} seats. Change the subscription or the plan"
            " instead.",
            limit=of_plan,
        )


async def count_taken_seats(
    tx: Transaction, organization: Organization, seats: SeatLimit
) -> tuple[int, int]:
    """Counts the members and the pending invitations; (0, 0) if the number is unlimited."""
    if not seats.limit:
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


async def ensure_free_seat(
    tx: Transaction, organization: Organization, *, at: str | None = "organization_id"
) -> None:
    """Rejects one more invitation or member if all seats are taken."""
    seats = await load_seat_limit(tx, organization)
    taken = sum(await count_taken_seats(tx, organization, seats))
    if seats.limit and taken >= seats.limit:
        raise no_free_seat(seats, needed=taken + 1, at=at)


def has_seat(invitation: Invitation | None) -> bool:
    """Whether the person has a seat already; the invitation of a domain has none."""
    return invitation is not None and invitation.domain is None


async def ensure_own_seat(
    tx: Transaction, organization: Organization, invitation: Invitation
) -> None:
    """Rejects an invited person, who has a seat, only if members alone fill the organization.

    Without a seat, the invitation needs a free one.
    """
    if not has_seat(invitation):
        await ensure_free_seat(tx, organization, at=None)
        return
    seats = await load_seat_limit(tx, organization)
    if not seats.limit:
        return
    statement = select(func.count()).where(col(Membership.organization_id) == organization.id)
    members = (await tx.session.execute(statement)).scalar_one()
    if members >= seats.limit:
        raise no_free_seat(seats, needed=members + 1, at=None)


def no_free_seat(
    seats: SeatLimit, *, needed: int, at: str | None = "organization_id"
) -> MembershipQuotaExceeded | InsufficientSeats:
    """Makes the error if no seat is left; `needed` is how many seats would suffice."""
    if seats.source is SeatLimitSource.PLAN:
        return InsufficientSeats(
            f"The plan has {seats.limit} seats, but {needed} are needed for all members and pending"
            " invitations. Get more seats or another plan.",
            at=at,
            limit=seats.limit,
            seats_quantity=needed,
        )
    return MembershipQuotaExceeded(
        f"All {seats.limit} seats of the organization are taken by members and pending"
        " invitations.",
        at=at,
        limit=seats.limit,
    )
