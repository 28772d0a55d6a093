"""Keeps the last member who can manage the organization (rule 8)."""

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.database.statements import prepared_statement
from models.errors.input import MinimumPermissionsNeeded
from models.memberships import Membership
from models.roles import can_manage
from resolvers.foundation.transaction import Transaction
from resolvers.roles import RoleWithPermissions, select_manager_role_ids


async def ensure_other_manager(
    tx: Transaction, membership: Membership, role: RoleWithPermissions
) -> None:
    """Ensures that the organization keeps a manager without this one (rule 8).

    Mostly, another manager calls, as was read under the lock of the organization.
    """
    if not can_manage(role.permissions) or _is_managed_by_caller(tx, membership):
        return
    other = _select_other_manager(membership.organization_id, membership.id)
    if (await tx.session.execute(other)).first() is None:
        raise MinimumPermissionsNeeded(
            "The organization needs at least one member who can manage it. Promote another member"
            " first.",
            at="user_id",
        )


def _is_managed_by_caller(tx: Transaction, membership: Membership) -> bool:
    """Whether the caller has another membership in the organization, and can manage it."""
    _, grant = tx.locked_organizations[membership.organization_id]
    return (
        grant is not None
        and grant.membership_id not in (None, membership.id)
        and can_manage(grant.role_permissions)
    )


@prepared_statement
def _select_other_manager(organization_id: str, membership_id: str) -> SelectOfScalar[str]:
    others = select(Membership.id).where(
        col(Membership.organization_id) == organization_id,
        col(Membership.id) != membership_id,
        col(Membership.role_id).in_(select_manager_role_ids()),
    )
    # In the order of an index, or else PostgreSQL reads the members until one of them is a manager.
    return others.order_by(col(Membership.role_id), col(Membership.id)).limit(1)
