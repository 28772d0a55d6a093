"""Where webhooks may go: which URLs an endpoint may have, and which addresses are connected to."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from models.errors import FormatInvalid, TooLong
from models.validation.text import LINK_LENGTH

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

CHARACTERS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
# What some resolvers read as an IPv4 address, however it is spelled: its last part is a number.
NUMBER = re.compile(r"(.*\.)?(\d+|0x[0-9a-f]*)")
OWN_NAMES = re.compile(r"(.*\.)?(localhost|local|internal)")
NAME_LENGTH = 253
# What receivers of one's own may live in; a cloud's metadata service (link-local) is never one of
# them.
PRIVATE = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "fc00::/7",
        "::1/128",
    )
)
# Set aside too, though not every version of `ipaddress` says so: protocols, 6to4 relays, Teredo,
# documentation.
NOT_PUBLIC = tuple(
    ip_network(text) for text in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "3fff::/20")
)
NAT64 = IPv6Network("64:ff9b::/96")


def is_private_network(network: Network) -> bool:
    """Whether receivers of one's own may live there:
    it is no larger than what is set aside for that.
    """
    return any(network.version == one.version and network.subnet_of(one) for one in PRIVATE)  # pyright: ignore[reportArgumentType]


def _extract_embedded(address: Address) -> Address:
    """The IPv4 address that a packet to this one ends at, where one is written into it."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _is_public(address: Address) -> bool:
    if (
        any(address in network for network in NOT_PUBLIC)
        or address.is_multicast
        or address.is_reserved
    ):
        return False
    return address.is_global and not (isinstance(address, IPv6Address) and address.is_site_local)


def _refused(reason: str) -> FormatInvalid:
    return FormatInvalid(f"The URL {reason}.", at="url")


def _parts(url: str) -> SplitResult:
    """The parts of an absolute URL that everybody reads alike; raises FormatInvalid and TooLong."""
    if len(url) > LINK_LENGTH:
        raise TooLong(
            f"The URL is longer than {LINK_LENGTH} characters.", at="url", limit=LINK_LENGTH
        )
    if not CHARACTERS.fullmatch(url):
        raise _refused("holds a space, or a character that has to be percent-encoded")
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        is_whole = (
            host
            and parts.port != 0
            and not parts.netloc.endswith(":")
            and ("[" in parts.netloc) == (":" in host)
        )
    except ValueError as error:
        raise _refused(
            "is not an absolute URL with a host and, where it is needed, a port"
        ) from error
    if not is_whole:
        raise _refused("is not an absolute URL with a host and, where it is needed, a port")
    if "@" in parts.netloc:
        raise _refused("holds a user: what is sent is signed instead")
    if "#" in url:
        raise _refused("holds a fragment, which is never sent")
    return parts


def _literal(host: str) -> Address | None:
    """The address that a host is; None for a name.

    Raises FormatInvalid for other spellings of either.
    """
    if ":" not in host and not NUMBER.fullmatch(host):
        if len(host) > NAME_LENGTH or not NAME.fullmatch(host):
            raise _refused(f"has a host that is no name: {host[:80]!r}")
        return None
    try:
        if "%" in host:
            raise ValueError("an interface of this machine")
        return ip_address(host)
    except ValueError as error:
        raise _refused("has an IP address in a spelling that is not the usual one") from error


@dataclass(frozen=True, slots=True)
class WebhookTargets:
    """Which receivers are allowed: public ones over TLS, and
    those in the private networks that the settings name.
    """

    # For development: receivers may be anywhere, and may speak plain HTTP.
    allows_private: bool
    networks: tuple[Network, ...] = ()

    def check_url(self, url: str) -> str:
        """The URL of an endpoint, as it is kept; raises FormatInvalid and TooLong."""
        parts = _parts(url)
        is_lenient = self.allows_private or bool(self.networks)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_lenient):
            raise _refused("does not begin with https://" + (" or http://" if is_lenient else ""))
        host = parts.hostname or ""
        address = _literal(host)
        if address is None and OWN_NAMES.fullmatch(host) and not is_lenient:
            raise _refused(f"leads into a private network: {host[:80]!r}")
        if address is not None and not self.allows(address, scheme=parts.scheme):
            raise _refused("leads to an address that webhooks may not be sent to")
        return url

    def allows(self, address: Address, *, scheme: str) -> bool:
        """Whether a connection to this very address may be made."""
        if self.allows_private:
            return True
        ends_at = _extract_embedded(address)
        if any(ends_at in network for network in self.networks):
            return True
        return scheme == "https" and _is_public(ends_at)
