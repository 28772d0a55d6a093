"""Secret keys, created in the database."""

from typing import Any

from resolvers.authority.access import SYSTEM
from resolvers.foundation.transaction import begin
from resolvers.keys.secret_keys import NewKey, create_key
from tests.support.api import Api, Caller

# Tested for each caller, and for its events, in tests/keys.
OF_KEYS = frozenset({"createSecretKey", "revokeSecretKey"})


async def a_key(api: Api, name: str = "Billing", **values: Any) -> tuple[str, Caller]:
    """Creates a key, and returns its ID and the service that uses it."""
    async with begin(api.server, SYSTEM) as tx:
        key, secret = await create_key(tx, NewKey(name, **values))
    return key.id, Caller(f"Bearer {secret}")
