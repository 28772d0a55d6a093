"""Creates and deletes domains, and sets their enrollment modes (rules 31, 36, and 40)."""

from sqlalchemy import Delete, delete
from sqlmodel import col

from models.database.statements import prepared_statement
from models.domains import OrganizationDomain, VerificationStrategy, start_enrollment
from models.errors.collector import ErrorCollector
from models.errors.input import (
    DomainNotVerified,
    DomainOwnershipNeeded,
    DomainQuotaExceeded,
    IdentifierExists,
)
from models.errors.request import Forbidden
from models.events import EventType
from models.instance import EnrollmentMode, Instance
from models.validation.domains import normalize_domain
from resolvers.authority.access import ensure_service
from resolvers.domains.claims import Strength, claim_name, release_name
from resolvers.domains.pending import end_pending
from resolvers.domains.rows import load_domain, load_domains_settings, select_number_and_same
from resolvers.events.domain_payloads import record_domain
from resolvers.foundation.transaction import Transaction


async def create_domain(
    tx: Transaction,
    *,
    organization_id: str,
    name: str,
    mode: EnrollmentMode,
    verified: bool,
) -> OrganizationDomain:
    """Adds a domain to the organization; a secret key can add it as verified."""
    organization = await tx.lock_organization(organization_id)
    instance = await load_domains_settings(tx)
    ensure_service(tx.actor, {"verified"} if verified else ())
    errors = ErrorCollector()
    with errors.at("name"):
        name = await _check_name(tx, instance, organization_id, name)
    domain = OrganizationDomain(
        id=tx.new_id(OrganizationDomain.prefix),
        created_at=tx.now,
        updated_at=tx.now,
        organization_id=organization_id,
        name=name,
        verified=verified,
        ownership_strategy=VerificationStrategy.MANUAL_OVERRIDE.value if verified else None,
        ownership_verified_at=tx.now if verified else None,
    )
    with errors.at("enrollment_mode"):
        check_mode(instance, domain, mode)
    errors.raise_if_any()
    start_enrollment(domain, mode.value, tx.now)
    tx.session.add(domain)
    await tx.session.flush()
    if verified:
        with errors.at("name"):
            await claim_name(tx, domain, Strength.OWNERSHIP)
        errors.raise_if_any()
    record_domain(tx, EventType.DOMAIN_CREATED, domain, organization)
    return domain


async def _check_name(tx: Transaction, instance: Instance, organization_id: str, given: str) -> str:
    name = normalize_domain(given, allows_reserved=tx.server.is_development)
    counts = select_number_and_same(organization_id, name)
    number, same = (await tx.session.execute(counts)).one()
    if same:
        raise IdentifierExists(f"The organization already has the domain {name}.")
    limit = instance.domains_per_organization
    if limit and number >= limit:
        raise DomainQuotaExceeded(
            f"An organization can have at most {limit} domains. Delete one first.", limit=limit
        )
    return name


def check_mode(instance: Instance, domain: OrganizationDomain, mode: EnrollmentMode) -> None:
    """Checks whether a domain can have the mode (rule 36)."""
    if mode is EnrollmentMode.MANUAL_INVITATION:
        return
    if mode is EnrollmentMode.ENTERPRISE_SSO or mode.value not in instance.domains_enrollment_modes:
        raise Forbidden(
            f"The enrollment mode {mode.name} is not enabled in this instance.",
            reason="organization_domain_enrollment_mode_not_enabled",
        )
    if not domain.verified:
        raise DomainNotVerified("Verify the domain before you let it enroll users.")
    is_owned = domain.ownership_verified_at is not None
    needs_ownership = instance.automatic_invitation_needs_ownership
    if mode is EnrollmentMode.AUTOMATIC_INVITATION and needs_ownership and not is_owned:
        raise DomainOwnershipNeeded(
            "Prove the ownership of the domain with a DNS record before it invites users."
        )


async def update_enrollment(
    tx: Transaction,
    *,
    organization_id: str,
    domain_id: str,
    mode: EnrollmentMode,
    delete_pending: bool,
) -> OrganizationDomain:
    """Sets the mode; the worker enrolls existing users."""
    organization = await tx.lock_organization(organization_id)
    instance = await load_domains_settings(tx)
    domain = await load_domain(tx, organization_id, domain_id)
    errors = ErrorCollector()
    with errors.at("enrollment_mode"):
        check_mode(instance, domain, mode)
    errors.raise_if_any()
    if delete_pending:
        await end_pending(tx, organization, domain.name)
    if domain.enrollment_mode != mode.value:
        changes = {"enrollment_mode": domain.enrollment_mode}
        start_enrollment(domain, mode.value, tx.now)
        domain.updated_at = tx.now
        record_domain(tx, EventType.DOMAIN_UPDATED, domain, organization, changes=changes)
    return domain


async def delete_domain(tx: Transaction, *, organization_id: str, domain_id: str) -> str:
    """Deletes the domain, and what it has created that is pending; its name is free at once."""
    organization = await tx.lock_organization(organization_id)
    domain = await load_domain(tx, organization_id, domain_id)
    await end_pending(tx, organization, domain.name)
    record_domain(tx, EventType.DOMAIN_DELETED, domain, organization)
    await release_name(tx, domain)
    await tx.session.execute(_delete_domain(domain.id))
    return domain.id


@prepared_statement
def _delete_domain(domain_id: str) -> Delete:
    return delete(OrganizationDomain).where(col(OrganizationDomain.id) == domain_id)
