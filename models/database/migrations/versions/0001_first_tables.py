"""first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column(
            "cursor",
            sa.Integer().with_variant(sa.BIGINT(), "postgresql"),
            sa.Identity(always=False, cache=1),
            nullable=False,
        ),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organization_id", sa.String(), nullable=True),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=True),
        sa.Column("actor_type", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("private_metadata", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("changes", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("cursor", name=op.f("pk_event")),
        sa.UniqueConstraint("id", name=op.f("uq_event_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_event_organization_id_cursor", "event", ["organization_id", "cursor"], unique=False
    )

    op.create_table(
        "instance",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("environment", sa.String(), nullable=True),
        sa.Column("organizations_enabled", sa.Boolean(), nullable=False),
        sa.Column("membership_mode", sa.String(), nullable=False),
        sa.Column("slugs_enabled", sa.Boolean(), nullable=False),
        sa.Column("max_allowed_memberships", sa.Integer(), nullable=False),
        sa.Column("create_organization_enabled", sa.Boolean(), nullable=False),
        sa.Column("create_organizations_limit", sa.Integer(), nullable=False),
        sa.Column("admin_delete_enabled", sa.Boolean(), nullable=False),
        sa.Column("invitation_expires_in_days", sa.Integer(), nullable=False),
        sa.Column("invitation_url", sa.String(), nullable=True),
        sa.Column("allowed_redirect_origins", sa.JSON(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_instance_only_one_instance")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance")),
    )
    op.create_table(
        "permission",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permission")),
        sa.UniqueConstraint("key", name=op.f("uq_permission_key")),
    )
    op.create_table(
        "role",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("key", name=op.f("uq_role_key")),
    )
    op.create_table(
        "secret_key",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("visible", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_secret_key")),
        sa.UniqueConstraint("visible", name=op.f("uq_secret_key_visible")),
    )
    op.create_table(
        "user",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issuer", sa.String(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("identifier", sa.String(), nullable=False),
        sa.Column("email_address", sa.String(), nullable=True),
        sa.Column("address_key", sa.String(), nullable=True),
        sa.Column("email_verified", sa.Boolean(), nullable=False),
        sa.Column("first_name", sa.String(), nullable=True),
        sa.Column("last_name", sa.String(), nullable=True),
        sa.Column("image_url", sa.String(), nullable=True),
        sa.Column("public_metadata", sa.JSON(), nullable=False),
        sa.Column("private_metadata", sa.JSON(), nullable=False),
        sa.Column("create_organization_enabled", sa.Boolean(), nullable=True),
        sa.Column("create_organizations_limit", sa.Integer(), nullable=True),
        sa.Column("refreshed_at", sa.BigInteger(), nullable=False),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("issuer", "external_id", name=op.f("uq_user_issuer_external_id")),
    )
    op.create_index("ix_user_address_key", "user", ["address_key"], unique=False)

    op.create_table(
        "role_permission",
        sa.Column("role_id", sa.String(), nullable=False),
        sa.Column("permission_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["permission_id"],
            ["permission.id"],
            name=op.f("fk_role_permission_permission_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["role.id"], name=op.f("fk_role_permission_role_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("role_id", "permission_id", name=op.f("pk_role_permission")),
    )
    op.create_index(
        "ix_role_permission_permission_id", "role_permission", ["permission_id"], unique=False
    )

    op.create_table(
        "role_set",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("is_initial", sa.Boolean(), nullable=False),
        sa.Column("default_role_id", sa.String(), nullable=False),
        sa.Column("creator_role_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["creator_role_id"],
            ["role.id"],
            name=op.f("fk_role_set_creator_role_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["default_role_id"],
            ["role.id"],
            name=op.f("fk_role_set_default_role_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_set")),
        sa.UniqueConstraint("key", name=op.f("uq_role_set_key")),
    )
    op.create_index(
        "ix_role_set_initial",
        "role_set",
        ["is_initial"],
        unique=True,
        sqlite_where=sa.text("is_initial"),
        postgresql_where=sa.text("is_initial"),
    )

    op.create_table(
        "organization",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=True),
        sa.Column("image_url", sa.String(), nullable=True),
        sa.Column("public_metadata", sa.JSON(), nullable=False),
        sa.Column("private_metadata", sa.JSON(), nullable=False),
        sa.Column("max_allowed_memberships", sa.Integer(), nullable=False),
        sa.Column("admin_delete_enabled", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", sa.String(), nullable=True),
        sa.Column("role_set_id", sa.String(), nullable=False),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["user.id"],
            name=op.f("fk_organization_created_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["role_set_id"],
            ["role_set.id"],
            name=op.f("fk_organization_role_set_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
        sa.UniqueConstraint("slug", name=op.f("uq_organization_slug")),
    )
    op.create_index(
        "ix_organization_created_by_id", "organization", ["created_by_id"], unique=False
    )
    op.create_index("ix_organization_role_set_id", "organization", ["role_set_id"], unique=False)

    op.create_table(
        "role_set_role",
        sa.Column("role_set_id", sa.String(), nullable=False),
        sa.Column("role_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["role_id"], ["role.id"], name=op.f("fk_role_set_role_role_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["role_set_id"],
            ["role_set.id"],
            name=op.f("fk_role_set_role_role_set_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("role_set_id", "role_id", name=op.f("pk_role_set_role")),
    )
    op.create_index("ix_role_set_role_role_id", "role_set_role", ["role_id"], unique=False)

    op.create_table(
        "membership",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organization_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("role_id", sa.String(), nullable=False),
        sa.Column("public_metadata", sa.JSON(), nullable=False),
        sa.Column("private_metadata", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_membership_organization_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["role.id"], name=op.f("fk_membership_role_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_membership_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "organization_id", "user_id", name=op.f("uq_membership_organization_id_user_id")
        ),
    )
    op.create_index(
        "ix_membership_organization_id_id", "membership", ["organization_id", "id"], unique=False
    )
    op.create_index("ix_membership_role_id", "membership", ["role_id"], unique=False)
    op.create_index("ix_membership_user_id_id", "membership", ["user_id", "id"], unique=False)
