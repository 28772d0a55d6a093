"""search texts."""

import re
from collections.abc import Callable, Sequence
from typing import Any
from unicodedata import normalize

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

BATCH = 1_000
# Characters without a width, spaces, and flags of tags, as searches treated them at this revision.
INVISIBLE = re.compile(
    "[\u00ad\u061c\u200b\u200e\u200f\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0001]"
)
SPACES = re.compile(r"[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f")
FLAG_OR_MODIFIER = re.compile(
    f"({FLAG.pattern})|[\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef\U000e0020-\U000e007f]"
)


def upgrade() -> None:
    op.add_column(
        "invitation", sa.Column("search_text", sa.String(), nullable=False, server_default="")
    )
    op.execute("UPDATE invitation SET search_text = address_key")
    _fold("invitation", ("email_address", "address_key"), fold_address)
    _fold("user", ("identifier", "first_name", "last_name"), fold_text)
    _fold("organization", ("name", "slug"), fold_text)


def fold_text(*parts: str | None) -> str:
    """Folds text as `to_search_text` did at this revision: a later change of it is a new one."""
    text = INVISIBLE.sub("", " ".join(part for part in parts if part))
    line = SPACES.sub(" ", FLAG_OR_MODIFIER.sub(r"\1", text)).strip()
    return normalize("NFC", normalize("NFD", FLAG.sub("", line)).casefold())


def fold_address(email_address: str, address_key: str) -> str:
    """Folds an address; a domain that isn't ASCII is found by its encoding too."""
    return fold_text(email_address, None if email_address.isascii() else address_key)


def _fold(name: str, columns: Sequence[str], fold: Callable[..., str]) -> None:
    """Rewrites the search texts that differ, one batch of rows at a time."""
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
