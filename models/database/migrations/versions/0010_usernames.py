"""usernames."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("user", sa.Column("username", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("user", "username")
