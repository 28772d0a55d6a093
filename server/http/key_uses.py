"""Stores every minute which keys were used, and secret keys with which scopes (rule 89)."""

import asyncio

from models.errors.request import Unavailable
from resolvers.api_keys.manage import store_uses_of_api_keys
from resolvers.authority.access import SYSTEM
from resolvers.foundation.server import Server
from resolvers.foundation.transaction import begin
from resolvers.keys.secret_keys import store_uses

INTERVAL = 60.0


async def keep_storing_key_uses(server: Server) -> None:
    while True:
        await asyncio.sleep(INTERVAL)
        await store_key_uses(server)


async def store_key_uses(server: Server) -> None:
    """Stores what was noted; what can't be stored now is stored the next time."""
    uses = server.key_uses.take()
    if not uses:
        return
    try:
        async with begin(server, SYSTEM) as tx:
            await store_uses(tx, uses)
            await store_uses_of_api_keys(tx, uses)
    except Unavailable:
        server.key_uses.give_back(uses)
