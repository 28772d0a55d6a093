"""Our IDs of organizations and users, by the IDs that they have in other systems (rule 75)."""

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import Select
from sqlmodel import col

from models.database.statements import AnySelect, prepared_statement
from models.database.store import Readable
from models.organizations import Organization
from models.users import User

Table = type[Organization] | type[User]


async def load_ids(store: Readable, table: Table, external_ids: Sequence[str]) -> Mapping[str, str]:
    """Loads IDs by external IDs, without those that users of several issuers have."""
    async with store.read() as connection:
        rows = (await connection.execute(_select_ids(table, external_ids))).all()
    times = Counter(external_id for external_id, _ in rows)
    return {external_id: id for external_id, id in rows if times[external_id] == 1}


@prepared_statement
def _select_ids(table: Table, external_ids: Sequence[str]) -> AnySelect:
    statement: AnySelect = Select(col(table.external_id), col(table.id))
    return statement.where(col(table.external_id).in_(external_ids))
