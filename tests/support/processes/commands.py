"""Commands and servers, in this process or in one of their own."""

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx
import structlog
from starlette.applications import Starlette
from starlette.types import ASGIApp
from typer.testing import CliRunner, Result

from schema.foundation.context import noop
from server import cli
from server.cli.runtime import http_server
from tests.support.api import test_issuer
from tests.support.processes.copied_process import CopiedProcess, clean_environment

TENANTRY = Path(sys.executable).with_name("tenantry")
# The command as it is installed, for tests of its start.
INSTALLED = (TENANTRY,)
START_SECONDS = 60.0

# Settings that `serve` is content with.
PRODUCTION = {
    "TENANTRY_SECRET": "Vw3nZ0q7Jp5xT1sY9uLk4Rb8Ec2Hg6Mf-dAoXiWtQvN",
    "TENANTRY_PUBLIC_URL": "https://orgs.example.com",
    "TENANTRY_IDENTITY_ISSUERS": f"[{test_issuer().model_dump_json(exclude_none=True)}]",
}

T = TypeVar("T")
# A command in front of the arguments.
Program = Sequence[str | Path]
Running = subprocess.Popen[str] | CopiedProcess


@contextmanager
def restored_logging() -> Generator[None]:
    """Restores the logging setup, which commands change for the whole process."""
    configuration = structlog.get_config()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("uvicorn.error").setLevel(logging.NOTSET)
    structlog.configure(**configuration)


def invoke(*arguments: str, **environment: str) -> Result:
    """Runs a command in this process, in the current folder; only SystemExit may end it."""
    # What tells the tests that they must not skip anything is no setting.
    required = dict.fromkeys(name for name in os.environ if name.startswith("TENANTRY_REQUIRE_"))
    with restored_logging():
        result = CliRunner().invoke(
            cli.app, arguments, env={"COLUMNS": "100", **required, **environment}
        )
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def refused(result: Result, *sentences: str) -> None:
    """Asserts exit code 2, with one reason a line on standard error and no traceback."""
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == len(sentences), result.stderr
    for line, sentence in zip(result.stderr.splitlines(), sentences, strict=True):
        assert sentence in line


def done(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").is_success
    except httpx.TransportError:
        return False


def while_serving(use: Callable[[str], T], *arguments: str, **environment: str) -> tuple[Result, T]:
    """Runs a command that serves, in this process; stops it by SIGTERM when `use` returns."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"

    def visit() -> T:
        deadline = time.monotonic() + START_SECONDS
        while not answers(url):
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.02)
        try:
            return use(url)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    with ThreadPoolExecutor(1) as pool:
        visited = pool.submit(visit)
        result = invoke(*arguments, "--port", str(port), **environment)
        return result, visited.result()


@asynccontextmanager
async def listening(app: ASGIApp, port: int = 0) -> AsyncGenerator[int]:
    """Runs the application behind uvicorn, as `serve` does, until SIGTERM at the end."""
    listener = http_server.listen("127.0.0.1", port)
    port = listener.getsockname()[1]
    stop_streams = app.state.log.close if isinstance(app, Starlette) else noop
    running = asyncio.create_task(http_server.serve_on(listener, app, stop_streams))
    async with httpx.AsyncClient(timeout=START_SECONDS) as client:
        await client.get(f"http://127.0.0.1:{port}/healthz")
    try:
        yield port
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        await running


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def tenantry(
    *arguments: str, folder: Path, program: Program = (), **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs a command until it ends: of the program, or else in a process that has imported all."""
    given = clean_environment() | environment
    if program:
        return subprocess.run(
            [*program, *arguments],
            cwd=folder,
            env=given,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
        )
    running = CopiedProcess(arguments, str(folder), given, separates_errors=True)
    output, errors = running.communicate(START_SECONDS)
    return subprocess.CompletedProcess(arguments, running.wait(), output, errors)


@dataclass
class Server:
    """A server in a process of its own."""

    process: Running
    url: str

    def graphql(
        self, query: str, authorization: str | None = None, **variables: object
    ) -> httpx.Response:
        headers = {"authorization": authorization} if authorization else {}
        body = {"query": query, "variables": variables}
        return httpx.post(f"{self.url}/graphql", json=body, headers=headers, timeout=30)

    def stop(self) -> tuple[int, str]:
        """Stops the server as an operator does; returns the exit code and the output."""
        self.process.send_signal(signal.SIGTERM)
        written, _ = self.process.communicate(timeout=30)
        return self.process.wait(), written


def await_answer(server: Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            httpx.get(f"{server.url}/healthz")
        except httpx.TransportError:
            assert server.process.poll() is None, server.process.communicate()[0]
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.05)
        else:
            return


@contextmanager
def process(
    *arguments: str,
    folder: Path,
    program: Program = (),
    **environment: str,
) -> Generator[Running]:
    """Runs a command, as `tenantry` does, until the end of the block at the latest."""
    given = clean_environment() | environment
    if program:
        running = subprocess.Popen(
            [*program, *arguments],
            cwd=folder,
            env=given,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    else:
        running = CopiedProcess(arguments, str(folder), given)
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


@contextmanager
def started(
    *arguments: str,
    folder: Path,
    program: Program = (),
    **environment: str,
) -> Generator[Server]:
    """Runs a server, until the end of the block at the latest."""
    port = free_port()
    arguments = (*arguments, "--port", str(port))
    with process(*arguments, folder=folder, program=program, **environment) as running:
        server = Server(running, f"http://127.0.0.1:{port}")
        await_answer(server)
        yield server
