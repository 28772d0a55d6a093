"""The instance, system permissions, first two roles and primary role set (rules 23 and 24)."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from ulid import ULID

revision = "0002"
down_revision = "0001"

PERMISSIONS = {
    "org:sys_profile:manage": (
        "Manage organization",
        "Edit the organization's name, slug and logo.",
    ),
    "org:sys_profile:delete": ("Delete organization", "Delete the organization."),
    "org:sys_memberships:read": ("Read members", "See the members of the organization."),
    "org:sys_memberships:manage": (
        "Manage members",
        "Invite and remove members and change their roles.",
    ),
    "org:sys_domains:read": ("Read domains", "See the organization's domains."),
    "org:sys_domains:manage": ("Manage domains", "Add, verify, configure and remove domains."),
    "org:sys_billing:read": ("Read billing", "See the organization's plan and statements."),
    "org:sys_billing:manage": (
        "Manage billing",
        "Change the organization's plan and payment methods.",
    ),
    "org:sys_entconns:manage": (
        "Manage enterprise connections",
        "Configure the organization's enterprise connections.",
    ),
}
ROLES = {
    "org:admin": ("Admin", "Manages the organization and its members.", list(PERMISSIONS)),
    "org:member": (
        "Member",
        "Sees the members and the plan.",
        ["org:sys_memberships:read", "org:sys_billing:read"],
    ),
}


def _row(prefix: str, **values: Any) -> dict[str, Any]:
    moment = datetime.now(UTC).replace(microsecond=0)
    return {
        "id": f"{prefix}_{str(ULID()).lower()}",
        "created_at": moment,
        "updated_at": moment,
        **values,
    }


def _insert(name: str, rows: list[dict[str, Any]]) -> None:
    table = sa.Table(name, sa.MetaData(), autoload_with=op.get_bind())
    op.bulk_insert(table, rows)


def upgrade() -> None:
    permissions = {
        key: _row("perm", key=key, name=name, description=text)
        for key, (name, text) in PERMISSIONS.items()
    }
    roles = {
        key: _row("role", key=key, name=name, description=text)
        for key, (name, text, _) in ROLES.items()
    }
    held = [
        (roles[key]["id"], permissions[one]["id"])
        for key, (_, _, keys) in ROLES.items()
        for one in keys
    ]
    primary = _row(
        "rset",
        key="role_set:primary",
        name="Primary role set",
        description="What new organizations get.",
        is_initial=True,
        default_role_id=roles["org:member"]["id"],
        creator_role_id=roles["org:admin"]["id"],
    )
    _insert("permission", list(permissions.values()))
    _insert("role", list(roles.values()))
    _insert(
        "role_permission",
        [{"role_id": role, "permission_id": permission} for role, permission in held],
    )
    _insert("role_set", [primary])
    _insert(
        "role_set_role",
        [{"role_set_id": primary["id"], "role_id": role["id"]} for role in roles.values()],
    )
    _insert("instance", [INSTANCE])


INSTANCE: dict[str, Any] = {
    "id": 1,
    "environment": None,
    "organizations_enabled": True,
    "membership_mode": "required",
    "slugs_enabled": True,
    "max_allowed_memberships": 0,
    "create_organization_enabled": True,
    "create_organizations_limit": 100,
    "admin_delete_enabled": True,
    "invitation_expires_in_days": 30,
    "invitation_url": None,
    "allowed_redirect_origins": [],
}
