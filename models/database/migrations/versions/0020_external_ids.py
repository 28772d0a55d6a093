"""IDs that organizations have in other systems."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("organization", sa.Column("external_id", sa.String(), nullable=True))
    op.create_index("ix_organization_external_id", "organization", ["external_id"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_organization_external_id", table_name="organization")
    op.drop_column("organization", "external_id")
