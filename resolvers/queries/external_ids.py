"""The IDs of objects by the IDs that they have elsewhere (rule 75)."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Select
from sqlmodel import col, select

from models.database.statements import prepared_statement
from models.database.store import Readable
from models.users import User


async def load_user_ids(store: Readable, external_ids: Sequence[str]) -> Mapping[str, str]:
    """Loads the IDs of users; those that users of several issuers have are left out."""
    async with store.read() as connection:
        rows = (await connection.execute(_select_user_ids(external_ids))).all()
    found: dict[str, list[str]] = {}
    for external_id, id in rows:
        found.setdefault(external_id, []).append(id)
    return {external_id: ids[0] for external_id, ids in found.items() if len(ids) == 1}


@prepared_statement
def _select_user_ids(external_ids: Sequence[str]) -> Select[str, str]:
    return select(User.external_id, User.id).where(col(User.external_id).in_(external_ids))
