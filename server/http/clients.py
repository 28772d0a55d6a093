"""Which client a connection comes from, and how many connections it can have at a time."""

from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import HTTPConnection

# The smallest network that an internet provider assigns to a customer.
IPV6_PREFIX = 64
# How many addresses are kept parsed.
KEPT_NETWORKS = 1_000


def get_network(client: HTTPConnection) -> str:
    """Returns the client's address, or its network for IPv6, which one customer has whole."""
    address: tuple[str, int] | None = client.scope.get("client")
    return _parse_network(address[0] if address else "")


@lru_cache(KEPT_NETWORKS)
def _parse_network(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, IPV6_PREFIX), strict=False))
    return str(address)


@dataclass(slots=True)
class Seats:
    """Counts what each caller has open in this process, up to a maximum."""

    maximum: int
    taken: Counter[str] = field(default_factory=Counter[str])

    def take(self, caller: str) -> bool:
        """Takes one, unless the caller already has the maximum."""
        if self.taken[caller] >= self.maximum:
            return False
        self.taken[caller] += 1
        return True

    def give_back(self, caller: str) -> None:
        self.taken[caller] -= 1
        if not self.taken[caller]:
            del self.taken[caller]
