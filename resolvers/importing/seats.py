"""Warns about organizations that have more members than seats: an import rejects nobody for it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select

from models.database.statements import AnySelect, prepared_statement
from models.errors.input import MembershipQuotaExceeded
from models.memberships import Membership
from models.organizations import Organization
from resolvers.authority.plan_gate import select_seat_limit
from resolvers.importing.batch import Batch
from resolvers.importing.records import InvitationRecord, MembershipRecord, Record


async def warn_about_seats(batch: Batch, records: Sequence[Record]) -> None:
    """Warns with the last record of each organization of the batch."""
    last = {
        record.organization: record
        for record in records
        if isinstance(record, (MembershipRecord, InvitationRecord))
    }
    full = _select_full(set(last), batch.tx.now)
    for external_id, limit in await batch.tx.session.execute(full):
        batch.warn(
            last[external_id],
            MembershipQuotaExceeded.code,
            f"The organization {external_id!r} has more members than its {limit} seats. Everybody"
            " stays, but nobody can be added.",
        )


@prepared_statement
def _select_full(organizations: Collection[str], now: datetime) -> AnySelect:
    of_plan = select_seat_limit(col(Organization.id), now)
    limit = func.coalesce(of_plan, Organization.max_allowed_memberships)
    members = (
        select(func.count())
        .where(col(Membership.organization_id) == col(Organization.id))
        .scalar_subquery()
    )
    return select(Organization.external_id, limit).where(
        col(Organization.external_id).in_(organizations), limit > 0, members > limit
    )
