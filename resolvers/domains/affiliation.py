"""Affiliation: a code in an email to an address at the domain (rule 34)."""

import secrets
from math import ceil

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import prepared_statement
from models.domains import (
    CODE_ATTEMPTS,
    CODE_LIFETIME,
    CODE_PAUSE,
    OrganizationDomain,
    VerificationStatus,
    get_affiliation_status,
)
from models.errors.collector import ErrorCollector
from models.errors.input import (
    AlreadyVerified,
    CodeIncorrect,
    DomainMismatch,
    InputError,
    ValueInvalid,
    VerificationExpired,
    VerificationFailed,
    VerificationMissing,
)
from models.errors.request import RateLimited
from models.events import EventType
from models.organizations import Organization
from models.users import User, get_domain, get_proven_domain
from models.validation.addresses import normalize_address
from resolvers.domains.claims import Strength, claim_name, ensure_claimable
from resolvers.domains.mail import queue_code
from resolvers.domains.proofs import is_code
from resolvers.domains.rows import load_domain, load_domains_settings
from resolvers.events.domain_payloads import record_domain
from resolvers.foundation.transaction import Transaction


def already_verified() -> AlreadyVerified:
    return AlreadyVerified("The domain is already verified.", at="domain_id")


async def prepare_affiliation(
    tx: Transaction, *, organization_id: str, domain_id: str, email_address: str
) -> OrganizationDomain:
    """Sends a code to an address at the domain.

    A caller whose own verified address is at the domain needs none.
    """
    organization = await tx.lock_organization(organization_id)
    await load_domains_settings(tx)
    domain = await load_domain(tx, organization_id, domain_id)
    if domain.verified:
        raise already_verified()
    key = _check_address(domain, email_address)
    own_address = await _load_own_address(tx, domain)
    changes = None
    if own_address is None:
        await _send_code(tx, organization, domain, email_address, key)
    else:
        await claim_name(tx, domain, Strength.AFFILIATION)
        _set_verified(tx, domain, own_address)
        changes = {"verified": False}
    domain.updated_at = tx.now
    record_domain(tx, EventType.DOMAIN_UPDATED, domain, organization, changes=changes)
    return domain


def _check_address(domain: OrganizationDomain, email_address: str) -> str:
    errors, key = ErrorCollector(), ""
    with errors.at("affiliation_email_address"):
        key = normalize_address(email_address)
        if get_domain(key) != domain.name:
            raise DomainMismatch(f"The address must be at {domain.name} itself.")
    errors.raise_if_any()
    return key


async def _load_own_address(tx: Transaction, domain: OrganizationDomain) -> str | None:
    """Loads the caller's address if it is verified and at the domain."""
    if tx.actor.user_id is None:
        return None
    user = (await tx.session.execute(_select_user(tx.actor.user_id))).scalar_one_or_none()
    is_at_domain = user is not None and get_proven_domain(user) == domain.name
    return user.email_address if user and is_at_domain else None


@prepared_statement
def _select_user(user_id: str) -> SelectOfScalar[User]:
    return select(User).where(col(User.id) == user_id)


async def _send_code(
    tx: Transaction,
    organization: Organization,
    domain: OrganizationDomain,
    email_address: str,
    key: str,
) -> None:
    await ensure_claimable(tx, domain)
    if not tx.server.can_mail:
        raise ValueInvalid(
            "This server can't send email. Set TENANTRY_SMTP_URL, or prove the ownership of the"
            " domain with a DNS record.",
            at="affiliation_email_address",
        )
    free_at = domain.affiliation_sent_at and domain.affiliation_sent_at + CODE_PAUSE
    if free_at and tx.now < free_at:
        raise RateLimited(
            "A code was sent a moment ago. Wait before you request another one.",
            reason="verification_code_too_many_requests",
            retryAfter=ceil((free_at - tx.now).total_seconds()),
        )
    nonce = secrets.token_urlsafe(32)
    await queue_code(tx, domain, organization, key, nonce)
    domain.affiliation_email_address = email_address
    domain.affiliation_nonce, domain.affiliation_attempts = nonce, 0
    domain.affiliation_sent_at, domain.affiliation_expires_at = tx.now, tx.now + CODE_LIFETIME


def _set_verified(tx: Transaction, domain: OrganizationDomain, email_address: str) -> None:
    domain.affiliation_email_address = email_address
    domain.affiliation_nonce = domain.affiliation_expires_at = None
    domain.affiliation_verified_at = domain.updated_at = tx.now


async def attempt_affiliation(
    tx: Transaction, *, organization_id: str, domain_id: str, code: str
) -> InputError | OrganizationDomain:
    """Verifies the domain with the code of the email.

    A wrong code is returned, not raised: the attempt counts, so it must be committed.
    """
    organization = await tx.lock_organization(organization_id)
    await load_domains_settings(tx)
    domain = await load_domain(tx, organization_id, domain_id)
    _ensure_code_is_open(tx, domain)
    domain.affiliation_attempts += 1
    if not await is_code(tx.session, tx.server.ticket_keys, domain, code.strip()):
        left = CODE_ATTEMPTS - domain.affiliation_attempts
        return CodeIncorrect(
            f"The code is wrong. Attempts left: {left}.", at="code", attempts_left=left
        )
    await claim_name(tx, domain, Strength.AFFILIATION)
    _set_verified(tx, domain, domain.affiliation_email_address or "")
    changes = {"verified": False}
    record_domain(tx, EventType.DOMAIN_UPDATED, domain, organization, changes=changes)
    return domain


def _ensure_code_is_open(tx: Transaction, domain: OrganizationDomain) -> None:
    if domain.verified:
        raise already_verified()
    if domain.affiliation_nonce is None:
        raise VerificationMissing("No code was sent. Request one first.", at="domain_id")
    match get_affiliation_status(domain, tx.now):
        case VerificationStatus.FAILED:
            raise VerificationFailed(
                f"The code was entered wrongly {CODE_ATTEMPTS} times. Request a new one.", at="code"
            )
        case VerificationStatus.EXPIRED:
            raise VerificationExpired("The code has expired. Request a new one.", at="code")
        case _:
            pass
