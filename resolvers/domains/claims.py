"""Claims: a verified name has one holder in the instance, whatever the races (rules 32 and 33)."""

from enum import Enum

from sqlalchemy import Delete, delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.errors import Deadlock
from models.database.statements import prepared_statement
from models.domains import ClaimKind, DomainClaim, OrganizationDomain, lose_name
from models.errors.input import DomainAlreadyExists, DomainOfEnterpriseConnection, InputError
from models.events import EventType
from models.mail import MailKind
from models.organizations import Organization
from models.roles import DOMAINS_MANAGE
from resolvers.authority.access import SYSTEM
from resolvers.domains.mail import queue_notices
from resolvers.domains.pending import end_pending
from resolvers.events.domain_payloads import record_domain
from resolvers.foundation.transaction import Transaction


class Strength(Enum):
    """Whom a proof takes the name from."""

    # Nobody.
    AFFILIATION = "affiliation"
    # An organization that has only proven its affiliation.
    OWNERSHIP = "ownership"
    # Every organization: the operator decides.
    TAKEOVER = "takeover"


async def claim_name(tx: Transaction, domain: OrganizationDomain, strength: Strength) -> None:
    """Makes the domain the holder of its name, or raises why it can't be.

    If others claim the name at the same time, the transaction runs again and sees their claim.
    """
    claim = (await tx.session.execute(_select_claim(domain.name))).scalar_one_or_none()
    if claim is None:
        tx.session.add(
            DomainClaim(
                name=domain.name,
                kind=ClaimKind.DOMAIN.value,
                holder=domain.id,
                organization_id=domain.organization_id,
            )
        )
        try:
            await tx.session.flush()
        except IntegrityError as error:
            raise Deadlock from error
    elif claim.holder != domain.id:
        await _take_over(tx, claim, domain, strength)
    domain.verified = True


@prepared_statement
def _select_claim(name: str) -> SelectOfScalar[DomainClaim]:
    return select(DomainClaim).where(col(DomainClaim.name) == name)


@prepared_statement
def _select_locked_claim(name: str) -> SelectOfScalar[DomainClaim]:
    return select(DomainClaim).where(col(DomainClaim.name) == name).with_for_update()


async def ensure_claimable(tx: Transaction, domain: OrganizationDomain) -> None:
    """Raises an error if a code couldn't prove the name, because somebody else holds it."""
    claim = (await tx.session.execute(_select_claim(domain.name))).scalar_one_or_none()
    if claim is not None and claim.holder != domain.id:
        raise _already_held(claim)


async def release_name(tx: Transaction, domain: OrganizationDomain) -> None:
    await tx.session.execute(_delete_claim(domain.name, domain.id))


@prepared_statement
def _delete_claim(name: str, holder: str) -> Delete:
    return delete(DomainClaim).where(
        col(DomainClaim.name) == name, col(DomainClaim.holder) == holder
    )


def _already_held(claim: DomainClaim) -> InputError:
    if claim.kind == ClaimKind.ENTERPRISE_CONNECTION.value:
        return DomainOfEnterpriseConnection(
            f"{claim.name} belongs to an enterprise connection.", at="domain_id"
        )
    return DomainAlreadyExists(
        f"Another organization has verified {claim.name}. Ask the operator if it is yours.",
        at="domain_id",
    )


async def _take_over(
    tx: Transaction, claim: DomainClaim, domain: OrganizationDomain, strength: Strength
) -> None:
    """Takes the name from its holder, whose domain becomes an unverified one.

    The other organization is locked before the claim, as its own transactions do. If the claim has
    changed meanwhile, the transaction runs again.
    """
    if claim.kind != ClaimKind.DOMAIN.value or strength is Strength.AFFILIATION:
        raise _already_held(claim)
    holder, organization_id = claim.holder, claim.organization_id
    await tx.lock_organizations(select(Organization.id).where(Organization.id == organization_id))
    locked = (await tx.session.execute(_select_locked_claim(domain.name))).scalar_one_or_none()
    if locked is None or locked.holder != holder:
        raise Deadlock
    other = await tx.session.get_one(OrganizationDomain, holder)
    if other.ownership_verified_at and strength is not Strength.TAKEOVER:
        raise _already_held(claim)
    claim.holder, claim.organization_id = domain.id, domain.organization_id
    organization = await tx.session.get_one(Organization, organization_id)
    await end_pending(tx, organization, other.name, actor=SYSTEM)
    mode = other.enrollment_mode
    lose_name(other, tx.now)
    # Not by the caller, who is a stranger to that organization.
    record_domain(
        tx,
        EventType.DOMAIN_UPDATED,
        other,
        organization,
        changes={"verified": True, "enrollment_mode": mode},
        actor=SYSTEM,
    )
    await queue_notices(tx, MailKind.DOMAIN_LOST, organization, DOMAINS_MANAGE, domain=other.name)
