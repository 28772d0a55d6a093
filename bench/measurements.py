"""Runs the workloads on one database, beside the floors."""

import asyncio
import itertools
import math
import statistics
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer

from bench.fan_out import measure_fan_out
from bench.load import Flow, drive, make_request
from bench.report import Report, Row
from bench.seeding import Data, Sizes, seed, sign_in
from bench.servers import (
    Floors,
    count_statements,
    get_port,
    measure_cold_start,
    migrate,
    read_memory,
    read_processor_time,
    serving_floors,
    serving_tenantry,
)
from bench.workloads import WORKLOADS, Workload
from tests.support.processes.commands import Server

WARM_UP_FLOWS = 30
FAN_OUT = "W9"
NAMES = frozenset({*(one.name for one in WORKLOADS), FAN_OUT})


@dataclass(frozen=True)
class Load:
    """How the server is driven."""

    connections: int
    seconds: float


def make_floor_flows(requests: int) -> Iterator[Flow]:
    """Makes flows with as many requests as those of a workload."""

    def send() -> Flow:
        for _ in range(requests):
            yield make_request("{ __typename }", "Bearer " + "x" * 300)

    return (send() for _ in itertools.count())


@contextmanager
def naming(workload: str) -> Generator[None]:
    """Ends the benchmark with the name of the workload that failed."""
    try:
        yield
    except Exception as error:
        print(f"{workload} failed: {error!r}", file=sys.stderr)
        raise typer.Exit(1) from error


@dataclass
class Bench:
    """One database under load."""

    server: Server
    floors: Floors
    data: Data
    load: Load

    async def measure(self, workload: Workload) -> Row:
        """Runs a workload, with the floors before and after it."""
        port, connections, seconds = get_port(self.server), self.load.connections, self.load.seconds
        newcomers = math.ceil(workload.newcomers * seconds) + WARM_UP_FLOWS
        if workload.newcomers:
            await sign_in(self.server.url, self.data.others[:newcomers])
        flows = workload.make_flows(self.data)
        warm = await drive(port, itertools.islice(flows, WARM_UP_FLOWS), connections, seconds)
        await asyncio.to_thread(self.floors.set_answer, warm.answer)
        before = await self._measure_floors(workload)
        used, counted = read_processor_time(self.server), count_statements(self.server)
        result = await drive(port, flows, connections, seconds)
        assert result.times, "no users are left to join; create more with --users"
        used = read_processor_time(self.server) - used
        counted = count_statements(self.server) - counted
        after = await self._measure_floors(workload)
        return Row(
            workload.name,
            workload.description,
            result.per_second,
            result.percentile(0.5) * 1000,
            result.percentile(0.99) * 1000,
            used / len(result.times) * 1000,
            counted / len(result.times),
            {parser: statistics.mean([before[parser], after[parser]]) for parser in before},
            workload.needed,
            workload.aim,
        )

    async def _measure_floors(self, workload: Workload) -> dict[str, float]:
        """Measures how many flows each floor answers in a second."""
        measured: dict[str, float] = {}
        for parser, server in self.floors.servers.items():
            flows = make_floor_flows(workload.requests)
            seconds = self.load.seconds / 2
            result = await drive(
                get_port(server), flows, self.load.connections, seconds, checks=False
            )
            measured[parser] = result.per_second
        return measured


def measure_database(
    database: str, url: str, folder: Path, sizes: Sizes, chosen: set[str], load: Load
) -> Report:
    report = Report(database)
    migrate(url)
    with serving_tenantry(folder) as server, serving_floors(folder) as floors:
        data = asyncio.run(seed(server.url, sizes))
        report.memberships_per_second = data.memberships_per_second
        bench = Bench(server, floors, data, load)
        for workload in WORKLOADS:
            if workload.name in chosen:
                with naming(workload.name):
                    report.rows.append(asyncio.run(bench.measure(workload)))
        if FAN_OUT in chosen:
            with naming(FAN_OUT):
                sent = measure_fan_out(server.url, data, load.seconds)
                report.messages_per_second = asyncio.run(sent)
        report.memory_mb = read_memory(server) / 1024**2
    report.cold_start_ms = measure_cold_start(folder)
    return report
