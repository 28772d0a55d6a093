"""Keeps a table of all memberships: TENANTRY_KEY=sk_… python examples/mirror.py --url … --database mirror.db"""

import argparse
import asyncio
import logging
import os
import random
import sqlite3
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportError, TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

FIRST_PAUSE, LONGEST_PAUSE = 0.25, 30.0
REFUSED = {"UNAUTHENTICATED", "FORBIDDEN", 4403}
"""Codes of errors and of a closed socket that no second try makes better."""

TABLES = """PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS membership (
    id TEXT PRIMARY KEY, organization_id TEXT NOT NULL, user_id TEXT NOT NULL, role TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS progress (id INTEGER PRIMARY KEY CHECK (id = 1), cursor TEXT NOT NULL);"""
# Not unique by organization and user: a snapshot may hold a new membership before the old one has ended.
PUT = "INSERT OR REPLACE INTO membership (id, organization_id, user_id, role) VALUES (?, ?, ?, ?)"

ORGANIZATIONS = """query($after: String) {
  organizations(first: 20, after: $after) { nodes { id ...Members } pageInfo { hasNextPage endCursor } }
}
fragment Members on Organization {
  memberships(first: 100) { nodes { id user { id } role { key } } pageInfo { hasNextPage endCursor } }
}"""
MEMBERS = """query($id: ID!, $after: String) { node(id: $id) { id ... on Organization {
  memberships(first: 100, after: $after) { nodes { id user { id } role { key } } pageInfo { hasNextPage endCursor } }
} } }"""
CHANGES = """subscription($after: String) {
  membershipChanged(after: $after) { type cursor membershipId organizationId userId role }
}"""

log = logging.getLogger("mirror")


async def ask(session: AsyncClientSession, document: str, **variables: Any) -> Any:
    (answer,) = (await session.execute(GraphQLRequest(document, variable_values=variables))).values()
    return answer


async def members(session: AsyncClientSession, organization: Any) -> AsyncGenerator[list[str]]:
    """The first page came with the organization, which may be deleted before the next."""
    while organization:
        id, page = organization["id"], organization["memberships"]
        for node in page["nodes"]:
            yield [node["id"], id, node["user"]["id"], node["role"]["key"]]
        behind = page["pageInfo"]
        organization = behind["hasNextPage"] and await ask(session, MEMBERS, id=id, after=behind["endCursor"])


def codes(error: Exception) -> set[Any]:
    """Of GraphQL errors, or of the close frame that ended the socket."""
    errors = error.errors if isinstance(error, TransportQueryError) else None
    closed = getattr(error.__cause__, "rcvd", None)
    return {one["extensions"]["code"] for one in errors or ()} | ({closed.code} if closed else set())


class Mirror:
    """The tables, and with them, in the same transactions, the cursor up to which they hold what happened."""

    def __init__(self, path: str, *, url: str, key: str) -> None:
        self.database = sqlite3.connect(path)
        self.database.executescript(TABLES)
        self.url = f"{url.rstrip('/')}/graphql"
        self.credential = {"authorization": f"Bearer {key}"}

    @property
    def cursor(self) -> str | None:
        found = self.database.execute("SELECT cursor FROM progress").fetchone()
        return found[0] if found else None

    async def take_snapshot(self) -> None:
        """The cursor is read first, so that the events after it include everything that happens meanwhile."""
        async with Client(transport=HTTPXAsyncTransport(self.url, headers=self.credential)) as session:
            cursor, rows, behind = await ask(session, "{ cursor }"), list[list[str]](), {"endCursor": None}
            while behind.get("hasNextPage", True):
                page = await ask(session, ORGANIZATIONS, after=behind["endCursor"])
                rows += [row for one in page["nodes"] async for row in members(session, one)]
                behind = page["pageInfo"]
        with self.database:
            self.database.execute("DELETE FROM membership")
            self.database.executemany(PUT, rows)
            self.database.execute("INSERT OR REPLACE INTO progress (id, cursor) VALUES (1, ?)", [cursor])
        log.info("took a snapshot of %s memberships, and cursor %s", len(rows), cursor)

    def apply(self, event: dict[str, Any]) -> None:
        """What a snapshot held already is put or deleted once more, which changes nothing in the end."""
        row = [event[name] for name in ("membershipId", "organizationId", "userId", "role")]
        with self.database:
            if event["type"] == "MEMBERSHIP_DELETED":
                self.database.execute("DELETE FROM membership WHERE id = ?", row[:1])
            else:
                self.database.execute(PUT, row)
            self.database.execute("UPDATE progress SET cursor = ?", [event["cursor"]])

    async def follow(self) -> None:
        """Until the stream ends, or raises what ended it."""
        transport = WebsocketsTransport(self.url.replace("http", "ws", 1), init_payload=self.credential)
        async with Client(transport=transport) as session:
            log.info("following from cursor %s", self.cursor)
            request = GraphQLRequest(CHANGES, variable_values={"after": self.cursor})
            async with aclosing(session.subscribe(request)) as told:
                async for data in told:
                    self.apply(data["membershipChanged"])

    async def keep(self) -> None:
        """For ever, with pauses that grow from loss to loss; raises TransportError for a key that is refused."""
        pause, is_expired = FIRST_PAUSE, self.cursor is None
        while True:
            began, reason = time.monotonic(), "the stream ended"
            try:
                if is_expired:
                    await self.take_snapshot()
                is_expired = False
                await self.follow()
            except (TransportError, TimeoutError) as error:
                if codes(error) & REFUSED:
                    raise
                is_expired, reason = is_expired or "CURSOR_EXPIRED" in codes(error), error.__cause__ or error
            pause = FIRST_PAUSE if time.monotonic() - began > pause else min(2 * pause, LONGEST_PAUSE)
            wait = random.uniform(pause / 2, pause)
            log.info("lost the server, trying again in %.1f s: %r", wait, reason)
            await asyncio.sleep(wait)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where Tenantry is")
    key = os.environ.get("TENANTRY_KEY")
    parser.add_argument("--key", default=key, required=not key, help="a secret key; better as TENANTRY_KEY")
    parser.add_argument("--database", default="mirror.db", help="the SQLite file of the mirror")
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    log.setLevel(logging.INFO)
    try:
        asyncio.run(Mirror(given.database, url=given.url, key=given.key).keep())
    except TransportError as error:
        sys.exit(f"The secret key was refused: {error.__cause__ or error}")


if __name__ == "__main__":
    main()
