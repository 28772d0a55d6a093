"""A mirror and servers that are killed while clients keep writing."""

import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx
from sqlalchemy import select

from examples.mirror import Mirror
from models.database.store import Store
from models.database.tables import metadata
from models.events import MEMBERSHIP_TYPES
from tests.support.api import (
    AUDIENCE,
    INPUTS,
    ISSUER,
    JSON,
    SECRET,
    SECRET_KEY,
    SERVICE,
    Caller,
    sign_token,
)
from tests.support.processes.commands import PRODUCTION, START_SECONDS, Running, free_port, process

ROOT = Path(__file__).parents[3]
PRIMARY = "role_set:primary"
ROLES = ("org:admin", "org:member", "org:guest")
# In the mirror's own transactions: an event that is applied a second time ends the mirror with an
# error.
AUDIT = """
CREATE TABLE applied (position INTEGER PRIMARY KEY, cursor TEXT NOT NULL UNIQUE);
CREATE TABLE snapshot (cursor TEXT NOT NULL);
CREATE TRIGGER one_applied AFTER UPDATE ON progress BEGIN INSERT INTO applied (cursor) VALUES (new.cursor); END;
CREATE TRIGGER one_snapshot AFTER INSERT ON progress BEGIN INSERT INTO snapshot VALUES (new.cursor); END;
"""


# ------------------------------------------------------------------------------------- what is held


def audited(path: Path) -> Path:
    """Creates the empty database of a mirror, with a record of what is done to it."""
    database = Mirror(str(path), url="", key="").database
    database.executescript(AUDIT)
    database.close()
    return path


def _rows(path: Path, statement: str) -> list[Any]:
    database = sqlite3.connect(path)
    try:
        return database.execute(statement).fetchall()
    finally:
        database.close()


def load_memberships(path: Path) -> list[Any]:
    return _rows(path, "SELECT id, organization_id, user_id, role FROM membership ORDER BY id")


def applied(path: Path) -> list[int]:
    return [
        int(cursor) for (cursor,) in _rows(path, "SELECT cursor FROM applied ORDER BY position")
    ]


def snapshots(path: Path) -> list[int]:
    return [int(cursor) for (cursor,) in _rows(path, "SELECT cursor FROM snapshot ORDER BY rowid")]


async def stored(store: Store) -> list[Any]:
    """Loads what a mirror should contain."""
    membership, role = metadata.tables["membership"].c, metadata.tables["role"].c
    columns = (membership.id, membership.organization_id, membership.user_id, role.key)
    async with store.read() as connection:
        rows = await connection.execute(
            select(*columns).where(role.id == membership.role_id).order_by(membership.id)
        )
        return [tuple(row) for row in rows]


async def load_expected_cursors(store: Store, *, after: int) -> list[int]:
    """Loads the cursors of the events that a mirror should have applied."""
    event = metadata.tables["event"].c
    behind = (
        select(event.cursor)
        .where(event.type.in_(MEMBERSHIP_TYPES), event.cursor > after)
        .order_by(event.cursor)
    )
    async with store.read() as connection:
        return list((await connection.execute(behind)).scalars())


# ---------------------------------------------------------------------------------------- processes


@dataclass
class Killable:
    """A process that never ends by itself, and is restarted whenever it is killed."""

    start: Callable[[], Running | subprocess.Popen[bytes]]
    process: Running | subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.process = self.start()

    def is_running(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        assert self.is_running(), "it ended by itself"
        self.process.kill()
        self.process.wait()
        self.process = self.start()


async def ready(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    async with httpx.AsyncClient() as client:
        while True:
            try:
                if (await client.get(f"{url}/readyz")).is_success:
                    return
            except httpx.TransportError:
                assert time.monotonic() < deadline, "the server does not answer"
            await asyncio.sleep(0.05)


def a_server(stack: ExitStack, folder: Path, store: Store) -> tuple[str, Killable]:
    """Starts a server, whose address stays the same when it is restarted."""
    port = str(free_port())
    environment = {
        "TENANTRY_ENV": "development",
        "TENANTRY_SECRET": SECRET,
        "TENANTRY_DATABASE_URL": store.url.render_as_string(hide_password=False),
        "TENANTRY_SECRET_KEYS": SECRET_KEY,
        "TENANTRY_IDENTITY_ISSUERS": PRODUCTION["TENANTRY_IDENTITY_ISSUERS"],
        "TENANTRY_LOG_LEVEL": "error",
    }

    def start() -> Running:
        return stack.enter_context(process("serve", "--port", port, folder=folder, **environment))

    return f"http://127.0.0.1:{port}", Killable(start)


def a_mirror(stack: ExitStack, path: Path, choose_url: Callable[[], str]) -> Killable:
    """Starts a mirror as a customer would; its output goes to a file beside its database."""
    said = stack.enter_context(path.with_suffix(".log").open("ab"))

    def start() -> subprocess.Popen[bytes]:
        command = [
            sys.executable,
            ROOT / "examples" / "mirror.py",
            "--url",
            choose_url(),
            "--database",
            path,
        ]
        running = subprocess.Popen(
            command, env={"TENANTRY_KEY": SECRET_KEY}, stdout=said, stderr=said
        )
        stack.callback(running.wait)
        stack.callback(running.kill)
        return running

    return Killable(start)


# ------------------------------------------------------------------------------------------ writers


def _identity(email: str) -> str:
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": f"sub|{email}", "iat": now, "exp": now + 3600}
    return f"Bearer {sign_token({**claims, 'email': email, 'email_verified': True})}"


@dataclass
class Crew:
    """Clients who know the same users and organizations, and change memberships at random."""

    urls: list[str]
    random: Random
    client: httpx.AsyncClient
    people: list[Caller] = field(default_factory=list[Caller])
    organizations: list[str] = field(default_factory=list[str])
    added: list[tuple[str, Caller]] = field(default_factory=list[tuple[str, Caller]])
    changes: int = 0

    async def ask(self, query: str, by: Caller = SERVICE, **variables: Any) -> JSON:
        """Repeats a request until it gets a response; the server may have executed any of them."""
        body, headers = (
            {"query": query, "variables": variables},
            {"authorization": by.authorization or ""},
        )
        while True:
            try:
                url = self.random.choice(self.urls)
                return (await self.client.post(f"{url}/graphql", json=body, headers=headers)).json()
            except httpx.TransportError:
                await asyncio.sleep(0.1)

    async def change(
        self, mutation: str, selection: str = "", *, by: Caller = SERVICE, **input: Any
    ) -> JSON | None:
        """Returns the payload of a mutation; None if it was rejected, as many random ones are."""
        kind = INPUTS.get(mutation) or f"{mutation[0].upper()}{mutation[1:]}Input"
        query = f"mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {selection} userErrors {{ code }} cursor }} }}"
        answer = await self.ask(query, by, input=input)
        codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
        assert codes <= {"NOT_FOUND", "FORBIDDEN", "UNAVAILABLE"}, answer
        payload = None if codes else answer["data"][mutation]
        if payload is None or payload["userErrors"] or payload["cursor"] is None:
            return None
        self.changes += 1
        return payload

    async def prepare(self) -> None:
        await self.change(
            "createRole", key="org:guest", name="Guest", permissions=[], addToInitialRoleSet=True
        )
        for number in range(24):
            email = f"p{number}@example.com"
            caller = Caller(_identity(email), email=email)
            viewer = (await self.ask("{ viewer { user { id } } }", caller))["data"]["viewer"]
            self.people.append(Caller(caller.authorization, viewer["user"]["id"], email))
        for _ in range(8):
            await self.found()

    async def write(self, goes_on: Callable[[], bool]) -> None:
        """Makes random changes until told to stop."""
        kinds = {
            self.add: 36,
            self.assign: 24,
            self.remove: 16,
            self.leave: 8,
            self.invite: 6,
            self.found: 4,
            self.dissolve: 3,
            self.hire_and_dismiss: 2,
            self.replace_role: 1,
        }
        while goes_on():
            (kind,) = self.random.choices(list(kinds), list(kinds.values()))
            await kind()

    def somewhere(self) -> JSON:
        return {"organizationId": self.random.choice(self.organizations)}

    def a_member(self) -> tuple[JSON, Caller]:
        """Returns a member and their organization; any pair while there are no members."""
        organization_id, person = self.random.choice(
            self.added or [(self.organizations[0], self.people[0])]
        )
        return {"organizationId": organization_id}, person

    async def add(self) -> None:
        place, person = self.somewhere(), self.random.choice(self.people)
        if await self.change(
            "createMembership", **place, userId=person.id, role=self.random.choice(ROLES)
        ):
            self.added.append((place["organizationId"], person))

    async def assign(self) -> None:
        place, person = self.a_member()
        by = self.random.choice([SERVICE, SERVICE, *self.people[:2]])
        await self.change(
            "updateMembership", by=by, **place, userId=person.id, role=self.random.choice(ROLES)
        )

    async def remove(self) -> None:
        place, person = self.a_member()
        await self.change("removeMembership", **place, userId=person.id)
        self.forget(
            lambda organization_id, one: (organization_id, one) == (place["organizationId"], person)
        )

    async def leave(self) -> None:
        place, person = self.a_member()
        await self.change("leaveOrganization", by=person, **place)
        self.forget(
            lambda organization_id, one: (organization_id, one) == (place["organizationId"], person)
        )

    def forget(self, is_gone: Callable[[str, Caller], bool]) -> None:
        self.added = [one for one in self.added if not is_gone(*one)]

    async def invite(self) -> None:
        person = self.random.choice(self.people)
        input: JSON = {**self.somewhere(), "emailAddress": person.email, "notify": False}
        if made := await self.change("createInvitation", "invitation { id }", **input):
            await self.change("acceptInvitation", by=person, invitationId=made["invitation"]["id"])

    async def found(self) -> None:
        made = await self.change(
            "createOrganization",
            "organization { id }",
            by=self.random.choice(self.people),
            name="Company",
        )
        if made:
            self.organizations.append(made["organization"]["id"])

    async def dissolve(self) -> None:
        if len(self.organizations) > 6:
            gone = self.organizations.pop(self.random.randrange(len(self.organizations)))
            await self.change("deleteOrganization", organizationId=gone)
            self.forget(lambda organization_id, _: organization_id == gone)

    async def hire_and_dismiss(self) -> None:
        email = f"{self.random.getrandbits(64):x}@example.com"
        made = await self.change("createUser", "user { id }", emailAddress=email)
        if made:
            user_id = made["user"]["id"]
            for _ in range(3):
                await self.change("createMembership", **self.somewhere(), userId=user_id)
            await self.change("deleteUser", userId=user_id)

    async def replace_role(self) -> None:
        await self.change(
            "replaceRoleInRoleSet", roleSet=PRIMARY, role="org:guest", withRole="org:member"
        )
        await self.change("updateRoleSet", key=PRIMARY, addRoles=["org:guest"])


@asynccontextmanager
async def a_crew(urls: list[str], random: Random) -> AsyncGenerator[Crew]:
    async with httpx.AsyncClient(timeout=20) as client:
        crew = Crew(urls, random, client)
        await crew.prepare()
        yield crew
