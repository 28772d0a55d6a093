"""The benchmark: `make bench`, or `python -m bench --help` (docs/benchmarks.md)."""

import json
import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from bench.measurements import NAMES, Load, measure_database
from bench.profiling import profile_database
from bench.report import Report, ScenarioReport, show, show_scenario
from bench.scenarios import Scenario, measure_scenario
from bench.seeding import Sizes
from bench.servers import LOAD_CORE
from tests.support.servers import postgres


@contextmanager
def creating(database: str, folder: Path) -> Generator[str]:
    """Creates an empty database; yields its URL."""
    if database == "sqlite":
        yield f"sqlite+aiosqlite:///{folder / 'bench.db'}"
    else:
        with postgres.running(*postgres.DURABLE) as template:
            yield template.format("postgres")


def main(
    database: Annotated[str, typer.Option(help="sqlite, postgresql, or both.")] = "both",
    workloads: Annotated[str, typer.Option(help="Like W1,W4; all without it.")] = "",
    scenario: Annotated[
        Scenario | None, typer.Option(help="What to compare, in place of the workloads.")
    ] = None,
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
    chosen = set(filter(None, workloads.split(","))) or set(NAMES)
    if chosen - NAMES:
        raise typer.BadParameter(f"--workloads must be among {', '.join(sorted(NAMES))}.")
    if database not in {"sqlite", "postgresql", "both"}:
        raise typer.BadParameter("--database must be sqlite, postgresql, or both.")
    sizes, load = Sizes(organizations, users, members, callers), Load(connections, seconds)
    reports: list[Report | ScenarioReport] = []
    for name in ("sqlite", "postgresql") if database == "both" else (database,):
        with tempfile.TemporaryDirectory() as directory:
            folder = Path(directory)
            with creating(name, folder) as url:
                where = (name, url, folder, sizes)
                if profiles:
                    profile_database(*where, chosen, load, profiles)
                elif scenario:
                    compared = measure_scenario(scenario, *where, load)
                    show_scenario(compared)
                    reports.append(compared)
                else:
                    measured = measure_database(*where, chosen, load)
                    show(measured)
                    reports.append(measured)
    if to:
        to.write_text(json.dumps([asdict(report) for report in reports], indent=2))


if __name__ == "__main__":
    app = typer.Typer(pretty_exceptions_show_locals=False)
    app.command()(main)
    app()
