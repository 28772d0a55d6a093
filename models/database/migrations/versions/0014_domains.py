"""domains, who they enroll, suggestions, and membership requests."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

IS_PENDING = sa.text("status = 'pending'")
IS_FROM_DOMAIN = sa.text("domain IS NOT NULL")
IS_DUE = sa.text("enrollment_due_at IS NOT NULL")
FIRST_MODES = '["manual_invitation","automatic_invitation","automatic_suggestion"]'


def upgrade() -> None:
    _add_columns()
    _create_domains()
    _create_requests()


def _add_columns() -> None:
    op.add_column("user", sa.Column("address_domain", sa.String(), nullable=True))
    op.add_column(
        "user",
        sa.Column("verified_by_ticket", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    domain = (
        "substr(address_key, instr(address_key, '@') + 1)"
        if is_sqlite
        else "split_part(address_key, '@', 2)"
    )
    op.execute(f'UPDATE "user" SET address_domain = {domain} WHERE address_key IS NOT NULL')
    op.create_index("ix_user_address_domain_id", "user", ["address_domain", "id"])
    op.add_column("invitation", sa.Column("domain", sa.String(), nullable=True))
    op.create_index(
        "ix_invitation_domain",
        "invitation",
        ["organization_id", "domain"],
        sqlite_where=IS_FROM_DOMAIN,
        postgresql_where=IS_FROM_DOMAIN,
    )
    with op.batch_alter_table("mail") as mail:
        mail.add_column(sa.Column("kind", sa.String(), nullable=False, server_default="invitation"))
        mail.add_column(sa.Column("domain", sa.String(), nullable=True))
        mail.add_column(sa.Column("recipient_id", sa.String(), nullable=True))
        mail.create_foreign_key(
            op.f("fk_mail_recipient_id"), "user", ["recipient_id"], ["id"], ondelete="SET NULL"
        )
    op.create_index("ix_mail_recipient_id", "mail", ["recipient_id"])
    op.create_index(
        "ix_mail_organization_id_kind_created_at", "mail", ["organization_id", "kind", "created_at"]
    )
    for column in (
        sa.Column("domains_enabled", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column(
            "domains_enrollment_modes", sa.JSON(), nullable=False, server_default=FIRST_MODES
        ),
        sa.Column("domains_per_organization", sa.Integer(), nullable=False, server_default="10"),
        sa.Column(
            "automatic_invitation_needs_ownership",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
        ),
    ):
        op.add_column("instance", column)


def _record_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    ]


def _foreign_key(table: str, column: str, target: str, on_delete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=on_delete
    )


def _create_domains() -> None:
    table = "organization_domain"
    op.create_table(
        table,
        *_record_columns(),
        sa.Column("organization_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("enrollment_mode", sa.String(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("affiliation_email_address", sa.String(), nullable=True),
        sa.Column("affiliation_nonce", sa.String(), nullable=True),
        sa.Column("affiliation_attempts", sa.Integer(), nullable=False),
        sa.Column("affiliation_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("affiliation_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("affiliation_verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ownership_strategy", sa.String(), nullable=True),
        sa.Column("ownership_nonce", sa.String(), nullable=True),
        sa.Column("ownership_attempts", sa.Integer(), nullable=False),
        sa.Column("ownership_looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ownership_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ownership_verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("enrollment_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("enrollment_due_at", sa.DateTime(timezone=True), nullable=True),
        _foreign_key(table, "organization_id", "organization", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint(
            "organization_id", "name", name=op.f(f"uq_{table}_organization_id_name")
        ),
    )
    op.create_index(f"ix_{table}_organization_id_id", table, ["organization_id", "id"])
    op.create_index(f"ix_{table}_name", table, ["name"])
    op.create_index(
        f"ix_{table}_due",
        table,
        ["enrollment_due_at"],
        sqlite_where=IS_DUE,
        postgresql_where=IS_DUE,
    )
    op.create_table(
        "domain_claim",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("organization_id", sa.String(), nullable=False),
        _foreign_key("domain_claim", "organization_id", "organization", "CASCADE"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_domain_claim")),
    )
    op.create_index("ix_domain_claim_organization_id", "domain_claim", ["organization_id"])
    op.create_table(
        "domain_enrollment",
        sa.Column("organization_id", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _foreign_key("domain_enrollment", "organization_id", "organization", "CASCADE"),
        _foreign_key("domain_enrollment", "user_id", "user", "CASCADE"),
        sa.PrimaryKeyConstraint(
            "organization_id", "domain", "user_id", name=op.f("pk_domain_enrollment")
        ),
    )
    op.create_index("ix_domain_enrollment_user_id", "domain_enrollment", ["user_id"])


def _create_requests() -> None:
    table = "organization_suggestion"
    op.create_table(
        table,
        *_record_columns(),
        sa.Column("organization_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        _foreign_key(table, "organization_id", "organization", "CASCADE"),
        _foreign_key(table, "user_id", "user", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_user_id_id", table, ["user_id", "id"])
    op.create_index(
        f"ix_{table}_organization_id_domain_status", table, ["organization_id", "domain", "status"]
    )
    table = "membership_request"
    op.create_table(
        table,
        *_record_columns(),
        sa.Column("organization_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("decided_by_id", sa.String(), nullable=True),
        _foreign_key(table, "organization_id", "organization", "CASCADE"),
        _foreign_key(table, "user_id", "user", "CASCADE"),
        _foreign_key(table, "decided_by_id", "user", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(
        f"ix_{table}_pending",
        table,
        ["organization_id", "user_id"],
        unique=True,
        sqlite_where=IS_PENDING,
        postgresql_where=IS_PENDING,
    )
    op.create_index(f"ix_{table}_organization_id_id", table, ["organization_id", "id"])
    op.create_index(f"ix_{table}_user_id_id", table, ["user_id", "id"])
    op.create_index(f"ix_{table}_decided_by_id", table, ["decided_by_id"])


def downgrade() -> None:
    op.drop_table("membership_request")
    op.drop_table("organization_suggestion")
    op.drop_table("domain_enrollment")
    op.drop_table("domain_claim")
    op.drop_table("organization_domain")
    for column in (
        "automatic_invitation_needs_ownership",
        "domains_per_organization",
        "domains_enrollment_modes",
        "domains_enabled",
    ):
        op.drop_column("instance", column)
    op.drop_index("ix_mail_organization_id_kind_created_at", table_name="mail")
    op.drop_index("ix_mail_recipient_id", table_name="mail")
    with op.batch_alter_table("mail") as mail:
        mail.drop_constraint(op.f("fk_mail_recipient_id"), type_="foreignkey")
        for column in ("recipient_id", "domain", "kind"):
            mail.drop_column(column)
    op.drop_index("ix_invitation_domain", table_name="invitation")
    op.drop_column("invitation", "domain")
    op.drop_index("ix_user_address_domain_id", table_name="user")
    op.drop_column("user", "verified_by_ticket")
    op.drop_column("user", "address_domain")
