"""features, plans and subscriptions; a feature for each custom permission."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from ulid import ULID

revision = "0015"
down_revision = "0014"

IS_DEFAULT = sa.text("is_default")
IS_LIVE = sa.text("status <> 'ended'")


def _record(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def _refer(table: str, other: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{other}_id")
    return sa.ForeignKeyConstraint([f"{other}_id"], [f"{other}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    op.add_column(
        "instance",
        sa.Column("billing_enabled", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("instance", sa.Column("billing_url", sa.String(), nullable=True))
    _record(
        "feature",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.UniqueConstraint("key", name=op.f("uq_feature_key")),
    )
    _create_plans()
    _create_subscriptions()
    _add_features()


def _create_plans() -> None:
    _record(
        "plan",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("payer_type", sa.String(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("publicly_visible", sa.Boolean(), nullable=False),
        sa.Column("seat_limit", sa.Integer(), nullable=True),
        sa.Column("plan_metadata", sa.JSON(), nullable=False),
        sa.Column("stripe_prices", sa.JSON(), nullable=False),
        sa.UniqueConstraint("key", name=op.f("uq_plan_key")),
    )
    op.create_index(
        "ix_plan_default",
        "plan",
        ["payer_type"],
        unique=True,
        sqlite_where=IS_DEFAULT,
        postgresql_where=IS_DEFAULT,
    )
    op.create_table(
        "plan_feature",
        sa.Column("plan_id", sa.String(), nullable=False),
        sa.Column("feature_id", sa.String(), nullable=False),
        _refer("plan_feature", "plan", "CASCADE"),
        _refer("plan_feature", "feature", "RESTRICT"),
        sa.PrimaryKeyConstraint("plan_id", "feature_id", name=op.f("pk_plan_feature")),
    )
    op.create_index("ix_plan_feature_feature_id", "plan_feature", ["feature_id"])


def _create_subscriptions() -> None:
    _record(
        "plan_subscription",
        sa.Column("organization_id", sa.String(), nullable=True),
        sa.Column("user_id", sa.String(), nullable=True),
        sa.Column("plan_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(organization_id IS NULL) <> (user_id IS NULL)",
            name=op.f("ck_plan_subscription_one_payer"),
        ),
        _refer("plan_subscription", "organization", "CASCADE"),
        _refer("plan_subscription", "user", "CASCADE"),
        _refer("plan_subscription", "plan", "RESTRICT"),
    )
    for payer in ("organization", "user"):
        op.create_index(
            f"ix_plan_subscription_live_{payer}",
            "plan_subscription",
            [f"{payer}_id"],
            unique=True,
            sqlite_where=IS_LIVE,
            postgresql_where=IS_LIVE,
        )
    for column in ("organization_id", "user_id", "plan_id"):
        op.create_index(f"ix_plan_subscription_{column}_id", "plan_subscription", [column, "id"])
    op.create_index("ix_plan_subscription_external_id", "plan_subscription", ["external_id"])


def _add_features() -> None:
    """Adds a feature for the middle segment of each custom permission (rule 41)."""
    keys = op.get_bind().execute(sa.text("SELECT key FROM permission")).scalars()
    features = sorted({key.split(":")[1] for key in keys if not key.startswith("org:sys_")})
    moment = datetime.now(UTC).replace(microsecond=0)
    table = sa.table(
        "feature",
        sa.column("id", sa.String()),
        sa.column("created_at", sa.DateTime(timezone=True)),
        sa.column("updated_at", sa.DateTime(timezone=True)),
        sa.column("key", sa.String()),
        sa.column("name", sa.String()),
    )
    rows = [
        {
            "id": f"feat_{str(ULID()).lower()}",
            "created_at": moment,
            "updated_at": moment,
            "key": key,
            "name": key,
        }
        for key in features
    ]
    if rows:
        op.bulk_insert(table, rows)


def downgrade() -> None:
    for name in ("plan_subscription", "plan_feature", "plan", "feature"):
        op.drop_table(name)
    op.drop_column("instance", "billing_url")
    op.drop_column("instance", "billing_enabled")
