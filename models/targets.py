"""Where webhooks may be sent to: no address of the server's own network, unless it is allowed to."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from models.text import checked_link


@dataclass(frozen=True, slots=True)
class Targets:
    """`networks` are allowed, though they are not public."""

    allows_private: bool
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    def checked_url(self, url: str) -> str:
        """The URL as it is kept; raises FormatInvalid, or TooLong."""
        return checked_link(url, schemes=frozenset({"http", "https"} if self.allows_private else {"https"}))

    def allows(self, address: IPv4Address | IPv6Address, *, scheme: str) -> bool:
        return self.allows_private or address.is_global or any(address in network for network in self.networks)
