"""W9: how many messages a server sends to the subscribers of one organization."""

import asyncio
import itertools
import json
import time

from websockets.asyncio.client import ClientConnection, connect

from bench.load import Client, make_request
from bench.seeding import SERVICE, Data, Person
from tests.support.api import operation
from tests.support.subscriptions import PROTOCOL

SUBSCRIBERS = 200
LISTEN = """subscription($id: ID!) { membershipChanged(organizationId: $id) {
  cursor type userId role } }"""


async def listen(url: str, person: Person, organization_id: str) -> ClientConnection:
    socket = await connect(
        f"{url.replace('http', 'ws')}/graphql", subprotocols=[PROTOCOL], compression=None
    )
    payload = {"authorization": person.authorization}
    await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
    await socket.recv()
    query = {"query": LISTEN, "variables": {"id": organization_id}}
    await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": query}))
    return socket


async def measure_fan_out(url: str, data: Data, seconds: float) -> float:
    """Changes roles one after the other; returns how many messages came in a second.

    Every subscriber must get every change, in the same order.
    """
    # All callers are in the large organization, and so are the fellows.
    people = itertools.islice(itertools.cycle(data.callers), SUBSCRIBERS)
    sockets = [await listen(url, person, data.large_id) for person in people]
    user_id = next(iter(data.fellows.values()))[0]
    client = Client(int(url.rpartition(":")[2]))
    await client.connect()
    await asyncio.sleep(1)
    received: list[list[str]] = [[] for _ in sockets]

    async def receive(number: int) -> None:
        async for message in sockets[number]:
            received[number].append(str(message))

    receiving = [asyncio.create_task(receive(number)) for number in range(len(sockets))]
    began, changes = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        role = "org:admin" if changes % 2 == 0 else "org:member"
        given = {"organizationId": data.large_id, "userId": user_id, "role": role}
        request = make_request(operation("change-role"), SERVICE, **given)
        answer = json.loads(await client.send(request))
        assert answer["data"]["updateMembership"]["membership"], answer
        changes += 1
    async with asyncio.timeout(30):
        while min(map(len, received)) < changes:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    passed = time.perf_counter() - began
    assert all(messages == received[0] for messages in received), "not all got the same"
    assert not any('"errors"' in message for message in received[0]), received[0][:3]
    for task in receiving:
        task.cancel()
    await asyncio.gather(*(socket.close() for socket in sockets))
    return changes * len(sockets) / passed
