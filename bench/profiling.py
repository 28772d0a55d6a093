"""Where the server's time goes: a flame graph, and a summary of the same workload's samples."""

import asyncio
import math
import os
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from bench.load import drive
from bench.measurements import Load, naming
from bench.report import WIDTH, make_table
from bench.seeding import Data, Sizes, seed, sign_in
from bench.servers import ROOT, get_port, migrate, serving_tenantry
from bench.workloads import WORKLOADS, Workload
from tests.support.processes.commands import Server

# How many functions the summary lists.
FUNCTIONS = 25
RATE = 500
# Where the programs of the environment are.
PATHS = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"}
SITE_PACKAGES = "site-packages/"


@dataclass
class Summary:
    """Samples by function and by package, each counted where it was taken."""

    functions: Counter[str] = field(default_factory=Counter[str])
    packages: Counter[str] = field(default_factory=Counter[str])


def find_package(file: str) -> str:
    """Finds the package of a file: one of ours, one that is installed, or the standard library.

    Python names no file for code that was generated, like that of dataclasses and of selections.
    """
    if file == "<string>":
        return "generated code"
    _, installed, path = file.rpartition(SITE_PACKAGES)
    if not installed and not file.startswith(f"{ROOT}/"):
        return "standard library"
    parts = Path(path if installed else file.removeprefix(f"{ROOT}/")).parts
    return parts[0].removesuffix(".py")


def summarize(lines: Iterable[str]) -> Summary:
    """Counts samples: each line is the functions of a stack, like `name (file)`, and a number."""
    summary = Summary()
    for line in lines:
        stack, _, number = line.rpartition(" ")
        function, _, file = stack.rpartition(";")[2].rpartition(" (")
        package = find_package(file.rstrip(")"))
        name = Path(file.rstrip(")")).name
        summary.functions[f"{package}: {function} ({name})"] += int(number)
        summary.packages[package] += int(number)
    return summary


def show_summary(summary: Summary) -> None:
    console, total = Console(width=WIDTH), max(summary.packages.total(), 1)
    for title, counted in (
        ("Packages by self time", summary.packages.most_common()),
        ("Functions by self time", summary.functions.most_common(FUNCTIONS)),
    ):
        table = make_table(title, "", "%")
        for name, number in counted:
            table.add_row(name, f"{number / total:.1%}")
        console.print(table)


@dataclass
class Profiler:
    """Samples a server that is under load."""

    server: Server
    data: Data
    load: Load

    async def profile(self, workload: Workload, graph: Path) -> Summary:
        """Runs a workload, and writes the flame graph; returns what a second run shows."""
        # For two runs, each with the time that the sampler takes to start and to write.
        newcomers = math.ceil(workload.newcomers * 4 * max(self.load.seconds, 1))
        await sign_in(self.server.url, self.data.others[:newcomers])
        flows = workload.make_flows(self.data)
        stacks = graph.with_suffix(".txt")
        for options in (
            ("--format", "flamegraph", "--output", str(graph)),
            ("--format", "raw", "--nolineno", "--full-filenames", "--output", str(stacks)),
        ):
            sampler = await self._start_sampler(*options)
            while sampler.returncode is None:
                await drive(get_port(self.server), flows, self.load.connections, 0.5)
            assert sampler.returncode == 0, "py-spy failed"
        return summarize(stacks.read_text().splitlines())

    async def _start_sampler(self, *options: str) -> asyncio.subprocess.Process:
        pid, seconds = str(self.server.process.pid), str(max(int(self.load.seconds), 1))
        command = ("py-spy", "record", "--pid", pid, "--rate", str(RATE), "--gil")
        return await asyncio.create_subprocess_exec(
            *command, "--duration", seconds, *options, env=PATHS
        )


def profile_database(
    database: str, url: str, folder: Path, sizes: Sizes, chosen: set[str], load: Load, graphs: Path
) -> None:
    """Writes the flame graphs of workloads, and prints their summaries."""
    migrate(url)
    with serving_tenantry(folder) as server:
        data = asyncio.run(seed(server.url, sizes))
        profiler = Profiler(server, data, load)
        for workload in WORKLOADS:
            if workload.name in chosen:
                graph = graphs / f"{workload.name}-{database}.svg"
                with naming(workload.name):
                    summary = asyncio.run(profiler.profile(workload, graph))
                show_summary(summary)
                print(f"The flame graph is in {graph}.")
