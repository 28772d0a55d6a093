"""replays during an attempt, the inviter of an email, the start of the log, rare event types."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column(
        "webhook_delivery",
        sa.Column("is_replay_due", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("mail", sa.Column("inviter_id", sa.String(), nullable=True))
    op.create_index("ix_mail_inviter_id_created_at", "mail", ["inviter_id", "created_at"])
    op.add_column(
        "instance",
        sa.Column("forgotten_cursor", sa.BigInteger(), nullable=False, server_default="0"),
    )
    # Before, the log was taken to begin with its oldest event.
    op.execute(
        "UPDATE instance SET forgotten_cursor = (SELECT coalesce(min(cursor) - 1, 0) FROM event)"
    )
    op.create_index(
        "ix_event_organization_id_type_cursor", "event", ["organization_id", "type", "cursor"]
    )


def downgrade() -> None:
    op.drop_index("ix_event_organization_id_type_cursor", table_name="event")
    op.drop_column("instance", "forgotten_cursor")
    op.drop_index("ix_mail_inviter_id_created_at", table_name="mail")
    op.drop_column("mail", "inviter_id")
    op.drop_column("webhook_delivery", "is_replay_due")
