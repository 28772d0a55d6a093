"""The benchmark: `make bench`, or `python -m bench --help` (docs/benchmarks.md)."""

import asyncio
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.table import Table

from bench.fan_out import SUBSCRIBERS, measure_fan_out
from bench.load import Flow, drive, make_request
from bench.seeding import Data, Sizes, seed, sign_in
from bench.subscribers import memory, processor_time
from bench.workloads import WORKLOADS, Workload
from tests.support import postgres
from tests.support.api import SECRET_KEY
from tests.support.processes import PRODUCTION, TENANTRY, Server, await_answer, free_port

ROOT = Path(__file__).parents[1]
# The core of the server; the load has the other one.
SERVER_CORE, LOAD_CORE = 0, 1
# Where the programs of the environment are.
PATHS = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"}
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
WARM_UP_FLOWS = 30
COLD_STARTS = 3
# W9 in messages per second: what is needed and aimed at, where the floor is FLOOR requests per
# second.
NEEDED_MESSAGES, AIMED_MESSAGES, FLOOR = 8_000, 15_000, 7_000


@dataclass
class Row:
    """What is known of a workload after it was run; times are in milliseconds."""

    workload: str
    description: str
    per_second: float
    p50: float
    p99: float
    # Processor time of the server, and statements, for each flow.
    processor: float
    statements: float
    floor_per_second: float
    needed: float
    aim: float
    ratio: float = field(init=False)

    def __post_init__(self) -> None:
        self.ratio = self.per_second / self.floor_per_second

    @property
    def verdict(self) -> str:
        if self.ratio >= self.aim:
            return "[green]aim[/]"
        return "[green]needed[/]" if self.ratio >= self.needed else "[red]below[/]"


@dataclass
class Report:
    """What was measured on one database."""

    database: str
    rows: list[Row] = field(default_factory=list[Row])
    memberships_per_second: float = 0.0
    messages_per_second: float | None = None
    memory_mb: float = 0.0
    cold_start_ms: float = 0.0


@contextmanager
def serving(command: Sequence[str | Path], folder: Path, port: int) -> Generator[Server]:
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
def serving_tenantry(folder: Path) -> Generator[Server]:
    port = free_port()
    with serving((TENANTRY, "serve", "--port", str(port)), folder, port) as server:
        yield server


@contextmanager
def serving_floor(folder: Path) -> Generator[tuple[Server, Path]]:
    """Runs the floor; yields it with the file of its answer, which is read at `/healthz`."""
    file, port = folder / "answer.json", free_port()
    file.write_bytes(b"{}")
    command = (sys.executable, "-m", "bench.floor", str(file), str(port))
    with serving(command, folder, port) as server:
        yield server, file


def get_port(server: Server) -> int:
    return int(server.url.rpartition(":")[2])


def count_statements(server: Server) -> float:
    """Reads how many statements the server has run."""
    headers = {"authorization": f"Bearer {METRICS_TOKEN}"}
    lines = httpx.get(f"{server.url}/metrics", headers=headers).text.splitlines()
    counts = [line for line in lines if line.startswith("tenantry_statements_total")]
    return sum(float(line.rpartition(" ")[2]) for line in counts)


def make_floor_flows(requests: int) -> Iterator[Flow]:
    """Makes flows with as many requests as those of a workload."""

    def send() -> Flow:
        for _ in range(requests):
            yield make_request("{ __typename }", "Bearer " + "x" * 300)

    return (send() for _ in itertools.count())


@dataclass
class Bench:
    """One database under load."""

    server: Server
    floor: Server
    floor_answer: Path
    data: Data
    connections: int
    seconds: float

    async def profile(self, workload: Workload, file: Path) -> None:
        """Runs a workload, and writes a flame graph of the server."""
        await sign_in(self.server.url, self.data.others[: workload.newcomers])
        command = [
            "py-spy",
            "record",
            "--pid",
            str(self.server.process.pid),
            "--rate",
            "500",
            "--gil",
        ]
        seconds = str(max(int(self.seconds), 1))
        sampler = await asyncio.create_subprocess_exec(
            *command, "--duration", seconds, "--output", str(file), env=PATHS
        )
        flows, port = workload.make_flows(self.data), get_port(self.server)
        while sampler.returncode is None:
            await drive(port, flows, self.connections, 0.5)

    async def measure(self, workload: Workload) -> Row:
        """Runs a workload, with the floor before and after it."""
        await sign_in(self.server.url, self.data.others[: workload.newcomers])
        flows = workload.make_flows(self.data)
        port = get_port(self.server)
        warm = await drive(
            port, itertools.islice(flows, WARM_UP_FLOWS), self.connections, self.seconds
        )
        self.floor_answer.write_bytes(warm.answer)
        await asyncio.to_thread(httpx.get, f"{self.floor.url}/healthz")
        before = await self._measure_floor(workload)
        used, counted = processor_time(self.server), count_statements(self.server)
        result = await drive(port, flows, self.connections, self.seconds)
        assert result.times, "no users are left to join; create more with --users"
        used = processor_time(self.server) - used
        counted = count_statements(self.server) - counted
        after = await self._measure_floor(workload)
        return Row(
            workload.name,
            workload.description,
            result.per_second,
            result.percentile(0.5) * 1000,
            result.percentile(0.99) * 1000,
            used / len(result.times) * 1000,
            counted / len(result.times),
            statistics.mean([before, after]),
            workload.needed,
            workload.aim,
        )

    async def _measure_floor(self, workload: Workload) -> float:
        flows = make_floor_flows(workload.requests)
        result = await drive(
            get_port(self.floor), flows, self.connections, self.seconds / 2, checks=False
        )
        return result.per_second


def measure_cold_start(folder: Path) -> float:
    """Measures the time from the start of the process to its first answer; the best of three."""
    times: list[float] = []
    for _ in range(COLD_STARTS):
        began = time.perf_counter()
        with serving_tenantry(folder):
            times.append(time.perf_counter() - began)
    return min(times) * 1000


def measure_database(
    database: str,
    url: str,
    folder: Path,
    sizes: Sizes,
    chosen: set[str],
    options: tuple[int, float],
    profiles: Path | None,
) -> Report:
    report = Report(database)
    os.environ.update(SETTINGS, TENANTRY_DATABASE_URL=url)
    subprocess.run([TENANTRY, "migrate"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    with serving_tenantry(folder) as server, serving_floor(folder) as (floor, answer):
        data = asyncio.run(seed(server.url, sizes))
        report.memberships_per_second = data.memberships_per_second
        bench = Bench(server, floor, answer, data, *options)
        for workload in WORKLOADS:
            if workload.name in chosen and profiles:
                file = profiles / f"{workload.name}-{database}.svg"
                asyncio.run(bench.profile(workload, file))
                print(f"The flame graph is in {file}.")
            elif workload.name in chosen:
                try:
                    report.rows.append(asyncio.run(bench.measure(workload)))
                except Exception as error:
                    print(f"{workload.name} failed: {error!r}", file=sys.stderr)
                    raise typer.Exit(1) from error
        if profiles:
            return report
        if "W9" in chosen:
            report.messages_per_second = asyncio.run(measure_fan_out(server.url, data, options[1]))
        report.memory_mb = memory(server) / 1024**2
    report.cold_start_ms = measure_cold_start(folder)
    return report


def show(report: Report) -> None:
    table = Table(title=f"Tenantry on {report.database}")
    for name in ("", "flows/s", "p50 ms", "p99 ms", "CPU ms", "statements", "floor/s", "ratio"):
        table.add_column(name, justify="right" if name else "left")
    table.add_column("needed / aim")
    for row in report.rows:
        numbers = (row.p50, row.p99, row.processor, row.statements)
        table.add_row(
            f"{row.workload} {row.description}",
            f"{row.per_second:,.0f}",
            *(f"{number:.2f}" for number in numbers),
            f"{row.floor_per_second:,.0f}",
            f"{row.ratio:.2f}",
            f"{row.needed} / {row.aim}: {row.verdict}",
        )
    console = Console(width=130)
    console.print(table)
    if report.messages_per_second is not None:
        console.print(
            f"W9: {report.messages_per_second:,.0f} messages/s to {SUBSCRIBERS} subscribers"
            f" (needed {NEEDED_MESSAGES:,} and aimed at {AIMED_MESSAGES:,}"
            f" where the floor is {FLOOR:,} requests/s)"
        )
    console.print(
        f"{report.memberships_per_second:,.0f} memberships/s imported;"
        f" {report.memory_mb:.0f} MB after load; cold start {report.cold_start_ms:.0f} ms"
    )


def main(
    database: Annotated[str, typer.Option(help="sqlite, postgresql, or both.")] = "both",
    workloads: Annotated[str, typer.Option(help="Like W1,W4; all without it.")] = "",
    seconds: Annotated[float, typer.Option(help="How long each workload runs.")] = 3.0,
    connections: Annotated[int, typer.Option(help="How many send at the same time.")] = 16,
    organizations: Annotated[int, typer.Option(help="How many organizations there are.")] = 1_000,
    users: Annotated[int, typer.Option(help="How many users there are.")] = 20_000,
    members: Annotated[int, typer.Option(help="Members of the largest organization.")] = 10_000,
    callers: Annotated[int, typer.Option(help="How many users send requests.")] = 200,
    profiles: Annotated[
        Path | None,
        typer.Option("--profile", help="A folder for flame graphs, in place of a table."),
    ] = None,
    to: Annotated[Path | None, typer.Option("--json", help="A file for the results.")] = None,
) -> None:
    """Seeds a database, drives a server on one core from the other, and prints what it can do."""
    if (os.cpu_count() or 1) < 2:
        raise typer.BadParameter("The server and the load need a core each; this machine has one.")
    os.sched_setaffinity(0, {LOAD_CORE})
    known = {*(one.name for one in WORKLOADS), "W9"}
    chosen = set(filter(None, workloads.split(","))) or known
    if chosen - known:
        raise typer.BadParameter(f"--workloads must be among {', '.join(sorted(known))}.")
    if database not in {"sqlite", "postgresql", "both"}:
        raise typer.BadParameter("--database must be sqlite, postgresql, or both.")
    sizes = Sizes(organizations, users, members, callers)
    reports: list[Report] = []
    for name in ("sqlite", "postgresql") if database == "both" else (database,):
        with tempfile.TemporaryDirectory() as directory:
            folder = Path(directory)
            measured = (folder, sizes, chosen, (connections, seconds), profiles)
            if name == "sqlite":
                url = f"sqlite+aiosqlite:///{folder / 'bench.db'}"
                reports.append(measure_database(name, url, *measured))
            else:
                with postgres.running(*postgres.DURABLE) as template:
                    url = template.format("postgres")
                    reports.append(measure_database(name, url, *measured))
        if not profiles:
            show(reports[-1])
    if to:
        to.write_text(json.dumps([asdict(report) for report in reports], indent=2))


if __name__ == "__main__":
    app = typer.Typer(pretty_exceptions_show_locals=False)
    app.command()(main)
    app()
