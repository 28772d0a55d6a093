"""secret keys with scopes, organizations, and an expiry, and when they were last used."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("secret_key", sa.Column("expires_at", TIME))
    op.add_column("secret_key", sa.Column("scopes", sa.JSON()))
    op.add_column("secret_key", sa.Column("organization_ids", sa.JSON()))
    op.add_column("secret_key", sa.Column("last_used_at", TIME))
    op.add_column(
        "secret_key", sa.Column("scope_uses", sa.JSON(), nullable=False, server_default="{}")
    )


def downgrade() -> None:
    for name in ("scope_uses", "last_used_at", "organization_ids", "scopes", "expires_at"):
        op.drop_column("secret_key", name)
