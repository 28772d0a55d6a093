"""Ownership: a TXT record in DNS, or the decision of the operator (rules 33 and 35).

No transaction waits for name servers: one counts the lookup, and another one uses its result.
"""

import secrets
from collections.abc import Sequence
from math import ceil

from models.domains import (
    LOOKUP_PAUSE,
    RECORD_LIFETIME,
    OrganizationDomain,
    VerificationStatus,
    VerificationStrategy,
    get_ownership_status,
    make_record_name,
)
from models.errors.input import DomainRecordNotFound, VerificationExpired, VerificationMissing
from models.errors.request import RateLimited
from models.events import EventType
from models.organizations import Organization
from resolvers.domains.affiliation import already_verified
from resolvers.domains.claims import Strength, claim_name
from resolvers.domains.proofs import find_record
from resolvers.domains.rows import load_domain, load_domains_settings
from resolvers.events.domain_payloads import record_domain
from resolvers.foundation.transaction import Transaction

# How many of the records that were found an error repeats, and how much of each.
SHOWN_RECORDS = 5
SHOWN_LENGTH = 100


async def prepare_ownership(
    tx: Transaction, *, organization_id: str, domain_id: str
) -> OrganizationDomain:
    """Opens the proof with a new record; the one before is no longer accepted."""
    organization = await tx.lock_organization(organization_id)
    await load_domains_settings(tx)
    domain = await load_domain(tx, organization_id, domain_id)
    if domain.ownership_verified_at:
        raise already_verified()
    domain.ownership_strategy = VerificationStrategy.TXT.value
    domain.ownership_nonce, domain.ownership_attempts = secrets.token_urlsafe(32), 0
    domain.ownership_expires_at = tx.now + RECORD_LIFETIME
    domain.updated_at = tx.now
    record_domain(tx, EventType.DOMAIN_UPDATED, domain, organization)
    return domain


async def begin_lookup(tx: Transaction, *, organization_id: str, domain_id: str) -> str:
    """Counts a DNS lookup, and returns the name to look up."""
    await tx.lock_organization(organization_id)
    await load_domains_settings(tx)
    domain = await load_domain(tx, organization_id, domain_id)
    _ensure_record_is_open(tx, domain)
    free_at = domain.ownership_looked_at and domain.ownership_looked_at + LOOKUP_PAUSE
    if free_at and tx.now < free_at:
        raise RateLimited(retryAfter=max(1, ceil((free_at - tx.now).total_seconds())))
    domain.ownership_attempts += 1
    domain.ownership_looked_at = tx.now
    return make_record_name(domain.name)


async def finish_lookup(
    tx: Transaction, *, organization_id: str, domain_id: str, found: Sequence[str]
) -> OrganizationDomain:
    """Verifies the domain if the record is among those that were found.

    Another preparation may have replaced the record meanwhile.
    """
    organization = await tx.lock_organization(organization_id)
    await load_domains_settings(tx)
    domain = await load_domain(tx, organization_id, domain_id)
    _ensure_record_is_open(tx, domain)
    if not await find_record(tx.session, tx.server.ticket_keys, domain, found):
        raise DomainRecordNotFound(
            f"{make_record_name(domain.name)} has no TXT record with the value of txtRecordValue."
            " It can take hours until a new record is visible everywhere.",
            at="domain_id",
            found=[text[:SHOWN_LENGTH] for text in found[:SHOWN_RECORDS]],
        )
    return await set_owned(tx, organization, domain, VerificationStrategy.TXT, Strength.OWNERSHIP)


def _ensure_record_is_open(tx: Transaction, domain: OrganizationDomain) -> None:
    if domain.ownership_verified_at:
        raise already_verified()
    if domain.ownership_nonce is None:
        raise VerificationMissing(
            "No record was prepared. Call prepareDomainOwnership first.", at="domain_id"
        )
    if get_ownership_status(domain, tx.now) is VerificationStatus.EXPIRED:
        raise VerificationExpired(
            "The record was not found in time. Prepare a new one.", at="domain_id"
        )


async def verify_domain(
    tx: Transaction, *, organization_id: str, domain_id: str, take_over: bool
) -> OrganizationDomain:
    """Verifies a domain by decision of the operator; repeating it changes nothing."""
    organization = await tx.lock_organization(organization_id)
    await load_domains_settings(tx)
    domain = await load_domain(tx, organization_id, domain_id)
    if domain.ownership_verified_at:
        return domain
    strength = Strength.TAKEOVER if take_over else Strength.OWNERSHIP
    return await set_owned(tx, organization, domain, VerificationStrategy.MANUAL_OVERRIDE, strength)


async def set_owned(
    tx: Transaction,
    organization: Organization,
    domain: OrganizationDomain,
    strategy: VerificationStrategy,
    strength: Strength,
) -> OrganizationDomain:
    """Claims the name, and makes the organization its owner."""
    changes = {"verified": domain.verified}
    await claim_name(tx, domain, strength)
    domain.ownership_strategy = strategy.value
    domain.ownership_nonce = domain.ownership_expires_at = None
    domain.ownership_verified_at = domain.updated_at = tx.now
    record_domain(tx, EventType.DOMAIN_UPDATED, domain, organization, changes=changes)
    return domain
