"""The load of `bench.soak`: clients of all kinds, some of which leave without a word."""

import asyncio
import itertools
import json
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.support.documents import fuzz
from tests.support.subscriptions import PROTOCOL

MEMBERS = 40
FUZZ_SECONDS = 3.0
QUERIES = [
    "{ viewer { user { id identifier } } }",
    """{ organizations(first: 20) { nodes { id name
      memberships(first: 20) { nodes { role { key } user { identifier } } } } } }""",
    "{ users(first: 50) { totalCount nodes { id identifier publicMetadata } } }",
    "{ events(first: 50) { nodes { cursor type } } }",
    "{ organizations { nope } }",
]
LISTEN = "subscription($id: ID!) { membershipChanged(organizationId: $id) { cursor type userId } }"
REPLAY = 'subscription { events(after: "0") { cursor type } }'
CREATE = """mutation($input: CreateUsersInput!) { createUsers(input: $input) {
  users { id } userErrors { code } } }"""
JOIN = """mutation($input: CreateMembershipsInput!) { createMemberships(input: $input) {
  memberships { id } userErrors { code message } } }"""
CHANGE = """mutation($input: UpdateMembershipInput!) { updateMembership(input: $input) {
  cursor userErrors { code } } }"""
FOUND = """mutation($input: CreateOrganizationInput!) { createOrganization(input: $input) {
  organization { id } } }"""
DELETE = """mutation($input: DeleteOrganizationInput!) { deleteOrganization(input: $input) {
  cursor } }"""
INVITE = """mutation($input: CreateInvitationInput!) { createInvitation(input: $input) {
  invitation { id } userErrors { code } } }"""
REVOKE = """mutation($input: InvitationRefInput!) { revokeInvitation(input: $input) {
  cursor userErrors { code } } }"""
ENDPOINTS = "{ webhookEndpoints { id } }"
REMOVE = """mutation($input: WebhookEndpointRefInput!) { deleteWebhookEndpoint(input: $input) {
  cursor } }"""
# Not the generator of the process, which the fuzz in its thread sets back.
CHANCE = random.Random()
KEY = {"authorization": fuzz.SERVICE}


class Load:
    """Clients of all kinds, until the time is over."""

    def __init__(self, target: fuzz.Target) -> None:
        self.target = target
        self.deadline = 0.0
        self.done = Counter[str]()
        self.members: list[str] = []
        self.organization: dict[str, str] = {}
        self.client = self.make_client()

    def make_client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.target.server.url, headers=KEY, timeout=30)

    async def leave(self) -> None:
        """Closes the connections that the client would keep for its next requests."""
        await self.client.aclose()
        self.client = self.make_client()

    async def send(self, query: str, input: Any = None) -> Any:
        body = {"query": query, "variables": {"input": input} if input else {}}
        return (await self.client.post("/graphql", json=body)).json().get("data")

    async def prepare(self) -> None:
        """Makes an organization and members that the fuzz does not know."""
        founded = await self.send(FOUND, {"name": "Soaked"})
        self.organization = {"organizationId": founded["createOrganization"]["organization"]["id"]}
        users = [{"emailAddress": f"m{number}@example.com"} for number in range(MEMBERS)]
        created = await self.send(CREATE, {"users": users})
        self.members = [user["id"] for user in created["createUsers"]["users"]]
        joining = [{"userId": id, "role": "org:member"} for id in self.members]
        joined = await self.send(JOIN, {**self.organization, "members": joining})
        assert not joined["createMemberships"]["userErrors"], joined

    async def repeat(self, name: str, act: Callable[[], Awaitable[None]]) -> None:
        while time.monotonic() < self.deadline:
            with suppress(httpx.TransportError, ConnectionClosed, OSError, TimeoutError):
                await act()
            self.done[name] += 1
            await asyncio.sleep(CHANCE.uniform(0, 0.05))

    async def run(self, seconds: float) -> None:
        self.deadline = time.monotonic() + seconds
        kinds = {self.query: 3, self.change: 2, self.found: 1, self.invite: 1, self.drop: 1}
        kinds |= {self.listen: 4, self.stream: 3}
        async with asyncio.TaskGroup() as group:
            for act, number in kinds.items():
                for _ in range(number):
                    group.create_task(self.repeat(act.__name__, act))
            group.create_task(asyncio.to_thread(self.fuzz))
        # The fuzz makes endpoints that don't answer, and attempts to reach them would be left over.
        for endpoint in (await self.send(ENDPOINTS))["webhookEndpoints"]:
            await self.send(REMOVE, {"webhookEndpointId": endpoint["id"]})
        await self.leave()

    # ---------------------------------------------------------------------------- kinds of clients

    async def query(self) -> None:
        await self.send(CHANCE.choice(QUERIES))

    async def change(self) -> None:
        given = {**self.organization, "userId": CHANCE.choice(self.members)}
        await self.send(CHANGE, {**given, "role": CHANCE.choice(["org:member", "org:admin"])})

    async def found(self) -> None:
        created = (await self.send(FOUND, {"name": "Short-lived"}))["createOrganization"]
        await self.send(DELETE, {"organizationId": created["organization"]["id"]})

    async def invite(self) -> None:
        address = f"i{CHANCE.randrange(10**9)}@example.com"
        given = {**self.organization, "emailAddress": address, "role": "org:member"}
        invited = (await self.send(INVITE, given))["createInvitation"]
        if invited["invitation"]:
            reference = {**self.organization, "invitationId": invited["invitation"]["id"]}
            await self.send(REVOKE, reference)

    async def drop(self) -> None:
        """Leaves in the middle of a request or of its answer."""
        _, writer = await asyncio.open_connection("127.0.0.1", self.target.port)
        body = json.dumps({"query": CHANCE.choice(QUERIES)}).encode()
        head = [
            *("POST /graphql HTTP/1.1", "Host: localhost", f"Authorization: {fuzz.SERVICE}"),
            *("Content-Type: application/json", f"Content-Length: {len(body)}", "", ""),
        ]
        sent = "\r\n".join(head).encode() + body
        writer.write(sent[: CHANCE.choice([len(sent), CHANCE.randrange(len(sent))])])
        await asyncio.sleep(CHANCE.uniform(0, 0.05))
        writer.transport.abort()

    async def listen(self) -> None:
        """Listens by WebSocket, and leaves politely or not."""
        url = self.target.server.url.replace("http", "ws")
        connection = await connect(f"{url}/graphql", subprotocols=[PROTOCOL], compression=None)
        await connection.send(json.dumps({"type": "connection_init", "payload": KEY}))
        for id in range(CHANCE.randrange(5)):
            payload = {"query": LISTEN, "variables": {"id": self.organization["organizationId"]}}
            if CHANCE.random() < 0.3:
                payload = {"query": REPLAY}
            await connection.send(
                json.dumps({"type": "subscribe", "id": str(id), "payload": payload})
            )
            if CHANCE.random() < 0.3:
                await connection.send(json.dumps({"type": "complete", "id": str(id)}))
        with suppress(TimeoutError):
            async with asyncio.timeout(CHANCE.choice([0, 0.02, 1, 3])):
                while True:
                    await connection.recv()
        if CHANCE.random() < 0.5:
            await connection.close()
        connection.transport.abort()

    async def stream(self) -> None:
        """Listens to server-sent events, and goes away."""
        body = {"query": LISTEN, "variables": {"id": self.organization["organizationId"]}}
        headers = {**KEY, "accept": "text/event-stream"}
        with suppress(TimeoutError):
            async with (
                asyncio.timeout(CHANCE.choice([0.02, 0.5, 2])),
                self.client.stream("POST", "/graphql", json=body, headers=headers) as response,
            ):
                async for _ in response.aiter_lines():
                    pass

    def fuzz(self) -> None:
        for name, (strategy, check) in itertools.cycle(fuzz.get_properties(self.target).items()):
            if time.monotonic() >= self.deadline:
                return
            fuzz.explore(strategy, check, 20, seconds=FUZZ_SECONDS)
            self.done[f"fuzz: {name}"] += 1
