"""API keys of organizations, and the permissions to read and manage them."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from ulid import ULID

revision = "0021"
down_revision = "0020"

TIME = sa.DateTime(timezone=True)
PERMISSIONS = {
    "org:sys_api_keys:read": ("Read API keys", "See the organization's API keys."),
    "org:sys_api_keys:manage": ("Manage API keys", "Create, change, and revoke API keys."),
}


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("organization_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("visible", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("claims", sa.JSON(), nullable=False),
        sa.Column("created_by_id", sa.String(), nullable=True),
        sa.Column("expires_at", TIME, nullable=True),
        sa.Column("last_used_at", TIME, nullable=True),
        sa.Column("revoked_at", TIME, nullable=True),
        sa.Column("revocation_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_api_key_organization_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["user.id"],
            name=op.f("fk_api_key_created_by_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("visible", name=op.f("uq_api_key_visible")),
    )
    op.create_index("ix_api_key_organization_id_id", "api_key", ["organization_id", "id"])
    op.create_index("ix_api_key_created_by_id", "api_key", ["created_by_id"])
    op.create_table(
        "api_key_permission",
        sa.Column("api_key_id", sa.String(), nullable=False),
        sa.Column("permission_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["api_key_id"],
            ["api_key.id"],
            name=op.f("fk_api_key_permission_api_key_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["permission_id"],
            ["permission.id"],
            name=op.f("fk_api_key_permission_permission_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("api_key_id", "permission_id", name=op.f("pk_api_key_permission")),
    )
    op.create_index("ix_api_key_permission_permission_id", "api_key_permission", ["permission_id"])
    op.add_column("invitation", sa.Column("api_key_id", sa.String(), nullable=True))
    _add_permissions()


def _add_permissions() -> None:
    """Adds the permissions, and gives them to the roles that hold all others of the system.

    So `org:admin` still holds everything, and whoever has it can still grant it.
    """
    connection = op.get_bind()
    permission, held = (
        sa.Table(name, sa.MetaData(), autoload_with=connection)
        for name in ("permission", "role_permission")
    )
    is_system = permission.c.key.like("org:sys\\_%", escape="\\")
    system_ids = connection.scalars(sa.select(permission.c.id).where(is_system)).all()
    full_roles = (
        sa.select(held.c.role_id)
        .where(held.c.permission_id.in_(system_ids))
        .group_by(held.c.role_id)
        .having(sa.func.count() == len(system_ids))
    )
    role_ids = connection.scalars(full_roles).all()
    moment = datetime.now(UTC).replace(microsecond=0)
    rows = [
        {
            "id": f"perm_{str(ULID()).lower()}",
            "created_at": moment,
            "updated_at": moment,
            "key": key,
            "name": name,
            "description": description,
        }
        for key, (name, description) in PERMISSIONS.items()
    ]
    op.bulk_insert(permission, rows)
    op.bulk_insert(
        held,
        [{"role_id": role, "permission_id": row["id"]} for role in role_ids for row in rows],
    )


def downgrade() -> None:
    op.drop_column("invitation", "api_key_id")
    op.drop_table("api_key_permission")
    op.drop_table("api_key")
    keys = ", ".join(f"'{key}'" for key in PERMISSIONS)
    ids = f"SELECT id FROM permission WHERE key IN ({keys})"
    op.execute(f"DELETE FROM role_permission WHERE permission_id IN ({ids})")
    op.execute(f"DELETE FROM permission WHERE key IN ({keys})")
