"""what Stripe has reported."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

IS_PENDING = sa.text("status = 'pending'")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "stripe_event",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_event")),
    )
    op.create_index("ix_stripe_event_received_at", "stripe_event", ["received_at"])
    op.create_table(
        "stripe_customer",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organization_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_stripe_customer_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_customer")),
    )
    op.create_index("ix_stripe_customer_organization_id", "stripe_customer", ["organization_id"])
    op.create_table(
        "stripe_subscription",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", TIME, nullable=True),
        sa.Column("claimed_until", TIME, nullable=True),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=True),
        sa.Column("state", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("read_at", TIME, nullable=True),
        sa.Column("stated_at", sa.BigInteger(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_subscription")),
    )
    op.create_index(
        "ix_stripe_subscription_due",
        "stripe_subscription",
        ["next_attempt_at"],
        sqlite_where=IS_PENDING,
        postgresql_where=IS_PENDING,
    )
    op.create_index("ix_stripe_subscription_customer_id", "stripe_subscription", ["customer_id"])
    op.create_index("ix_stripe_subscription_problem", "stripe_subscription", ["problem"])


def downgrade() -> None:
    for name in ("stripe_subscription", "stripe_customer", "stripe_event"):
        op.drop_table(name)
