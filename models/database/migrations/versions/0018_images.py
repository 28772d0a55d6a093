"""uploaded logos, and an index for invitations that are sorted by when they expire."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "image",
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_image")),
    )
    op.create_index("ix_image_name", "image", ["name"])
    op.create_index("ix_image_used_at", "image", ["used_at"])
    op.create_index(
        "ix_organization_image_url",
        "organization",
        ["image_url"],
        sqlite_where=sa.text("image_url IS NOT NULL"),
        postgresql_where=sa.text("image_url IS NOT NULL"),
    )
    op.create_index(
        "ix_invitation_organization_id_expires_at_id",
        "invitation",
        ["organization_id", "expires_at", "id"],
    )


def downgrade() -> None:
    op.drop_index("ix_invitation_organization_id_expires_at_id", table_name="invitation")
    op.drop_index("ix_organization_image_url", table_name="organization")
    op.drop_table("image")
