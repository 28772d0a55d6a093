"""secret keys with scopes, organizations, and an expiry, and when they were last used."""

from datetime import UTC, datetime

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
    _revoke_limited_keys()
    for name in ("scope_uses", "last_used_at", "organization_ids", "scopes", "expires_at"):
        op.drop_column("secret_key", name)


def _revoke_limited_keys() -> None:
    """Revokes the keys that are narrowed or expire, which could do everything from now on."""
    key = sa.Table("secret_key", sa.MetaData(), autoload_with=op.get_bind())
    is_limited = sa.or_(
        *(key.c[name].is_not(None) for name in ("scopes", "organization_ids", "expires_at"))
    )
    moment = datetime.now(UTC).replace(microsecond=0)
    is_live = key.c.revoked_at.is_(None)
    op.execute(sa.update(key).where(is_live, is_limited).values(revoked_at=moment))
