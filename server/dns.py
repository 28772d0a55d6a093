"""Looks for TXT records in DNS, within a few seconds and without following addresses (rule 35)."""

import asyncio
import re
from collections.abc import Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from models.errors.request import NameServersSilent

# dnspython takes long to import, and few processes use DNS. The settings import this module.
if TYPE_CHECKING:
    from dns.nameserver import Nameserver

    from resolvers.foundation.server import RecordLookup

PORT = 53
HOST = re.compile(r"[A-Za-z0-9.:_-]+")
# For all name servers, attempts, and aliases together.
LOOKUP_SECONDS = 5.0
# For one name server, before the next one is asked.
SERVER_SECONDS = 2.0
MOST_ALIASES = 4
MOST_RECORDS = 20


def parse_name_server(text: str) -> tuple[str, int]:
    """Parses the host of a name server, perhaps with a port; raises ValueError."""
    is_bare_ipv6 = text.count(":") > 1 and not text.startswith("[")
    parts = urlsplit(f"//[{text}]" if is_bare_ipv6 else f"//{text}")
    if not parts.hostname or not HOST.fullmatch(parts.hostname) or parts.netloc[-1] in ":@":
        raise ValueError(text)
    if parts.path or parts.query or parts.fragment or "@" in parts.netloc or parts.port == 0:
        raise ValueError(text)
    return parts.hostname, parts.port or PORT


def make_record_lookup(servers: Sequence[str]) -> "RecordLookup":
    """Makes a lookup by these name servers, or by those of the system."""

    async def look_up(name: str) -> Sequence[str]:
        from dns.asyncresolver import Resolver
        from dns.exception import DNSException
        from dns.name import NameTooLong
        from dns.resolver import NXDOMAIN, NoAnswer

        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                resolver = Resolver(configure=not servers)
                if servers:
                    resolver.nameservers = await _find_name_servers(servers)
                resolver.timeout, resolver.lifetime = SERVER_SECONDS, LOOKUP_SECONDS
                return _read(await resolver.resolve(name, "TXT", search=False))
        except (NXDOMAIN, NoAnswer, NameTooLong):
            return []
        except (DNSException, OSError, TimeoutError) as error:
            raise NameServersSilent from error

    return look_up


async def has_answer(servers: Sequence[str]) -> bool:
    """Whether the name servers answer; each can say that this name, a reserved one, is absent."""
    try:
        await make_record_lookup(servers)("tenantry.invalid")
    except NameServersSilent:
        return False
    return True


async def _find_name_servers(servers: Sequence[str]) -> list["str | Nameserver"]:
    """Finds the addresses of name servers that are given by name."""
    from dns.nameserver import Do53Nameserver

    found: list[str | Nameserver] = []
    for host, port in map(parse_name_server, servers):
        try:
            address = str(ip_address(host))
        except ValueError:
            infos = await asyncio.get_running_loop().getaddrinfo(host, port)
            address = str(infos[0][4][0])
        found.append(Do53Nameserver(address, port))
    return found


def _read(answer: Any) -> Sequence[str]:
    """Returns the first records, each with its strings joined; none after too many aliases."""
    if len(answer.chaining_result.cnames) > MOST_ALIASES:
        return []
    records = list(answer.rrset)[:MOST_RECORDS]
    return [b"".join(record.strings).decode("utf-8", "replace") for record in records]
