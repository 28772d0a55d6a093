"""what browsers need."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

COLUMNS = ("name", "logo_url", "home_url", "sign_in_url", "sign_up_url")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("instance", sa.Column(name, sa.String(), nullable=True))


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("instance", name)
