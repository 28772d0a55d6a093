"""The servers of the benchmark, pinned to one core: Tenantry, and the floors."""

import os
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import httpx

from bench.floor import PARSERS
from tests.support.api import SECRET_KEY
from tests.support.processes.commands import PRODUCTION, TENANTRY, Server, await_answer, free_port

ROOT = Path(__file__).parents[1]
# The core of the servers; the load has the other one.
SERVER_CORE, LOAD_CORE = 0, 1
METRICS_TOKEN = token_hex(24)
# As in production, with limits of rates that no workload reaches.
SETTINGS = {
    **PRODUCTION,
    "TENANTRY_ENV": "production",
    "TENANTRY_SECRET_KEYS": SECRET_KEY,
    "TENANTRY_SMTP_URL": "smtp://127.0.0.1:9",
    "TENANTRY_MAIL_FROM": "bench@example.com",
    "TENANTRY_USER_RATE": "1000000/minute",
    "TENANTRY_ADDRESS_RATE": "1000000/minute",
    "TENANTRY_UPDATE_RATE": "1000000/minute",
    "TENANTRY_METRICS_TOKEN": METRICS_TOKEN,
    "TENANTRY_MAX_SOCKETS_PER_ADDRESS": "100000",
    "TENANTRY_MAX_SOCKETS_PER_USER": "100000",
}
COLD_STARTS = 3

Program = Sequence[str | Path]
UNGROUPED: Program = (sys.executable, "-m", "bench.ungrouped")


@dataclass(frozen=True)
class Floors:
    """The floors by their parsers, and the file of what they answer."""

    servers: Mapping[str, Server]
    file: Path

    def set_answer(self, answer: bytes) -> None:
        self.file.write_bytes(answer)
        for server in self.servers.values():
            httpx.get(f"{server.url}/healthz")


@contextmanager
def serving(command: Program, folder: Path, port: int) -> Generator[Server]:
    """Runs a server on its core, with its output in a file."""
    with (
        Path(folder, f"{port}.log").open("w") as log,
        subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, text=True) as process,
    ):
        os.sched_setaffinity(process.pid, {SERVER_CORE})
        server = Server(process, f"http://127.0.0.1:{port}")
        try:
            await_answer(server)
            yield server
        finally:
            process.kill()


@contextmanager
def serving_tenantry(folder: Path, program: Program = (TENANTRY,)) -> Generator[Server]:
    port = free_port()
    with serving((*program, "serve", "--port", str(port)), folder, port) as server:
        yield server


@contextmanager
def serving_floors(folder: Path) -> Generator[Floors]:
    file = folder / "answer.json"
    file.write_bytes(b"{}")
    with ExitStack() as stack:
        servers: dict[str, Server] = {}
        for parser in PARSERS:
            port = free_port()
            command = (sys.executable, "-m", "bench.floor", str(file), str(port), parser)
            servers[parser] = stack.enter_context(serving(command, folder, port))
        yield Floors(servers, file)


def migrate(url: str) -> None:
    """Creates the tables, and makes this the database of all servers that are started later."""
    os.environ.update(SETTINGS, TENANTRY_DATABASE_URL=url)
    subprocess.run([TENANTRY, "migrate"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def get_port(server: Server) -> int:
    return int(server.url.rpartition(":")[2])


def count_statements(server: Server) -> float:
    """Reads how many statements the server has run."""
    headers = {"authorization": f"Bearer {METRICS_TOKEN}"}
    lines = httpx.get(f"{server.url}/metrics", headers=headers).text.splitlines()
    counts = [line for line in lines if line.startswith("tenantry_statements_total")]
    return sum(float(line.rpartition(" ")[2]) for line in counts)


def read_memory(server: Server) -> int:
    """Reads what the server's process holds, in bytes."""
    lines = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


def read_processor_time(server: Server) -> float:
    """Reads what the server has used, in seconds."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure_cold_start(folder: Path) -> float:
    """Measures the time from the start of the process to its first answer; the best of three."""
    times: list[float] = []
    for _ in range(COLD_STARTS):
        began = time.perf_counter()
        with serving_tenantry(folder):
            times.append(time.perf_counter() - began)
    return min(times) * 1000
