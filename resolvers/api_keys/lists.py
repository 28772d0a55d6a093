"""The API keys of an organization, and what they were granted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from models.database.statements import AnySelect, StatementValues, prepared_statement
from models.database.store import Readable
from models.keys.api_keys import ApiKey, is_live_at
from resolvers.authority.key_grants import select_key_permissions
from resolvers.authority.plan_gate import parse_keys
from resolvers.lists.specs import ListSpec

API_KEYS_OF_ORGANIZATION = ListSpec("api-keys", ApiKey, col(ApiKey.organization_id))


@dataclass(frozen=True, slots=True)
class ApiKeyFilter(StatementValues):
    """The keys that are live at this time, or all of them."""

    live_at: datetime | None

    def conditions(self) -> Iterable[ColumnElement[bool]]:
        if self.live_at is not None:
            yield is_live_at(self.live_at)


async def load_granted_permissions(
    store: Readable, key_ids: Sequence[str]
) -> Sequence[frozenset[str]]:
    """Loads the permissions that each key was granted, whatever the plan."""
    async with store.read() as connection:
        rows = (await connection.execute(_select_permissions(key_ids))).all()
    granted = {row[0]: parse_keys(row[1]) for row in rows}
    return [granted.get(key_id, frozenset()) for key_id in key_ids]


@prepared_statement
def _select_permissions(key_ids: Sequence[str]) -> AnySelect:
    return select(ApiKey.id, select_key_permissions()).where(col(ApiKey.id).in_(key_ids))
