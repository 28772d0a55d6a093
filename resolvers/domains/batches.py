"""Enrolls existing users, in batches that the worker can resume (rule 37)."""

from datetime import datetime

from sqlalchemy import exists
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import prepared_statement
from models.database.store import Store
from models.domains import RECHECK_AFTER, DomainEnrollment, OrganizationDomain
from models.errors.request import NotFound
from models.users import User
from resolvers.domains.enrollment import can_enroll, enroll
from resolvers.foundation.event_writer import PIECE
from resolvers.foundation.transaction import Transaction, select_instance
from resolvers.lists.pages import load_rows


async def load_due_domains(store: Store, now: datetime) -> list[tuple[str, str]]:
    """Loads the domains that may have users to enroll, each with its organization."""
    rows = await load_rows(store, _select_due(now))
    return [(row.organization_id, row.id) for row in rows]


@prepared_statement
def _select_due(now: datetime) -> SelectOfScalar[OrganizationDomain]:
    # The first condition is that of the index.
    due = select(OrganizationDomain).where(
        col(OrganizationDomain.enrollment_due_at).is_not(None),
        col(OrganizationDomain.enrollment_due_at) <= now,
    )
    return due.order_by(col(OrganizationDomain.enrollment_due_at)).limit(PIECE)


async def enroll_batch(tx: Transaction, organization_id: str, domain_id: str) -> bool:
    """Enrolls the next users of a domain; returns whether there may be more of them.

    Enrollments are stored, so a batch needs to know nothing about the previous one. Users who
    were verified while the mode was switched on may be seen only a little later: they are looked
    for once more.
    """
    try:
        organization = await tx.lock_organization(organization_id)
    except NotFound:
        return False
    domain = (await tx.session.execute(_select_domain(domain_id))).scalar_one_or_none()
    if domain is None or domain.enrollment_started_at is None:
        return False
    # Read after the lock of the domain. A change of the settings restarts every domain: it has been
    # committed, or it waits for this lock, so that nothing here undoes the new start.
    instance = (await tx.session.execute(select_instance())).scalar_one()
    if not can_enroll(instance, domain):
        domain.enrollment_started_at = domain.enrollment_due_at = None
        return False
    users = (await tx.session.execute(_select_users(organization_id, domain.name, PIECE))).scalars()
    if users:
        await enroll(tx, organization, domain, users)
        await tx.events.save()
    if len(users) == PIECE:
        domain.enrollment_due_at = tx.now
        return True
    recheck_at = domain.enrollment_started_at + RECHECK_AFTER
    if tx.now < recheck_at:
        domain.enrollment_due_at = recheck_at
    else:
        domain.enrollment_started_at = domain.enrollment_due_at = None
    return False


@prepared_statement
def _select_domain(domain_id: str) -> SelectOfScalar[OrganizationDomain]:
    one = select(OrganizationDomain).where(col(OrganizationDomain.id) == domain_id)
    return one.with_for_update()


@prepared_statement
def _select_users(organization_id: str, name: str, number: int) -> SelectOfScalar[User]:
    # FOR KEY SHARE: they can't be deleted until the enrollment exists, so that the deletion finds
    # it.
    is_enrolled = exists().where(
        col(DomainEnrollment.organization_id) == organization_id,
        col(DomainEnrollment.domain) == name,
        col(DomainEnrollment.user_id) == col(User.id),
    )
    users = select(User).where(
        col(User.address_domain) == name,
        col(User.email_verified),
        col(User.verified_by_ticket).is_(False),
        ~is_enrolled,
    )
    return users.order_by(col(User.id)).limit(number).with_for_update(read=True, key_share=True)
