"""search texts."""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from models.invitations import make_search_text
from models.validation.text import to_search_text

revision = "0011"
down_revision = "0010"

BATCH = 1_000


def upgrade() -> None:
    op.add_column(
        "invitation", sa.Column("search_text", sa.String(), nullable=False, server_default="")
    )
    op.execute("UPDATE invitation SET search_text = address_key")
    _fold("invitation", ("email_address", "address_key"), make_search_text)
    _fold("user", ("identifier", "first_name", "last_name"), to_search_text)
    _fold("organization", ("name", "slug"), to_search_text)


def _fold(name: str, columns: Sequence[str], fold: Callable[..., str]) -> None:
    """Writes the search texts anew that differ, a batch of rows at a time."""
    table = sa.table(name, *map(sa.column, ("id", "search_text", *columns)))
    change = (
        sa.update(table)
        .where(table.c.id == sa.bindparam("row_id"))
        .values(search_text=sa.bindparam("text"))
    )
    connection, last_id = op.get_bind(), ""
    while rows := connection.execute(
        sa.select(table).where(table.c.id > last_id).order_by(table.c.id).limit(BATCH)
    ).all():
        last_id = rows[-1].id
        texts = [(row, fold(*(getattr(row, column) for column in columns))) for row in rows]
        changed: list[dict[str, Any]] = [
            {"row_id": row.id, "text": text} for row, text in texts if text != row.search_text
        ]
        if changed:
            connection.execute(change, changed)


def downgrade() -> None:
    op.drop_column("invitation", "search_text")
