"""Load: many connections that send requests one after the other, and check each answer."""

import asyncio
import json
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

# Yields requests, and gets the data of each answer. It raises AssertionError for a wrong one.
Flow = Generator["Request", Any, None]


@dataclass(frozen=True, slots=True)
class Request:
    body: bytes
    authorization: str

    def encode(self) -> bytes:
        head = (
            f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Authorization: {self.authorization}\r\nContent-Length: {len(self.body)}\r\n\r\n"
        )
        return head.encode() + self.body


def make_request(document: str, authorization: str, **variables: object) -> Request:
    return Request(json.dumps({"query": document, "variables": variables}).encode(), authorization)


class Client:
    """One connection that is kept open; it understands no more of HTTP than our servers send."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def connect(self) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)

    async def send(self, request: Request) -> bytes:
        self.writer.write(request.encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        assert head.startswith(b"http/1.1 200"), head
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return await self.reader.readexactly(length)


@dataclass
class Result:
    """What was measured: flows, and how long each took, in seconds."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list[float])
    # The last answer, for the floor.
    answer: bytes = b""

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds

    def percentile(self, share: float) -> float:
        ordered = sorted(self.times)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


async def drive(
    port: int, flows: Iterator[Flow], connections: int, seconds: float, *, checks: bool = True
) -> Result:
    """Sends flows over all connections until the time is over or no flow is left.

    The floor's answers aren't checked: all are the same.
    """
    result = Result()
    clients = [Client(port) for _ in range(connections)]
    await asyncio.gather(*(client.connect() for client in clients))
    began = time.perf_counter()

    async def run(client: Client) -> None:
        for flow in flows:
            start = time.perf_counter()
            request = next(flow, None)
            while request:
                answer = await client.send(request)
                result.answer = max(result.answer, answer, key=len)
                request = advance(flow, answer) if checks else next(flow, None)
            now = time.perf_counter()
            result.times.append(now - start)
            if now - began > seconds:
                break

    await asyncio.gather(*map(run, clients))
    result.seconds = time.perf_counter() - began
    for client in clients:
        client.writer.close()
    return result


def advance(flow: Flow, answer: bytes) -> Request | None:
    """Gives a flow the data of an answer; returns its next request, if it has one."""
    body = json.loads(answer)
    assert "errors" not in body, f"{answer[:500]!r}"
    try:
        return flow.send(body["data"])
    except StopIteration:
        return None
