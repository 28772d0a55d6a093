"""The last-manager rule for changes of the role model,
which touch many organizations at once (rule 8).
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from sqlmodel import col, select

from models.errors import MinimumPermissionsNeeded
from models.memberships import Membership
from models.organizations import Organization
from resolvers.roles import select_manager_role_ids
from resolvers.transaction import Transaction

# How many of the organizations that would be left alone are named.
NAMED = 10


async def _load_managed(tx: Transaction, among: Any) -> set[str]:
    """Which of the organizations have somebody who can manage them."""
    statement = select(Membership.organization_id).where(
        col(Membership.organization_id).in_(among),
        col(Membership.role_id).in_(select_manager_role_ids()),
    )
    return set((await tx.session.execute(statement.distinct())).scalars())


@asynccontextmanager
async def keep_managers(tx: Transaction, among: Any, *, at: str) -> AsyncGenerator[None]:
    """Raises MinimumPermissionsNeeded when what is done
    meanwhile takes an organization from a manager to none.

    `among` selects the ids of the organizations that the change can touch, before it as after.
    """
    before = await _load_managed(tx, among)
    yield
    alone = before - await _load_managed(tx, among)
    if alone:
        raise await _unmanaged_error(tx, alone, at)


async def _unmanaged_error(tx: Transaction, ids: set[str], at: str) -> MinimumPermissionsNeeded:
    first = select(Organization.id, Organization.name).where(
        col(Organization.id).in_(sorted(ids)[:NAMED])
    )
    rows = (await tx.session.execute(first.order_by(col(Organization.id)))).all()
    named = ", ".join(row.name for row in rows)
    more = f" and {len(ids) - len(rows)} more" if len(ids) > len(rows) else ""
    return MinimumPermissionsNeeded(
        f"Nobody could manage these organizations any more: {named}{more}.",
        at=at,
        organizations=[{"id": row.id, "name": row.name} for row in rows],
        count=len(ids),
    )
