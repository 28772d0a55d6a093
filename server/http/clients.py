"""Which client a connection comes from, and how many connections it can have at a time."""

from collections import Counter
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import HTTPConnection

# What one customer of an internet provider has at least.
IPV6_PREFIX = 64


def get_network(client: HTTPConnection) -> str:
    """The address of a client; of IPv6 the network, because one customer has all of it."""
    try:
        address = ip_address(client.client.host if client.client else "")
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, IPV6_PREFIX), strict=False))
    return str(address)


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
