"""Imports domains, which are unverified unless the source is trusted (rules 31, 32, 36, and 79)."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.base import new_id
from models.database.statements import AnySelect, prepared_statement
from models.domains import ClaimKind, DomainClaim, OrganizationDomain, VerificationStrategy
from models.errors.collector import ErrorCollector
from models.errors.input import DomainAlreadyExists, DomainQuotaExceeded, InputError
from models.errors.request import Forbidden
from models.events import EventType
from models.instance import EnrollmentMode, Instance
from models.organizations import Organization
from models.validation.domains import normalize_domain
from resolvers.domains.manage import check_mode
from resolvers.domains.rows import load_domains_settings
from resolvers.events.domain_payloads import record_domain
from resolvers.importing.batch import Batch, load_organizations, organization_unknown
from resolvers.importing.records import DomainRecord
from resolvers.importing.report import Outcome


@dataclass(frozen=True, slots=True)
class _Known:
    instance: Instance
    organizations: Mapping[str, Organization]
    # Pairs of an organization's ID and a name.
    names: set[tuple[str, str]]
    # How many domains each organization has.
    numbers: Counter[str]
    # The names that are claimed.
    claimed: set[str]


async def import_domains(batch: Batch, records: Sequence[DomainRecord]) -> None:
    try:
        instance = await load_domains_settings(batch.tx)
    except Forbidden as error:
        batch.refuse_all(records, error)
        return
    named = [(record, name) for record in records if (name := _normalize(batch, record))]
    known = await _load_known(batch, instance, named)
    for record, name in named:
        organization = known.organizations.get(record.organization)
        if organization is None:
            batch.refuse(record, [organization_unknown(record.organization)])
        elif (organization.id, name) in known.names:
            batch.count(Outcome.UNCHANGED)
        else:
            _create(batch, known, organization, record, name)


def _normalize(batch: Batch, record: DomainRecord) -> str | None:
    """Normalizes the name; refuses the record and returns None if nobody can own it."""
    try:
        return normalize_domain(record.name, allows_reserved=batch.tx.server.is_development)
    except InputError as error:
        batch.refuse(record, [error])
        return None


async def _load_known(
    batch: Batch, instance: Instance, named: Sequence[tuple[DomainRecord, str]]
) -> _Known:
    tx = batch.tx
    organizations = await load_organizations(tx, {record.organization for record, _ in named})
    ids = {one.id for one in organizations.values()}
    if not ids:
        return _Known(instance, organizations, set(), Counter(), set())
    pairs = {(id, name) for id, name in await tx.session.execute(_select_names(ids))}
    claimed = await tx.session.execute(_select_claimed({name for _, name in named}))
    numbers = Counter(id for id, _ in pairs)
    return _Known(instance, organizations, pairs, numbers, set(claimed.scalars()))


@prepared_statement
def _select_names(organization_ids: Collection[str]) -> AnySelect:
    return select(OrganizationDomain.organization_id, OrganizationDomain.name).where(
        col(OrganizationDomain.organization_id).in_(organization_ids)
    )


@prepared_statement
def _select_claimed(names: Collection[str]) -> SelectOfScalar[str]:
    return select(DomainClaim.name).where(col(DomainClaim.name).in_(names))


def _create(
    batch: Batch, known: _Known, organization: Organization, record: DomainRecord, name: str
) -> None:
    """Creates a domain, which enrolls nobody who is here already: the source has done that."""
    tx, errors = batch.tx, ErrorCollector()
    at, is_verified = batch.to_time(record.created_at), record.verified
    is_verified = is_verified and batch.options.trusts_verified
    domain = OrganizationDomain(
        id=new_id(OrganizationDomain.prefix, at),
        created_at=at,
        updated_at=tx.now,
        organization_id=organization.id,
        name=name,
        verified=is_verified,
        ownership_strategy=VerificationStrategy.MANUAL_OVERRIDE.value if is_verified else None,
        ownership_verified_at=tx.now if is_verified else None,
    )
    with errors.at("name"):
        limit = known.instance.domains_per_organization
        if limit and known.numbers[organization.id] >= limit:
            raise DomainQuotaExceeded(f"An organization can have at most {limit} domains.")
        if is_verified and name in known.claimed:
            raise DomainAlreadyExists(f"Another organization has verified {name}.")
    if errors.errors:
        batch.refuse(record, errors.errors)
        return
    mode = _choose_mode(record, is_verified=is_verified)
    try:
        check_mode(known.instance, domain, mode)
    except Forbidden as error:
        batch.refuse_all([record], error)
        return
    domain.enrollment_mode = mode.value
    tx.session.add(domain)
    if is_verified:
        known.claimed.add(name)
        tx.session.add(_make_claim(domain))
    known.names.add((organization.id, name))
    known.numbers[organization.id] += 1
    record_domain(tx, EventType.DOMAIN_CREATED, domain, organization)
    batch.count(Outcome.CREATED)


def _choose_mode(record: DomainRecord, *, is_verified: bool) -> EnrollmentMode:
    """Returns the mode; an unverified domain has none, and a connection sets its own."""
    has_own = is_verified and record.mode is not EnrollmentMode.ENTERPRISE_SSO
    return record.mode if has_own else EnrollmentMode.MANUAL_INVITATION


def _make_claim(domain: OrganizationDomain) -> DomainClaim:
    return DomainClaim(
        name=domain.name,
        kind=ClaimKind.DOMAIN.value,
        holder=domain.id,
        organization_id=domain.organization_id,
    )
