"""Programs that subscribe, each in its own process: the documented ones, and one with httpx."""

import asyncio
import os
import re
import shutil
import signal
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.api import Api, Caller

ROOT = Path(__file__).parents[3]
NODE = Path(sys.executable).with_name("node")
SECONDS = 30.0
# At the beginning of each line that tells an event, as programs print it or as it came.
CURSOR = re.compile(
    r'^(?:data: \{"data":\{"organizationEvents":\{"cursor":")?(\d+)(?: organization|")'
)

HTTPX = """
import httpx, os
env = os.environ
query = 'subscription ($id: ID!, $after: String) { organizationEvents(organizationId: $id, after: $after) { cursor } }'
body = {"query": query, "variables": {"id": env["ORGANIZATION"], "after": env["AFTER"]}}
headers = {"authorization": "Bearer " + env["TENANTRY_TOKEN"], "accept": "text/event-stream"}
with httpx.stream("POST", env["TENANTRY_URL"] + "/graphql", json=body, headers=headers, timeout=60) as answer:
    for line in answer.iter_lines():
        print(line, flush=True)
"""


@dataclass(frozen=True)
class Program:
    """The source of a program, and the command that runs it."""

    language: str
    file: str
    command: tuple[str | Path, ...]

    def written(self, folder: Path) -> Path:
        """Writes the program to a folder, beside the packages that it imports."""
        part = (ROOT / "docs" / "guides" / "subscriptions.md").read_text()
        text = part.split(f"```{self.language}\n")[1].split("```")[0] if self.language else HTTPX
        (folder / self.file).write_text(text)
        packages = folder / "node_modules"
        if not packages.exists():
            packages.symlink_to(ROOT / "web" / "node_modules")
        return folder / self.file


GQL = Program("python", "gql_listener.py", (sys.executable,))
GRAPHQL_WS = Program("js", "graphql_ws_listener.mjs", (NODE,))
CURL = Program("sh", "curl_listener.sh", ("sh",))
STREAM = Program("", "httpx_listener.py", (sys.executable,))
BY_HTTP = (CURL, STREAM)

WITH_CURL = pytest.param(
    CURL, marks=pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl here")
)
SOCKETS = pytest.mark.parametrize("program", [GQL, GRAPHQL_WS], ids=["gql", "graphql-ws"])
STREAMS = pytest.mark.parametrize("program", [WITH_CURL, STREAM], ids=["curl", "httpx"])
ALL = pytest.mark.parametrize(
    "program", [GQL, GRAPHQL_WS, WITH_CURL, STREAM], ids=["gql", "graphql-ws", "curl", "httpx"]
)


@dataclass
class Listener:
    """A running program, and its output so far."""

    process: asyncio.subprocess.Process
    printed: str = ""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def cursors(self) -> list[str]:
        return [found[1] for line in self.printed.splitlines() if (found := CURSOR.match(line))]

    async def read(self) -> None:
        """Reads the output to its end."""
        assert self.process.stdout
        while part := await self.process.stdout.readline():
            self.printed += part.decode()
            self.changed.set()
        self.over.set()
        self.changed.set()

    async def hears(self, count: int) -> list[str]:
        """Waits for this number of events, and returns their cursors."""
        async with asyncio.timeout(SECONDS):
            while len(self.cursors) < count:
                assert not self.over.is_set(), self.printed
                self.changed.clear()
                await self.changed.wait()
        return self.cursors

    async def ends(self) -> str:
        """Waits until the program ends by itself, and returns its output."""
        async with asyncio.timeout(SECONDS):
            await self.over.wait()
        return self.printed


@asynccontextmanager
async def listener(
    program: Program, folder: Path, *, port: int, token: str, organization: str, after: str
) -> AsyncGenerator[Listener]:
    """Runs the program, until the end of the block at the latest."""
    given = {"TENANTRY_TOKEN": token, "ORGANIZATION": organization, "AFTER": after}
    environment: Mapping[str, str] = {
        **os.environ,
        "TENANTRY_URL": f"http://127.0.0.1:{port}",
        **given,
    }
    process = await asyncio.create_subprocess_exec(
        *program.command,
        program.written(folder),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    running = Listener(process)
    reading = asyncio.create_task(running.read())
    try:
        yield running
    finally:
        # The whole group: `node` is a script that starts the real one.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        await reading


def token_of(caller: Caller) -> str:
    return (caller.authorization or "").removeprefix("Bearer ")


async def newest(api: Api, *, by: Caller) -> str:
    """Returns the cursor of the newest event."""
    return (await api.run("{ cursor }", by=by)).data["cursor"]
