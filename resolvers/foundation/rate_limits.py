"""Rate limits: how much each caller can request, counted in this process or a shared store."""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
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


class ProcessCounter:
    """Counts in this process, for a bounded number of callers."""

    def __init__(self) -> None:
        # How much each caller has used, and when that expires.
        self.used: OrderedDict[tuple[str, ...], tuple[int, float]] = OrderedDict()

    def hit(self, rate: RateLimitItem, *caller: str, cost: int = 1) -> float | None:
        """Takes from what a caller has left; returns the seconds until more if it wasn't enough."""
        # Somebody may set the time of the machine.
        now = time.monotonic()
        used, until = self.used.get(caller, (0, now))
        if until <= now:
            used, until = 0, now + rate.get_expiry()
        used += cost
        self.used[caller] = (used, until)
        self.used.move_to_end(caller)
        if len(self.used) > MOST_CALLERS:
            self.used.popitem(last=False)
        return until - now if used > rate.amount else None


class SharedCounter:
    """Counts in a store that several processes share.

    While that is unavailable, everybody is let through: an outage of a counter must not be one of
    the server.
    """

    def __init__(self, store_url: str) -> None:
        storage, self.pool = open_shared_storage(store_url)
        self.limiter = FixedWindowRateLimiter(storage)

    async def hit(self, rate: RateLimitItem, *caller: str, cost: int) -> float | None:
        """Takes from what a caller has left; returns the seconds until more if it wasn't enough."""
        try:
            async with asyncio.timeout(STORE_SECONDS):
                if await self.limiter.hit(rate, *caller, cost=cost):
                    return None
                until, _ = await self.limiter.get_window_stats(rate, *caller)
                return until - time.time()
        except (StorageError, TimeoutError) as error:
            log.warning(
                "rate limit store unavailable", error=type(error.__cause__ or error).__name__
            )
            return None


class RateLimits:
    """Counts requests, in this process or in a store that several processes share."""

    def __init__(self, rates: Rates, store_url: str | None = None) -> None:
        self.user = to_item(rates.user)
        self.secret_key = to_item(rates.secret_key)
        self.address = to_item(rates.address)
        self.update = to_item(rates.update)
        self.slug_check = to_item(SLUG_CHECKS)
        self.process = ProcessCounter()
        # Counts instead, if there is a store that processes share.
        self.shared = SharedCounter(store_url) if store_url else None

    async def ping(self) -> None:
        """Raises StorageError, or TimeoutError, if the store can't be used."""
        if self.shared:
            async with asyncio.timeout(PING_SECONDS):
                await self.shared.limiter.storage.get("ping")

    async def close(self) -> None:
        if self.shared:
            await self.shared.pool.aclose()

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
        """Takes from what a caller has left; raises RateLimited with the seconds until more."""
        if rate is None:
            return
        if self.shared:
            pause = await self.shared.hit(rate, *caller, cost=cost)
        else:
            pause = self.process.hit(rate, *caller, cost=cost)
        if pause is not None:
            raise RateLimited(retryAfter=max(1, ceil(pause)))


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
