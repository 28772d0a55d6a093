"""How long until the last of many subscribers has an event,
and what an idle one costs: `python -m bench.subscribers`.

It starts a server on a fresh SQLite database in a process of its own, makes one organization whose
members listen, each with a socket and a token of their own, and changes a role. Needs two cores and
a limit of open files above the number.
"""

import asyncio
import json
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from websockets.asyncio.client import ClientConnection, connect

from bench.servers import read_memory, read_processor_time
from tests.support.api import SECRET_KEY, sign_token, test_issuer
from tests.support.processes.commands import Server, started
from tests.support.subscriptions import PROTOCOL

CREATE = (
    "mutation($i: CreateUserInput!) { createUser(input: $i) { user { id } userErrors { code } } }"
)
JOIN = (
    "mutation($i: CreateMembershipInput!) { createMembership(input: $i) { userErrors { code } } }"
)
FOUND = """mutation($i: CreateOrganizationInput!) {
  createOrganization(input: $i) { organization { id } } }"""
CHANGE = """mutation($i: UpdateMembershipInput!) {
  updateMembership(input: $i) { cursor userErrors { code } } }"""
LISTEN = (
    "subscription($id: ID!) { membershipChanged(organizationId: $id) { cursor type userId role } }"
)
WIDE = """subscription($id: ID!) { membershipChanged(organizationId: $id) {
  cursor type userId role
  user { firstName } organization { name } membership { role { name } } } }"""
SERVICE = {"authorization": f"Bearer {SECRET_KEY}"}


def token(number: int) -> str:
    now = int(time.time())
    return sign_token(
        {
            "iss": test_issuer().issuer,
            "aud": test_issuer().audience,
            "sub": f"sub{number}",
            "iat": now,
            "exp": now + 3600,
            "email": f"member{number}@example.com",
            "email_verified": True,
        }
    )


async def send(client: httpx.AsyncClient, query: str, input: dict[str, Any]) -> Any:
    response = await client.post(
        "/graphql", json={"query": query, "variables": {"i": input}}, headers=SERVICE
    )
    return response.json()["data"]


async def people(client: httpx.AsyncClient, number: int) -> tuple[str, list[str]]:
    """An organization and its members, who can sign in."""
    organization_id = (await send(client, FOUND, {"name": "Listeners"}))["createOrganization"][
        "organization"
    ]["id"]
    user_ids: list[str] = []
    for one in range(number):
        email = f"member{one}@example.com"
        made = await send(
            client,
            CREATE,
            {"emailAddress": email, "emailVerified": True, "issuer": test_issuer().issuer},
        )
        user_ids.append(made["createUser"]["user"]["id"])
        await send(
            client,
            JOIN,
            {"organizationId": organization_id, "userId": user_ids[-1], "role": "org:member"},
        )
    return organization_id, user_ids


async def listener(url: str, number: int, organization_id: str, query: str) -> ClientConnection:
    socket = await connect(
        f"{url.replace('http', 'ws')}/graphql", subprotocols=[PROTOCOL], compression=None
    )
    await socket.send(
        json.dumps(
            {"type": "connection_init", "payload": {"authorization": f"Bearer {token(number)}"}}
        )
    )
    await socket.recv()
    payload = {"query": query, "variables": {"id": organization_id}}
    await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
    return socket


async def measured(server: Server, number: int, rounds: int, query: str) -> None:
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        organization_id, user_ids = await people(client, number)
        await send(
            client,
            CHANGE,
            {"organizationId": organization_id, "userId": user_ids[1], "role": "org:admin"},
        )
        warm = await listener(server.url, 0, organization_id, query)
        before = read_memory(server)
        sockets = [await listener(server.url, one, organization_id, query) for one in range(number)]
        await asyncio.sleep(2)
        print(
            f"{(read_memory(server) - before) / 1024 / number:.1f} KiB for each of {number} idle"
            f" subscribers"
        )
        times: list[float] = []
        for turn in range(rounds):
            role = "org:admin" if turn % 2 == 0 else "org:member"
            waiting = [asyncio.create_task(socket.recv()) for socket in sockets]
            await asyncio.sleep(0.5)
            began, used = time.perf_counter(), read_processor_time(server)
            await send(
                client,
                CHANGE,
                {"organizationId": organization_id, "userId": user_ids[0], "role": role},
            )
            answered = time.perf_counter()
            async with asyncio.timeout(30):
                await asyncio.gather(*waiting)
            times.append(time.perf_counter() - answered)
            used = read_processor_time(server) - used
            print(
                f"answered after {(answered - began) * 1000:.0f} ms, the last had it"
                f" {times[-1] * 1000:.0f} ms later;"
                f" {used * 1000:.0f} ms of the server's processor"
            )
        print(f"{statistics.median(times) * 1000:.0f} ms in the middle of {rounds}")
        await asyncio.gather(*(socket.close() for socket in [warm, *sockets]))


def main(
    number: Annotated[int, typer.Option(help="How many subscribers.")] = 1000,
    rounds: Annotated[int, typer.Option(help="How many changes.")] = 5,
    wide: Annotated[
        bool, typer.Option(help="Select objects that the server has to look up.")
    ] = False,
) -> None:
    """Measures, and prints."""
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (2 * number + 500, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    )
    environment = {
        "TENANTRY_IDENTITY_ISSUERS": f"[{test_issuer().model_dump_json(exclude_none=True)}]",
        "TENANTRY_SECRET_KEYS": SECRET_KEY,
        "TENANTRY_LOG_LEVEL": "error",
        "TENANTRY_MAX_SOCKETS_PER_ADDRESS": str(2 * number),
    }
    with (
        tempfile.TemporaryDirectory() as folder,
        started("serve", folder=Path(folder), TENANTRY_ENV="development", **environment) as server,
    ):
        asyncio.run(measured(server, number, rounds, WIDE if wide else LISTEN))


if __name__ == "__main__":
    sys.exit(typer.run(main))
