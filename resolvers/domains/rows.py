"""Loads domains, and the settings that apply to them."""

from sqlalchemy import Select, func
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import prepared_statement
from models.domains import OrganizationDomain
from models.errors.input import ResourceNotFound
from models.errors.request import Forbidden
from models.instance import Instance
from resolvers.foundation.transaction import Transaction


async def load_domains_settings(tx: Transaction) -> Instance:
    """Loads the settings; raises Forbidden while domains are disabled (rule 36)."""
    instance = await tx.load_instance()
    if not instance.domains_enabled:
        raise Forbidden(
            "Domains are disabled in this instance.", reason="organization_domains_not_enabled"
        )
    return instance


async def load_domain(tx: Transaction, organization_id: str, domain_id: str) -> OrganizationDomain:
    """Loads by both IDs, so that a domain of another organization is not found."""
    statement = _select_domain(organization_id, domain_id)
    domain = (await tx.session.execute(statement)).scalar_one_or_none()
    if domain is None:
        raise ResourceNotFound("The domain doesn't exist in this organization.", at="domain_id")
    return domain


@prepared_statement
def _select_domain(organization_id: str, domain_id: str) -> SelectOfScalar[OrganizationDomain]:
    return select(OrganizationDomain).where(
        col(OrganizationDomain.id) == domain_id,
        col(OrganizationDomain.organization_id) == organization_id,
    )


@prepared_statement
def select_number_and_same(organization_id: str, name: str) -> Select[int, int]:
    """Selects how many domains the organization has, and how many of them have the name."""
    is_same = col(OrganizationDomain.name) == name
    return select(func.count(), func.count().filter(is_same)).where(
        col(OrganizationDomain.organization_id) == organization_id
    )
