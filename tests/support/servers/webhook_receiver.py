"""A real HTTP server that receives webhooks, with responses that tests choose."""

import asyncio
import base64
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select, update

from models import webhooks
from models.base import new_id
from models.database.store import Store
from models.database.tables import metadata
from models.events import EventType
from models.keys import encryption
from models.validation.webhook_targets import WebhookTargets
from models.webhooks import WebhookDelivery, WebhookEndpoint
from resolvers.authority.access import SYSTEM
from resolvers.events.event_log import load_newest_cursor
from resolvers.foundation.transaction import begin
from server.delivery.queue import DeliveryQueue
from server.delivery.webhook_client import Answer, WebhookClient
from server.delivery.webhooks import WebhookChannel
from tests.conftest import server_for
from tests.support.api import SECRET, Api, Clock
from tests.support.data.factories import Acme

STORAGE = encryption.make_cipher((SECRET,), webhooks.PURPOSE)
ENDPOINT_SECRET = "whsec_" + base64.b64encode(b"the key that Acme's receiver has").decode()
ANYWHERE = WebhookTargets(allows_private=True)
INSTANCE = "https://orgs.example.com"


@dataclass(frozen=True)
class Received:
    """A request as it was received."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


Behaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]


def answering(status: int, *headers: str, body: bytes = b"") -> Behaviour:
    async def behave(writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *headers, "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        with suppress(ConnectionError):
            await writer.drain()

    return behave


async def hanging(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)


async def resetting(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


def dripping(beginning: bytes) -> Behaviour:
    """Sends one byte every moment without an end."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(beginning)
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    return behave


@dataclass
class Receiver:
    """Records requests; each path has its own behavior, and all others answer 200."""

    behaves: dict[str, Behaviour] = field(default_factory=dict[str, Behaviour])
    received: list[Received] = field(default_factory=list[Received])
    connections: int = 0
    port: int = 0
    scheme: str = "http"

    def url(self, path: str = "/") -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}{path}"

    def at(self, path: str = "/") -> list[Received]:
        return [one for one in self.received if one.path == path]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").split("\r\n")
            headers = {
                name.lower(): value
                for name, _, value in (line.partition(": ") for line in head[1:] if line)
            }
            body = await reader.readexactly(int(headers["content-length"]))
            path = head[0].split()[1]
            self.received.append(Received(path, headers, body))
            await self.behaves.get(path, answering(200))(writer)
            writer.close()
            await writer.wait_closed()


@asynccontextmanager
async def listening(context: ssl.SSLContext | None = None) -> AsyncGenerator[Receiver]:
    """Runs a receiver on loopback; connections that are still open at the end are closed."""
    receiver = Receiver(scheme="https" if context else "http")
    serving: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving[asyncio.create_task(receiver.serve(reader, writer))] = writer

    server = await asyncio.start_server(begin, "127.0.0.1", 0, ssl=context)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task, writer in serving.items():
            task.cancel()
            writer.transport.abort()
        await asyncio.gather(*serving, return_exceptions=True)
        await asyncio.sleep(0)


# ------------------------------------------------------------------------------------------- sender


def sender(
    store: Store,
    clock: Clock,
    *,
    client: WebhookClient | None = None,
    root_secret: str = SECRET,
    jitter: float = 0.0,
) -> DeliveryQueue[Answer]:
    """Makes a queue of webhooks."""
    server = server_for(store, clock, public_url=INSTANCE, secret=(root_secret,))
    channel = WebhookChannel(
        server=server,
        client=client or WebhookClient(ANYWHERE),
        get_random=lambda: jitter,
    )
    return DeliveryQueue(server, channel)


async def an_endpoint(api: Api, url: str, **values: Any) -> str:
    """Creates an endpoint for the events from now on; returns its ID."""
    id, now = new_id(WebhookEndpoint.prefix, api.clock()), api.clock()
    known: dict[str, Any] = {
        "secret": encryption.encrypt(STORAGE, ENDPOINT_SECRET),
        "enabled": True,
    }
    known |= {
        "id": id,
        "url": url,
        "created_at": now,
        "updated_at": now,
        "cursor": await load_newest_cursor(api.store),
    }
    async with api.store.write() as session:
        await session.execute(insert(metadata.tables["webhook_endpoint"]).values(**known | values))
    return id


async def changed(api: Api, endpoint_id: str, **values: Any) -> None:
    table = metadata.tables["webhook_endpoint"]
    async with api.store.write() as session:
        await session.execute(update(table).where(table.c.id == endpoint_id).values(**values))


async def renamed(api: Api, acme: Acme, name: str = "Renamed") -> None:
    """Renames the organization, which is an event."""
    admin = await api.person(acme.admin.email)
    answer = await api.mutate(
        "updateOrganization", {"organizationId": acme.id, "name": name}, by=admin
    )
    assert answer.payload["cursor"]


async def many_events(api: Api, number: int) -> None:
    """Writes this number of events in one transaction, as replacing a role does."""
    async with begin(api.server, SYSTEM) as tx:
        for one in range(number):
            tx.record(EventType.ROLE_UPDATED, f"role_{one}", {"object": "role", "number": one})


async def _rows(store: Store, name: str) -> Sequence[Any]:
    table = metadata.tables[name]
    async with store.read() as connection:
        return (await connection.execute(select(table).order_by(table.c.id))).mappings()


async def deliveries(store: Store) -> list[WebhookDelivery]:
    """Loads the deliveries, sorted by event and endpoint."""
    rows = [WebhookDelivery(**row) for row in await _rows(store, "webhook_delivery")]
    return sorted(rows, key=lambda one: (one.event_cursor, one.endpoint_id))


async def endpoint(store: Store, id: str) -> WebhookEndpoint:
    (found,) = [
        WebhookEndpoint(**row) for row in await _rows(store, "webhook_endpoint") if row["id"] == id
    ]
    return found


@asynccontextmanager
async def working(
    *senders: DeliveryQueue[Answer], patience: float | None = None
) -> AsyncGenerator[list[asyncio.Task[None]]]:
    """Runs the queues during the block, and then stops them as a server does."""
    tasks = [asyncio.create_task(one.run()) for one in senders]
    try:
        yield tasks
    finally:
        if patience is not None:
            for one in [task for worker in senders for task in worker.sending]:
                one.cancel()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
