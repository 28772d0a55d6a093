"""The IDs that organizations have in other systems, each unique in the instance."""

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import prepared_statement
from models.errors.input import IdentifierExists
from models.organizations import Organization
from models.validation.text import check_external_id
from resolvers.foundation.transaction import Transaction


def external_id_taken() -> IdentifierExists:
    return IdentifierExists("Another organization already has this external ID.", at="external_id")


async def check_free_external_id(
    tx: Transaction, external_id: str, organization: Organization | None = None
) -> str:
    """Checks that no organization has the external ID, other than the given one."""
    check_external_id(external_id)
    owner_id = (await tx.session.execute(_select_owner(external_id))).scalar_one_or_none()
    if owner_id is not None and (organization is None or owner_id != organization.id):
        raise external_id_taken()
    return external_id


@prepared_statement
def _select_owner(external_id: str) -> SelectOfScalar[str]:
    return select(Organization.id).where(col(Organization.external_id) == external_id)
