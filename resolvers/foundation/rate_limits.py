"""Rate limits: how much each caller can request, counted in this process or a shared store."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import Any

import structlog
from limits import RateLimitItem, parse
from limits.aio.storage import Storage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import StorageError

from models.errors.request import RateLimited
from models.idempotency import compute_digest
from resolvers.authority.access import Actor, ActorType

# The most callers that are counted; beyond them, the one that was idle longest is forgotten.
MOST_CALLERS = 100_000
# How often a user can ask whether a slug is free, which reveals the slugs of other organizations.
SLUG_CHECKS = "30/minute"
# How long a request waits for the store of several processes before it is let through.
STORE_SECONDS = 0.25
# How long `doctor` waits for it.
PING_SECONDS = 5.0

log = structlog.stdlib.get_logger("tenantry.rate_limits")


@dataclass(frozen=True, slots=True)
class Rates:
    """The rate of each kind of caller, such as `600/minute`; None means unlimited."""

    # Fields of queries, mutations, and subscriptions.
    user: str | None = None
    secret_key: str | None = None
    # For requests without a credential, and with one that is rejected.
    address: str | None = None
    # Updates of one object by one user.
    update: str | None = None


class ProcessStorage(Storage):
    """Counts in this process, for a bounded number of callers.

    The library's own in-memory storage scans all callers on every request.
    """

    STORAGE_SCHEME = ["async+process"]

    def __init__(self, uri: str | None = None) -> None:
        super().__init__(uri)
        # How much each caller has used, and when that expires.
        self.used: OrderedDict[str, tuple[int, float]] = OrderedDict()

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = time.time()
        used, until = self.used.get(key, (0, 0.0))
        if until <= now:
            used, until = 0, now + expiry
        self.used[key] = (used + amount, until)
        self.used.move_to_end(key)
        if len(self.used) > MOST_CALLERS:
            self.used.popitem(last=False)
        return used + amount

    async def get(self, key: str) -> int:
        used, until = self.used.get(key, (0, 0.0))
        return used if until > time.time() else 0

    async def get_expiry(self, key: str) -> float:
        return self.used.get(key, (0, time.time()))[1]

    async def clear(self, key: str) -> None:
        self.used.pop(key, None)

    async def check(self) -> bool:
        return True

    async def reset(self) -> int:
        number = len(self.used)
        self.used.clear()
        return number


class RateLimits:
    """Counts requests, in this process or in a store that several processes share."""

    def __init__(self, rates: Rates, store_url: str | None = None) -> None:
        self.user = to_item(rates.user)
        self.secret_key = to_item(rates.secret_key)
        self.address = to_item(rates.address)
        self.update = to_item(rates.update)
        self.slug_check = to_item(SLUG_CHECKS)
        # The connections to the shared store, which are opened when they are needed.
        self.pool: Any = None
        storage: Storage = ProcessStorage()
        if store_url:
            storage, self.pool = open_shared_storage(store_url)
        self.limiter = FixedWindowRateLimiter(storage)
        # Nothing has to be waited for in this process.
        self.limit_wait: Callable[[], AbstractAsyncContextManager[object]] = (
            partial(asyncio.timeout, STORE_SECONDS) if store_url else nullcontext
        )

    async def ping(self) -> None:
        """Raises StorageError, or TimeoutError, if the store can't be used."""
        async with asyncio.timeout(PING_SECONDS):
            await self.limiter.storage.get("ping")

    async def close(self) -> None:
        if self.pool:
            await self.pool.aclose()

    async def count_fields(self, actor: Actor | None, address: str, *, fields: int) -> None:
        """Counts fields that are about to run; raises RateLimited if there are too many."""
        if actor is None:
            await self.take(self.address, "address", address, cost=fields)
        elif actor.type is ActorType.SERVICE:
            await self.take(self.secret_key, "key", str(actor.id), cost=fields)
        else:
            await self.take(self.user, "user", str(actor.id), cost=fields)

    async def count_rejected(self, address: str) -> None:
        """Counts a request whose credential was rejected; raises RateLimited."""
        await self.take(self.address, "address", address, cost=1)

    async def count_slug_check(self, user_id: str) -> None:
        """Counts a question of a user whether a slug is free; raises RateLimited."""
        await self.take(self.slug_check, "slug", user_id, cost=1)

    async def count_update(self, user_id: str, *object_ids: str) -> None:
        """Counts an update of an object by a user; raises RateLimited.

        A client chooses the IDs, so only their digest is kept.
        """
        await self.take(self.update, "update", user_id, compute_digest(*object_ids), cost=1)

    async def take(self, rate: RateLimitItem | None, *caller: str, cost: int) -> None:
        """Takes from what a caller has left; raises RateLimited with the seconds until more.

        While the store that processes share is unavailable, everybody is let through: an outage of
        a counter must not be one of the server.
        """
        if rate is None:
            return
        try:
            async with self.limit_wait():
                if await self.limiter.hit(rate, *caller, cost=cost):
                    return
                until, _ = await self.limiter.get_window_stats(rate, *caller)
        except (StorageError, TimeoutError) as error:
            log.warning(
                "rate limit store unavailable", error=type(error.__cause__ or error).__name__
            )
            return
        raise RateLimited(retryAfter=max(1, ceil(until - time.time())))


def open_shared_storage(store_url: str) -> tuple[Storage, Any]:
    """Opens the store that processes share, with its pool of connections.

    The client is imported here, because it takes 4 MB, and most servers count by themselves.
    """
    from limits.aio.storage import RedisStorage
    from valkey.asyncio import ConnectionPool

    pool: Any = ConnectionPool.from_url(store_url)  # pyright: ignore[reportUnknownMemberType]
    options: Any = {"wrap_exceptions": True, "implementation": "valkey", "connection_pool": pool}
    return RedisStorage(store_url, **options), pool


def to_item(rate: str | None) -> RateLimitItem | None:
    return parse(rate) if rate else None
