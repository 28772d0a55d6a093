"""A name server on loopback, over UDP and TCP, whose answers tests choose."""

import asyncio
import struct
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

# A UDP answer without extensions has at most this many bytes.
UDP_BYTES = 512


@dataclass
class NameServer:
    """Answers with the TXT records and aliases of each name; the others don't exist."""

    texts: dict[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    aliases: dict[str, str] = field(default_factory=dict[str, str])
    # While it is set, nobody gets an answer.
    is_silent: bool = False
    # Whether it answers that it failed.
    is_broken: bool = False
    # The names that were asked for, each with the protocol.
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    port: int = 0

    @property
    def setting(self) -> str:
        return f"127.0.0.1:{self.port}"

    def answer(self, wire: bytes, protocol: str) -> bytes | None:
        query = dns.message.from_wire(wire)
        name = query.question[0].name.to_text(omit_final_dot=True)
        self.asked.append((name, protocol))
        if self.is_silent:
            return None
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        if self.is_broken:
            response.set_rcode(dns.rcode.SERVFAIL)
            return response.to_wire()
        seen = set[str]()
        while name in self.aliases and name not in seen:
            seen.add(name)
            target = self.aliases[name]
            response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", f"{target}."))
            name = target
        if name in self.texts:
            response.answer.append(
                dns.rrset.from_text(f"{name}.", 60, "IN", "TXT", *self.texts[name])
            )
        elif not seen:
            response.set_rcode(dns.rcode.NXDOMAIN)
        answer = response.to_wire()
        if protocol == "udp" and len(answer) > UDP_BYTES:
            response.answer.clear()
            response.flags |= dns.flags.TC
            return response.to_wire()
        return answer


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, server: NameServer) -> None:
        self.server = server

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if answer := self.server.answer(data, "udp"):
            self.transport.sendto(answer, addr)


@asynccontextmanager
async def name_server(**texts: Sequence[str]) -> AsyncGenerator[NameServer]:
    server = NameServer(dict(texts))

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        (size,) = struct.unpack("!H", await reader.readexactly(2))
        if found := server.answer(await reader.readexactly(size), "tcp"):
            writer.write(struct.pack("!H", len(found)) + found)
        writer.close()

    tcp = await asyncio.start_server(answer, "127.0.0.1")
    server.port = tcp.sockets[0].getsockname()[1]
    loop = asyncio.get_running_loop()
    udp, _ = await loop.create_datagram_endpoint(
        lambda: _Udp(server), local_addr=("127.0.0.1", server.port)
    )
    try:
        async with tcp:
            yield server
    finally:
        udp.close()
        # The transport closes its socket in the next round of the loop.
        await asyncio.sleep(0)
