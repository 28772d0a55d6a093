"""usernames."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("user", sa.Column("username", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("user", "username")
