"""what browsers need."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

OF_INSTANCE = ("name", "logo_url", "home_url", "sign_in_url", "sign_up_url")
HAS_ADDRESS = sa.text("address_key IS NOT NULL")


def upgrade() -> None:
    for name in OF_INSTANCE:
        op.add_column("instance", sa.Column(name, sa.String(), nullable=True))
    op.add_column("event", sa.Column("address_key", sa.String(), nullable=True))
    op.create_index(
        "ix_event_address_key_cursor",
        "event",
        ["address_key", "cursor"],
        sqlite_where=HAS_ADDRESS,
        postgresql_where=HAS_ADDRESS,
    )


def downgrade() -> None:
    op.drop_index("ix_event_address_key_cursor", "event")
    op.drop_column("event", "address_key")
    for name in OF_INSTANCE:
        op.drop_column("instance", name)
