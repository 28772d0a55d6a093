"""Which URLs a webhook endpoint can have, and which addresses webhooks are sent to."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from models.errors.input import FormatInvalid, TooLong
from models.validation.text import LINK_LENGTH

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

CHARACTERS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
# A name that some resolvers read as an IPv4 address in an unusual spelling: its last part is a
# number.
NUMBER = re.compile(r"(.*\.)?(\d+|0x[0-9a-f]*)")
OWN_NAMES = re.compile(r"(.*\.)?(localhost|local|internal)")
NAME_LENGTH = 253
# Networks that the settings can allow for receivers of the operator; link-local addresses, such as
# the metadata service of a cloud, are never among them.
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
# Also reserved, although not every version of `ipaddress` says so: protocol assignments, 6to4
# relays, Teredo, documentation.
NOT_PUBLIC = tuple(
    ip_network(text) for text in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "3fff::/20")
)
NAT64 = IPv6Network("64:ff9b::/96")


def is_private_network(network: Network) -> bool:
    """Whether the network lies within one that is reserved for private use."""
    return any(
        network.version == private.version and network.subnet_of(private)  # pyright: ignore[reportArgumentType]
        for private in PRIVATE
    )  # pyright: ignore[reportArgumentType]


def _extract_embedded(address: Address) -> Address:
    """Returns the IPv4 address that an IPv6 address embeds, else the address itself."""
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


def _invalid(reason: str) -> FormatInvalid:
    return FormatInvalid(f"The URL {reason}.", at="url")


def _parse_url(url: str) -> SplitResult:
    """Parses an absolute URL that is unambiguous; raises FormatInvalid and TooLong."""
    if len(url) > LINK_LENGTH:
        raise TooLong(
            f"The URL must have at most {LINK_LENGTH} characters.", at="url", limit=LINK_LENGTH
        )
    if not CHARACTERS.fullmatch(url):
        raise _invalid("must not contain spaces or other characters that need percent-encoding")
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
        raise _invalid(
            "must be absolute, with a host and, if it names a port, a valid one"
        ) from error
    if not is_whole:
        raise _invalid("must be absolute, with a host and, if it names a port, a valid one")
    if "@" in parts.netloc:
        raise _invalid("must not contain a user: the receiver verifies a signature instead")
    if "#" in url:
        raise _invalid("must not contain a fragment, because fragments are never sent")
    return parts


def _parse_address(host: str) -> Address | None:
    """Parses a host that is an IP address; returns None for a name.

    Raises FormatInvalid for an unusual spelling of either.
    """
    if ":" not in host and not NUMBER.fullmatch(host):
        if len(host) > NAME_LENGTH or not NAME.fullmatch(host):
            raise _invalid(f"has an invalid host name: {host[:80]!r}")
        return None
    try:
        if "%" in host:
            raise ValueError("an interface of this machine")
        return ip_address(host)
    except ValueError as error:
        raise _invalid(
            "must have its IP address in the usual notation, such as 192.0.2.1"
        ) from error


@dataclass(frozen=True, slots=True)
class WebhookTargets:
    """The allowed receivers: public ones over TLS, and those in configured private networks."""

    # For development: receivers can be anywhere, and can use plain HTTP.
    allows_private: bool
    networks: tuple[Network, ...] = ()

    def check_url(self, url: str) -> str:
        """Checks the URL of an endpoint; raises FormatInvalid and TooLong."""
        parts = _parse_url(url)
        is_lenient = self.allows_private or bool(self.networks)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_lenient):
            raise _invalid("must start with https://" + (" or http://" if is_lenient else ""))
        host = parts.hostname or ""
        address = _parse_address(host)
        if address is None and OWN_NAMES.fullmatch(host) and not is_lenient:
            raise _invalid(f"leads to a private network, which is not allowed: {host[:80]!r}")
        if address is not None and not self.allows(address, scheme=parts.scheme):
            raise _invalid("leads to an address that webhooks can't be sent to")
        return url

    def allows(self, address: Address, *, scheme: str) -> bool:
        """Whether webhooks can be sent to this address."""
        if self.allows_private:
            return True
        destination = _extract_embedded(address)
        if any(destination in network for network in self.networks):
            return True
        return scheme == "https" and _is_public(destination)
