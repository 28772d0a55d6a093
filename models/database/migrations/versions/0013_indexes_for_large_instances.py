"""indexes for large instances: pending invitations, managers, old sessions, subjects of tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


IS_PENDING = sa.text("status = 'pending'")


def upgrade() -> None:
    op.create_index(
        "ix_invitation_organization_id_status_expires_at",
        "invitation",
        ["organization_id", "status", "expires_at"],
    )
    op.create_index(
        "ix_invitation_expiry",
        "invitation",
        ["expires_at"],
        sqlite_where=IS_PENDING,
        postgresql_where=IS_PENDING,
    )
    op.drop_index("ix_invitation_status_expires_at", table_name="invitation")
    op.create_index(
        "ix_membership_role_id_organization_id_id",
        "membership",
        ["role_id", "organization_id", "id"],
    )
    op.drop_index("ix_membership_role_id", table_name="membership")
    op.create_index("ix_session_expires_at", "session", ["expires_at"])
    op.create_index("ix_user_external_id", "user", ["external_id"])


def downgrade() -> None:
    op.drop_index("ix_user_external_id", table_name="user")
    op.drop_index("ix_session_expires_at", table_name="session")
    op.create_index("ix_membership_role_id", "membership", ["role_id"])
    op.drop_index("ix_membership_role_id_organization_id_id", table_name="membership")
    op.create_index("ix_invitation_status_expires_at", "invitation", ["status", "expires_at"])
    op.drop_index("ix_invitation_expiry", table_name="invitation")
    op.drop_index("ix_invitation_organization_id_status_expires_at", table_name="invitation")
