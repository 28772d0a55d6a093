"""Domains: the lists of organizations and of the instance, and what each has created."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select

from models.database.statements import AnySelect, StatementValues, prepared_statement
from models.database.store import Readable
from models.domains import OrganizationDomain
from models.invitations import PENDING, Invitation
from models.membership_requests import OrganizationSuggestion, SuggestionStatus
from resolvers.lists.cursors import text_sort_key
from resolvers.lists.specs import ListSpec, Search, SortKey

SEARCH = Search(col(OrganizationDomain.name), col(OrganizationDomain.id))
SORT_KEYS = {"CREATED_AT": None, "NAME": SortKey(text_sort_key(col(OrganizationDomain.name)))}
DOMAINS_OF_ORGANIZATION = ListSpec(
    "domains", OrganizationDomain, col(OrganizationDomain.organization_id), SORT_KEYS
)
ALL_DOMAINS = ListSpec("all-domains", OrganizationDomain, sort_keys=SORT_KEYS, search=SEARCH)


@dataclass(frozen=True, slots=True)
class DomainFilter(StatementValues):
    verified: bool | None = None
    mode: str | None = None
    other_mode: str | None = None
    names: tuple[str, ...] | None = None
    organization_id: str | None = None
    # Only domains of these organizations.
    within: tuple[str, ...] | None = None

    def conditions(self) -> Iterable[ColumnElement[bool]]:
        if self.verified is not None:
            yield col(OrganizationDomain.verified).is_(self.verified)
        if self.mode is not None:
            yield col(OrganizationDomain.enrollment_mode) == self.mode
        if self.other_mode is not None:
            yield col(OrganizationDomain.enrollment_mode) != self.other_mode
        if self.names is not None:
            yield col(OrganizationDomain.name).in_(self.names)
        if self.organization_id is not None:
            yield col(OrganizationDomain.organization_id) == self.organization_id
        if self.within is not None:
            yield col(OrganizationDomain.organization_id).in_(self.within)


@dataclass(frozen=True, slots=True)
class NamedDomain:
    """A domain by its organization and name, which invitations and suggestions refer to."""

    organization_id: str
    name: str
    # Not compared: the domains of a list are read together, although each reads the clock.
    now: datetime = field(compare=False)


async def count_pending_invitations(
    store: Readable, domains: Sequence[NamedDomain]
) -> Sequence[int]:
    """Counts the pending invitations that each domain created."""
    return await _count(
        store,
        domains,
        _count_invitations(_list_ids(domains), _list_names(domains), domains[0].now),
    )


async def count_pending_suggestions(
    store: Readable, domains: Sequence[NamedDomain]
) -> Sequence[int]:
    """Counts the pending suggestions that each domain created."""
    statement = _count_suggestions(_list_ids(domains), _list_names(domains))
    return await _count(store, domains, statement)


def _list_ids(domains: Sequence[NamedDomain]) -> list[str]:
    return list({domain.organization_id for domain in domains})


def _list_names(domains: Sequence[NamedDomain]) -> list[str]:
    return list({domain.name for domain in domains})


async def _count(
    store: Readable, domains: Sequence[NamedDomain], statement: AnySelect
) -> Sequence[int]:
    async with store.read() as connection:
        rows = (await connection.execute(statement)).all()
    counts = {(row[0], row[1]): row[2] for row in rows}
    return [counts.get((domain.organization_id, domain.name), 0) for domain in domains]


@prepared_statement
def _count_invitations(
    organization_ids: Sequence[str], names: Sequence[str], now: datetime
) -> AnySelect:
    organization_id, domain = col(Invitation.organization_id), col(Invitation.domain)
    counted: AnySelect = select(organization_id, domain, func.count()).where(
        organization_id.in_(organization_ids),
        domain.in_(names),
        # The condition of the index.
        domain.is_not(None),
        col(Invitation.status) == PENDING,
        col(Invitation.expires_at) > now,
    )
    return counted.group_by(organization_id, domain)


@prepared_statement
def _count_suggestions(organization_ids: Sequence[str], names: Sequence[str]) -> AnySelect:
    organization_id, domain = (
        col(OrganizationSuggestion.organization_id),
        col(OrganizationSuggestion.domain),
    )
    counted: AnySelect = select(organization_id, domain, func.count()).where(
        organization_id.in_(organization_ids),
        domain.in_(names),
        col(OrganizationSuggestion.status) == SuggestionStatus.PENDING.value,
    )
    return counted.group_by(organization_id, domain)
