"""The last-manager rule for changes of roles, which can affect many organizations (rule 8)."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from sqlmodel import col, select

from models.errors.input import MinimumPermissionsNeeded
from models.memberships import Membership
from models.organizations import Organization
from resolvers.foundation.transaction import Transaction
from resolvers.roles import select_manager_role_ids

# How many of the organizations without a manager an error names.
NAMED = 10


async def load_managed(tx: Transaction, among: Any) -> set[str]:
    """Loads which of the organizations have a member who can manage them."""
    statement = select(Membership.organization_id).where(
        col(Membership.organization_id).in_(among),
        col(Membership.role_id).in_(select_manager_role_ids()),
    )
    return set((await tx.session.execute(statement.distinct())).scalars())


@asynccontextmanager
async def keep_managers(tx: Transaction, among: Any, *, at: str) -> AsyncGenerator[None]:
    """Raises MinimumPermissionsNeeded if an organization loses its last manager in the block.

    `among` selects the ids of the organizations that the change can affect, before and after it.
    """
    before = await load_managed(tx, among)
    yield
    unmanaged = before - await load_managed(tx, among)
    if unmanaged:
        first = select(Organization.id, Organization.name).where(
            col(Organization.id).in_(sorted(unmanaged)[:NAMED])
        )
        rows = (await tx.session.execute(first.order_by(col(Organization.id)))).all()
        names = ", ".join(row.name for row in rows)
        more = f" and {len(unmanaged) - len(rows)} more" if len(unmanaged) > len(rows) else ""
        raise MinimumPermissionsNeeded(
            f"These organizations would lose their last member who can manage them: {names}{more}.",
            at=at,
            organizations=[{"id": row.id, "name": row.name} for row in rows],
            count=len(unmanaged),
        )
