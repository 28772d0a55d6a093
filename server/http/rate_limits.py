"""How many fields a caller can ask for in a while, on whichever way they come in."""

import asyncio
import time
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import cast

import structlog
from limits import RateLimitItem, parse
from limits.aio.storage import Storage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import StorageError
from limits.storage import storage_from_string
from starlette.requests import HTTPConnection

from models.errors import RateLimited
from resolvers.access import Actor, ActorType
from server.settings.settings import Settings

# Callers that are counted at a time; beyond them, those that came longest ago start anew.
MOST_CALLERS = 100_000
# What one customer of an internet provider has at least.
IPV6_PREFIX = 64
# How long a request waits for the store of several processes before it is let through.
STORE_SECONDS = 0.25

log = structlog.stdlib.get_logger("tenantry.rate_limits")


@dataclass(frozen=True, slots=True)
class Rates:
    """How many fields each caller can ask for in a while; None means any number."""

    user: RateLimitItem | None
    secret_key: RateLimitItem | None
    # For requests without a credential, and with one that is rejected.
    address: RateLimitItem | None


class ProcessStorage(Storage):
    """Counts in this process, for a bounded number of callers.

    The library's own storage in memory looks through all callers with every request.
    """

    STORAGE_SCHEME = ["async+process"]

    def __init__(self, uri: str | None = None) -> None:
        super().__init__(uri)
        # How much each caller has used, and until when that counts.
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
    """Counts fields by caller, in this process or in a store that several processes share."""

    def __init__(self, rates: Rates, store_url: str | None = None) -> None:
        self.rates = rates
        self.storage = connect(store_url) if store_url else ProcessStorage()
        self.limiter = FixedWindowRateLimiter(self.storage)

    async def count(self, actor: Actor | None, client: HTTPConnection, *, fields: int) -> None:
        """Counts fields that are about to run; raises RateLimited if they are too many."""
        if actor is None:
            await self.take(self.rates.address, "address", get_network(client), cost=fields)
        elif actor.type is ActorType.SERVICE:
            await self.take(self.rates.secret_key, "key", str(actor.id), cost=fields)
        else:
            await self.take(self.rates.user, "user", str(actor.id), cost=fields)

    async def count_rejected(self, client: HTTPConnection) -> None:
        """Counts a request whose credential was rejected; raises RateLimited."""
        await self.take(self.rates.address, "address", get_network(client), cost=1)

    async def take(self, rate: RateLimitItem | None, *caller: str, cost: int) -> None:
        """Takes from what a caller has left; raises RateLimited with the seconds until more.

        While the store that processes share is unavailable, everybody is let through: an outage of
        a counter must not be one of the server.
        """
        if rate is None:
            return
        try:
            async with asyncio.timeout(STORE_SECONDS):
                if await self.limiter.hit(rate, *caller, cost=cost):
                    return
                until, _ = await self.limiter.get_window_stats(rate, *caller)
        except (StorageError, TimeoutError) as error:
            log.warning(
                "rate_limit_store_unavailable", error=type(error.__cause__ or error).__name__
            )
            return
        raise RateLimited(retryAfter=max(1, ceil(until - time.time())))


@dataclass(slots=True)
class Seats:
    """What a caller has at the same time, up to a maximum; of this process alone."""

    maximum: int
    taken: Counter[str] = field(default_factory=Counter[str])

    def take(self, caller: str) -> bool:
        """Takes one, unless the caller has the maximum already."""
        if self.taken[caller] >= self.maximum:
            return False
        self.taken[caller] += 1
        return True

    def give_back(self, caller: str) -> None:
        self.taken[caller] -= 1
        if not self.taken[caller]:
            del self.taken[caller]


def make_rate_limits(settings: Settings) -> RateLimits:
    user, secret_key, address = (
        parse(rate) if rate else None
        for rate in (settings.user_rate, settings.secret_key_rate, settings.address_rate)
    )
    return RateLimits(Rates(user, secret_key, address), settings.rate_store_url)


def connect(url: str) -> Storage:
    """The store behind a `redis://` or `valkey://` URL; connects with the first request."""
    storage = storage_from_string(f"async+{url}", implementation="valkey", wrap_exceptions=True)
    return cast(Storage, storage)


def get_network(client: HTTPConnection) -> str:
    """The address of a client; of IPv6 the network, because one customer has all of it."""
    try:
        address = ip_address(client.client.host if client.client else "")
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, IPV6_PREFIX), strict=False))
    return str(address)
