"""Loads a member, with the user and the role."""

from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from models.database.statements import AnySelect, prepared_statement
from models.errors.input import ResourceNotFound
from models.memberships import Membership
from models.organizations import Organization
from models.roles import Role, RoleSetRole
from models.users import User
from resolvers.authority.access import select_permission_keys
from resolvers.authority.plan_gate import parse_keys
from resolvers.foundation.transaction import Transaction
from resolvers.roles import RoleWithPermissions, keep_permissions, load_roles_of_set


async def load_member(
    tx: Transaction, organization_id: str, user_id: str
) -> tuple[Membership, User, RoleWithPermissions]:
    """Loads by both IDs, so that a member of another organization is not found."""
    row = (await tx.session.execute(_select_member(organization_id, user_id))).one_or_none()
    if row is None:
        raise _not_a_member()
    membership, user, role, keys = row
    return membership, user, RoleWithPermissions(role, parse_keys(keys))


async def load_member_and_new_role(
    tx: Transaction, organization: Organization, user_id: str, role_key: str
) -> tuple[Membership, User, RoleWithPermissions, RoleWithPermissions]:
    """Loads a member, and the role with this key if the organization's role set contains it."""
    statement = _select_member_and_new_role(
        organization.id, user_id, organization.role_set_id, role_key
    )
    row = (await tx.session.execute(statement)).one_or_none()
    if row is None:
        raise _not_a_member()
    membership, user, role, keys, new_role, new_keys = row
    if new_role is None:
        # Raises an error that names the most similar keys.
        new = (await load_roles_of_set(tx, organization.role_set_id)).find(role_key)
    else:
        new = RoleWithPermissions(new_role, parse_keys(new_keys))
        keep_permissions(tx, [new])
    return membership, user, RoleWithPermissions(role, parse_keys(keys)), new


def _not_a_member() -> ResourceNotFound:
    return ResourceNotFound("The user is not a member of this organization.", at="user_id")


def _join_member(organization_id: str, user_id: str) -> Select[Membership, User, Role, str]:
    return (
        select(Membership, User, Role, select_permission_keys(col(Role.id)))
        .join(User, col(User.id) == col(Membership.user_id))
        .join(Role, col(Role.id) == col(Membership.role_id))
        .where(
            col(Membership.organization_id) == organization_id, col(Membership.user_id) == user_id
        )
    )


_select_member = prepared_statement(_join_member)


@prepared_statement
def _select_member_and_new_role(
    organization_id: str, user_id: str, role_set_id: str, role_key: str
) -> AnySelect:
    new_role: Any = aliased(Role)
    offered = select(RoleSetRole.role_id).where(col(RoleSetRole.role_set_id) == role_set_id)
    is_offered = (new_role.key == role_key) & new_role.id.in_(offered)
    member: AnySelect = _join_member(organization_id, user_id)
    return member.outerjoin(new_role, is_offered).add_columns(
        new_role, select_permission_keys(new_role.id)
    )
