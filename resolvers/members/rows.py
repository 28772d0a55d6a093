"""Loads a member, with the user and the role."""

from sqlalchemy import Select
from sqlmodel import col, select

from models.database.statements import prepared_statement
from models.errors.input import ResourceNotFound
from models.memberships import Membership
from models.roles import Role
from models.users import User
from resolvers.authority.access import select_permission_keys
from resolvers.authority.plan_gate import parse_keys
from resolvers.foundation.transaction import Transaction
from resolvers.roles import RoleWithPermissions


async def load_member(
    tx: Transaction, organization_id: str, user_id: str
) -> tuple[Membership, User, RoleWithPermissions]:
    """Loads by both IDs, so that a member of another organization is not found."""
    row = (await tx.session.execute(_select_member(organization_id, user_id))).one_or_none()
    if row is None:
        raise ResourceNotFound("The user is not a member of this organization.", at="user_id")
    membership, user, role, keys = row
    return membership, user, RoleWithPermissions(role, parse_keys(keys))


@prepared_statement
def _select_member(organization_id: str, user_id: str) -> Select[Membership, User, Role, str]:
    return (
        select(Membership, User, Role, select_permission_keys(col(Role.id)))
        .join(User, col(User.id) == col(Membership.user_id))
        .join(Role, col(Role.id) == col(Membership.role_id))
        .where(
            col(Membership.organization_id) == organization_id, col(Membership.user_id) == user_id
        )
    )
